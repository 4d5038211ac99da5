"""Long chats and their summaries, with an engine that counts characters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from desktop.chat import summary as summaries
from desktop.chat.branch import SUMMARY_HEADING, SUMMARY_HEADING_EN, covered_turns, turns_of
from desktop.chat.summary import pieces_of, summary_turns, transcript
from desktop.chat.turn import answer
from desktop.engine.fit import PromptTooLong, answer_room, fit
from desktop.engine.protocol import (
    Failed,
    Finished,
    FinishReason,
    Inspected,
    ModelSettings,
    Piece,
    Sampling,
    Started,
    Turn,
)
from desktop.jobs import Cancel
from desktop.models.loading import Step, Target
from desktop.store import Chat, Message, Store, Summary

CONTEXT = 1200  # "tokens", of one character each


class FakeEngine:
    """Fits turns as the real one does; ``write`` says what is answered to a prompt."""

    def __init__(self, write: Callable[[str], str | None] = lambda prompt: f"要約{len(prompt)}字分") -> None:
        self.write = write
        self.prompts: list[tuple[Turn, ...]] = []  # of answers and summaries, in turn
        self.reason: FinishReason = "end"

    def _fit(self, turns: Sequence[Turn], sampling: Sampling) -> tuple[list[int], int]:
        return fit(
            turns,
            limit=CONTEXT - answer_room(CONTEXT, sampling.max_tokens),
            context_length=CONTEXT,
            encode=lambda some: [0] * sum(len(turn.text) + 8 for turn in some),
            count=len,
        )

    def inspect(
        self, model: ModelSettings, turns: Sequence[Turn], sampling: Sampling, cancel: Cancel, **options: Any
    ) -> Iterator[Any]:
        assert options["prompting"].policy == "leave_out"
        try:
            tokens, left_out = self._fit(turns, sampling)
            yield Inspected(1, len(tokens), left_out, CONTEXT, True)
        except PromptTooLong:
            yield Inspected(1, sum(len(turn.text) + 8 for turn in turns), 0, CONTEXT, False)
        yield Finished(1, "end")

    def generate(
        self, model: ModelSettings, turns: Sequence[Turn], sampling: Sampling, cancel: Cancel, **options: Any
    ) -> Iterator[Any]:
        tokens, left_out = self._fit(turns, sampling)
        self.prompts.append(tuple(turns))
        yield Started(1, len(tokens), 0, left_out, CONTEXT)
        if cancel.is_set():
            yield Finished(1, "stopped")
            return
        text = self.write(turns[-1].text) if "# 要約だけを書いてください" in turns[-1].text else "答え"
        if text is None:
            yield Failed(1, "decode_failed")
            return
        yield Piece(1, text)
        yield Finished(1, self.reason if len(self.prompts) == 1 else "end")


class FakeLoader:
    """Has every model loaded."""

    def __init__(self, engine: FakeEngine) -> None:
        self.engine = engine

    def run(self, target: Target, request: Any, cancel: Cancel) -> Iterator[Any]:
        yield from request(ModelSettings(target.path))


@pytest.fixture
def chat(store: Store) -> Chat:
    chat = store.chats.create()
    store.chats.set_policy(chat.id, "summarise")
    return chat


def say_and_answer(store: Store, chat: Chat, count: int, size: int = 100) -> None:
    for _ in range(count):
        asked, reply = store.messages.send(chat.id, "", "m")
        with store._database.write() as connection:
            text = f"問{asked.id}".ljust(size, "。")
            connection.execute("UPDATE messages SET text = ? WHERE id = ?", (text, asked.id))
        store.messages.finish(reply.id, f"答{reply.id}".ljust(size, "。"), "done")


def ask(
    store: Store, engine: FakeEngine, chat: Chat, text: str = "次は？", cancel: Cancel | None = None
) -> tuple[Message, list[Any]]:
    _, message = store.messages.send(chat.id, text, "m")
    return message, run(store, engine, message, cancel)


def run(store: Store, engine: FakeEngine, message: Message, cancel: Cancel | None = None) -> list[Any]:
    return list(
        answer(
            store,
            FakeLoader(engine),  # type: ignore[arg-type]
            message=message,
            target=Target("m.gguf"),
            sampling=Sampling(max_tokens=200),
            system="簡潔に",
            cancel=cancel or Cancel(),
        )
    )


def steps(events: list[Any]) -> list[str]:
    return [event.sentence for event in events if isinstance(event, Step)]


def test_a_short_chat_needs_none(store: Store, chat: Chat) -> None:
    engine = FakeEngine()
    say_and_answer(store, chat, 3)
    message, events = ask(store, engine, chat)
    assert steps(events) == []
    assert len(engine.prompts) == 1
    assert store.messages.summary(chat.id, message.id) is None


def test_what_does_not_fit_is_summarised_and_carried(store: Store, chat: Chat) -> None:
    engine = FakeEngine()
    say_and_answer(store, chat, 6)
    before = [each.text for each in store.messages.path(chat.id)]
    message, events = ask(store, engine, chat)
    assert steps(events) == ["古い部分を要約しています（1/1）"]
    (asked,), turns = engine.prompts
    assert "ユーザー: 問1" in asked.text
    kept = store.messages.summary(chat.id, message.id)
    assert kept is not None and kept.model_name == "m"
    assert turns[0] == Turn("system", f"簡潔に\n\n{SUMMARY_HEADING}\n{kept.text}")
    path = store.messages.path(chat.id)
    assert [each.text for each in path][:-2] == before  # the chat itself is as it was
    assert [turn.text for turn in turns[1:]] == [each.text for each in path if each.id > kept.message_id][:-1]
    assert turns[-1] == Turn("user", "次は？")
    (started,) = (event for event in events if isinstance(event, Started))
    last = store.messages.get(message.id)
    assert started.left_out == last.left_out == covered_turns(path, kept) > 0
    assert (last.text, last.status) == ("答え", "done")


def test_the_summary_is_used_again_and_grows(store: Store, chat: Chat) -> None:
    engine = FakeEngine(lambda prompt: "前の要約がある" if "# これまでの要約" in prompt else "初めの要約")
    say_and_answer(store, chat, 6)
    ask(store, engine, chat)
    first = store.messages.summary(chat.id, store.messages.path(chat.id)[-1].id)
    assert first is not None and first.text == "初めの要約"
    engine.prompts.clear()
    ask(store, engine, chat)
    assert len(engine.prompts) == 1  # no new one
    assert "初めの要約" in engine.prompts[0][0].text
    say_and_answer(store, chat, 3)
    engine.prompts.clear()
    message, _ = ask(store, engine, chat)
    second = store.messages.summary(chat.id, message.id)
    assert second is not None and second.text == "前の要約がある"
    assert second.message_id > first.message_id
    assert "初めの要約" in engine.prompts[0][0].text


def test_another_branch_does_not_see_it(store: Store, chat: Chat) -> None:
    engine = FakeEngine()
    say_and_answer(store, chat, 6)
    ask(store, engine, chat)
    root = store.messages.path(chat.id)[0]
    engine.prompts.clear()
    run(store, engine, store.messages.answer_again(chat.id, root.id, "m"))
    assert engine.prompts == [(Turn("system", "簡潔に"), Turn("user", root.text))]


def test_an_early_answer_that_is_continued_sees_itself_and_no_summary(store: Store, chat: Chat) -> None:
    engine = FakeEngine()
    say_and_answer(store, chat, 6)
    early = store.messages.path(chat.id)[3]
    store.messages.finish(early.id, early.text, "stopped")
    ask(store, engine, chat)
    engine.prompts.clear()
    run(store, engine, store.messages.resume(early.id))
    (turns,) = engine.prompts
    assert turns[0] == Turn("system", "簡潔に")
    assert turns[-1] == Turn("assistant", early.text)


def test_a_long_beginning_is_read_in_pieces(store: Store, chat: Chat) -> None:
    engine = FakeEngine(lambda prompt: "短い要約")
    say_and_answer(store, chat, 3, size=900)
    message, events = ask(store, engine, chat)
    told = steps(events)
    assert len(told) > 3
    assert told[-1].split("（")[1].split("/")[0] == told[-1].split("/")[1].rstrip("）")
    read = "".join(prompt[0].text for prompt in engine.prompts[:-1])
    path = store.messages.path(chat.id)
    kept = store.messages.summary(chat.id, message.id)
    assert kept is not None
    for each in path:
        if each.id <= kept.message_id:
            assert each.text[:3] in read
    assert isinstance(events[-1], Finished)


@pytest.mark.parametrize("text", [None, "", " \n"])
def test_where_it_cannot_be_written_the_oldest_is_left_out(
    store: Store, chat: Chat, text: str | None
) -> None:
    engine = FakeEngine(lambda prompt: text)
    say_and_answer(store, chat, 6)
    message, events = ask(store, engine, chat)
    assert steps(events)[-1] == "古い部分を要約できなかったため、省いて答えます"
    assert store.messages.get(message.id).text == "答え"
    assert store.messages.get(message.id).left_out > 0
    assert store.messages.summary(chat.id, message.id) is None


def test_a_summary_in_circles_is_none(store: Store, chat: Chat) -> None:
    engine = FakeEngine()
    engine.reason = "repeating"
    say_and_answer(store, chat, 6)
    message, _ = ask(store, engine, chat)
    assert store.messages.summary(chat.id, message.id) is None


def test_stopped_meanwhile(store: Store, chat: Chat) -> None:
    cancel = Cancel()

    def write(prompt: str) -> str:
        cancel.set()
        return "途中"

    engine = FakeEngine(write)
    say_and_answer(store, chat, 6)
    message, events = ask(store, engine, chat, cancel=cancel)
    assert events[-1] == Finished(1, "stopped")
    assert store.messages.get(message.id).status == "stopped"
    assert store.messages.summary(chat.id, message.id) is None
    assert steps(events) == ["古い部分を要約しています（1/1）"]


def test_a_summary_that_is_too_long_is_not_used(store: Store, chat: Chat) -> None:
    engine = FakeEngine(lambda prompt: "長" * 100_000)
    say_and_answer(store, chat, 6)
    message, events = ask(store, engine, chat)
    kept = store.messages.summary(chat.id, message.id)
    assert kept is not None and len(kept.text) == summaries.MOST_CHARACTERS
    assert steps(events)[-1] == "古い部分を要約できなかったため、省いて答えます"
    assert engine.prompts[-1][0] == Turn("system", "簡潔に")
    assert store.messages.get(message.id).text == "答え"


def test_the_turns_with_a_summary() -> None:
    path = [
        message(1, "user", "一"),
        message(2, "assistant", "答一"),
        message(3, "user", "二"),
        message(4, "assistant", "答二"),
        message(5, "user", "三"),
    ]
    kept = Summary(2, "一の要約", "m")
    assert turns_of(path, " ", kept) == (
        Turn("system", f"{SUMMARY_HEADING}\n一の要約"),
        Turn("user", "二"),
        Turn("assistant", "答二"),
        Turn("user", "三"),
    )
    assert turns_of(path, "短く", kept)[0] == Turn("system", f"短く\n\n{SUMMARY_HEADING}\n一の要約")
    assert turns_of(path, "") == turns_of(path, "", None)
    assert (covered_turns(path, kept), covered_turns(path, None)) == (2, 0)


def message(id: int, role: Any, text: str) -> Message:
    return Message(id, 1, id - 1 or None, role, text, "done", 0.0, "", None, "", 0)


def test_what_is_asked_of_the_model() -> None:
    (turn,) = summary_turns(
        "前の要約", transcript([message(1, "user", " 一 "), message(2, "assistant", "")]), 300
    )
    assert turn.role == "user"
    assert "300字以内" in turn.text
    assert turn.text.index("# これまでの要約\n前の要約") < turn.text.index("# 会話\nユーザー: 一\n")
    assert "これまでの要約" not in summary_turns("", "一", 300)[0].text
    braces = summary_turns("{x}", "{text}{0}", 300)[0].text
    assert "{x}" in braces and "{text}{0}" in braces


def test_an_english_chat_is_summarised_in_english() -> None:
    text = transcript([message(1, "user", "Hi"), message(2, "assistant", "Hello")])
    assert text == "User: Hi\n\nAssistant: Hello"
    (turn,) = summary_turns("They met", text, 300)
    assert turn.text.isascii()
    assert "at most 200 words" in turn.text
    assert turn.text.index("# Summary so far\nThey met") < turn.text.index("# Conversation\nUser: Hi")
    kept = Summary(2, "They met", "m")
    path = [message(1, "user", "Hi"), message(2, "assistant", "Hello"), message(3, "user", "So?")]
    assert turns_of(path, "", kept)[0].text == f"{SUMMARY_HEADING_EN}\nThey met"


@pytest.mark.parametrize("text", ["", "一", "あ" * 1000, "行\n" * 500, "\n" * 100])
@pytest.mark.parametrize("count", [1, 2, 7])
def test_pieces_are_the_text_and_nothing_is_long(text: str, count: int) -> None:
    pieces = pieces_of(text, count)
    assert "".join(pieces) == text
    assert max(map(len, pieces)) <= max(-(-len(text) // count), 1)
    assert len(pieces) <= 2 * count + 1
