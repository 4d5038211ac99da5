"""The widget of a row, and what the transcript passes on of it; how high one will be about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.ui.transcript import answer, question
from desktop.ui.transcript.answer import AnswerView
from desktop.ui.transcript.arranging import SLICE_MS
from desktop.ui.transcript.message import DIVIDER, GAP, column, deadline
from desktop.ui.transcript.question import QuestionView
from desktop.ui.transcript.rows import MAX_HEIGHT, Row

if TYPE_CHECKING:
    from collections.abc import Iterable

    from desktop.ui.transcript.entry import Entry
    from desktop.ui.transcript.look import Look
    from desktop.ui.transcript.transcript import Transcript


def estimates(entries: Iterable[Entry], look: Look, width: int, divider: int | None = None) -> list[int]:
    """Return about how high messages will be in a transcript of this width, with a divider above one."""
    bubble, inner = question.bubble_width(look, width), column(look, width)[1]
    heights = [
        question.estimate(entry, look, bubble)
        if entry.role == "user"
        else answer.estimate(entry, look, inner)
        for entry in entries
    ]
    if divider is not None and 0 <= divider < len(heights):
        heights[divider] += GAP + DIVIDER
    return [min(MAX_HEIGHT, height) for height in heights]


def make_view(row: Row, look: Look, transcript: Transcript) -> QuestionView | AnswerView:
    """Return a widget that shows the row, and whose wishes ``transcript`` passes on."""
    width, page = transcript.viewport().width(), transcript.viewport()
    view: QuestionView | AnswerView
    if row.entry.role == "user":
        view = QuestionView(row.entry, look, width, page)
        view.file_opened.connect(transcript.file_opened)
    else:
        view = AnswerView(row.entry, look, width, page)
        view.set_progress(row.progress)
        view.regenerate_requested.connect(transcript.regenerate_requested)
        view.continue_requested.connect(transcript.continue_requested)
        view.policy_requested.connect(transcript.policy_requested)
        view.several_requested.connect(transcript.several_requested)
        view.compare_requested.connect(transcript.compare_requested)
        view.probabilities_requested.connect(transcript.probabilities_requested)
        view.prompt_requested.connect(transcript.prompt_requested)
        view.set_unfolded(row.unfolded)
        view.parse(deadline(SLICE_MS))
    view.divider_pressed.connect(transcript.summary_requested)
    view.sibling_requested.connect(transcript.sibling_requested)
    view.link_activated.connect(transcript.link_activated)
    view.copied.connect(transcript.copied)
    view.furigana_toggled.connect(transcript.toggle_furigana)
    view.starred.connect(transcript.starred)
    view.branch_to_chat.connect(transcript.branch_to_chat)
    view.edit_requested.connect(transcript.edit_requested)
    view.delete_requested.connect(transcript.delete_requested)
    if row.furigana is not None:
        view.set_furigana(row.furigana)
    return view
