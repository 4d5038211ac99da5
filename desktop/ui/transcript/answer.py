"""The model's message: Markdown on the page, growing while it streams; its state and its buttons below."""

from __future__ import annotations

from math import ceil, pi, sin
from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QDateTime, QPoint, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QAbstractButton, QMenu, QStyle

from desktop.markdown.blocks import Block, Splitter, parse
from desktop.markdown.inline import printable
from desktop.moments import is_plausible
from desktop.ui import theme
from desktop.ui.transcript import footer
from desktop.ui.transcript.footer import Footer
from desktop.ui.transcript.message import GAP, MessageView, column
from desktop.ui.transcript.notice import Notice
from desktop.ui.transcript.rows import MAX_HEIGHT
from desktop.ui.transcript.thinking import CLOSED, DOT, Thoughts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from desktop.ui.transcript.entry import Entry
    from desktop.ui.transcript.look import Look

CAN_CONTINUE = ("stopped", "limit", "interrupted", "failed")
MAX_ERROR = 600  # characters of an error sentence
_PULSE_MS, _PULSE_S = 50, 1.6


def estimate(entry: Entry, look: Look, inner: int) -> int:
    """Return about how high the message will be, in a column of this width."""
    lines = entry.text.count("\n") + 1 + len(entry.text) * look.text_px // inner
    notice = look.px(52) if entry.status in (*CAN_CONTINUE, "looped") else 0
    thinking = look.px(CLOSED) if entry.thinking else 0
    return GAP + thinking + lines * look.line + notice + look.px(8 + footer.HEIGHT)


class AnswerView(MessageView):
    """An answer."""

    regenerate_requested = Signal(int)
    continue_requested = Signal(int)
    sibling_requested = Signal(int, int)
    policy_requested = Signal(int, str)  # to go on with what is too long for the context
    several_requested = Signal(int)
    compare_requested = Signal(int)  # with another version
    probabilities_requested = Signal(int)
    prompt_requested = Signal(int)
    unfolded = Signal(bool)  # what it thought

    def __init__(self, entry: Entry, look: Look, width: int, parent: QWidget) -> None:
        super().__init__(entry, look, width, parent)
        self._splitter = Splitter()
        self._splitter.feed(entry.text)
        self._pending = bool(entry.text)
        self._progress = ""
        self._notice = Notice(look, self)
        self._footer = Footer(look, self)
        self._footer.copy_pressed.connect(self._copy_all)
        self._footer.regenerate_pressed.connect(self._regenerate)
        self._footer.continue_pressed.connect(self._continue)
        self._footer.more_pressed.connect(self._open_more)
        self._footer.sibling_pressed.connect(lambda delta: self.sibling_requested.emit(self.entry.id, delta))
        self._footer.star_pressed.connect(lambda: self.starred.emit(self.entry.id, not self.entry.starred))
        self._thoughts = Thoughts(look, self)
        self._thoughts.restyle(look, self.text_width())
        self._thoughts.set_text(entry.thinking)
        self._thoughts.toggled.connect(self._fold)
        self._pulse = QTimer(self, interval=_PULSE_MS)
        self._pulse.timeout.connect(self._beat)
        self._build()
        self.describe()

    # State ----------------------------------------------------------------------------------------

    def append(self, piece: str) -> None:
        """Take more text; ``work`` lays it out."""
        self._splitter.feed(piece)
        self._pending = True
        self._pulse.stop()

    def set_entry(self, entry: Entry) -> None:
        """Show another state of the message; text that only grew is not laid out again."""
        before = self.entry
        if entry.text != before.text:
            if self.has_furigana:
                self.set_furigana(None)
            if entry.text.startswith(before.text):
                self.append(entry.text[len(before.text) :])
            else:
                self._splitter = Splitter()
                self._splitter.feed(entry.text)
                self.flow.replace(0, [])
                self._pending = True
        self._thoughts.set_text(entry.thinking)
        super().set_entry(entry)
        self._build()

    def set_furigana(self, blocks: Sequence[Block] | None) -> None:
        """Show these blocks instead of the parsed text, or that again."""
        self.has_furigana = blocks is not None
        self.flow.replace(0, self._splitter.blocks if blocks is None else blocks)
        self._splitter.take_changed()
        self.update()

    def grow(self, entry: Entry, piece: str) -> None:
        """Take over ``entry``, whose text is that of before and ``piece``."""
        if piece and self.has_furigana:
            self.set_furigana(None)
        self.entry = entry
        self._thoughts.set_text(entry.thinking)
        if piece:
            self.append(piece)
        self._tell_thinking()

    def set_unfolded(self, unfolded: bool) -> None:
        """Show what was thought, or the line about it alone."""
        self._thoughts.set_open(unfolded)

    def _fold(self, unfolded: bool) -> None:
        self.unfolded.emit(unfolded)
        self.update()
        self.resized.emit()

    def _tell_thinking(self) -> None:
        self._thoughts.set_state(running=self.waiting, seconds=self.entry.thought_seconds)

    def set_progress(self, text: str) -> None:
        """Say what is going on before the first word."""
        self._progress = printable(text)[:MAX_ERROR]
        self.update()

    @property
    def waiting(self) -> bool:
        """Whether the first word is still to come."""
        return self.entry.status == "streaming" and not self.entry.text

    def _build(self) -> None:
        entry, text = self.entry, bool(self.entry.text)
        kind = {"failed": "wrong", "interrupted": "caution"}.get(entry.status, "sub")
        self._notice.begin(self.look, self._notice_text(), kind)
        streaming = entry.status == "streaming"
        carded = entry.status in ("interrupted", "failed")
        self._footer.build(
            self.look,
            copy=text and not streaming,
            position=(1, 1) if streaming or entry.bare else entry.position,
            regenerate=not streaming and entry.status != "failed" and not entry.bare,
            again=text and entry.status in CAN_CONTINUE and not carded and not entry.bare,
            more=not streaming and (text or entry.status != "failed") and not entry.bare,
            starred=entry.starred if text and not streaming and not entry.bare else None,
            facts="" if streaming else self._facts(),
            statistics="" if streaming else printable(entry.note),
        )
        self._tell_thinking()
        if entry.status == "failed" and entry.exceeded:
            for word, policy in (
                (self.tr("要約して続ける"), "summarise"),
                (self.tr("古い部分を省いて続ける"), "leave_out"),
            ):
                action = self._notice.add(word, prominent=policy == "leave_out")
                action.clicked.connect(lambda _=False, policy=policy: self._go_on(policy))
        elif entry.status == "failed" and (asked := entry.asked) is not None:
            edit = self._notice.add(self.tr("質問を編集"), prominent=True)
            edit.clicked.connect(lambda: self.edit_requested.emit(asked))
        elif entry.status == "failed":
            self._notice.add(self.tr("もう一度"), prominent=not text).clicked.connect(self._regenerate)
        if carded and text:
            self._notice.add(self.tr("続ける"), prominent=True).clicked.connect(self._continue)
        system = self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) > 0
        if self.waiting and system and theme.moves():
            self._pulse.start()
        else:
            self._pulse.stop()
        self.update()

    def _regenerate(self) -> None:
        self.regenerate_requested.emit(self.entry.id)

    def _continue(self) -> None:
        self.continue_requested.emit(self.entry.id)

    def _go_on(self, policy: str) -> None:
        self.policy_requested.emit(self.entry.id, policy)

    def _open_more(self, button: QAbstractButton) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._offer(menu)
        self.offer_common(menu)
        menu.popup(button.mapToGlobal(QPoint(0, button.height() + 2)))

    def offer_more(self, menu: QMenu) -> None:
        """Offer what can be done with an answer that has ended."""
        if self.entry.thinking:
            menu.addAction(self.tr("考えたことをコピー"), lambda: self.copy_text(self.entry.thinking))
        if self.entry.status != "streaming" and not self.entry.bare:
            menu.addSeparator()
            self._offer(menu)

    def _offer(self, menu: QMenu) -> None:
        identity = self.entry.id
        several = self.tr("答えを3つ作る") if self.entry.position[1] == 1 else self.tr("答えをもう3つ作る")
        menu.addAction(several, lambda: self.several_requested.emit(identity))
        if self.entry.position[1] > 1:
            menu.addAction(self.tr("答えを並べる"), lambda: self.compare_requested.emit(identity))
        menu.addSeparator()
        if self.entry.text:
            menu.addAction(self.tr("ほかの候補を見る"), lambda: self.probabilities_requested.emit(identity))
        menu.addAction(self.tr("モデルに渡した文"), lambda: self.prompt_requested.emit(identity))

    def _copy_all(self) -> None:
        self.copy_text(self.entry.text)
        self._footer.copied()

    # Layout ---------------------------------------------------------------------------------------

    def restyle(self, look: Look, width: int) -> None:
        """Lay out anew in another look or width."""
        super().restyle(look, width)
        self._thoughts.restyle(look, self.text_width())
        self._build()

    def parse(self, deadline: float) -> bool:
        """Turn text into blocks until ``deadline``; return whether some is left."""
        self._thoughts.parse()
        first = len(self.flow.segments)
        left = False
        while self._pending and not left:
            self._pending = self._splitter.step()
            if self.has_furigana:
                continue
            start = self._splitter.take_changed()
            self.flow.replace(start, self._splitter.blocks[start:])
            first = min(first, start)
            left = self._pending and perf_counter() >= deadline
        # What is above the first change is not drawn again.
        top = (
            self.head()
            if self.waiting
            else int(self.text_origin().y() + self.flow.tops[min(first, len(self.flow.segments))])
        )
        self.update(0, top, self.span, MAX_HEIGHT)
        return left

    def read(self, deadline: float) -> bool:
        """Make blocks of the text until ``deadline`` (of ``perf_counter``); return whether some is left."""
        return self._pending and self.parse(deadline)

    def blocks(self) -> list[Block]:
        """Return the whole text as blocks."""
        return parse(self.entry.text) if self._pending else [s.block for s in self.flow.segments]

    def work(self, deadline: float) -> bool:
        """Parse, then lay out; return whether some is left."""
        return self.parse(deadline) or self._thoughts.work(deadline) or super().work(deadline)

    def reveal(self, y0: float, y1: float) -> None:
        """Lay out what lies in this range of the widget."""
        self._thoughts.parse()
        self._thoughts.reveal(y0 - self.head(), y1 - self.head())
        super().reveal(y0, y1)

    def text_width(self) -> int:
        """Return the width of the text."""
        return column(self.look, self.span)[1]

    def text_origin(self) -> QPointF:
        """Return where the text begins."""
        return QPointF(column(self.look, self.span)[0], self._below_thoughts())

    def _below_thoughts(self) -> int:
        return self.head() + self._thoughts.height()

    def text_height(self) -> float:
        """Return the height of the text, with a guess for what is not parsed yet."""
        if self.waiting:
            return 0 if self.entry.thinking else self.look.line
        rest = self._splitter.waiting * self.look.text_px / self.text_width() * self.look.line
        return self.flow.height() + rest

    def _notice_text(self) -> str:
        match self.entry.status:
            case "stopped":
                return self.tr("ここで止めました")
            case "limit":
                return self.tr("長さの上限に達しました")
            case "looped":
                return self.tr("同じ言葉をくり返し始めたため、ここで止めました")
            case "interrupted":
                kept = self.tr("途中で途切れました。ここまでの文章は残っています")
                return kept if self.entry.text else self.tr("途中で途切れました")
            case "failed":
                return printable(self.entry.error)[:MAX_ERROR] or self.tr("答えを作れませんでした")
        return ""

    def _boxes(self) -> tuple[QRect, QRect]:
        """Return the places of the notice and of the words in it; empty ones when there is none."""
        left, width = column(self.look, self.span)
        top = self._below_thoughts()
        if self.entry.text:
            top += ceil(self.text_height()) + (self.look.px(10) if self._notice_text() else 0)
        return self._notice.boxes(QPoint(left, top), width)

    def full_height(self) -> int:
        """Return the height of everything."""
        # While it streams the room for the footer is kept, so that nothing moves when it appears.
        below = self._footer.buttons() or self.entry.note or self.entry.status == "streaming"
        return self._boxes()[0].bottom() + 1 + (self.look.px(8 + footer.HEIGHT) if below else 0)

    def arrange(self) -> None:
        """Put the buttons into the notice and below."""
        card, words = self._boxes()
        self._thoughts.arrange(column(self.look, self.span)[0], self.head())
        self._notice.arrange(card, words)
        self._footer.arrange(card.left(), card.bottom() + 1 + self.look.px(8), card.width())

    def controls(self) -> list[QWidget]:
        """Return the buttons in the order in which the keyboard reaches them."""
        thoughts = [self._thoughts.button] if self.entry.thinking else []
        return [*thoughts, *super().controls(), *self._notice.actions, *self._footer.buttons()]

    # Drawing --------------------------------------------------------------------------------------

    def _beat(self) -> None:
        left, _ = column(self.look, self.span)
        self.update(QRect(left, self.head(), self.look.px(24), self.look.line))

    def paint_surroundings(self, painter: QPainter) -> None:
        """Draw the waiting line, the notice, and the words of the footer."""
        look, entry = self.look, self.entry
        left, width = column(look, self.span)
        clip = painter.clipBoundingRect() if painter.hasClipping() else QRectF(self.rect())
        self._thoughts.paint(painter, left, self.head(), clip)
        if self.waiting:
            high = look.px(26) if entry.thinking else look.line
            self._paint_waiting(painter, QRect(left, self.head(), width, high))
        card, words = self._boxes()
        self._notice.paint(painter, card, words)
        self._footer.paint(painter)
        if entry.note and entry.status == "streaming":
            painter.setFont(look.small)
            painter.setPen(look.colour("caution"))
            line = QRect(left, card.bottom() + 1 + look.px(8), width, look.px(footer.HEIGHT))
            note = QFontMetricsF(look.small).elidedText(
                printable(entry.note), Qt.TextElideMode.ElideRight, line.width()
            )
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, note)

    def _facts(self) -> str:
        """Say when it was written, by which model and with which preset."""
        entry = self.entry
        when = _when(entry.created, self.tr("M月d日 H:mm"), self.tr("yyyy年M月d日"))
        return "　".join(filter(None, [when, printable(entry.model), printable(entry.preset)]))

    def _paint_waiting(self, painter: QPainter, line: QRect) -> None:
        look = self.look
        glow = 1.0
        if self._pulse.isActive():
            glow = 0.55 + 0.45 * sin(perf_counter() * 2 * pi / _PULSE_S)
        colour = look.colour("accent")
        colour.setAlphaF(max(0.0, min(1.0, glow)))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        reach = look.px(4)
        painter.drawEllipse(QPointF(line.left() + look.px(6), line.center().y() + 0.5), reach, reach)
        if self.entry.thinking:
            return  # its own title says it
        painter.setFont(self.look.notice)
        painter.setPen(look.colour("sub"))
        words = QRect(line).adjusted(look.px(DOT), 0, 0, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self._progress)


def _when(seconds: float, near: str, far: str) -> str:
    """Return the time of today, the day and time of this year, else the day; in formats of Qt.

    Nothing for a time that cannot be right.
    """
    now = QDateTime.currentDateTime()
    if not is_plausible(seconds, now.toSecsSinceEpoch()):
        return ""
    moment = QDateTime.fromSecsSinceEpoch(round(seconds))
    if moment.date() == now.date():
        return moment.toString("H:mm")
    return moment.toString(near if moment.date().year() == now.date().year() else far)
