"""Real GGUF files with one thing changed, for tests. The format: ggml's docs/gguf.md, version 3."""

from __future__ import annotations

import struct
from pathlib import Path

ALIGNMENT = 32  # bytes, the format's default
STRING, ARRAY = 8, 9
SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}


class _Header:
    """Walks the header of a file in memory."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 8
        self.tensors, self.pairs = self.number("<QQ")

    def number(self, form: str) -> tuple[int, ...]:
        values = struct.unpack_from(form, self.data, self.at)
        self.at += struct.calcsize(form)
        return values

    def string(self) -> bytes:
        (length,) = self.number("<Q")
        self.at += length
        return self.data[self.at - length : self.at]

    def skip(self, kind: int) -> None:
        if kind == STRING:
            self.string()
        elif kind == ARRAY:
            inner, count = self.number("<IQ")
            for _ in range(count):
                self.skip(inner)
        else:
            self.at += SIZES[kind]


def _infos_end(data: bytes) -> int:
    """Return where the header ends."""
    header = _Header(data)
    for _ in range(header.pairs):
        header.string()
        header.skip(header.number("<I")[0])
    for _ in range(header.tensors):
        header.string()
        (dimensions,) = header.number("<I")
        header.at += 8 * dimensions + 4 + 8
    return header.at


def aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


def header_size(data: bytes) -> int:
    """Return where the tensors' data begins."""
    return aligned(_infos_end(data))


def with_string(source: Path, target: Path, key: str, value: str) -> Path:
    """Write ``source`` with another value of one string in its header."""
    data = source.read_bytes()
    header = _Header(data)
    for _ in range(header.pairs):
        name = header.string()
        (kind,) = header.number("<I")
        start = header.at
        header.skip(kind)
        if name == key.encode():
            assert kind == STRING
            break
    else:
        raise KeyError(key)
    text = value.encode()
    infos_end = _infos_end(data)
    changed = data[:start] + struct.pack("<Q", len(text)) + text + data[header.at : infos_end]
    target.write_bytes(changed.ljust(aligned(len(changed)), b"\0") + data[aligned(infos_end) :])
    return target


def with_number(source: Path, target: Path, key: str, value: int) -> Path:
    """Write ``source`` with one more number (uint32) at the end of its metadata."""
    return _with_pair(source, target, key, struct.pack("<II", 4, value))


def with_new_string(source: Path, target: Path, key: str, value: str) -> Path:
    """Write ``source`` with one more string at the end of its metadata."""
    text = value.encode()
    return _with_pair(source, target, key, struct.pack("<IQ", STRING, len(text)) + text)


def _with_pair(source: Path, target: Path, key: str, typed: bytes) -> Path:
    data = source.read_bytes()
    header = _Header(data)
    tensors, pairs = header.tensors, header.pairs
    for _ in range(pairs):
        header.string()
        header.skip(header.number("<I")[0])
    infos_end = _infos_end(data)
    pair = struct.pack("<Q", len(key)) + key.encode() + typed
    head = data[:8] + struct.pack("<QQ", tensors, pairs + 1) + data[24 : header.at] + pair
    changed = head + data[header.at : infos_end]
    target.write_bytes(changed.ljust(aligned(len(changed)), b"\0") + data[aligned(infos_end) :])
    return target
