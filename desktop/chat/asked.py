"""What the model was, or would be, asked with: the turns that ``turn.answer`` sends. Reads, never writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from desktop.chat.attached import with_blocks, with_files
from desktop.chat.branch import covered_turns, first_seen, turns_of
from desktop.engine.protocol import Prompting, Turn
from desktop.store import Choices, Message, Store, Summary
from desktop.store.chats import Policy


class Asked(NamedTuple):
    """A conversation as it is given to the engine."""

    turns: tuple[Turn, ...]
    prompting: Prompting
    covered: int  # the oldest turns of the path, for which a summary stands


def prompting_of(choices: Choices, policy: Policy) -> Prompting:
    """Return how a chat with this policy becomes a prompt for a model with these choices."""
    return Prompting(choices.template, choices.thinking, "stop" if policy == "stop" else "leave_out")


def summary_of(store: Store, path: Sequence[Message], policy: Policy) -> Summary | None:
    """Return the summary that goes with the last answer of a path."""
    if policy != "summarise" or len(path) < 3:
        return None
    return store.messages.summary(path[0].chat_id, path[-3].id)


def next_prompt(
    store: Store,
    path: Sequence[Message],
    typed: str,
    *,
    choices: Choices,
    policy: Policy,
    system: str,
    attachments: Sequence[int] = (),
) -> Asked:
    """Return what the next answer would be asked with, were ``typed`` sent now with these files of the draft.

    With neither, the path as it is.
    """
    path = with_files(store, path)
    if attachments:
        typed = with_blocks(typed, store.attachments.texts_of(attachments))
    summary = None
    if policy == "summarise" and path:
        # Sending adds a question and its answer, and the summary goes up to what was said before them.
        summary = store.messages.summary(path[0].chat_id, path[-1].id)
    turns = turns_of(path, system, summary)
    if typed:
        if turns and turns[-1].role == "user":
            turns = (*turns[:-1], Turn("user", f"{turns[-1].text}\n\n{typed}"))
        else:
            turns = (*turns, Turn("user", typed))
    return Asked(turns, prompting_of(choices, policy), covered_turns(path, summary))


def prompt_of(
    store: Store, message_id: int, *, choices: Choices, policy: Policy, system: str, seen: bool = False
) -> Asked:
    """Return what an answer was asked with, as far as that is still so.

    With ``seen``, the turns that the model was not given are left out here and not by the engine. Raises
    ``KotonohaError("message_missing")``.
    """
    answer = store.messages.get(message_id)
    path = store.messages.path(answer.chat_id, leaf_id=message_id)
    summary = summary_of(store, path, policy)
    covered = covered_turns(path, summary)
    before = with_files(store, path[:-1])
    if seen and answer.left_out > covered:
        before = before[first_seen(before, answer.left_out) :]
    return Asked(turns_of(before, system, summary), prompting_of(choices, policy), covered)
