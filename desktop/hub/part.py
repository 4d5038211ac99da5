"""A file that is on its way: ``NAME.part`` has its bytes, ``NAME.part.state`` what is known of them.

The file is counted in pieces. Each has eight bytes in the state: none yet, here, or the beginning of the
digest of the file up to its end. They are written after the bytes, so that a killed process leaves a state
which is true; and after a power failure, where both may be lost in any order, the digests tell which piece is
not what it was.
"""

from __future__ import annotations

import os
import struct
import threading
from contextlib import suppress
from pathlib import Path

import msgspec

from desktop.store.snapshot import sync_folder

PIECE_BYTES = 256 << 10
_MAGIC = b"kotonoha part 1\n"
_HEADER_BYTES = 4096
_ENTRY_BYTES = 8
_MISSING, _HERE = bytes(_ENTRY_BYTES), b"here".ljust(_ENTRY_BYTES, b"\0")


class Identity(msgspec.Struct, frozen=True):
    """Which bytes they are: those of another identity are of no use."""

    repository: str
    path: str
    commit: str
    etag: str
    size_bytes: int


def beside(target: Path) -> tuple[Path, Path]:
    """Return the paths of the bytes and of the state for ``target``."""
    return target.with_name(target.name + ".part"), target.with_name(target.name + ".part.state")


def known(target: Path) -> Identity | None:
    """Return what is on its way to ``target``; None where nothing is, or its state is damaged."""
    _, state = beside(target)
    try:
        with state.open("rb") as file:
            return _identity(file.read(_HEADER_BYTES))
    except OSError:
        return None


def held(target: Path) -> int:
    """Return how many bytes of ``target`` have come so far, for a list; 0 where nothing is known."""
    identity = known(target)
    if identity is None:
        return 0
    try:
        table = beside(target)[1].read_bytes()[_HEADER_BYTES:]
    except OSError:
        return 0
    entries = (table[at : at + _ENTRY_BYTES] for at in range(0, len(table), _ENTRY_BYTES))
    return min(sum(entry != _MISSING for entry in entries) * PIECE_BYTES, identity.size_bytes)


def discard(target: Path) -> None:
    """Remove what is on its way to ``target``. Raises ``OSError``."""
    for path in beside(target):
        path.unlink(missing_ok=True)


class Part:
    """The open files. Reading and writing may be done from several threads at once; all raise ``OSError``."""

    def __init__(self, target: Path, identity: Identity) -> None:
        """Open what is there of ``identity``, and otherwise begin anew."""
        self.target = target
        self.identity = identity
        self.size_bytes = identity.size_bytes
        self.pieces = -(-identity.size_bytes // PIECE_BYTES)
        self._bytes_path, self._state_path = beside(target)
        self._seeking = threading.Lock()
        entries = self._entries()
        if entries is None:
            discard(target)
            self._begin()
            entries = _MISSING * self.pieces
        self._bytes = self._bytes_path.open("r+b", buffering=0)
        try:
            self._state = self._state_path.open("r+b", buffering=0)
        except BaseException:
            self._bytes.close()
            raise
        length = os.fstat(self._bytes.fileno()).st_size
        self.here = bytearray(self.pieces)  # 1 for each piece that is on the disk
        self._digests: dict[int, bytes] = {}
        for piece in range(self.pieces):
            entry = entries[piece * _ENTRY_BYTES : (piece + 1) * _ENTRY_BYTES]
            if entry == _MISSING or self.end(piece) > length:  # somebody cut the file
                continue
            self.here[piece] = 1
            if entry != _HERE:
                self._digests[piece] = entry

    def end(self, piece: int) -> int:
        """Return the byte behind the piece."""
        return min((piece + 1) * PIECE_BYTES, self.size_bytes)

    def length(self, piece: int) -> int:
        """Return how many bytes the piece has."""
        return self.end(piece) - piece * PIECE_BYTES

    def held(self) -> int:
        """Return how many bytes of whole pieces are on the disk."""
        held = self.here.count(1) * PIECE_BYTES
        return held - (PIECE_BYTES - self.length(self.pieces - 1) if self.pieces and self.here[-1] else 0)

    def allocated(self) -> int:
        """Return how many bytes of the disk the file takes already."""
        status = os.fstat(self._bytes.fileno())
        blocks = getattr(status, "st_blocks", None)  # of 512 bytes; not on Windows
        return status.st_size if blocks is None else blocks * 512

    def write(self, at: int, data: bytes | memoryview) -> None:
        """Put bytes into their place."""
        self._write(self._bytes.fileno(), data, at)

    def read(self, piece: int) -> bytes:
        """Return the bytes of a piece as they are on the disk; fewer where the file was cut."""
        return self._read(self._bytes.fileno(), self.length(piece), piece * PIECE_BYTES)

    def mark(self, piece: int) -> None:
        """Note that all bytes of the piece are written."""
        self._note(piece, _HERE)
        self.here[piece] = 1

    def unmark(self, piece: int) -> None:
        """Note that the piece has to come again."""
        self.here[piece] = 0
        self._digests.pop(piece, None)
        self._note(piece, _MISSING)

    def digest(self, piece: int) -> bytes | None:
        """Return the digest that was noted for the file up to the end of the piece."""
        return self._digests.get(piece)

    def note_digest(self, piece: int, digest: bytes) -> None:
        """Note the digest of the file up to the end of the piece."""
        entry = digest[:_ENTRY_BYTES]
        if entry not in (_MISSING, _HERE):
            self._digests[piece] = entry
            self._note(piece, entry)

    def forget_digests(self, piece: int) -> None:
        """Forget the digests from ``piece`` on."""
        for later in [known for known in self._digests if known >= piece]:
            del self._digests[later]
            self._note(later, _HERE)

    def to_disk(self) -> None:
        """Wait until the bytes are on the disk."""
        descriptor = os.dup(self._bytes.fileno())  # it may take so long that the file is closed meanwhile
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def finish(self) -> None:
        """Give the file its name, by one rename, and remove the state. ``to_disk`` comes before."""
        self.close()
        self._bytes_path.replace(self.target)
        with suppress(OSError):  # some network drives cannot
            sync_folder(self.target.parent)
        self._state_path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the files; they stay."""
        self._bytes.close()
        self._state.close()

    def _entries(self) -> bytes | None:
        """Return the table of the state; None unless both files are there and of this identity."""
        try:
            state = self._state_path.read_bytes() if self._bytes_path.is_file() else b""
        except FileNotFoundError:
            return None
        entries = state[_HEADER_BYTES:]
        if _identity(state) != self.identity or len(entries) != self.pieces * _ENTRY_BYTES:
            return None
        return entries

    def _begin(self) -> None:
        text = msgspec.json.encode(self.identity)
        header = _MAGIC + struct.pack("<I", len(text)) + text
        assert len(header) <= _HEADER_BYTES
        self._bytes_path.touch()
        new = self._state_path.with_name(self._state_path.name + ".new")
        new.write_bytes(header.ljust(_HEADER_BYTES, b"\0") + _MISSING * self.pieces)
        new.replace(self._state_path)

    def _note(self, piece: int, entry: bytes) -> None:
        self._write(self._state.fileno(), entry, _HEADER_BYTES + piece * _ENTRY_BYTES)

    def _write(self, descriptor: int, data: bytes | memoryview, at: int) -> None:
        view = memoryview(data)
        while view:
            if hasattr(os, "pwrite"):
                written = os.pwrite(descriptor, view, at)
            else:
                with self._seeking:
                    os.lseek(descriptor, at, os.SEEK_SET)
                    written = os.write(descriptor, view)
            view = view[written:]
            at += written

    def _read(self, descriptor: int, length: int, at: int) -> bytes:
        if hasattr(os, "pread"):
            return os.pread(descriptor, length, at)
        with self._seeking:
            os.lseek(descriptor, at, os.SEEK_SET)
            return os.read(descriptor, length)


def _identity(state: bytes) -> Identity | None:
    start = len(_MAGIC) + 4
    if not state.startswith(_MAGIC) or len(state) < _HEADER_BYTES:
        return None
    (length,) = struct.unpack("<I", state[len(_MAGIC) : start])
    try:
        return msgspec.json.decode(state[start : min(start + length, _HEADER_BYTES)], type=Identity)
    except msgspec.DecodeError:
        return None
