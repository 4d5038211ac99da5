"""What is beside the pointer while chats are dragged: small, so that it covers no folder one aims at."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPixmap

from desktop.ui import theme

WIDEST = 140  # px of text
ASIDE = QPoint(-14, -6)  # the pointer, from the label's top left: the label is at its right, below its tip
_PAD = 10.0


def drag_label(text: str, ratio: float) -> QPixmap:
    """Return a picture of ``text`` on a card, for a screen of ``ratio`` pixels per point."""
    tokens, font = theme.current(), theme.ui_font(theme.SMALL_PX)
    metrics = QFontMetricsF(font)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, WIDEST)
    size = QSizeF(metrics.horizontalAdvance(shown) + 2 * _PAD + 2, metrics.height() + 10)
    picture = QPixmap((size * ratio).toSize())
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(tokens.accent), 1))
    painter.setBrush(QColor(tokens.card))
    card = QRectF(0, 0, size.width(), size.height()).adjusted(0.5, 0.5, -1.5, -1.5)
    painter.drawRoundedRect(card, theme.RADIUS_BADGE, theme.RADIUS_BADGE)
    painter.setFont(font)
    painter.setPen(QColor(tokens.ink))
    painter.drawText(card, Qt.AlignmentFlag.AlignCenter, shown)
    painter.end()
    return picture
