"""Backups as the person wishes them: encrypted where a passphrase is kept, by themselves once a day."""

from __future__ import annotations

import time
from collections.abc import Generator
from pathlib import Path

from desktop.jobs import Cancel
from desktop.store import backups, passphrase
from desktop.store.sealed import SealProgress


def back_up(database: Path, cancel: Cancel, to: Path | None = None) -> Generator[SealProgress, None, Path]:
    """Make a backup, encrypted where a passphrase is kept; see ``backups.make``."""
    return (yield from backups.make(database, cancel, to, passphrase.kept(database)))


def back_up_if_older(
    database: Path, cancel: Cancel, seconds: float
) -> Generator[SealProgress, None, Path | None]:
    """Make a backup unless there is one younger than ``seconds``; return its path if made."""
    newest = backups.backups(database)[:1]
    if newest and 0 <= time.time() - newest[0].when < seconds:
        return None
    return (yield from back_up(database, cancel))
