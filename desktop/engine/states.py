"""Saved states of chats: one file a key, in one folder of a limited size. No llama.cpp, no Qt.

A file is a fixed header, the tokens, and llama.cpp's own bytes for one sequence::

    magic 8 | sha256 of fields and tokens 32 | fields 84 | int32… | bytes…
    fields: binding 32 | first i32 | canonical u32 | number of tokens u32 | number of bytes u64 |
            sha256 of the bytes 32

Numbers are little-endian. ``binding`` says which model, engine and settings the bytes are good for. llama.cpp
can assert on bytes that it did not write itself, so it sees nothing of a file before its hash is checked. A
file that is not exactly right is deleted: the prompt is computed again, and the person hears nothing of it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
import struct
import sys
import time
from array import array
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

DEFAULT_BYTES = 2 * 1024**3  # of the whole folder
ABANDONED_SECONDS = 3600.0  # a half-written file this old has no writer any more

_MAGIC = b"KNSTATE2"
_HEAD = struct.Struct("<8s32s")
_FIELDS = struct.Struct("<32siIIQ32s")
_HEADER_BYTES = _HEAD.size + _FIELDS.size
_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
_HASHED_BYTES = 1024 * 1024  # of a model file


def chat_key(chat_id: int) -> str:
    """Return the key of a chat's state."""
    return f"chat-{chat_id}"


def is_key(key: str) -> bool:
    """Return whether ``key`` can name a file in every file system."""
    return _KEY.fullmatch(key) is not None


def file_identity(path: str) -> str:
    """Return what tells a model file from another one: place, size, time of change, hash of the first MiB.

    Raise ``OSError``.
    """
    if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116 - opening a pipe would wait for its other end
        raise OSError("not a regular file")
    with Path(path).open("rb") as file:
        status = os.fstat(file.fileno())
        head = hashlib.sha256(file.read(_HASHED_BYTES)).hexdigest()
    return f"{path}\n{status.st_size}\n{status.st_mtime_ns}\n{head}"


def forget(folder: Path, key: str) -> None:
    """Delete the state of ``key``, if there is one."""
    _delete(folder / f"{key}.state")


def used_bytes(folder: Path) -> int:
    """Return how many bytes all states take."""
    return sum(state.size for state in _states(folder))


def prune(folder: Path, keep: Collection[str]) -> None:
    """Delete the states of all keys but ``keep``, for example of chats that were deleted for good."""
    for state in _states(folder):
        if state.path.stem not in keep:
            _delete(state.path)
    _delete_abandoned(folder)


@dataclass
class SavedState:
    """A state that is open for reading; its bytes are checked by ``payload``. ``close`` it."""

    file: BufferedReader
    tokens: list[int]  # by position
    first: int  # as ``KVCache.first``
    canonical: int  # as ``KVCache.canonical``
    _payload_bytes: int
    _payload_digest: bytes

    def payload(self) -> bytearray | None:
        """Return llama.cpp's bytes, None where they are not those that were saved."""
        data = bytearray(self._payload_bytes)
        if self.file.readinto(data) != len(data):
            return None
        return data if hashlib.sha256(data).digest() == self._payload_digest else None

    def close(self) -> None:
        """Let go of the file."""
        self.file.close()


class StateFolder:
    """The files, at most ``limit`` bytes of them; those used longest ago go first. 0 keeps none."""

    def __init__(self, path: Path, limit: int) -> None:
        self._path = path
        self.limit = limit
        self._make_room(0)

    def open(self, key: str, binding: bytes, *, n_tokens: int, n_vocab: int) -> SavedState | None:
        """Return the state of ``key``, None where there is none that fits; one that does not is deleted.

        ``n_tokens`` is the most that the context holds.
        """
        path = self._file(key)
        try:
            file = path.open("rb")
        except OSError:
            return None
        state = None
        with contextlib.suppress(OSError):
            state = self._read_header(file, binding, n_tokens, n_vocab)
        if state is None:
            file.close()
            self.delete(key)
        return state

    def _read_header(
        self, file: BufferedReader, binding: bytes, n_tokens: int, n_vocab: int
    ) -> SavedState | None:
        head = file.read(_HEADER_BYTES)
        if len(head) != _HEADER_BYTES:
            return None
        magic, digest = _HEAD.unpack_from(head)
        fields = head[_HEAD.size :]
        bound, first, canonical, count, size, payload_digest = _FIELDS.unpack(fields)
        if (
            magic != _MAGIC
            or bound != binding
            or not 0 < count <= n_tokens
            or canonical > count
            or not 0 < size <= self.limit
            or os.fstat(file.fileno()).st_size != _HEADER_BYTES + 4 * count + size
        ):
            return None
        token_bytes = file.read(4 * count)
        if len(token_bytes) != 4 * count or hashlib.sha256(fields + token_bytes).digest() != digest:
            return None
        tokens = list(struct.unpack(f"<{count}i", token_bytes))
        if min(tokens) < 0 or max(tokens) >= n_vocab:
            return None
        return SavedState(file, tokens, first, canonical, size, payload_digest)

    def write(
        self,
        key: str,
        binding: bytes,
        tokens: Sequence[int],
        payload: memoryview,
        *,
        first: int,
        canonical: int,
    ) -> None:
        """Put a state in the place of an older one: the old file or the new one is there at every moment.

        Raise ``OSError``. A state larger than the folder may be is not written.
        """
        token_bytes = _int32(tokens)
        size = _HEADER_BYTES + len(token_bytes) + len(payload)
        if size > self.limit:
            return
        payload_digest = hashlib.sha256(payload).digest()
        fields = _FIELDS.pack(binding, first, canonical, len(tokens), len(payload), payload_digest)
        head = _HEAD.pack(_MAGIC, hashlib.sha256(fields + token_bytes).digest())
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._make_room(size, sparing=key)
        # Another process may save the same chat at this moment: each has a name of its own.
        part = self._path / f"{key}.{os.getpid()}.part"
        _delete(part)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                for data in (head, fields, token_bytes, payload):
                    file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._file(key))
        except OSError:
            _delete(part)
            raise
        _sync_folder(self._path)

    def touch(self, key: str) -> None:
        """Count the state of ``key`` as used now."""
        with contextlib.suppress(OSError):
            os.utime(self._file(key))

    def delete(self, key: str) -> None:
        """Delete the state of ``key``, if there is one."""
        _delete(self._file(key))

    def _file(self, key: str) -> Path:
        return self._path / f"{key}.state"

    def _make_room(self, size: int, sparing: str = "") -> None:
        """Delete what was used longest ago until ``size`` bytes more fit; ``sparing`` is being replaced."""
        _delete_abandoned(self._path)
        states = sorted(_states(self._path), key=lambda state: state.used)
        total = size + sum(state.size for state in states if state.path.stem != sparing)
        for state in states:
            if total <= self.limit:
                return
            if state.path.stem != sparing:
                _delete(state.path)
                total -= state.size


@dataclass(frozen=True)
class _File:
    path: Path
    size: int  # bytes
    used: int  # nanoseconds


def _states(folder: Path, suffix: str = ".state") -> Iterator[_File]:
    try:
        paths = [path for path in folder.iterdir() if path.suffix == suffix]
    except OSError:
        return
    for path in paths:
        with contextlib.suppress(OSError):  # another process may have deleted it
            status = path.lstat()
            yield _File(path, status.st_size, status.st_mtime_ns)


def _delete_abandoned(folder: Path) -> None:
    """Delete what a process that was killed had begun to write."""
    before = time.time_ns() - int(ABANDONED_SECONDS * 1e9)
    for part in _states(folder, ".part"):
        if part.used < before:
            _delete(part.path)


def _delete(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def _int32(tokens: Sequence[int]) -> bytes:
    values = array("i", tokens)
    if sys.byteorder == "big":
        values.byteswap()
    return values.tobytes()


def _sync_folder(folder: Path) -> None:
    """Make the new name last; Windows has no such thing."""
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
