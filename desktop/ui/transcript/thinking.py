"""What the model thought before its answer: a fold above it, closed until it is opened."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from desktop.markdown.blocks import plain
from desktop.ui import theme
from desktop.ui.transcript.flow import Flow

if TYPE_CHECKING:
    from desktop.ui.transcript.look import Look

BAR = 30  # px: the line with the title
FOOT = 12  # below the open text
CLOSED = BAR + 6  # the title alone, with the space below it
INDENT = 16  # of the text, behind a line at its left
DOT = 20  # room for the dot that beats while the model thinks


class Thoughts(QObject):
    """The title, and below it, once opened, the plain text as it grows.

    Only an open fold lays anything out. ``top`` is where the message puts it.
    """

    toggled = Signal(bool)

    def __init__(self, look: Look, owner: QWidget) -> None:
        super().__init__(owner)
        self._look = look
        self._text = ""
        self._fresh = ""  # of it, what is not laid out yet
        self._tail, self._joint, self._closed = "", "", 0  # the last block, which grows, and those before it
        self._flow = Flow(look.quiet(), 1)
        self._running = False
        self.button = FoldButton(look, owner)
        self.button.clicked.connect(self._toggle)
        self.button.hide()

    # State

    @property
    def is_open(self) -> bool:
        """Whether the text is shown."""
        return self.button.isChecked()

    def set_open(self, unfolded: bool) -> None:
        """Show the text, or the title alone."""
        if unfolded != self.is_open:
            self.button.setChecked(unfolded)
            self._begin_anew()
            self._name()

    def set_text(self, text: str) -> None:
        """Take the whole text; what only grew is not laid out again."""
        if text.startswith(self._text):
            self._fresh += text[len(self._text) :]
            self._text = text
        else:
            self._text = text
            self._begin_anew()
        self.button.setVisible(bool(text))

    def set_state(self, *, running: bool, seconds: float) -> None:
        """Say in the title that the model is thinking, or for how long it did; 0 seconds: not known."""
        self._running = running
        if running:
            title = self.tr("考えています…")
        elif seconds <= 0:
            title = self.tr("考えたこと")
        elif seconds < 60:
            title = self.tr("{seconds}秒考えました").format(seconds=max(1, round(seconds)))
        else:
            minutes, rest = divmod(round(seconds), 60)
            title = self.tr("{minutes}分{seconds}秒考えました").format(minutes=minutes, seconds=rest)
        self.button.setText(title)
        self._name()

    def restyle(self, look: Look, width: float) -> None:
        """Lay out anew in another look or width."""
        self._look = look
        self.button.set_look(look)
        self._flow = Flow(look.quiet(), max(1.0, width - look.px(INDENT)))
        self._begin_anew()

    def _name(self) -> None:
        """Tell assistive technology what a press does."""
        does = self.tr("たたむ") if self.is_open else self.tr("ひらく")
        self.button.setAccessibleName(self.button.text())
        self.button.setAccessibleDescription(does)

    def _toggle(self) -> None:
        self._begin_anew()
        self._name()
        self.toggled.emit(self.is_open)

    def _begin_anew(self) -> None:
        self._flow.replace(0, [])
        self._fresh = self._text
        self._tail, self._joint, self._closed = "", "", 0

    # Layout

    def height(self) -> int:
        """Return the height of title and text; 0 without a thought."""
        if not self._text:
            return 0
        if not self.is_open:
            return self._look.px(CLOSED)
        return self._look.px(BAR) + round(self._flow.height()) + self._look.px(FOOT)

    def parse(self) -> None:
        """Turn what came in into blocks; only the last one, which grew, is made anew."""
        if not self.is_open or not self._fresh:
            return
        blocks = plain(self._tail + self._fresh)
        blocks[0] = replace(blocks[0], joint=self._joint, continues=self._closed > 0)
        self._fresh = ""
        self._flow.replace(self._closed, blocks)
        self._closed += len(blocks) - 1
        self._tail, self._joint = blocks[-1].text(), blocks[-1].joint

    def reveal(self, y0: float, y1: float) -> None:
        """Lay out what lies in this range, counted from the fold's top."""
        bar = self._look.px(BAR)
        if self.is_open and y1 > bar:
            self._flow.reveal(max(0.0, y0 - bar), y1 - bar)

    def work(self, deadline: float) -> bool:
        """Measure what is not in sight; return whether some is left."""
        return self.is_open and self._flow.work(deadline)

    def arrange(self, left: int, top: int) -> None:
        """Put the title at its place."""
        dot = self._look.px(DOT) if self._running else 0
        self.button.move(left + dot - self.button.pad, top)

    def paint(self, painter: QPainter, left: float, top: float, clip: QRectF) -> None:
        """Draw the open text and the line at its left."""
        if not self.is_open or not self._text:
            return
        look = self._look
        y = top + look.px(BAR)
        height = self._flow.height()
        painter.fillRect(QRectF(left, y, look.px(2), height), look.colour("line"))
        painter.save()
        painter.setClipRect(clip.intersected(QRectF(left, y, look.px(INDENT) + self._flow.width, height)))
        painter.translate(left + look.px(INDENT), y)
        for index, segment in self._flow.between(clip.top() - y, clip.bottom() - y):
            painter.save()
            painter.translate(0, self._flow.tops[index])
            segment.paint(painter, None)
            painter.restore()
        painter.restore()


class FoldButton(QAbstractButton):
    """A quiet title with an arrow that shows whether what belongs to it is open."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)  # painted anew under the pointer

    @property
    def pad(self) -> int:
        """Space at the left and right."""
        return self._look.px(7)

    def set_look(self, look: Look) -> None:
        """Take another zoom or theme."""
        self._look = look
        self.adjustSize()
        self.update()

    def setText(self, text: str) -> None:
        if text != self.text():
            super().setText(text)
            self.adjustSize()

    def sizeHint(self) -> QSize:
        """Return the size of title, arrow and padding."""
        words = QFontMetricsF(self._look.notice).horizontalAdvance(self.text())
        return QSize(round(words) + self._look.px(18) + 2 * self.pad, self._look.px(26))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the title, the arrow, and a ring when it has the focus."""
        look = self._look
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            radius = look.px(theme.RADIUS_BADGE)
            painter.setPen(QPen(look.colour("accent"), 1.5))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.75, 0.75, -0.75, -0.75), radius, radius)
        colour = look.colour("ink" if self.underMouse() or self.isDown() else "sub")
        painter.setPen(colour)
        painter.setFont(look.notice)
        words = self.rect().adjusted(self.pad, 0, -self.pad, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        pen = QPen(colour, 1.5 * look.zoom)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        reach = look.px(4)
        middle = QPointF(self.width() - self.pad - look.px(6), self.height() / 2)
        long, short = (QPointF(reach, 0), QPointF(0, reach / 2))
        if not self.isChecked():
            long, short = QPointF(0, reach), QPointF(reach / 2, 0)
        arrow = QPainterPath(middle - long - short)
        arrow.lineTo(middle + short)
        arrow.lineTo(middle + long - short)
        painter.drawPath(arrow)
        painter.end()
