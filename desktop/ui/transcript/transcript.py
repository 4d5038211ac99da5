"""The scrolling conversation. Only the messages near the viewport are widgets.

This is what the window sees of it. The rows and their places are in ``rows``, what stays where while heights
change in ``arranging``, text that streams in ``incoming``, the selection across messages in ``selecting``,
words that were searched for in ``finding``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QApplication,
    QFrame,
    QWidget,
)

from desktop.store.settings import ZOOM_LEAST, ZOOM_MOST
from desktop.ui.transcript.answer import AnswerView
from desktop.ui.transcript.arranging import SLICE_MS, Arranger
from desktop.ui.transcript.button import JumpButton
from desktop.ui.transcript.code_file import save_code
from desktop.ui.transcript.finding import Finding
from desktop.ui.transcript.formulas import Formulas
from desktop.ui.transcript.incoming import Incoming
from desktop.ui.transcript.look import Look
from desktop.ui.transcript.message import MessageView, column, deadline, takes_key
from desktop.ui.transcript.readings import Readings
from desktop.ui.transcript.rows import Row, Rows
from desktop.ui.transcript.selecting import Selecting
from desktop.ui.transcript.views import estimates, make_view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.ui.transcript.entry import Entry
    from desktop.ui.transcript.question import QuestionView
    from desktop.ui.worker import Jobs

FOOT = 32  # space under the last message


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
        self._look = Look(1.0, self._formulas)
        self._divider: int | None = None
        self._summarised = False
        self._rows = Rows()
        self._arranger = Arranger(self, self._rows, self._view_of)
        self._arranger.foot = self._look.px(FOOT)
        self._arranger.arranged.connect(self._place_jump)
        self._formulas.drawn.connect(self._arranger.refresh)
        self._readings = Readings(self._rows, self._arranger, self)
        self._incoming = Incoming(self._rows, self._arranger, self)
        self._idle, self._frame = self._arranger.idle, self._incoming.frame  # active while there is work
        self._selecting = Selecting(self, self._rows, self._view_of, self._look)
        self._selecting.copied.connect(self.copied)
        self._selecting.quoted.connect(self.quoted)
        self._finding = Finding(self, self._rows, self._arranger, self._view_of)
        self._jump = JumpButton(self._look, self)
        self._jump.hide()
        self._jump.clicked.connect(self.scroll_to_end)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setAutoFillBackground(False)
        self._retranslate()
        self.verticalScrollBar().setSingleStep(40)
        self.verticalScrollBar().rangeChanged.connect(self._balance)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow_focus)

    def _balance(self, _least: int, most: int) -> None:
        """Leave as much room at the left as the scroll bar takes, so that the column stays in the middle."""
        self.setViewportMargins(self.verticalScrollBar().sizeHint().width() if most else 0, 0, 0, 0)

    # What is shown --------------------------------------------------------------------------------

    def show_entries(
        self,
        entries: Sequence[Entry],
        *,
        divider: int | None = None,
        summarised: bool = False,
        keep: bool = False,
    ) -> None:
        """Show these messages and no others, scrolled to the end; the rest as in ``set_divider``.

        ``keep``: it is the same chat. What is in sight stays where it is, if it is there still, and messages
        that were there stay as they are: unfolded, with readings; all selected, if no message came or went.
        """
        sight = self._arranger.sight() if keep else []
        self._incoming.forget()
        self._finding.stop()
        if not keep:
            self._finding.forget()
        if not keep or [row.entry.id for row in self._rows] != [entry.id for entry in entries]:
            self._selecting.forget()
        self._divider, self._summarised = divider, summarised
        heights = estimates(entries, self._look, self.viewport().width(), divider)
        self._rows.replace(entries, heights, keep=keep)
        self._arranger.begin(sight)
        for index, entry in enumerate(entries if keep else ()):
            self._renew(index, entry)
        self._arranger.arrange()

    def add_entry(self, entry: Entry) -> None:
        """Add a message at the end. The person's own brings the end into sight, as they just sent it."""
        if self._rows.find(entry.id) is not None:
            self.update_entry(entry)
            return
        self._rows.append(entry, estimates([entry], self._look, self.viewport().width())[0])
        if entry.role == "user":
            self._arranger.follow_end()
        self._arranger.arrange()

    def update_entry(self, entry: Entry) -> None:
        """Show another state of the message with this id; nothing happens if there is none."""
        index = self._rows.index(entry.id)
        if index is not None:
            self._renew(index, entry)
            self._arranger.arrange()

    def _renew(self, index: int, entry: Entry) -> None:
        """Have another state of a row."""
        row = self._rows[index]
        row.take_pieces()
        if entry == row.entry:
            return
        if entry.text != row.entry.text:
            row.furigana = None
        if not entry.text.startswith(row.entry.text) and self._selecting.touches(index):
            self._selecting.clear()
        row.entry = entry
        if row.view is not None:
            row.view.set_entry(entry)
            if isinstance(row.view, AnswerView):
                row.view.parse(deadline(SLICE_MS))
            self._rows.set_height(index, row.view.full_height())

    def append_text(self, id: int, piece: str) -> None:
        """Add ``piece`` to a streaming answer; shown with the next frame."""
        self._incoming.add_text(id, piece)

    def append_thought(self, id: int, piece: str) -> None:
        """Add ``piece`` to what is thought before an answer; shown with the next frame."""
        self._incoming.add_thought(id, piece)

    def end_thinking(self, id: int, seconds: float) -> None:
        """Say for how long the model thought; its answer begins."""
        self._incoming.end_thinking(id, seconds)

    def set_note(self, id: int, note: str) -> None:
        """Say in a quiet line below an answer what the person should know while it is written."""
        row = self._rows.find(id)
        if row is not None and row.entry.note != note:
            row.take_pieces()
            self.update_entry(replace(row.entry, note=note))

    def set_progress(self, id: int, text: str) -> None:
        """Say in a calm line what is going on before the first word of an answer."""
        self._incoming.set_progress(id, text)

    def set_divider(self, index: int | None, *, summarised: bool = False) -> None:
        """Say before the message at ``index`` that the model was not given those above; None removes it.

        ``summarised``: it was given a summary of them, which a press on the line asks for.
        """
        self._divider, self._summarised = index, summarised
        for live, view in self._rows.views():
            self._divide(live, view)
            self._rows.set_height(live, view.full_height())
        self._arranger.arrange()

    def text_of(self, id: int) -> str:
        """Return the whole text of a message as it was given; '' if there is none with this id."""
        row = self._rows.find(id)
        return row.text() if row else ""

    # How it looks ---------------------------------------------------------------------------------

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
        for _, view in self._rows.views():
            view.can_be_read = True

    def toggle_furigana(self, id: int) -> None:
        """Show readings over the kanji of a message, or take them away."""
        if self._jobs is not None:
            self._readings.toggle(id, self._jobs)

    def _restyle(self) -> None:
        self._look = Look(self._zoom / 100, self._formulas)
        self._arranger.foot = self._look.px(FOOT)
        self._jump.set_look(self._look)
        self._selecting.set_look(self._look)
        self._resize_rows()

    def _retranslate(self) -> None:
        self.setAccessibleName(self.tr("対話"))
        for index, view in self._rows.views():
            view.describe()
            self._divide(index, view)

    def _resize_rows(self) -> None:
        width = self.viewport().width()
        entries = [row.entry for row in self._rows]
        heights = estimates(entries, self._look, width, self._divider)
        for index, view in self._rows.views():
            view.restyle(self._look, width)
            heights[index] = view.full_height()
        for index, height in enumerate(heights):
            self._rows.set_height(index, height)
        self._arranger.arrange()

    # Where it is ----------------------------------------------------------------------------------

    def scroll_to_end(self) -> None:
        """Show the end and follow it."""
        self._arranger.follow_end()
        self._arranger.arrange()

    def at_end(self) -> bool:
        """Return whether the end is shown and followed."""
        return self._arranger.at_end

    def show_words(self, id: int, words: Sequence[str]) -> None:
        """Mark the words in all messages, and scroll to this one, to the first of them that is found there.

        Without such a message, what is in sight stays. The marks stay until ``forget_words``, or another chat
        is shown.
        """
        index = self._rows.index(id)
        if index is not None:
            self._arranger.hold_at(index, (0, 0.0))
            self._arranger.arrange()
        self._finding.begin(words, index)

    def step_words(self, step: int) -> bool:
        """Scroll to the next place with a marked word, with -1 to the one before; return whether any is."""
        return self._finding.step(step)

    def forget_words(self) -> None:
        """Mark no words any more."""
        self._finding.forget()

    def select_all(self) -> None:
        """Select the whole conversation."""
        self._selecting.select_all()

    def _place_jump(self) -> None:
        away = not self._arranger.at_end and self.verticalScrollBar().maximum() > 0
        self._jump.place(
            self.viewport().geometry(), column(self._look, self.viewport().width())[1], shown=away
        )

    # Rows -----------------------------------------------------------------------------------------

    def _view_of(self, index: int) -> QuestionView | AnswerView:
        """Return the widget of a row, and make it where there is none."""
        row = self._rows[index]
        if row.view is not None:
            return row.view
        row.take_pieces()
        view = make_view(row, self._look, self)
        view.can_be_read = self._jobs is not None
        view.resized.connect(self._arranger.arrange)
        view.led.connect(self._arranger.bring)
        view.code_saved.connect(self._save_code)
        if isinstance(view, AnswerView):
            view.unfolded.connect(lambda unfolded: self._unfold(row, unfolded))
        self._divide(index, view)
        self._selecting.watch(view, index)
        self._finding.watch(view)
        self._rows.dress(index, view)
        return view

    def _divide(self, index: int, view: MessageView) -> None:
        if index != self._divider or index <= 0:
            words = ""
        elif self._summarised:
            words = self.tr("ここより前は要約して渡しています")
        else:
            words = self.tr("ここより前の%n件は、モデルに渡されていません", "", index)
        view.set_divider(words, pressable=self._summarised)

    def _unfold(self, row: Row, unfolded: bool) -> None:
        """Keep the title under the pointer where it is, unless one follows the end as it grows."""
        row.unfolded = unfolded
        if row.entry.status != "streaming":
            self._arranger.hold()

    def _save_code(self, code: str, language: str) -> None:
        if self._jobs is not None:
            save_code(code, language, self._jobs, self)

    # Events ---------------------------------------------------------------------------------------

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Take the person's scrolling as what is to stay in sight."""
        if self._arranger.take_scroll():
            self._selecting.hide_offer()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll by keyboard."""
        key = Qt.Key(event.key())
        if event.matches(QKeySequence.StandardKey.Copy):
            self._selecting.copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_all()
        elif key == Qt.Key.Key_Escape and not self._selecting.empty:
            self._selecting.clear()
        elif key == Qt.Key.Key_End:
            self.scroll_to_end()
        elif not self._arranger.scroll_by(key):
            event.ignore()

    def _follow_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        self._arranger.follow_focus(now)  # as a method of the widget it is left out when that goes

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out in the new width, with the same text at the top."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._resize_rows()
        else:
            self._arranger.arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the page."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), self._look.colour("page"))
        painter.end()

    def event(self, event: QEvent) -> bool:
        """Keep the keys for selecting and copying from shortcuts of the window."""
        return takes_key(event) or super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme and the language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
            self._jump.retranslate()
            self._selecting.retranslate()
            self._restyle()
        if event.type() == QEvent.Type.PaletteChange:
            self._restyle()
