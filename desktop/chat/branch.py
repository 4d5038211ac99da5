"""What a model sees of a chat's branch, and where in the branch that begins. Pure functions."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from desktop.engine.protocol import Turn
from desktop.store import Message, Summary

# For the model, in the language of the chat.
SUMMARY_HEADING = "これまでの会話の要約:"
SUMMARY_HEADING_EN = "Summary of the conversation so far:"
_JAPANESE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")  # kana and kanji


def turns_of(path: Sequence[Message], system: str, summary: Summary | None = None) -> tuple[Turn, ...]:
    """Return what the model is to see of a path: the system text, then every message that has a text.

    A ``summary`` stands for the messages up to its own; it follows the system text. A last answer that has a
    text already is the one to continue. Two questions in a row, left by an answer that failed before its
    first word, become one turn: chat templates insist that the roles alternate. A question that was too long
    for the model is left out, or nothing could ever be said after it.
    """
    system = system.strip() and system
    if summary is not None:
        heading = SUMMARY_HEADING if is_japanese(summary.text) else SUMMARY_HEADING_EN
        system = "\n\n".join(filter(None, (system, f"{heading}\n{summary.text}")))
    turns = [Turn("system", system)] if system else []
    for message in _said(after(path, summary)):
        if turns and turns[-1].role == message.role:
            turns[-1] = Turn(message.role, f"{turns[-1].text}\n\n{message.text}")
        else:
            turns.append(Turn(message.role, message.text))
    return tuple(turns)


def _said(path: Sequence[Message]) -> Iterator[Message]:
    """Yield the messages that the model can be given."""
    for message, answer in itertools.zip_longest(path, path[1:]):
        too_long = answer is not None and answer.error_code == "prompt_too_long" and not answer.text
        if message.text and not (too_long and message.role == "user"):
            yield message


def is_japanese(text: str) -> bool:
    """Return whether there is Japanese in a text."""
    return _JAPANESE.search(text) is not None


def after(path: Sequence[Message], summary: Summary | None) -> list[Message]:
    """Return what of the path a summary does not cover. Ids grow along a path."""
    return [message for message in path if summary is None or message.id > summary.message_id]


def covered_turns(path: Sequence[Message], summary: Summary | None) -> int:
    """Return for how many turns of the path a summary stands."""
    if summary is None:
        return 0
    return len(turns_of([message for message in path if message.id <= summary.message_id], ""))


def first_seen(path: Sequence[Message], left_out: int) -> int:
    """Return the index in ``path`` of the first message that the model saw when it left out so many turns."""
    turns, last_role = 0, ""
    said = {message.id for message in _said(path)}
    for i, message in enumerate(path):
        if message.id in said and message.role != last_role:
            turns, last_role = turns + 1, message.role
        if turns > left_out:
            return i
    return len(path)
