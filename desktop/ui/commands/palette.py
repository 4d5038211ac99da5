"""The palette: whatever one wants to do or to open, found by a few letters.

It lies over the window. What an input method is still composing counts as typed: せってい finds 設定 before
it is converted. Matching is done in a worker; Enter waits for the answer to what was typed last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QHideEvent,
    QInputMethodEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop.jobs import Cancel
from desktop.ui import theme
from desktop.ui.commands.matching import LONGEST, Candidate, match
from desktop.ui.controls.fields import ENTERS, LineEdit
from desktop.ui.icons import icon, paint_icon
from desktop.ui.worker import Jobs

WIDTH, SIDE = 600, 16  # px
MOST = 50  # entries that are shown at once
SEEN = 9  # of them without scrolling
ENTRY = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Entry:
    """One thing that can be chosen."""

    id: str
    name: str
    kind: str  # what it is, for people
    icon: str
    act: Callable[[], object]
    keys: str = ""
    aliases: tuple[str, ...] = ()


class Offers(Protocol):
    """What a palette offers. All but what ``more`` returns is called in the window's thread."""

    def entries(self) -> Iterable[Entry]:
        """Return what there is little of."""

    def more(self) -> Callable[[], Iterable[Candidate]]:
        """Return what yields, in a worker, the names that there may be many of."""

    def entry(self, name: str) -> Entry:
        """Return the entry for one of these."""

    def otherwise(self, text: str) -> Entry:
        """Return what to do with a text that nothing is found for."""

    def recent(self) -> Sequence[str]:
        """Return the ids of what was chosen last, the newest first."""


class _Field(LineEdit):
    """Where one types. Keys that move in the list are the list's."""

    written = Signal(str)  # with what is being composed
    moved = Signal(int)
    entered = Signal()
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setMaxLength(LONGEST)
        self.textChanged.connect(self._tell)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        super().inputMethodEvent(event)
        self._tell()

    def event(self, event: QEvent) -> bool:
        if self.is_composing():
            return super().event(event)
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Escape, *ENTERS, *_STEPS):
                event.accept()
                return True
        elif isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            return True  # there is nowhere else to go
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEPS:
            self.moved.emit(_STEPS[key])
        elif key in ENTERS:
            self.entered.emit()
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _tell(self) -> None:
        text, at = self.text(), self.cursorPosition()
        self.written.emit(text[:at] + self._preedit + text[at:])


_STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: SEEN,
    Qt.Key.Key_PageUp: -SEEN,
}


class Found(QAbstractListModel):
    """What was found."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.entries: Sequence[Entry] = ()

    def show(self, entries: Sequence[Entry]) -> None:
        """Show these."""
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return len(self.entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        if not index.isValid():
            return None
        entry = self.entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(entry)
        return entry if role == ENTRY else None


class EntryDelegate(QStyledItemDelegate):
    """Icon, name, what it is, keys."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, theme.density().row + 4)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens, entry = theme.current(), index.data(ENTRY)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        ground = tokens.accent_soft if selected else tokens.bubble if hovered else None
        theme.paint_ground(painter, QRectF(rect), ground, focused=False)
        middle = rect.center().y()
        paint_icon(
            painter,
            entry.icon,
            QRectF(rect.left() + 12, middle - 8, 16, 16),
            tokens.accent if selected else tokens.sub,
        )
        box = rect.adjusted(40, 0, -12, 0)
        painter.setFont(theme.ui_font(theme.TINY_PX))
        painter.setPen(QColor(tokens.sub if selected or hovered else tokens.faint))
        beside = entry.keys or entry.kind
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, beside)
        box.setRight(box.right() - painter.fontMetrics().horizontalAdvance(beside) - 16)
        painter.setFont(theme.ui_font(14))
        painter.setPen(QColor(tokens.ink))
        shown = painter.fontMetrics().elidedText(entry.name, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        painter.restore()


class Palette(QWidget):
    """Covers ``window`` while it is open."""

    chosen = Signal(str)  # an entry's id

    def __init__(self, window: QWidget, jobs: Jobs, offers: Offers) -> None:
        super().__init__(window)
        self._window = window
        self._jobs = jobs
        self._offers = offers
        self._entries: dict[str, Entry] = {}
        self._candidates: Callable[[], Sequence[Candidate]] = tuple
        self._asked: Cancel | None = None  # the latest question, until it is answered
        self._enters = False  # once that is answered
        self._before: QWidget | None = None
        self.card = QFrame(self)
        self.card.setObjectName("card")
        self.field = _Field(self.card)
        self.field.setObjectName("finder")
        self.field.setPlaceholderText(self.tr("したいこと、対話の題名、設定の名前"))
        self.field.setAccessibleName(self.tr("したいことを探す"))
        self._sign = self.field.addAction(
            icon("search", theme.current().faint, 18), LineEdit.ActionPosition.LeadingPosition
        )
        self.found = Found(self)
        self.list = QListView(self.card)
        self.list.setModel(self.found)
        self.list.setItemDelegate(EntryDelegate(self.list))
        self.list.setAccessibleName(self.tr("見つかったもの"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self.card)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self.field)
        layout.addWidget(self.list)
        self.field.written.connect(self._find)
        self.field.moved.connect(self._move)
        self.field.entered.connect(self._enter)
        self.field.left.connect(self.leave)
        self.list.clicked.connect(lambda index: self._choose(index.data(ENTRY)))
        window.installEventFilter(self)
        self.hide()

    def open(self) -> None:
        """Show everything, what was used last first."""
        if self.isVisible():
            return
        self._before = QApplication.focusWidget()
        self._entries = {entry.id: entry for entry in self._offers.entries()}
        self._candidates = _gathered(
            [Candidate(entry.id, entry.name, entry.aliases) for entry in self._entries.values()],
            self._offers.more(),
            {name: 1_000 - place for place, name in enumerate(self._offers.recent())},
        )
        self.field.clear()
        self._place()
        self.show()
        self.raise_()
        self.field.setFocus()
        self._find("")

    def leave(self) -> None:
        """Close; one goes on where one was."""
        self.hide()
        if self._before is not None:
            self._before.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        if self._asked is not None:
            self._asked.set()
        self._asked, self._enters = None, False
        self._entries, self._candidates = {}, tuple
        super().hideEvent(event)

    # Finding

    def _find(self, text: str) -> None:
        if not self.isVisible():
            return
        if self._asked is not None:
            self._asked.set()
        candidates = self._candidates

        def show(found: list[Candidate]) -> None:
            if asked is self._asked:
                self._asked = None
                self._show(text, found)

        asked = self._asked = self._jobs.run(
            lambda cancel: match(text, candidates(), MOST, cancel), owner=self, on_done=show
        )

    def _show(self, text: str, found: list[Candidate]) -> None:
        entries = [self._entries.get(one.id) or self._offers.entry(one.id) for one in found]
        if not entries:
            entries = [self._offers.otherwise(text.strip())]
        self.found.show(entries)
        self._place()
        self.list.scrollToTop()
        self._select(0)
        if self._enters:
            self._enters = False
            self._choose(entries[0])

    def _move(self, step: int) -> None:
        count = self.found.rowCount()
        if count:
            at = self.list.currentIndex().row()
            wanted = at + step
            if abs(step) == 1:
                wanted %= count
            self._select(max(0, min(count - 1, wanted)))

    def _select(self, row: int) -> None:
        index = self.found.index(row)
        self.list.setCurrentIndex(index)
        said = spoken(index.data(ENTRY))
        self.field.setAccessibleDescription(said)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.field, said))

    def _enter(self) -> None:
        if self._asked is not None:
            self._enters = True
        else:
            self._choose(self.list.currentIndex().data(ENTRY))

    def _choose(self, entry: Entry | None) -> None:
        if entry is not None:
            self.leave()
            self.chosen.emit(entry.id)
            entry.act()

    # Its place

    def _place(self) -> None:
        window = self._window
        self.setGeometry(window.rect())
        row = theme.density().row + 4
        rows = max(1, min(SEEN, self.found.rowCount()))
        width = min(WIDTH, window.width() - 2 * SIDE)
        top = max(SIDE, round(window.height() * 0.12))
        self.list.setFixedHeight(min(rows * row, window.height() - top - 3 * SIDE - 48))
        self.card.setFixedWidth(width)
        self.card.adjustSize()
        self.card.move((window.width() - width) // 2, top)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._sign.setIcon(icon("search", theme.current().faint, 18))
        super().changeEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.card.geometry().contains(event.position().toPoint()):
            self.leave()

    def paintEvent(self, event: QPaintEvent) -> None:
        veil = QColor(theme.current().page)
        veil.setAlpha(190)
        QPainter(self).fillRect(self.rect(), veil)


def _gathered(
    few: Sequence[Candidate], more: Callable[[], Iterable[Candidate]], recent: Mapping[str, int]
) -> Callable[[], Sequence[Candidate]]:
    """Return what gives all candidates, gathered in the worker that asks first."""

    @cache
    def gather() -> Sequence[Candidate]:
        return [one._replace(bonus=recent.get(one.id, 0)) for one in (*few, *more())]

    return gather


def spoken(entry: Entry) -> str:
    """Return what a screen reader says of an entry."""
    return "、".join(part for part in (entry.name, entry.kind, entry.keys) if part)
