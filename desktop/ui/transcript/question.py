"""The person's message: plain text with line breaks and ruby, in a bubble at the right, folded when long."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QEnterEvent, QPainter

from desktop.markdown.blocks import Block, plain
from desktop.ui import theme
from desktop.ui.controls.attachment_chips import HEIGHT, AttachmentChips
from desktop.ui.transcript import footer
from desktop.ui.transcript.button import QuietButton
from desktop.ui.transcript.flow import Place
from desktop.ui.transcript.footer import Footer
from desktop.ui.transcript.look import FOLDED_LINES, QUESTION_WIDTH, Look
from desktop.ui.transcript.message import GAP, SIDE, MessageView, column

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop.ui.transcript.entry import Entry

PAD_X, PAD_Y = 16, 10
BELOW = 4  # between the bubble and buttons below it
FILES_GAP = 8  # between the files and the bubble


def bubble_width(look: Look, width: int) -> int:
    """Return the greatest width of a bubble in a transcript of this width."""
    _, inner = column(look, width)
    return min(look.px(QUESTION_WIDTH), round(inner * 0.88))


def estimate(entry: Entry, look: Look, bubble: int) -> int:
    """Return about how high the message will be, in a bubble of this width."""
    inner = bubble - 2 * look.px(PAD_X)
    lines = entry.text.count("\n") + 1 + len(entry.text) * look.text_px // max(1, inner)
    files = (HEIGHT + FILES_GAP) if entry.files else 0
    return GAP + files + 2 * look.px(PAD_Y) + min(lines, FOLDED_LINES + 1) * look.line


class QuestionView(MessageView):
    """A question. Its buttons stand left of the bubble, or below where that is too wide.

    They are seen while the pointer or the focus is on it; the arrows between versions always.
    """

    sibling_requested = Signal(int, int)
    file_opened = Signal(int)

    def __init__(self, entry: Entry, look: Look, width: int, parent: QWidget) -> None:
        super().__init__(entry, look, width, parent)
        self._unfolded = False
        self._more: QuietButton | None = None
        self._files = AttachmentChips(self, removable=False, rightmost=True)
        self._files.opened.connect(self.file_opened)
        self._files.show_files(entry.files)
        self._footer = Footer(look, self)
        self._footer.copy_pressed.connect(self._copy_all)
        self._footer.edit_pressed.connect(lambda: self.edit_requested.emit(self.entry.id))
        self._footer.sibling_pressed.connect(lambda delta: self.sibling_requested.emit(self.entry.id, delta))
        self.flow.replace(0, plain(entry.text))
        self._build()
        self.describe()

    def _build(self) -> None:
        self._footer.build(self.look, copy=True, edit=True, position=self.entry.position)
        for button in self._footer.words():
            button.shy = True
        self._wanted = self._footer.width()  # before a button says that it has done it

    def set_entry(self, entry: Entry) -> None:
        """Show another state of the message."""
        if entry.text != self.entry.text:
            self.flow.replace(0, plain(entry.text))
        self._files.show_files(entry.files)
        super().set_entry(entry)
        self._build()

    def restyle(self, look: Look, width: int) -> None:
        """Lay out anew in another look or width."""
        super().restyle(look, width)
        if self._more is not None:
            self._more.hide()
            self._more.deleteLater()
            self._more = None
        self._build()

    # Geometry -------------------------------------------------------------------------------------

    def text_width(self) -> int:
        """Return the width of the text at most."""
        return bubble_width(self.look, self.span) - 2 * self.look.px(PAD_X)

    def _bubble(self) -> QRectF:
        look = self.look
        left, inner = column(look, self.span)
        segments = self.flow.segments
        text = self.text_width()
        if len(segments) == 1:
            segments[0].lay_out()
            text = min(text, max(look.px(12), ceil(segments[0].ideal_width())))
        width = text + 2 * look.px(PAD_X)
        if self.folds:
            width = bubble_width(look, self.span)
        height = self.text_height() + 2 * look.px(PAD_Y) + (look.px(26) if self.folds else 0)
        return QRectF(left + inner - width, self.head() + self._files_height(), width, height)

    def _files_height(self) -> int:
        """Return the height of the files above the bubble, with the gap below them."""
        if not self._files.chips():
            return 0
        return self._files.heightForWidth(bubble_width(self.look, self.span)) + FILES_GAP

    @property
    def folds(self) -> bool:
        """Whether the message is too long to be shown in full at once."""
        return self.flow.height() > (FOLDED_LINES + 1) * self.look.line

    def text_origin(self) -> QPointF:
        """Return where the text begins."""
        return self._bubble().topLeft() + QPointF(self.look.px(PAD_X), self.look.px(PAD_Y))

    def text_height(self) -> float:
        """Return the height of the text that is shown."""
        if self.folds and not self._unfolded:
            line = self.flow.segments[0].line_height()  # with readings, more than the usual
            return FOLDED_LINES * self.look.line // line * line
        return self.flow.height()

    def full_height(self) -> int:
        """Return the height of everything."""
        below = 0 if self._beside(self._bubble()) else self.look.px(BELOW + footer.HEIGHT)
        return ceil(self._bubble().bottom()) + below

    def _beside(self, bubble: QRectF) -> bool:
        """Return whether the buttons have room left of the bubble."""
        return bubble.left() - self.look.px(SIDE) >= self._wanted

    def reveal(self, y0: float, y1: float) -> None:
        """Lay out what lies in this range; the beginning always, whose width is the bubble's."""
        self.flow.reveal(0, 1)
        y = self.head() + self._files_height() + self.look.px(PAD_Y)
        self.flow.reveal(max(0, y0 - y), min(y1 - y, self.text_height()))

    def work(self, deadline: float) -> bool:
        """Prepare what is not in sight; what is folded away can wait."""
        return False if self.folds and not self._unfolded else super().work(deadline)

    def arrange(self) -> None:
        """Put the buttons beside the bubble and the fold into it."""
        look, bubble = self.look, self._bubble()
        if self._files.chips():
            width = bubble_width(look, self.span)
            left, height = round(bubble.right()) - width, self._files_height() - FILES_GAP
            self._files.setGeometry(left, self.head(), width, height)
        if self._beside(bubble):
            right, top = round(bubble.left()) - look.px(6), round(bubble.bottom()) - look.px(32)
        else:
            right = round(bubble.right()) + look.px(QuietButton.PAD)
            top = round(bubble.bottom()) + look.px(BELOW)
        self._footer.arrange(right - self._footer.width() + look.px(QuietButton.PAD), top)
        if self.folds and self._more is None:
            self._more = QuietButton(self._fold_text(), look, self)
            self._more.clicked.connect(self._toggle)
            self._more.show()
        if self._more is not None:
            self._more.setVisible(self.folds)
            self._more.move(
                round(bubble.left()) + look.px(PAD_X) - self._more.pad, round(bubble.bottom()) - look.px(32)
            )

    def controls(self) -> list[QWidget]:
        """Return the buttons in the order in which the keyboard reaches them."""
        more = [self._more] if self._more is not None else []
        return [*self._files.chips(), *super().controls(), *more, *self._footer.buttons()]

    def _fold_text(self) -> str:
        return self.tr("折りたたむ") if self._unfolded else self.tr("すべて表示")

    def _toggle(self) -> None:
        self._unfolded = not self._unfolded
        if self._more is not None:
            self._more.set_word(self._fold_text())
        self.update()
        self.resized.emit()

    def uncover(self, place: Place) -> None:
        """Show this place, if it is folded away."""
        segment = self.flow.segments[place.segment]
        foot = self.flow.tops[place.segment] + segment.y_of(place.position) + self.look.line
        if self.folds and not self._unfolded and foot > self.text_height():
            self._toggle()

    def blocks(self) -> list[Block]:
        """Return the whole text as blocks."""
        return plain(self.entry.text)

    def _copy_all(self) -> None:
        self.copy_text(self.entry.text)
        self._footer.copied()
        self.arrange()

    # Events and drawing ---------------------------------------------------------------------------

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show the buttons."""
        super().enterEvent(event)
        self._show_buttons(True)

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the buttons."""
        super().leaveEvent(event)
        self._show_buttons(False)

    def _show_buttons(self, shown: bool) -> None:
        for button in self._footer.words():
            button.shown = shown
            button.update()

    def paint_surroundings(self, painter: QPainter) -> None:
        """Draw the bubble."""
        look = self.look
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("bubble"))
        radius = look.px(theme.RADIUS_CARD + 2)
        painter.drawRoundedRect(self._bubble(), radius, radius)
        self._footer.paint(painter)
