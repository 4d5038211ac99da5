"""The bin: chats and branches that were deleted, until they are restored or their 30 days are over."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import ceil
from typing import NamedTuple

from PySide6.QtCore import QDateTime, QLocale, Qt
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

from desktop.engine.states import chat_key
from desktop.errors import KotonohaError, sentence
from desktop.store import Cut
from desktop.store.chats import BIN_SECONDS
from desktop.ui.controls.notice import Notice
from desktop.ui.controls.question import Question
from desktop.ui.history.bin_row import BELOW, BinRow
from desktop.ui.session import Session

BINNED = Qt.ItemDataRole.UserRole
_DAY = 86_400


class Binned(NamedTuple):
    """A chat in the bin, or a branch of one that is not."""

    chat_id: int
    message_id: int | None  # with which the branch begins; None: the whole chat
    title: str
    line: str  # how the branch begins
    deleted: float  # Unix seconds


class BinDialog(QDialog):
    """Lists the bin, restores from it and erases from it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setWindowTitle(self.tr("ごみ箱"))
        self.resize(500, 480)
        sub = QLabel(self.tr("消した対話と枝は30日間ここにあり、元に戻せます。"), self)
        sub.setObjectName("sub")
        sub.setWordWrap(True)
        self.notice = Notice(self)
        self.list = QListWidget(self)
        self.list.setAccessibleName(self.tr("ごみ箱の対話と枝"))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setItemDelegate(BinRow(self.list))
        self.list.setMouseTracking(True)
        self.list.setObjectName("framed")
        self.empty = QLabel(self.tr("ごみ箱は空です。"), self)
        self.empty.setObjectName("sub")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.hide()
        self.erase_all = QPushButton(self.tr("ごみ箱を空にする…"), self)
        self.erase = QPushButton(self.tr("完全に消す…"), self)
        self.restore = QPushButton(self.tr("元に戻す"), self)
        self.restore.setObjectName("main")
        close = QPushButton(self.tr("閉じる"), self)
        foot = QHBoxLayout()
        foot.addWidget(self.erase_all)
        foot.addWidget(self.erase)
        foot.addStretch(1)
        foot.addWidget(close)
        foot.addWidget(self.restore)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(sub)
        layout.addWidget(self.notice)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.empty, 1)
        layout.addLayout(foot)
        self.restore.clicked.connect(lambda: self._each(self._selected(), self._restore))
        self.erase.clicked.connect(self._ask_to_erase)
        self.erase_all.clicked.connect(self._ask_to_erase_all)
        close.clicked.connect(self.reject)
        self.list.itemSelectionChanged.connect(self._update)
        self._update()
        self._read()

    # The list

    def _read(self) -> None:
        store = self._session.store

        def read() -> list[Binned]:
            chats = [
                Binned(chat.id, None, chat.title, "", chat.deleted or 0.0) for chat in store.chats.binned()
            ]
            branches = [
                Binned(each.chat_id, each.message_id, each.chat_title, each.line, each.deleted)
                for each in store.branches.binned_lines()
            ]
            return sorted([*chats, *branches], key=lambda each: each.deleted, reverse=True)

        self._session.jobs.store(read, owner=self, on_done=self._show)

    def _show(self, binned: list[Binned]) -> None:
        self.list.clear()
        now = time.time()
        for each in binned:
            name, below = self._name(each), self._below(each, now)
            item = QListWidgetItem(name)
            item.setData(BINNED, each)
            item.setData(BELOW, below)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{name}、{below}")
            item.setToolTip(name)
            self.list.addItem(item)
        self.empty.setVisible(not binned)
        for widget in (self.list, self.restore, self.erase, self.erase_all):
            widget.setVisible(bool(binned))
        if binned and self.list.currentRow() < 0:
            self.list.setCurrentRow(0)

    def _name(self, each: Binned) -> str:
        title = each.title or self.tr("新しい対話")
        return title if each.message_id is None else f"{title} — {each.line or self.tr('空のメッセージ')}"

    def _below(self, each: Binned, now: float) -> str:
        deleted = QLocale().toString(
            QDateTime.fromSecsSinceEpoch(_seconds(each.deleted)).date(), QLocale.FormatType.ShortFormat
        )
        said = self.tr("{date} に消した対話") if each.message_id is None else self.tr("{date} に消した枝")
        days = ceil((each.deleted + BIN_SECONDS - now) / _DAY)
        left = (
            self.tr("あと%n日", "", min(days, BIN_SECONDS // _DAY))
            if days > 0
            else self.tr("まもなく消えます")
        )
        return f"{said.format(date=deleted)}・{left}"

    def _update(self) -> None:
        for button in (self.restore, self.erase):
            button.setEnabled(bool(self.list.selectedItems()))

    def _selected(self) -> list[Binned]:
        return [item.data(BINNED) for item in self.list.selectedItems()]

    # What is done with it

    def _ask_to_erase(self) -> None:
        chosen = self._selected()
        text = self.tr("選んだ %n 件を完全に消します。元には戻せません。", "", len(chosen))
        self._ask(self.tr("完全に消す"), text, chosen)

    def _ask_to_erase_all(self) -> None:
        everything = [self.list.item(row).data(BINNED) for row in range(self.list.count())]
        text = self.tr("ごみ箱の %n 件をすべて完全に消します。元には戻せません。", "", len(everything))
        self._ask(self.tr("ごみ箱を空にする"), text, everything)

    def _ask(self, title: str, text: str, which: list[Binned]) -> None:
        question = Question(title, text, self.tr("完全に消す"), self)
        question.agreed.connect(lambda: self._each(which, self._erase))
        question.open()

    def _restore(self, each: Binned) -> None:
        store = self._session.store
        if each.message_id is None:
            store.chats.restore(each.chat_id)
        else:
            store.branches.restore(Cut(each.message_id))

    def _erase(self, each: Binned) -> None:
        try:
            if each.message_id is None:
                self._session.erase_chat(each.chat_id)
            else:
                self._session.store.branches.erase(each.message_id)
                self._session.engine.forget(
                    chat_key(each.chat_id)
                )  # it may have been computed with the branch
        except KotonohaError as error:
            if error.code not in ("chat_missing", "message_missing"):  # it went with the branch above it
                raise

    def _each(self, which: list[Binned], act: Callable[[Binned], None]) -> None:
        """Do something with each, the oldest first: a branch may hang on another one."""

        def work() -> Exception | None:
            failed: Exception | None = None
            for each in sorted(which, key=lambda each: each.message_id or 0):
                try:
                    act(each)
                except Exception as error:  # told below; the others are done
                    failed = failed or error
            return failed

        def done(failed: Exception | None) -> None:
            if failed is not None:
                self.notice.show_message(sentence(failed))
            else:
                self.notice.hide()
            self._session.refresh_chats()
            for chat_id in {each.chat_id for each in which if each.message_id is not None}:
                self._session.chat_changed.emit(chat_id, self)
            self._read()

        self._session.jobs.store(work, owner=self, on_done=done)


def _seconds(when: float) -> int:
    """Return a stored time as whole seconds; of a damaged row, some time."""
    return int(min(max(when, 0.0), 1e11))
