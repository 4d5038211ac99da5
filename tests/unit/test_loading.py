"""How a model is loaded, with an engine of our own making on machines of our own making."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from desktop.engine.protocol import (
    Device,
    Devices,
    Failed,
    Finished,
    Loaded,
    ModelSettings,
    Piece,
    Started,
    ThreadsMeasured,
)
from desktop.jobs import Cancel
from desktop.language import set_language
from desktop.models import loading
from desktop.models.loading import Loader, Step, Target, machine_key, target_of, weaker
from desktop.store import Choices, Model, Preferences, Run, Store

GIB = 1 << 30
CPU = Device("CPU", "a processor", "CPU", "cpu", 16 * GIB, 8 * GIB)
CARD = Device("CUDA0", "a card", "CUDA", "gpu", 8 * GIB, 8 * GIB)


class FakeEngine:
    """Holds a model as the real one does; ``fails`` says with which code a way to load it fails."""

    def __init__(self, *devices: Device) -> None:
        self.listed = devices or (CPU, CARD)
        self.loaded: ModelSettings | None = None
        self.fails: dict[Any, str] = {}
        self.tried: list[ModelSettings] = []
        self.asked_devices = 0
        self.measured: list[bool] = []

    def way(self, settings: ModelSettings) -> tuple[int | None, int | None]:
        return settings.gpu_layers, settings.context_length

    def devices(self, cancel: Cancel) -> Iterator[Any]:
        self.asked_devices += 1
        yield Devices(1, self.listed)
        yield Finished(1, "end")

    def _load(self, settings: ModelSettings) -> Iterator[Any]:
        self.tried.append(settings)
        if self.loaded == settings:
            return
        self.loaded = None
        if code := self.fails.get(self.way(settings), self.fails.get("all")):
            yield Failed(2, code)
            return
        self.loaded = settings
        yield Loaded(2, "m", "llama", 1, settings.context_length or 0, 8192, True, 0.1)

    def load(self, settings: ModelSettings, cancel: Cancel, *, measure_threads: bool) -> Iterator[Any]:
        self.measured.append(measure_threads)
        yield from self._load(settings)
        if self.loaded:
            if measure_threads:
                yield ThreadsMeasured(2, 3)
            yield Finished(2, "end")

    def generate(self, settings: ModelSettings) -> Iterator[Any]:
        yield from self._load(settings)
        if self.loaded:
            yield Piece(2, "答え")
            yield Finished(2, "end")


def loader_of(engine: Any, store: Store) -> Loader:
    return Loader(engine, store)


def ask(engine: FakeEngine, loader: Loader, target: Target, cancel: Cancel | None = None) -> list[Any]:
    return list(loader.run(target, engine.generate, cancel or Cancel()))


def sentences(events: list[Any]) -> list[str]:
    return [event.sentence for event in events if isinstance(event, Step)]


ALL = ModelSettings("m.gguf", gpu_layers=25, context_length=8192)


def test_the_list_is_short_and_ends() -> None:
    ways = [(way.gpu_layers, way.context_length) for way in weaker(ALL)]
    assert ways == [(13, 8192), (0, 8192), (0, 4096), (0, 1024)]
    assert [way.draft_path for way in weaker(replace(ALL, draft_path="d"))] == [""] * 5
    assert [(way.gpu_layers, way.context_length) for way in weaker(replace(ALL, gpu_layers=2))] == ways[1:]
    assert [way.context_length for way in weaker(replace(ALL, gpu_layers=0, context_length=1500))] == [1024]
    assert weaker(replace(ALL, gpu_layers=0, context_length=1024)) == []
    assert weaker(replace(ALL, gpu_layers=0, context_length=600)) == []
    assert len(weaker(ModelSettings("m.gguf"))) == 2


@pytest.mark.parametrize("code", sorted(loading.FALL_BACK_ON))
def test_each_step_is_told_and_the_working_one_remembered(store: Store, model: Model, code: str) -> None:
    engine = FakeEngine()
    loader, target = loader_of(engine, store), Target(model.path, model.id)
    engine.fails = {(31, 8192): code, (16, 8192): code}
    events = ask(engine, loader, target)
    assert [engine.way(each) for each in engine.tried] == [(31, 8192), (16, 8192), (0, 8192)]
    planned, half, none = sentences(events)
    assert planned.startswith("すべてGPUで動かします（コンテキスト 8,192")
    assert half.endswith("GPUに15/30層、コンテキスト 8,192で試します")
    assert none.endswith("CPUだけ、コンテキスト 8,192で試します")
    assert not any(isinstance(event, Failed) for event in events)
    assert events[-1] == Finished(2, "end")
    run = store.models.run(model.id, machine_key(engine.listed))
    assert run is not None
    assert (run.gpu_layers, run.context_length, run.fallback) == (0, 8192, code)

    again = FakeEngine()  # the next start: no failing steps any more
    events = ask(again, loader_of(again, store), target)
    assert [again.way(each) for each in again.tried] == [(0, 8192)]
    assert sentences(events) == ["前にうまくいった設定で動かします（CPUだけ、コンテキスト 8,192）"]


def test_what_the_sentences_say(store: Store, model: Model) -> None:
    engine = FakeEngine()
    engine.fails = {(31, 8192): "out_of_memory"}
    assert sentences(ask(engine, loader_of(engine, store), Target(model.path)))[1] == (
        "GPUのメモリが足りないため、GPUに15/30層、コンテキスト 8,192で試します"
    )
    set_language("en")
    assert sentences(ask(engine, loader_of(engine, store), Target(model.path)))[1] == (
        "There is not enough GPU memory: it is tried with 15 of 30 layers on the GPU, context 8,192"
    )


def test_when_all_fail_the_last_failure_is_passed_on(store: Store, model: Model) -> None:
    engine = FakeEngine()
    engine.fails = {"all": "engine_died"}
    loader, target = loader_of(engine, store), Target(model.path, model.id)
    events = ask(engine, loader, target)
    assert [isinstance(event, Failed) for event in events] == [False] * 5 + [True]
    assert len(engine.tried) == 5
    assert engine.way(engine.tried[-1]) == (0, 1024)
    assert store.models.run(model.id, machine_key(engine.listed)) is None
    assert not loader.is_loaded(target)


@pytest.mark.parametrize("code", ["model_invalid", "prompt_too_long", "template_failed", "engine_error"])
def test_other_failures_are_no_reason_for_less(store: Store, model: Model, code: str) -> None:
    engine = FakeEngine()
    engine.fails = {"all": code}
    events = ask(engine, loader_of(engine, store), Target(model.path, model.id))
    assert events[1:] == [Failed(2, code)]


def test_a_failure_in_the_middle_of_an_answer_is_passed_on(store: Store, model: Model) -> None:
    engine = FakeEngine()
    events = [Piece(1, "途中"), Failed(1, "engine_died")]
    assert (
        list(loader_of(engine, store).run(Target(model.path), lambda _: iter(events), Cancel()))[1:] == events
    )


def test_no_context_below_what_the_prompt_needs(store: Store, model: Model) -> None:
    tried = []

    def request(settings: ModelSettings) -> Iterator[Any]:
        tried.append(settings.context_length)
        yield Started(1, 3000, 0, 0, settings.context_length or 0)
        yield Failed(1, "decode_failed")

    events = list(loader_of(FakeEngine(CPU), store).run(Target(model.path), request, Cancel()))
    assert tried == [8192, 4096]
    assert events[-1] == Failed(1, "decode_failed")


def test_a_person_who_stops_sees_no_more_steps(store: Store, model: Model) -> None:
    engine, cancel = FakeEngine(), Cancel()
    engine.fails = {"all": "engine_died"}
    cancel.set()
    events = ask(engine, loader_of(engine, store), Target(model.path), cancel)
    assert len(engine.tried) == 1
    assert isinstance(events[-1], Failed)


def test_a_loaded_model_is_asked_at_once(store: Store, model: Model) -> None:
    engine = FakeEngine()
    loader, target = loader_of(engine, store), Target(model.path, model.id)
    ask(engine, loader, target)
    assert sentences(ask(engine, loader, target)) == []
    assert list(loader.load(target, Cancel())) == []
    assert engine.asked_devices == 1
    threads = target._replace(choices=Choices(threads=2, thinking=False))
    assert sentences(ask(engine, loader, threads)) == []
    assert engine.tried[-1] == replace(engine.tried[0], threads=2)
    shorter = target._replace(choices=Choices(context_length=2048))
    assert not loader.is_loaded(shorter)
    assert sentences(ask(engine, loader, shorter)) == [
        "すべてGPUで動かします（コンテキスト 2,048、GPU 約 0.2 GB）。手動: コンテキスト長"
    ]
    assert not loader.is_loaded(target)
    engine.loaded = None  # freed, because it was idle
    assert len(sentences(ask(engine, loader, shorter))) == 1


def test_a_model_that_another_request_loaded_meanwhile_is_not_loaded_again(
    store: Store, model: Model
) -> None:
    engine = FakeEngine()
    loader, target = loader_of(engine, store), Target(model.path, model.id)
    real = engine.devices

    def devices(cancel: Cancel) -> Iterator[Any]:
        engine.devices = real  # type: ignore[method-assign]
        ask(engine, loader, target)  # as from another thread, while this one waits for its turn
        engine.listed = (replace(CPU, free_bytes=1 * GIB),)
        yield from real(cancel)

    engine.devices = devices  # type: ignore[method-assign]
    events = ask(engine, loader, target)
    assert sentences(events) == []
    assert len(set(engine.tried)) == 1


def test_a_header_is_read_again_when_its_file_is_another(
    store: Store, smollm2: Path, starter_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []
    real = loading.loadable
    monkeypatch.setattr(loading, "loadable", lambda path: read.append(path) or real(path))
    engine = FakeEngine()
    loader, path = loader_of(engine, store), tmp_path / "m.gguf"
    path.symlink_to(smollm2)
    for _ in range(2):
        engine.loaded = None
        ask(engine, loader, Target(str(path)))
    assert len(read) == 1
    path.unlink()
    path.symlink_to(starter_model)
    engine.loaded = None
    ask(engine, loader, Target(str(path)))
    assert len(read) == 2
    path.unlink()
    engine.loaded = None
    assert ask(engine, loader, Target(str(path)))[-1].code == "model_missing"


def test_the_loaded_model_makes_room_for_the_next(store: Store, model: Model, starter_model: Path) -> None:
    small = replace(CARD, total_bytes=GIB, free_bytes=512_000_000 + 340_000_000)
    engine = FakeEngine(CPU, small)
    loader = loader_of(engine, store)
    ask(engine, loader, Target(model.path))
    layers = engine.tried[-1].gpu_layers
    assert layers == 31
    engine.listed = (CPU, replace(small, free_bytes=512_000_000 + 20_000_000))  # the first one has the rest
    ask(engine, loader, Target(str(starter_model), choices=Choices(context_length=512)))
    assert (engine.tried[-1].gpu_layers or 0) > 5


def test_threads_are_measured_once(store: Store, model: Model) -> None:
    engine, target = FakeEngine(), Target(model.path, model.id)
    events = list(loader_of(engine, store).load(target, Cancel()))
    assert isinstance(events[-1], Finished)
    run = store.models.run(model.id, machine_key(engine.listed))
    assert run is not None and (run.threads, run.fallback) == (3, "")
    again = FakeEngine()
    loader = loader_of(again, store)
    list(loader.load(target, Cancel()))
    assert (engine.measured, again.measured) == ([True], [False])
    assert again.tried[0].threads == 3
    again.loaded = None
    ask(again, loader, target)
    run = store.models.run(model.id, machine_key(engine.listed))
    assert run is not None and run.threads == 3
    again.loaded = None
    ask(again, loader, target._replace(choices=Choices(threads=1)))
    assert again.tried[-1].threads == 1


def test_what_is_set_by_hand_is_tried_first_and_changed_for_this_time_alone(
    store: Store, model: Model
) -> None:
    engine = FakeEngine()
    model = store.models.choose(model.id, gpu_layers=21, context_length=4096)
    target = target_of(model, Preferences())
    engine.fails = {(21, 4096): "out_of_memory", (11, 4096): "out_of_memory", (0, 4096): "out_of_memory"}
    loader = loader_of(engine, store)
    told = sentences(ask(engine, loader, target))
    assert [engine.way(each) for each in engine.tried] == [(21, 4096), (11, 4096), (0, 4096), (0, 2048)]
    assert told[0].endswith("。手動: コンテキスト長、GPUの層の数")
    assert all(sentence.endswith("。手動の設定を今回だけ変えています") for sentence in told[1:])
    assert store.models.get(model.id).choices == model.choices
    engine.loaded = None
    assert sentences(ask(engine, loader, target))[0].endswith("。手動の設定を今回だけ変えています")
    engine.loaded, engine.fails = None, {}  # another choice begins anew
    other = target_of(store.models.choose(model.id, gpu_layers=20), Preferences())
    ask(engine, loader, other)
    assert engine.way(engine.tried[-1]) == (20, 4096)


def test_a_fallback_counts_as_long_as_nothing_has_changed(
    store: Store, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = Target(model.path, model.id)

    def layers_of_a_start(card: Device, *, failing: bool = False) -> int | None:
        engine = FakeEngine(CPU, card)
        engine.fails = {(31, 8192): "engine_died"} if failing else {}
        ask(engine, loader_of(engine, store), target)
        return engine.tried[-1].gpu_layers

    little = replace(CARD, free_bytes=2 * GIB)
    assert layers_of_a_start(little, failing=True) == 16
    assert layers_of_a_start(little) == 16
    assert layers_of_a_start(replace(little, free_bytes=1 * GIB)) == 16
    assert layers_of_a_start(replace(little, free_bytes=4 * GIB)) == 31
    assert layers_of_a_start(little) == 31  # it worked, and this is remembered now
    assert layers_of_a_start(little, failing=True) == 16
    now = time.time()
    monkeypatch.setattr("desktop.models.loading.time.time", lambda: now + 6 * 86_400)
    assert layers_of_a_start(little) == 16
    monkeypatch.setattr("desktop.models.loading.time.time", lambda: now + 8 * 86_400)
    assert layers_of_a_start(little) == 31


def test_machines_are_told_apart(store: Store, model: Model) -> None:
    assert machine_key((CPU, CARD)) == machine_key((CARD, CPU))
    assert machine_key((CPU,)) != machine_key((CPU, CARD))
    updated = replace(CPU, total_bytes=CPU.total_bytes - 3_000_000, free_bytes=1)
    assert machine_key((updated,)) == machine_key((CPU,))
    store.models.remember(
        model.id, machine_key((CPU,)), Run(context_length=1024, fallback="x", free_bytes=9 * GIB, when=9e9)
    )
    other = FakeEngine(replace(CPU, description="another"))
    ask(other, loader_of(other, store), Target(model.path, model.id))
    assert other.tried[0].context_length == 8192


def test_a_model_larger_than_the_machine_is_refused_unless_the_person_insists(
    store: Store, model: Model
) -> None:
    engine = FakeEngine(replace(CPU, total_bytes=100 << 20, free_bytes=64 << 20))
    loader = loader_of(engine, store)
    (failed,) = ask(engine, loader, Target(model.path))
    assert failed.code == "model_too_large"
    assert failed.ja.startswith(
        "このモデルには約 0.2 GB のメモリが要りますが、このパソコンには 0.1 GB しかない"
    )
    assert engine.tried == []
    events = ask(engine, loader, Target(model.path, choices=Choices(insist=True)))
    assert isinstance(events[-1], Finished)
    # Larger than what is free, and not than what there is: it is tried, and said.
    engine = FakeEngine(replace(CPU, total_bytes=1 * GIB, free_bytes=64 << 20))
    events = ask(engine, loader_of(engine, store), Target(model.path))
    assert events[0].warning
    assert sentences(events)[0].startswith("メモリが足りません")
    assert sentences(events)[0].endswith("。試しますが、とても遅くなることがあります")
    assert isinstance(events[-1], Finished)


def test_a_spoiled_file_is_a_sentence(store: Store, tmp_path: Path, model: Model) -> None:
    engine = FakeEngine()
    (failed,) = ask(engine, loader_of(engine, store), Target(str(tmp_path / "x.gguf")))
    assert failed.code == "model_missing"
    assert failed.ja
    draft = Target(model.path, choices=Choices(draft_path=str(tmp_path / "d.gguf")))
    (failed,) = ask(engine, loader_of(engine, store), draft)
    assert "d.gguf" in failed.ja


def test_an_engine_that_cannot_start_is_told(store: Store, model: Model) -> None:
    engine = FakeEngine()
    for end in (Failed(1, "engine_unavailable"), Finished(1, "stopped")):
        engine.devices = lambda cancel, end=end: iter([end])  # type: ignore[method-assign, misc]
        assert ask(engine, loader_of(engine, store), Target(model.path)) == [end]


def test_a_store_that_cannot_be_written_costs_no_answer(store: Store, model: Model) -> None:
    engine = FakeEngine()
    target = Target(model.path, model.id)
    store.models.remove(model.id)
    assert ask(engine, loader_of(engine, store), target)[-1] == Finished(2, "end")


def test_the_length_for_all_models_gives_way_to_the_models_own(model: Model) -> None:
    usual = Preferences(context_length=4096)
    assert target_of(model, usual) == Target(model.path, model.id, Choices(context_length=4096))
    own = replace(model, choices=Choices(context_length=2048, thinking=True))
    assert target_of(own, usual).choices == own.choices
