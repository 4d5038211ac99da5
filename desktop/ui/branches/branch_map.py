"""The map of a chat: every version of every message, and where one is."""

from __future__ import annotations

import re
from math import ceil

from PySide6.QtCore import (
    QAbstractListModel,
    QDate,
    QDateTime,
    QLocale,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetrics, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop.store import Node
from desktop.ui import theme
from desktop.ui.branches.branch_rows import MapRow, rows_of

ROW_HEIGHT = 36
LANE = 20  # px between two lanes
MOST_LANES = 8  # deeper branches share the last lane
LEFT = 18
_MARKS = re.compile(r"[*`#>]+ ?")  # of Markdown, which only disturb in one line
_Index = QModelIndex | QPersistentModelIndex


class BranchMap(QDialog):
    """Shows the messages of a chat; ``chosen`` carries the one whose branch is to be shown."""

    chosen = Signal(int)

    def __init__(self, nodes: list[Node], shown: list[int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("枝の地図"))
        self.resize(680, 600)
        self.setMinimumSize(360, 300)
        rows = rows_of(nodes, shown)
        branches = sum(row.begins is not None for row in rows) + 1
        beginnings = sum(row.node.parent_id is None for row in rows)
        branches += max(beginnings - 1, 0)
        text = (
            self.tr("この対話に枝はありません。質問を編集したり、答えを書き直したりすると、ここに並びます。")
            if branches == 1
            else self.tr("枝は%n本あります。色のついた線が、いま見ている枝です。", "", branches)
        )
        sub = QLabel(text, self)
        sub.setObjectName("sub")
        sub.setWordWrap(True)
        self.list = QListView(self)
        self.list.setObjectName("framed")
        self.list.setAccessibleName(self.windowTitle())
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setModel(_Rows(rows, self))
        self.list.setItemDelegate(_Drawn(self.list))
        self.go = QPushButton(self.tr("この枝を見る"), self)
        self.go.setObjectName("main")
        self.go.setDefault(True)
        close = QPushButton(self.tr("閉じる"), self)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(close)
        foot.addWidget(self.go)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(sub)
        layout.addWidget(self.list, 1)
        layout.addLayout(foot)
        close.clicked.connect(self.reject)
        self.go.clicked.connect(lambda: self._choose(self.list.currentIndex()))
        self.list.activated.connect(self._choose)
        last = max((at for at, row in enumerate(rows) if row.shown), default=0)
        self.list.setCurrentIndex(self.list.model().index(last, 0))
        self.list.scrollTo(self.list.currentIndex(), QListView.ScrollHint.PositionAtCenter)
        self.go.setEnabled(bool(rows))
        self.list.setFocus()

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(index.data(Qt.ItemDataRole.UserRole).node.id)
            self.accept()


class _Rows(QAbstractListModel):
    def __init__(self, rows: list[MapRow], parent: BranchMap) -> None:
        super().__init__(parent)
        self._rows = rows

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{self.who(row)}: {row.node.line}"
        return row.node.line if role == Qt.ItemDataRole.ToolTipRole else None

    def who(self, row: MapRow) -> str:
        """Return whose message it is."""
        return self.tr("あなた") if row.node.role == "user" else row.node.model_name or self.tr("答え")


class _Drawn(QStyledItemDelegate):
    """Draws the lines of the lanes, a dot for the message, its first line, whose it is and when."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        del index
        return QSize(200, max(ROW_HEIGHT, option.fontMetrics.height() + 14))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row: MapRow = index.data(Qt.ItemDataRole.UserRole)
        tokens, box = theme.current(), QRect(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = None
        if option.state & QStyle.StateFlag.State_Selected:
            ground = tokens.accent_soft
        elif option.state & QStyle.StateFlag.State_MouseOver:
            ground = tokens.bubble
        theme.paint_ground(painter, QRectF(box), ground, focused=False)
        self._lines(painter, box, row)
        x = box.left() + LEFT + LANE * min(row.lane, MOST_LANES) + 18
        small = theme.ui_font(theme.SMALL_PX)
        metrics = QFontMetrics(small)
        when = _when(row.node.created)
        who = index.data(Qt.ItemDataRole.DisplayRole).split(": ", 1)[0]
        side = ceil(QFontMetricsF(small).horizontalAdvance(when)) + 1
        right = QRect(box.right() - side - 12, box.top(), side, box.height())
        painter.setFont(small)
        painter.setPen(QColor(tokens.faint))
        painter.drawText(right, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, when)
        named = metrics.elidedText(who, Qt.TextElideMode.ElideMiddle, max(box.width() // 5, 60))
        painter.setPen(QColor(tokens.sub))
        name_width = metrics.horizontalAdvance(named)
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(QRect(x, box.top(), name_width + 2, box.height()), middle, named)
        x += name_width + 10
        font = theme.ui_font(theme.SMALL_PX + 1)
        painter.setFont(font)
        painter.setPen(QColor(tokens.ink if row.shown else tokens.sub))
        line = ("★ " if row.node.starred else "") + (_MARKS.sub("", row.node.line) or "…")
        room = max(right.left() - 12 - x, 0)
        text = QFontMetrics(font).elidedText(line, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(x, box.top(), room, box.height()), middle, text)
        painter.restore()

    def _lines(self, painter: QPainter, box: QRect, row: MapRow) -> None:
        tokens = theme.current()
        quiet, marked = (QColor(tokens.faint), 1.0), (QColor(tokens.accent), 2.0)

        def at(lane: int) -> float:
            return box.left() + LEFT + LANE * min(lane, MOST_LANES) + 0.5

        def down(lane: int, top: float, bottom: float, shown: bool) -> None:
            color, width = marked if shown else quiet
            painter.fillRect(QRectF(at(lane) - width / 2, top, width, bottom - top), color)

        x, y, bottom = at(row.lane), box.center().y() + 0.5, box.bottom() + 1.0
        # Without smoothing, edges fall on whole dots of any screen: the lines of two rows meet.
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for lane, shown in row.through:
            down(lane, box.top(), bottom, shown)
        if row.begins is not None:
            color, width = quiet
            painter.fillRect(QRectF(at(row.begins), y - width / 2, x - at(row.begins), width), color)
        elif row.node.parent_id is not None:
            down(row.lane, box.top(), y, row.shown)
        if row.goes_on:
            down(row.lane, y, bottom, row.shown)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(QColor(tokens.accent if row.shown else tokens.faint), 1.8))
        painter.setBrush(QColor(tokens.accent if row.shown else tokens.card))
        radius = 5 if row.node.role == "user" else 4
        painter.drawEllipse(QPointF(x, y), radius, radius)


def _when(seconds: float) -> str:
    """Return the time of day, of today, or the day."""
    moment = QDateTime.fromSecsSinceEpoch(int(min(max(seconds, 0.0), 1e11)))  # damaged ones too
    if moment.date() == QDate.currentDate():
        return QLocale().toString(moment.time(), QLocale.FormatType.ShortFormat)
    return QLocale().toString(moment.date(), QLocale.FormatType.ShortFormat)
