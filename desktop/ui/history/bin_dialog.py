"""The bin: chats that were deleted, until they are restored or their 30 days are over."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QDateTime, QLocale, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.store import Chat
from desktop.ui.session import Session

CHAT_ID = Qt.ItemDataRole.UserRole


class BinDialog(QDialog):
    """Lists the bin, restores from it and erases from it."""

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
        self.empty = QLabel(self.tr("ごみ箱は空です。"), self)
        self.empty.setObjectName("sub")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.hide()
        self.restore = QPushButton(self.tr("元に戻す"), self)
        self.restore.setObjectName("main")
        close = QPushButton(self.tr("閉じる"), self)
        foot = QHBoxLayout()
        self.erase = QPushButton(self.tr("完全に消す…"), self)
        foot.addWidget(self.erase)
        foot.addStretch(1)
        foot.addWidget(close)
        foot.addWidget(self.restore)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(sub)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.empty, 1)
        layout.addLayout(foot)
        self.restore.clicked.connect(self._restore)
        self.erase.clicked.connect(self._ask_to_erase)
        close.clicked.connect(self.reject)
        self.list.itemSelectionChanged.connect(self._update)
        self._update()
        self._read()

    def _read(self) -> None:
        self._session.jobs.store(self._session.store.chats.binned, owner=self, on_done=self._show)

    def _show(self, chats: list[Chat]) -> None:
        self.list.clear()
        for chat in chats:
            deleted = QLocale().toString(
                QDateTime.fromSecsSinceEpoch(_seconds(chat.deleted)).date(), QLocale.FormatType.ShortFormat
            )
            item = QListWidgetItem(f"{deleted}　{chat.title or self.tr('新しい対話')}")
            item.setData(CHAT_ID, chat.id)
            self.list.addItem(item)
        self.empty.setVisible(not chats)
        for widget in (self.list, self.restore, self.erase):
            widget.setVisible(bool(chats))
        if chats and self.list.currentRow() < 0:
            self.list.setCurrentRow(0)

    def _update(self) -> None:
        for button in (self.restore, self.erase):
            button.setEnabled(bool(self.list.selectedItems()))

    def _restore(self) -> None:
        self._with_selected(self._session.store.chats.restore)

    def _ask_to_erase(self) -> None:
        count = len(self.list.selectedItems())
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle(self.tr("完全に消す"))
        box.setText(self.tr("選んだ対話 %n 件を完全に消します。元には戻せません。", "", count))
        yes = box.addButton(self.tr("完全に消す"), QMessageBox.ButtonRole.DestructiveRole)
        yes.clicked.connect(lambda: self._with_selected(self._session.erase_chat))
        box.setDefaultButton(box.addButton(self.tr("やめる"), QMessageBox.ButtonRole.RejectRole))
        box.open()

    def _with_selected(self, act: Callable[[int], None]) -> None:
        ids = [item.data(CHAT_ID) for item in self.list.selectedItems()]

        def each() -> None:
            for chat_id in ids:
                act(chat_id)

        def done(_: object) -> None:
            self._session.refresh_chats()
            self._read()

        self._session.jobs.store(each, owner=self, on_done=done)


def _seconds(when: float | None) -> int:
    """Return a stored time as whole seconds; of a damaged row, some time."""
    return int(min(max(when or 0.0, 0.0), 1e11))
