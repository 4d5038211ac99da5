"""Qt's dialog for files with our words, icons and order of buttons, where the person was last.

Where the platform has a dialog of its own, Qt shows that, and of all this only the words and the place count.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import cast

from PySide6.QtCore import QDir, QModelIndex, QPersistentModelIndex, QSize, QStandardPaths, Qt, QUrl
from PySide6.QtGui import QAbstractFileIconProvider, QIcon
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QFileDialog,
    QFileSystemModel,
    QGridLayout,
    QHeaderView,
    QLineEdit,
    QListView,
    QSplitter,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QTreeView,
    QWidget,
)

from desktop.ui import theme
from desktop.ui.controls.fields import Guard
from desktop.ui.icons import icon

NAME, _SIZE, TYPE, DATE = range(4)  # columns of Qt's model of files
_PLACES = (
    QStandardPaths.StandardLocation.HomeLocation,
    QStandardPaths.StandardLocation.DesktopLocation,
    QStandardPaths.StandardLocation.DocumentsLocation,
    QStandardPaths.StandardLocation.DownloadLocation,
)
_TOOLS = {  # names of Qt's buttons → ours of icons
    "backButton": "arrow-left",
    "forwardButton": "arrow-right",
    "toParentButton": "arrow-up",
    "newFolderButton": "folder-plus",
}
SIDE = 170  # px, the list of places
_TABLE = """
QTreeView {{ background: {t.card}; border: 1px solid {t.line}; border-radius: {radius}px; padding: 4px;
  font-size: {small}px; }}
QTreeView::item {{ padding: 4px 2px; }}
QTreeView::item:selected {{ background: {t.accent_soft}; color: {t.ink}; }}
QHeaderView {{ background: transparent; font-size: {small}px; }}
QHeaderView::section {{ background: transparent; color: {t.sub}; border: none;
  border-bottom: 1px solid {t.line}; padding: 5px 8px; }}
"""
_last = ""  # the folder of what was chosen last, in any of these dialogs; "": nothing yet


class FileDialog(QFileDialog):
    """Begins in the folder used last, at first in that of the person's documents."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent, title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setDirectory(_last if _last and QDir(_last).exists() else _documents())
        self.filesSelected.connect(_remember)
        self.setIconProvider(_plain_icons())
        for label, text in (  # Qt's own Japanese lacks some of them
            (QFileDialog.DialogLabel.LookIn, self.tr("場所:")),
            (QFileDialog.DialogLabel.FileName, self.tr("名前:")),
            (QFileDialog.DialogLabel.FileType, self.tr("種類:")),
        ):
            self.setLabelText(label, text)
        for field in self.findChildren(QLineEdit):
            Guard(field)
        self._dress()
        self.name_actions(self.tr("開く"))

    def name_actions(self, accept: str) -> None:
        """Call the button that takes what is chosen ``accept``."""
        self.setLabelText(QFileDialog.DialogLabel.Accept, accept)
        self.setLabelText(QFileDialog.DialogLabel.Reject, self.tr("やめる"))
        box = self.findChild(QDialogButtonBox)
        if box is None:
            return
        for button in box.buttons():
            button.setIcon(QIcon())
            if box.buttonRole(button) == QDialogButtonBox.ButtonRole.AcceptRole:
                button.setObjectName("main")
                button.style().unpolish(button)  # it was dressed without a name
                button.style().polish(button)

    def _dress(self) -> None:
        """Arrange Qt's own widgets, which are not there where the platform's dialog is used."""
        box, table, grid = self.findChild(QDialogButtonBox), self.findChild(QTreeView), self.layout()
        if box is None or table is None or not isinstance(grid, QGridLayout):
            return
        self.resize(820, 540)
        self.setViewMode(QFileDialog.ViewMode.Detail)
        for name, picture in _TOOLS.items():
            tool = self.findChild(QToolButton, name)
            if tool is not None:
                tool.setIcon(icon(picture, theme.current().sub, 18))
        for name in ("listModeButton", "detailModeButton"):  # names and dates are always wanted
            tool = self.findChild(QToolButton, name)
            if tool is not None:
                tool.hide()
        tokens, header = theme.current(), table.header()
        table.setStyleSheet(_TABLE.format(t=tokens, radius=theme.RADIUS_FIELD, small=theme.SMALL_PX))
        table.setColumnHidden(TYPE, True)  # which the name tells
        table.setItemDelegateForColumn(NAME, _Outlined(table))
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        grid.removeWidget(box)
        grid.addWidget(box, grid.rowCount(), 0, 1, grid.columnCount())
        for field in (QLineEdit, "fileNameEdit"), (QWidget, "fileTypeCombo"):
            widget = self.findChild(*field)
            if widget is not None:
                row, column, *_ = cast(
                    "tuple[int, int, int, int]", grid.getItemPosition(grid.indexOf(widget))
                )
                grid.addWidget(widget, row, column, 1, grid.columnCount() - column)
        grid.setContentsMargins(20, 16, 20, 16)
        grid.setColumnStretch(1, 1)
        box.setOrientation(Qt.Orientation.Horizontal)
        box.setStyleSheet("button-layout: 3;")  # cancel, then accept, at the right
        homes = [QStandardPaths.writableLocation(place) for place in _PLACES]
        there = dict.fromkeys(place for place in homes if place and QDir(place).exists())
        self.setSidebarUrls([QUrl.fromLocalFile(place) for place in there])
        side = self.findChild(QListView, "sidebar")
        if side is not None:
            side.setItemDelegate(_Outlined(side))
        beside = self.findChild(QSplitter)
        if beside is not None:
            beside.setSizes([SIDE, self.width() - SIDE])
            beside.setHandleWidth(8)


class _Outlined(QStyledItemDelegate):
    """Draws an outline of ours before each name: a folder or a file."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        model = index.model()
        folder = not isinstance(model, QFileSystemModel) or model.isDir(index)  # places are folders
        option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration
        option.decorationSize = QSize(16, 16)
        option.icon = icon("folder" if folder else "file-text", theme.current().sub, 16)


@cache
def _plain_icons() -> QAbstractFileIconProvider:
    """Return what gives no coloured icons; Qt's own, as a thread asks it that must not wait for Python."""
    return QAbstractFileIconProvider()


def _documents() -> str:
    found = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return found if found and QDir(found).exists() else QDir.homePath()


def _remember(names: list[str]) -> None:
    global _last  # noqa: PLW0603
    if names:
        path = Path(names[0])
        _last = str(path if QDir(names[0]).exists() else path.parent)
