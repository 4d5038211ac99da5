"""The one entry: the window, a command, or the engine's child process.

The engine is dispatched before anything else is imported: a frozen bundle starts its child with this same
executable, and the child needs neither Qt nor the database.
"""

from __future__ import annotations

import sys


def main() -> int:
    """Run what the arguments ask for; return the exit status."""
    if sys.argv[1:2] == ["engine"]:
        from desktop.engine.process import main as engine

        return engine()
    print("kotonoha: only the engine can be started yet", file=sys.stderr)  # noqa: T201
    return 2


if __name__ == "__main__":
    sys.exit(main())
