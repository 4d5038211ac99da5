"""Which messages are widgets, where they stand, and what stays fixed when heights change: the **anchor**.

The anchor is the end of the conversation, or a spot in the text (message, block, pixels below its top) at
the upper edge of the viewport. Only the person moves it, by scrolling.
"""

from __future__ import annotations

from itertools import pairwise
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QAbstractSlider, QWidget

from desktop.ui.transcript.message import GAP, MessageView, deadline

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence, Set

    from desktop.ui.transcript.formulas import Wanted
    from desktop.ui.transcript.rows import Rows

SLICE_MS = 4.0  # of preparing what is not in sight, between two looks at the event loop
_NEAR = 2  # px from the end that still count as the end
_PASSES = 50  # a guard: each measures something for the first time
_KEYS = {
    Qt.Key.Key_PageUp: QAbstractSlider.SliderAction.SliderPageStepSub,
    Qt.Key.Key_PageDown: QAbstractSlider.SliderAction.SliderPageStepAdd,
    Qt.Key.Key_Home: QAbstractSlider.SliderAction.SliderToMinimum,
    Qt.Key.Key_Up: QAbstractSlider.SliderAction.SliderSingleStepSub,
    Qt.Key.Key_Down: QAbstractSlider.SliderAction.SliderSingleStepAdd,
}


class Sight(NamedTuple):
    """A message (its id) that is in sight, and the spot of it at the upper edge of the viewport."""

    message: int
    spot: tuple[int, float]


class Arranger(QObject):
    """Keeps what is in sight of the rows in its place in a scroll area, and prepares what is near."""

    arranged = Signal()

    def __init__(self, area: QAbstractScrollArea, rows: Rows, view_of: Callable[[int], MessageView]) -> None:
        """``view_of`` returns the widget of a row, and makes it where there is none."""
        super().__init__(area)
        self._area, self._rows, self._view_of = area, rows, view_of
        self.foot = 0  # px under the last message
        self._anchor: tuple[int, tuple[int, float]] | None = None  # None: the end
        self._arranging = False
        self._tab_order: list[QWidget] = []
        self.idle = QTimer(self, singleShot=True, interval=0)
        self.idle.timeout.connect(self._work)

    # The anchor -----------------------------------------------------------------------------------

    @property
    def at_end(self) -> bool:
        """Whether the end is shown and followed."""
        return self._anchor is None

    def follow_end(self) -> None:
        """Keep the end in sight from the next arranging on."""
        self._anchor = None

    def hold(self) -> None:
        """Keep what lies at the upper edge of the viewport where it is."""
        top = self._area.verticalScrollBar().value()
        index = self._rows.at(top)
        y = top - self._rows.top(index)
        view = self._rows[index].view
        self._anchor = index, (view.spot(y) if view else (-1, y))

    def hold_at(self, index: int, spot: tuple[int, float]) -> None:
        """Have this spot of a message at the upper edge of the viewport."""
        self._anchor = index, spot

    def bring(self, view: MessageView, segment: int, below: float) -> None:
        """Bring a place in the text of a message into sight: ``below`` px under the top of a segment."""
        index = self._rows.index(view.entry.id)
        if index is None:
            return
        bar, page = self._area.verticalScrollBar(), self._area.viewport().height()
        y = self._rows.top(index) + view.y_of((segment, below)) - bar.value()
        if not 0 <= y <= page - 2 * view.look.line:
            self.hold_at(index, (segment, below - page // 3))
        self.arrange()
        self.take_scroll()

    def take_scroll(self) -> bool:
        """Take where the scroll bar is as the new anchor; return whether it was the person who scrolled."""
        if self._arranging or not self._rows:
            return False
        bar = self._area.verticalScrollBar()
        if bar.value() >= bar.maximum() - _NEAR:
            self._anchor = None
        else:
            self.hold()
        self.arrange()
        return True

    def scroll_by(self, key: Qt.Key) -> bool:
        """Scroll as a key says; return whether it says so."""
        if key not in _KEYS:
            return False
        self._area.verticalScrollBar().triggerAction(_KEYS[key])
        return True

    def follow_focus(self, now: QWidget | None) -> None:
        """Bring a button into sight that the keyboard reached."""
        viewport, bar = self._area.viewport(), self._area.verticalScrollBar()
        if not isinstance(now, QAbstractButton) or not viewport.isAncestorOf(now):
            return
        top, page = now.mapTo(viewport, QPoint(0, 0)).y(), viewport.height()
        if top < 0:
            bar.setValue(bar.value() + top - GAP)
        elif top + now.height() > page:
            bar.setValue(bar.value() + top + now.height() - page + GAP)

    # Arranging ------------------------------------------------------------------------------------

    def sight(self) -> list[Sight]:
        """Return the messages in sight, the one that is held first; none where the end is followed."""
        if self._anchor is None or not self._rows:
            return []
        held, spot = self._anchor
        top = self._area.verticalScrollBar().value()
        others = self._rows.between(top, top + self._area.viewport().height())
        beside = [(other, (-1, float(top - self._rows.top(other)))) for other in others if other != held]
        return [Sight(self._rows[index].entry.id, spot) for index, spot in [(held, spot), *beside]]

    def begin(self, sight: Sequence[Sight] = ()) -> None:
        """Begin with other rows: where the first is that was in sight and is there still, else at the end."""
        places = ((self._rows.index(each.message), each.spot) for each in sight)
        self._anchor = next(((index, spot) for index, spot in places if index is not None), None)
        self._tab_order = []

    def arrange(self) -> None:
        """Make, measure and place what is in sight, and keep the anchor where it is."""
        if self._arranging:
            return
        self._arranging = True
        try:
            # Each pass measures what has come into sight, which may move other text into sight.
            for _ in range(_PASSES):
                self._scroll_to_anchor()
                if not self._measure_visible():
                    break
            self._place()
            self.arranged.emit()
        finally:
            self._arranging = False
        self.idle.start()

    def refresh(self, drawn: Set[Wanted]) -> None:
        """Lay out anew what has waited for these formulas."""
        changed = False
        for index, view in self._rows.views():
            if view.flow.refresh(drawn):
                changed = True
                view.update()
                self._rows.set_height(index, view.full_height())
        if changed:
            self.arrange()

    def _scroll_to_anchor(self) -> None:
        bar, page = self._area.verticalScrollBar(), self._area.viewport().height()
        end = self._rows.top(len(self._rows)) + (self.foot if self._rows else 0)
        bar.setRange(0, max(0, end - page))
        bar.setPageStep(page)
        if self._anchor is None:
            bar.setValue(bar.maximum())
            return
        index, spot = self._anchor
        view = self._rows[index].view
        bar.setValue(round(self._rows.top(index) + (view.y_of(spot) if view else spot[1])))

    def _measure_visible(self) -> bool:
        """Lay out what is in sight; return whether a height changed."""
        y0 = self._area.verticalScrollBar().value()
        y1 = y0 + self._area.viewport().height()
        changed = False
        for index in list(self._rows.between(y0, y1)):
            top = self._rows.top(index)
            if top >= y1:
                break
            view = self._view_of(index)
            view.reveal(y0 - top, y1 - top)
            changed |= self._rows.set_height(index, view.full_height())
            if changed and self._anchor is None:
                break  # the end moved: look again from there
        return changed

    def _place(self) -> None:
        y0, page = self._area.verticalScrollBar().value(), self._area.viewport().height()
        width = self._area.viewport().width()
        keep = set(self._rows.between(y0 - page, y0 + 2 * page))
        shown: list[MessageView] = []
        for index, view in self._rows.views():
            if index not in keep and not view.is_in_use():
                self._rows.retire(index)
                continue
            top, height = self._rows.top(index) - y0, self._rows[index].height
            view.setGeometry(0, top, width, height)
            if top < page and top + height > 0:
                view.finish_layout(-top, page - top)
                shown.append(view)
            view.show()
        order = [widget for view in shown for widget in (view, *view.controls())]
        if order != self._tab_order:
            self._tab_order = order
            for before, after in pairwise(order):
                QWidget.setTabOrder(before, after)

    def _work(self) -> None:
        """Prepare a little of what is not in sight, then come back."""
        stop = deadline(SLICE_MS)
        y0, page = self._area.verticalScrollBar().value(), self._area.viewport().height()
        near = list(self._rows.between(y0 - page // 2, y0 + page + page // 2))
        middle = self._rows.at(y0 + page / 2)
        moved = False
        for index in sorted(near, key=lambda index: abs(index - middle)):
            view = self._view_of(index)
            left = view.work(stop)
            moved |= self._rows.set_height(index, view.full_height())
            if left or perf_counter() >= stop:
                self.arrange()  # which starts this timer again
                return
            moved |= view.isHidden()
        if moved:
            self.arrange()
