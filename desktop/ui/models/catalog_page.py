"""The catalogue: a list of cards, one model in full over it, and the questions that lead to a model."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from desktop.models.catalog import Size
from desktop.models.catalog_entries import Entry, Unavailable
from desktop.models.catalog_search import Filters
from desktop.store.folding import folded
from desktop.ui.controls.announce import announce
from desktop.ui.models.catalog_details import CatalogDetails
from desktop.ui.models.catalog_filters import CatalogFilters
from desktop.ui.models.catalog_known import usual_size
from desktop.ui.models.catalog_list import CatalogList
from desktop.ui.models.catalog_model import CatalogModel, Row
from desktop.ui.models.catalog_parts import button
from desktop.ui.models.catalog_state import CatalogState
from desktop.ui.models.catalog_wishes import WishesDialog
from desktop.ui.session import Session


class CatalogPage(QWidget):
    """What the person wants is told by signals; ``can_get``: somebody fetches what is asked for."""

    get_requested = Signal(object, object)  # Entry, and Size or None for whichever is best
    use_requested = Signal(object)  # Model

    def __init__(
        self,
        session: Session,
        filters: CatalogFilters,
        parent: QWidget | None = None,
        *,
        can_get: bool = False,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._filters = filters
        self._typed = ""
        self.state = CatalogState(session, self)
        self.rows = CatalogModel(self.state, self, can_get=can_get)
        self.list = CatalogList(self.rows, self)
        self.details = CatalogDetails(self.state, self.rows, self)
        self.empty = QLabel(self)
        self.empty.setObjectName("sub")
        self.empty.setWordWrap(True)
        self.clear = button(self.tr("絞り込みを外す"), filters.clear, self)
        front = QWidget(self)
        column = QVBoxLayout(front)
        column.setContentsMargins(0, 16, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.empty)
        column.addWidget(self.clear)
        column.addWidget(self.list, 1)
        column.addStretch(0)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(front)
        self._stack.addWidget(self.details)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        self.list.opened.connect(self.open)
        self.list.pressed_button.connect(self.act)
        self.details.left.connect(self.show_list)
        self.details.get_requested.connect(self.get_requested)
        self.details.use_requested.connect(self.use_requested)
        self.details.other_requested.connect(self.open_key)
        self.state.changed.connect(self._show)
        filters.changed.connect(self._narrow)
        self._show()

    # What is shown

    def narrow(self, words: str) -> None:
        """Show only models with these words."""
        self._typed = words
        self._narrow()

    def open(self, row: Row) -> None:
        """Show one model in full."""
        at = self.rows.find(row.key)
        if at.isValid():
            self.list.setCurrentIndex(at)
        self.details.show_row(row)
        self._stack.setCurrentWidget(self.details)
        announce(self, row.name)

    def open_key(self, key: str) -> None:
        """Show the model of that key in full."""
        catalog = self.state.catalog
        row = catalog.entry(key) if catalog else None
        if row is not None:
            self.open(row)

    def show_list(self) -> None:
        """Go back to the list, to where one was."""
        self._stack.setCurrentIndex(0)
        self.list.setFocus()
        self.list.scrollTo(self.list.currentIndex())

    def shows_details(self) -> bool:
        """Return whether one model is in front."""
        return self._stack.currentWidget() is self.details

    def enter(self, key: Qt.Key) -> None:
        """Come from the field of the search: down to the list; Enter opens the first model."""
        if self.shows_details():
            self.show_list()
        elif key == Qt.Key.Key_Down:
            self.list.enter()
        elif (row := self.rows.row(self.rows.index(0))) is not None:
            self.open(row)

    def ask_wishes(self) -> None:
        """Ask three questions and recommend a model."""
        self.state.refresh()
        dialog = WishesDialog(self.state, self.rows, self.window())
        dialog.chosen.connect(self._act_on)
        dialog.open()

    def act(self, row: Row) -> None:
        """Do what the button of a card says."""
        best = self.state.best(row) if isinstance(row, Entry) else None
        self._act_on(row, best.size if best else None)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.state.refresh()

    def _act_on(self, row: Row, size: Size | None) -> None:
        match self.rows.act(row):
            case "use":
                self.use_requested.emit(self.state.here[row.key])
            case "get":
                assert isinstance(row, Entry)
                self.get_requested.emit(row, size or usual_size(row))
            case _:
                self.open(row)

    def _narrow(self) -> None:
        if self.shows_details():
            self._stack.setCurrentIndex(0)
        self._show()
        self.list.scrollToTop()

    def _show(self) -> None:
        rows = tuple(self._found())
        self.rows.show(rows)
        read, narrowed = self.state.catalog is not None, any(self._filters.wanted())
        self.list.setVisible(bool(rows) or not read)
        self.clear.setVisible(read and not rows and narrowed)
        self.empty.setVisible(not rows)
        if not read:
            text = self.state.problem or self.tr("カタログを読んでいます…")
        elif narrowed:
            text = self.tr("この条件に合うモデルはありません。")
        else:
            text = self.tr("「{words}」に合うモデルはありません。").format(words=self._typed.strip())
        self.empty.setText(text)

    def _found(self) -> Iterator[Row]:
        search, wanted = self.state.search, self._filters.wanted()
        if search is None:
            return
        filters = Filters(
            made_for_japanese=True if wanted.japanese else None,
            commercial="conditional" if wanted.commercial else None,
            thinking=True if wanted.thinking else None,
        )
        for entry in search.find(self._typed, filters):
            best = self.state.best(entry)
            if not wanted.comfortable or best is None or best.fit.verdict == "well":
                yield entry
        if not any(wanted._replace(japanese=False)):
            yield from (each for each in search.catalog.unavailable if _has(each, self._typed))


def _has(row: Unavailable, words: str) -> bool:
    text = folded(" ".join((row.name, row.key, row.maker.ja, row.maker.en)))
    return all(word in text for word in folded(words).split())
