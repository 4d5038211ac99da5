"""The list of the catalogue: cards with a button each, walked through by mouse or by keyboard."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from desktop.ui.controls.fields import ENTERS
from desktop.ui.models.catalog_card import CardDelegate, places
from desktop.ui.models.catalog_model import CatalogModel


class CatalogList(QListView):
    """``opened``: a row is to be seen in full; ``pressed_button``: what its button says is to be done."""

    opened = Signal(object)  # Entry or Unavailable
    pressed_button = Signal(object)

    def __init__(self, rows: CatalogModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = rows
        self._cards = CardDelegate(self)
        self._pressed = -1
        self.setModel(rows)
        self.setItemDelegate(self._cards)
        self.setAccessibleName(self.tr("日本語カタログのモデル"))
        self.setAccessibleDescription(self.tr("Enter でくわしく見られます。"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setViewportMargins(0, 0, 2, 0)
        self.setMouseTracking(True)
        self.verticalScrollBar().setSingleStep(36)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:  # which also tells of another density
            self.scheduleDelayedItemsLayout()
        super().changeEvent(event)

    def enter(self) -> None:
        """Come from the field of the search: the first row is current."""
        first = self._rows.index(0)
        if first.isValid():
            self.setCurrentIndex(first)
            self.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self._rows.row(self.currentIndex())
        if event.key() in ENTERS and row is not None:
            self.opened.emit(row)
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self._button_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = self.indexAt(event.position().toPoint()).row()
            self._cards.pressed = self._button_at(event.position())
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        button, self._cards.pressed = self._cards.pressed, -1
        pressed, self._pressed = self._pressed, -1
        self.viewport().update()
        at = self.indexAt(event.position().toPoint())
        row = self._rows.row(at)
        if row is None or at.row() != pressed:
            return
        if button < 0:
            self.opened.emit(row)
        elif self._button_at(event.position()) == button:
            self.pressed_button.emit(row)

    def button_rect(self, row: int) -> QRectF:
        """Return where the button of a row is, in the viewport."""
        return places(QRectF(self.visualRect(self._rows.index(row)))).button

    def _button_at(self, at: QPointF) -> int:
        index = self.indexAt(QPoint(int(at.x()), int(at.y())))
        return index.row() if index.isValid() and self.button_rect(index.row()).contains(at) else -1

    def _hover(self, row: int) -> None:
        if row == self._cards.hovered:
            return
        self._cards.hovered = row
        hand = Qt.CursorShape.PointingHandCursor if row >= 0 else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(hand)
        self.viewport().update()
