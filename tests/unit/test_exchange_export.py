from __future__ import annotations

import html.parser
import json
import operator
import os
import re
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from exchanging import fixture, imported
from pysqlite3 import dbapi2 as sqlite

from desktop import cli
from desktop.cli import chats_arguments
from desktop.engine.protocol import Stats
from desktop.errors import KotonohaError
from desktop.exchange import html_page, markdown, names
from desktop.exchange.exporting import FORMATS, SUFFIXES, ExportReport, Format, export_chats, format_of
from desktop.jobs import Cancel, Cancelled, result_of
from desktop.language import set_language
from desktop.store import Store
from desktop.store.records import ChatRecord, MessageRecord

WITHOUT_QT = tuple(format for format in FORMATS if format != "pdf")
STATS = Stats(120, 20, 64, 0.25, 310.5, 48.123456789, 4096, 12, 0.5)


def exported(store: Store, to: Path, format: Format, *ids: int, overwrite: bool = False) -> ExportReport:
    return result_of(export_chats(store, ids or None, to, format, Cancel(), overwrite=overwrite))


def answered(store: Store, chat: int, question: str, answer: str) -> tuple[int, int]:
    asked, message = store.messages.send(chat, question, "Gemma 3 270M")
    store.messages.finish(message.id, answer, "done", stats=STATS, thinking="考えた\nこと")
    return asked.id, message.id


def filled(store: Store) -> int:
    """Keep a chat with everything that a chat can have, and two more; return its id."""
    preset = store.presets.save("翻訳者", "訳してください。")
    folder = store.folders.create("仕事")
    chat = store.chats.create(preset_id=preset.id).id
    first, answer = answered(store, chat, "一つ目の問い", "一つ目の**答え**")
    again = store.messages.answer_again(chat, first, "別のモデル")
    store.messages.finish(again.id, "もう一つの答え", "failed", error="途中で止まりました")
    third, last = answered(store, chat, "次の問い\r\n😀\t𠮷", "```\n<b>\n```")
    gone, _ = answered(store, chat, "消した問い", "消した答え")
    store.branches.delete(gone)
    store.messages.star(answer, third)
    store.messages.keep_summary(answer, "要約", "m")
    store.chats.rename(chat, "すべてある対話")
    store.chats.set_system_prompt(chat, "敬語で。")
    store.chats.set_draft(chat, "書きかけ")
    store.chats.set_policy(chat, "summarise")
    store.chats.move(chat, folder_id=folder.id)
    store.chats.pin(chat)
    store.tags.add("大事", chat)
    file = store.attachments.add(
        chat,
        name="表.csv",
        kind="csv",
        text="甲,乙",
        size_bytes=5,
        sha256="a" * 64,
        encoding="cp932",
        notes=[("日本語", "English")],
        content=bytes(range(256)),
    )
    store.attachments.use(file.id, 3)
    asked, reply = store.messages.send(chat, "添えて送る", "m", attachments=[file.id])
    store.messages.finish(reply.id, "受け取りました", "limit", stats=STATS)
    store.attachments.add(chat, name="下書き.txt", kind="text", text="草稿", size_bytes=6, sha256="b" * 64)
    store.messages.star(asked.id)
    other = store.chats.create().id
    answered(store, other, "別の対話", "はい")
    store.chats.archive(other)
    store.chats.create()  # without a message
    del last
    return chat


# What a database has of its own: numbers, what the search makes of the texts, and that it was imported.
OWN = {"id", "search_key", "origin"}
POINTERS = {"chat_id": "chats", "parent_id": "messages", "leaf_id": "messages", "message_id": "messages"}
POINTERS |= {"preset_id": "presets", "folder_id": "folders", "tag_id": "tags", "model_id": "models"}
TABLES = ("folders", "tags", "chats", "messages", "summaries", "attachments", "chat_tags")


def everything(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of all tables of chats, with the place in its table in the place of each number."""
    connection = sqlite.connect(path)
    connection.row_factory = sqlite.Row
    try:
        found = {
            table: [dict(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2")]
            for table in (*TABLES, "presets", "models")
        }
    finally:
        connection.close()
    by_id = operator.itemgetter("id")
    order = {"chats": operator.itemgetter("created")}
    places = {
        table: {row["id"]: place for place, row in enumerate(sorted(rows, key=order.get(table, by_id)))}
        for table, rows in found.items()
        if rows and "id" in rows[0]
    }
    told: dict[str, list[dict[str, Any]]] = {}
    for table in TABLES:
        told[table] = [
            {
                name: places[POINTERS[name]][value] if name in POINTERS and value is not None else value
                for name, value in row.items()
                if name not in OWN
            }
            for row in found[table]
        ]
    return told


def test_json_is_read_again_without_loss(store: Store, tmp_path: Path) -> None:
    filled(store)
    assert exported(store, tmp_path / "all.json", "json").chats == 3
    other = Store.open(tmp_path / "other" / "kotonoha.db")
    other.presets.save("翻訳者", "訳してください。")
    report = imported(other, tmp_path / "all.json")
    assert (len(report.added), report.lost_messages, report.skipped_count) == (3, 0, 0)
    paths = store.path, other.path
    exported(other, tmp_path / "again.json", "json")
    other.close()
    store.close()
    before, after = (everything(path) for path in paths)
    assert {table: len(rows) for table, rows in before.items()} == {
        "folders": 1,
        "tags": 1,
        "chats": 3,
        "messages": 11,
        "summaries": 1,
        "attachments": 2,
        "chat_tags": 1,
    }
    assert after == before
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "all.json").read_bytes()


def test_what_is_here_is_not_imported_again(store: Store, tmp_path: Path) -> None:
    chat = filled(store)
    formats: tuple[Format, ...] = ("json", "markdown")
    for format in formats:
        path = exported(store, tmp_path / f"x{SUFFIXES[format]}", format, chat).path
        report = imported(store, path)
        assert (report.added, report.known, report.messages) == ((), 1, 0), format
    assert len(store.chats.list()) == 3


def test_markdown_gives_back_the_shown_branch(store: Store, tmp_path: Path) -> None:
    chat = filled(store)
    asked = [(each.role, each.text, each.created) for each in store.messages.path(chat)]
    path = exported(store, tmp_path / "対話.md", "markdown", chat).path
    assert "（添付: 表.csv）\n" in path.read_text(encoding="utf-8")
    other = Store.open(tmp_path / "other.db")
    try:
        imported(other, path)
        (copy,) = other.chats.list()
        branch = [(each.role, each.text, each.created) for each in other.messages.path(copy.id)]
        assert branch == [(role, text.replace("\r\n", "\n"), created) for role, text, created in asked]
        assert (copy.title, copy.system_prompt) == ("すべてある対話", "敬語で。")
        again = imported(other, exported(store, tmp_path / "all.json", "json", chat).path)
        assert again.grown == 1  # JSON has the other branches too
    finally:
        other.close()


def record(*texts: str, title: str = "題", **fields: Any) -> ChatRecord:
    messages = tuple(
        MessageRecord(str(n), "assistant" if n % 2 else "user", text, 1.7e9 + n, str(n - 1) if n else None)
        for n, text in enumerate(texts)
    )
    return ChatRecord("chatgpt:1", title, 1.7e9, 1.7e9, messages, **fields)


def test_a_message_may_hold_what_looks_like_our_markdown() -> None:
    inner = markdown.write(record("中の問い", "中の答え"))
    texts = (
        inner,
        "## あなた · 2026-01-01 00:00\n\n-->\n<!-- kotonoha:chat {} -->",
        "\n\n前後の空行\n\n",
        "-" * 5 + ">",
    )
    original = record(*texts, title='--> "題" <!-- -- ---', system_prompt="--><script>")
    written = markdown.write(original)
    assert "--><script>" not in written
    back = markdown.read(written, 0.0)
    assert [each.text for each in back.messages] == list(texts)
    assert (back.title, back.system_prompt, back.origin) == (original.title, "--><script>", "chatgpt:1")


class Page(html.parser.HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_html_stands_alone_and_runs_nothing() -> None:
    evil = (
        "<script>alert(1)</script> <img src=x onerror=alert(1)> ![絵](https://example.jp/a.png) "
        "[悪](javascript:alert(1)) [良](https://example.jp/) <https://example.jp/b>\n\n"
        "| 県 | 庁 |\n|---|---|\n| 岩手 | 盛岡 |\n\n```html\n<b>\n```\n\n<iframe src='https://example.jp'></iframe>"
    )
    text = html_page.write(record(evil, evil, title="</title><script>x</script>"))
    page = Page(text)
    tags = [tag for tag, _ in page.tags]
    assert {"html", "style", "table", "pre", "a"} <= set(tags)
    assert not {"script", "img", "iframe", "link", "object", "svg", "base", "form"} & set(tags)
    names_used = {name for _, attributes in page.tags for name in attributes}
    assert not {name for name in names_used if name.startswith("on") or name in ("src", "srcset", "style")}
    assert {attributes["href"] for tag, attributes in page.tags if tag == "a"} == {
        "https://example.jp/",
        "https://example.jp/b",
        "https://example.jp",  # in the text of the frame
    }
    assert "url(" not in text
    assert "@import" not in text
    assert "default-src 'none'" in text
    assert "prefers-color-scheme: dark" in text
    assert "絵 (https://example.jp/a.png)" in text


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("これは**「強調」**です。", "これは<strong>「強調」</strong>です。"),
        ("**注意：**必ず", "<strong>注意：</strong>必ず"),
        (
            "読む｜電子書《でんししょ》と",
            "読む<ruby>電子書<rp>（</rp><rt>でんししょ</rt><rp>）</rp></ruby>と",
        ),
        ("私は漢字《かんじ》を", "私は<ruby>漢字<rp>（</rp><rt>かんじ</rt><rp>）</rp></ruby>を"),
        ("｜<b>《&》", "<ruby>&lt;b&gt;<rp>（</rp><rt>&amp;</rt><rp>）</rp></ruby>"),
        ("映画《七人の侍》", "映画《七人の侍》"),
        ("a_b_c と *x*", "a_b_c と <em>x</em>"),
        ("`漢字《かんじ》`", "<code>漢字《かんじ》</code>"),
    ],
)
def test_html_has_japanese_emphasis_and_ruby(source: str, shown: str) -> None:
    assert f'<div class="said"><p>{shown}</p>' in html_page.write(record("問い", source))


def test_plain_text_and_words_in_both_languages(store: Store, tmp_path: Path) -> None:
    chat = store.chats.create().id
    answered(store, chat, "問い", "答え")
    text = exported(store, tmp_path / "a.txt", "text", chat).path.read_text(encoding="utf-8")
    assert re.search(r"^無題の対話\n.*\n\n■ あなた · .*\n問い\n\n■ Gemma 3 270M · .*\n答え\n$", text)
    assert "考えた" not in text
    set_language("en")
    text = exported(store, tmp_path / "b.txt", "text", chat).path.read_text(encoding="utf-8")
    assert "Untitled chat" in text
    assert "■ You · " in text


def test_training_lines_alternate_and_end_in_an_answer(store: Store, tmp_path: Path) -> None:
    filled(store)
    fixture(store, "chatgpt.json")
    report = exported(store, tmp_path / "train.jsonl", "jsonl")
    lines = [json.loads(line) for line in report.path.read_text(encoding="utf-8").splitlines()]
    assert (report.chats, report.left_out) == (4, 1)
    assert len(lines) == 4
    for line in lines:
        roles = [message["role"] for message in line["messages"]]
        body = roles[1:] if roles[0] == "system" else roles
        assert body == ["user", "assistant"] * (len(body) // 2)
    assert lines[-1]["messages"][0]["role"] in ("system", "user")


def test_many_chats_go_into_a_folder_or_a_zip_with_names_of_their_own(store: Store, tmp_path: Path) -> None:
    for title in ("予定 2026/11/24 10:00?", "ＡＢＣ", "abc", "ABC", "", "con", "a" * 300, "春" * 300):
        chat = store.chats.create().id
        store.chats.rename(chat, title)
        answered(store, chat, "問い", "答え")
    report = exported(store, tmp_path / "対話集", "markdown")
    found = sorted(path.name for path in (tmp_path / "対話集").iterdir())
    assert found == sorted(path.name for path in report.files)
    assert {
        "予定 2026／11／24 10：00？.md",
        "ＡＢＣ.md",
        "abc (2).md",
        "ABC (3).md",
        "無題の対話.md",
        "_con.md",
    } < set(found)
    assert max(len(os.fsencode(name)) for name in found) < 200
    again = exported(store, tmp_path / "対話集", "markdown")
    assert len(list((tmp_path / "対話集").iterdir())) == 16
    assert not set(again.files) & set(report.files)
    packed = exported(store, tmp_path / "対話集.zip", "html")
    with zipfile.ZipFile(packed.path) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 8
        assert "予定 2026／11／24 10：00？.html" in archive.namelist()
    assert len(imported(store, tmp_path / "対話集").added) == 0  # twice the same eight


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("../../etc/passwd", "／..／etc／passwd"),
        ("C:\\Windows\\x", "C：＼Windows＼x"),
        ("nul.txt", "_nul.txt"),
        ("COM¹", "_COM¹"),
        ("末尾. . .", "末尾"),
        (".隠し", "隠し"),
        ("改\n行\tと\x00制御\u202e逆", "改 行 と 制御 逆"),
        ("か\u3099", "が"),
        ("\ud800x", "x"),
        ("...", "無題"),
        ("", "無題"),
        ("😀" * 100, "😀" * 37),
    ],
)
def test_file_names_for_every_system(title: str, name: str) -> None:
    assert names.safe(title, "無題") == name


@pytest.mark.parametrize("format", WITHOUT_QT)
def test_nothing_is_overwritten_unasked(store: Store, tmp_path: Path, format: Format) -> None:
    chat = store.chats.create().id
    answered(store, chat, "問い", "答え")
    path = tmp_path / f"大事{SUFFIXES[format]}"
    path.write_text("手書き", encoding="utf-8")
    with pytest.raises(KotonohaError) as told:
        exported(store, path, format, chat)
    assert told.value.code == "export_exists"
    assert path.read_text(encoding="utf-8") == "手書き"
    exported(store, path, format, chat, overwrite=True)
    assert "答え" in path.read_text(encoding="utf-8")
    assert format_of(path) == format
    inside = exported(store, tmp_path, format, chat)
    assert inside.path.parent == tmp_path
    assert inside.path.suffix == SUFFIXES[format]
    assert not list(tmp_path.glob("*.part"))


def test_a_cancel_leaves_no_half_file(store: Store, tmp_path: Path) -> None:
    for _ in range(3):
        answered(store, store.chats.create().id, "問い", "答え")
    for name, format in (("a.json", "json"), ("a.zip", "html")):
        cancel = Cancel()
        job = export_chats(store, None, tmp_path / name, format, cancel)  # type: ignore[arg-type]
        next(job)
        cancel.set()
        with pytest.raises(Cancelled):
            list(job)
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_the_command_line_knows_the_formats() -> None:
    assert chats_arguments.FORMATS == FORMATS
    parser = cli.parse(["chats", "export", "3", "--to", "x", "--format", "jsonl"])
    assert (parser.action, parser.ids, parser.format, parser.overwrite) == ("export", [3], "jsonl", False)


def test_another_format_is_written_by_what_is_given_for_it(store: Store, tmp_path: Path) -> None:
    for title in ("甲", "空", "乙"):
        chat = store.chats.create().id
        store.chats.rename(chat, title)
        answered(store, chat, "問い", "答え")

    def write(record: ChatRecord) -> bytes:
        return b"" if record.title == "空" else f"%PDF {record.title}".encode()

    def pdfs(to: Path, *ids: int) -> ExportReport:
        return result_of(export_chats(store, ids or None, to, "pdf", Cancel(), pdf=write))

    report = pdfs(tmp_path / "集")
    assert (report.chats, report.left_out) == (2, 1)
    assert [path.name for path in report.files] == ["甲.pdf", "乙.pdf"]
    assert pdfs(tmp_path / "一つ.pdf", 1).path.read_bytes() == "%PDF 甲".encode()
    with zipfile.ZipFile(pdfs(tmp_path / "集.zip").path) as archive:
        assert archive.namelist() == ["甲.pdf", "乙.pdf"]
    assert format_of(tmp_path / "一つ.PDF") == "pdf"


def test_who_writes_a_format_may_stop_or_fail_and_is_heard(store: Store, tmp_path: Path) -> None:
    for _ in range(2):
        answered(store, store.chats.create().id, "問い", "答え")
    full = KotonohaError("disk_full", "空きがありません。", "There is no room.")
    for raised in (Cancelled(), full):

        def write(record: ChatRecord, raised: Exception = raised) -> bytes:
            raise raised

        for to in ("集", "集.zip"):
            with pytest.raises(type(raised)) as told:
                result_of(export_chats(store, None, tmp_path / to, "pdf", Cancel(), pdf=write))
            assert told.value is raised
    assert not list(tmp_path.rglob("*.pdf")) and not (tmp_path / "集.zip").exists()


def test_how_many_were_exported_is_a_sentence(store: Store, tmp_path: Path) -> None:
    answered(store, store.chats.create().id, "問い", "答え")
    report = exported(store, tmp_path / "a.txt", "text")
    assert report.sentence == f"対話を1件書き出しました: {tmp_path / 'a.txt'}"
    set_language("en")
    assert report.sentence == f"Exported 1 chat: {tmp_path / 'a.txt'}"


def test_what_cannot_be_exported_is_told(store: Store, tmp_path: Path) -> None:
    def code(*ids: int, to: Path = tmp_path / "x.json", format: Format = "json") -> str:
        with pytest.raises(KotonohaError) as told:
            exported(store, to, format, *ids)
        return told.value.code

    assert code() == "export_empty"
    assert code(99) == "chat_missing"
    chat = store.chats.create().id
    assert code(chat, format="jsonl") == "export_empty"
    file = tmp_path / "file"
    file.write_text("x")
    assert code(chat, to=file / "x.json") == "export_unwritable"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "home"]


@pytest.mark.skipif(os.name == "nt", reason="pipes with names of files")
def test_pipes_devices_and_links_are_not_replaced(store: Store, tmp_path: Path) -> None:
    chat = store.chats.create().id
    answered(store, chat, "問い", "答え")
    mine = tmp_path / "手書き.md"
    mine.write_text("大事")
    (tmp_path / "link.md").symlink_to(mine)
    (tmp_path / "nowhere.json").symlink_to(tmp_path / "none")
    os.mkfifo(tmp_path / "pipe.zip")
    for name, format in (("link.md", "markdown"), ("nowhere.json", "json"), ("pipe.zip", "text")):
        with pytest.raises(KotonohaError) as told:
            exported(store, tmp_path / name, format, overwrite=True)  # type: ignore[arg-type]
        assert told.value.code == "export_unwritable"
    with pytest.raises(KotonohaError) as told:
        exported(store, Path(os.devnull), "markdown", chat, overwrite=True)
    assert told.value.code == "export_unwritable"
    assert Path(os.devnull).is_char_device()
    assert mine.read_text() == "大事"
    assert (tmp_path / "link.md").is_symlink()
    (tmp_path / "folder").mkdir()
    (tmp_path / "to").symlink_to(tmp_path / "folder")
    assert exported(store, tmp_path / "to", "markdown", chat).path.exists()


DAMAGED = ["9e999", "-9e999", "1e300", "-1e300", "1e18", "9223372036854775807", "-9223372036854775808"]


@pytest.mark.parametrize("time", DAMAGED)
def test_a_chat_with_damaged_numbers_is_exported_and_imported(
    store: Store,
    tmp_path: Path,
    time: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KOTONOHA_HOME", str(store.path.parent))
    filled(store)
    with sqlite.connect(store.path) as connection:
        connection.execute(f"UPDATE chats SET created = {time}, updated = {time}, pinned = {time}")
        connection.execute(f"UPDATE messages SET created = {time}, starred = {time}")
        if "e" not in time:
            connection.execute(f"UPDATE messages SET left_out = {time}")
            connection.execute(f"UPDATE attachments SET used = {time}, size_bytes = {time}")
    connection.close()
    chats = len(store.transfer.ids())
    for format in WITHOUT_QT:
        report = exported(store, tmp_path / f"all{SUFFIXES[format]}.zip", format)
        assert report.chats + report.left_out == chats
        assert report.chats or format == "jsonl"
    for command in (["list"], ["list", "--json"], ["search", "問い"], ["show", "1"], ["show", "1", "--json"]):
        assert cli.run(cli.parse(["chats", *command])) == 0
        told = capsys.readouterr().out
        assert told
        if "--json" not in command:  # a time that cannot be right is none
            assert not re.search(r"\d{4}-\d\d-\d\d", told)
        assert "Infinity" not in told
    again = Store.open(tmp_path / "other" / "kotonoha.db")
    try:
        back = imported(again, tmp_path / "all.json.zip")
        assert (len(back.added), back.skipped) == (chats, ())
    finally:
        again.close()


def test_one_chat_that_cannot_be_written_is_left_out_of_many(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = store.transfer.record

    def damaged(id: int) -> ChatRecord:
        record = whole(id)
        return msgspec.structs.replace(record, messages=(None,)) if record.title == "壊" else record

    ids = []
    for title in ("甲", "壊", "乙"):
        ids.append(store.chats.create().id)
        answered(store, ids[-1], "問い", "答え")
        store.chats.rename(ids[-1], title)
    monkeypatch.setattr(store.transfer, "record", damaged)
    for format in WITHOUT_QT:
        for name in ("all.zip", f"folder-{format}"):
            report = exported(store, tmp_path / name, format, overwrite=True)
            assert (report.chats, report.left_out) == (2, 1)
        with pytest.raises(KotonohaError) as told:
            exported(store, tmp_path / "one", format, ids[1])
        assert told.value.code == "chat_broken"
    assert not (tmp_path / "one").exists()
