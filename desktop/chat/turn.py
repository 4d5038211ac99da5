"""One turn of a conversation: the engine's answer, committed while it streams.

Knows the store and the engine's client; does not know Qt, nor which thread it runs in.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import NamedTuple

from desktop.chat.titles import title_of
from desktop.engine.client import Engine
from desktop.engine.failures import explain
from desktop.engine.protocol import (
    Alive,
    Event,
    Failed,
    Finished,
    FinishReason,
    ModelSettings,
    Piece,
    Sampling,
    Started,
    Stats,
    Turn,
)
from desktop.engine.states import chat_key
from desktop.errors import KotonohaError
from desktop.jobs import Cancel
from desktop.store import Chat, Message, Model, Status, Store

COMMIT_SECONDS = 0.5  # a kill loses at most this much of an answer

_STATUS: dict[FinishReason, Status] = {
    "end": "done",
    "stop_text": "done",
    "limit": "limit",
    "context_full": "limit",
    "stopped": "stopped",
}


class Begun(NamedTuple):
    """The messages of a turn are saved; ``question`` is None where an old one is answered again."""

    chat: Chat
    question: Message | None
    answer: Message


def begin(store: Store, chat_id: int | None, text: str, model: Model, preset_id: int | None) -> Begun:
    """Save the person's message and an empty answer to it, in a new chat when ``chat_id`` is None.

    A new chat gets ``model`` and ``preset_id``. The chat's first message gives it its title. All or nothing
    is saved; raises ``KotonohaError``.
    """
    if chat_id is None:
        return Begun(
            *store.messages.send_first(
                text, model.name, title=title_of(text), model_id=model.id, preset_id=preset_id
            )
        )
    question, answer = store.messages.send(chat_id, text, model.name)
    if question.parent_id is None:
        store.chats.rename(chat_id, title_of(text), by_hand=False)
    return Begun(store.chats.get(chat_id), question, answer)


def turns_of(path: list[Message], system: str) -> tuple[Turn, ...]:
    """Return what the model is to see of a path: the system text, then every message that has a text.

    A last answer that has a text already is the one to continue. Two questions in a row, left by an answer
    that failed before its first word, become one turn: chat templates insist that the roles alternate.
    """
    turns = [Turn("system", system)] if system.strip() else []
    for message in path:
        if not message.text:
            continue
        if turns and turns[-1].role == message.role:
            turns[-1] = Turn(message.role, f"{turns[-1].text}\n\n{message.text}")
        else:
            turns.append(Turn(message.role, message.text))
    return tuple(turns)


def first_seen(path: list[Message], left_out: int) -> int:
    """Return the index in ``path`` of the first message that the model saw when it left out so many turns."""
    turns, last_role = 0, ""
    for i, message in enumerate(path):
        if message.text and message.role != last_role:
            turns, last_role = turns + 1, message.role
        if turns > left_out:
            return i
    return len(path)


def answer(
    store: Store,
    engine: Engine,
    *,
    message: Message,
    model: ModelSettings,
    sampling: Sampling,
    system: str,
    cancel: Cancel,
) -> Iterator[Event]:
    """Let the engine write the streaming answer ``message`` and pass its events on.

    The text is committed at least once a second while it grows (the engine's heartbeat sees to that when it
    grows slowly), and with its final status before the last event is passed on. Raises ``KotonohaError`` when
    it cannot be saved; whatever else ends the generator early leaves the text so far, marked as interrupted.
    """
    draft = _Draft(store, message)
    try:
        turns = turns_of(store.messages.path(message.chat_id, leaf_id=message.id), system)
        key = chat_key(message.chat_id)
        for event in engine.generate(model, turns, sampling, cancel, state_key=key):
            match event:
                case Started(left_out=left_out):
                    draft.left_out = left_out
                case Piece(text=piece):
                    draft.add(piece)
                case Finished(reason=reason, stats=stats):
                    draft.finish(_STATUS[reason], stats=stats)
                case Failed():
                    draft.finish("failed", error=str(explain(event)))
            if not isinstance(event, Alive):
                yield event
            draft.commit_if_due()  # after the yield: what cannot be saved is at least seen
    finally:
        draft.finish("interrupted")


class _Draft:
    """The text of an answer while it grows, and its way into the store."""

    def __init__(self, store: Store, message: Message) -> None:
        self._store = store
        self._id = message.id
        self._parts = [message.text]
        self._committed = time.monotonic()
        self._fresh = False
        self._finished = False
        self.left_out = message.left_out

    def add(self, piece: str) -> None:
        self._parts.append(piece)
        self._fresh = True

    def commit_if_due(self) -> None:
        now = time.monotonic()
        if self._fresh and not self._finished and now - self._committed >= COMMIT_SECONDS:
            self._store.messages.write(self._id, "".join(self._parts))
            self._committed, self._fresh = now, False

    def finish(self, status: Status, *, stats: Stats | None = None, error: str = "") -> None:
        if self._finished:
            return
        self._finished = True
        text = "".join(self._parts)
        if status == "done" and not text.strip():
            status, error = "failed", _empty_answer()
        self._store.messages.finish(self._id, text, status, stats=stats, error=error, left_out=self.left_out)


def _empty_answer() -> str:
    return str(
        KotonohaError(
            "empty_answer",
            "モデルが何も書かずに終わりました。もう一度試すか、聞き方を変えてください。",
            "The model ended without writing anything. Try again, or put the question differently.",
        )
    )
