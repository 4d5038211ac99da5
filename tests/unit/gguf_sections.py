"""The header of a real model in pieces; with a small vocabulary, thousands of variants are read fast."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from desktop.gguf.types import TENSOR_TYPES

ALIGNMENT = 32  # bytes
TEXT, ARRAY = 8, 9
SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}


@dataclass
class Sections:
    """Metadata entries and tensor descriptions as bytes, and the size of the data that follow them."""

    entries: list[bytes]
    infos: list[bytes]
    data: int

    def header(self) -> bytes:
        head = b"GGUF" + struct.pack("<IQQ", 3, len(self.infos), len(self.entries))
        head += b"".join(self.entries) + b"".join(self.infos)
        return head + bytes(-len(head) % ALIGNMENT)


class _Walk:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def numbers(self, form: str) -> tuple[int, ...]:
        found = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return found

    def text(self) -> bytes:
        (length,) = self.numbers("Q")
        self.at += length
        return self.data[self.at - length : self.at]

    def skip(self, kind: int) -> None:
        if kind == TEXT:
            self.text()
        else:
            self.at += SIZES[kind]

    def entry(self, words: int | None) -> bytes:
        """Return the next entry; of an array of the vocabulary at most so many values."""
        start = self.at
        key = self.text()
        (kind,) = self.numbers("I")
        if kind != ARRAY:
            self.skip(kind)
            return self.data[start : self.at]
        length_at = self.at + 4
        inner, count = self.numbers("IQ")
        kept = min(count, words) if words is not None and key.startswith(b"tokenizer.") else count
        first = self.at
        for _ in range(kept):
            self.skip(inner)
        end = self.at
        for _ in range(count - kept):
            self.skip(inner)
        return self.data[start:length_at] + struct.pack("<Q", kept) + self.data[first:end]


def sections(path: Path, words: int | None = None) -> Sections:
    """Take the header of ``path`` apart; with ``words``, as if its vocabulary had so many."""
    with path.open("rb") as file:
        walk = _Walk(file.read(16 << 20))
    assert walk.data[:4] == b"GGUF"
    walk.at = 8
    tensor_count, entry_count = walk.numbers("QQ")
    entries = [walk.entry(words) for _ in range(entry_count)]
    infos, place = [], 0
    for _ in range(tensor_count):
        name = walk.text()
        (dimensions,) = walk.numbers("I")
        shape = list(walk.numbers(f"{dimensions}Q"))
        kind, _offset = walk.numbers("IQ")
        if words is not None and name == b"token_embd.weight":
            shape[1] = words
        infos.append(
            struct.pack("<Q", len(name))
            + name
            + struct.pack(f"<I{dimensions}QIQ", dimensions, *shape, kind, place)
        )
        _, block, size = TENSOR_TYPES[kind]
        elements = 1
        for length in shape:
            elements *= length
        place += -(-(elements // block * size) // ALIGNMENT) * ALIGNMENT
    return Sections(entries, infos, place)


def sparse(path: Path, header: bytes, size: int) -> Path:
    """Write the header into a file of ``size`` bytes whose rest takes no place on the disk."""
    with path.open("wb") as file:
        file.write(header[:size])
        file.truncate(size)
    return path
