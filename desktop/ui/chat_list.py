"""The list of chats: grouped by day, renamed in place, deleted with a way back."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desktop.chat.days import DayGroup, group_of
from desktop.store import Chat
from desktop.ui import theme
from desktop.ui.fields import LineEdit

HEADING = 34  # px
CHAT = Qt.ItemDataRole.UserRole

_COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier

Index = QModelIndex | QPersistentModelIndex


class _Row(NamedTuple):
    text: str
    chat: Chat | None  # None: a heading

    @property
    def key(self) -> tuple[str, int | None]:
        """What can be seen of it."""
        return self.text, self.chat.id if self.chat else None


class ChatModel(QAbstractListModel):
    """Chats, newest first, with a heading before each group of days."""

    renamed = Signal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._chats: list[Chat] = []
        self._rows: list[_Row] = []
        self._words: list[str] = []

    def show(self, chats: Sequence[Chat]) -> None:
        """Show these chats."""
        self._chats = list(chats)
        self._arrange()

    def narrow(self, words: str) -> None:
        """Show only chats whose title holds all the words."""
        self._words = words.casefold().split()
        self._arrange()

    def row_of(self, chat_id: int) -> int:
        """Return the row of a chat, -1 when it is not shown."""
        for i, row in enumerate(self._rows):
            if row.chat is not None and row.chat.id == chat_id:
                return i
        return -1

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        row = self._rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return row.text
        if role == Qt.ItemDataRole.EditRole:
            return row.chat.title if row.chat else None
        if role == CHAT:
            return row.chat
        if role == Qt.ItemDataRole.ToolTipRole and row.chat:
            return row.text
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: ANN401
        chat = self._rows[index.row()].chat
        title = " ".join(str(value).split())
        if role != Qt.ItemDataRole.EditRole or chat is None or not title or title == chat.title:
            return False
        self.renamed.emit(chat.id, title)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or self._rows[index.row()].chat is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable

    def _arrange(self) -> None:
        rows: list[_Row] = []
        now = time.time()
        last: DayGroup | None = None
        for chat in self._chats:
            title = chat.title or self.tr("新しい対話")
            if not all(word in title.casefold() for word in self._words):
                continue
            group = group_of(chat.updated, now)
            if group != last:
                rows.append(_Row(self._heading(group), None))
                last = group
            rows.append(_Row(title, chat))
        if [row.key for row in rows] == [row.key for row in self._rows]:
            self._rows = rows
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def _heading(self, group: DayGroup) -> str:
        if group.kind == "month":
            return self.tr("{year}年{month}月").format(year=group.year, month=group.month)
        return {
            "today": self.tr("今日"),
            "yesterday": self.tr("昨日"),
            "week": self.tr("過去7日間"),
        }[group.kind]


class _Delegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, theme.density().row if index.data(CHAT) else HEADING)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens = theme.current()
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        text = str(index.data())
        if index.data(CHAT) is None:
            painter.setFont(theme.ui_font(theme.TINY_PX))
            painter.setPen(QColor(tokens.faint))
            box = rect.adjusted(8, 8, -8, 0)
        else:
            ground = None
            if state & QStyle.StateFlag.State_Selected:
                ground = tokens.accent_soft
            elif state & QStyle.StateFlag.State_MouseOver:
                ground = tokens.bubble
            focused = bool(state & QStyle.StateFlag.State_HasFocus)
            theme.paint_ground(painter, QRectF(rect), ground, focused=focused)
            painter.setFont(theme.ui_font(14))
            painter.setPen(QColor(tokens.ink))
            box = rect.adjusted(10, 0, -10, 0)
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = LineEdit(parent)
        editor.setAccessibleName(self.tr("対話の題名"))
        editor.setStyleSheet("padding: 3px 8px; font-size: 14px;")
        return editor

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        assert isinstance(editor, LineEdit)
        model.setData(index, editor.text())

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        editor.setGeometry(option.rect)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        composing = isinstance(watched, LineEdit) and watched.is_composing()
        if composing and event.type() in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride):
            return False  # the input method's keys: the base class would take Enter for "done"
        return super().eventFilter(watched, event)


class ChatListView(QListView):
    """The list itself."""

    chosen = Signal(int)
    renamed = Signal(int, str)
    delete_requested = Signal(int)
    typed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chats = ChatModel(self)
        self.setModel(self.chats)
        self.setItemDelegate(_Delegate(self))
        self.setAccessibleName(self.tr("対話の一覧"))
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed | QAbstractItemView.EditTrigger.DoubleClicked
        )
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        self.chats.renamed.connect(self.renamed)
        self.clicked.connect(self._choose)
        self._current: int | None = None
        self._seen: int | None = None  # the current one when the list was last brought up to date
        self._waiting: Sequence[Chat] | None = None

    def show_chats(self, chats: Sequence[Chat], current: int | None) -> None:
        """Show these chats and select the current one; after a title that is being edited is done."""
        if self.state() == QAbstractItemView.State.EditingState:
            self._waiting = chats
            return
        at = self.verticalScrollBar().value()
        self.chats.show(chats)
        self.select(current)
        if current == self._seen:
            self.verticalScrollBar().setValue(at)
        self._seen = current

    def narrow(self, words: str) -> None:
        """Show only chats whose title holds the words."""
        self.chats.narrow(words)
        self.select(self._current)

    def select(self, chat_id: int | None) -> None:
        """Select a chat without choosing it."""
        self._current = chat_id
        row = self.chats.row_of(chat_id) if chat_id is not None else -1
        if row < 0:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
        else:
            self.setCurrentIndex(self.chats.index(row))

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        super().closeEditor(editor, hint)
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            self.show_chats(waiting, self._current)

    def current_id(self) -> int | None:
        """Return the chat that the keyboard is at."""
        chat = self.currentIndex().data(CHAT)
        return chat.id if chat is not None else None

    def rename(self, chat_id: int) -> None:
        """Begin to rename a chat in place."""
        row = self.chats.row_of(chat_id)
        if row >= 0:
            self.edit(self.chats.index(row))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        chat = self.currentIndex().data(CHAT)
        if chat is not None and self.state() != QAbstractItemView.State.EditingState:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.chosen.emit(chat.id)
                return
            if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
                self.delete_requested.emit(chat.id)
                return
        if event.text().isprintable() and event.text() and not event.modifiers() & _COMMANDS:
            self.typed.emit(event.text())  # one wants to write, not to search the list
            return
        super().keyPressEvent(event)

    def _choose(self, index: QModelIndex) -> None:
        chat = index.data(CHAT)
        if chat is not None:
            self._current = chat.id
            self.chosen.emit(chat.id)

    def _menu(self, point: QPoint) -> None:
        chat = self.indexAt(point).data(CHAT)
        if chat is None:
            return
        menu = QMenu(self)
        menu.addAction(self.tr("題名を変える"), lambda: self.rename(chat.id))
        menu.addAction(self.tr("ごみ箱に入れる"), lambda: self.delete_requested.emit(chat.id))
        menu.exec(self.viewport().mapToGlobal(point))
        menu.deleteLater()
