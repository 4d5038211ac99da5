"""The room of models: a column with this machine and a search, and pages of models beside it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QTabWidget, QVBoxLayout, QWidget

from desktop import paths
from desktop.models.shelf import Shelf
from desktop.ui import theme
from desktop.ui.controls.fields import LineEdit
from desktop.ui.controls.labels import ElidedLabel
from desktop.ui.controls.sizes import readable
from desktop.ui.history.sidebar import OfflineLine
from desktop.ui.icons import icon
from desktop.ui.models.installed import Installed
from desktop.ui.session import Session

NARROW = 760  # px: below, the column gives its place to the page


class ModelsRoom(QWidget):
    """Arranges the room; each page does its own work."""

    said = Signal(str, object)
    chosen = Signal(object)  # Model

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.add = QPushButton(self.tr("モデルを追加"), self)
        self.add.setObjectName("wide")
        self.add.setFixedHeight(38)
        self.search = LineEdit(self)
        self.search.setObjectName("filter")
        self.search.setPlaceholderText(self.tr("モデルを探す"))
        self.search.setAccessibleName(self.tr("モデルを探す"))
        self.search.setClearButtonEnabled(True)
        self._search_icon = self.search.addAction(
            icon("search", theme.current().faint, 16), LineEdit.ActionPosition.LeadingPosition
        )
        self.used = ElidedLabel(self)
        self.free = ElidedLabel(self)
        self.installed = Installed(session, self)
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.installed, self.tr("入手済み"))
        self._side = self._make_side()
        heading = QLabel(self.tr("モデル"), self)
        heading.setObjectName("heading")
        sentence = QLabel(self.tr("モデルは、このPCの中だけで動きます。料金はかかりません。"), self)
        sentence.setObjectName("sub")
        sentence.setWordWrap(True)
        page = QVBoxLayout()
        page.setContentsMargins(32, 26, 20, 0)
        page.setSpacing(6)
        page.addWidget(heading)
        page.addWidget(sentence)
        page.addSpacing(8)
        page.addWidget(self.tabs, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._side)
        layout.addLayout(page, 1)
        self.add.clicked.connect(self.installed.ask_for_files)
        self.search.textChanged.connect(self.installed.narrow)
        self.installed.said.connect(self.said)
        self.installed.chosen.connect(self.chosen)
        self.installed.counted.connect(self._count)

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
        foot = OfflineLine(side)
        foot.setFixedHeight(30)
        column = QVBoxLayout(side)
        column.setContentsMargins(12, 14, 12, 10)
        column.setSpacing(8)
        column.addWidget(self.add)
        column.addWidget(self.search)
        column.addWidget(group)
        for label in (self.used, self.free):
            label.setObjectName("sub")
            label.setContentsMargins(10, 2, 4, 2)
            column.addWidget(label)
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

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.installed.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._side.setVisible(self.width() >= NARROW)
