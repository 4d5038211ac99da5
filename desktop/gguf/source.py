"""A file from a stranger, read forwards: counts and lengths are believed only where the bytes are there."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from typing import BinaryIO

_WINDOW = 1 << 20  # bytes read at once


class Damaged(Exception):  # noqa: N818 - the file is at fault
    """The file is not as the format wants it: a reason in Japanese and in English, each a clause."""

    def __init__(
        self, ja: str = "壊れているか、途中で切れています", en: str = "it is damaged or ends too early"
    ) -> None:
        super().__init__(ja, en)
        self.ja = ja
        self.en = en


class Source:
    """The file through a window of about a mebibyte; no read goes past its end. All sizes are in bytes."""

    def __init__(self, file: BinaryIO) -> None:
        self.size = os.fstat(file.fileno()).st_size
        self._file = file
        self._window = b""
        self._start = 0  # place of the window in the file
        self._at = 0  # place in the window

    @property
    def position(self) -> int:
        """Return the place of the next byte in the file."""
        return self._start + self._at

    def take(self, size: int) -> bytes:
        """Return the next ``size`` bytes."""
        self._need(size)
        self._at += size
        return self._window[self._at - size : self._at]

    def skip(self, size: int) -> None:
        """Pass over ``size`` bytes without reading what the window does not hold."""
        if size > self.size - self.position:
            raise Damaged
        if self._at + size <= len(self._window):
            self._at += size
            return
        self._start = self.position + size
        self._window, self._at = b"", 0
        self._file.seek(self._start)

    def number(self, form: str) -> int | float | bool:
        """Return the next number, little-endian, of this ``struct`` format."""
        value: int | float | bool
        (value,) = struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))
        return value

    def integer(self, form: str) -> int:
        """Return the next integer."""
        return int(self.number(form))

    def count(self, most: int) -> int:
        """Return a count of things that take at least a byte each."""
        value = self.integer("Q")
        if value > most or value > self.size - self.position:
            raise Damaged
        return value

    def text(self, longest: int) -> str:
        """Return the next text, whole."""
        return self.take(self.count(longest)).decode("utf-8", "replace")

    def beginning(self, longest: int) -> str:
        """Return the beginning of the next text, and pass over the rest."""
        size = self.count(self.size)
        kept = self.take(min(size, longest)).decode("utf-8", "replace")
        self.skip(size - min(size, longest))
        return kept

    def words(self, count: int, *, distinct: bool) -> bool:
        """Pass over ``count`` texts; return whether they all differ where they must be ``distinct``.

        As in llama.cpp, a text ends at a NUL, and empty ones count as different.
        """
        # A vocabulary has some 100,000 entries, so this loop is written for speed and keeps only hashes.
        length_at: Callable[[bytes, int], tuple[int]] = struct.Struct("<Q").unpack_from
        seen = set()
        empty = 0
        for _ in range(count):
            if self._at + 8 > len(self._window):
                self._need(8)
            start = self._at + 8
            end = start + length_at(self._window, self._at)[0]
            if not distinct and end > len(self._window):
                self.skip(end - self._at)
                continue
            if end > len(self._window):
                if end - start > _WINDOW:
                    raise Damaged
                self._need(end - self._at)
                start, end = self._at + 8, self._at + end - start + 8
            self._at = end
            if distinct:
                word = self._window[start:end]
                if b"\0" in word:
                    word = word.partition(b"\0")[0]
                if word:
                    seen.add(hash(word))
                else:
                    empty += 1
        return not distinct or len(seen) + empty == count

    def _need(self, size: int) -> None:
        """Have the next ``size`` bytes in the window."""
        if self._at + size <= len(self._window):
            return
        if size > self.size - self.position:
            raise Damaged
        self._window = self._window[self._at :]
        self._start += self._at
        self._at = 0
        self._window += self._file.read(max(size, _WINDOW) - len(self._window))
        if len(self._window) < size:  # the file shrank while it was read
            raise Damaged
