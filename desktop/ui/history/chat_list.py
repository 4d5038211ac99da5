"""The list of chats: by sections, renamed in place, moved by dragging, many at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QObject,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QDrag,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QFontMetrics,
    QGuiApplication,
    QInputMethodEvent,
    QKeyEvent,
    QPainter,
    QPixmap,
)
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QApplication,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desktop.store import Chat, Folder
from desktop.ui import theme
from desktop.ui.controls.fields import LineEdit, TextEdit, belongs_to_input_method
from desktop.ui.history.chat_model import CHAT, MIME, SECTION, ChatModel, Index
from desktop.ui.history.drag_label import ASIDE, drag_label
from desktop.ui.icons import icon

HEADING = 34  # px
_COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
_SELECTING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class _Delegate(QStyledItemDelegate):
    def __init__(self, view: ChatListView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, theme.density().row if index.data(CHAT) else HEADING)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        state: QStyle.StateFlag = option.state
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if index.data(CHAT) is None:
            self._paint_heading(painter, option.rect, index, focused=focused)
        else:
            self._paint_chat(painter, option, index, focused=focused)
        painter.restore()

    def _paint_heading(self, painter: QPainter, rect: QRect, index: Index, *, focused: bool) -> None:
        tokens, section = theme.current(), index.data(SECTION)
        target = self._view.drop_row == index.row()
        ground = tokens.accent_soft if target else None
        theme.paint_ground(painter, QRectF(rect).adjusted(0, 6, 0, 0), ground, focused=focused)
        painter.setFont(theme.ui_font(theme.TINY_PX))
        painter.setPen(QColor(tokens.faint))
        box = rect.adjusted(8, 8, -8, 0)
        if section.folds:
            size = 12
            folded = self._view.chats.is_folded(index)
            mark = icon("chevron-right" if folded else "chevron-down", tokens.faint, size)
            mark.paint(painter, QRect(box.left(), box.center().y() - size // 2 + 1, size, size))
            box.setLeft(box.left() + size + 5)
            count = str(len(section.chats))
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, count)
            box.setRight(box.right() - painter.fontMetrics().horizontalAdvance(count) - 8)
        self._write(painter, box, str(index.data()))

    def _paint_chat(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index, *, focused: bool
    ) -> None:
        tokens, state = theme.current(), option.state
        rect: QRect = option.rect
        ground = None
        if state & QStyle.StateFlag.State_Selected:
            ground = tokens.accent_soft
        elif state & QStyle.StateFlag.State_MouseOver:
            ground = tokens.bubble
        theme.paint_ground(painter, QRectF(rect), ground, focused=focused)
        box = rect.adjusted(10, 0, -10, 0)
        tags = index.data(CHAT).tags
        if tags:
            small = theme.ui_font(theme.TINY_PX)
            word = f"#{tags[0]}" + (f" +{len(tags) - 1}" if len(tags) > 1 else "")
            metrics = QFontMetrics(small)
            word = metrics.elidedText(word, Qt.TextElideMode.ElideRight, box.width() * 2 // 5)
            painter.setFont(small)
            painter.setPen(QColor(tokens.faint))
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, word)
            box.setRight(box.right() - metrics.horizontalAdvance(word) - 8)
        painter.setFont(theme.ui_font(14))
        painter.setPen(QColor(tokens.ink))
        self._write(painter, box, str(index.data()))

    def _write(self, painter: QPainter, box: QRect, text: str) -> None:
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)

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
    """The list itself. What is asked for is told by signals, with the ids of the chats."""

    chosen = Signal(int)
    renamed = Signal(int, str)
    delete_requested = Signal(list)
    menu_requested = Signal(list, QPoint)  # ids, and where on the screen
    heading_menu_requested = Signal(object, QPoint)  # the section, and where on the screen
    fold_requested = Signal(str)  # the key of a section
    dropped = Signal(list, object)  # ids, and the section that they were dropped on
    typed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        self._writer: TextEdit | None = None  # Qt already asks while it constructs
        super().__init__(parent)
        self.chats = ChatModel(self)
        self.drop_row = -1  # the heading under what is being dragged
        self.setModel(self.chats)
        self.setItemDelegate(_Delegate(self))
        self.setAccessibleName(self.tr("対話の一覧"))
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed | QAbstractItemView.EditTrigger.DoubleClicked
        )
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDropIndicatorShown(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        self.chats.renamed.connect(self.renamed)
        self.chats.dropped.connect(self.dropped)
        self.clicked.connect(self._choose)
        self._current: int | None = None
        self._seen: int | None = None  # the current one when the list was last brought up to date
        self._waiting: tuple[Sequence[Chat], Sequence[Folder], Sequence[str]] | None = None

    def show_chats(
        self,
        chats: Sequence[Chat],
        current: int | None,
        folders: Sequence[Folder] = (),
        folded: Sequence[str] = (),
    ) -> None:
        """Show these chats and select the current one; after a title that is being edited is done."""
        if self.state() == QAbstractItemView.State.EditingState:
            self._waiting = (chats, folders, folded)
            return
        at = self.verticalScrollBar().value()
        selected = self.selected_ids()
        self.chats.show(chats, folders, folded)
        if len(selected) > 1 and current == self._seen:
            self._select(selected)
        else:
            self.select(current)
        if current == self._seen:
            self.verticalScrollBar().setValue(at)
        self._seen = current

    def select(self, chat_id: int | None) -> None:
        """Select a chat without choosing it."""
        self._current = chat_id
        row = self.chats.row_of(chat_id) if chat_id is not None else -1
        if row < 0:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
        else:
            self.setCurrentIndex(self.chats.index(row))

    def _select(self, ids: Sequence[int]) -> None:
        select = self.selectionModel().SelectionFlag.Select
        for id in ids:
            row = self.chats.row_of(id)
            if row >= 0:
                self.selectionModel().select(self.chats.index(row), select)

    def selected_ids(self) -> list[int]:
        """Return the chats that are selected, from top to bottom."""
        rows = sorted(self.selectedIndexes(), key=QModelIndex.row)
        return [chat.id for index in rows if (chat := index.data(CHAT)) is not None]

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        super().closeEditor(editor, hint)
        if self._waiting is not None:
            (chats, folders, folded), self._waiting = self._waiting, None
            self.show_chats(chats, self._current, folders, folded)

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
        index = self.currentIndex()
        chat, section = index.data(CHAT), index.data(SECTION)
        if self.state() != QAbstractItemView.State.EditingState:
            confirms = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if section is not None and section.folds and (confirms or event.key() == Qt.Key.Key_Space):
                self.fold_requested.emit(section.key)
                return
            if chat is not None and confirms:
                self.chosen.emit(chat.id)
                return
            if event.key() == Qt.Key.Key_Delete and self.selected_ids():
                self.delete_requested.emit(self.selected_ids())
                return
            if event.key() == Qt.Key.Key_Menu:
                self._menu(self.visualRect(index).center())
                return
        if event.text().isprintable() and event.text() and not event.modifiers() & _COMMANDS:
            self.typed.emit(event.text())
            return
        super().keyPressEvent(event)

    # Who types here wants to write, not to search the list

    def write_into(self, writer: TextEdit) -> None:
        """Let words that an input method composes here come into being in ``writer``."""
        self._writer = writer

    def _writes(self) -> bool:
        return self._writer is not None and self.state() != QAbstractItemView.State.EditingState

    def event(self, event: QEvent) -> bool:
        composing = self._writes() and self._writer is not None and self._writer.is_composing()
        return (composing and belongs_to_input_method(event)) or super().event(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        if self._writer is None or not self._writes():
            super().inputMethodEvent(event)
            return
        QApplication.sendEvent(self._writer, event)
        if event.commitString() and not event.preeditString():
            # Not before, which would tear the word apart, nor now, when the input method still holds it and
            # would commit it once more.
            QTimer.singleShot(0, self._writer, self._writer.setFocus)

    def inputMethodQuery(self, query: Qt.InputMethodQuery) -> Any:  # noqa: ANN401
        if self._writer is None or not self._writes():
            return super().inputMethodQuery(query)
        told = self._writer.inputMethodQuery(query)
        if isinstance(told, QRect | QRectF):  # the candidates stand by the word
            at = self.mapFromGlobal(self._writer.viewport().mapToGlobal(QPoint(0, 0)))
            return told.translated(at)
        return told

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if self._writer is not None and self._writer.is_composing() and self._writes():
            QApplication.sendEvent(self._writer, QInputMethodEvent())
        super().focusOutEvent(event)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)  # which Qt sets for editable rows alone

    def _choose(self, index: QModelIndex) -> None:
        chat, section = index.data(CHAT), index.data(SECTION)
        if section is not None and section.folds:
            self.fold_requested.emit(section.key)
        elif chat is not None and not QGuiApplication.keyboardModifiers() & _SELECTING:
            self._current = chat.id
            self.chosen.emit(chat.id)

    def _menu(self, point: QPoint) -> None:
        index = self.indexAt(point)
        chat, section = index.data(CHAT), index.data(SECTION)
        at = self.viewport().mapToGlobal(point)
        if section is not None:
            self.heading_menu_requested.emit(section, at)
        elif chat is not None:
            ids = self.selected_ids()
            self.menu_requested.emit(ids if chat.id in ids else [chat.id], at)

    # Dragging

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Drag what is selected, with a small label instead of a copy of the rows."""
        indexes = [index for index in self.selectedIndexes() if index.data(CHAT) is not None]
        if not indexes:
            return
        drag = QDrag(self)
        drag.setMimeData(self.chats.mimeData(indexes))
        drag.setPixmap(self.drag_picture())
        drag.setHotSpot(ASIDE)
        drag.exec(actions, self.defaultDropAction())

    def drag_picture(self) -> QPixmap:
        """Return what is beside the pointer: the title of one chat, else how many there are."""
        indexes = [index for index in self.selectedIndexes() if index.data(CHAT) is not None]
        text = str(indexes[0].data()) if len(indexes) == 1 else self.tr("%n件", "", len(indexes))
        return drag_label(text, self.devicePixelRatioF())

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)
        row = -1
        if event.mimeData().hasFormat(MIME):
            section = self.chats.section_at(self.indexAt(event.position().toPoint()))
            row = self._heading_of(section) if section is not None else -1
        self._mark(row)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        super().dragLeaveEvent(event)
        self._mark(-1)

    def dropEvent(self, event: QDropEvent) -> None:
        super().dropEvent(event)
        self._mark(-1)

    def _heading_of(self, section: Any) -> int:  # noqa: ANN401 - a Section
        for row in range(self.chats.rowCount()):
            if self.chats.index(row).data(SECTION) == section:
                return row
        return -1

    def _mark(self, row: int) -> None:
        if row != self.drop_row:
            self.drop_row = row
            self.viewport().update()
