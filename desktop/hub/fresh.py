"""The pieces that came last, as they came, so that the digest need not read them back from the disk."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.hub.part import PIECE_BYTES

_AHEAD = 16  # pieces before the digest that are kept; what is further on is read from the disk


class Fresh:
    """Filled by the lines and emptied by the digest; every operation is one on a dict, safe in any thread."""

    def __init__(self, size_bytes: int) -> None:
        self._size_bytes = size_bytes
        self._digested = 0  # pieces
        self._whole: dict[int, Sequence[memoryview]] = {}

    def filler(self) -> Filler:
        """Return what one line fills."""
        return Filler(self)

    def take(self, piece: int) -> Sequence[memoryview]:
        """Return the bytes of the next piece in parts, and forget it; () where they are not kept."""
        self._digested = piece
        return self._whole.pop(piece, ())

    def wants(self, piece: int) -> bool:
        """Return whether the digest comes to this piece soon."""
        return self._digested <= piece < self._digested + _AHEAD

    def keep(self, piece: int, parts: Sequence[memoryview]) -> None:
        """Keep a piece that is whole."""
        if self.wants(piece):
            self._whole[piece] = parts

    def end(self, piece: int) -> int:
        """Return the byte behind the piece."""
        return min((piece + 1) * PIECE_BYTES, self._size_bytes)


class Filler:
    """Puts the bytes of one line together to pieces; what it did not see from a beginning is left out."""

    def __init__(self, fresh: Fresh) -> None:
        self._fresh = fresh
        self._next = -1  # where the next byte belongs; -1: a piece is to begin first
        self._parts: list[memoryview] = []

    def add(self, at: int, data: memoryview) -> None:
        """Take the bytes that belong at ``at``."""
        while data:
            piece, inside = divmod(at, PIECE_BYTES)
            if inside == 0:
                self._next, self._parts = at, []
            part = data[: self._fresh.end(piece) - at]
            if at == self._next and self._fresh.wants(piece):
                self._parts.append(part)
                self._next = at + len(part)
                if self._next == self._fresh.end(piece):
                    self._fresh.keep(piece, tuple(self._parts))
            else:
                self._next = -1
            at += len(part)
            data = data[len(part) :]
