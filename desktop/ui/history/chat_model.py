"""The chats as rows: a heading, then the chats of its section unless it is folded."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from desktop.chat.days import DayGroup
from desktop.chat.order import Section, sections
from desktop.store import Chat, Folder

CHAT = Qt.ItemDataRole.UserRole
SECTION = Qt.ItemDataRole.UserRole + 1  # of a heading
MIME = "application/x-kotonoha-chats"
MOST_DRAGGED = 10_000

Index = QModelIndex | QPersistentModelIndex


class _Row(NamedTuple):
    text: str
    chat: Chat | None  # None: a heading
    section: Section
    folded: bool

    @property
    def key(self) -> tuple[object, ...]:
        """What can be seen of it."""
        if self.chat is not None:
            return self.text, self.chat.id, self.chat.tags
        return self.text, None, self.section.key, self.folded, len(self.section.chats)


class ChatModel(QAbstractListModel):
    """Chats by sections."""

    renamed = Signal(int, str)
    dropped = Signal(list, object)  # ids of chats, the section that they were dropped on

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._chats: list[Chat] = []
        self._folders: list[Folder] = []
        self._folded: set[str] = set()
        self._rows: list[_Row] = []

    def show(self, chats: Sequence[Chat], folders: Sequence[Folder] = (), folded: Sequence[str] = ()) -> None:
        """Show these chats and folders; of the sections in ``folded``, only the heading."""
        self._chats, self._folders, self._folded = list(chats), list(folders), set(folded)
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
        value: object = None
        if index.isValid():
            row = self._rows[index.row()]
            match role:
                case Qt.ItemDataRole.DisplayRole:
                    value = row.text
                case Qt.ItemDataRole.AccessibleTextRole:
                    value = self._spoken(row)
                case Qt.ItemDataRole.EditRole if row.chat is not None:
                    value = row.chat.title
                case Qt.ItemDataRole.ToolTipRole if row.chat is not None:
                    tags = "　".join(f"#{tag}" for tag in row.chat.tags)
                    value = f"{row.text}\n{tags}" if tags else row.text
                case _ if role == CHAT:
                    value = row.chat
                case _ if role == SECTION and row.chat is None:
                    value = row.section
        return value

    def is_folded(self, index: Index) -> bool:
        """Return whether the section of this heading shows its heading alone."""
        return self._rows[index.row()].folded

    def section_at(self, index: Index) -> Section | None:
        """Return the section that a row is of."""
        return self._rows[index.row()].section if index.isValid() else None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: ANN401
        chat = self._rows[index.row()].chat
        title = " ".join(str(value).split())
        if role != Qt.ItemDataRole.EditRole or chat is None or not title or title == chat.title:
            return False
        self.renamed.emit(chat.id, title)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        drop = Qt.ItemFlag.ItemIsDropEnabled
        if not index.isValid():
            return drop
        row = self._rows[index.row()]
        if row.chat is not None:
            able = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable
            return able | Qt.ItemFlag.ItemIsDragEnabled | drop
        return Qt.ItemFlag.ItemIsEnabled | drop if row.section.folds else drop

    # Dragging

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        ids = [chat.id for index in indexes if (chat := index.data(CHAT)) is not None]
        data = QMimeData()
        data.setData(MIME, json.dumps(ids[:MOST_DRAGGED]).encode())
        return data

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        del action, column
        at = parent if parent.isValid() else self.index(max(row, 0)) if self._rows else QModelIndex()
        section = self.section_at(at)
        ids = json.loads(bytes(data.data(MIME).data()) or b"[]") if data.hasFormat(MIME) else []
        if section is not None and ids:
            self.dropped.emit(ids, section)
        return False  # or the view would remove the rows that were dragged

    # Inside

    def _arrange(self) -> None:
        rows: list[_Row] = []
        for section in sections(self._chats, self._folders, time.time()):
            folded = section.folds and section.key in self._folded
            rows.append(_Row(self._heading(section), None, section, folded))
            if not folded:
                for chat in section.chats:
                    rows.append(_Row(chat.title or self.tr("新しい対話"), chat, section, False))
        if [row.key for row in rows] == [row.key for row in self._rows]:
            self._rows = rows
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def _spoken(self, row: _Row) -> str:
        if row.chat is not None or not row.section.folds:
            return row.text
        state = self.tr("閉じています") if row.folded else self.tr("開いています")
        count = self.tr("%n件", "", len(row.section.chats))
        return f"{row.text}、{count}、{state}"

    def _heading(self, section: Section) -> str:
        if section.folder is not None:
            return section.folder.name
        if section.day is not None:
            return self._day(section.day)
        return self.tr("ピン留め") if section.kind == "pinned" else self.tr("アーカイブ")

    def _day(self, group: DayGroup) -> str:
        if group.kind == "month":
            return self.tr("{year}年{month}月").format(year=group.year, month=group.month)
        return {
            "today": self.tr("今日"),
            "yesterday": self.tr("昨日"),
            "week": self.tr("過去7日間"),
            "unknown": self.tr("日付不明"),
        }[group.kind]
