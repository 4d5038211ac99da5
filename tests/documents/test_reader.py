"""The reader's process: real files, and readers that hang, die, or talk nonsense."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time

import making
import psutil
import pytest

from desktop.documents import Document, read, read_bytes, reader
from desktop.documents.document import MOST_BYTES
from desktop.errors import KotonohaError
from desktop.jobs import Cancel, Cancelled, result_of

NAMES = {
    "議事録.docx": "word", "売上.xlsx": "excel", "計画.pptx": "powerpoint", "報告.pdf": "pdf",
    "お知らせ.html": "html", "打ち合わせ.eml": "mail", "表.csv": "table",
}  # fmt: skip


def python(code):
    return [sys.executable, "-c", code]


def refusal(job):
    with pytest.raises(KotonohaError) as refused:
        result_of(job)
    return refused.value


def children():
    return [each for each in psutil.Process().children() if each.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.parametrize("name", making.FILES)
def test_a_file_is_read_in_a_process_of_its_own(tmp_path, name):
    data = making.FILES[name]()
    path = tmp_path / name
    path.write_bytes(data)
    document = result_of(read(path, Cancel()))
    assert isinstance(document, Document)
    assert (document.name, document.kind, document.size_bytes) == (name, NAMES[name], len(data))
    assert document.sha256 == hashlib.sha256(data).hexdigest()
    assert document.text.strip()
    assert (document.content == data) is (document.kind in ("html", "table"))
    assert children() == []


def test_progress_is_told_and_grows():
    data = making.pdf(*["文字"] * 200)
    told = [event.fraction for event in read_bytes("a.pdf", data, Cancel())]
    assert len(told) > 5 and told == sorted(told) and told[-1] <= 1.0


def test_the_encoding_of_kept_bytes_can_be_changed():
    data = "設定を変える".encode("euc_jp")
    document = result_of(read_bytes("a.txt", data, Cancel()))
    assert (document.text, document.encoding) == ("設定を変える", "euc_jis_2004")
    other = result_of(read_bytes("a.txt", document.content, Cancel(), encoding="cp932"))
    assert other.encoding == "cp932" and other.text != document.text


def test_what_is_no_file_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "管")
    for path in (tmp_path, tmp_path / "ない.txt", tmp_path / "管"):
        error = refusal(read(path, Cancel()))
        assert error.code == "document_unreadable" and error.ja.startswith(f"「{path.name}」")
    (tmp_path / "空.txt").touch()
    assert refusal(read(tmp_path / "空.txt", Cancel())).code == "document_empty"


def test_a_file_that_is_too_big_is_not_read(tmp_path):
    path = tmp_path / "大.txt"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    assert refusal(read(path, Cancel())).code == "document_too_big"


def test_a_reader_that_hangs_is_ended():
    command = python("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)")
    error = refusal(read_bytes("a.txt", b"abc", Cancel(), seconds=0.5, command=command))
    assert error.code == "document_slow"
    assert children() == []


def test_a_reader_that_stops_in_the_middle_of_a_file_is_ended():
    data = making.pdf(*["文字"] * 2_000)
    job = read_bytes("a.pdf", data, Cancel(), seconds=5)
    next(job)
    (child,) = children()
    child.send_signal(signal.SIGSTOP)
    assert refusal(job).code == "document_slow"
    assert children() == []


def test_a_reader_that_is_killed_is_told():
    data = making.pdf(*["文字"] * 2_000)
    job = read_bytes("a.pdf", data, Cancel())
    next(job)
    (child,) = children()
    child.kill()
    assert refusal(job).code == "document_crashed"
    again = result_of(read_bytes("a.txt", b"abc", Cancel()))
    assert again.text == "abc"


@pytest.mark.parametrize(
    "code",
    ["print('こんにちは')", 'print(\'{"type":"Result"}\')', "raise SystemExit(3)", "print('x' * 10**7)"],
)
def test_a_reader_that_talks_nonsense_is_told(code):
    assert refusal(read_bytes("a.txt", b"abc", Cancel(), command=python(code))).code == "document_crashed"


def test_a_reader_that_cannot_be_started_is_told():
    assert refusal(read_bytes("a.txt", b"abc", Cancel(), command=["/no/such"])).code == "document_crashed"


def test_cancelling_ends_the_reader():
    cancel = Cancel()
    threading.Timer(0.2, cancel.set).start()
    with pytest.raises(Cancelled):
        result_of(read_bytes("a.txt", b"abc", cancel, command=python("import time; time.sleep(600)")))
    assert children() == []


def test_leaving_the_job_ends_the_reader():
    job = read_bytes("a.pdf", making.pdf(*["文字"] * 2_000), Cancel())
    next(job)
    job.close()
    assert children() == []


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux alone")
def test_a_reader_that_wants_all_memory_is_refused_it(monkeypatch):
    code = (
        "import desktop.documents.process as process\n"
        "def convert(*_):\n yield 0.5\n bytearray(64 * 2**30)\n"
        "process.convert = convert\nprocess.main()"
    )
    monkeypatch.setattr(reader, "reader_command", lambda: python(code))
    assert refusal(read_bytes("a.txt", b"abc", Cancel())).code == "document_memory"


def test_a_bomb_costs_nothing(tmp_path):
    path = tmp_path / "爆弾.docx"
    path.write_bytes(making.zipped({"word/document.xml": bytes(200 * 2**20)}))
    error = refusal(read(path, Cancel()))
    assert error.code == "document_bomb" and "爆弾.docx" in error.en


def test_a_name_of_half_characters_is_no_trouble():
    assert result_of(read_bytes("a\udcff.txt", b"abc", Cancel())).name == "a?.txt"


def test_a_reader_whose_application_is_gone_ends(tmp_path):
    """Its pipes close with the application; nothing is left behind."""
    code = (
        "import subprocess, sys, os\n"
        "command = [sys.executable, '-m', 'desktop', 'document-reader']\n"
        "child = subprocess.Popen(command, stdin=subprocess.PIPE)\n"
        "print(child.pid, flush=True)\nos._exit(0)"
    )
    out = subprocess.run(python(code), capture_output=True, text=True, check=True).stdout
    deadline = time.monotonic() + 30
    while psutil.pid_exists(int(out)) and psutil.Process(int(out)).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, "it is still there"
        time.sleep(0.05)


def test_a_reader_that_only_tells_of_progress_is_ended():
    code = (
        "import time\nfor n in range(10**6):\n"
        ' print(\'{"type": "Done", "fraction": 0.5}\', flush=True)\n time.sleep(0.01)'
    )
    assert refusal(read_bytes("a.txt", b"abc", Cancel(), seconds=0.1, command=python(code))).code == (
        "document_slow"
    )
