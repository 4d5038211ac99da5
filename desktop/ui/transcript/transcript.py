"""The scrolling conversation. Only the messages near the viewport are widgets.

Every message has a row with a height: measured when it was near the viewport once, else estimated from its
length. What stays fixed when heights change is the **anchor**: the end of the conversation, or a spot in
the text (message, block, pixels below its top) at the upper edge of the viewport. Only the person moves the
anchor, by scrolling.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from itertools import pairwise
from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QCursor, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSlider,
    QApplication,
    QFrame,
    QWidget,
)

from desktop.store.settings import ZOOM_LEAST, ZOOM_MOST
from desktop.ui.transcript import answer, question
from desktop.ui.transcript.answer import AnswerView
from desktop.ui.transcript.button import JumpButton, QuoteButton
from desktop.ui.transcript.clipboard import Piece, as_quote, put_on_clipboard
from desktop.ui.transcript.code_file import save_code
from desktop.ui.transcript.formulas import Formulas
from desktop.ui.transcript.look import Look
from desktop.ui.transcript.markdown import Block, parse, plain
from desktop.ui.transcript.message import DIVIDER, GAP, MAX_HEIGHT, MessageView, column, deadline
from desktop.ui.transcript.question import QuestionView
from desktop.ui.transcript.selection import END, START, Selection, Spot

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence, Set

    from desktop.jobs import Cancel
    from desktop.ui.transcript.entry import Entry
    from desktop.ui.transcript.flow import Place
    from desktop.ui.transcript.formulas import Wanted
    from desktop.ui.worker import Jobs

FRAME_MS = 16
SLICE_MS = 4.0  # of preparing what is not in sight, between two looks at the event loop
FOOT = 32  # space under the last message
_NEAR = 2  # px from the end that still count as the end
_DRAG_MS, _DRAG_STEP = 30, 24  # scrolling while a selection is dragged out of the viewport
_EDGE = 12  # px of the viewport where that begins


class _Row:
    """One message: what it says, how high it is, and its widget while it is near the viewport."""

    __slots__ = ("entry", "furigana", "height", "pieces", "progress", "thoughts", "unfolded", "view")

    def __init__(self, entry: Entry, height: int) -> None:
        self.entry = entry
        self.height = height
        self.pieces: list[str] = []
        self.thoughts: list[str] = []
        self.progress = ""
        self.unfolded = False  # what it thought is shown
        self.furigana: list[Block] | None = None  # the text with readings, where they are shown
        self.view: QuestionView | AnswerView | None = None


class Transcript(QAbstractScrollArea):
    """The messages of one chat, from the oldest to the newest."""

    regenerate_requested = Signal(int)
    continue_requested = Signal(int)
    sibling_requested = Signal(int, int)
    policy_requested = Signal(int, str)
    several_requested = Signal(int)
    probabilities_requested = Signal(int)
    prompt_requested = Signal(int)
    summary_requested = Signal()
    link_activated = Signal(str)
    copied = Signal()
    starred = Signal(int, bool)
    branch_to_chat = Signal(int)
    edit_requested = Signal(int)
    file_opened = Signal(int)
    compare_requested = Signal(int)
    delete_requested = Signal(int)  # of the branch that begins with the message
    quoted = Signal(str)  # what was selected, as Markdown with "> " before each line

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._zoom = 100
        self._jobs: Jobs | None = None
        self._formulas = Formulas(self)
        self._formulas.drawn.connect(self._take_formulas)
        self._look = Look(1.0, self._formulas)
        self._rows: list[_Row] = []
        self._index: dict[int, int] = {}
        self._live: set[int] = set()  # rows that have a widget
        self._fresh: set[int] = set()  # rows with text that is not shown yet
        self._pause = FRAME_MS
        self._tab_order: list[QWidget] = []
        self._tops: list[int] = [0]
        self._exact = 0  # how many rows have an exact top
        self._divider: int | None = None
        self._summarised = False
        self._anchor: tuple[int, tuple[int, float]] | None = None  # None: the end
        self._arranging = False
        self._selecting: MessageView | None = None  # the one that has the pointer while it is pressed
        self._selection = Selection()
        self._quote = QuoteButton(self._look, self)
        self._quote.clicked.connect(self._quote_selection)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setAutoFillBackground(False)
        self._jump = JumpButton(self._look, self)
        self._jump.hide()
        self._retranslate()
        self._jump.clicked.connect(self.scroll_to_end)
        self._frame = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._frame.timeout.connect(self._flush)
        self._idle = QTimer(self, singleShot=True, interval=0)
        self._idle.timeout.connect(self._work)
        self._drag = QTimer(self, interval=_DRAG_MS)
        self._drag.timeout.connect(self._scroll_with_drag)
        self.verticalScrollBar().setSingleStep(40)
        self.verticalScrollBar().rangeChanged.connect(self._balance)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow_focus)

    def _balance(self, _least: int, most: int) -> None:
        """Leave as much room at the left as the scroll bar takes, so that the column stays in the middle."""
        self.setViewportMargins(self.verticalScrollBar().sizeHint().width() if most else 0, 0, 0, 0)

    # What the window does -------------------------------------------------------------------------

    def show_entries(
        self, entries: Sequence[Entry], *, divider: int | None = None, summarised: bool = False
    ) -> None:
        """Show these messages and no others, scrolled to the end; the rest as in ``set_divider``."""
        self._frame.stop()
        self._drag.stop()
        self._selecting = None
        self._clear_selection()
        for index in list(self._live):
            self._retire(index)
        self._fresh.clear()
        self._tab_order = []
        self._divider, self._summarised = divider, summarised
        self._rows = [
            _Row(entry, height) for entry, height in zip(entries, self._guess(entries), strict=True)
        ]
        if divider is not None and 0 <= divider < len(self._rows):
            self._rows[divider].height += GAP + DIVIDER
        self._index = {entry.id: index for index, entry in enumerate(entries)}
        self._exact = 0
        self._anchor = None
        self._arrange()

    def add_entry(self, entry: Entry) -> None:
        """Add a message at the end. The person's own brings the end into sight, as they just sent it."""
        if entry.id in self._index:
            self.update_entry(entry)
            return
        self._index[entry.id] = len(self._rows)
        self._rows.append(_Row(entry, self._guess([entry])[0]))
        if entry.role == "user":
            self._anchor = None
        self._arrange()

    def update_entry(self, entry: Entry) -> None:
        """Show another state of the message with this id; nothing happens if there is none."""
        row = self._row(entry.id)
        if row is None:
            return
        self._take_pieces(row)
        if entry.text != row.entry.text:
            row.furigana = None
        if not entry.text.startswith(row.entry.text) and self._selection.part(self._index[entry.id]):
            self._clear_selection()
        row.entry = entry
        if row.view is not None:
            row.view.set_entry(entry)
            if isinstance(row.view, AnswerView):
                row.view.parse(deadline(SLICE_MS))
        self._arrange()

    def append_text(self, id: int, piece: str) -> None:
        """Add ``piece`` to a streaming answer; shown with the next frame."""
        index = self._index.get(id)
        if index is not None and piece:
            self._rows[index].pieces.append(piece)
            self._show_soon(index)

    def append_thought(self, id: int, piece: str) -> None:
        """Add ``piece`` to what is thought before an answer; shown with the next frame."""
        index = self._index.get(id)
        if index is not None and piece:
            self._rows[index].thoughts.append(piece)
            self._show_soon(index)

    def end_thinking(self, id: int, seconds: float) -> None:
        """Say for how long the model thought; its answer begins."""
        row = self._row(id)
        if row is not None:
            row.entry = replace(row.entry, thought_seconds=seconds)

    def set_note(self, id: int, note: str) -> None:
        """Say in a quiet line below an answer what the person should know while it is written."""
        row = self._row(id)
        if row is not None and row.entry.note != note:
            self._take_pieces(row)
            self.update_entry(replace(row.entry, note=note))

    def _show_soon(self, index: int) -> None:
        self._fresh.add(index)
        if not self._frame.isActive():
            self._frame.start(self._pause)

    def set_progress(self, id: int, text: str) -> None:
        """Say in a calm line what is going on before the first word of an answer."""
        row = self._row(id)
        if row is not None:
            row.progress = text
            if isinstance(row.view, AnswerView):
                row.view.set_progress(text)

    def set_divider(self, index: int | None, *, summarised: bool = False) -> None:
        """Say before the message at ``index`` that the model was not given those above; None removes it.

        ``summarised``: it was given a summary of them, which a press on the line asks for.
        """
        self._divider, self._summarised = index, summarised
        for live in self._live:
            view = self._rows[live].view
            if view is not None:
                view.set_divider(self._divider_text(live), pressable=self._summarised)
                self._set_height(live, view.full_height())
        self._arrange()

    def text_of(self, id: int) -> str:
        """Return the whole text of a message as it was given; '' if there is none with this id."""
        row = self._row(id)
        return row.entry.text + "".join(row.pieces) if row else ""

    def set_zoom(self, percent: int) -> None:
        """Set the size of text and column, in percent (50 to 300)."""
        percent = max(ZOOM_LEAST, min(ZOOM_MOST, percent))
        if percent != self._zoom:
            self._zoom = percent
            self._restyle()

    def zoom(self) -> int:
        """Return the size of text and column in percent."""
        return self._zoom

    def set_jobs(self, jobs: Jobs) -> None:
        """Draw formulas and find readings by ``jobs``; without them, formulas stay their source."""
        self._jobs = jobs
        self._formulas.set_jobs(jobs)
        for index in self._live:
            view = self._rows[index].view
            if view is not None:
                view.can_be_read = True

    def toggle_furigana(self, id: int) -> None:
        """Show readings over the kanji of a message, or take them away."""
        row, jobs = self._row(id), self._jobs
        if row is None or jobs is None:
            return
        if row.furigana is not None:
            self._show_furigana(row, None)
            return
        text, role = row.entry.text, row.entry.role

        def read(cancel: Cancel) -> list[Block]:
            from desktop.ui.transcript.furigana import annotated

            return annotated(plain(text) if role == "user" else parse(text), cancel)

        def show(blocks: list[Block]) -> None:
            if row is self._row(id) and row.entry.text == text:
                self._show_furigana(row, blocks)

        jobs.run(read, owner=self, on_done=show)

    def _show_furigana(self, row: _Row, blocks: list[Block] | None) -> None:
        row.furigana = blocks
        if row.view is not None:
            row.view.set_furigana(blocks)
        self._anchor = self._spot()
        self._arrange()

    def _save_code(self, code: str, language: str) -> None:
        if self._jobs is not None:
            save_code(code, language, self._jobs, self)

    def _take_formulas(self, drawn: Set[Wanted]) -> None:
        """Lay out anew what has waited for these formulas."""
        changed = False
        for index in self._live:
            view = self._rows[index].view
            if view is not None and view.flow.refresh(drawn):
                changed = True
                view.update()
                self._set_height(index, view.full_height())
        if changed:
            self._arrange()

    def scroll_to_end(self) -> None:
        """Show the end and follow it."""
        self._anchor = None
        self._arrange()

    def show_words(self, id: int, words: Sequence[str]) -> None:
        """Scroll to a message, and select the first of the words in it that is found there."""
        index = self._index.get(id)
        if index is None:
            return
        self._anchor = (index, (0, 0.0))
        self._arrange()
        view = self._rows[index].view
        place = view.place_of(words) if view is not None else None
        if place is not None:
            start, end = place
            self._selection.select(Spot(index, start), Spot(index, end))
            self._show_selection()
            self._anchor = (index, (start.segment, -float(self.viewport().height() // 3)))
        self._arrange()

    def at_end(self) -> bool:
        """Return whether the end is shown and followed."""
        return self._anchor is None

    # Rows -----------------------------------------------------------------------------------------

    def _row(self, identity: int) -> _Row | None:
        index = self._index.get(identity)
        return None if index is None else self._rows[index]

    def _guess(self, entries: Sequence[Entry]) -> list[int]:
        """Return about how high the messages will be."""
        look, width = self._look, self.viewport().width()
        bubble, inner = question.bubble_width(look, width), column(look, width)[1]
        return [
            min(
                MAX_HEIGHT,
                question.estimate(entry, look, bubble)
                if entry.role == "user"
                else answer.estimate(entry, look, inner),
            )
            for entry in entries
        ]

    def _set_height(self, index: int, height: int) -> bool:
        height = min(height, MAX_HEIGHT)
        if self._rows[index].height == height:
            return False
        self._rows[index].height = height
        self._exact = min(self._exact, index)
        return True

    def _top(self, index: int) -> int:
        """Return where a row begins; ``len(rows)`` asks for the end."""
        if self._exact < index:
            del self._tops[self._exact + 1 :]
            top = self._tops[-1]
            for row in self._rows[self._exact :]:
                top += row.height
                self._tops.append(top)
            self._exact = len(self._rows)
        return self._tops[index]

    def _row_at(self, y: float) -> int:
        self._top(len(self._rows))
        return min(max(0, bisect_right(self._tops, y, hi=len(self._rows) + 1) - 1), len(self._rows) - 1)

    def _between(self, y0: float, y1: float) -> Iterator[int]:
        index = self._row_at(y0)
        while 0 <= index < len(self._rows) and self._top(index) < y1:
            yield index
            index += 1

    def _divider_text(self, index: int) -> str:
        if index != self._divider or index <= 0:
            return ""
        if self._summarised:
            return self.tr("ここより前は要約して渡しています")
        return self.tr("ここより前の%n件は、モデルに渡されていません", "", index)

    def _make_view(self, index: int) -> QuestionView | AnswerView:
        row = self._rows[index]
        self._take_pieces(row)
        width, page = self.viewport().width(), self.viewport()
        view: QuestionView | AnswerView
        if row.entry.role == "user":
            view = QuestionView(row.entry, self._look, width, page)
            view.file_opened.connect(self.file_opened)
        else:
            view = AnswerView(row.entry, self._look, width, page)
            view.set_progress(row.progress)
            view.regenerate_requested.connect(self.regenerate_requested)
            view.continue_requested.connect(self.continue_requested)
            view.policy_requested.connect(self.policy_requested)
            view.several_requested.connect(self.several_requested)
            view.compare_requested.connect(self.compare_requested)
            view.probabilities_requested.connect(self.probabilities_requested)
            view.prompt_requested.connect(self.prompt_requested)
            view.set_unfolded(row.unfolded)
            view.unfolded.connect(lambda unfolded: self._unfold(row, unfolded))
            view.parse(deadline(SLICE_MS))
        view.set_divider(self._divider_text(index), pressable=self._summarised)
        view.divider_pressed.connect(self.summary_requested)
        view.sibling_requested.connect(self.sibling_requested)
        view.link_activated.connect(self.link_activated)
        view.copied.connect(self.copied)
        view.resized.connect(self._arrange)
        view.selecting.connect(self._select_from)
        view.dragged.connect(self._follow_drag)
        view.released.connect(self._end_drag)
        view.asked.connect(self._take_wish)
        view.furigana_toggled.connect(self.toggle_furigana)
        view.starred.connect(self.starred)
        view.branch_to_chat.connect(self.branch_to_chat)
        view.edit_requested.connect(self.edit_requested)
        view.delete_requested.connect(self.delete_requested)
        view.code_saved.connect(self._save_code)
        view.can_be_read = self._jobs is not None
        if row.furigana is not None:
            view.set_furigana(row.furigana)
        view.choose(self._selection.part(index))
        row.view = view
        self._live.add(index)
        return view

    def _retire(self, index: int) -> None:
        self._live.discard(index)
        view = self._rows[index].view
        if view is not None:
            view.hide()
            view.deleteLater()
            self._rows[index].view = None

    def _unfold(self, row: _Row, unfolded: bool) -> None:
        """Keep the title under the pointer where it is, unless one follows the end as it grows."""
        row.unfolded = unfolded
        if row.entry.status != "streaming":
            self._anchor = self._spot()

    @staticmethod
    def _take_pieces(row: _Row) -> str:
        piece, thought = "".join(row.pieces), "".join(row.thoughts)
        if piece or thought:
            row.furigana = None if piece else row.furigana
            row.pieces.clear()
            row.thoughts.clear()
            row.entry = replace(row.entry, text=row.entry.text + piece, thinking=row.entry.thinking + thought)
            if isinstance(row.view, AnswerView):
                row.view.grow(row.entry, piece)
            elif row.view is not None:
                row.view.set_entry(row.entry)
        return piece

    # Arranging ------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        """Make, measure and place what is in sight, and keep the anchor where it is."""
        if self._arranging:
            return
        self._arranging = True
        try:
            # Each pass measures what has come into sight, which may move other text into sight.
            for _ in range(50):
                self._scroll_to_anchor()
                if not self._measure_visible():
                    break
            self._place()
        finally:
            self._arranging = False
        self._idle.start()

    def _scroll_to_anchor(self) -> None:
        bar, page = self.verticalScrollBar(), self.viewport().height()
        end = self._top(len(self._rows)) + (self._look.px(FOOT) if self._rows else 0)
        bar.setRange(0, max(0, end - page))
        bar.setPageStep(page)
        if self._anchor is None:
            bar.setValue(bar.maximum())
            return
        index, spot = self._anchor
        view = self._rows[index].view
        bar.setValue(round(self._top(index) + (view.y_of(spot) if view else spot[1])))

    def _measure_visible(self) -> bool:
        """Lay out what is in sight; return whether a height changed."""
        y0 = self.verticalScrollBar().value()
        y1 = y0 + self.viewport().height()
        changed = False
        for index in list(self._between(y0, y1)):
            top = self._top(index)
            if top >= y1:
                break
            view = self._rows[index].view or self._make_view(index)
            view.reveal(y0 - top, y1 - top)
            changed |= self._set_height(index, view.full_height())
            if changed and self._anchor is None:
                break  # the end moved: look again from there
        return changed

    def _place(self) -> None:
        y0, page = self.verticalScrollBar().value(), self.viewport().height()
        width = self.viewport().width()
        keep = set(self._between(y0 - page, y0 + 2 * page))
        focus = QApplication.focusWidget()
        shown: list[MessageView] = []
        for index in sorted(self._live):
            row = self._rows[index]
            view = row.view
            assert view is not None
            holds = view is self._selecting or (
                focus is not None and (view is focus or view.isAncestorOf(focus))
            )
            if index not in keep and not holds:
                self._retire(index)
                continue
            top = self._top(index) - y0
            view.setGeometry(0, top, width, row.height)
            if top < page and top + row.height > 0:
                view.finish_layout(-top, page - top)
                shown.append(view)
            view.show()
        order = [widget for view in shown for widget in (view, *view.controls())]
        if order != self._tab_order:
            self._tab_order = order
            for before, after in pairwise(order):
                QWidget.setTabOrder(before, after)
        self._jump.setVisible(self._anchor is not None and self.verticalScrollBar().maximum() > 0)
        edge = self._look.px(16)
        beside = (width + column(self._look, width)[1]) // 2 + edge
        middle = (width - self._jump.width()) // 2
        fits = beside + self._jump.width() <= width
        self._jump.move(beside if fits else middle, page - self._jump.height() - edge)
        self._jump.raise_()

    def _work(self) -> None:
        """Prepare a little of what is not in sight, then come back."""
        stop = deadline(SLICE_MS)
        y0, page = self.verticalScrollBar().value(), self.viewport().height()
        near = list(self._between(y0 - page // 2, y0 + page + page // 2))
        middle = self._row_at(y0 + page / 2)
        moved = False
        for index in sorted(near, key=lambda index: abs(index - middle)):
            row = self._rows[index]
            view = row.view or self._make_view(index)
            left = view.work(stop)
            moved |= self._set_height(index, view.full_height())
            if left or perf_counter() >= stop:
                self._arrange()  # which starts this timer again
                return
            moved |= view.isHidden()
        if moved:
            self._arrange()

    def _flush(self) -> None:
        """Show what has streamed in since the last frame."""
        began = perf_counter()
        for index in self._fresh:
            row = self._rows[index]
            self._take_pieces(row)
            if isinstance(row.view, AnswerView):
                row.view.parse(deadline(SLICE_MS))
        self._fresh.clear()
        self._arrange()
        # A costly frame (a large table, thousands of lines of code) is followed by a longer pause.
        self._pause = max(FRAME_MS, round((perf_counter() - began) * 3_000))

    def _restyle(self) -> None:
        self._look = Look(self._zoom / 100, self._formulas)
        self._jump.set_look(self._look)
        self._quote.set_look(self._look)
        self._resize_rows()

    def _retranslate(self) -> None:
        self.setAccessibleName(self.tr("対話"))
        for index in self._live:
            view = self._rows[index].view
            if view is not None:
                view.describe()
                view.set_divider(self._divider_text(index), pressable=self._summarised)

    def _resize_rows(self) -> None:
        width = self.viewport().width()
        guesses = self._guess([row.entry for row in self._rows])
        for index, (row, guess) in enumerate(zip(self._rows, guesses, strict=True)):
            if row.view is not None:
                row.view.restyle(self._look, width)
                row.height = row.view.full_height()
            else:
                row.height = guess + (GAP + DIVIDER if index == self._divider else 0)
        self._exact = 0
        self._arrange()

    # Moving ---------------------------------------------------------------------------------------

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Take the person's scrolling as the new anchor."""
        if self._arranging or not self._rows:
            return
        self._quote.hide()
        self._set_anchor()
        self._arrange()

    def _set_anchor(self) -> None:
        bar = self.verticalScrollBar()
        if bar.value() >= bar.maximum() - _NEAR:
            self._anchor = None
            return
        self._anchor = self._spot()

    def _spot(self) -> tuple[int, tuple[int, float]]:
        """Return what lies at the upper edge of the viewport."""
        top = self.verticalScrollBar().value()
        index = self._row_at(top)
        y = top - self._top(index)
        view = self._rows[index].view
        return index, (view.spot(y) if view else (-1, y))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll by keyboard."""
        actions = {
            Qt.Key.Key_PageUp: QAbstractSlider.SliderAction.SliderPageStepSub,
            Qt.Key.Key_PageDown: QAbstractSlider.SliderAction.SliderPageStepAdd,
            Qt.Key.Key_Home: QAbstractSlider.SliderAction.SliderToMinimum,
            Qt.Key.Key_Up: QAbstractSlider.SliderAction.SliderSingleStepSub,
            Qt.Key.Key_Down: QAbstractSlider.SliderAction.SliderSingleStepAdd,
        }
        key = Qt.Key(event.key())
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy("copy")
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_all()
        elif key == Qt.Key.Key_Escape and self._selection.limits() is not None:
            self._clear_selection()
        elif key == Qt.Key.Key_End:
            self.scroll_to_end()
        elif key in actions:
            self.verticalScrollBar().triggerAction(actions[key])
        else:
            event.ignore()

    def _follow_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        """Bring a button into sight that the keyboard reached."""
        if not isinstance(now, QAbstractButton) or not self.viewport().isAncestorOf(now):
            return
        top = now.mapTo(self.viewport(), QPoint(0, 0)).y()
        page, bar = self.viewport().height(), self.verticalScrollBar()
        if top < 0:
            bar.setValue(bar.value() + top - GAP)
        elif top + now.height() > page:
            bar.setValue(bar.value() + top + now.height() - page + GAP)

    # Selecting ------------------------------------------------------------------------------------

    def _select_from(self, view: MessageView, place: Place, extends: bool) -> None:
        self._selecting = view
        spot = Spot(self._index[view.entry.id], place)
        if extends:
            self._selection.extend(spot)
        else:
            self._selection.begin(spot)
        self._show_selection()

    def select_all(self) -> None:
        """Select the whole conversation."""
        if self._rows:
            self._selection.select(Spot(0, START), Spot(len(self._rows) - 1, END))
            self._show_selection()

    def _clear_selection(self) -> None:
        self._selection.clear()
        self._show_selection()

    def _show_selection(self) -> None:
        self._quote.hide()
        for index in self._live:
            view = self._rows[index].view
            if view is not None:
                view.choose(self._selection.part(index))

    def _select_to(self, point: QPoint) -> None:
        """Extend the selection to a point of the screen, in whichever message it is."""
        inside = self.viewport().mapFromGlobal(point)
        inside.setY(max(0, min(inside.y(), self.viewport().height() - 1)))
        index = self._row_at(self.verticalScrollBar().value() + inside.y())
        view = self._rows[index].view
        if view is not None:
            place = view.place_at(QPointF(view.mapFrom(self.viewport(), inside)))
            self._selection.extend(Spot(index, place))
            self._show_selection()

    def _follow_drag(self, point: QPoint) -> None:
        self._select_to(point)
        if not self._drag.isActive():
            self._drag.start()

    def _scroll_with_drag(self) -> None:
        """Scroll while a selection is dragged beyond the viewport."""
        if self._selecting is None or not QApplication.mouseButtons() & Qt.MouseButton.LeftButton:
            self._drag.stop()
            return
        y = self.viewport().mapFromGlobal(QCursor.pos()).y()
        # The edge itself counts, too: a full-screen window has nothing beyond it.
        beyond = min(0, y - _EDGE) + max(0, y - self.viewport().height() + _EDGE)
        if beyond:
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + max(-4 * _DRAG_STEP, min(4 * _DRAG_STEP, beyond)))
            self._select_to(QCursor.pos())

    def _end_drag(self, point: QPoint) -> None:
        """Offer to quote what was selected, near the pointer."""
        self._drag.stop()
        if self._selection.limits() is not None:
            self._quote.show_near(self.viewport().mapTo(self, self.viewport().mapFromGlobal(point)))

    def _take_wish(self, view: MessageView, wish: str) -> None:
        """Do what the menu of a message says: with the selection, if it touches the message."""
        index = self._index[view.entry.id]
        if wish == "all":
            self.select_all()
        elif wish == "quote":
            self._quote_selection()
        elif self._selection.part(index) is not None:
            self._copy(wish)
        else:
            self._copy(wish, index)

    def _pieces(self, rows: range, row: int | None = None) -> list[Piece]:
        """Return the selected part of each message; with ``row`` all of that one."""
        found = []
        for index in rows if row is None else [row]:
            entry = self._rows[index].entry
            part = self._selection.part(index) if row is None else (START, END)
            if part is None or not entry.text:
                continue
            if part == (START, END):
                found.append(Piece(entry.text, None, entry.role))
                continue
            view = self._rows[index].view or self._make_view(index)
            while isinstance(view, AnswerView) and view.parse(deadline(SLICE_MS)):
                pass  # a long answer may not be read to its end yet
            whole = view.flow.is_all(*part)
            found.append(Piece(entry.text if whole else "", view.flow.parts(*part), entry.role))
        return found

    def _copy(self, wish: str, row: int | None = None) -> None:
        """Put the selection, or one message, on the clipboard."""
        pieces = self._pieces(self._selection.rows(), row)
        if pieces:
            put_on_clipboard(pieces, wish)
            self.copied.emit()

    def _quote_selection(self) -> None:
        text = as_quote(self._pieces(self._selection.rows()))
        self._clear_selection()
        if text:
            self.quoted.emit(text)

    # Events ---------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out in the new width, with the same text at the top."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._resize_rows()
        else:
            self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the page."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), self._look.colour("page"))
        painter.end()

    def event(self, event: QEvent) -> bool:
        """Keep the keys for selecting and copying from shortcuts of the window."""
        keys = (QKeySequence.StandardKey.SelectAll, QKeySequence.StandardKey.Copy)
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.ShortcutOverride:
            return super().event(event)
        if any(event.matches(key) for key in keys):
            event.accept()
            return True
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme and the language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
            self._jump.retranslate()
            self._quote.retranslate()
            self._restyle()
        if event.type() == QEvent.Type.PaletteChange:
            self._restyle()
