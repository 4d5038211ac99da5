"""The rows of the catalogue's list: each a card, made when it is first painted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop.models.catalog_entries import Entry, Unavailable
from desktop.ui.models.catalog_known import beginning, usual_size
from desktop.ui.models.catalog_state import CatalogState
from desktop.ui.models.catalog_words import CatalogWords, Word

CARD = Qt.ItemDataRole.UserRole
Index: TypeAlias = QModelIndex | QPersistentModelIndex
Row: TypeAlias = Entry | Unavailable
Act = Literal["get", "use", "where", "why"]


class Card(NamedTuple):
    """What stands on a card, as it is painted."""

    name: str
    badge: Word
    line: str  # what it is good at
    origin: str  # maker and lineage
    verdict: Word | None  # None while it is not known
    pace: str
    act: Act
    button: str
    main: bool  # the button is one to be pressed
    grey: bool  # it cannot be had
    tip: str

    def spoken(self) -> str:
        """Return what a screen reader says of it first."""
        return "、".join((self.name, self.badge.word, *([self.verdict.word] if self.verdict else [])))

    def described(self) -> str:
        """Return the rest."""
        return "\n".join((self.line, self.origin, self.pace, self.button))


class CatalogModel(QAbstractListModel):
    """The models that are shown. ``can_get``: there is something that fetches them."""

    def __init__(self, state: CatalogState, parent: QObject, *, can_get: bool) -> None:
        super().__init__(parent)
        self._state = state
        self.can_get = can_get
        self._words = CatalogWords(self)
        self._rows: Sequence[Row] = ()
        self._cards: dict[str, Card] = {}

    def show(self, rows: Sequence[Row]) -> None:
        """Show these; where they are the same, only what is known of them is new."""
        self._cards.clear()
        if list(rows) == list(self._rows):
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._rows = tuple(rows)
        self.endResetModel()

    def row(self, index: Index) -> Row | None:
        """Return what stands in a row."""
        return self._rows[index.row()] if index.isValid() else None

    def find(self, key: str) -> QModelIndex:
        """Return where a model stands; an index that is not valid where it does not."""
        at = next((at for at, row in enumerate(self._rows) if row.key == key), -1)
        return self.index(at)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        row = self.row(index)
        if row is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.name
            case Qt.ItemDataRole.ToolTipRole:
                return self.card(row).tip
            case Qt.ItemDataRole.AccessibleTextRole:
                return self.card(row).spoken()
            case Qt.ItemDataRole.AccessibleDescriptionRole:
                return self.card(row).described()
        return self.card(row) if role == CARD else None

    def act(self, row: Row) -> Act:
        """Return what can be done with a model."""
        if isinstance(row, Unavailable):
            return "why"
        if row.key in self._state.here:
            return "use"
        return "get" if self.can_get and row.gguf else "where"

    def button(self, act: Act) -> str:
        """Return what the button for it says."""
        return {
            "get": self.tr("入手する"),
            "use": self.tr("使う"),
            "where": self.tr("入手先を見る"),
            "why": self.tr("理由を見る"),
        }[act]

    def card(self, row: Row) -> Card:
        """Return the card of a row."""
        if row.key not in self._cards:
            self._cards[row.key] = self._entry(row) if isinstance(row, Entry) else self._unavailable(row)
        return self._cards[row.key]

    def _entry(self, entry: Entry) -> Card:
        state, words = self._state, self._words
        use, best, act = state.uses[entry.key], state.best(entry), self.act(entry)
        fit = best.fit if best else None
        pace = words.pace(best.size if best else usual_size(entry), fit)
        if entry.kind != "chat":
            pace = self.tr("会話用ではない · {pace}").format(pace=pace)
        tips = (fit.sentence() if fit else "", words.conditions(use))
        return Card(
            entry.name,
            words.commercial(use.commercial),
            beginning(str(entry.summary)),
            words.origin(entry, state.nodes),
            words.verdict(fit) if fit else None,
            pace,
            act,
            self.button(act),
            act == "use" or (act == "get" and (fit is None or fit.verdict in ("well", "tight"))),
            grey=False,
            tip="\n".join(tip for tip in tips if tip),
        )

    def _unavailable(self, row: Unavailable) -> Card:
        nearest = self._state.nodes[row.nearest[0]].name
        reason = str(row.reason)
        return Card(
            row.name,
            Word(self.tr("公開なし"), "wrong"),
            beginning(reason, 1) + self.tr("近いもの: {name}").format(name=nearest),
            str(row.maker),
            Word("—", "wrong"),
            self.tr("クラウドのみ"),
            "why",
            self.button("why"),
            main=False,
            grey=True,
            tip=reason,
        )
