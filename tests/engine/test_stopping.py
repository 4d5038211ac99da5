"""Stop acts in the middle of everything, and leaves a working engine."""

from __future__ import annotations

import threading

import msgspec
import pytest
from asking import GREEDY, Ask, asking, collect

from desktop.engine.client import Engine
from desktop.engine.protocol import (
    Failed,
    Finished,
    Loaded,
    Loading,
    ModelSettings,
    Piece,
    PromptProgress,
    Started,
    Turn,
)
from desktop.jobs import Cancel

pytestmark = pytest.mark.slow

LONG_PROMPT = "Wind, water and sand. " * 300  # some 1,500 tokens: seconds of work
LONG_ANSWER = msgspec.structs.replace(GREEDY, max_tokens=1000, repeat_penalty=1.3)


@pytest.mark.parametrize("moment", [Started, PromptProgress])
def test_a_long_prompt_is_stopped(ask_smol: Ask, moment: type) -> None:
    cancel = Cancel()
    answer = ask_smol(LONG_PROMPT + moment.__name__, cancel=cancel, at=moment, then=cancel.set)
    assert answer.finished.reason == "stopped"
    assert answer.text == ""
    assert all(progress.done < progress.total for progress in answer.progress)


def test_an_answer_is_stopped_and_its_text_is_kept(ask_smol: Ask) -> None:
    cancel = Cancel()
    answer = ask_smol("Tell me a long story.", sampling=LONG_ANSWER, cancel=cancel, at=Piece, then=cancel.set)
    assert answer.finished.reason == "stopped"
    assert answer.text
    assert answer.finished.stats is not None
    assert answer.finished.stats.generated_tokens < 100
    assert ask_smol("Hello").finished.reason == "limit"


def test_a_stop_from_another_thread_ends_a_silent_wait(ask_smol: Ask) -> None:
    cancel = Cancel()
    timer = threading.Timer(0.3, cancel.set)
    timer.start()
    answer = ask_smol("Now something else. " + LONG_PROMPT, cancel=cancel)
    timer.join()
    assert answer.finished.reason == "stopped"


def test_loading_is_cancelled(own_engine: Engine, starter: ModelSettings) -> None:
    cancel = Cancel()
    answer = collect(own_engine.load(starter, cancel), Loading, cancel.set)
    assert answer.finished.reason == "stopped"
    assert not any(isinstance(event, Loaded) for event in answer.events)
    assert own_engine.loaded is None
    assert any(isinstance(event, Loaded) for event in collect(own_engine.load(starter, Cancel())).events)


def test_what_is_cancelled_beforehand_starts_nothing(own_engine: Engine, smol: ModelSettings) -> None:
    cancel = Cancel()
    cancel.set()
    assert [type(event) for event in own_engine.load(smol, cancel)] == [Finished]
    assert own_engine.pid is None


def test_a_generator_closed_early_stops_the_answer(own_engine: Engine, smol: ModelSettings) -> None:
    events = own_engine.generate(smol, [Turn("user", "Tell me a story.")], LONG_ANSWER, Cancel())
    for event in events:
        if isinstance(event, Piece):
            break
    events.close()  # type: ignore[attr-defined]
    pid = own_engine.pid
    assert asking(own_engine, smol)("Hello").finished.reason == "limit"
    assert own_engine.pid == pid


def test_a_generator_closed_at_loaded_leaves_the_model_loaded(
    own_engine: Engine, smol: ModelSettings
) -> None:
    events = own_engine.load(smol, Cancel())
    assert any(isinstance(event, Loaded) for event in events)
    events.close()  # type: ignore[attr-defined]
    assert own_engine.loaded == smol


def test_closing_the_engine_ends_the_running_answer(own_engine: Engine, smol: ModelSettings) -> None:
    answer = asking(own_engine, smol)(
        "Tell me a story.", sampling=LONG_ANSWER, at=Piece, then=own_engine.close
    )
    assert answer.finished.reason == "stopped"
    assert own_engine.pid is None
    assert asking(own_engine, smol)("Hello").finished.reason == "stopped"


@pytest.mark.skipif(not hasattr(__import__("signal"), "SIGSTOP"), reason="needs POSIX signals")
def test_a_stop_that_is_not_obeyed_kills_the_child(smol: ModelSettings) -> None:
    import os
    import signal

    engine = Engine(stop_seconds=0.5)
    cancel = Cancel()

    def freeze_and_stop() -> None:
        assert engine.pid is not None
        os.kill(engine.pid, signal.SIGSTOP)
        cancel.set()

    try:
        answer = asking(engine, smol)(
            "Tell me a story.", sampling=LONG_ANSWER, cancel=cancel, at=Piece, then=freeze_and_stop
        )
        assert answer.finished.reason == "stopped"
        assert engine.pid is None
        assert not isinstance(asking(engine, smol)("Hello").events[-1], Failed)
    finally:
        engine.close()
