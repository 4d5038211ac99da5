"""A small word on a ground of its own colour: that something fits, is slow, is refused."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui import theme

Kind = Literal["good", "caution", "wrong", "plain"]
PAD = 8  # px beside the word
HEIGHT = 22


def colours(kind: Kind) -> tuple[str, str]:
    """Return the colours of the word and of its ground, as #RRGGBB."""
    tokens = theme.current()
    return {
        "good": (tokens.good, tokens.good_soft),
        "caution": (tokens.caution, tokens.caution_soft),
        "wrong": (tokens.wrong, tokens.wrong_soft),
        "plain": (tokens.sub, tokens.bubble),
    }[kind]


class Badge(QWidget):
    """Hidden while it has no word."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._word = ""
        self._kind: Kind = "plain"
        self.setFont(theme.ui_font(theme.TINY_PX))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_word(self, word: str, kind: Kind, explanation: str = "") -> None:
        """Show ``word``; "" hides the badge."""
        self._word, self._kind = word, kind
        self.setAccessibleName(word)
        self.setAccessibleDescription(explanation)
        self.setToolTip(explanation)
        self.setVisible(bool(word))
        self.updateGeometry()
        self.update()

    def word(self) -> str:
        """Return the word."""
        return self._word

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self._word) + 2 * PAD, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        ink, ground = colours(self._kind)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(QRectF(self.rect()), theme.RADIUS_BADGE, theme.RADIUS_BADGE)
        painter.setPen(QColor(ink))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._word)
