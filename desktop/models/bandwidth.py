"""How fast this machine reads its memory, the limit of a large model's speed. Measured once, then kept."""

from __future__ import annotations

import contextlib
import ctypes
import os
import threading
import time
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from desktop import paths
from desktop.errors import KotonohaError

_FILE_NAME = "bandwidth.json"
_MOST_BYTES = 64 * 1024  # of that file
_MOST_MACHINES = 16  # remembered, for a home folder that travels
_ROUNDS, _ROUND_SECONDS = 3, 0.08
_WORKING_SET = 192 << 20  # bytes over all threads: more than caches hold
_LARGEST_BLOCK = 32 << 20  # bytes a thread
_STEP = 4 << 20  # bytes copied between two looks at the clock
_MOST_THREADS = 16  # memory is saturated by fewer

_Speed = Annotated[float, Meta(gt=1e6, lt=1e14)]  # bytes a second


class _Kept(msgspec.Struct, frozen=True):
    machines: dict[str, _Speed] = {}


def of_machine(key: str, threads: int, folder: Path | None = None) -> float:
    """Return the bytes a second that the processor reads and writes, kept under the machine's ``key``.

    The first time on a machine that takes about 0.3 s and 200 MB for a moment. What cannot be kept is
    measured again.
    """
    kept = _Kept()
    path: Path | None = None
    with contextlib.suppress(KotonohaError):  # without a home it is only not kept
        path = (folder or paths.home()) / _FILE_NAME
    if path is not None:
        kept = _read(path)
    if key in kept.machines:
        return kept.machines[key]
    found = measure(threads)
    if path is not None:
        newest = dict(list(kept.machines.items())[-(_MOST_MACHINES - 1) :]) | {key: found}
        with contextlib.suppress(OSError):
            _write(path, _Kept(newest))
    return found


def measure(threads: int) -> float:
    """Return the bytes a second that ``threads`` threads read and write together, the best of three tries.

    Copying is what Python can do without its lock. Each byte copied counts twice.
    """
    count = min(max(threads, 1), _MOST_THREADS)
    size = min(_LARGEST_BLOCK, _WORKING_SET // (2 * count)) // _STEP * _STEP or _STEP
    try:
        blocks = [(_filled(size, 1), _filled(size, 2)) for _ in range(count)]
    except MemoryError:  # so little says it too, if less exactly
        size, blocks = _STEP, [(_filled(_STEP, 1), _filled(_STEP, 2))]
    return max(_round(blocks, size) for _ in range(_ROUNDS))


def _round(blocks: list[tuple[ctypes.Array[ctypes.c_char], ctypes.Array[ctypes.c_char]]], size: int) -> float:
    copied = [0] * len(blocks)
    began = time.perf_counter()
    ends = began + _ROUND_SECONDS

    def copy(index: int) -> None:
        target, source = map(ctypes.addressof, blocks[index])
        while time.perf_counter() < ends:
            for at in range(0, size, _STEP):
                ctypes.memmove(target + at, source + at, _STEP)
                copied[index] += _STEP
                if time.perf_counter() >= ends:
                    break

    workers = [threading.Thread(target=copy, args=(index,), daemon=True) for index in range(len(blocks))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return 2 * sum(copied) / max(time.perf_counter() - began, _ROUND_SECONDS)


def _filled(size: int, value: int) -> ctypes.Array[ctypes.c_char]:
    """Return a block that is written to: else it would be the system's one page of zeros."""
    block = ctypes.create_string_buffer(size)
    ctypes.memset(block, value, size)
    return block


def _read(path: Path) -> _Kept:
    """Return what is kept; nothing where the file is missing, or anything but ours."""
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(_MOST_BYTES), type=_Kept)
    except (OSError, msgspec.DecodeError, RecursionError):
        return _Kept()


def _write(path: Path, kept: _Kept) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        part.write_bytes(msgspec.json.encode(kept))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
