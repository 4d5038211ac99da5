"""Backups, and what to do with a damaged database: set it aside, go back to a backup. Nothing is lost."""

from __future__ import annotations

import datetime as dt
import glob
import re
import time
from pathlib import Path

from desktop.errors import KotonohaError
from desktop.store import failures
from desktop.store.health import examine
from desktop.store.snapshot import snapshot, sync_folder
from desktop.store.thinning import surplus

_NAME = re.compile(r"(\d{8}-\d{6})(?:-(\d+))?\.db(?:\.sealed)?")
_STAMP = "%Y%m%d-%H%M%S"
_COMPANIONS = ("-wal", "-shm", "-journal")


def backup(path: Path, to: Path | None = None) -> Path:
    """Copy the database ``path`` and return the copy's path.

    Without ``to`` it goes to ``backups/<name>-YYYYMMDD-HHMMSS.db`` (local time) beside the database, where
    old ones are thinned out. An existing ``to`` is replaced once the copy is complete. Raises
    ``KotonohaError``.
    """
    if to is not None:
        require_elsewhere(path, to)
        snapshot(path, to)
        return to
    target = place_for(path)
    snapshot(path, target)
    thin(path)
    return target


def place_for(path: Path, suffix: str = "") -> Path:
    """Return where the next backup goes, in the folder beside the database, which is made."""
    with failures.told(path):
        folder = _folder(path)
        folder.mkdir(mode=0o700, exist_ok=True)
        return unused(folder, path.stem, suffix)


def thin(path: Path) -> None:
    """Delete what need not be kept of the backups in the folder (``thinning.surplus``)."""
    with failures.told(path):
        for old in surplus([(when, entry) for when, _, entry in _stamped(path)]):
            old.unlink(missing_ok=True)
        for part in _folder(path).glob(f"{path.stem}-*.part"):  # of a backup that was cut short
            part.unlink(missing_ok=True)


def require_elsewhere(path: Path, to: Path) -> None:
    """Raise ``KotonohaError("backup_onto_itself")`` where ``to`` is the database."""
    if _same_file(path, to):
        raise KotonohaError(
            "backup_onto_itself",
            "使用中のデータと同じ場所には控えを作れません。何も変えていません。別の名前を選んでください。",
            "A backup cannot be written onto the data in use. Nothing was changed. Please choose another "
            "name.",
        )


def has_backups(path: Path) -> bool:
    """Return whether there are automatic backups of the database ``path``, whole or not."""
    return bool(backups_of(path))


def set_aside(path: Path, why: str = "damaged") -> Path:
    """Rename the database ``path`` with its WAL to ``<name>-<why>-<time>.db`` and return that path.

    No connection may be open. Raises ``KotonohaError`` where the folder does not allow it.
    """
    with failures.told(path):
        aside = unused(path.parent, f"{path.stem}-{why}")
        # Companions last: whoever finds a WAL without its database knows that this was cut short.
        for suffix in ("", *_COMPANIONS):
            piece = path.with_name(path.name + suffix)
            if piece.exists():
                target = aside.with_name(aside.name + suffix)
                target.touch(exist_ok=False)  # taken by us, so that replace() overwrites nothing of others
                piece.replace(target)
        sync_folder(path.parent)
    return aside


def restore(path: Path, backup: Path, why: str = "damaged") -> Path | None:
    """Put a copy of ``backup`` in the place of ``path``; return what was there, set aside as ``why`` says.

    No connection may be open. Raises ``KotonohaError`` when the backup is not whole, not ours or newer, or
    when there is no room; ``path`` is then as it was.
    """
    examine(backup, thoroughly=True)
    ready = path.with_name(path.name + ".restored")
    aside = None
    try:
        snapshot(backup, ready)
        if any(path.with_name(path.name + suffix).exists() for suffix in ("", *_COMPANIONS)):
            aside = set_aside(path, why)
        with failures.told(path):
            ready.replace(path)
            sync_folder(path.parent)
    finally:
        ready.unlink(missing_ok=True)
    return aside


def _folder(path: Path) -> Path:
    return path.parent / "backups"


def backups_of(path: Path) -> list[Path]:
    """Return the backups in the folder beside the database, newest first."""
    return [entry for _, _, entry in _stamped(path)]


def _stamped(path: Path) -> list[tuple[dt.datetime, int, Path]]:
    prefix = f"{path.stem}-"
    found = []
    for entry in _folder(path).glob(f"{glob.escape(prefix)}*.db*"):
        parts = _NAME.fullmatch(entry.name.removeprefix(prefix))
        try:
            if parts:
                when = dt.datetime.strptime(parts[1], _STAMP)
                found.append((when, int(parts[2] or 1), entry))
        except ValueError:  # no date: not ours
            continue
    return sorted(found, reverse=True)


def unused(folder: Path, stem: str, suffix: str = "") -> Path:
    """Return a path named after this second under which there is nothing yet, nor beside it."""
    stamp = time.strftime(_STAMP)
    number = 1
    while True:
        path = folder / f"{stem}-{stamp}{f'-{number}' if number > 1 else ''}.db{suffix}"
        if not any(path.with_name(path.name + suffix).exists() for suffix in ("", *_COMPANIONS)):
            return path
        number += 1


def _same_file(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve() or (other.exists() and one.exists() and one.samefile(other))
