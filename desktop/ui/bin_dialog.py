"""The bin: chats that were deleted, until they are restored or their 30 days are over."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.store import Chat
from desktop.ui.session import Session

CHAT_ID = Qt.ItemDataRole.UserRole


class BinDialog(QDialog):
    """Lists the bin and restores from it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setWindowTitle(self.tr("ごみ箱"))
        self.resize(460, 440)
        sub = QLabel(self.tr("消した対話は30日間ここにあり、元に戻せます。"), self)
        sub.setObjectName("sub")
        sub.setWordWrap(True)
        self.list = QListWidget(self)
        self.list.setAccessibleName(self.tr("ごみ箱の対話"))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setObjectName("framed")
        self.restore = QPushButton(self.tr("元に戻す"), self)
        self.restore.setObjectName("main")
        close = QPushButton(self.tr("閉じる"), self)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(close)
        foot.addWidget(self.restore)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(sub)
        layout.addWidget(self.list, 1)
        layout.addLayout(foot)
        self.restore.clicked.connect(self._restore)
        close.clicked.connect(self.reject)
        self.list.itemSelectionChanged.connect(self._update)
        self._update()
        self._read()

    def _read(self) -> None:
        self._session.jobs.store(self._session.store.chats.binned, owner=self, on_done=self._show)

    def _show(self, chats: list[Chat]) -> None:
        self.list.clear()
        for chat in chats:
            item = QListWidgetItem(chat.title or self.tr("新しい対話"))
            item.setData(CHAT_ID, chat.id)
            self.list.addItem(item)
        if not chats:
            item = QListWidgetItem(self.tr("ごみ箱は空です。"))
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(item)
        elif self.list.currentRow() < 0:
            self.list.setCurrentRow(0)

    def _update(self) -> None:
        self.restore.setEnabled(bool(self.list.selectedItems()))

    def _restore(self) -> None:
        ids = [item.data(CHAT_ID) for item in self.list.selectedItems()]
        store = self._session.store

        def put_back() -> None:
            for chat_id in ids:
                store.chats.restore(chat_id)

        def done(_: object) -> None:
            self._session.refresh_chats()
            self._read()

        self._session.jobs.store(put_back, owner=self, on_done=done)
