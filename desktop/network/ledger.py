"""Every connection that was made or refused: when, where, why, how many bytes. JSON lines in the home folder.

A line is written before a connection is made, and one when it ends, so a killed process leaves no gap.
Several processes append under one lock, and a line is one write. At ``MOST_BYTES`` the file becomes the older
one and replaces the one before: at least the last ``MOST_BYTES`` are kept, at most twice as much. Only the
owner may read it. It holds names of hosts and purposes, never an address with its path or query, never a
token. What was written survives ``kill -9``; the last lines may be lost with the power.
"""

from __future__ import annotations

import contextlib
import os
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import msgspec
from filelock import FileLock

from desktop import paths
from desktop.network.refusal import plain, shown_host

Kind = Literal["connect", "lookup", "send", "bind", "socket"]
Result = Literal["open", "ended", "failed", "refused"]

FILE, OLDER, LOCK = "connections.jsonl", "connections.1.jsonl", "connections.lock"
MOST_BYTES = 10_000_000  # of each of the two files
LONGEST_LINE = 4_096  # bytes
LONGEST_ABOUT = 200  # characters
LOCK_SECONDS = 5.0
_POLL_SECONDS = 0.002


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line. ``when`` in Unix seconds; ``sent`` and ``received`` in bytes, null where nobody counted."""

    event: Literal["opened", "ended", "refused"]
    id: str
    when: float
    process: str = ""
    kind: Kind = "connect"
    purpose: str = ""
    about: str = ""
    host: str = ""
    address: str = ""
    port: int = 0
    reason: str = ""  # why it was refused: a code of OfflineError
    failed: bool = False
    seconds: float | None = None
    sent: int | None = None
    received: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One connection for people.

    ``when`` in Unix seconds, ``seconds`` its duration; ``sent`` and ``received`` are bytes of HTTP as the
    program sees them, without the framing of TLS and TCP; None where nobody counted. ``result`` is ``open``
    for a connection whose end is not written: it is still there, or its process was killed. What refuses
    writes the same refusal once a minute.
    """

    when: float
    process: str  # "window", "command", "engine" or "reader"
    kind: Kind
    purpose: str  # a value of Purpose
    about: str
    host: str
    address: str
    port: int
    result: Result
    reason: str = ""
    seconds: float | None = None
    sent: int | None = None
    received: int | None = None


def opened(
    id: str, kind: Kind, *, process: str, purpose: str, about: str, host: str, port: int, address: str = ""
) -> None:
    """Write that a connection is about to be made. Raises ``OSError``, ``KotonohaError``."""
    _append(
        Line(
            "opened",
            id,
            time.time(),
            process=process,
            kind=kind,
            purpose=purpose,
            about=plain(about, LONGEST_ABOUT),
            host=shown_host(host),
            address=shown_host(address),
            port=port,
        )
    )


def ended(id: str, *, failed: bool, seconds: float, sent: int | None, received: int | None) -> None:
    """Write that a connection ended; where that cannot be written, it stays ``open`` in the ledger."""
    with contextlib.suppress(Exception):
        _append(
            Line(
                "ended",
                id,
                time.time(),
                failed=failed,
                seconds=round(seconds, 3),
                sent=sent,
                received=received,
            )
        )


def refused(kind: Kind, reason: str, *, process: str, host: str, port: int) -> None:
    """Write that a connection was refused. What cannot be written is refused all the same."""
    with contextlib.suppress(Exception):
        _append(
            Line(
                "refused",
                uuid.uuid4().hex,
                time.time(),
                process=process,
                kind=kind,
                host=shown_host(host),
                port=port,
                reason=reason,
            )
        )


def entries(limit: int = 1_000) -> list[Entry]:
    """Return the newest ``limit`` entries, the newest first; damaged lines are skipped.

    Raises ``KotonohaError`` like ``paths.home``, and ``OSError``.
    """
    found: dict[str, Entry] = {}
    decoder = msgspec.json.Decoder(Line)
    for data in _lines():
        try:
            line = decoder.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        if line.event == "ended":
            if (entry := found.get(line.id)) and entry.result == "open":
                found[line.id] = replace(
                    entry,
                    result="failed" if line.failed else "ended",
                    seconds=line.seconds,
                    sent=line.sent,
                    received=line.received,
                )
            continue
        found[line.id] = Entry(
            when=line.when,
            process=line.process,
            kind=line.kind,
            purpose=line.purpose,
            about=line.about,
            host=line.host,
            address=line.address,
            port=line.port,
            result="refused" if line.event == "refused" else "open" if line.kind == "connect" else "ended",
            reason=line.reason,
        )
        if len(found) > limit:
            del found[next(iter(found))]
    return list(reversed(found.values()))


def _append(line: Line) -> None:
    data = msgspec.json.encode(line) + b"\n"
    home = paths.home()
    path = home / FILE
    with _locked(home):
        descriptor = os.open(path, _APPENDING, 0o600)
        try:
            size = os.lseek(descriptor, 0, os.SEEK_END)
            if size + len(data) > MOST_BYTES:
                os.close(descriptor)
                descriptor = -1
                with contextlib.suppress(PermissionError):  # Windows, while somebody reads it: the next time
                    path.replace(home / OLDER)
                    size = 0
                descriptor = os.open(path, _APPENDING, 0o600)
            if size and _last_byte(descriptor, size) != b"\n":  # a disk was full in the middle of a line
                data = b"\n" + data
            if os.write(descriptor, data) != len(data):
                raise OSError("the record of connections was cut")
        finally:
            if descriptor >= 0:
                os.close(descriptor)


_APPENDING = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)


def _last_byte(descriptor: int, size: int) -> bytes:
    os.lseek(descriptor, size - 1, os.SEEK_SET)
    return os.read(descriptor, 1)


def _lines() -> Iterator[bytes]:
    """Yield the lines of both files, the oldest first; of a file that somebody made larger, its end."""
    home = paths.home()
    with contextlib.ExitStack() as files:
        opened_files = []
        with _locked(home):  # so that none is moved between the two
            for name in (OLDER, FILE):
                with contextlib.suppress(FileNotFoundError):
                    opened_files.append(files.enter_context(Path(home, name).open("rb")))
        for file in opened_files:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - MOST_BYTES))
            left = MOST_BYTES
            while left > 0 and (line := file.readline(min(left, LONGEST_LINE))):
                left -= len(line)
                yield line


def _locked(home: Path) -> FileLock:
    return FileLock(home / LOCK, timeout=LOCK_SECONDS, poll_interval=_POLL_SECONDS, mode=0o600)
