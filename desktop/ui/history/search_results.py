"""What a search found: chats, and below each the passages with the words, which are marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QPainter,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desktop.store import FoundChat, Hit
from desktop.ui import theme
from desktop.ui.history.chat_model import Index
from desktop.ui.history.snippets import Range, plain

FOUND = Qt.ItemDataRole.UserRole
LINES = 2  # of a passage
_BEFORE = 8  # characters before the first marked one
_PAD = 10


class _Row(NamedTuple):
    chat: FoundChat
    hit: Hit | None  # None: the chat itself


class _Model(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rows: list[_Row] = []

    def show(self, chats: Sequence[FoundChat]) -> None:
        self.beginResetModel()
        self._rows = [
            row
            for chat in chats
            for row in (_Row(chat, None), *(_Row(chat, _readable(hit)) for hit in chat.hits))
        ]
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        text = row.hit.snippet if row.hit else row.chat.title or self.tr("新しい対話")
        if role == FOUND:
            return row
        if role == Qt.ItemDataRole.AccessibleTextRole and row.hit is not None:
            who = self.tr("あなた") if row.hit.role == "user" else self.tr("答え")
            return f"{who}: {text}"
        return text if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole) else None


class _Delegate(QStyledItemDelegate):
    def __init__(self, view: SearchResults) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row: _Row = index.data(FOUND)
        if row.hit is None:
            return QSize(0, theme.density().row)
        width = self._view.viewport().width()
        return QSize(0, round(_passage(row.hit, width - 3 * _PAD).boundingRect().height()) + 10)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens, row = theme.current(), index.data(FOUND)
        rect, state = QRectF(option.rect), option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = None
        if state & QStyle.StateFlag.State_Selected:
            ground = tokens.accent_soft
        elif state & QStyle.StateFlag.State_MouseOver:
            ground = tokens.bubble
        theme.paint_ground(painter, rect, ground, focused=bool(state & QStyle.StateFlag.State_HasFocus))
        if row.hit is None:
            text = str(index.data())
            font = theme.ui_font(14, weight=QFont.Weight.DemiBold)
            layout = _laid(text, row.chat.ranges, font, rect.width() - 2 * _PAD, 1)
            painter.setPen(QColor(tokens.ink))
            at = QPointF(rect.left() + _PAD, rect.center().y() - layout.boundingRect().height() / 2)
        else:
            layout = _passage(row.hit, rect.width() - 3 * _PAD)
            painter.setPen(QColor(tokens.sub))
            at = QPointF(rect.left() + 2 * _PAD, rect.top() + 5)
        layout.draw(painter, at)
        painter.restore()


class SearchResults(QListView):
    """The list; ``chosen`` carries a chat and a message of it, 0 for the chat as it was left."""

    chosen = Signal(int, int)
    left = Signal()  # upwards, back to the field

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found = _Model(self)
        self._shown: list[FoundChat] = []
        self.setModel(self._found)
        self.setItemDelegate(_Delegate(self))
        self.setAccessibleName(self.tr("見つかった対話"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMouseTracking(True)
        self.clicked.connect(self._choose)

    def show_found(self, chats: Sequence[FoundChat]) -> None:
        """Show these; where they are the same as before, the place in them stays."""
        if list(chats) != self._shown:
            self._shown = list(chats)
            self._found.show(chats)
            self.scrollToTop()

    def enter(self, key: Qt.Key) -> None:
        """Come from the field: down to the first one; Enter opens the first passage."""
        first = self._found.index(0)
        if not first.isValid():
            return
        if key == Qt.Key.Key_Down:
            self.setCurrentIndex(first)
            self.setFocus()
        else:
            row: _Row = first.data(FOUND)
            self._choose(self._found.index(1 if row.chat.hits and not row.chat.ranges else 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.currentIndex())
        elif event.key() == Qt.Key.Key_Up and self.currentIndex().row() <= 0:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            row: _Row = index.data(FOUND)
            self.chosen.emit(row.chat.chat_id, row.hit.message_id if row.hit else 0)


def _readable(hit: Hit) -> Hit:
    """Return the hit with its passage as one reads it."""
    snippet, ranges = plain(hit.snippet, hit.ranges)
    return msgspec.structs.replace(hit, snippet=snippet, ranges=ranges)


def _passage(hit: Hit, width: float) -> QTextLayout:
    """Return the passage from a little before the first marked word, on at most ``LINES`` lines."""
    cut = max(0, (hit.ranges[0][0] if hit.ranges else 0) - _BEFORE)
    text = ("…" if cut else "") + hit.snippet[cut:]
    moved = cut - (1 if cut else 0)
    ranges = [(start - moved, end - moved) for start, end in hit.ranges]
    return _laid(text, ranges, theme.ui_font(theme.SMALL_PX), width, LINES)


def _laid(text: str, ranges: Sequence[Range], font: QFont, width: float, lines: int) -> QTextLayout:
    """Return the text laid out, with the characters in ``ranges`` marked; "…" tells that there is more."""
    layout = _lines(text, ranges, font, width, lines)
    last = layout.lineAt(layout.lineCount() - 1)
    units = text.encode("utf-16-le")  # as Qt counts
    if not last.isValid() or 2 * (last.textStart() + last.textLength()) >= len(units):
        return layout
    before, rest = (
        part.decode("utf-16-le") for part in (units[: 2 * last.textStart()], units[2 * last.textStart() :])
    )
    shown = QFontMetricsF(font).elidedText(rest, Qt.TextElideMode.ElideRight, width)
    end = len(before) + len(shown) - 1
    kept = [(start, min(stop, end)) for start, stop in ranges if start < end]
    return _lines(before + shown, kept, font, width, lines)


def _lines(text: str, ranges: Sequence[Range], font: QFont, width: float, lines: int) -> QTextLayout:
    """Return the first lines of the text laid out, with the characters in ``ranges`` marked."""
    tokens = theme.current()
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    marked = QTextCharFormat()
    marked.setForeground(QColor(tokens.ink))
    marked.setBackground(QColor(tokens.hit))
    formats = []
    for start, end in ranges:
        part = QTextLayout.FormatRange()
        # Qt counts an emoji as two.
        part.start = len(text[:start].encode("utf-16-le")) // 2
        part.length = len(text[start:end].encode("utf-16-le")) // 2
        part.format = marked
        formats.append(part)
    layout.setFormats(formats)
    layout.beginLayout()
    y = 0.0
    for _ in range(lines):
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(max(width, 1))
        line.setPosition(QPointF(0, y))
        y += line.height()
    layout.endLayout()
    return layout
