"""Selecting across messages: by pointer and keys, copying, and the offer to ask about what is selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QAbstractScrollArea, QApplication

from desktop.ui.transcript.answer import AnswerView
from desktop.ui.transcript.arranging import SLICE_MS
from desktop.ui.transcript.button import QuoteButton
from desktop.ui.transcript.clipboard import Piece, as_quote, put_on_clipboard
from desktop.ui.transcript.message import deadline
from desktop.ui.transcript.selection import END, START, Selection, Spot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from desktop.ui.transcript.flow import Place
    from desktop.ui.transcript.look import Look
    from desktop.ui.transcript.message import MessageView
    from desktop.ui.transcript.rows import Rows

_DRAG_MS, _DRAG_STEP = 30, 24  # scrolling while a selection is dragged out of the viewport
_EDGE = 12  # px of the viewport where that begins


class Selecting(QObject):
    """What is selected of the rows of a scroll area, shown in their widgets."""

    copied = Signal()
    quoted = Signal(str)  # what was selected, as Markdown with "> " before each line

    def __init__(
        self, area: QAbstractScrollArea, rows: Rows, view_of: Callable[[int], MessageView], look: Look
    ) -> None:
        """``view_of`` returns the widget of a row, and makes it where there is none."""
        super().__init__(area)
        self._area, self._rows, self._view_of = area, rows, view_of
        self._selection = Selection()
        self._offer = QuoteButton(look, area)
        self._offer.clicked.connect(self._quote)
        self._drag = QTimer(self, interval=_DRAG_MS)
        self._drag.timeout.connect(self._scroll_with_drag)

    def watch(self, view: MessageView, index: int) -> None:
        """Take part in what is done with the widget of a row."""
        view.selecting.connect(self._begin)
        view.dragged.connect(self._follow)
        view.released.connect(self._end)
        view.asked.connect(self._take_wish)
        view.choose(self._selection.part(index))

    # What is selected -----------------------------------------------------------------------------

    @property
    def empty(self) -> bool:
        """Whether nothing is selected."""
        return self._selection.limits() is None

    def touches(self, index: int) -> bool:
        """Return whether something of this row is selected."""
        return self._selection.part(index) is not None

    def select(self, start: Spot, end: Spot) -> None:
        """Select this and nothing else."""
        self._selection.select(start, end)
        self._show()

    def select_all(self) -> None:
        """Select the whole conversation."""
        if self._rows:
            self.select(Spot(0, START), Spot(len(self._rows) - 1, END))

    def forget(self) -> None:
        """Begin with other rows, of which nothing is selected."""
        self._drag.stop()
        self.clear()

    def clear(self) -> None:
        """Select nothing."""
        self._selection.clear()
        self._show()

    def _show(self) -> None:
        self._offer.hide()
        for index, view in self._rows.views():
            view.choose(self._selection.part(index))

    # By pointer -----------------------------------------------------------------------------------

    def _begin(self, view: MessageView, place: Place, extends: bool) -> None:
        index = self._rows.index(view.entry.id)
        if index is None:
            return
        if extends:
            self._selection.extend(Spot(index, place))
        else:
            self._selection.begin(Spot(index, place))
        self._show()

    def _follow(self, point: QPoint) -> None:
        self._select_to(point)
        if not self._drag.isActive():
            self._drag.start()

    def _select_to(self, point: QPoint) -> None:
        """Extend the selection to a point of the screen, in whichever message it is."""
        viewport = self._area.viewport()
        inside = viewport.mapFromGlobal(point)
        inside.setY(max(0, min(inside.y(), viewport.height() - 1)))
        index = self._rows.at(self._area.verticalScrollBar().value() + inside.y())
        view = self._rows[index].view
        if view is not None:
            place = view.place_at(QPointF(view.mapFrom(viewport, inside)))
            self._selection.extend(Spot(index, place))
            self._show()

    def _scroll_with_drag(self) -> None:
        """Scroll while a selection is dragged beyond the viewport."""
        if not QApplication.mouseButtons() & Qt.MouseButton.LeftButton:
            self._drag.stop()
            return
        viewport = self._area.viewport()
        y = viewport.mapFromGlobal(QCursor.pos()).y()
        # The edge itself counts, too: a full-screen window has nothing beyond it.
        beyond = min(0, y - _EDGE) + max(0, y - viewport.height() + _EDGE)
        if beyond:
            bar = self._area.verticalScrollBar()
            bar.setValue(bar.value() + max(-4 * _DRAG_STEP, min(4 * _DRAG_STEP, beyond)))
            self._select_to(QCursor.pos())

    def _end(self, point: QPoint) -> None:
        """Offer to quote what was selected, near the pointer."""
        self._drag.stop()
        if not self.empty:
            viewport = self._area.viewport()
            self._offer.show_near(viewport.mapTo(self._area, viewport.mapFromGlobal(point)))

    # Copying --------------------------------------------------------------------------------------

    def _take_wish(self, view: MessageView, wish: str) -> None:
        """Do what the menu of a message says: with the selection, if it touches the message."""
        index = self._rows.index(view.entry.id)
        if index is None:
            return
        entry = self._rows[index].entry
        if wish == "all":
            self.select_all()
        elif wish == "quote":
            self._quote()
        elif self.touches(index):
            self.copy(wish)
        elif entry.text:
            self._put([Piece(entry.text, None, entry.role)], wish)

    def copy(self, wish: str = "copy") -> None:
        """Put what is selected on the clipboard: "copy" in all forms, "markdown" or "text" in one."""
        self._put(list(self._pieces()), wish)

    def _put(self, pieces: list[Piece], wish: str) -> None:
        if pieces:
            put_on_clipboard(pieces, wish)
            self.copied.emit()

    def _pieces(self) -> Iterable[Piece]:
        """Yield the selected part of each message."""
        for index in self._selection.rows():
            entry, part = self._rows[index].entry, self._selection.part(index)
            if part is None or not entry.text:
                continue
            if part == (START, END):
                yield Piece(entry.text, None, entry.role)
                continue
            view = self._view_of(index)
            while isinstance(view, AnswerView) and view.parse(deadline(SLICE_MS)):
                pass  # a long answer may not be read to its end yet
            whole = view.flow.is_all(*part)
            yield Piece(entry.text if whole else "", view.flow.parts(*part), entry.role)

    def _quote(self) -> None:
        text = as_quote(list(self._pieces()))
        self.clear()
        if text:
            self.quoted.emit(text)

    # How the offer looks --------------------------------------------------------------------------

    def hide_offer(self) -> None:
        """Take the offer to quote away; what is selected stays."""
        self._offer.hide()

    def set_look(self, look: Look) -> None:
        """Take another zoom or theme."""
        self._offer.set_look(look)

    def retranslate(self) -> None:
        """Say it in the language in use."""
        self._offer.retranslate()
