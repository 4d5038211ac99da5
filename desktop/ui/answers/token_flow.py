"""Tokens one after the other, wrapped like text: as boxes with numbers, or on grounds that say something.

Only the rows in sight are drawn, and rows are broken in slices, so a hundred thousand tokens are no trouble.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from desktop.ui import theme

MARGIN = 14  # px round the tokens
SLICE = 4_000  # tokens that are put into rows in one go: a few milliseconds
_SIGNS = str.maketrans({"\n": "⏎", "\t": "⇥", "\r": "␍", "\0": "␀"})


class Cell(NamedTuple):
    """One token as it is drawn."""

    text: str
    number: int = 0
    control: bool = False
    weight: float = 0.0  # of the ground: 0 (none) to 1


class TokenFlow(QAbstractScrollArea):
    """``boxed``: each in a frame, apart from the next; else they touch, and read as text.

    The current token follows the pointer and the arrow keys.
    """

    current_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None, *, boxed: bool) -> None:
        super().__init__(parent)
        self.cells: list[Cell] = []
        self.current = -1
        self.describe: Callable[[int], str] = lambda index: self.cells[index].text
        self._boxed = boxed
        self._numbers = False
        self._gap, self._pad = (4, 5) if boxed else (0, 1)
        self._font = theme.ui_font(theme.SMALL_PX if boxed else theme.TEXT_PX)
        self._small = theme.ui_font(theme.TINY_PX - 1)
        self._measure = QFontMetricsF(self._font)
        self._digit = QFontMetricsF(self._small).horizontalAdvance("0")
        self._known: dict[str, float] = {}  # text → its width: most tokens come again
        self._widths: list[float] = []  # of the texts
        self._rows: list[int] = [0]  # the first token of each row
        self._broken = 0  # so many tokens are in rows
        self._x = 0.0  # where the next token goes in the last row
        self._top: int | None = None  # the token to be brought to the top, once it is in a row
        self._going_on = QTimer(self, singleShot=True, interval=0)
        self._going_on.timeout.connect(self._break)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)

    # What is shown

    def add(self, cells: Sequence[Cell]) -> None:
        """Put more tokens at the end."""
        self.cells.extend(cells)
        self._widths.extend(self._text_width(cell.text) for cell in cells)
        self._break()

    def set_numbers(self, numbers: bool) -> None:
        """Show the number of each token below it."""
        if numbers != self._numbers:
            top = self._first_in_sight()
            self._numbers = numbers
            self._wrap(top)

    def set_current(self, index: int) -> None:
        """Make a token the current one, in sight."""
        index = max(-1, min(index, len(self.cells) - 1))
        if index == self.current:
            return
        self.current = index
        if index >= 0:
            self._reveal(self._row_of(index))
            self.setAccessibleDescription(self.describe(index))
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))
        self.viewport().update()
        self.current_changed.emit(index)

    # Rows

    @property
    def _line(self) -> int:
        if self._boxed:
            return 46 if self._numbers else 32
        return round(theme.TEXT_PX * theme.LINE_HEIGHT)

    def _room(self) -> float:
        return max(40.0, self.viewport().width() - 2.0 * MARGIN)

    def _text_width(self, text: str) -> float:
        width = self._known.get(text)
        if width is None:
            width = self._known[text] = self._measure.horizontalAdvance(shown(text))
        return width

    def _width(self, index: int) -> float:
        width = self._widths[index]
        if self._numbers:
            width = max(width, len(str(self.cells[index].number)) * self._digit)
        return min(max(width, 4) + 2 * self._pad, self._room())

    def _first_in_sight(self) -> int:
        if self._top is not None:
            return self._top  # still on its way there
        return self._rows[min(self.verticalScrollBar().value() // self._line, len(self._rows) - 1)]

    def _wrap(self, top: int) -> None:
        """Break all rows anew, with the token ``top`` in the uppermost."""
        self._rows, self._broken, self._x, self._top = [0], 0, 0.0, top
        self._break()

    def _break(self) -> None:
        """Put the next tokens into rows."""
        room, x = self._room(), self._x
        stop = min(self._broken + SLICE, len(self.cells))
        for index in range(self._broken, stop):
            width = self._width(index)
            if x > 0 and x + width > room:
                self._rows.append(index)
                x = 0.0
            x += width + self._gap
            if self.cells[index].text.endswith("\n"):
                self._rows.append(index + 1)
                x = 0.0
        self._x, self._broken = x, stop
        if stop < len(self.cells):
            self._going_on.start()
        page = self.viewport().height()
        self.verticalScrollBar().setPageStep(page)
        self.verticalScrollBar().setSingleStep(self._line)
        self.verticalScrollBar().setRange(0, max(0, len(self._rows) * self._line + 2 * MARGIN - page))
        if self._top is not None and self._top <= stop:
            self.verticalScrollBar().setValue(self._row_of(self._top) * self._line)
            self._top = None
        self.viewport().update()

    def _row_of(self, index: int) -> int:
        return max(bisect_right(self._rows, index) - 1, 0)

    def _end(self, row: int) -> int:
        return self._rows[row + 1] if row + 1 < len(self._rows) else self._broken

    def _reveal(self, row: int) -> None:
        bar, y = self.verticalScrollBar(), MARGIN + row * self._line
        if y < bar.value():
            bar.setValue(y - MARGIN)
        elif y + self._line > bar.value() + self.viewport().height():
            bar.setValue(y + self._line + MARGIN - self.viewport().height())

    def _at(self, point: QPointF) -> int:
        """Return the token at a point of the viewport, -1: none."""
        row = int((point.y() + self.verticalScrollBar().value() - MARGIN) // self._line)
        if not 0 <= row < len(self._rows):
            return -1
        x = float(MARGIN)
        for index in range(self._rows[row], self._end(row)):
            width = self._width(index)
            if x <= point.x() < x + width + self._gap:
                return index
            x += width + self._gap
        return -1

    # Events

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        index = self._at(event.position())
        if index >= 0:
            self.set_current(index)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.mouseMoveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.current < 0 and event.reason() != Qt.FocusReason.MouseFocusReason:
            self.set_current(0)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self._row_of(max(self.current, 0))
        page = max(1, self.viewport().height() // self._line - 1)
        match event.key():
            case Qt.Key.Key_Right:
                self.set_current(self.current + 1)
            case Qt.Key.Key_Left:
                self.set_current(max(self.current - 1, 0))
            case Qt.Key.Key_Home:
                self.set_current(0)
            case Qt.Key.Key_End:
                self.set_current(len(self.cells) - 1)
            case Qt.Key.Key_Down:
                self._step(row, 1)
            case Qt.Key.Key_Up:
                self._step(row, -1)
            case Qt.Key.Key_PageDown:
                self._step(row, page)
            case Qt.Key.Key_PageUp:
                self._step(row, -page)
            case _:
                super().keyPressEvent(event)

    def _step(self, row: int, by: int) -> None:
        """Go to the token at about the same place of another row."""
        place = max(self.current, 0) - self._rows[row]
        row = max(0, min(row + by, len(self._rows) - 1))
        self.set_current(min(self._rows[row] + place, max(self._end(row) - 1, self._rows[row])))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._wrap(self._first_in_sight())
        else:
            self._break()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.viewport().update()

    # Drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = self.verticalScrollBar().value() - MARGIN
        first = max(0, top // self._line)
        last = min(len(self._rows), (top + self.viewport().height()) // self._line + 1)
        for row in range(first, last):
            x, y = float(MARGIN), float(row * self._line - top)
            for index in range(self._rows[row], self._end(row)):
                width = self._width(index)
                self._paint_cell(painter, index, QRectF(x, y, width, self._line))
                x += width + self._gap
        painter.end()

    def _paint_cell(self, painter: QPainter, index: int, room: QRectF) -> None:
        tokens, cell = theme.current(), self.cells[index]
        inset = 3.0 if self._boxed else 2.0
        box = room.adjusted(0, inset, 0, -inset)
        current = index == self.current
        ground = QColor(tokens.accent_soft if cell.control else tokens.side)
        if not self._boxed:
            ground = QColor(tokens.caution)
            ground.setAlphaF(0.45 * cell.weight)
        frame = Qt.PenStyle.NoPen
        ring = QPen(QColor(tokens.accent), 1.5 if self.hasFocus() else 1)
        outline = QPen(QColor(tokens.line), 1) if self._boxed else frame
        painter.setPen(ring if current else outline)
        painter.setBrush(ground)
        radius = theme.RADIUS_BADGE if self._boxed else 3
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.setFont(self._font)
        painter.setPen(QColor(tokens.accent if cell.control else tokens.ink))
        text = self._measure.elidedText(
            shown(cell.text), Qt.TextElideMode.ElideRight, room.width() - 2 * self._pad + 1
        )
        place = box.adjusted(0, 0, 0, -16) if self._numbers else box
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
        if self._numbers:
            painter.setFont(self._small)
            painter.setPen(QColor(tokens.faint))
            below = QRectF(box.left(), box.bottom() - 18, box.width(), 16)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, str(cell.number))


def shown(text: str) -> str:
    """Return a token's text with signs for what cannot be seen."""
    text = text.translate(_SIGNS)
    return text if text.strip(" ") else text.replace(" ", "␣")
