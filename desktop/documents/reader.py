"""Read a file in a process of its own, which may crash or hang without harm. The application's side."""

from __future__ import annotations

import contextlib
import hashlib
import os
import queue
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from desktop import subprocesses
from desktop.documents.document import DECODED, KEPT_BYTES, MOST_BYTES, Document
from desktop.documents.failures import failure
from desktop.documents.process import Done, Line, Refused, Request, Result
from desktop.errors import KotonohaError
from desktop.jobs import Cancel

SECONDS = 60.0  # without any progress
_PATIENCE = 10  # times as long for a whole file
_SLICE = 0.05  # seconds between two looks at what asks to stop
_BLOCK = 2**20  # bytes
_MOST_LINE = 64 * 2**20  # bytes: the longest text, with every character escaped


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of a file is read, 0 to 1."""

    fraction: float


def reader_command() -> list[str]:
    """Return the command that starts the reader: this Python, or this executable in a frozen bundle."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "document-reader"]
    return [sys.executable, "-m", "desktop", "document-reader"]


def read(path: Path, cancel: Cancel, *, seconds: float = SECONDS) -> Generator[Progress, None, Document]:
    """Read a file as text; yield ``Progress``. After ``seconds`` without progress it is given up.

    Raises ``Cancelled``, and ``KotonohaError`` with a code of ``documents.failures``, whose sentence begins
    with the file's name.
    """
    name = path.name
    try:
        data = _bytes_of(path, cancel)
    except OSError as error:
        raise failure("document_unreadable", name) from error
    return (yield from read_bytes(name, data, cancel, seconds=seconds))


def read_bytes(
    name: str,
    data: bytes,
    cancel: Cancel,
    *,
    encoding: str = "",
    seconds: float = SECONDS,
    command: Sequence[str] | None = None,
) -> Generator[Progress, None, Document]:
    """Read the bytes of a file as ``read`` does; ``encoding`` is the one to use, "" finds it."""
    name = name.encode("utf-8", "replace").decode()
    if not data:
        raise failure("document_empty", name)
    if len(data) > MOST_BYTES:
        raise failure("document_too_big", name)
    try:
        process = subprocesses.start(
            command or reader_command(),
            stderr=subprocess.DEVNULL,
            PYTHONDONTWRITEBYTECODE="1",  # it may write no file
        )
    except OSError as error:
        raise failure("document_crashed", name) from error
    try:
        lines = _lines_of(process, msgspec.json.encode(Request(name, encoding)) + b"\n", data)
        result = yield from _follow(lines, cancel, seconds)
    except KotonohaError as error:
        raise KotonohaError(error.code, f"「{name}」：{error.ja}", f"“{name}”: {error.en}") from error
    finally:
        subprocesses.end(process)
    kind, text = result.converted.kind, result.converted.text
    return Document(
        name=name,
        kind=kind,
        encoding=text.encoding,
        text=text.text,
        size_bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        notes=text.notes,
        content=data if kind in DECODED and len(data) <= KEPT_BYTES else None,
    )


def _bytes_of(path: Path, cancel: Cancel) -> bytes:
    """Return what is in a file. A pipe, a device or a folder is no file; asked without waiting for one."""
    with os.fdopen(
        os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)), "rb"
    ) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError("not a file")
        if os.fstat(file.fileno()).st_size > MOST_BYTES:
            raise failure("document_too_big", path.name)
        blocks, size = [], 0
        while (block := file.read(_BLOCK)) and size <= MOST_BYTES:
            cancel.raise_if_set()
            blocks.append(block)
            size += len(block)
    return b"".join(blocks)


def _follow(
    lines: queue.SimpleQueue[Line | None], cancel: Cancel, seconds: float
) -> Generator[Progress, None, Result]:
    last = time.monotonic() + seconds * _PATIENCE
    deadline = time.monotonic() + seconds
    while True:
        cancel.raise_if_set()
        if time.monotonic() > deadline:
            raise failure("document_slow")
        try:
            line = lines.get(timeout=_SLICE)
        except queue.Empty:
            continue
        match line:
            case Done(fraction=fraction):
                yield Progress(fraction)
                deadline = min(time.monotonic() + seconds, last)
            case Result():
                return line
            case Refused(code=code, ja=ja, en=en):
                raise KotonohaError(code, ja, en)
            case None:
                raise failure("document_crashed")


def _lines_of(process: subprocess.Popen[bytes], *parts: bytes) -> queue.SimpleQueue[Line | None]:
    """Give the process its file, and return the queue of what it says, with None for its end."""
    lines: queue.SimpleQueue[Line | None] = queue.SimpleQueue()

    def write() -> None:
        assert process.stdin is not None
        with contextlib.suppress(OSError, ValueError):  # it died; what it says tells
            for part in parts:
                process.stdin.write(part)
            process.stdin.close()

    def listen() -> None:
        assert process.stdout is not None
        decoder = msgspec.json.Decoder(Line)
        with contextlib.suppress(OSError, ValueError, msgspec.DecodeError):
            while line := process.stdout.readline(_MOST_LINE):
                lines.put(decoder.decode(line))
        lines.put(None)

    for work in (write, listen):
        threading.Thread(target=work, name=f"reader-{work.__name__}", daemon=True).start()
    return lines
