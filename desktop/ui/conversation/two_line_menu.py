"""Entries of a menu that say in a second, quieter line what they do."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QWidget, QWidgetAction

from desktop.ui import theme
from desktop.ui.icons import paint_icon

LEFT, RIGHT, PAD, CHECK = 30, 16, 6, 15  # px; where the words begin, and what is beside, above and in front


class TwoLineAction(QWidgetAction):
    """A checkable entry of ``menu``: its name, and under it what it ``does``."""

    def __init__(self, name: str, does: str, menu: QMenu) -> None:
        super().__init__(menu)
        self.does = does
        self.setText(name)
        self.setToolTip(does)  # for screen readers
        self.setCheckable(True)
        self.setDefaultWidget(_Lines(self, menu))


class _Lines(QWidget):
    """Draws the entry. The menu gets its events, and so stays the one that is walked through."""

    def __init__(self, action: TwoLineAction, menu: QMenu) -> None:
        super().__init__(menu)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._action = action
        self._menu = menu
        self._fonts = theme.ui_font(theme.SMALL_PX), theme.ui_font(theme.TINY_PX)

    def sizeHint(self) -> QSize:
        metrics = [QFontMetricsF(font) for font in self._fonts]
        words = (self._action.text(), self._action.does)
        width = max(each.horizontalAdvance(text) for each, text in zip(metrics, words, strict=True))
        height = sum(each.height() for each in metrics)
        return QSize(LEFT + ceil(width) + 1 + RIGHT, ceil(height) + 2 + 2 * PAD)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, name, does = theme.current(), *self._fonts
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._menu.activeAction() is self._action:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent_soft))
            painter.drawRoundedRect(QRectF(self.rect()), theme.RADIUS_BADGE, theme.RADIUS_BADGE)
        height, middle = QFontMetricsF(name).height(), Qt.AlignmentFlag.AlignVCenter
        if self._action.isChecked():
            box = QRectF(8, PAD + (height - CHECK) / 2, CHECK, CHECK)
            paint_icon(painter, "check", box, tokens.accent)
        painter.setFont(name)
        painter.setPen(QColor(tokens.ink))
        painter.drawText(QRectF(LEFT, PAD, self.width() - LEFT, height), middle, self._action.text())
        painter.setFont(does)
        painter.setPen(QColor(tokens.sub))
        below = QRectF(LEFT, PAD + height + 2, self.width() - LEFT, QFontMetricsF(does).height())
        painter.drawText(below, middle, self._action.does)
