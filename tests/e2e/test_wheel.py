"""The wheel, in an environment where nothing of the checkout can be found."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
from commands import PATIENCE, ROOT, environment

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel alone; the packages that it depends on are lent by this one."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(build, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = folder.glob("kotonoha-*.whl")
    venv.create(folder / "env", with_pip=False, symlinks=True)
    python = folder / "env" / "bin" / "python"
    packages = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    ).stdout.strip()
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index"]
    subprocess.run([*install, "-q", str(wheel)], timeout=PATIENCE, check=True)
    (Path(packages) / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "env" / "bin"


def run(home: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command away from the checkout, with no way back to it."""
    bare = {name: value for name, value in environment(home).items() if name != "PYTHONPATH"}
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        cwd=home.parent,
        env=bare,
    )


def said(home: Path, *command: str | Path) -> str:
    done = run(home, *command)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def test_it_finds_its_resources(installed: Path, home: Path) -> None:
    place = Path(said(home, installed / "python", "-c", "import desktop; print(desktop.__file__)"))
    assert place.is_relative_to(installed.parent)
    assert not (place.parents[1] / "tests").exists()
    listing = "from desktop.paths import RESOURCES as r; print(*(p.relative_to(r) for p in r.rglob('*')))"
    there = set(said(home, installed / "python", "-c", listing).split())
    resources = ROOT / "desktop" / "resources"
    tracked = subprocess.run(
        ["git", "ls-files", "."], cwd=resources, capture_output=True, text=True, check=True
    ).stdout.split()
    assert tracked
    assert set(tracked) <= there


def test_it_starts_and_answers(installed: Path, home: Path) -> None:
    assert said(home, installed / "kotonoha", "--version").startswith("kotonoha 0.")
    assert (installed / "kotonoha-gui").exists()
    assert said(home, installed / "kotonoha", "ask", "日本の首都は？", "--max-tokens", "8")


def test_commands_of_a_checkout_say_so(installed: Path, home: Path) -> None:
    done = run(home, installed / "kotonoha", "test")
    assert (done.returncode, done.stdout) == (1, "")
    assert "folder of the source" in done.stderr
