"""The project's own rules, held by the same command as the tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


COMMANDS = {
    "ruff check": (["ruff", "check", "."], "All checks passed"),
    "ruff format": (["ruff", "format", "--check", "."], "already formatted"),
    "mypy": (["mypy"], "Success: no issues"),
    "import-linter": (["lint-imports"], "0 broken"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_lint(name: str) -> None:
    (program, *arguments), success = COMMANDS[name]
    path = Path(sys.executable).with_name(program)
    done = subprocess.run(
        [path, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert success in done.stdout
