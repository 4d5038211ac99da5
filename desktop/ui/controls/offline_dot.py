"""The dot: green while nothing connects to another machine, else in the colour of what is going on."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from desktop.ui import theme

SIZE = 8  # px


class OfflineDot(QLabel):
    """Says what it means to who points at it, and to screen readers, for whom it is a label."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offline = True
        self.setToolTip(self.tr("オフライン　外部通信なし"))
        self.setAccessibleName(self.toolTip())
        self.setFixedSize(2 * SIZE, 2 * SIZE)

    def show_state(self, sentence: str, *, offline: bool) -> None:
        """Say what holds now."""
        self._offline = offline
        self.setToolTip(sentence)
        self.setAccessibleName(sentence)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.current().good if self._offline else theme.current().accent))
        painter.drawEllipse(QRectF((self.width() - SIZE) / 2, (self.height() - SIZE) / 2, SIZE, SIZE))
