"""The transcript's buttons: quiet words, one prominent form of them, and the round one that jumps down."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from desktop.ui import theme
from desktop.ui.transcript.look import Look

LEAST_JUMP = 24  # px: smaller is hard to hit
_DISABLED = 0.5  # of the colour of a word that cannot be pressed
_ANSWER_MS = 1_500  # for which a button says that it has done it


class QuietButton(QAbstractButton):
    """A small word that can be pressed; ``prominent`` gives it a filled ground.

    With ``shy`` it is seen only while ``shown`` is set or it has the keyboard focus; it can always be
    reached.
    """

    PAD = 7

    def __init__(
        self, text: str, look: Look, parent: QWidget, *, prominent: bool = False, name: str = ""
    ) -> None:
        super().__init__(parent)
        self._look = look
        self._prominent = prominent
        self._word = text
        self.shy = False
        self.shown = False
        self._back = QTimer(self, singleShot=True, interval=_ANSWER_MS)
        self._back.timeout.connect(self._restore)
        self.setText(text)
        self.setAccessibleName(name or text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)  # painted anew under the pointer
        self.adjustSize()

    @property
    def pad(self) -> int:
        """Space at the left and right of the word."""
        return self._look.px(14 if self._prominent else self.PAD)

    def sizeHint(self) -> QSize:
        """Return the size of the word and its padding."""
        width = QFontMetricsF(self._look.small).horizontalAdvance(self.text())
        return QSize(round(width) + 2 * self.pad, self._look.px(30 if self._prominent else 24))

    def answer(self, text: str) -> None:
        """Say ``text`` for a moment, right-aligned where the word was."""
        self._say(text)
        self._back.start()

    def set_word(self, text: str) -> None:
        """Change what stands on it."""
        self._word = text
        self.setAccessibleName(text)
        self._say(text)

    def _restore(self) -> None:
        self._say(self._word)

    def _say(self, text: str) -> None:
        right = self.geometry().right()
        self.setText(text)
        self.adjustSize()
        if self.layoutDirection() == Qt.LayoutDirection.LeftToRight and self.property("rightAligned"):
            self.move(right - self.width() + 1, self.y())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the word, its ground when prominent, and a ring when it has the focus."""
        look = self._look
        if self.shy and not (self.shown or self.hasFocus() or self.underMouse()):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.75, 0.75, -0.75, -0.75)
        radius = look.px(theme.RADIUS_FIELD if self._prominent else theme.RADIUS_BADGE)
        if self._prominent:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("accent"))
            painter.drawRoundedRect(frame, radius, radius)
        if self.hasFocus():
            painter.setPen(QPen(look.colour("ink" if self._prominent else "accent"), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(frame, radius, radius)
        if self._prominent:
            colour = look.colour("on_accent")
        elif not self.isEnabled():
            colour = look.colour("faint")
            colour.setAlphaF(_DISABLED)
        else:
            colour = look.colour("ink" if self.underMouse() or self.isDown() else "sub")
        painter.setPen(colour)
        painter.setFont(look.small)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()


class JumpButton(QAbstractButton):
    """The round button above the end of the column."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.retranslate()
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.set_look(look)

    def retranslate(self) -> None:
        """Say it in the language in use."""
        self.setAccessibleName(self.tr("いちばん下へ"))
        self.setToolTip(self.tr("いちばん下へ"))

    def set_look(self, look: Look) -> None:
        """Take another zoom or theme."""
        self._look = look
        self.resize(self.sizeHint())
        self.update()

    def place(self, page: QRect, inner: int, *, shown: bool) -> None:
        """Stand beside the text, ``inner`` px wide, at the foot of a page; smaller where that is narrow."""
        self.setVisible(shown)
        edge, end = self._look.px(16), page.left() + (page.width() + inner) // 2
        room = page.right() + 1 - end
        self.resize(QSize(1, 1) * max(LEAST_JUMP, min(self.sizeHint().width(), room)))
        left = min(end + edge, end + (room - self.width()) // 2)
        self.move(left, page.bottom() + 1 - self.height() - edge)
        self.raise_()

    def sizeHint(self) -> QSize:
        """Return the size of the circle."""
        return QSize(self._look.px(36), self._look.px(36))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the circle and its arrow."""
        look = self._look
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.colour("accent" if self.hasFocus() else "line"), 1))
        painter.setBrush(look.colour("card"))
        painter.drawEllipse(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        middle, reach = QPointF(self.rect().center()) + QPointF(0.5, 0.5), self.width() / 6
        arrow = QPainterPath(middle - QPointF(0, reach))
        arrow.lineTo(middle + QPointF(0, reach))
        arrow.moveTo(middle + QPointF(-reach * 0.8, reach * 0.2))
        arrow.lineTo(middle + QPointF(0, reach))
        arrow.lineTo(middle + QPointF(reach * 0.8, reach * 0.2))
        pen = QPen(look.colour("ink" if self.underMouse() else "sub"), 1.7 * look.zoom)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(arrow)
        painter.end()


class QuoteButton(QAbstractButton):
    """Floats beside a selection and offers to ask about it."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._page = parent
        self.hide()
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # by keyboard, the menu of the message offers it
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._look = look
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the language in use."""
        self.setText(self.tr("引用して質問"))
        self.setAccessibleName(self.text())
        self.adjustSize()

    def set_look(self, look: Look) -> None:
        """Take another zoom or theme."""
        self._look = look
        self.adjustSize()

    def show_near(self, point: QPoint) -> None:
        """Appear below ``point`` of the parent, or above where there is no room."""
        page, gap = self._page.rect(), self._look.px(16)
        y = point.y() + gap
        if y + self.height() > page.bottom() - gap:
            y = point.y() - gap - self.height()
        x = max(8, min(point.x() - self.width() // 2, page.right() - self.width() - 8))
        self.move(x, max(8, y))
        self.show()
        self.raise_()

    def sizeHint(self) -> QSize:
        """Return the size of the words and their padding."""
        width = QFontMetricsF(self._look.small).horizontalAdvance(self.text())
        return QSize(round(width) + self._look.px(24), self._look.px(32))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the card and its words."""
        look = self._look
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.colour("line"), 1))
        painter.setBrush(look.colour("accent_soft" if self.underMouse() or self.isDown() else "card"))
        radius = look.px(theme.RADIUS_FIELD)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.setPen(look.colour("ink"))
        painter.setFont(look.small)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()
