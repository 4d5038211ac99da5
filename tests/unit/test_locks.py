"""What is locked: from which files it is made, without addresses, and with a licence that people can read."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted(ROOT.glob("requirements*.lock"))


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(path: Path) -> set[str]:
    return {canonical(name) for name in re.findall(r"^([\w.-]+)==", path.read_text("utf-8"), re.MULTILINE)}


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["starter"]]
    return {canonical(re.split(r"[<>=;\[]", line)[0].strip()) for line in wanted}


def test_everything_declared_is_locked() -> None:
    assert declared() <= locked(ROOT / "requirements.lock")
    assert locked(ROOT / "requirements.lock") <= locked(ROOT / "requirements-dev.lock")


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_has_versions_and_hashes_and_nothing_else(lock: Path) -> None:
    lines = lock.read_text("utf-8").splitlines()
    assert lines
    shape = re.compile(r"[a-z0-9-]+==[\w.+!]+( ; [\w. '<>=!()-]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?")
    assert [line for line in lines if not shape.fullmatch(line)] == []


def test_everything_locked_has_its_licence_told() -> None:
    text = (ROOT / "desktop" / "resources" / "licenses.txt").read_text("utf-8")
    names = [re.split(r"  +| \(", line)[0] for line in text.splitlines()]
    told = {canonical(name) for line in names for name in line.split(", ")}
    model = {name for name in locked(ROOT / "requirements.lock") if name.startswith("gemma3-270m-")}
    assert "Gemma 3 270M" in text
    assert sorted(locked(ROOT / "requirements.lock") - model - told) == []
