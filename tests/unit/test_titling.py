"""Titles in the model's own words: when one is due, what is of use, and that a given one is never lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from desktop.chat.titles import title_of
from desktop.chat.titling import LONGEST, cleaned, is_due, name_chat
from desktop.engine.client import Engine
from desktop.engine.protocol import (
    Event,
    Failed,
    Finished,
    FinishReason,
    Loading,
    ModelSettings,
    Piece,
    Sampling,
    Thought,
    Turn,
)
from desktop.engine.states import chat_key
from desktop.jobs import Cancel, Cancelled
from desktop.models.loading import Loader, Target
from desktop.store import Chat, Model, Store

QUESTION = "京都の紅葉を、混雑を避けて回る順番を教えてください。"
ANSWER = "朝早くに東福寺へ行き、昼は大原、夕方に南禅寺がおすすめです。"
SAID = f"{QUESTION}\n{ANSWER}"
ENGLISH = "How do I keep tomatoes fresh for a week?\nStore the tomatoes in a cool place."


def chat_of(store: Store, count: int = 1, *, question: str = QUESTION, answer: str = ANSWER) -> Chat:
    """Return a chat of so many questions with their answers."""
    chat, _, reply = store.messages.send_first(question, "m", title=title_of(question))
    store.messages.finish(reply.id, answer, "done")
    for number in range(1, count):
        _, reply = store.messages.send(chat.id, f"続きの質問{number}", "m")
        store.messages.finish(reply.id, answer, "done")
    return store.chats.get(chat.id)


def due(store: Store, chat: Chat) -> bool:
    return is_due(store.chats.get(chat.id), store.messages.path(chat.id))


class FakeEngine:
    """Answers every request with the same events."""

    def __init__(self, *events: Event, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.events = events
        self.meanwhile = meanwhile
        self.asked: list[tuple[Turn, ...]] = []
        self.options: dict[str, Any] = {}
        self.closed = False  # before its end

    def generate(
        self, model: ModelSettings, turns: Sequence[Turn], sampling: Sampling, cancel: Cancel, **options: Any
    ) -> Iterator[Event]:
        self.asked.append(tuple(turns))
        self.options = options
        try:
            yield from self.events
            self.meanwhile()
        except GeneratorExit:
            self.closed = True
            raise


class FakeLoader:
    """Has the model in memory, or has not."""

    def __init__(self, engine: FakeEngine, *, loaded: bool = True) -> None:
        self.engine = engine
        self.loaded = loaded

    def settings_in_use(self, target: Target) -> ModelSettings | None:
        return ModelSettings(target.path) if self.loaded else None


def wrote(text: str, reason: FinishReason = "stop_text") -> FakeEngine:
    return FakeEngine(Piece(1, text), Finished(1, reason))


def name(
    store: Store, chat: Chat, engine: FakeEngine, cancel: Cancel | None = None, *, loaded: bool = True
) -> str | None:
    return name_chat(
        store,
        FakeLoader(engine, loaded=loaded),  # type: ignore[arg-type]
        chat.id,
        target=Target("m.gguf"),
        system="簡潔に",
        cancel=cancel or Cancel(),
    )


@pytest.mark.parametrize(
    ("wrote", "title"),
    [
        ("京都の紅葉めぐり", "京都の紅葉めぐり"),
        ("「京都の紅葉めぐり」", "京都の紅葉めぐり"),
        ("題名：「京都の紅葉めぐり」", "京都の紅葉めぐり"),
        ("『題名: 京都の紅葉』", "京都の紅葉"),
        ("**タイトル：京都の紅葉**", "京都の紅葉"),
        ("# 京都の紅葉\n次に…", "京都の紅葉"),
        ("  京都の\u200b紅葉。 ", "京都の 紅葉"),
        ("【京都】紅葉の順番", "【京都】紅葉の順番"),
        ("- 京都の紅葉", "京都の紅葉"),
        ("京都 Autumn の順番", "京都 Autumn の順番"),
    ],
)
def test_a_title_is_cleaned(wrote, title):
    assert cleaned(wrote, SAID) == title


@pytest.mark.parametrize(
    "wrote",
    [
        "",
        " \n ",
        "「」",
        "題名：",
        "！？…",
        "🍁🍁🍁",
        "紅",
        "京都の紅葉" * 9,
        "Autumn leaves in Kyoto",  # another language
        "교토의 단풍 순서",
        "私は、この質問に答えました。",  # a sentence, not a title
        "京都の紅葉について説明します",
        "この会話の題名は京都です",
        "人生を変える魔法の言葉",  # nothing of it was said
    ],
)
def test_what_is_of_no_use_is_no_title(wrote):
    assert cleaned(wrote, SAID) == ""


def test_english_titles_are_of_english_chats():
    assert cleaned('Title: "Keeping Tomatoes Fresh"', ENGLISH) == "Keeping Tomatoes Fresh"
    assert cleaned("トマトの保存", ENGLISH) == ""
    assert cleaned("The Unseen Thread", ENGLISH) == ""
    assert len(cleaned("tomatoes " * 4, ENGLISH)) <= LONGEST


def test_hostile_texts_are_cleaned_in_time():
    for text in ("題名：" * 50_000, "「" * 100_000, "**" * 100_000, "a" * 1_000_000, "\u202e" * 100_000):
        assert cleaned(text, SAID) == ""


def test_a_chat_is_named_once_and_once_more_with_its_third_question(store):
    first = chat_of(store)
    assert due(store, first)
    assert name(store, first, wrote("京都の紅葉")) == "京都の紅葉"
    assert not due(store, first)
    third = chat_of(store, 3)
    store.chats.rename(third.id, "京都の紅葉", by_hand=False)
    assert due(store, third)
    assert not due(store, chat_of(store, 4))


def test_a_chat_without_an_answer_or_with_a_title_of_its_own_is_not_named(store):
    chat = chat_of(store)
    store.chats.rename(chat.id, "秋の旅", by_hand=True)
    assert not due(store, chat)
    unanswered, _, reply = store.messages.send_first(QUESTION, "m", title=title_of(QUESTION))
    assert not due(store, unanswered)
    store.messages.finish(reply.id, "", "failed", error="x", error_code="x")
    assert not due(store, unanswered)


def test_the_request_follows_the_chat_and_has_no_name_in_the_engine(store):
    chat = chat_of(store)
    engine = wrote("京都の紅葉")
    name(store, chat, engine)
    (turns,) = engine.asked
    assert [turn.role for turn in turns] == ["system", "user", "assistant", "user", "assistant"]
    assert [turn.text for turn in turns[:3]] == ["簡潔に", QUESTION, ANSWER]
    assert "state_key" not in engine.options
    assert engine.options["prompting"].policy == "stop"


def test_a_model_is_never_loaded_for_a_title(store):
    chat = chat_of(store)
    engine = wrote("京都の紅葉")
    assert name(store, chat, engine, loaded=False) is None
    assert engine.asked == []
    freed = FakeEngine(Loading(1, 0.1), Piece(1, "京都の紅葉"), Finished(1, "stop_text"))
    assert name(store, chat, freed) is None
    assert freed.closed
    assert store.chats.get(chat.id).title == title_of(QUESTION)


@pytest.mark.parametrize(
    "engine",
    [
        wrote("京都の紅葉を", "limit"),
        wrote("京都の紅葉", "stopped"),
        FakeEngine(Piece(1, "京都"), Failed(1, "decode_failed")),
        FakeEngine(Failed(1, "prompt_too_long")),
        wrote("すばらしい題名ですね。"),
    ],
)
def test_a_title_that_is_cut_short_or_poor_leaves_the_old_one(store, engine):
    chat = chat_of(store)
    assert name(store, chat, engine) is None
    assert store.chats.get(chat.id).title == title_of(QUESTION)


def test_thoughts_in_place_of_a_title_are_stopped(store):
    engine = FakeEngine(Thought(1, "えっと"), Piece(1, "京都の紅葉"), Finished(1, "end"))
    assert name(store, chat_of(store), engine) is None
    assert engine.closed


def test_a_title_given_by_hand_while_the_model_writes_stays(store):
    chat = chat_of(store)
    engine = wrote("京都の紅葉")
    engine.meanwhile = lambda: store.chats.rename(chat.id, "私の題名", by_hand=True)
    name(store, chat, engine)
    assert store.chats.get(chat.id).title == "私の題名"


def test_a_cancel_while_the_model_writes_saves_nothing(store):
    chat = chat_of(store)
    cancel = Cancel()
    engine = wrote("京都の紅葉")
    engine.meanwhile = cancel.set
    with pytest.raises(Cancelled):
        name(store, chat, engine, cancel)
    assert store.chats.get(chat.id).title == title_of(QUESTION)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_real_model_names_a_chat_and_the_next_answer_still_has_what_was_computed(
    store: Store, model: Model, tmp_path: Any
) -> None:
    question = "How does a hash table find its entries?"
    with_engine = Engine(states_folder=tmp_path / "states")
    loader = Loader(with_engine, store)
    try:
        target = Target(model.path, model.id)
        for _ in loader.load(target, Cancel()):
            pass
        settings = loader.settings_in_use(target)
        assert settings is not None
        chat, _, reply = store.messages.send_first(question, model.name, title=title_of(question))
        key = chat_key(chat.id)
        sampling = Sampling(temperature=0.7, seed=1, max_tokens=120)

        def ask(*turns: Turn) -> tuple[str, int]:
            text, reused = "", 0
            for event in with_engine.generate(settings, turns, sampling, Cancel(), state_key=key):
                text += getattr(event, "text", "")
                reused = getattr(event, "reused_tokens", reused)
            return text, reused

        answer, _ = ask(Turn("user", question))
        store.messages.finish(reply.id, answer, "done")
        title = name_chat(store, loader, chat.id, target=target, system="", cancel=Cancel())
        assert title is None or (0 < len(title) <= LONGEST and store.chats.get(chat.id).title == title)
        before = (Turn("user", question), Turn("assistant", answer))
        _, reused = ask(*before, Turn("user", "And if two keys collide?"))
        seen = loader.engine.inspect(settings, before, sampling, Cancel())
        known = next(event.prompt_tokens for event in seen if hasattr(event, "prompt_tokens"))
        assert reused >= known - 8, (reused, known)  # all of the chat, but for the seam of the templates
    finally:
        with_engine.close()
