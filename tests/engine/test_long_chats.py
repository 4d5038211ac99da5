"""A chat that outgrows the context, with a real model, after each policy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from asking import GREEDY

from desktop.chat.branch import SUMMARY_HEADING_EN
from desktop.chat.turn import answer
from desktop.engine.client import Engine
from desktop.engine.protocol import Failed, Finished, ModelSettings, Started
from desktop.jobs import Cancel
from desktop.models.loading import Loader, Step, Target
from desktop.store import Chat, Choices, Message, Policy, Store

pytestmark = pytest.mark.slow

FACTS = "In this town there are many cats, and each of them has a house of its own near the river. " * 4


def long_chat(store: Store, policy: Policy, exchanges: int = 6) -> Chat:
    chat = store.chats.create()
    store.chats.set_policy(chat.id, policy)
    for number in range(exchanges):
        _, reply = store.messages.send(chat.id, f"Tell me fact {number}.", "m")
        store.messages.finish(reply.id, FACTS, "done")
    return chat


def ask(store: Store, engine: Engine, smol: ModelSettings, chat: Chat) -> tuple[Message, list[Any]]:
    _, message = store.messages.send(chat.id, "How many cats are there?", "m")
    events = list(
        answer(
            store,
            Loader(engine, store),
            message=message,
            target=Target(smol.path, choices=Choices(context_length=512)),
            sampling=msgspec.structs.replace(GREEDY, max_tokens=16),
            system="Be brief.",
            cancel=Cancel(),
        )
    )
    return store.messages.get(message.id), events


def test_a_summary_takes_the_place_of_the_oldest_turns(
    engine: Engine, smol: ModelSettings, store: Store
) -> None:
    chat = long_chat(store, "summarise")
    message, events = ask(store, engine, smol, chat)
    assert isinstance(events[-1], Finished)
    told = [event.sentence for event in events if isinstance(event, Step)]
    assert any(sentence.startswith("古い部分を要約しています（1/") for sentence in told)
    assert "古い部分を要約できなかったため、省いて答えます" not in told
    kept = store.messages.summary(chat.id, message.id)
    assert kept is not None and kept.text.isascii()
    (started,) = (event for event in events if isinstance(event, Started))
    path = store.messages.path(chat.id)
    covered = [each for each in path if each.id <= kept.message_id]
    assert started.left_out == message.left_out == len(covered) >= 2
    assert started.prompt_tokens < 512
    prompt = [event for event in inspected(engine, smol, store, chat, message) if hasattr(event, "tokens")]
    text = "".join(token.text for event in prompt for token in event.tokens)
    assert f"Be brief.\n\n{SUMMARY_HEADING_EN}\n{kept.text}" in text


def inspected(
    engine: Engine, smol: ModelSettings, store: Store, chat: Chat, message: Message
) -> Iterator[Any]:
    from desktop.chat.branch import turns_of

    path = store.messages.path(chat.id, leaf_id=message.parent_id)
    kept = store.messages.summary(chat.id, message.id)
    settings = msgspec.structs.replace(smol, context_length=512)
    return engine.inspect(settings, turns_of(path, "Be brief.", kept), GREEDY, Cancel(), tokens=True)


def test_the_oldest_turns_are_left_out(engine: Engine, smol: ModelSettings, store: Store) -> None:
    message, events = ask(store, engine, smol, long_chat(store, "leave_out"))
    assert isinstance(events[-1], Finished)
    assert message.left_out >= 2


def test_the_person_is_asked_first(engine: Engine, smol: ModelSettings, store: Store) -> None:
    message, events = ask(store, engine, smol, long_chat(store, "stop"))
    assert isinstance(events[-1], Failed)
    assert events[-1].code == "context_exceeded"
    assert (message.status, message.text) == ("failed", "")
    assert "古い部分を省くか要約して続ける" in message.error
    message, events = ask(store, engine, smol, long_chat(store, "stop", exchanges=1))
    assert isinstance(events[-1], Finished)
