"""Words that were searched for: marked in all messages, and gone to one after the other.

Marks are drawn where the text is laid out, and only there. To go on, the words are looked for in the texts of
the messages, a little at a time, whether they have a widget or not.
"""

from __future__ import annotations

import re
from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from desktop.markdown.blocks import Splitter, plain
from desktop.store.folding import boundary, folded, ranges
from desktop.ui.controls.announce import announce
from desktop.ui.transcript.arranging import SLICE_MS
from desktop.ui.transcript.flow import Place
from desktop.ui.transcript.message import deadline

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from PySide6.QtWidgets import QAbstractScrollArea

    from desktop.markdown.blocks import Block
    from desktop.ui.transcript.arranging import Arranger
    from desktop.ui.transcript.message import MessageView
    from desktop.ui.transcript.rows import Row, Rows

MOST_WORDS = 16
SAID = 60  # characters behind a place that are read aloud
_PAGE = 4_096  # characters that are looked through in one go
_READING = re.compile("《[^《》\n]{1,64}》")
_MARKUP = str.maketrans("", "", "*_~`|｜\\")  # which may stand within a word

Range = tuple[Place, Place]


class Finding(QObject):
    """Marks words in the rows of a scroll area, and brings one place of them after the other into sight."""

    def __init__(
        self,
        area: QAbstractScrollArea,
        rows: Rows,
        arranger: Arranger,
        view_of: Callable[[int], MessageView],
    ) -> None:
        """``view_of`` returns the widget of a row, and makes it where there is none."""
        super().__init__(area)
        self._area, self._rows, self._arranger, self._view_of = area, rows, arranger, view_of
        self._words: tuple[str, ...] = ()  # folded
        self._here: tuple[int, Range] | None = None  # the message (its id) and the place that was gone to
        self._search: Iterator[None] | None = None
        self.slice = QTimer(self, singleShot=True, interval=0)  # active while it is looked for
        self.slice.timeout.connect(self._go_on)

    def watch(self, view: MessageView) -> None:
        """Mark the words in the widget of a row."""
        here = self._here[1] if self._here is not None and self._here[0] == view.entry.id else None
        view.seek(self._words, here)

    def begin(self, words: Sequence[str], index: int | None) -> None:
        """Mark these words, and go to the first of them in a message."""
        self.stop()
        folds = dict.fromkeys(fold for word in words for fold in folded(word).split())
        self._words, self._here = tuple(folds)[:MOST_WORDS], None
        self._show()
        if index is not None and self._words:
            self._look(self._first_in(index))

    def step(self, step: int) -> bool:
        """Go to the next place, with -1 to the one before; round the ends. Return whether there are words."""
        if not self._words or not self._rows:
            return False
        self._look(self._walk(step))
        return True

    def forget(self) -> None:
        """Mark nothing any more."""
        self.stop()
        self._words, self._here = (), None
        self._show()

    def stop(self) -> None:
        """Go nowhere: there are other rows."""
        self._search = None
        self.slice.stop()

    def _show(self) -> None:
        for _, view in self._rows.views():
            self.watch(view)

    # Looking --------------------------------------------------------------------------------------

    def _look(self, search: Iterator[None]) -> None:
        self._search = search
        self._go_on()

    def _go_on(self) -> None:
        """Look for a while, then come back."""
        search, stop = self._search, deadline(SLICE_MS)
        while search is not None:
            if next(search, self) is self:
                self._search = None
                return
            if perf_counter() >= stop:
                self.slice.start()
                return

    def _first_in(self, index: int) -> Iterator[None]:
        found = yield from self._find(index, None, 1)
        if found is not None:
            self._go_to(index, found)

    def _walk(self, step: int) -> Iterator[None]:
        count = len(self._rows)
        row = self._rows.index(self._here[0]) if self._here is not None else None
        after = self._here[1] if self._here is not None and row is not None else None
        if row is None:  # from what is in sight
            row = max(0, self._rows.at(self._area.verticalScrollBar().value()))
        for turn in range(count + 1):
            index = (row + step * turn) % count
            found = yield from self._find(index, None if turn else after, step)
            if found is not None:
                self._go_to(index, found)
                return

    def _find(self, index: int, after: Range | None, step: int) -> Generator[None, None, Range | None]:
        """Return the first place in a message, or the last one with -1; behind or before ``after``."""
        row = self._rows[index]
        if not (yield from self._may_be_in(row.text())):
            return None
        blocks = yield from _blocks(row)
        for number in range(len(blocks))[::step]:
            if after is not None and (number - after[0].segment) * step < 0:
                continue
            yield
            if not ranges("".join(_texts(blocks[number])), self._words):
                continue
            for found in (yield from self._places(index, number))[::step]:
                if after is None or (found[0] > after[0] if step > 0 else found[0] < after[0]):
                    return found
        return None

    def _may_be_in(self, text: str) -> Generator[None, None, bool]:
        """Return whether a word can be in a message: it stands there, or would but for marks of style."""
        reach = 4 * max(map(len, self._words)) + 64  # of two pages into each other
        start = 0
        while True:
            end = boundary(text, start + _PAGE)
            page = text[start : end + reach]
            for seen in (page, _READING.sub("", page).translate(_MARKUP)):
                plain_page = folded(seen)
                if any(word in plain_page or word.translate(_MARKUP) in plain_page for word in self._words):
                    return True
            if end >= len(text):
                return False
            start = end
            yield

    def _places(self, index: int, number: int) -> Generator[None, None, list[Range]]:
        """Return the places in a block of a message, whose row comes into sight for that."""
        bar, page = self._area.verticalScrollBar(), self._area.viewport().height()
        if index not in self._rows.between(bar.value(), bar.value() + page):
            self._arranger.hold_at(index, (0, 0.0))
            self._arranger.arrange()
        while (view := self._view_of(index)).read(deadline(SLICE_MS)):
            yield
        if number >= len(view.flow.segments):
            return []
        view.flow.lay_out(number)
        found = view.flow.segments[number].found(self._words)
        return [(Place(number, start), Place(number, end)) for start, end in found]

    def _go_to(self, index: int, found: Range) -> None:
        view = self._view_of(index)
        self._here = view.entry.id, found
        self._show()
        view.uncover(found[0])
        number, position = found[0]
        view.flow.lay_out(number)  # which arranging may have let go
        segment = view.flow.segments[number]
        self._arranger.bring(view, number, segment.y_of(position))
        begins, ends = segment.sentence_start(position), min(found[1].position + SAID, segment.length())
        announce(view, view.flow.text(Place(number, begins), Place(number, ends)), at_once=True)


def _blocks(row: Row) -> Generator[None, None, Sequence[Block]]:
    """Return the blocks of a message as its widget has them, or would have them."""
    if row.entry.role == "user":
        return plain(row.text())
    splitter = Splitter()
    splitter.feed(row.text())
    while splitter.step():
        yield
    return splitter.blocks


def _texts(block: Block) -> Iterator[str]:
    """Yield what is written in a block, with cells of a table apart."""
    for span in block.spans:
        yield span.text
    for row in block.rows:
        for cell in row:
            yield from (span.text for span in cell)
            yield "\n"
