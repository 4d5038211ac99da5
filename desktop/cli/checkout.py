"""The commands for those who work on Kotonoha itself: tests, benchmarks, the bundle. Only from a checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from desktop.errors import KotonohaError

_COMMANDS = {
    "test": ["pytest"],
    "bench": ["benchmarks"],
    "build": ["PyInstaller", "--noconfirm", "build.spec"],
}


def run(command: str, rest: list[str]) -> int:
    """Run ``command`` in the checkout with the arguments ``rest``; return its exit status.

    Raises ``KotonohaError("not_a_checkout")`` where this is an installed package.
    """
    root = Path(__file__).resolve().parents[2]
    if getattr(sys, "frozen", False) or not (root / "pyproject.toml").is_file():
        raise KotonohaError(
            "not_a_checkout",
            f"{command} は、ソースのフォルダーの中でだけ使えます。",
            f"{command} works only in a folder of the source.",
        )
    module, *arguments = _COMMANDS[command]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH")]))
    }
    # A relative path for ``bench --json`` means the caller's folder; pytest and PyInstaller want the root.
    folder = None if command == "bench" else root
    return subprocess.call([sys.executable, "-m", module, *arguments, *rest], cwd=folder, env=environment)  # noqa: S603
