"""Backups for people: which there are, one by hand, going back to one; with a passphrase where it is wished.

``rescue`` has what happens by itself; both keep their files in the same folder, by the same rule.
"""

from __future__ import annotations

import glob
import io
import os
import tempfile
from collections.abc import Collection, Generator, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import msgspec
from filelock import FileLock, Timeout
from pysqlite3 import dbapi2 as sqlite

from desktop.errors import KotonohaError
from desktop.jobs import Cancel
from desktop.store import failures, rescue, sealed
from desktop.store.connection import connect
from desktop.store.health import examine
from desktop.store.replacing import is_utf8, open_regular
from desktop.store.sealed import SealProgress
from desktop.store.snapshot import require_replaceable, snapshot, sync_folder

SUFFIX = ".sealed"  # behind .db
_SQLITE = b"SQLite format 3\0"  # https://sqlite.org/fileformat.html
_OF_MAKING = ("-*.part", "-*.part.part*", "-*.part-*")  # patterns, behind the database's name
_OF_RESTORING = (".restored", ".restored-*", ".restored.part*")
_BUSY, _LOCKED = 5, 6
_NAMED = 40  # characters of a name that a part of it begins with
_LOCK_SECONDS = 0.5  # between two looks whether to stop waiting


class Backup(msgspec.Struct, frozen=True):
    """One backup in the folder beside the database."""

    path: Path
    when: float  # Unix seconds
    size_bytes: int
    sealed: bool  # opened with a passphrase only


def backups(database: Path) -> list[Backup]:
    """Return the backups of ``database`` in its folder, newest first. Raises ``KotonohaError``."""
    found: list[Backup] = []
    with failures.told(database):
        for path in rescue.backups_of(database):
            status = path.stat()
            found.append(Backup(path, status.st_mtime, status.st_size, path.suffix == SUFFIX))
    return found


def is_sealed(backup: Path) -> bool:
    """Return whether the file wants a passphrase. Raises ``KotonohaError``."""
    with failures.told(backup), _opened(backup) as file:
        return sealed.is_sealed(file.read(len(sealed.MAGIC)))


def fits(backup: Path, passphrase: str) -> bool:
    """Return whether the passphrase opens the beginning of a sealed backup. Raises ``KotonohaError``."""
    with failures.told(backup), _opened(backup) as file:
        opening = sealed.unseal(file, io.BytesIO(), passphrase, Cancel())
        try:
            next(opening)
        except KotonohaError as error:
            if error.code == "passphrase_wrong":
                return False
            raise
        finally:
            opening.close()
    return True


def restorable(database: Path, besides: Collection[Path] = ()) -> list[Backup]:
    """Return what to go back to where the database cannot be opened: at most two backups, newest first.

    The last is the newest that is whole; before it comes a newer one that is sealed, of which only its
    passphrase can tell whether it is whole. Those in ``besides`` are passed over. Raises ``KotonohaError``.
    """
    found: list[Backup] = []
    for backup in backups(database):
        if backup.path in besides or (backup.sealed and found):
            continue
        try:
            if not backup.sealed:
                examine(backup.path, thoroughly=True)
            elif not is_sealed(backup.path):
                continue
        except KotonohaError:
            continue
        found.append(backup)
        if not backup.sealed:
            break
    return found


def make(
    database: Path, cancel: Cancel, to: Path | None = None, passphrase: str | None = None
) -> Generator[SealProgress, None, Path]:
    """Copy the database, also while it is in use, and return the copy's path.

    Without ``to`` it goes into the folder beside the database, where old ones are thinned out. A folder
    ``to`` gets a new name; a file ``to`` is replaced once the copy is complete. With a passphrase the copy
    is encrypted. Raises ``Cancelled``, and ``KotonohaError`` (``backup_onto_itself``, ``passphrase_empty``,
    ``disk_full`` …).
    """
    cancel.raise_if_set()
    if to is not None and to.is_dir():
        to = rescue.unused(to, database.stem, SUFFIX if passphrase is not None else "")
    if passphrase is None:
        return rescue.backup(database, to)
    target = rescue.place_for(database, SUFFIX) if to is None else to
    rescue.require_elsewhere(database, target)
    require_replaceable(target)
    # The plain one goes beside what is not encrypted either.
    with _one_at_a_time(database, cancel), _part(database) as plain, _part(target) as part:
        snapshot(database, plain)
        with failures.told(target), plain.open("rb") as source, part.open("wb") as file:
            yield from sealed.seal(source, file, passphrase, cancel, plain.stat().st_size)
            file.flush()
            os.fsync(file.fileno())
        with failures.told(target):
            part.replace(target)
            sync_folder(target.parent)
    if to is None:
        rescue.thin(database)
    return target


def restore(
    database: Path, backup: Path, cancel: Cancel, passphrase: str | None = None, why: str = "replaced"
) -> Generator[SealProgress, None, Path | None]:
    """Put a copy of ``backup`` in the place of ``database``; return where what was there is kept.

    ``why`` stands in its name (``rescue.set_aside``).

    No connection may be open, and the caller holds the ``Instance``. The backup is decrypted and checked as
    a whole before anything is touched. Raises ``Cancelled`` and ``KotonohaError``: ``passphrase_needed``,
    ``passphrase_wrong``, ``backup_damaged``, ``database_damaged``, ``database_newer``, ``database_locked``
    …; the database is then as it was.
    """
    with failures.told(backup), _opened(backup) as file:
        total = backup.stat().st_size
        beginning = file.read(len(_SQLITE))
    if not sealed.is_sealed(beginning) and beginning != _SQLITE:
        raise failures.foreign(backup)
    require_unused(database)
    tidy(database)
    if not sealed.is_sealed(beginning):
        cancel.raise_if_set()
        return rescue.restore(database, backup, why)
    if passphrase is None:
        raise KotonohaError(
            "passphrase_needed",
            "この控えは合言葉で守られています。何も変えていません。合言葉を入れてください。",
            "This backup is protected by a passphrase. Nothing was changed. Please enter it.",
        )
    with _one_at_a_time(database, cancel), _part(database) as plain:
        with failures.told(database), _opened(backup) as source, plain.open("wb") as file:
            yield from sealed.unseal(source, file, passphrase, cancel, total)
        return rescue.restore(database, plain, why)


def tidy(database: Path) -> None:
    """Remove the copies, which are not encrypted, that were left when making or restoring was killed.

    The caller holds the ``Instance``, so nobody is restoring; those of a backup that another process is just
    making stay. What cannot be removed stays too: it is tried again at the next start.
    """
    if not _left(database, *_OF_MAKING, *_OF_RESTORING):
        return
    lock = _lock(database)
    try:
        lock.acquire(timeout=0)
    except (Timeout, OSError):
        return
    try:
        _remove(_left(database, *_OF_MAKING, *_OF_RESTORING))
    finally:
        lock.release(force=True)


def require_unused(database: Path) -> None:
    """Raise ``KotonohaError("database_locked")`` where another connection has the database open."""
    if not database.exists():
        return
    try:
        with closing(connect(database, "rw")) as connection:
            connection.execute("PRAGMA busy_timeout = 500")
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
    except sqlite.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (_BUSY, _LOCKED):
            raise failures.locked() from error
        # It is damaged: the very reason to go back to a backup.


def _opened(backup: Path) -> BinaryIO:
    """Open a backup for reading, without waiting for a pipe. Raises ``database_unreadable``."""
    file = open_regular(backup) if is_utf8(backup) else None
    if file is None:
        raise failures.foreign(backup)
    return file


@contextmanager
def _one_at_a_time(database: Path, cancel: Cancel) -> Iterator[None]:
    """Wait until no other process has a plain copy beside ``database``; remove those of processes that died.

    The lock's file stays, empty. Raises ``Cancelled``.
    """
    lock = _lock(database)
    while True:
        cancel.raise_if_set()
        with failures.told(database):
            try:
                lock.acquire(timeout=_LOCK_SECONDS)
                break
            except Timeout:
                continue
    try:
        _remove(_left(database, *_OF_MAKING))
        yield
    finally:
        lock.release(force=True)


def _lock(database: Path) -> FileLock:
    # Without the fallback to a plain file, which nobody would remove after a crash.
    return FileLock(
        database.with_name(f"{database.stem}-copying.lock"), thread_local=False, fallback_to_soft=False
    )


def _left(database: Path, *endings: str) -> list[Path]:
    """Return the files named after ``database`` with such endings, each a pattern."""
    named = glob.escape(database.name[:_NAMED])
    return [path for ending in endings for path in database.parent.glob(named + ending)]


def _remove(paths: list[Path]) -> None:
    for path in paths:
        with suppress(OSError):
            path.unlink(missing_ok=True)


@contextmanager
def _part(target: Path) -> Iterator[Path]:
    """Give an empty file beside ``target``, for the owner only, that is gone when the block ends."""
    with failures.told(target):
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(".part", f"{target.name[:_NAMED]}-", target.parent)
        os.close(descriptor)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)
