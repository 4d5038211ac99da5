"""A line of the bin: what it was, and below when it was deleted and how long it is kept."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.ui import theme
from desktop.ui.history.chat_model import Index

BELOW = Qt.ItemDataRole.UserRole + 1  # the second line
_PAD = 10  # px


class BinRow(QStyledItemDelegate):
    """Two lines, each cut with a mark where it is too long."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, theme.density().row + 18)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens = theme.current()
        state: QStyle.StateFlag = option.state
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        ground = tokens.accent_soft if selected else tokens.bubble if hovered else None
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        theme.paint_ground(painter, QRectF(rect), ground, focused=focused)
        middle = rect.center().y()
        for text, px, color, top, height in (
            (str(index.data()), 14, tokens.ink, middle - 22, 24),
            (str(index.data(BELOW)), theme.TINY_PX, tokens.sub, middle + 2, 20),
        ):
            box = QRect(rect.left() + _PAD, top, rect.width() - 2 * _PAD, height)
            painter.setFont(theme.ui_font(px))
            painter.setPen(QColor(color))
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        painter.restore()
