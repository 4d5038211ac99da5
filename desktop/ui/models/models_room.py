"""The room of models: a column with this machine and a search, and pages of models beside it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QTabWidget, QVBoxLayout, QWidget

from desktop import paths
from desktop.models.shelf import Shelf
from desktop.ui import theme
from desktop.ui.controls.fields import LineEdit
from desktop.ui.controls.labels import ElidedLabel
from desktop.ui.controls.sizes import readable
from desktop.ui.history.sidebar import OfflineLine, SearchField
from desktop.ui.icons import icon
from desktop.ui.models.catalog_filters import CatalogFilters
from desktop.ui.models.catalog_machine import MachineWords
from desktop.ui.models.catalog_page import CatalogPage
from desktop.ui.models.installed import Installed
from desktop.ui.session import Session

NARROW = 760  # px: below, the column gives its place to the page


class ModelsRoom(QWidget):
    """Arranges the room; each page does its own work."""

    said = Signal(str, object)
    chosen = Signal(object)  # Model
    get_requested = Signal(object, object)  # an Entry of the catalogue, and its Size or None

    def __init__(self, session: Session, parent: QWidget | None = None, *, can_get: bool = False) -> None:
        """``can_get``: somebody fetches what ``get_requested`` asks for; else the pages say where it is."""
        super().__init__(parent)
        self._session = session
        self.add = QPushButton(self.tr("モデルを追加"), self)
        self.add.setObjectName("wide")
        self.add.setFixedHeight(38)
        self.search = SearchField(self)
        self.search.setObjectName("filter")
        self.search.setPlaceholderText(self.tr("モデルを探す"))
        self.search.setAccessibleName(self.tr("モデルを探す"))
        self.search.setClearButtonEnabled(True)
        self._search_icon = self.search.addAction(
            icon("search", theme.current().faint, 16), LineEdit.ActionPosition.LeadingPosition
        )
        self.used = ElidedLabel(self)
        self.free = ElidedLabel(self)
        self.machine: list[ElidedLabel] = []  # what is known of this computer
        self._machine = QVBoxLayout()
        self.filters = CatalogFilters(self)
        self.installed = Installed(session, self)
        self.catalog = CatalogPage(session, self.filters, self, can_get=can_get)
        self.ask = QPushButton(self.tr("おすすめを聞く"), self)
        self.narrow = QPushButton(self.tr("絞り込む"), self)
        self._above = QHBoxLayout()  # the search and the filters, where the column has no room
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.installed, self.tr("入手済み"))
        self.tabs.addTab(self.catalog, self.tr("日本語カタログ"))
        self._side = self._make_side()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._side)
        layout.addLayout(self._make_page(), 1)
        self._connect()
        self._tab_changed()

    def _make_page(self) -> QVBoxLayout:
        heading = QLabel(self.tr("モデル"), self)
        heading.setObjectName("heading")
        sentence = QLabel(self.tr("モデルは、このPCの中だけで動きます。料金はかかりません。"), self)
        sentence.setObjectName("sub")
        sentence.setWordWrap(True)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 12, 0)
        head.setSpacing(8)
        head.addWidget(heading, 1)
        head.addWidget(self.ask)
        self._above.setContentsMargins(0, 0, 12, 0)  # as the list's
        self._above.setSpacing(8)
        self._above.addWidget(self.narrow)
        page = QVBoxLayout()
        page.setContentsMargins(32, 26, 20, 0)
        page.setSpacing(6)
        page.addLayout(head)
        page.addWidget(sentence)
        page.addLayout(self._above)
        page.addSpacing(8)
        page.addWidget(self.tabs, 1)
        return page

    def _connect(self) -> None:
        self.add.clicked.connect(self.installed.ask_for_files)
        self.ask.clicked.connect(self._ask)
        self.narrow.clicked.connect(self._open_filters)
        self.filters.changed.connect(self._show_narrowed)
        self.search.textChanged.connect(self._search)
        self.search.went_down.connect(self._go_down)
        self.search.left.connect(self.search.clear)
        self.tabs.currentChanged.connect(self._tab_changed)
        self.installed.said.connect(self.said)
        self.installed.chosen.connect(self.chosen)
        self.installed.counted.connect(self._count)
        self.catalog.get_requested.connect(self.get_requested)
        self.catalog.use_requested.connect(self.chosen)
        self.catalog.state.said.connect(self.said)
        self.catalog.state.changed.connect(self._show_machine)

    def show_catalog(self) -> None:
        """Bring the catalogue to the front."""
        self.tabs.setCurrentWidget(self.catalog)

    def _make_side(self) -> QFrame:
        side = QFrame(self)
        side.setObjectName("sidebar")
        side.setFixedWidth(theme.LIST_WIDTH)
        group = QLabel(self.tr("このPC"), side)
        group.setObjectName("faint")
        group.setContentsMargins(8, 10, 0, 4)
        line = QFrame(side)
        line.setObjectName("hairline")
        line.setFixedHeight(1)
        foot = OfflineLine(side, self._session)
        foot.setFixedHeight(30)
        self._column = column = QVBoxLayout(side)
        column.setContentsMargins(12, 14, 12, 10)
        column.setSpacing(8)
        column.addWidget(self.add)
        column.addWidget(self.search)
        column.addWidget(group)
        self._machine.setSpacing(8)
        column.addLayout(self._machine)
        for label in (self.used, self.free):
            label.setObjectName("sub")
            label.setContentsMargins(10, 2, 4, 2)
            column.addWidget(label)
        column.addWidget(self.filters)
        column.addStretch(1)
        column.addWidget(line)
        column.addWidget(foot)
        return side

    def _count(self, shelf: Shelf) -> None:
        self.tabs.setTabText(0, self.tr("入手済み {count}").format(count=len(shelf.models)))
        self.used.setText(self.tr("モデル　{size}").format(size=readable(shelf.used_bytes)))
        self.free.setText(
            self.tr("空き　{size}").format(size=readable(shelf.free_bytes))
            if shelf.free_bytes is not None
            else self.tr("空き　わかりません")
        )
        self.free.setToolTip(str(paths.models()))

    def _show_machine(self) -> None:
        machine = self.catalog.state.machine
        lines = MachineWords().lines(machine) if machine else []
        while len(self.machine) > len(lines):
            self.machine.pop().deleteLater()
        while len(self.machine) < len(lines):
            label = ElidedLabel(self._side)
            label.setObjectName("sub")
            label.setContentsMargins(10, 2, 4, 2)
            self._machine.addWidget(label)
            self.machine.append(label)
        for label, (words, explanation) in zip(self.machine, lines, strict=True):
            label.setText(words)
            label.setToolTip(explanation)

    # The search and the filters act on the page in front

    def _tab_changed(self) -> None:
        front = self.tabs.currentWidget() is self.catalog
        self.filters.setVisible(front)
        self.narrow.setVisible(front and not self._is_wide())
        self._search()

    def _search(self) -> None:
        if self.tabs.currentWidget() is self.catalog:
            self.catalog.narrow(self.search.text())
        else:
            self.installed.narrow(self.search.text())

    def _go_down(self, key: Qt.Key) -> None:
        if self.tabs.currentWidget() is self.catalog:
            self.catalog.enter(key)

    def _ask(self) -> None:
        self.show_catalog()
        self.catalog.ask_wishes()

    def _open_filters(self) -> None:
        menu = self.filters.menu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.narrow.mapToGlobal(QPoint(0, self.narrow.height() + 4)))

    def _show_narrowed(self) -> None:
        count = sum(self.filters.wanted())
        words = self.tr("絞り込む")
        self.narrow.setText(self.tr("{words} {count}").format(words=words, count=count) if count else words)

    def _is_wide(self) -> bool:
        return self.width() >= NARROW

    def _arrange(self) -> None:
        """Give the column its place, or, where there is none, its search a place above the pages."""
        wide = self._is_wide()
        self._side.setVisible(wide)
        self.narrow.setVisible(not wide and self.tabs.currentWidget() is self.catalog)
        if wide == (self._above.indexOf(self.search) < 0):
            return
        if wide:
            self._above.removeWidget(self.search)
            self._column.insertWidget(1, self.search)
        else:
            self._column.removeWidget(self.search)
            self._above.insertWidget(0, self.search, 1)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.installed.refresh()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._search_icon.setIcon(icon("search", theme.current().faint, 16))
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
