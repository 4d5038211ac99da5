"""The frozen bundle: it answers through a child process that is frozen, too."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import making
import psutil
import pytest
from commands import PATIENCE, environment

from desktop.documents.reader import read_bytes
from desktop.jobs import Cancel

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The executable, built by the very command that a person uses, into a folder of its own."""
    folder = tmp_path_factory.mktemp("bundle")
    command = [sys.executable, "-m", "desktop", "build", "--log-level", "ERROR"]
    command += ["--distpath", str(folder / "dist"), "--workpath", str(folder / "build")]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=800,
        check=False,
        cwd=folder,
        env=environment(folder / "home"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "dist" / "kotonoha" / "kotonoha"


def bare(home: Path) -> dict[str, str]:
    """Return an environment in which nothing of Python's can be found."""
    return {
        name: value
        for name, value in environment(home).items()
        if not name.startswith("PYTHON") and name != "VIRTUAL_ENV"
    } | {"PATH": "/usr/bin:/bin"}


def test_it_answers_through_its_own_frozen_child(bundle: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [bundle, "ask", "日本の首都は？"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=bare(tmp_path / "home"),
    )
    children: set[tuple[str, tuple[str, ...]]] = set()
    watched = psutil.Process(process.pid)
    while process.poll() is None:
        time.sleep(0.01)
        try:
            for child in watched.children(recursive=True):
                if exe := child.exe():  # "" of one that is just ending
                    children.add((exe, tuple(child.cmdline()[1:])))
        except psutil.Error:
            continue
    assert process.stdout is not None and process.stderr is not None
    with process.stdout, process.stderr:
        assert (process.returncode, process.stderr.read()) == (0, b"")
        assert process.stdout.read().decode().strip()
    assert (str(bundle.resolve()), ("engine",)) in children
    assert {exe for exe, _ in children} == {str(bundle.resolve())}


def test_it_has_version_presets_and_no_development_commands(bundle: Path, tmp_path: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [bundle, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            cwd=tmp_path,
            env=bare(tmp_path / "home"),
        )

    assert run("--version").stdout.startswith("kotonoha 0.")
    assert "Summarize" in run("ask", "-p", "nothing like it", "x").stderr
    assert run("test").returncode == 1


def test_the_frozen_window_shows_itself(bundle: Path, tmp_path: Path) -> None:
    picture = tmp_path / "window.png"
    done = subprocess.run(
        [bundle, "demo", picture],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        cwd=tmp_path,
        env=bare(tmp_path / "home"),
    )
    assert done.returncode == 0, done.stderr
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("議事録.docx", making.word(), "山田太郎"),
        ("売上.xlsx", making.excel(), "売上"),
        ("計画.pptx", making.powerpoint(), "目的を決める"),
        ("花見.pdf", making.pdf("東京の桜"), "東京の桜"),
        ("花火.html", making.html(), "河原"),
    ],
)
def test_its_reader_has_the_libraries_of_each_format(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, data: bytes, words: str
) -> None:
    for variable in ("PYTHONPATH", "VIRTUAL_ENV"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    reading = read_bytes(name, data, Cancel(), command=[str(bundle), "document-reader"])
    while True:
        try:
            next(reading)
        except StopIteration as ended:
            assert words in ended.value.text
            return


def test_it_has_what_its_libraries_open_and_the_texts_of_their_licences(bundle: Path) -> None:
    files = bundle.parent / "_internal"
    opened = (
        *("ziamath/fonts/STIXTwoMath-Regular.ttf", "ziafont/fonts/DejaVuSans.ttf"),
        *("latex2mathml/unimathsymbols.txt", "ipadic/dicdir/sys.dic", "ipadic/dicdir/mecabrc"),
    )
    assert [name for name in opened if not (files / name).is_file()] == []
    told = {path.name for path in (files / "licenses").iterdir()}
    assert {"cryptography", "ipadic", "jinja2", "lxml", "numpy", "pypdf"} <= told
