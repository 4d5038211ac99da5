"""All messages of a chat from the oldest to the newest, and where each stands; few have a widget. No Qt.

A row's height is measured when it was near the viewport once, else estimated from its length.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from desktop.markdown.blocks import Block
    from desktop.ui.transcript.answer import AnswerView
    from desktop.ui.transcript.entry import Entry
    from desktop.ui.transcript.question import QuestionView

MAX_HEIGHT = 16_000_000  # px of one message; QWIDGETSIZE_MAX is 16,777,215


class Row:
    """One message: what it says, how high it is, and its widget while it is near the viewport."""

    __slots__ = ("entry", "furigana", "height", "pieces", "progress", "thoughts", "unfolded", "view")

    def __init__(self, entry: Entry, height: int) -> None:
        self.entry = entry
        self.height = height
        self.pieces: list[str] = []  # of text that is not shown yet
        self.thoughts: list[str] = []
        self.progress = ""
        self.unfolded = False  # what it thought is shown
        self.furigana: list[Block] | None = None  # the text with readings, where they are shown
        self.view: QuestionView | AnswerView | None = None

    def text(self) -> str:
        """Return the whole text as it was given."""
        return self.entry.text + "".join(self.pieces)

    def take_pieces(self) -> None:
        """Make what has streamed in part of the message, and of its widget."""
        piece, thought = "".join(self.pieces), "".join(self.thoughts)
        if not piece and not thought:
            return
        if piece:
            self.furigana = None
        self.pieces.clear()
        self.thoughts.clear()
        entry = self.entry
        self.entry = replace(entry, text=entry.text + piece, thinking=entry.thinking + thought)
        if self.view is not None:
            self.view.grow(self.entry, piece)


class Rows:
    """The rows, their places in px from the top of the first, and which of them have a widget."""

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._index: dict[int, int] = {}
        self._tops: list[int] = [0]
        self._exact = 0  # how many rows have an exact top
        self._live: set[int] = set()  # rows that have a widget

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: int) -> Row:
        return self._rows[index]

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def index(self, identity: int) -> int | None:
        """Return the number of the message with this id."""
        return self._index.get(identity)

    def find(self, identity: int) -> Row | None:
        """Return the message with this id."""
        index = self._index.get(identity)
        return None if index is None else self._rows[index]

    # Which there are ------------------------------------------------------------------------------

    def replace(self, entries: Sequence[Entry], heights: Iterable[int], *, keep: bool = False) -> None:
        """Have these messages and no others; ``keep``: one that is there already stays as it is."""
        self._index = {entry.id: index for index, entry in enumerate(entries)}
        kept: dict[int, Row] = {}
        if keep:
            kept = {row.entry.id: row for row in self._rows if row.entry.id in self._index}
        for index in list(self._live):
            if self._rows[index].entry.id not in kept:
                self.retire(index)
        self._rows = [
            kept.get(entry.id) or Row(entry, height) for entry, height in zip(entries, heights, strict=True)
        ]
        self._live = {index for index, row in enumerate(self._rows) if row.view is not None}
        self._exact = 0

    def append(self, entry: Entry, height: int) -> None:
        """Have another message at the end."""
        self._index[entry.id] = len(self._rows)
        self._rows.append(Row(entry, height))

    # Which are widgets ----------------------------------------------------------------------------

    def views(self) -> Iterator[tuple[int, QuestionView | AnswerView]]:
        """Yield the widgets that there are, from top to bottom; they may be retired meanwhile."""
        for index in sorted(self._live):
            view = self._rows[index].view
            if view is not None:
                yield index, view

    def dress(self, index: int, view: QuestionView | AnswerView) -> None:
        """Give a row its widget."""
        self._rows[index].view = view
        self._live.add(index)

    def retire(self, index: int) -> None:
        """Let the widget of a row go; the height stays."""
        self._live.discard(index)
        view, self._rows[index].view = self._rows[index].view, None
        if view is not None:
            view.hide()
            view.deleteLater()

    # Where they stand -----------------------------------------------------------------------------

    def set_height(self, index: int, height: int) -> bool:
        """Give a row its height; return whether it had another."""
        height = min(height, MAX_HEIGHT)
        if self._rows[index].height == height:
            return False
        self._rows[index].height = height
        self._exact = min(self._exact, index)
        return True

    def top(self, index: int) -> int:
        """Return where a row begins; ``len(rows)`` asks for the end."""
        if self._exact < index:
            del self._tops[self._exact + 1 :]
            top = self._tops[-1]
            for row in self._rows[self._exact :]:
                top += row.height
                self._tops.append(top)
            self._exact = len(self._rows)
        return self._tops[index]

    def at(self, y: float) -> int:
        """Return the number of the row at ``y``, the nearest one outside; -1 where there is none."""
        self.top(len(self._rows))
        return min(max(0, bisect_right(self._tops, y, hi=len(self._rows) + 1) - 1), len(self._rows) - 1)

    def between(self, y0: float, y1: float) -> Iterator[int]:
        """Yield the numbers of the rows that touch the range."""
        index = self.at(y0)
        while 0 <= index < len(self._rows) and self.top(index) < y1:
            yield index
            index += 1
