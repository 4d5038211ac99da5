"""One turn of a conversation: the engine's answer, committed while it streams.

Knows the store and the engine's client; does not know Qt, nor which thread it runs in.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from desktop.chat.asked import prompting_of
from desktop.chat.attached import with_files
from desktop.chat.branch import covered_turns, turns_of
from desktop.chat.summary import condense
from desktop.chat.titles import title_of
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
    Thought,
)
from desktop.engine.states import chat_key
from desktop.errors import KotonohaError
from desktop.jobs import Cancel
from desktop.models.loading import Loader, Step, Target
from desktop.store import Chat, Message, Model, Policy, Status, Store

COMMIT_SECONDS = 0.5  # a kill loses at most this much of an answer

_STATUS: dict[FinishReason, Status] = {
    "end": "done",
    "stop_text": "done",
    "limit": "limit",
    "context_full": "limit",
    "repeating": "looped",
    "stopped": "stopped",
}


class Begun(NamedTuple):
    """The messages of a turn are saved; ``question`` is None where an old one is answered again."""

    chat: Chat
    question: Message | None
    answer: Message


def begin(
    store: Store,
    chat_id: int | None,
    text: str,
    model: Model,
    preset_id: int | None,
    *,
    preset_name: str = "",
    attachments: Sequence[int] = (),
    policy: Policy = "leave_out",
    draft: int | None = None,
) -> Begun:
    """Save the person's message and an empty answer to it, in a new chat when ``chat_id`` is None.

    A new chat gets ``model``, ``preset_id`` and ``policy``; ``preset_name`` is kept with the answer.
    The chat's first message gives it its title. The draft's ``attachments`` go with the message; ``draft``
    says which draft of a new chat it was (see ``Messages.send_first``). All or nothing is saved; raises
    ``KotonohaError``.
    """
    if chat_id is None:
        return Begun(
            *store.messages.send_first(
                text,
                model.name,
                title=title_of(text),
                model_id=model.id,
                preset_id=preset_id,
                preset_name=preset_name,
                attachments=attachments,
                policy=policy,
                draft=draft,
            )
        )
    question, answer = store.messages.send(
        chat_id, text, model.name, preset_name=preset_name, attachments=attachments
    )
    if question.parent_id is None:
        store.chats.rename(chat_id, title_of(text), by_hand=False)
    return Begun(store.chats.get(chat_id), question, answer)


def answer(
    store: Store,
    loader: Loader,
    *,
    message: Message,
    target: Target,
    sampling: Sampling,
    system: str,
    cancel: Cancel,
) -> Iterator[Event | Step]:
    """Let the engine write the streaming answer ``message`` and pass its events on, with the steps to there.

    What does not fit into the context is treated after the chat's policy. The text is committed at least once
    a second while it grows (the engine's heartbeat sees to that when it grows slowly), and with its final
    status before the last event is passed on. Raises ``KotonohaError`` when it cannot be saved; whatever else
    ends the generator early leaves the text so far, marked as interrupted.
    """
    draft = _Draft(store, message)
    choices = target.choices
    if choices.thinking_budget is not None:
        sampling = replace(sampling, thinking_budget=choices.thinking_budget)
    try:
        policy = store.chats.get(message.chat_id).policy
        prompting = prompting_of(choices, policy)
        path = with_files(store, store.messages.path(message.chat_id, leaf_id=message.id))
        summary = None
        if policy == "summarise":
            summary = yield from condense(
                store,
                loader,
                target,
                path,
                system=system,
                sampling=sampling,
                prompting=prompting,
                cancel=cancel,
            )
        turns, covered = turns_of(path, system, summary), covered_turns(path, summary)

        def request(settings: ModelSettings) -> Iterator[Event]:
            return loader.engine.generate(
                settings,
                turns,
                sampling,
                cancel,
                state_key=chat_key(message.chat_id),
                prompting=prompting,
                adapters=choices.adapters,
                reproducible=choices.reproducible,
            )

        for event in loader.run(target, request, cancel):
            match event:
                case Started(left_out=left_out):
                    draft.left_out = covered + left_out
                    event = replace(event, left_out=draft.left_out)  # noqa: PLW2901 - of the whole path
                case Piece(text=piece):
                    draft.add(piece)
                case Thought(text=thought):
                    draft.think(thought)
                case Finished(reason=reason, stats=stats):
                    draft.finish(_STATUS[reason], stats=stats)
                case Failed():
                    failure = explain(event)
                    draft.finish("failed", error=str(failure), error_code=failure.code)
            if not isinstance(event, Alive):
                yield event
            draft.commit_if_due()  # after the yield: what cannot be saved is at least seen
    finally:
        draft.finish("interrupted")


class _Draft:
    """The text of an answer while it grows, what was thought before, and their way into the store."""

    def __init__(self, store: Store, message: Message) -> None:
        self._store = store
        self._id = message.id
        self._parts = [message.text]
        self._thoughts = [message.thinking] if message.text else []  # else it thinks anew
        self._committed = time.monotonic()
        self._fresh = False
        self._finished = False
        self.left_out = message.left_out

    def add(self, piece: str) -> None:
        self._parts.append(piece)
        self._fresh = True

    def think(self, thought: str) -> None:
        self._thoughts.append(thought)
        self._fresh = True

    def commit_if_due(self) -> None:
        now = time.monotonic()
        if self._fresh and not self._finished and now - self._committed >= COMMIT_SECONDS:
            self._store.messages.write(self._id, "".join(self._parts), "".join(self._thoughts))
            self._committed, self._fresh = now, False

    def finish(
        self, status: Status, *, stats: Stats | None = None, error: str = "", error_code: str = ""
    ) -> None:
        if self._finished:
            return
        self._finished = True
        text = "".join(self._parts)
        if status == "done" and not text.strip():
            empty = _empty_answer()
            status, error, error_code = "failed", str(empty), empty.code
        self._store.messages.finish(
            self._id,
            text,
            status,
            stats=stats,
            error=error,
            error_code=error_code,
            left_out=self.left_out,
            thinking="".join(self._thoughts),
        )


def _empty_answer() -> KotonohaError:
    return KotonohaError(
        "empty_answer",
        "モデルが何も書かずに終わりました。もう一度試すか、聞き方を変えてください。",
        "The model ended without writing anything. Try again, or put the question differently.",
    )
