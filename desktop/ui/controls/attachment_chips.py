"""Files as chips: above the field while they wait, and on the question that they went with. Know no store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QScrollArea, QSizePolicy, QWidget

from desktop.ui import theme
from desktop.ui.controls.buttons import IconButton
from desktop.ui.icons import paint_icon

HEIGHT, GAP, PAD, ICON, CLOSE = 32, 8, 10, 16, 24  # px
LONGEST = 320  # px of a chip
MOST_ROWS = 3  # that are shown at once
_ICONS = {
    "table": "file-spreadsheet",
    "excel": "file-spreadsheet",
    "code": "file-code",
    "powerpoint": "presentation",
    "mail": "mail",
    "html": "globe",
    "word": "file-type",
}


@dataclass(frozen=True)
class FileShown:
    """What a chip says of a file."""

    key: int  # its id; below 0 while it is being read
    name: str
    kind: str
    detail: str = ""  # its tokens, or how far it is read
    caution: bool = False  # there is something to be known of it
    busy: bool = False


class AttachmentChip(QAbstractButton):
    """One file. A click opens it, ✕ or Delete takes it away."""

    removed = Signal(int)
    opened = Signal(int)

    def __init__(self, shown: FileShown, parent: QWidget, *, removable: bool) -> None:
        super().__init__(parent)
        self.shown = shown
        self.setFont(theme.ui_font(theme.SMALL_PX))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.close_button: IconButton | None = None
        if removable:
            self.close_button = IconButton("x", "", self, size=14)
            self.close_button.setFixedSize(CLOSE, CLOSE)
            self.close_button.setStyleSheet("padding: 0")
            self.close_button.clicked.connect(self._remove)
        self.clicked.connect(self._open)
        self.set_shown(shown)

    def set_shown(self, shown: FileShown) -> None:
        """Say something else of the same file."""
        self.shown = shown
        pointing, arrow = Qt.CursorShape.PointingHandCursor, Qt.CursorShape.ArrowCursor
        self.setCursor(arrow if shown.busy else pointing)
        parts = [shown.name, shown.detail, self.tr("注意があります") if shown.caution else ""]
        self.setAccessibleName(self.tr("、").join(filter(None, parts)))
        self.setAccessibleDescription("" if shown.busy else self.tr("押すと、中を見られます"))
        self.setToolTip(self.accessibleName())
        if self.close_button is not None:
            name = self.tr("「{name}」を外す").format(name=shown.name)
            self.close_button.setAccessibleName(name)
            self.close_button.setToolTip(name)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        words = self.fontMetrics().horizontalAdvance(self.shown.name) + 2
        return QSize(min(self._around() + words, LONGEST), HEIGHT)

    def name_shown(self) -> str:
        """Return the name as there is room for it, elided in the middle: its end tells what it is."""
        room = self.width() - self._around()
        return self.fontMetrics().elidedText(self.shown.name, Qt.TextElideMode.ElideMiddle, room)

    def _around(self) -> int:
        """Return the width of everything but the name."""
        detail = self._detail_width() + GAP if self.shown.detail else 0
        close = CLOSE + 4 if self.close_button is not None else PAD
        return PAD + ICON + 6 + detail + close

    def _detail_width(self) -> int:
        return self.fontMetrics().horizontalAdvance(self.shown.detail) + 2

    def _open(self) -> None:
        if not self.shown.busy:
            self.opened.emit(self.shown.key)

    def _remove(self) -> None:
        self.removed.emit(self.shown.key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.close_button is not None:
            self._remove()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.close_button is not None:
            self.close_button.move(self.width() - CLOSE - 4, (self.height() - CLOSE) // 2)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, shown = theme.current(), self.shown
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hovered = self.underMouse() and not shown.busy
        painter.setPen(QPen(QColor(tokens.accent if self.hasFocus() else tokens.line), 1))
        painter.setBrush(QColor(tokens.accent_soft if hovered else tokens.side))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, theme.RADIUS_FIELD, theme.RADIUS_FIELD)
        icon = "circle-alert" if shown.caution else _ICONS.get(shown.kind, "file-text")
        colour = tokens.caution if shown.caution else tokens.sub
        paint_icon(painter, icon, QRectF(PAD, (self.height() - ICON) / 2, ICON, ICON), colour)
        name = self.name_shown()
        left = PAD + ICON + 6
        painter.setFont(self.font())
        painter.setPen(QColor(tokens.faint if shown.busy else tokens.ink))
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(QRectF(left, 0, self.width() - left, self.height()), middle, name)
        left += self.fontMetrics().horizontalAdvance(name) + GAP
        painter.setPen(QColor(tokens.caution if shown.caution else tokens.sub))
        painter.drawText(QRectF(left, 0, self._detail_width(), self.height()), middle, shown.detail)


class AttachmentChips(QWidget):
    """Chips in rows, as many in each as there is room for. Hidden while there are none."""

    opened = Signal(int)
    removed = Signal(int)
    arranged = Signal()  # there are other files, or other rows of them

    def __init__(
        self, parent: QWidget | None = None, *, removable: bool = True, rightmost: bool = False
    ) -> None:
        """``rightmost``: each row ends at the right edge."""
        super().__init__(parent)
        self._removable, self._rightmost = removable, rightmost
        self._chips: list[AttachmentChip] = []
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(self.tr("添えたファイル"))
        self.hide()

    def chips(self) -> Sequence[AttachmentChip]:
        """Return the chips in their order."""
        return tuple(self._chips)

    def show_files(self, files: Sequence[FileShown]) -> None:
        """Show these files; a chip that stays keeps the focus."""
        if [file.key for file in files] == [chip.shown.key for chip in self._chips]:
            for chip, file in zip(self._chips, files, strict=True):
                chip.set_shown(file)
        else:
            focused = next((at for at, chip in enumerate(self._chips) if chip.hasFocus()), None)
            for chip in self._chips:
                chip.hide()
                chip.deleteLater()
            self._chips = [self._chip(file) for file in files]
            if focused is not None and self._chips:
                self._chips[min(focused, len(self._chips) - 1)].setFocus()
        self.setVisible(bool(files))
        self._arrange()
        self.updateGeometry()
        self.arranged.emit()

    def _chip(self, file: FileShown) -> AttachmentChip:
        chip = AttachmentChip(file, self, removable=self._removable)
        chip.opened.connect(self.opened)
        chip.removed.connect(self.removed)
        chip.show()
        return chip

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return max((box.bottom() + 1 for box in self._boxes(width)), default=0)

    def sizeHint(self) -> QSize:
        return QSize(LONGEST, self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.heightForWidth(self.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()
            self.arranged.emit()

    def _arrange(self) -> None:
        for chip, box in zip(self._chips, self._boxes(self.width()), strict=True):
            chip.setGeometry(box)

    def _boxes(self, width: int) -> list[QRect]:
        boxes, at = [], QPoint(0, 0)
        for chip in self._chips:
            size = QSize(min(chip.sizeHint().width(), max(width, 80)), HEIGHT)
            if at.x() and at.x() + size.width() > width:
                at = QPoint(0, at.y() + HEIGHT + GAP)
            boxes.append(QRect(at, size))
            at += QPoint(size.width() + GAP, 0)
        if self._rightmost:
            ends = {box.y(): box.right() + 1 for box in boxes}  # the last of a row stays
            boxes = [box.translated(max(0, width - ends[box.y()]), 0) for box in boxes]
        return boxes


class Shelf(QScrollArea):
    """Chips that scroll where they are more than a few rows. Hidden while there are none."""

    def __init__(self, chips: AttachmentChips, parent: QWidget) -> None:
        super().__init__(parent)
        self._chips = chips
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(chips)
        for ground in (self.viewport(), chips):
            ground.setAutoFillBackground(False)
        chips.arranged.connect(self._fit)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        most = MOST_ROWS * (HEIGHT + GAP) - GAP
        self.setFixedHeight(min(self._chips.heightForWidth(self.viewport().width()), most))
        self.setVisible(bool(self._chips.chips()))
