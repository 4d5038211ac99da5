"""Which line fetches which bytes: what is missing is claimed, and long stretches are split between lines."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from desktop.hub.part import PIECE_BYTES, Part

LEAST_SPLIT = 16 << 20  # bytes: a shorter half is not worth a connection of its own


@dataclass(slots=True, eq=False)
class Span:
    """Bytes from ``at`` to ``end`` that one line is fetching; ``end`` may come nearer while it does."""

    at: int
    end: int


class Spans:
    """What is here, and who fetches what is not. Safe to use from several threads."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._active: list[Span] = []
        self.changed = threading.Condition()

    def claim(self) -> Span | None:
        """Return the next stretch to fetch, halving the longest one where all are taken; None: nothing."""
        with self.changed:
            span = self._free() or self._half()
            if span is not None:
                self._active.append(span)
            return span

    def release(self, span: Span) -> None:
        """Give up what is left of a stretch."""
        with self.changed:
            if span in self._active:
                self._active.remove(span)

    def could_split(self) -> bool:
        """Return whether another line would find something worth its while."""
        with self.changed:
            return any(span.end - span.at >= 2 * LEAST_SPLIT for span in self._active)

    def advance(self, span: Span, at: int) -> None:
        """Note that the bytes of ``span`` before ``at`` are written."""
        first = span.at // PIECE_BYTES
        last = self._part.pieces if at == self._part.size_bytes else at // PIECE_BYTES
        span.at = at
        if first < last:
            with self.changed:
                for piece in range(first, last):
                    self._part.mark(piece)
                self.changed.notify_all()

    def again(self, piece: int) -> None:
        """Let a piece be fetched once more."""
        with self.changed:
            self._part.unmark(piece)

    def done(self) -> int:
        """Return how many bytes are here."""
        with self.changed:
            begun = sum(span.at % PIECE_BYTES for span in self._active if span.at < self._part.size_bytes)
            return min(self._part.held() + begun, self._part.size_bytes)

    def is_complete(self) -> bool:
        """Return whether every piece is here."""
        return 0 not in self._part.here

    def _free(self) -> Span | None:
        here, at = self._part.here, 0
        while (piece := here.find(0, at)) >= 0:
            start = piece * PIECE_BYTES
            holder = next((span for span in self._active if _floor(span.at) <= start < span.end), None)
            if holder is not None:
                at = -(-holder.end // PIECE_BYTES)
                continue
            following = here.find(1, piece)
            end = self._part.size_bytes if following < 0 else following * PIECE_BYTES
            return Span(start, min([end, *(_floor(span.at) for span in self._active if span.at > start)]))
        return None

    def _half(self) -> Span | None:
        longest = max(self._active, key=lambda span: span.end - span.at, default=None)
        if longest is None or longest.end - longest.at < 2 * LEAST_SPLIT:
            return None
        middle = _floor((longest.at + longest.end) // 2)
        half = Span(middle, longest.end)
        longest.end = middle
        return half


def _floor(at: int) -> int:
    return at - at % PIECE_BYTES
