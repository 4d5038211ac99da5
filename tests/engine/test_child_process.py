"""How processes of our own are started and ended, the engine's child and the reader of files alike."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from desktop import subprocesses

ROOT = Path(__file__).resolve().parents[2]


def started(code: str, **environment: str) -> subprocess.Popen[bytes]:
    return subprocesses.start([sys.executable, "-c", code], stderr=subprocess.DEVNULL, **environment)


def said(code: str, **environment: str) -> str:
    process = started(code, **environment)
    try:
        assert process.stdout is not None
        return process.stdout.read().decode()
    finally:
        subprocesses.end(process)


def test_it_finds_this_package_and_nothing_of_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "desktop.py").write_text("raise SystemExit('that of the folder')")
    (tmp_path / "json.py").write_text("raise SystemExit('that of the folder')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", "別の場所")
    out = said("import json, sys, desktop; print(desktop.__file__, sys.path, sys.flags.utf8_mode)")
    assert out.startswith(str(ROOT / "desktop" / "__init__.py")) and "別の場所" in out
    assert out.strip().endswith(" 1")


def test_what_is_added_to_its_environment_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOTONOHA_TRIED", "前から")
    code = "import os; print(os.environ['KOTONOHA_TRIED'], os.environ['ADDED'])"
    assert said(code, ADDED="足した").strip() == "前から 足した"


def test_one_that_hangs_is_ended_with_what_holds_its_pipes() -> None:
    process = started("import time; print('始', flush=True); time.sleep(600)")
    assert process.stdout is not None and process.stdin is not None
    assert process.stdout.readline().decode().strip() == "始"
    stdout = process.stdout
    thread = threading.Thread(target=stdout.read)
    thread.start()
    subprocesses.end(process, [thread])
    assert not thread.is_alive() and process.returncode is not None
    assert process.stdin.closed and stdout.closed and not psutil.pid_exists(process.pid)
    subprocesses.end(process)  # once more is harmless


def test_what_a_dead_one_did_not_read_does_not_matter() -> None:
    process = started("raise SystemExit(3)")
    process.wait(60)
    assert process.stdin is not None
    process.stdin.write(b"x")  # stays in the buffer, which closing writes out
    subprocesses.end(process)
    assert process.returncode == 3 and process.stdin.closed


def test_one_that_is_not_there_is_an_error() -> None:
    with pytest.raises(OSError, match="no-such-program"):
        subprocesses.start(["no-such-program"], stderr=subprocess.DEVNULL)
