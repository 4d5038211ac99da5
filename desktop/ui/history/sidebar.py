"""The left column of the chat room: new, search, the list, and what goes out of this machine."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QHideEvent, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from desktop.store import Results
from desktop.ui import theme
from desktop.ui.controls.buttons import IconButton
from desktop.ui.controls.fields import ENTERS, LineEdit
from desktop.ui.controls.labels import ElidedLabel
from desktop.ui.controls.offline_dot import OfflineDot
from desktop.ui.history.chat_list import ChatListView
from desktop.ui.history.search_filters import SearchFilters
from desktop.ui.history.search_results import SearchResults
from desktop.ui.history.searching import Searching
from desktop.ui.icons import icon
from desktop.ui.session import Session


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
    """The dot and what it means; ``session`` None is a place that does not follow it."""

    def __init__(self, parent: QWidget | None = None, session: Session | None = None) -> None:
        super().__init__(parent)
        self.dot = dot = OfflineDot(self)
        self.label = label = ElidedLabel(self)
        label.setText(dot.toolTip())
        label.setToolTip(label.text())
        label.setObjectName("sub")
        self._session = session
        if session is not None:
            session.online.changed.connect(self._show_state)
            self._show_state()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(dot)
        layout.addWidget(label, 1)

    def _show_state(self) -> None:
        assert self._session is not None
        online = self._session.online
        self.dot.show_state(online.sentence(), offline=online.is_offline)
        self.label.setText(online.sentence())
        self.label.setToolTip(online.sentence())


class Sidebar(QFrame):
    """Arranges the column, and shows what is found while something is looked for."""

    new_requested = Signal()
    bin_requested = Signal()
    found = Signal(int, int)  # a chat and a message of it, 0 for the chat as it was left
    came = Signal()  # into sight
    went = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.setFixedWidth(theme.LIST_WIDTH)
        self._session = session
        self._results: Results | None = None
        self.new_button = NewChatButton(self.tr("新しい対話"), "Ctrl+N", self)
        self.filter = SearchField(self)
        self.filter.setObjectName("filter")
        self.filter.setPlaceholderText(self.tr("対話を探す"))
        self.filter.setAccessibleName(self.tr("対話を探す"))
        self.filter.setClearButtonEnabled(True)
        self._search_icon = self.filter.addAction(
            icon("search", theme.current().faint, 16), LineEdit.ActionPosition.LeadingPosition
        )
        self.filters = SearchFilters(session, self)
        self.narrow = IconButton("sliders-horizontal", self.tr("絞り込む"), self, size=16)
        self.narrowed = QPushButton(self)
        self.narrowed.setObjectName("quietLine")
        self.narrowed.setToolTip(self.tr("絞り込みを外す"))
        self.searching = Searching(session, self)
        self.list = ChatListView(self)
        self.results = SearchResults(self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.list)
        self._stack.addWidget(self.results)
        self.empty = QLabel(self.tr("ここに対話が並びます。"), self)
        self.empty.setObjectName("faint")
        self.empty.setWordWrap(True)
        self.empty.setContentsMargins(8, 10, 8, 0)
        self.bin_button = IconButton("trash-2", self.tr("ごみ箱"), self, size=16)

        self._arrange()
        self._connect()
        self._ask()
        self._show_list()

    def _arrange(self) -> None:
        search = QHBoxLayout()
        search.setSpacing(4)
        search.addWidget(self.filter, 1)
        search.addWidget(self.narrow)
        foot = QHBoxLayout()
        foot.setContentsMargins(0, 6, 0, 0)
        self.online = OfflineLine(self, self._session)
        foot.addWidget(self.online, 1)
        foot.addWidget(self.bin_button)
        line = QFrame(self)
        line.setObjectName("hairline")
        line.setFixedHeight(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 14, 12, 10)
        layout.setSpacing(8)
        layout.addWidget(self.new_button)
        layout.addLayout(search)
        layout.addWidget(self.narrowed)
        layout.addWidget(self.empty)
        layout.addWidget(self._stack, 1)
        layout.addWidget(line)
        layout.addLayout(foot)

    def _connect(self) -> None:
        session = self._session
        self.new_button.clicked.connect(self.new_requested)
        self.bin_button.clicked.connect(self.bin_requested)
        self.filter.textChanged.connect(self._ask)
        self.filter.went_down.connect(self._go_down)
        self.filter.left.connect(self.end_search)
        self.narrow.clicked.connect(self._open_filters)
        self.narrowed.clicked.connect(self.filters.clear)
        self.filters.changed.connect(self._ask)
        self.searching.found.connect(self._show_found)
        self.searching.ended.connect(self._show_list)
        self.results.chosen.connect(self.found)
        self.results.left.connect(self.filter.setFocus)
        self.list.chats.modelReset.connect(self._update_empty)
        session.chats_changed.connect(self.filters.refresh)
        session.chats_changed.connect(self._search_again)
        session.indexed.connect(self._search_again)

    def end_search(self) -> None:
        """Look for nothing any more."""
        self.filters.clear()
        self.filter.clear()
        self.list.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.came.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.went.emit()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._search_icon.setIcon(icon("search", theme.current().faint, 16))
        super().changeEvent(event)

    def _ask(self) -> None:
        words = self.filters.words()
        self.narrowed.setVisible(bool(words))
        shown = self.narrowed.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, self.width() - 64)
        self.narrowed.setText(f"{shown}　✕")
        self.narrowed.setAccessibleName(self.tr("絞り込みを外す: {words}").format(words=words))
        self.searching.ask(self.filter.text(), self.filters.chosen)

    def _search_again(self) -> None:
        if self._results is not None:
            self._ask()

    def _open_filters(self) -> None:
        menu = self.filters.menu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.narrow.mapToGlobal(self.narrow.rect().bottomLeft()))

    def _go_down(self, key: Qt.Key) -> None:
        if self._results is not None:
            self.results.enter(key)
        elif key == Qt.Key.Key_Down:
            self.list.setFocus()

    def _show_found(self, results: Results) -> None:
        self._results = results
        if not results.complete:
            self._session.index_chats()
        self.results.show_found(results.chats)
        self._stack.setCurrentWidget(self.results)
        self._update_empty()

    def _show_list(self) -> None:
        self._results = None
        self._stack.setCurrentWidget(self.list)
        self._update_empty()

    def _update_empty(self) -> None:
        found = self._results
        if found is None:
            text = "" if self.list.chats.rowCount() else self.tr("ここに対話が並びます。")
        elif not found.chats:
            text = self.tr("見つかりませんでした。ほかの言葉でも探せます。")
            if self.filters.words():
                text = self.tr("見つかりませんでした。絞り込みを外すと、見つかるかもしれません。")
        else:
            text = self.tr("ほかにもあります。言葉を足すと絞れます。") if found.more else ""
        if found is not None and not found.complete:
            text = self.tr("まだ索引を作っています。見つからない対話があるかもしれません。")
        self.empty.setText(text)
        self.empty.setVisible(bool(text))


class SearchField(LineEdit):
    """Down goes to what was found, Enter opens the first of it, Escape ends the search."""

    went_down = Signal(Qt.Key)
    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.is_composing():
            key = Qt.Key(event.key())
            if key in (Qt.Key.Key_Down, *ENTERS):
                self.went_down.emit(key)
                return
            if key == Qt.Key.Key_Escape and self.text():
                self.left.emit()
                return
        super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        escape = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if escape and event.type() == QEvent.Type.ShortcutOverride and self.text():
            event.accept()  # it ends the search, and not the answer
            return True
        return super().event(event)
