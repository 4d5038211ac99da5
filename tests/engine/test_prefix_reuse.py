"""What the KV cache saves, and that it never changes a greedy answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from asking import GREEDY, Ask, asking

from desktop.engine.client import Engine
from desktop.engine.protocol import ModelSettings, PromptProgress
from desktop.jobs import Cancel

pytestmark = pytest.mark.slow

FACTS = "海は地球の表面の七割をおおい、雲をつくり、魚と鳥と人を養っています。"
LONG = [f"{number}番目の話です。{FACTS * 5}" for number in range(7)]
SAMPLING = msgspec.structs.replace(GREEDY, max_tokens=12)


@pytest.fixture
def cold(starter: ModelSettings) -> Iterator[Ask]:
    engine = Engine()
    yield asking(engine, starter)
    engine.close()


def test_the_next_turn_computes_only_what_is_new(ask_smol: Ask) -> None:
    first = ask_smol("Tell me about the sea.", reproducible=False)
    second = ask_smol("Tell me about the sea.", first.text, "And the wind?", reproducible=False)
    assert second.started.reused_tokens >= first.started.prompt_tokens
    assert second.finished.stats is not None
    assert second.finished.stats.reused_tokens == second.started.reused_tokens
    assert second.progress[0].done > second.started.reused_tokens


def test_the_same_prompt_computes_one_token(ask_smol: Ask) -> None:
    first = ask_smol("Tell me about the wind.")
    second = ask_smol("Tell me about the wind.")
    assert second.started.reused_tokens == first.started.prompt_tokens - 1
    assert second.text == first.text


@pytest.mark.parametrize("kept", [1, 3, 4], ids=lambda kept: f"{kept} turns kept")
def test_answers_from_the_cache_are_those_of_a_cold_start(ask_starter: Ask, cold: Ask, kept: int) -> None:
    whole = ask_starter(*LONG[:5], sampling=SAMPLING)
    assert whole.started.prompt_tokens > 640  # far beyond the sliding window of 512 tokens
    edited = [*LONG[:kept], "短く答えてください。海とは何ですか？"] if kept % 2 == 0 else LONG[:kept]
    warm = ask_starter(*edited, sampling=SAMPLING)
    fresh = cold(*edited, sampling=SAMPLING)
    assert fresh.started.reused_tokens == 0
    assert warm.started.reused_tokens > 0
    assert warm.text == fresh.text


def test_a_stopped_prompt_leaves_a_cache_that_can_be_trusted(ask_starter: Ask, cold: Ask) -> None:
    cancel = Cancel()
    stopped = ask_starter(*LONG[:5], sampling=SAMPLING, cancel=cancel, at=PromptProgress, then=cancel.set)
    assert stopped.finished.reason == "stopped"
    warm = ask_starter(*LONG[:5], sampling=SAMPLING)
    fresh = cold(*LONG[:5], sampling=SAMPLING)
    assert warm.started.reused_tokens > 0
    assert warm.text == fresh.text


def test_a_window_that_was_given_up_is_computed_again(starter_model: Path) -> None:
    """A cache too large to keep whole holds the window alone: going back far must not answer from nothing."""
    from contextlib import nullcontext

    from desktop.engine import runtime
    from desktop.engine.answer import answer
    from desktop.engine.native import AbortFlag, NativeLog
    from desktop.engine.prompt import PromptMaker
    from desktop.engine.protocol import Event, Generate, Piece, Started, Turn

    def texts(events: list[Event]) -> str:
        return "".join(event.text for event in events if isinstance(event, Piece))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runtime, "FULL_WINDOW_BYTES", 0)
        settings = ModelSettings(str(starter_model), context_length=2048)
        model = runtime.Model(settings, log=NativeLog(), abort=AbortFlag(), progress=lambda _fraction: None)
    prompts = PromptMaker(model, lambda _code: nullcontext())

    def run(*spoken: str) -> list[Event]:
        turns = tuple(Turn("assistant" if at % 2 else "user", text) for at, text in enumerate(spoken))
        return list(answer(model, prompts, Generate(1, settings, turns, SAMPLING)))

    def reused(events: list[Event]) -> int:
        return next(event.reused_tokens for event in events if isinstance(event, Started))

    try:
        run(*LONG)
        back = run(*LONG[:3])
        assert reused(back) == 0
        near = run(*LONG[:3], "はい。", "海とは何ですか？")
        assert reused(near) > 0
        model.cache.clear()
        assert texts(run(*LONG[:3])) == texts(back)
        model.cache.clear()
        assert texts(run(*LONG[:3], "はい。", "海とは何ですか？")) == texts(near)
    finally:
        model.close()
