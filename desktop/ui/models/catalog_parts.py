"""Small parts of the catalogue's pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton, QSizePolicy, QWidget

from desktop.ui import theme
from desktop.ui.controls.badge import Badge
from desktop.ui.controls.links import LinkDialog

BRANCH_WIDTH, ROW_HEIGHT = 24, 30  # px, of a tree: for each generation, and of a row


class Words(QLabel):
    """Text that wraps, and stands on one line as long as there is room: beside a badge, too."""

    def sizeHint(self) -> QSize:
        lines = self.text().split("\n")
        width = max(self.fontMetrics().horizontalAdvance(line) for line in lines) + 4
        return QSize(width, super().sizeHint().height())


def words_of(text: str, name: str, parent: QWidget) -> QLabel:
    """Return a label of plain text that wraps and can be selected; ``name`` is its style."""
    label = Words(text, parent)
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


class Unchecked(Badge):
    """「未確認」: a fact that nobody has looked up yet."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        explanation = self.tr(
            "元の資料でまだ確かめていない内容です。入手する前に、配布元で確かめてください。"
        )
        self.show_word(self.tr("未確認"), "plain", explanation)


class AddressButton(QPushButton):
    """An address, elided where there is no room; pressed, it is shown in full and opened if one agrees."""

    def __init__(self, address: str, parent: QWidget, words: str = "") -> None:
        """``words``: shown instead of the address."""
        super().__init__(parent)
        self.address = address
        self._words = words or address.removeprefix("https://")
        self.setObjectName("link")
        self.setToolTip(address)
        self.setAccessibleName(self._words)
        self.setAccessibleDescription(address)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._ask)
        self.setText(self._words)

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self._words) + 6
        return QSize(width, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(40, super().sizeHint().height())

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Polish, QEvent.Type.FontChange):
            room = self.width() - 4
            self.setText(self.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideMiddle, room))
        return super().event(event)

    def _ask(self) -> None:
        LinkDialog(self.address, self.window()).open()


class Branch(QWidget):
    """The lines before a row of a tree: from its origin above, and those that pass by to rows below."""

    def __init__(self, depths: Sequence[int], at: int, parent: QWidget) -> None:
        """``depths`` of all rows, in generations; ``at``: which of them this is."""
        super().__init__(parent)
        depth = depths[at]
        self._depth = depth
        self._passing = [level for level in range(1, depth + 1) if _goes_on(depths, at, level)]
        self.setFixedSize(BRANCH_WIDTH * depth, ROW_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.current().faint), 1.2))
        middle, bottom = self.height() / 2, float(self.height())
        for level in self._passing:
            left = BRANCH_WIDTH * (level - 1) + 7.5
            painter.drawLine(QPointF(left, 0), QPointF(left, bottom))
        if self._depth:
            left = BRANCH_WIDTH * (self._depth - 1) + 7.5
            painter.drawPolyline([QPointF(left, 0), QPointF(left, middle), QPointF(self.width() - 5, middle)])


def _goes_on(depths: Sequence[int], at: int, level: int) -> bool:
    """Return whether another row below has its origin where the row ``at`` has it on that level."""
    after = next((depth for depth in depths[at + 1 :] if depth <= level), 0)
    return after == level


class Tile(QAbstractButton):
    """A choice: its name, and below it what it means. Chosen, it has a ground and an edge of its own."""

    def __init__(self, title: str, explanation: str, parent: QWidget, *, mark: str = "") -> None:
        super().__init__(parent)
        self.setText(title)
        self._explanation = explanation
        self._mark = mark  # small, after the title
        self.setAccessibleDescription("　".join(part for part in (mark, explanation) if part))
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return 10 + 24 + (self._explained(width).height() + 2 if self._explanation else 0) + 10

    def sizeHint(self) -> QSize:
        return QSize(120, self.heightForWidth(max(self.width(), 120)))

    def minimumSizeHint(self) -> QSize:
        return QSize(90, 44)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, box = theme.current(), QRectF(self.rect())
        on, width = self.isChecked(), 2 if self.isChecked() or self.hasFocus() else 1
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = tokens.ink if self.hasFocus() and on else tokens.accent
        painter.setPen(QPen(QColor(edge if on or self.hasFocus() else tokens.line), width))
        painter.setBrush(QColor(tokens.accent_soft if on or self.underMouse() else tokens.card))
        inset = width / 2
        painter.drawRoundedRect(
            box.adjusted(inset, inset, -inset, -inset), theme.RADIUS_FIELD, theme.RADIUS_FIELD
        )
        head = box.adjusted(14, 10, -14, 0)
        head.setHeight(24)
        painter.setFont(theme.ui_font(14))
        painter.setPen(QColor(tokens.ink))
        align = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        metrics = painter.fontMetrics()
        name = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, int(head.width()))
        painter.drawText(head, align, name)
        head.setLeft(head.left() + metrics.horizontalAdvance(name) + 10)
        painter.setFont(theme.ui_font(theme.TINY_PX))
        painter.setPen(QColor(tokens.sub))
        mark = painter.fontMetrics().elidedText(self._mark, Qt.TextElideMode.ElideRight, int(head.width()))
        painter.drawText(head, align, mark)
        painter.drawText(
            self._explained(self.width()).translated(14, 36),
            Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap,
            self._explanation,
        )

    def _explained(self, width: int) -> QRect:
        metrics = QFontMetrics(theme.ui_font(theme.TINY_PX))
        room = QRect(0, 0, max(width - 28, 40), 1_000)
        found = metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, self._explanation)
        return QRect(0, 0, room.width(), found.height())


def button(text: str, pressed: Callable[[], object], parent: QWidget, name: str = "") -> QPushButton:
    """Return a button that does something; ``name`` is its style."""
    made = QPushButton(text, parent)
    made.setObjectName(name)
    made.clicked.connect(lambda _: pressed())
    return made
