"""The rail at the left edge: the rooms of the application."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QVBoxLayout, QWidget

from desktop.ui import theme
from desktop.ui.controls.offline_dot import OfflineDot
from desktop.ui.icons import paint_icon


class Room(QAbstractButton):
    """One room: an icon over its name."""

    def __init__(self, icon_name: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name = icon_name
        self.setText(name)
        self.setAccessibleName(name)
        self.setCheckable(True)
        self.setFixedSize(56, 48)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(56, 48)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hovered = tokens.bubble if self.underMouse() else None
        ground = tokens.accent_soft if self.isChecked() else hovered
        theme.paint_ground(painter, QRectF(self.rect()), ground, focused=self.hasFocus())
        color = tokens.accent if self.isChecked() else tokens.sub
        paint_icon(painter, self._icon_name, QRectF(self.width() / 2 - 10, 7, 20, 20), color)
        weight = QFont.Weight.DemiBold if self.isChecked() else QFont.Weight.Normal
        painter.setFont(theme.ui_font(10.5, weight=weight))
        painter.setPen(QColor(color))
        painter.drawText(QRectF(0, 29, self.width(), 16), Qt.AlignmentFlag.AlignCenter, self.text())


class Leaf(QWidget):
    """The sign of the application."""

    def __init__(self, size: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(size, size)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_icon(painter, "leaf", QRectF(self.rect()).adjusted(1, 1, -1, -1), theme.current().accent)


class Rail(QFrame):
    """Chats and the palette at the top, settings at the foot."""

    chats_chosen = Signal()
    models_chosen = Signal()
    settings_chosen = Signal()
    finding = Signal()  # the palette, which is no room

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setFixedWidth(theme.RAIL_WIDTH)
        self.chats = Room("message-square", self.tr("対話"), self)
        self.models = Room("box", self.tr("モデル"), self)
        self.search = Room("search", self.tr("操作"), self)
        self.search.setCheckable(False)
        self.settings = Room("settings", self.tr("設定"), self)
        self.offline = OfflineDot(self)  # where the list that says so is not in sight
        self.offline.hide()
        group = QButtonGroup(self)
        for room in (self.chats, self.models, self.settings):
            group.addButton(room)
        self.chats.setChecked(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 12, 6, 14)
        layout.setSpacing(6)
        layout.addWidget(Leaf(26, self), 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(10)
        layout.addWidget(self.chats)
        layout.addWidget(self.models)
        layout.addWidget(self.search)
        layout.addStretch(1)
        layout.addWidget(self.offline, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self.settings)
        self.chats.clicked.connect(self.chats_chosen)
        self.models.clicked.connect(self.models_chosen)
        self.search.clicked.connect(self.finding)
        self.settings.clicked.connect(self.settings_chosen)
