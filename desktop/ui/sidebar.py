"""The left column of the chat room: new, narrow, the list, and what goes out of this machine."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.ui import theme
from desktop.ui.buttons import IconButton
from desktop.ui.chat_list import ChatListView
from desktop.ui.fields import LineEdit
from desktop.ui.icons import icon
from desktop.ui.labels import ElidedLabel


class NewChatButton(QPushButton):
    """「新しい対話」 with its shortcut at the right end."""

    def __init__(self, text: str, shortcut: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setObjectName("wide")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._shortcut = QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
        self.setFixedHeight(38)

    def set_keys(self, keys: str) -> None:
        """Show other keys; they are written as the system does."""
        self._shortcut = keys
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setFont(theme.ui_font(theme.TINY_PX))
        painter.setPen(QColor(theme.current().faint))
        painter.drawText(
            QRectF(self.rect()).adjusted(0, 0, -13, 0),
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
            self._shortcut,
        )


class OfflineLine(QWidget):
    """A green dot and what it means. Nothing in this version opens a connection to another machine."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        label = ElidedLabel(self)
        label.setText(self.tr("オフライン　外部通信なし"))
        label.setToolTip(label.text())
        label.setObjectName("sub")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(24, 0, 0, 0)
        layout.addWidget(label)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.current().good))
        painter.drawEllipse(QRectF(8, self.height() / 2 - 4, 8, 8))


class Sidebar(QFrame):
    """Arranges the column."""

    new_requested = Signal()
    bin_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.setFixedWidth(theme.LIST_WIDTH)
        self.new_button = NewChatButton(self.tr("新しい対話"), "Ctrl+N", self)
        self.filter = LineEdit(self)
        self.filter.setObjectName("filter")
        self.filter.setPlaceholderText(self.tr("題名で絞り込む"))
        self.filter.setAccessibleName(self.tr("題名で絞り込む"))
        self.filter.setClearButtonEnabled(True)
        self._search_icon = self.filter.addAction(
            icon("search", theme.current().faint, 16), LineEdit.ActionPosition.LeadingPosition
        )
        self.list = ChatListView(self)
        self.empty = QLabel(self.tr("ここに対話が並びます。"), self)
        self.empty.setObjectName("faint")
        self.empty.setContentsMargins(8, 10, 8, 0)
        self.bin_button = IconButton("trash-2", self.tr("ごみ箱"), self, size=16)

        foot = QHBoxLayout()
        foot.setContentsMargins(0, 6, 0, 0)
        foot.addWidget(OfflineLine(self), 1)
        foot.addWidget(self.bin_button)
        line = QFrame(self)
        line.setObjectName("hairline")
        line.setFixedHeight(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 14, 12, 10)
        layout.setSpacing(8)
        layout.addWidget(self.new_button)
        layout.addWidget(self.filter)
        layout.addWidget(self.empty)
        layout.addWidget(self.list, 1)
        layout.addWidget(line)
        layout.addLayout(foot)

        self.new_button.clicked.connect(self.new_requested)
        self.bin_button.clicked.connect(self.bin_requested)
        self.filter.textChanged.connect(self.list.narrow)
        self.list.chats.modelReset.connect(self._update_empty)
        self._update_empty()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._search_icon.setIcon(icon("search", theme.current().faint, 16))
        super().changeEvent(event)

    def _update_empty(self) -> None:
        empty = self.list.chats.rowCount() == 0
        self.empty.setVisible(empty)
        self.empty.setText(
            self.tr("この題名の対話はありません。")
            if self.filter.text()
            else self.tr("ここに対話が並びます。")
        )
