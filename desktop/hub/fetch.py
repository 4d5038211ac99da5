"""One file from a hub to its place on the disk, as a job that may be ended at any moment and goes on later.

The bytes come into ``NAME.part`` (``part.py``) and are hashed as they come; the file has its name only when
all of it is on the disk and its digest is the hub's.
"""

from __future__ import annotations

import hashlib
import os
import queue
import shutil
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from desktop.errors import KotonohaError
from desktop.hub import failures, part
from desktop.hub.hub import Hub, Metadata
from desktop.hub.source import ChangedError, Source
from desktop.hub.speed import Speedometer, Throttle
from desktop.hub.transfer import Mended, Patience, Transfer, Waiting
from desktop.jobs import Cancel

RESERVE_BYTES = 64 << 20  # of the disk, that stay free
_TICK_SECONDS = 0.1
_ASLEEP_SECONDS = 10.0  # a tick that took so long was a sleep of the machine
_BLOCK_BYTES = 1 << 20
_TIMES_CHANGED = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """One file of a repository."""

    repository: str
    path: str
    revision: str = "main"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is. ``speed`` is in bytes a second, ``seconds_left`` None where nobody knows."""

    done: int
    total: int
    speed: float = 0.0
    seconds_left: float | None = None
    lines: int = 0  # connections at work


@dataclass(frozen=True, slots=True)
class Checking:
    """All bytes are here; so many of them are read and compared with the hub's digest."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Restarted:
    """The hub has another file under this name now: what had come of the old one is thrown away."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """The finished file. ``verified`` is False where the hub names no digest to compare with."""

    path: Path
    sha256: str
    size_bytes: int
    verified: bool


Event = Progress | Checking | Waiting | Mended | Restarted


def fetch(
    hub: Hub,
    wanted: Wanted,
    target: Path,
    cancel: Cancel,
    *,
    most_lines: int = 4,
    throttle: Throttle | None = None,
    patience: Patience | None = None,
) -> Generator[Event, None, Fetched]:
    """Fetch a file to ``target``; what had come before, also before a crash, is not fetched again.

    Raises ``Cancelled``, after which it can go on, and ``KotonohaError``: ``disk_full``,
    ``folder_unwritable``, ``file_exists``, ``download_elsewhere``, ``download_damaged``, ``disk_unreliable``,
    and those of the hub (``Hub.ask``) once patience has ended.
    """
    order = _Order(hub, wanted, target, most_lines, throttle, patience or Patience())
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _alone(target):
            for _ in range(_TIMES_CHANGED):
                try:
                    fetched = yield from _fetch(order, cancel)
                except ChangedError:
                    part.discard(target)
                    yield Restarted()
                else:
                    return fetched
            raise failures.odd("etag")
    except OSError as error:
        if isinstance(error, KotonohaError):  # the refusal of the offline switch, with its own words
            raise
        raise failures.from_disk(error) from error


def discard(target: Path) -> None:
    """Remove what has come of ``target`` so far, unless somebody fetches it at this moment.

    Raises ``KotonohaError``: ``download_elsewhere``, ``folder_unwritable``.
    """
    try:
        if target.parent.is_dir():
            with _alone(target):
                part.discard(target)
    except OSError as error:
        raise failures.from_disk(error) from error


@dataclass(frozen=True, slots=True)
class _Order:
    hub: Hub
    wanted: Wanted
    target: Path
    most_lines: int
    throttle: Throttle | None
    patience: Patience


def _fetch(order: _Order, cancel: Cancel) -> Generator[Event, None, Fetched]:
    wanted, target = order.wanted, order.target
    before = part.known(target)
    if before is not None and (before.repository, before.path) != (wanted.repository, wanted.path):
        before = None
    found, revision = yield from _asked(order, before, cancel)
    if target.exists():
        return (yield from _there(target, found, cancel))
    identity = part.Identity(wanted.repository, wanted.path, found.commit, found.etag, found.size_bytes)
    if before is not None and before != identity:
        yield Restarted()
    coming = part.Part(target, identity)
    try:
        _require_room(target.parent, found.size_bytes - coming.allocated())
        transfer = Transfer(
            Source(order.hub, wanted.repository, wanted.path, revision, found),
            coming,
            most_lines=order.most_lines,
            throttle=order.throttle,
            patience=order.patience,
        )
        yield from _transferred(transfer, found, cancel)
        yield from _waited(coming.to_disk, cancel, Checking(found.size_bytes, found.size_bytes))
        if target.exists():  # made by somebody meanwhile
            raise failures.exists(target.name)
        coming.finish()
    except KotonohaError as error:
        if error.code in ("download_damaged", "disk_unreliable"):
            coming.close()
            part.discard(target)
        raise
    finally:
        coming.close()
    verified = bool(found.sha256 or found.git_sha1)
    sha256 = found.sha256 or (transfer.hexdigest if not found.git_sha1 else "")
    return Fetched(target, sha256, found.size_bytes, verified)


def _asked(
    order: _Order, before: part.Identity | None, cancel: Cancel
) -> Generator[Event, None, tuple[Metadata, str]]:
    """Ask the hub for the file, of the commit that was begun where there is still one; be patient."""
    wanted, patience = order.wanted, order.patience
    revisions = [before.commit] if before is not None and before.commit else []
    revisions.append(wanted.revision)
    tries = 0
    while True:
        try:
            found = order.hub.metadata(wanted.repository, revisions[0], wanted.path, cancel)
        except failures.Transient as error:
            tries += 1
            if tries >= patience.tries:
                raise
            seconds = patience.seconds(tries, error.retry_after)
            yield Waiting(error, seconds)
            cancel.wait(seconds)
            cancel.raise_if_set()
        except KotonohaError as error:
            if len(revisions) == 1 or error.code not in ("hub_file_missing", "repository_missing"):
                raise
            del revisions[0]
        else:
            return found, found.commit or revisions[0]


def _transferred(transfer: Transfer, found: Metadata, cancel: Cancel) -> Generator[Event, None, None]:
    """Fetch, check, and where the digest is wrong, find out where."""
    total, wanted = found.size_bytes, found.sha256 or found.git_sha1
    meter = Speedometer()
    transfer.start()
    try:
        yield Progress(transfer.done(), total)
        yield from _ticks(transfer, total, meter, cancel)
        if wanted and transfer.hexdigest != wanted:
            transfer.compare()
            yield from _ticks(transfer, total, meter, cancel)
            if transfer.hexdigest != wanted:
                raise failures.damaged(proven=True)
        yield Progress(total, total)
    finally:
        transfer.stop()


def _ticks(
    transfer: Transfer, total: int, meter: Speedometer, cancel: Cancel
) -> Generator[Event, None, None]:
    seen = time.time(), time.monotonic()
    told = -1
    while not (transfer.hexdigest and transfer.finished()):
        cancel.raise_if_set()
        if transfer.failure is not None:
            raise transfer.failure
        try:
            event = transfer.events.get(timeout=_TICK_SECONDS)
        except queue.Empty:
            event = None
        if event is not None:
            yield event
            continue
        now = time.time(), time.monotonic()
        if now[0] - seen[0] > _ASLEEP_SECONDS:  # not every monotonic clock goes on while a machine sleeps
            transfer.reconnect()
        seen = now
        transfer.tend(now[1])
        done = transfer.done()
        meter.add(now[1], done)
        if done < total:
            yield Progress(done, total, meter.speed(), meter.left(total), transfer.lines())
        elif transfer.hashed != told:
            told = transfer.hashed
            yield Checking(told, total)
    while not transfer.events.empty():
        if (event := transfer.events.get()) is not None:
            yield event


def _there(target: Path, found: Metadata, cancel: Cancel) -> Generator[Event, None, Fetched]:
    """Return the file that is there already, where it is the one that was wanted."""
    size = target.stat().st_size if target.is_file() else -1
    if size != found.size_bytes:
        raise failures.exists(target.name)
    sha256 = hashlib.sha256()
    git = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    done = 0
    with target.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            cancel.raise_if_set()
            sha256.update(block)
            git.update(block)
            done += len(block)
            yield Checking(done, size)
    if found.etag not in (sha256.hexdigest(), git.hexdigest()):
        raise failures.exists(target.name)
    part.discard(target)  # a crash came between the name and this
    return Fetched(target, sha256.hexdigest(), size, verified=True)


def _waited(work: Callable[[], None], cancel: Cancel, event: Event) -> Generator[Event, None, None]:
    """Do what the system may keep us waiting for in a thread, so that a cancel is heard."""
    failure: list[BaseException] = []

    def guarded() -> None:
        try:
            work()
        except BaseException as error:
            failure.append(error)

    thread = threading.Thread(target=guarded, name="download-sync", daemon=True)
    thread.start()
    yield event
    while thread.is_alive():
        cancel.raise_if_set()
        thread.join(_TICK_SECONDS)
    if failure:
        raise failure[0]


def _require_room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if needed > 0 and needed + RESERVE_BYTES > free:
        raise failures.no_room(needed + RESERVE_BYTES, free)


@contextmanager
def _alone(target: Path) -> Generator[None, None, None]:
    """Keep other processes and threads from the same file. The system frees the lock after ``kill -9``."""
    lock = FileLock(_lock_path(target), thread_local=False, fallback_to_soft=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise failures.busy(target.name) from None
    try:
        yield
    finally:
        over = not any(path.exists() for path in part.beside(target))
        if over and os.name != "nt":  # while it is ours
            _lock_path(target).unlink(missing_ok=True)
        lock.release(force=True)
        if over and os.name == "nt":  # where an open file cannot be deleted
            with suppress(OSError):
                _lock_path(target).unlink(missing_ok=True)


def _lock_path(target: Path) -> Path:
    return target.with_name(target.name + ".part.lock")
