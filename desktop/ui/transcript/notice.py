"""How an answer ended, in words under it; on a ground of its own with buttons where something can be done."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QTextLayout, QTextOption

from desktop.ui import theme
from desktop.ui.transcript.button import QuietButton

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop.ui.transcript.look import Look


class Notice:
    """Words in a colour of the theme (``kind``), and buttons beside them, or below for want of room."""

    def __init__(self, look: Look, owner: QWidget) -> None:
        self._look, self._owner = look, owner
        self._words, self._kind = "", "sub"
        self.actions: list[QuietButton] = []

    def begin(self, look: Look, words: str, kind: str) -> None:
        """Say something else, without buttons; nothing for ''."""
        for button in self.actions:
            button.hide()
            button.deleteLater()
        self.actions = []
        self._look, self._words, self._kind = look, words, kind

    def add(self, text: str, *, prominent: bool) -> QuietButton:
        """Offer something."""
        button = QuietButton(text, self._look, self._owner, prominent=prominent)
        self.actions.append(button)
        return button

    def boxes(self, place: QPoint, width: int) -> tuple[QRect, QRect]:
        """Return the places of everything and of the words in it, from ``place`` on; empty without words."""
        look, left, top = self._look, place.x(), place.y()
        if not self._words:
            return QRect(left, top, width, 0), QRect()
        if not self.actions:
            room = QRect(left, top, width, look.px(20))
            return room, room
        pad = look.px(14)
        buttons = sum(b.width() + look.px(8) for b in self.actions)
        tallest = max(b.height() for b in self.actions)
        beside = width - 2 * pad - buttons >= look.px(200 if len(self.actions) == 1 else 280)
        room_width = width - 2 * pad - (buttons if beside else 0)
        high = ceil(_lines(self._words, look.notice, room_width).boundingRect().height())
        inner = max(high, tallest) if beside else high + look.px(8) + tallest
        text_top = top + look.px(10) + (max(0, tallest - high) // 2 if beside else 0)
        return (
            QRect(left, top, width, inner + 2 * look.px(10)),
            QRect(left + pad, text_top, room_width, high),
        )

    def arrange(self, card: QRect, words: QRect) -> None:
        """Put the buttons at the right, in the boxes that were returned."""
        look = self._look
        x = card.right() + 1 - look.px(14)
        tallest = max((b.height() for b in self.actions), default=0)
        beside = card.height() - words.height() < tallest + look.px(28)
        middle = card.center().y() if beside else card.bottom() + 1 - look.px(10) - tallest // 2
        for button in reversed(self.actions):
            x -= button.width()
            button.move(x, middle - button.height() // 2)
            button.show()
            x -= look.px(8)

    def paint(self, painter: QPainter, card: QRect, words: QRect) -> None:
        """Draw the ground and the words in the boxes that were returned."""
        look = self._look
        if not words.isValid():
            return
        if self.actions:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour(f"{self._kind}_soft"))
            radius = look.px(theme.RADIUS_FIELD)
            painter.drawRoundedRect(QRectF(card), radius, radius)
        painter.setPen(look.colour(self._kind))
        font = look.notice if self.actions else look.small
        _lines(self._words, font, words.width()).draw(painter, QPointF(words.topLeft()))


def _lines(text: str, font: QFont, width: float) -> QTextLayout:
    """Return ``text`` broken into lines as Japanese is: no line begins with 。 or 」."""
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout = QTextLayout(text.replace("\n", "\u2028"), font)
    layout.setTextOption(option)
    layout.beginLayout()
    y = 0.0
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        line.setPosition(QPointF(0, y))
        y += line.height()
    layout.endLayout()
    return layout
