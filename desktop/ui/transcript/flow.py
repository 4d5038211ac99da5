"""The text of one message: its segments from top to bottom; only those in sight need to be laid out."""

from __future__ import annotations

from bisect import bisect_right
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPointF

from desktop.markdown.copied import as_text
from desktop.ui.transcript.segment import Segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence, Set

    from desktop.markdown.blocks import Block
    from desktop.ui.transcript.formulas import Wanted
    from desktop.ui.transcript.look import Look


MANY = 200  # segments; only in a longer text are documents let go (20 kB each)
MARGIN = 40  # segments above and below those in sight that keep theirs


class Place(NamedTuple):
    """A position in the text: of the segment with this index, and in its document."""

    segment: int
    position: int


class Flow:
    """Segments below each other, ``width`` pixels wide. Heights change as estimates become measures."""

    def __init__(self, look: Look, width: float) -> None:
        self.look = look
        self.width = width
        self.segments: list[Segment] = []
        self._tops: list[float] = [0.0]  # where each begins, and the end
        self._exact = 0  # how many of the tops hold
        self._measured = 0  # all segments before this one are measured
        self._made: set[int] = set()  # segments with a document
        self._sight = range(0)  # segments that were revealed last

    def replace(self, start: int, blocks: Sequence[Block]) -> None:
        """Put ``blocks`` in the place of everything from segment ``start`` on."""
        del self.segments[start:]
        before = self.segments[-1].block if self.segments else None
        for block in blocks:
            self.segments.append(Segment(block, before, self.look, self.width))
            before = block
        self._exact, self._measured = min(self._exact, start), min(self._measured, start)
        self._made = {index for index in self._made if index < start}

    def restyle(self, look: Look, width: float) -> None:
        """Begin anew in another look or width; what is laid out in these already stays."""
        if look is self.look and width == self.width:
            return
        blocks = [segment.block for segment in self.segments]
        self.look, self.width = look, width
        self.replace(0, blocks)

    @property
    def tops(self) -> list[float]:
        """Where each segment begins, and at last where the text ends."""
        if self._exact < len(self.segments) or len(self._tops) != len(self.segments) + 1:
            del self._tops[self._exact + 1 :]
            for segment in self.segments[self._exact :]:
                self._tops.append(self._tops[-1] + segment.height)
            self._exact = len(self.segments)
        return self._tops

    def height(self) -> float:
        """Return the height of all segments."""
        return self.tops[-1]

    def index_at(self, y: float) -> int:
        """Return the index of the segment at ``y``, the nearest one outside; -1 in an empty text."""
        return min(max(0, bisect_right(self.tops, y) - 1), len(self.segments) - 1)

    def between(self, y0: float, y1: float) -> Iterator[tuple[int, Segment]]:
        """Yield the segments that touch the range."""
        index = self.index_at(y0)
        while 0 <= index < len(self.segments) and self.tops[index] < y1:
            yield index, self.segments[index]
            index += 1

    def reveal(self, y0: float, y1: float) -> None:
        """Lay out what lies in the range."""
        first = last = max(0, self.index_at(y0))
        for index, _ in self.between(y0, y1):
            self.lay_out(index)
            last = index
        self._sight = range(first - MARGIN, last + MARGIN)
        if len(self.segments) > MANY:
            for index in [index for index in self._made if index not in self._sight]:
                self._forget(index)

    def work(self, deadline: float) -> bool:
        """Measure from the top on until ``deadline`` (of ``perf_counter``); return whether some is left."""
        while self._measured < len(self.segments):
            index = self._measured
            if not self.segments[index].measured:
                if perf_counter() >= deadline:
                    return True
                self.lay_out(index)
                if len(self.segments) > MANY and index not in self._sight:
                    self._forget(index)
            self._measured += 1
        return False

    def refresh(self, drawn: Set[Wanted]) -> bool:
        """Lay out anew what asks for one of these formulas; return whether anything does."""
        found = [index for index, segment in enumerate(self.segments) if segment.asks(drawn)]
        for index in found:
            self.segments[index].renew()
        if found:
            self._exact, self._measured = min(self._exact, found[0]), min(self._measured, found[0])
        return bool(found)

    def lay_out(self, index: int) -> None:
        """Make and measure a segment."""
        segment = self.segments[index]
        before = segment.height
        segment.lay_out()
        self._made.add(index)
        if segment.height != before:
            self._exact = min(self._exact, index)

    def _forget(self, index: int) -> None:
        self._made.discard(index)
        self.segments[index].forget()

    def place_at(self, point: QPointF) -> Place:
        """Return the place in the text nearest to ``point``."""
        index = self.index_at(point.y())
        if index < 0:
            return Place(0, 0)
        segment = self.segments[index]
        self.lay_out(index)
        return Place(index, segment.hit(point - QPointF(0, self.tops[index])))

    def end(self) -> Place:
        """Return the last place; lays out the last segment."""
        if not self.segments:
            return Place(0, 0)
        self.lay_out(len(self.segments) - 1)
        return Place(len(self.segments) - 1, self.segments[-1].length())

    def text(self, start: Place, end: Place) -> str:
        """Return the plain text between two places, the earlier one first."""
        return as_text(self.parts(start, end))

    def parts(self, start: Place, end: Place) -> list[Block]:
        """Return what lies between two places, the earlier one first, as blocks."""
        found: list[Block] = []
        for index in range(start.segment, min(end.segment + 1, len(self.segments))):
            segment = self.segments[index]
            first = start.position if index == start.segment else 0
            if index != end.segment and first == 0:  # needs no layout
                found.append(segment.block)
                continue
            self.lay_out(index)
            last = end.position if index == end.segment else segment.length()
            if first < last or not segment.length():
                found.append(segment.part(first, last))
        return found

    def is_all(self, start: Place, end: Place) -> bool:
        """Return whether everything lies between two places."""
        return start == Place(0, 0) and end >= self.end()
