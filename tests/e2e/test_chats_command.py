from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from commands import KOTONOHA, PATIENCE, ROOT, environment, kotonoha
from pypdf import PdfReader

from desktop.store import Store
from desktop.store.instance import Instance

pytestmark = pytest.mark.slow

FIXTURES = Path(__file__).parents[1] / "fixtures" / "exchange"
WORDS = "春はあけぼの\n".encode()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "家"


@pytest.fixture
def filled(home: Path) -> Path:
    """A home with the chats of two applications."""
    done = kotonoha(home, "chats", "import", str(FIXTURES / "chatgpt.json"), str(FIXTURES / "jan"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode() == "Imported 3 chats and 9 messages.\n"
    return home


def lines(home: Path, *arguments: str, stdin: bytes = b"", status: int = 0) -> list[dict[str, Any]]:
    done = kotonoha(home, "chats", *arguments, "--json", stdin=stdin)
    assert done.returncode == status, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def told(home: Path, *arguments: str, stdin: bytes = b"", status: int = 1) -> str:
    """Run what fails; return what it says on standard error."""
    done = kotonoha(home, "chats", *arguments, stdin=stdin)
    assert done.returncode == status, done.stdout.decode()
    assert done.stdout == b""
    return done.stderr.decode()


def test_a_chat_is_listed_shown_and_found(filled: Path) -> None:
    listed = lines(filled, "list")
    assert [chat["title"] for chat in listed][1:] == ["読書会", "紅葉の相談"]
    assert listed[0]["archived"]
    assert lines(filled, "list", "--limit", "1") == listed[:1]
    id = str(listed[2]["id"])
    shown = lines(filled, "show", id)
    assert [message["role"] for message in shown] == ["user", "assistant", "user", "assistant"]
    assert shown[3]["thinking"] == "葉の形から楓と考える。"
    text = kotonoha(filled, "chats", "show", id).stdout.decode()
    assert text.startswith("# 紅葉の相談\n\n## You · 2024-11-12 ")
    (found,) = lines(filled, "search", "ｲﾛﾊもみじ")
    assert (found["title"], found["hits"][0]["role"]) == ("紅葉の相談", "assistant")
    plain = kotonoha(filled, "chats", "search", "草枕").stdout.decode()
    assert "読書会" in plain
    assert "『草枕』はいかがですか。" in plain
    assert told(filled, "search", "ないはずの言葉") == "Nothing was found.\n"
    assert told(filled, "show", "999").startswith("kotonoha: This chat was not found.")


def test_importing_tells_what_became_of_it(filled: Path, tmp_path: Path) -> None:
    broken = tmp_path / "壊れた.json"
    broken.write_text('[{"mapping": {}, "title": "途', encoding="utf-8")
    (report,) = lines(filled, "import", str(FIXTURES / "chatgpt.json"), str(broken), status=1)
    assert (report["added"], report["known"], report["skipped_count"]) == ([], 2, 1)
    assert report["skipped"][0]["code"] == "json_broken"
    done = kotonoha(filled, "chats", "import", str(broken), str(tmp_path / "none.zip"))
    assert done.returncode == 1
    assert "2 could not be read." in done.stdout.decode()
    said = done.stderr.decode().splitlines()
    assert said[0].startswith("  壊れた.json: The file is cut short or damaged")
    assert said[1] == "  none.zip: The file was not found (none.zip)."


def test_everything_goes_out_and_into_another_home(filled: Path, tmp_path: Path) -> None:
    (report,) = lines(filled, "export", "--to", str(tmp_path / "すべて.json"))
    assert (report["chats"], report["left_out"]) == (3, 0)
    other = tmp_path / "別の家"
    (imported,) = lines(other, "import", report["path"])
    assert len(imported["added"]) == 3
    assert [chat["title"] for chat in lines(other, "list")] == [
        chat["title"] for chat in lines(filled, "list")
    ]
    id = str(lines(filled, "list")[2]["id"])
    for format, suffix in (("markdown", "md"), ("html", "html"), ("text", "txt"), ("jsonl", "jsonl")):
        to = tmp_path / f"紅葉.{suffix}"
        (report,) = lines(filled, "export", id, "--to", str(to))
        assert "イロハモミジ" in to.read_text(encoding="utf-8"), format
        assert report["files"] == [str(to)]
        assert "was not overwritten" in told(filled, "export", id, "--to", str(to))
        lines(filled, "export", id, "--to", str(to), "--overwrite")
    with_qt = tmp_path / "紅葉.pdf"
    (report,) = lines(filled, "export", id, "--to", str(with_qt))
    assert report == {"path": str(with_qt), "files": [str(with_qt)], "chats": 1, "left_out": 0}
    text = "".join(page.extract_text() for page in PdfReader(with_qt).pages)
    assert "イロハモミジ" in re.sub(r"\s", "", text)
    assert "was not overwritten" in told(filled, "export", id, "--to", str(with_qt))
    folder = tmp_path / "対話集"
    assert len(lines(filled, "export", "--to", str(folder), "--format", "html")[0]["files"]) == 3
    lines(filled, "export", "--to", str(tmp_path / "対話集.zip"))
    with zipfile.ZipFile(tmp_path / "対話集.zip") as archive:
        assert {Path(name).suffix for name in archive.namelist()} == {".md"}


def test_all_chats_go_into_pdfs_without_a_screen(filled: Path, tmp_path: Path) -> None:
    (report,) = lines(filled, "export", "--to", str(tmp_path / "紙"), "--format", "pdf")
    assert (report["chats"], report["left_out"]) == (3, 0)
    assert all(Path(file).read_bytes().startswith(b"%PDF-") for file in report["files"])
    (report,) = lines(filled, "export", "--to", str(tmp_path / "紙.zip"), "--format", "pdf")
    with zipfile.ZipFile(report["path"]) as archive:
        assert sorted(archive.namelist()) == sorted(path.name for path in (tmp_path / "紙").iterdir())


def test_where_qt_cannot_run_a_pdf_is_refused_in_a_sentence(filled: Path, tmp_path: Path) -> None:
    (tmp_path / "lib" / "PySide6").mkdir(parents=True)
    broken = "raise ImportError('libEGL.so.1: cannot open shared object file')"
    (tmp_path / "lib" / "PySide6" / "__init__.py").write_text(broken)
    for more in (
        {"PYTHONPATH": f"{tmp_path / 'lib'}{os.pathsep}{ROOT}"},
        {"QT_QPA_PLATFORM_PLUGIN_PATH": str(tmp_path)},
    ):
        done = subprocess.run(
            [*KOTONOHA, "chats", "export", "--to", str(tmp_path / "紙"), "--format", "pdf"],
            capture_output=True,
            timeout=PATIENCE,
            check=False,
            env=environment(filled, **more),
            cwd=tmp_path,
        )
        assert (done.returncode, done.stdout) == (1, b"")
        said = done.stderr.decode()
        assert said.startswith("kotonoha: Qt, which makes PDFs, cannot run here (")
        assert said.count("\n") == 1 and "html" in said
    assert not (tmp_path / "紙").exists()


def test_a_backup_with_a_passphrase_there_and_back(filled: Path, tmp_path: Path) -> None:
    usb = tmp_path / "usb"
    usb.mkdir()
    (made,) = lines(filled, "backup", "--to", str(usb), "--encrypt", stdin=WORDS)
    assert made["sealed"]
    assert Path(made["path"]).parent == usb
    id = lines(filled, "list")[0]["id"]
    store = Store.open(filled / "kotonoha.db", recover=False)
    store.chats.rename(id, "控えのあとの題")
    store.close()
    assert "The passphrase is wrong." in told(filled, "restore", made["path"], stdin="夏は夜\n".encode())
    assert "The passphrase is empty." in told(filled, "restore", made["path"])
    assert lines(filled, "list")[0]["title"] == "控えのあとの題"
    (restored,) = lines(filled, "restore", made["path"], stdin=WORDS)
    assert lines(filled, "list")[0]["title"] != "控えのあとの題"
    kept = Store.open(Path(restored["kept_aside"]), recover=False)
    assert kept.chats.get(id).title == "控えのあとの題"
    kept.close()
    assert "not Kotonoha's data" in told(filled, "restore", str(FIXTURES / "plain.json"))
    assert "was not overwritten" in told(filled, "backup", "--to", made["path"])


def test_restoring_waits_until_the_window_is_closed(filled: Path) -> None:
    (made,) = lines(filled, "backup")
    instance = Instance(filled)
    assert instance.acquire()
    try:
        assert told(filled, "restore", made["path"]).startswith("kotonoha: The window is open.")
        assert len(lines(filled, "list")) == 3  # the others may run beside it
        assert lines(filled, "import", str(FIXTURES / "claude.json"))[0]["messages"] == 5
    finally:
        instance.release()


def test_ctrl_c_stops_an_import_between_two_chats(home: Path, tmp_path: Path) -> None:
    one = json.loads((FIXTURES / "chatgpt.json").read_text(encoding="utf-8"))[0]
    many = tmp_path / "many.json"
    many.write_text(
        json.dumps([one | {"conversation_id": str(number), "id": ""} for number in range(3000)]),
        encoding="utf-8",
    )
    process = subprocess.Popen(
        [*KOTONOHA, "chats", "import", str(many), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(home),
    )
    try:
        database = home / "kotonoha.db"
        for _ in range(int(PATIENCE * 20)):
            if database.exists() and database.with_name("kotonoha.db-wal").exists() and _count(database):
                break
            try:
                process.wait(0.05)
                break
            except subprocess.TimeoutExpired:
                continue
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert process.returncode == 130
    report = json.loads(out)
    assert report["cancelled"]
    assert 0 < len(report["added"]) < 3000
    assert _count(database) == len(report["added"])
    (rest,) = lines(home, "import", str(many))
    assert len(rest["added"]) + len(report["added"]) == 3000


def _count(database: Path) -> int:
    store = Store.open(database, recover=False)
    try:
        return len(store.chats.list())
    finally:
        store.close()


def test_wrong_words_are_told(home: Path) -> None:
    for arguments in ([], ["fly"], ["show", "x"], ["export"], ["import"], ["list", "--limit", "0"]):
        assert kotonoha(home, "chats", *arguments).returncode == 2, arguments
    help = kotonoha(home, "chats", "--help").stdout.decode()
    for word in ("list", "show", "search", "import", "export", "backup", "restore"):
        assert word in help


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
@pytest.mark.parametrize("action", [("list",), ("list", "--json"), ("show", "1"), ("search", "紅葉")])
def test_a_full_standard_output_is_told_in_a_sentence(filled: Path, action: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*KOTONOHA, "chats", *action],
            stdout=full,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            timeout=PATIENCE,
            check=False,
            env=environment(filled),
            cwd=filled.parent,
        )
    assert done.returncode == 1
    assert done.stderr.decode().startswith("kotonoha: The result cannot be written (")
    assert len(done.stderr.decode().splitlines()) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="names in another encoding than UTF-8")
def test_a_name_that_is_not_utf8_is_refused_in_a_sentence(filled: Path, tmp_path: Path) -> None:
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/\xff")
    for action in (("export", "1", "--to", odd), ("backup", "--to", odd), ("restore", odd)):
        said = told(filled, *action)
        assert said.startswith("kotonoha: ")
        assert len(said.splitlines()) == 1
    assert os.fsencode(odd) not in [os.fsencode(path) for path in tmp_path.iterdir()]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names of files")
def test_a_pipe_is_neither_waited_for_nor_replaced(filled: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert "not Kotonoha's data" in told(filled, "restore", str(pipe))
    assert "cannot be written there" in told(filled, "backup", "--to", str(pipe))
    assert "not the name of a regular file" in told(filled, "export", "1", "--overwrite", "--to", str(pipe))
    assert pipe.is_fifo()
