"""Backups, and what to do with a damaged database: set it aside, go back to a backup. Nothing is lost."""

from __future__ import annotations

import re
import time
from pathlib import Path

from desktop.errors import KotonohaError
from desktop.store import failures
from desktop.store.health import examine
from desktop.store.snapshot import snapshot, sync_folder

KEPT_BACKUPS = 7
_NAME = re.compile(r"(\d{8}-\d{6})(?:-(\d+))?\.db")
_COMPANIONS = ("-wal", "-shm", "-journal")


def backup(path: Path, to: Path | None = None) -> Path:
    """Copy the database ``path`` and return the copy's path.

    Without ``to`` it goes to ``backups/<name>-YYYYMMDD-HHMMSS.db`` (local time) beside the database, where
    the newest ``KEPT_BACKUPS`` are kept. An existing ``to`` is replaced once the copy is complete. Raises
    ``KotonohaError``.
    """
    if to is not None:
        if _same_file(path, to):
            raise KotonohaError(
                "backup_onto_itself",
                "使用中のデータと同じ場所には控えを作れません。何も変えていません。別の名前を選んでください。",
                "A backup cannot be written onto the data in use. Nothing was changed. Please choose another "
                "name.",
            )
        snapshot(path, to)
        return to
    with failures.told(path):
        folder = _folder(path)
        folder.mkdir(mode=0o700, exist_ok=True)
        target = _unused(folder, path.stem)
        snapshot(path, target)
        for old in _backups(path)[KEPT_BACKUPS:]:
            old.unlink(missing_ok=True)
        for part in folder.glob(f"{path.stem}-*.part"):  # of a backup that was cut short
            part.unlink(missing_ok=True)
    return target


def backup_if_older(path: Path, seconds: float) -> Path | None:
    """Make an automatic backup unless there is one younger than ``seconds``; return its path if made."""
    with failures.told(path):
        newest = _backups(path)[:1]
        age = time.time() - newest[0].stat().st_mtime if newest else None
    return None if age is not None and 0 <= age < seconds else backup(path)


def has_backups(path: Path) -> bool:
    """Return whether there are automatic backups of the database ``path``, whole or not."""
    return bool(_backups(path))


def newest_backup(path: Path) -> Path | None:
    """Return the newest automatic backup of the database ``path`` that can be opened and is whole."""
    with failures.told(path):
        for candidate in _backups(path):
            try:
                examine(candidate, thoroughly=True)
            except KotonohaError:
                continue
            return candidate
    return None


def set_aside(path: Path) -> Path:
    """Rename the database ``path`` with its WAL to ``<name>-damaged-<time>.db`` and return that path.

    No connection may be open. Raises ``KotonohaError`` where the folder does not allow it.
    """
    with failures.told(path):
        aside = _unused(path.parent, f"{path.stem}-damaged")
        # Companions last: whoever finds a WAL without its database knows that this was cut short.
        for suffix in ("", *_COMPANIONS):
            piece = path.with_name(path.name + suffix)
            if piece.exists():
                target = aside.with_name(aside.name + suffix)
                target.touch(exist_ok=False)  # taken by us, so that replace() overwrites nothing of others
                piece.replace(target)
        sync_folder(path.parent)
    return aside


def restore(path: Path, backup: Path) -> None:
    """Put a copy of ``backup`` in the place of ``path``, setting aside what is there.

    No connection may be open. Raises ``KotonohaError`` when the backup is not whole, not ours or newer, or
    when there is no room; ``path`` is then as it was.
    """
    examine(backup, thoroughly=True)
    ready = path.with_name(path.name + ".restored")
    try:
        snapshot(backup, ready)
        if any(path.with_name(path.name + suffix).exists() for suffix in ("", *_COMPANIONS)):
            set_aside(path)
        with failures.told(path):
            ready.replace(path)
            sync_folder(path.parent)
    finally:
        ready.unlink(missing_ok=True)


def _folder(path: Path) -> Path:
    return path.parent / "backups"


def _backups(path: Path) -> list[Path]:
    """Return the automatic backups, newest first."""
    prefix = f"{path.stem}-"
    found = []
    for entry in _folder(path).glob("*.db"):
        parts = _NAME.fullmatch(entry.name.removeprefix(prefix)) if entry.name.startswith(prefix) else None
        if parts:
            found.append((parts[1], int(parts[2] or 1), entry))
    return [entry for _, _, entry in sorted(found, reverse=True)]


def _unused(folder: Path, stem: str) -> Path:
    """Return a path named after this second under which there is nothing yet, nor beside it."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    number = 1
    while True:
        path = folder / f"{stem}-{stamp}{f'-{number}' if number > 1 else ''}.db"
        if not any(path.with_name(path.name + suffix).exists() for suffix in ("", *_COMPANIONS)):
            return path
        number += 1


def _same_file(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve() or (other.exists() and one.exists() and one.samefile(other))
