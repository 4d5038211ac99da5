from __future__ import annotations

import json
import os
import random
import shutil
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from exchanging import FIXTURES, chat_called, fixture, imported, said
from ijson.backends import python as pure  # type: ignore[import-untyped]
from ijson.backends import yajl2_c

from desktop.errors import KotonohaError
from desktop.exchange import json_stream, sources, tree
from desktop.exchange.importing import ImportProgress, import_chats
from desktop.jobs import Cancel, result_of
from desktop.language import set_language
from desktop.store import Store

EVERY = ["chatgpt.json", "claude.json", "gemini.json", "gemini.html", "open_webui.json"]
EVERY += ["lm_studio.conversation.json", "jan", "plain.json"]


def conversation(number: int, *texts: str) -> dict[str, Any]:
    """A conversation of ChatGPT's shape: question, answer, question …"""
    mapping: dict[str, Any] = {"root": {"id": "root", "parent": None, "message": None}}
    above = "root"
    for place, text in enumerate(texts):
        key = f"{number}-{place}"
        role = "assistant" if place % 2 else "user"
        message = {
            "author": {"role": role},
            "content": {"content_type": "text", "parts": [text]},
            "create_time": 1_700_000_000.0 + number * 100 + place,
        }
        mapping[key] = {"id": key, "parent": above, "message": message}
        above = key
    return {
        "conversation_id": str(number),
        "title": f"対話{number}",
        "create_time": 1_700_000_000 + number * 100,
        "mapping": mapping,
        "current_node": above,
    }


def written(path: Path, *conversations: object) -> Path:
    path.write_text(json.dumps(conversations), encoding="utf-8")  # lone surrogates as escapes
    return path


def rows(store: Store) -> list[tuple[str, str, str]]:
    return [
        (chat.title, message.role, message.text)
        for chat in store.chats.list()
        for message in store.messages.path(chat.id)
    ]


@pytest.mark.parametrize("name", EVERY)
def test_importing_twice_adds_nothing_twice(store: Store, name: str) -> None:
    first = fixture(store, name)
    assert first.added
    before = rows(store)
    again = fixture(store, name)
    assert (again.added, again.grown, again.messages) == ((), 0, 0)
    assert again.known == len(first.added)
    assert rows(store) == before


def test_all_formats_side_by_side_in_one_folder(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "書き出し"
    shutil.copytree(FIXTURES, folder)
    (folder / "写真.png").write_bytes(b"\x89PNG")
    (folder / "user.json").write_text('{"id": "user-1", "email": "a@example.jp"}')
    report = imported(store, folder)
    assert (len(report.added), report.skipped_count) == (10, 0)
    assert report.grown == 1  # the HTML and the JSON of Gemini tell of the same day


def test_a_grown_chat_gets_its_new_messages_only(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path / "conversations.json", conversation(1, "問い", "答え"))
    imported(store, path)
    chat = store.chats.get(chat_called(store, "対話1"))
    store.chats.rename(chat.id, "私の題")
    written(path, conversation(1, "問い", "答え", "次の問い", "次の答え"), conversation(2, "別", "件"))
    report = imported(store, path)
    assert (len(report.added), report.grown, report.messages) == (1, 1, 4)
    assert [text for _, text in said(store, "私の題")] == ["問い", "答え", "次の問い", "次の答え"]
    assert store.messages.path(chat.id)[2].created == 1_700_000_102.0


def test_what_the_person_wrote_below_stays_shown(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path / "conversations.json", conversation(1, "問い", "答え"))
    imported(store, path)
    chat = chat_called(store, "対話1")
    _, answer = store.messages.send(chat, "こちらで続けた問い", "m")
    store.messages.finish(answer.id, "こちらの答え", "done")
    written(path, conversation(1, "問い", "答え", "あちらで続けた問い"))
    assert imported(store, path).grown == 1
    assert said(store, "対話1")[2:] == [("user", "こちらで続けた問い"), ("assistant", "こちらの答え")]
    below = store.messages.siblings(store.messages.path(chat)[2].id)
    assert [store.messages.get(id).text for id in below] == ["こちらで続けた問い", "あちらで続けた問い"]


def test_a_chat_in_the_bin_stays_there(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path / "conversations.json", conversation(1, "問い", "答え"))
    imported(store, path)
    store.chats.delete(chat_called(store, "対話1"))
    written(path, conversation(1, "問い", "答え", "続き"))
    report = imported(store, path)
    assert (report.binned, report.messages, store.chats.list()) == (1, 0, [])
    assert report.sentence == (
        "新しく取り込んだものはありません。1件の対話は、ごみ箱に入れたままにしました。"
    )
    (left,) = report.passed
    assert left.sentence == (
        "conversations.json · 対話1: ごみ箱にあります。要るときは、ごみ箱から元に戻してください。"
    )


def test_what_cannot_be_imported_is_named_by_its_title_or_its_number(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    chats = [
        own(origin="a", title="無事"),
        "x" * 9,
        {"mapping": {}, "title": ""},
        {"mapping": {"a": 5}, "title": " "},
    ]
    path.write_text(json.dumps([*chats, {"mapping": {}, "title": "名\nあり"}], ensure_ascii=False), "utf-8")
    report = imported(store, path)
    named = [each.sentence.partition(": ")[0] for each in (*report.skipped, *report.passed)]
    assert named == ["own.json · 2番目の対話", "own.json · 3番目の対話", "own.json · 名 あり"]
    assert (report.empty + report.skipped_count, len(report.passed), report.skipped_count) == (
        3,
        report.empty,
        0,
    )


def test_a_report_is_sentences_in_both_languages(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path / "a.json", conversation(1, "問い", "答え"))
    first = imported(store, path)
    written(path, conversation(1, "問い", "答え", "続き"), conversation(2, "問い"))
    second = imported(store, path)
    again = imported(store, path)
    assert first.sentence == "対話を1件、メッセージを2件取り込みました。"
    assert second.sentence == "対話を1件、メッセージを2件取り込みました。1件の対話に続きを加えました。"
    assert again.sentence == "新しく取り込んだものはありません。2件の対話は、すでにあります。"
    set_language("en")
    assert first.sentence == "Imported 1 chat and 2 messages."
    assert second.sentence == "Imported 1 chat and 2 messages. 1 chat was continued."
    assert again.sentence == "Nothing new was imported. 2 chats were here already."


def test_a_branch_that_was_deleted_does_not_come_back(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path / "conversations.json", conversation(1, "問い", "答え", "消す問い", "消す答え"))
    imported(store, path)
    chat = chat_called(store, "対話1")
    store.branches.delete(store.messages.path(chat)[2].id)
    written(path, conversation(1, "問い", "答え", "消す問い", "消す答え", "その続き"))
    imported(store, path)
    assert [text for _, text in said(store, "対話1")] == ["問い", "答え"]
    assert [node.line for node in store.branches.tree(chat)] == ["問い", "答え"]


def test_imported_texts_are_found(store: Store) -> None:
    fixture(store, "chatgpt.json")
    found = store.search.find("モミジ")
    assert found.complete
    assert [chat.title for chat in found.chats] == ["紅葉の相談"]


def test_what_is_broken_is_named_and_the_rest_is_imported(store: Store, tmp_path: Path) -> None:
    deep: Any = "底"
    for _ in range(200):
        deep = [deep]
    good, bad = conversation(1, "問い", "答え"), conversation(2, "深い", "対話") | {"x": deep}
    newer = {"format": "kotonoha-chat-2", "title": "未来の対話"}
    broken = {"format": "kotonoha-chat-1", "title": "欠けた対話", "messages": 5}
    path = written(tmp_path / "混ざり.json", bad, good, newer, broken, 17, None, "文字", [], {})
    report = imported(store, path)
    assert len(report.added) == 1
    assert [(each.file, each.title, each.code) for each in report.skipped] == [
        ("混ざり.json", "", "chat_too_large"),
        ("混ざり.json", "未来の対話", "export_newer"),
        ("混ざり.json", "欠けた対話", "chat_broken"),
    ]
    assert "3件は読めませんでした。" in report.sentence
    assert report.skipped[1].sentence.startswith("混ざり.json · 未来の対話: この対話は、新しい版")


@pytest.mark.parametrize("share", [0.3, 0.7, 0.999])
@pytest.mark.parametrize("parser", [yajl2_c, pure])
def test_a_file_cut_short_gives_what_stood_before(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: float, parser: object
) -> None:
    monkeypatch.setattr(json_stream, "parser", parser)
    data = json.dumps([conversation(n, "問い", "答え") for n in range(100)], ensure_ascii=False).encode()
    path = tmp_path / "conversations.json"
    path.write_bytes(data[: int(len(data) * share)])
    report = imported(store, path)
    assert 0 < int(share * 100) - 2 <= len(report.added) <= int(share * 100) + 1
    assert [each.code for each in report.skipped] == ["json_broken"]


def test_files_that_hold_no_chats(store: Store, tmp_path: Path) -> None:
    contents = {
        "empty.json": b"",
        "text.txt": "ただの文章".encode(),
        "page.html": b"<html><body><p>x</p><script>" + b"{" * 100_000,
        "list.json": b'[1, "a", {"b": 2}]',
        "binary.json": bytes(range(256)) * 10,
        "utf16.json": '[{"mapping": {}}]'.encode("utf-16"),
        "half.json": b'{"mapping": {',
        "damaged.md": b"<!-- kotonoha:chat {broken} -->\n# x\n",
    }
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
    codes = {name: [each.code for each in imported(store, tmp_path / name).skipped] for name in contents}
    assert codes == {
        "empty.json": ["import_unknown"],
        "text.txt": ["import_unknown"],
        "page.html": ["import_unknown"],
        "list.json": ["import_unknown"],
        "binary.json": ["import_unknown"],
        "utf16.json": ["import_encoding"],
        "half.json": ["json_broken"],
        "damaged.md": ["chat_broken"],
    }
    assert [each.code for each in imported(store, tmp_path / "none").skipped] == ["import_missing"]
    assert store.chats.list() == []


def test_the_shape_of_an_export_without_chats_is_told(store: Store, tmp_path: Path) -> None:
    hollow = tmp_path / "言の葉.json"
    hollow.write_text('{"format": "kotonoha-chats", "version": 1, "chats": []}', "utf-8")
    thread = tmp_path / "jan"
    thread.mkdir()
    shutil.copy(FIXTURES / "jan/threads/jan_1731400000/thread.json", thread)
    (thread / "messages.jsonl").write_text("7\n[]\n", "utf-8")
    report = imported(store, hollow, thread, FIXTURES / "claude.json")
    assert [(each.file, each.code) for each in report.skipped] == [
        ("言の葉.json", "import_hollow"),
        ("jan", "import_hollow"),
    ]
    assert len(report.added) == 2


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_a_zip_as_chatgpt_sends_it(store: Store, tmp_path: Path) -> None:
    members = {
        "conversations.json": (FIXTURES / "chatgpt.json").read_bytes(),
        "chat.html": b"<html><head><script>var jsonData = [" + b'{"a":1},' * 50_000 + b"]</script></html>",
        "user.json": b'{"id": "user-1"}',
        "message_feedback.json": b"[]",
        "file-1-sanitized.jpg": b"\xff\xd8" * 1000,
        "../../../etc/evil.json": b"[]",
    }
    report = imported(store, zipped(tmp_path / "export.zip", members))
    assert (len(report.added), report.skipped_count) == (2, 0)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["export.zip", "home"]


def test_zips_that_are_not_to_be_read(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "_SMALL", 1 << 20)
    bomb = zipped(tmp_path / "bomb.zip", {"conversations.json": b"[" + b" " * (8 << 20)})
    damaged = zipped(
        tmp_path / "damaged.zip", {"conversations.json": (FIXTURES / "chatgpt.json").read_bytes()}
    )
    data = bytearray(damaged.read_bytes())
    data[200:220] = bytes(20)
    damaged.write_bytes(data)
    half = tmp_path / "half.zip"
    half.write_bytes(bytes(data[:500]))
    codes = [imported(store, path).skipped[0].code for path in (bomb, damaged, half)]
    assert codes == ["import_too_large", "zip_broken", "zip_broken"]
    monkeypatch.setattr(sources, "MOST_MEMBERS", 3)
    many = zipped(tmp_path / "many.zip", {f"{number}.json": b"[]" for number in range(4)})
    assert imported(store, many).skipped[0].code == "import_too_large"
    assert store.chats.list() == []


def test_a_zip_with_any_bytes_changed_ends_with_a_report(store: Store, tmp_path: Path) -> None:
    luck = random.Random(3)
    small = {f"日本{n}.json": json.dumps([conversation(n, "問い")]).encode() for n in range(3)}
    path = zipped(tmp_path / "a.zip", small)
    data = path.read_bytes()
    for _ in range(250):
        spoilt = bytearray(data)
        for _ in range(luck.randrange(1, 6)):
            spoilt[luck.randrange(len(spoilt))] = luck.randrange(256)
        path.write_bytes(spoilt)
        imported(store, path)


def test_what_is_no_file_is_not_waited_for(store: Store, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    assert [each.code for each in imported(store, tmp_path / "pipe.json").skipped] == ["import_unreadable"]
    assert [each.code for each in imported(store, tmp_path).skipped] == ["import_unknown"]


class Endless:
    """A stream of JSON, made as it is read; ``length`` bytes of it."""

    def __init__(self, begin: bytes, piece: bytes, end: bytes, length: int) -> None:
        self._pieces = self._made(begin, piece, end, length)
        self._rest = b""

    def read(self, size: int, /) -> bytes:
        while len(self._rest) < size and (piece := next(self._pieces, b"")):
            self._rest += piece
        data, self._rest = self._rest[:size], self._rest[size:]
        return data

    def _made(self, begin: bytes, piece: bytes, end: bytes, length: int) -> Iterator[bytes]:
        yield begin
        for _ in range(length // len(piece)):
            yield piece
        yield end


def test_memory_holds_one_chat_and_not_the_file() -> None:
    one = json.dumps(conversation(1, *("日本語の文章。" * 500,) * 4), ensure_ascii=False).encode()
    stream = Endless(b"[" + one, b"," + one, b"]", 40 << 20)
    tracemalloc.start()
    try:
        count = sum(1 for _ in json_stream.values(stream))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == (40 << 20) // (len(one) + 1) + 1
    assert peak < 4 << 20


@pytest.mark.parametrize(
    ("begin", "piece", "end"),
    [
        (b'[{"a":"', b"x" * 4096, b'"}, 5]'),  # one endless text
        (b'[{"a":[1', b",1" * 4096, b"]}, 5]"),  # endless numbers
        (b'[{"a":', b"[" * 4096, b"1" + b"]" * (1 << 20) + b"}, 5]"),  # depth
        (b'[{"a":1', b',"b":2' * 1024, b"}, 5]"),  # endless names
    ],
)
def test_a_value_above_the_limits_is_forgotten_and_the_next_is_read(
    begin: bytes, piece: bytes, end: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_stream, "MOST_CHARACTERS", 1 << 19)
    monkeypatch.setattr(json_stream, "MOST_VALUES", 10_000)
    found: list[object] = []
    codes: list[str] = []
    try:
        for value in json_stream.values(Endless(begin, piece, end, 1 << 20)):
            found.append(value)
    except KotonohaError as error:
        codes.append(error.code)
    codes += [each.code for each in found if isinstance(each, KotonohaError)]
    assert codes == ["chat_too_large"]
    assert found[-1:] == [5] or not found  # a text without an end ends the file


def test_a_tree_that_repeats_its_texts_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "MOST_CHARACTERS", 100_000)
    nodes = [tree.Node("0", "", "user", "長" * 1000)]
    nodes += [tree.Node(str(n), "0", "user", "枝") for n in range(1, 1000)]
    with pytest.raises(KotonohaError) as told:
        tree.messages_of(nodes, "1", 0.0)
    assert told.value.code == "chat_too_large"


def test_a_cancel_stops_between_chats_and_the_rest_comes_later(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path / "c.json", *(conversation(n, "問い" * 3000, "答え") for n in range(60)))
    cancel = Cancel()
    job = import_chats(store, [path], cancel)
    for _ in range(5):
        next(job)
    cancel.set()
    report = result_of(job)
    assert report.cancelled
    assert 5 <= len(report.added) < 60
    assert len(store.chats.list()) == len(report.added)
    assert "途中で止めました" in report.sentence
    rest = imported(store, path)
    assert len(rest.added) + len(report.added) == 60


def test_progress_is_in_bytes_over_all_files(store: Store, tmp_path: Path) -> None:
    paths = [written(tmp_path / f"{n}.json", conversation(n, "問い", "答え")) for n in range(3)]
    job = import_chats(store, [*paths, tmp_path / "none"], Cancel())
    events: list[ImportProgress] = list(job)
    total = sum(path.stat().st_size for path in paths)
    assert [(each.total, each.chats, each.messages) for each in events] == [
        (total, n, 2 * n) for n in (1, 2, 3)
    ]
    assert [each.done for each in events] == sorted(each.done for each in events)
    assert events[-1].done == total


def test_a_store_that_fails_ends_the_import(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> None:
        raise KotonohaError("disk_full", "いっぱいです。", "Full.")

    monkeypatch.setattr(store.transfer, "add", full)
    with pytest.raises(KotonohaError) as told:
        imported(store, written(tmp_path / "c.json", conversation(1, "問い")))
    assert told.value.code == "disk_full"


def test_a_text_that_is_too_long_leaves_out_its_chat_alone(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.store.text.MOST_CHARACTERS", 1000)
    path = written(tmp_path / "c.json", conversation(1, "短い", "長" * 1001), conversation(2, "問い", "答え"))
    report = imported(store, path)
    assert [(each.title, each.code) for each in report.skipped] == [("対話1", "text_too_long")]
    assert [chat.title for chat in store.chats.list()] == ["対話2"]


def own(**fields: Any) -> dict[str, Any]:
    """A chat of our own format, with these fields."""
    message = {"key": "a", "role": "user", "text": "問い", "created": 1.7e9}
    chat = {
        "format": "kotonoha-chat-1",
        "origin": "kotonoha:7@1.5",
        "title": "題",
        "created": 1.7e9,
        "updated": 1.7e9,
    }
    return chat | {"messages": [message | fields.pop("message", {})]} | fields


def test_our_own_format_is_not_trusted_either(store: Store, tmp_path: Path) -> None:
    stats = {"prompt_tokens": "x"}
    message = {"status": "streaming", "stats": stats, "left_out": -5, "created": 1e200, "starred": -1.0}
    message |= {"parent": "nowhere", "error": "e" * 10_000, "text": "\0文\ud800"}
    odd = own(
        message=message,
        origin="kotonoha:1@nan",
        policy="?",
        leaf="nowhere",
        folder={"name": " " * 9},
        tags=["", "ﾀｸﾞ"],
    )
    circle = own(origin="kotonoha:2@1.0")
    circle["messages"] += [
        {"key": "b", "role": "user", "text": "甲", "created": 1, "parent": "c"},
        {"key": "c", "role": "assistant", "text": "乙", "created": 1, "parent": "b"},
        {"key": "a", "role": "user", "text": "同じ鍵", "created": 1},
        {"key": "", "role": "user", "text": "鍵なし", "created": 1},
    ]
    wrong = [own(message={"role": "system"}), own(created="x"), own(messages=None), own(tags="x")]
    wrong.append(
        own(
            attachments=[
                {"name": "x", "kind": "k", "size_bytes": 1, "sha256": "", "text": "", "content": "*"}
            ]
        )
    )
    report = imported(store, written(tmp_path / "own.json", odd, circle, *wrong))
    assert (len(report.added), report.lost_messages) == (2, 4)
    assert [each.code for each in report.skipped] == ["chat_broken"] * 5
    chat = store.chats.get(report.added[0])
    (only,) = store.messages.path(chat.id)
    assert (only.status, only.stats, only.left_out, only.parent_id) == ("interrupted", None, 0, None)
    assert (only.text, len(only.error), chat.policy, chat.folder_id) == (
        "\ufffd文?",
        4_000,
        "leave_out",
        None,
    )
    assert only.created > 1.7e9
    assert chat.tags == ("ﾀｸﾞ",)
    assert [each.text for each in store.messages.path(report.added[1])] == ["問い"]


def test_tags_and_folders_are_those_that_are_there(store: Store, tmp_path: Path) -> None:
    folder = store.folders.create("ＡＢＣ")
    store.tags.add("メモ", store.chats.create().id)
    report = imported(store, written(tmp_path / "own.json", own(folder={"name": "abc"}, tags=["ﾒﾓ", "新"])))
    chat = store.chats.get(report.added[0])
    assert (chat.folder_id, chat.tags) == (folder.id, ("メモ", "新"))
    assert len(store.folders.list()) == 1


def gemini_said(number: int, time: str) -> dict[str, Any]:
    return {
        "header": "Gemini Apps",
        "title": f"Prompted 質問{number}",
        "time": time,
        "products": ["Gemini Apps"],
        "safeHtmlItem": [{"html": f"<p>答え{number}</p>"}],
    }


def test_odd_html_and_odd_dates_do_not_end_an_import(store: Store, tmp_path: Path) -> None:
    cell = '<div class="outer-cell"><div class="header-cell">Gemini Apps</div><div class="content-cell">'
    page = f"<![x>{cell}Prompted 紅葉<br>2024/01/01 10:00:00 JST<br>答え<![if !x]></div></div>"
    page += f"{cell}Prompted 昔<br>0001/01/01 00:00:00 JST<br>答え</div></div>"
    page += f"{cell}Prompted 時差<br>2024/01/01 10:00:00 +99:99<br>答え</div></div>"
    page += f"{cell}Prompted 未来<br>9999/12/31 23:59:59 PST<br>答え</div></div>"
    (tmp_path / "a.html").write_text("<![x<!DOCTYPE [<![CDATA[ <?php <!-- <div", encoding="utf-8")
    (tmp_path / "b.html").write_text(page, encoding="utf-8")
    times = ("0001-01-01T00:00:00+14:00", "2024-02-01T00:00:00Z", "9999-12-31T23:59:59Z", "いつか")
    said = [gemini_said(n, time) for n, time in enumerate(times)]
    (tmp_path / "c.json").write_text(json.dumps(said), encoding="utf-8")
    written(tmp_path / "d.json", conversation(1, "問い", "答え"))
    report = imported(store, tmp_path)
    assert report.skipped == ()
    records = [store.transfer.record(id) for id in store.transfer.ids()]
    asked = {each.text for record in records for each in record.messages if each.role == "user"}
    assert asked == {"紅葉", "昔", "未来", "質問0", "質問1", "質問2", "質問3", "時差", "問い"}


def test_a_file_that_breaks_its_reader_is_named_and_the_others_go_on(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a reader does with one file: no exception of Python's ends an import."""

    def surprised(text: str, now: float) -> None:
        raise IndexError(text, now)

    monkeypatch.setattr("desktop.exchange.markdown.read", surprised)
    (tmp_path / "a.md").write_text("<!-- kotonoha:chat {} -->", encoding="utf-8")
    written(tmp_path / "b.json", conversation(1, "問い", "答え"))
    report = imported(store, tmp_path)
    assert [(each.file, each.code) for each in report.skipped] == [("a.md", "import_damaged")]
    assert len(report.added) == 1


def test_what_stands_before_the_cut_is_kept_of_jan_and_gemini(store: Store, tmp_path: Path) -> None:
    lines = [
        {
            "object": "thread.message",
            "id": f"m{n}",
            "thread_id": "T",
            "role": "assistant" if n % 2 else "user",
            "content": [{"type": "text", "text": {"value": f"文{n}"}}],
            "created_at": 1_700_000_000 + n,
        }
        for n in range(100)
    ]
    data = "\n".join(json.dumps(line) for line in lines)
    thread = tmp_path / "messages.jsonl"
    thread.write_text(data + '\n{"object": "thread.mess', encoding="utf-8")
    report = imported(store, thread)
    assert (report.messages, [each.code for each in report.skipped]) == (100, ["json_broken"])
    activity = tmp_path / "MyActivity.json"
    said = [gemini_said(n, f"2024-01-01T00:00:{n:02d}Z") for n in range(50)]
    activity.write_text(json.dumps(said)[:-40], encoding="utf-8")
    report = imported(store, activity)
    assert (len(report.added), report.messages) == (1, 98)
    assert [each.code for each in report.skipped] == ["json_broken"]
    activity.write_text(json.dumps(said), encoding="utf-8")
    report = imported(store, activity)
    assert (report.grown, report.messages, report.skipped) == (1, 2, ())


def test_a_store_that_fails_later_hands_over_what_was_imported(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = store.transfer.add

    def full(record: Any) -> Any:
        if record.title == "対話3":
            raise KotonohaError("disk_full", "いっぱいです。", "Full.")
        return add(record)

    monkeypatch.setattr(store.transfer, "add", full)
    path = written(tmp_path / "c.json", *(conversation(n, "問い", "答え") for n in range(1, 6)))
    report = imported(store, path)
    assert len(report.added) == 2
    assert report.failed is not None
    assert report.failed.code == "disk_full"
    assert report.sentence.endswith(
        "途中で終わりました: いっぱいです。もう一度取り込むと、残りが加わります。"
    )
    assert len(rows(store)) == 4


def every_text(store: Store) -> list[str]:
    """Return the texts in all branches of all chats."""
    records = [store.transfer.record(id) for id in store.transfer.ids()]
    return sorted(each.text for record in records for each in record.messages)


def test_circles_of_a_stranger_are_opened_and_nothing_is_lost(store: Store, tmp_path: Path) -> None:
    circle = conversation(1, "一", "二", "三", "四")
    circle["mapping"]["1-0"]["parent"] = "1-3"
    report = imported(store, written(tmp_path / "c.json", circle))
    assert (len(report.added), report.empty, report.messages) == (1, 0, 4)
    assert [text for _, _, text in rows(store)] == ["一", "二", "三", "四"]


def test_messages_of_the_same_key_are_kept_when_they_say_other_things(store: Store, tmp_path: Path) -> None:
    said = [("m1", "human", "一つめ"), ("m2", "assistant", "答え")]
    said += [("m1", "human", "二つめ"), ("m2", "assistant", "次の答え"), ("m2", "assistant", "次の答え")]
    chat = {
        "uuid": "dupes",
        "name": "重なり",
        "created_at": "2024-01-01T00:00:00Z",
        "chat_messages": [{"uuid": key, "sender": role, "text": text} for key, role, text in said],
    }
    path = written(tmp_path / "c.json", chat)
    report = imported(store, path)
    assert report.messages == 4
    assert [text for _, _, text in rows(store)] == ["一つめ", "答え", "二つめ", "次の答え"]
    again = imported(store, path)
    assert (again.known, again.messages, again.lost_messages) == (1, 0, 0)


def test_long_keys_and_origins_stay_apart(store: Store, tmp_path: Path) -> None:
    long = "鍵" * 250
    chats = [own(origin=long + n, title=n, message={"key": long}) for n in "ab"]
    chats[0]["messages"].append(
        {"key": long + "2", "role": "assistant", "text": "答え", "created": 1, "parent": long}
    )
    path = written(tmp_path / "own.json", *chats)
    report = imported(store, path)
    assert (len(report.added), report.messages, report.lost_messages) == (2, 3, 0)
    assert every_text(store) == ["問い", "問い", "答え"]
    assert imported(store, path).known == 2


def test_a_chat_that_lost_all_its_messages_is_not_called_empty(store: Store, tmp_path: Path) -> None:
    report = imported(store, written(tmp_path / "own.json", own(message={"parent": "a"})))
    assert (report.empty, report.lost_messages) == (0, 1)
    assert "つながりの壊れたメッセージを1件除きました。" in report.sentence
