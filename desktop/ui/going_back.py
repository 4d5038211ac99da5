"""The wish to go back to a backup, on its way from the dialog to the application."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class GoingBack(NamedTuple):
    """Which backup to go back to. Never shown or logged: it holds the passphrase."""

    path: Path
    passphrase: str | None

    def __repr__(self) -> str:
        return f"GoingBack({self.path.name!r})"
