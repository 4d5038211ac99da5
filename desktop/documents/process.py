"""The reader's process: one file comes in on standard input, lines of JSON go out. Then it ends.

Files come from strangers and the libraries are large, so nothing that happens here may touch the application:
memory is limited where the system can, files cannot be written, and the parent kills it when it takes too
long.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import msgspec

from desktop import network
from desktop.documents.convert import Converted, convert
from desktop.documents.failures import failure
from desktop.errors import KotonohaError

MEMORY = 2 * 2**30  # bytes on top of what is mapped when it begins
CPU_SECONDS = 300  # of computing, should nobody be left to kill it
_STEP = 0.02  # of the whole, between two lines of progress


class Request(msgspec.Struct, frozen=True):
    """The first line of what comes in; the file's bytes follow it."""

    name: str
    encoding: str = ""


class Done(msgspec.Struct, frozen=True, tag=True):
    """How much is read, 0 to 1."""

    fraction: float


class Result(msgspec.Struct, frozen=True, tag=True):
    """The text. Sent once, at last."""

    converted: Converted


class Refused(msgspec.Struct, frozen=True, tag=True):
    """It cannot be read. Sent once, at last."""

    code: str
    ja: str
    en: str


Line = Done | Result | Refused


def main() -> int:
    """Read one file; return the exit status."""
    out = os.dup(1)
    os.dup2(2, 1)  # no library's print can spoil the lines
    network.lock("reader")
    request, _, data = sys.stdin.buffer.read().partition(b"\n")
    asked = msgspec.json.decode(request, type=Request)
    _limit()
    try:
        told = 0.0
        for done in convert(asked.name, data, asked.encoding):
            if isinstance(done, Converted):
                _send(out, Result(done))
            elif done - told >= _STEP:
                told = done
                _send(out, Done(done))
    except KotonohaError as error:
        _refuse(out, error)
    except MemoryError:
        _refuse(out, failure("document_memory"))
    return 0


def _refuse(out: int, error: KotonohaError) -> None:
    _send(out, Refused(error.code, error.ja, error.en))


def _send(descriptor: int, line: Line) -> None:
    data = memoryview(msgspec.json.encode(line) + b"\n")
    while data:
        data = data[os.write(descriptor, data) :]


def _limit() -> None:
    if sys.platform == "win32":
        return
    import resource

    for limited, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CPU, CPU_SECONDS),
    ):
        _, hard = resource.getrlimit(limited)
        if hard == resource.RLIM_INFINITY or value <= hard:
            resource.setrlimit(limited, (value, hard))
    if sys.platform == "linux":
        mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        limit = mapped + MEMORY
        if soft != resource.RLIM_INFINITY:
            limit = min(limit, soft)
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
