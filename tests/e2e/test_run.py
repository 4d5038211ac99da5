"""./run, with a stand-in for Python and pip: what it does, in which order, and what it never does twice."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from commands import PATIENCE, ROOT

TOOLS = (
    *("bash", "cat", "chmod", "cksum", "cmp", "cp", "cut", "dirname", "env", "id", "ls", "mkdir", "mv"),
    *("readlink", "rm", "sed", "sleep", "tail", "touch", "uname"),
)

# A Python that says what it was asked for. ``broken`` in its folder makes pip fail.
PYTHON = """#!/bin/bash
here=$(dirname "$(readlink -f "$0")")
case "$*" in
    *"import os, sys"*) echo "ok $here/python3" ;;
    *"-m venv --clear"*)
        echo venv >>"$LOG"
        rm -rf "${!#}" && mkdir -p "${!#}/bin" && cp "$here/python3" "${!#}/bin/python" ;;
    *"pip"*" wheel "*)
        echo compile $CMAKE_ARGS >>"$LOG" && mkdir -p "${!#}" && touch "${!#}/llama_cpp_python-0-any.whl" ;;
    *"pip"*"install"*) echo "install ${!###*/}" >>"$LOG" && [ ! -e "$BROKEN" ] ;;
    *"-m desktop"*) printf '%s\\n' "$PWD" "${PYTHONPATH%%:*}" "$PYTHONSAFEPATH" "$@" ;;
esac
"""


class Machine:
    """A machine with a few tools, a home, and a fresh copy of the checkout."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.home = folder / "home"
        self.checkout = folder / "my checkout"
        self.log = folder / "log"
        self.broken = folder / "broken"
        self.language = "en_US.UTF-8"
        for path in (self.bin, self.home, self.checkout):
            path.mkdir()
        for name in TOOLS:
            found = shutil.which(name)
            assert found, name
            (self.bin / name).symlink_to(found)
        for name in ("run", *(path.name for path in ROOT.glob("requirements*.lock"))):
            shutil.copy(ROOT / name, self.checkout)

    def add(self, name: str, script: str) -> None:
        path = self.bin / name
        path.write_text(script)
        path.chmod(0o755)

    def add_everything(self) -> None:
        self.add("python3", PYTHON)
        self.add("cc", "#!/bin/bash\n")
        self.add("c++", "#!/bin/bash\n")
        self.add("ldconfig", "#!/bin/bash\necho libEGL.so.1 libxcb-cursor.so.0\n")

    def run(self, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.checkout / "run", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            cwd=cwd or self.home,
            env={
                "PATH": str(self.bin),
                "HOME": str(self.home),
                "LANG": self.language,
                "LOG": str(self.log),
                "BROKEN": str(self.broken),
            },
        )

    def steps(self) -> list[str]:
        """Return what was done since the last call."""
        done = self.log.read_text().splitlines() if self.log.exists() else []
        self.log.write_text("")
        return done


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


SET_UP = [
    "venv",
    "install requirements-build.lock",
    "compile",
    "install llama_cpp_python-0-any.whl",
    "install requirements-setuptools.lock",
    "install requirements.lock",
]


def test_the_first_start_sets_up_and_the_second_does_nothing(machine: Machine, tmp_path: Path) -> None:
    machine.add_everything()
    done = machine.run("ask", "two words", cwd=tmp_path)
    root = str(machine.checkout)
    expected = [str(tmp_path), root, "1", "-m", "desktop", "ask", "two words"]
    assert (done.returncode, done.stdout.splitlines()) == (0, expected), done.stderr
    assert machine.steps() == SET_UP
    again = machine.run("ask", "two words", cwd=tmp_path)
    assert (again.stdout, again.stderr) == (done.stdout, "")
    assert machine.steps() == []


def test_through_a_link_from_anywhere(machine: Machine, tmp_path: Path) -> None:
    machine.add_everything()
    (tmp_path / "kotonoha").symlink_to(Path("my checkout") / "run")
    script = machine.checkout / "run"
    machine.run()
    done = subprocess.run(
        ["../kotonoha"],
        cwd=machine.home,
        env={"PATH": str(machine.bin), "HOME": str(machine.home)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.stdout.splitlines()[:2] == [str(machine.home), str(script.parent)]


def test_an_interrupted_set_up_is_done_again(machine: Machine) -> None:
    machine.add_everything()
    machine.broken.touch()
    done = machine.run("ask")
    assert done.returncode == 1
    assert "start ./run again" in done.stderr
    machine.steps()
    machine.broken.unlink()
    assert machine.run("ask").returncode == 0
    assert machine.steps() == SET_UP
    (machine.checkout / ".venv" / ".ready").unlink()  # as if it had ended a moment before the end
    assert machine.run("ask").returncode == 0
    assert machine.steps() == [step for step in SET_UP if step not in ("compile", SET_UP[1])]


def test_the_engine_is_compiled_once_a_machine(machine: Machine) -> None:
    machine.add_everything()
    machine.run("ask")
    shutil.rmtree(machine.checkout / ".venv")
    machine.steps()
    assert machine.run("ask").returncode == 0
    assert machine.steps() == [step for step in SET_UP if step not in ("compile", SET_UP[1])]


def test_an_engine_for_the_gpu_is_built_once_and_kept_beside_the_other(machine: Machine) -> None:
    machine.add_everything()
    machine.run("ask")
    machine.steps()
    done = machine.run("gpu", "vulkan")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "devices"), done.stderr
    assert "compile -DGGML_VULKAN=ON" in machine.steps()
    assert machine.run("ask").returncode == 0
    assert machine.steps() == []
    machine.run("gpu", "off")
    machine.run("gpu", "vulkan")
    assert not [step for step in machine.steps() if step.startswith("compile")]
    shutil.rmtree(machine.checkout / ".venv")
    machine.run("ask")  # a new checkout has the engine that was chosen for this machine
    assert not [step for step in machine.steps() if step.startswith("compile")]


def test_a_gpu_engine_that_cannot_be_built_is_not_chosen(machine: Machine) -> None:
    machine.add_everything()
    machine.run("ask")
    machine.broken.touch()
    assert machine.run("gpu", "cuda").returncode == 1
    machine.broken.unlink()
    machine.steps()
    assert machine.run("ask").returncode == 0
    assert not [step for step in machine.steps() if "CUDA" in step]
    assert machine.run("gpu", "amiga").returncode == 1


def test_a_new_lock_brings_the_environment_up_to_date(machine: Machine) -> None:
    machine.add_everything()
    machine.run("ask")
    with (machine.checkout / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    machine.steps()
    assert machine.run("ask").returncode == 0
    assert machine.steps() == SET_UP[3:]
    machine.run("ask")
    assert machine.steps() == []


def test_the_environment_of_a_removed_python_is_made_anew(machine: Machine) -> None:
    machine.add_everything()
    machine.run("ask")
    python = machine.checkout / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3.11")
    machine.steps()
    assert machine.run("ask").returncode == 0
    assert machine.steps()[0] == "venv"


def test_development_tools_come_with_the_tests(machine: Machine) -> None:
    machine.add_everything()
    done = machine.run("test", "-k", "x")
    assert done.stdout.splitlines()[3:] == ["-m", "desktop", "test", "-k", "x"]
    more = [SET_UP[4], "install requirements-dev.lock", "install requirements-test-models.lock"]
    assert machine.steps() == SET_UP + more
    machine.run("test")
    assert machine.steps() == []


def test_pythons_that_do_not_run_are_passed_over(machine: Machine) -> None:
    machine.add_everything()
    (machine.bin / "python3").rename(machine.bin / "python3.12")
    machine.add("python3", "#!/bin/bash\necho 'pyenv: python3: command not found' >&2\nexit 127\n")
    machine.add("python3.13", "#!/bin/bash\n")  # too old: it says nothing
    python = PYTHON.replace("/python3", "/python3.12")
    machine.add("python3.12", python)
    assert machine.run("ask").returncode == 0
    assert machine.steps() == SET_UP


def test_no_python_at_all(machine: Machine) -> None:
    done = machine.run("ask")
    assert done.returncode == 1
    assert "No Python 3.11" in done.stderr
    assert not (machine.checkout / ".venv").exists()
    machine.language = "ja_JP.UTF-8"
    assert "Python 3.11 以上が見つかりません" in machine.run("ask").stderr


def test_a_python_without_venv(machine: Machine) -> None:
    machine.add("python3", "#!/bin/bash\necho bare python3.12\n")
    done = machine.run("ask")
    assert done.returncode == 1
    assert "apt install python3.12-venv" in done.stderr


def test_without_a_compiler(machine: Machine) -> None:
    machine.add_everything()
    (machine.bin / "c++").unlink()
    done = machine.run("ask")
    assert done.returncode == 1
    assert "compiler" in done.stderr
    assert machine.steps() == []


@pytest.mark.parametrize("question", ["--version", "--help"])
def test_questions_need_no_set_up(machine: Machine, question: str) -> None:
    """Answered by a real Python that has none of the packages."""
    shutil.copytree(ROOT / "desktop", machine.checkout / "desktop")
    real = os.path.realpath(sys.executable)
    machine.add("python3", f'#!/bin/bash\nexec "{real}" "$@"\n')
    done = machine.run(question)
    assert (done.returncode, done.stderr) == (0, "")
    assert "kotonoha" in done.stdout
    assert not (machine.checkout / ".venv").exists()


def test_the_scripts_can_be_started() -> None:
    for script in (ROOT / "run", ROOT / ".ci" / "run"):
        assert script.stat().st_mode & stat.S_IXUSR
        subprocess.run(["bash", "-n", str(script)], check=True, timeout=PATIENCE)


def test_the_locks_have_a_hash_for_everything_and_no_address() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        text = lock.read_text()
        assert "://" not in text
        entries = text.replace("\\\n", " ").splitlines()
        assert entries
        assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)
