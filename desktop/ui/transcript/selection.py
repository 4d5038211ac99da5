"""What is selected in a transcript, across its messages. Knows places, not what stands there; no Qt."""

from __future__ import annotations

import sys
from typing import NamedTuple

from desktop.ui.transcript.flow import Place

START, END = Place(0, 0), Place(sys.maxsize, 0)  # of any message


class Spot(NamedTuple):
    """A place in the message with this number."""

    row: int
    place: Place


class Selection:
    """Two spots: where it began, and where it goes to."""

    def __init__(self) -> None:
        self._anchor: Spot | None = None
        self._head = Spot(0, START)

    def begin(self, spot: Spot) -> None:
        """Select nothing yet, from here on."""
        self._anchor = self._head = spot

    def extend(self, spot: Spot) -> None:
        """Select as far as this."""
        if self._anchor is None:
            self._anchor = spot
        self._head = spot

    def select(self, start: Spot, end: Spot) -> None:
        """Select this."""
        self._anchor, self._head = start, end

    def clear(self) -> None:
        """Select nothing."""
        self._anchor = None

    def limits(self) -> tuple[Spot, Spot] | None:
        """Return both ends, the earlier one first; None when nothing is selected."""
        if self._anchor is None or self._anchor == self._head:
            return None
        return min(self._anchor, self._head), max(self._anchor, self._head)

    def part(self, row: int) -> tuple[Place, Place] | None:
        """Return what is selected of one message."""
        limits = self.limits()
        if limits is None or not limits[0].row <= row <= limits[1].row:
            return None
        start = limits[0].place if row == limits[0].row else START
        end = limits[1].place if row == limits[1].row else END
        return None if start == end else (start, end)

    def rows(self) -> range:
        """Return the numbers of the messages that it touches."""
        limits = self.limits()
        return range(limits[0].row, limits[1].row + 1) if limits else range(0)
