"""Loading with a real child that is really out of memory, really killed and really hung."""

from __future__ import annotations

import os
import signal
import sys
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from asking import GREEDY

from desktop.chat.turn import answer, begin
from desktop.engine.client import Engine
from desktop.engine.protocol import (
    Alive,
    Failed,
    Finished,
    Loaded,
    Loading,
    ModelSettings,
    Piece,
    PromptProgress,
    ThreadsMeasured,
    Turn,
)
from desktop.jobs import Cancel
from desktop.models.loading import Loader, Step, Target
from desktop.store import Choices, Model, Run, Store

pytestmark = pytest.mark.slow
linux = pytest.mark.skipif(sys.platform != "linux", reason="needs an address space limit")
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")

TURNS = [Turn("user", "Wind, water and sand. " * 40)]


def limited(mebibytes: int) -> Engine:
    """Return an engine whose child may have so much more memory than it has at its start."""
    code = f"""
        import resource, sys
        from pathlib import Path
        import llama_cpp
        from desktop.engine import process
        mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        limit = mapped + ({mebibytes} << 20)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        sys.exit(process.main())
    """
    # One heap for all threads: else each takes 64 MiB of addresses when it happens to need one.
    return Engine(command=["env", "MALLOC_ARENA_MAX=1", sys.executable, "-u", "-c", textwrap.dedent(code)])


def ask(
    engine: Engine,
    store: Store,
    target: Target,
    at: type | None = None,
    then: Callable[[], object] = lambda: None,
    times: int = 1,
) -> list[Any]:
    """Ask for an answer; do ``then`` at the first event of the kind ``at`` of each of so many attempts."""

    def request(settings: ModelSettings) -> Iterator[Any]:
        nonlocal times
        waiting = at is not None and times > 0
        for event in engine.generate(settings, TURNS, GREEDY, Cancel()):
            if waiting and at is not None and isinstance(event, at):
                waiting = False
                times -= 1
                then()
            yield event

    events = Loader(engine, store).run(target, request, Cancel())
    return [event for event in events if not isinstance(event, Alive)]


def steps(events: list[Any]) -> list[str]:
    return [event.sentence for event in events if isinstance(event, Step)]


def remembered(store: Store, model: Model) -> Run | None:
    with store._database.read() as connection:
        row = connection.execute("SELECT machine FROM model_runs WHERE model_id = ?", (model.id,)).fetchone()
    return None if row is None else store.models.run(model.id, row["machine"])


# 8,192 tokens take 180 MiB besides the weights, and 42 MiB more to compute; 4,096 tokens take 90. Where the
# cache cannot be had, llama.cpp says so; where what it computes with cannot be had, it aborts.
@linux
@pytest.mark.parametrize(
    ("mebibytes", "code", "why"),
    [
        (300, "out_of_memory", "メモリが足りないため"),
        (345, "engine_died", "モデルを動かすプログラムが終了したため"),
    ],
)
def test_out_of_memory_a_shorter_context_works_and_is_remembered(
    store: Store, model: Model, mebibytes: int, code: str, why: str
) -> None:
    target = Target(model.path, model.id)
    engine = limited(mebibytes)
    try:
        events = ask(engine, store, target)
        assert isinstance(events[-1], Finished), events[-1]
        assert any(isinstance(event, Piece) for event in events)
        assert steps(events)[1:] == [f"{why}、CPUだけ、コンテキスト 4,096で試します"]
        assert [event.context_length for event in events if isinstance(event, Loaded)][-1] == 4096
        run = remembered(store, model)
        assert run is not None
        assert (run.context_length, run.fallback) == (4096, code)
    finally:
        engine.close()
    engine = limited(mebibytes)
    try:
        events = ask(engine, store, target)
        assert isinstance(events[-1], Finished)
        assert steps(events) == ["前にうまくいった設定で動かします（CPUだけ、コンテキスト 4,096）"]
    finally:
        engine.close()


@linux
def test_out_of_memory_in_every_way_is_told(store: Store, model: Model) -> None:
    engine = limited(60)  # not even the weights
    try:
        events = ask(engine, store, Target(model.path, model.id))
    finally:
        engine.close()
    assert isinstance(events[-1], Failed)
    assert events[-1].code == "out_of_memory"
    assert len(steps(events)) == 3  # the plan, 4,096 tokens and 1,024
    assert remembered(store, model) is None


@posix
@pytest.mark.parametrize("moment", [Loading, PromptProgress])
def test_killed_once_it_is_tried_with_less(
    own_engine: Engine, store: Store, model: Model, moment: type
) -> None:
    def kill() -> None:
        assert own_engine.pid is not None
        os.kill(own_engine.pid, signal.SIGKILL)

    events = ask(own_engine, store, Target(model.path, model.id), moment, kill)
    assert isinstance(events[-1], Finished)
    assert steps(events)[1:] == [
        "モデルを動かすプログラムが終了したため、CPUだけ、コンテキスト 4,096で試します"
    ]
    assert own_engine.loaded is not None and own_engine.loaded.context_length == 4096
    run = remembered(store, model)
    assert run is not None and run.fallback == "engine_died"


@posix
def test_killed_each_time_it_ends_in_a_sentence(own_engine: Engine, store: Store, model: Model) -> None:
    killed = []

    def kill() -> None:
        assert own_engine.pid is not None
        killed.append(own_engine.pid)
        os.kill(own_engine.pid, signal.SIGKILL)

    events = ask(own_engine, store, Target(model.path, model.id), Loading, kill, times=99)
    assert isinstance(events[-1], Failed)
    assert events[-1].code == "engine_died"
    assert len(set(killed)) == 3
    assert remembered(store, model) is None


@posix
def test_hung_each_time_it_ends_in_a_sentence(store: Store, model: Model) -> None:
    engine = Engine(silence_seconds=3.0)
    stopped = []

    def stop() -> None:
        assert engine.pid is not None
        stopped.append(engine.pid)
        os.kill(engine.pid, signal.SIGSTOP)

    target = Target(model.path, model.id, Choices(context_length=2048))
    try:
        events = ask(engine, store, target, PromptProgress, stop, times=99)
        assert isinstance(events[-1], Failed)
        assert events[-1].code == "engine_hung"
        assert len(set(stopped)) == 2
        assert steps(events)[1:] == [
            "応答がなくなったため、CPUだけ、コンテキスト 1,024で試します。手動の設定を今回だけ変えています"
        ]
        assert isinstance(ask(engine, store, target)[-1], Finished)
    finally:
        engine.close()


def test_the_threads_are_measured_on_the_first_load_alone(
    own_engine: Engine, store: Store, model: Model
) -> None:
    loader, target = Loader(own_engine, store), Target(model.path, model.id, Choices(context_length=512))
    events = list(loader.load(target, Cancel()))
    (measured,) = (event for event in events if isinstance(event, ThreadsMeasured))
    run = remembered(store, model)
    assert run is not None and run.threads == measured.threads >= 1
    assert list(loader.load(target, Cancel())) == []
    again = list(Loader(own_engine, store).load(target, Cancel()))
    assert not any(isinstance(event, ThreadsMeasured | Loaded) for event in again)


def test_a_chat_with_what_was_set_by_hand(own_engine: Engine, store: Store, model: Model) -> None:
    model = store.models.choose(model.id, context_length=1024, cache_type="q8_0")
    begun = begin(store, None, "Hello", model, None)
    loader = Loader(own_engine, store)
    events = list(
        answer(
            store,
            loader,
            message=begun.answer,
            target=Target(model.path, model.id, model.choices),
            sampling=GREEDY,
            system="",
            cancel=Cancel(),
        )
    )
    assert isinstance(events[-1], Finished)
    assert own_engine.loaded is not None
    assert (own_engine.loaded.cache_type, own_engine.loaded.context_length) == ("q8_0", 1024)
    assert steps(events)[0].endswith("。手動: コンテキスト長、KVキャッシュ")
    assert store.messages.get(begun.answer.id).text
