"""What "automatic" means for a model on machines of our own making."""

from __future__ import annotations

import struct
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gguf_files as gguf
import pytest
from msgspec.structs import replace

from desktop.engine.protocol import Device, Devices, Failed, Finished, Loaded, ModelSettings, Piece
from desktop.engine.threads import physical_cores
from desktop.errors import KotonohaError
from desktop.gguf.reader import read
from desktop.jobs import Cancel, Cancelled
from desktop.models.loading import Loader, machine_key, target_of
from desktop.models.outlook import Outlook, outlook, possible_drafts
from desktop.store import Choices, Model, Preferences, Run, Store

GIB = 1 << 30
CPU = Device("CPU", "a processor", "CPU", "cpu", 16 * GIB, 8 * GIB)
CARD = Device("CUDA0", "a card", "CUDA", "gpu", 8 * GIB, 8 * GIB)
USUAL = Preferences()


def look(
    store: Store,
    model: Model,
    *devices: Device,
    preferences: Preferences = USUAL,
    loaded: ModelSettings | None = None,
) -> Outlook:
    engine: Any = SimpleNamespace(loaded=loaded)
    return outlook(store, Loader(engine, store), model, preferences, devices)


def test_without_a_gpu_all_is_the_processors(store: Store, model: Model) -> None:
    found = look(store, model, CPU)
    assert (found.has_gpu, found.loaded, found.warning, found.fallback) == (False, False, "", False)
    assert found.sentence.startswith("CPUだけで動かします（コンテキスト 8,192")
    assert (found.layers, found.trained_context_length) == (30, 8192)
    automatic = found.automatic
    assert (automatic.context_length, automatic.gpu_layers, automatic.cache_type) == (8192, 0, "f16")
    assert automatic.threads == physical_cores()
    (share,) = found.shares
    assert not share.on_gpu
    assert share.free == CPU.free_bytes
    assert 0 < share.needed < GIB
    assert found.template.startswith("{% for message in messages %}")
    assert not found.thinks


def test_a_choice_does_not_change_what_automatic_means_for_it(store: Store, model: Model) -> None:
    chosen = replace(model, choices=Choices(context_length=1024, gpu_layers=0, cache_type="q4_0"))
    free, by_hand = look(store, model, CPU, CARD), look(store, chosen, CPU, CARD)
    assert "手動" in by_hand.sentence
    assert by_hand.automatic == free.automatic
    assert (free.automatic.context_length, free.automatic.gpu_layers) == (8192, 31)
    assert [share.on_gpu for share in free.shares] == [True, False]
    assert [share.on_gpu for share in by_hand.shares] == [False]
    assert by_hand.shares[0].needed < sum(share.needed for share in free.shares)


def test_the_length_for_all_models_is_the_automatic_one(store: Store, model: Model) -> None:
    found = look(store, model, CPU, preferences=Preferences(context_length=2048))
    assert found.automatic.context_length == 2048
    longer = replace(model, choices=Choices(context_length=4096))
    found = look(store, longer, CPU, preferences=Preferences(context_length=2048))
    assert "4,096" in found.sentence
    assert found.automatic.context_length == 2048


def test_smaller_numbers_in_the_cache_take_less(store: Store, model: Model) -> None:
    sizes = look(store, model, CPU).cache_bytes
    assert sizes["q8_0"] / sizes["f16"] == pytest.approx(17 / 32, rel=0.01)
    assert sizes["q4_0"] / sizes["f16"] == pytest.approx(9 / 32, rel=0.01)


def test_measured_threads_are_the_automatic_ones(store: Store, model: Model) -> None:
    store.models.remember(model.id, machine_key([CPU]), Run(threads=77))
    assert look(store, model, CPU).automatic.threads == 77
    by_hand = replace(model, choices=Choices(threads=3))
    assert look(store, by_hand, CPU).automatic.threads == 77


def test_a_fallback_is_told_and_what_it_takes(store: Store, model: Model) -> None:
    planned = look(store, model, CPU, CARD)
    chosen = target_of(model, USUAL).choices
    run = Run(
        gpu_layers=11,
        context_length=2048,
        fallback="out_of_memory",
        chosen=chosen,
        free_bytes=8 * GIB,
        when=time.time(),
    )
    store.models.remember(model.id, machine_key([CPU, CARD]), run)
    found = look(store, model, CPU, CARD)
    assert found.fallback
    assert "GPUに10/30層、コンテキスト 2,048" in found.sentence
    assert "GPUのメモリが足りなかった" in found.warning
    assert found.shares[0].needed < planned.shares[0].needed
    assert found.automatic == planned.automatic


class Failing:
    """Falls back once from what was planned; holds what worked."""

    loaded: ModelSettings | None = None
    refused = "out_of_memory"

    def devices(self, cancel: Cancel) -> Iterator[Any]:
        yield Devices(1, (CPU, CARD))
        yield Finished(1, "end")

    def generate(self, settings: ModelSettings) -> Iterator[Any]:
        if self.refused and settings.gpu_layers == 31:
            yield Failed(2, self.refused)
            return
        if self.loaded != settings:
            self.loaded = settings
            yield Loaded(2, "m", "llama", 1, 8192, 8192, True, 0.1)
        yield Piece(2, "答え")
        yield Finished(2, "end")


def test_a_forgotten_fallback_is_tried_as_at_first(store: Store, model: Model) -> None:
    engine: Any = Failing()
    loader, target = Loader(engine, store), target_of(model, USUAL)

    def ask() -> None:
        assert list(loader.run(target, engine.generate, Cancel()))[-1] == Finished(2, "end")

    ask()
    assert engine.loaded.gpu_layers == 16
    store.models.remember(model.id, machine_key([CPU, CARD]), Run(gpu_layers=16, fallback="x", threads=5))
    found = outlook(store, loader, model, USUAL, loader.known_devices)
    assert (found.loaded, found.fallback) == (True, True)
    assert found.sentence == "GPUに15/30層、コンテキスト 8,192で動いています"
    ask()
    assert engine.loaded.gpu_layers == 16

    loader.forget_fallback(target, loader.known_devices)
    found = outlook(store, loader, model, USUAL, loader.known_devices)
    assert (found.loaded, found.fallback, found.warning) == (False, False, "")
    engine.refused = ""
    ask()
    assert engine.loaded.gpu_layers == 31
    assert engine.loaded.threads == 5  # what was measured is still known
    found = outlook(store, loader, model, USUAL, loader.known_devices)
    assert (found.loaded, found.fallback) == (True, False)


def test_one_that_is_too_large_is_refused_with_its_reason_until_the_person_insists(
    store: Store, model: Model
) -> None:
    tiny = replace(CPU, total_bytes=GIB // 16, free_bytes=GIB // 32)
    found = look(store, model, tiny)
    assert "読み込みませんでした" in found.warning
    assert not found.fallback
    insisting = replace(model, choices=Choices(insist=True))
    found = look(store, insisting, tiny)
    assert found.warning == ""
    assert "試します" in found.sentence


def test_a_missing_file_is_told(store: Store, model: Model, tmp_path: Path) -> None:
    with pytest.raises(KotonohaError) as raised:
        look(store, replace(model, path=str(tmp_path / "gone.gguf")), CPU)
    assert raised.value.code == "model_missing"


def words(*tokens: str) -> bytes:
    head = struct.pack("<IQ", gguf.TEXT, len(tokens))
    return gguf.entry("tokenizer.ggml.tokens", gguf.ARRAY, head + b"".join(map(gguf.text, tokens)))


def test_only_smaller_models_of_the_same_vocabulary_can_draft(
    store: Store, model: Model, tmp_path: Path
) -> None:
    def kept(id: int, name: str, size: int, *entries: bytes) -> Model:
        path = gguf.written(tmp_path, gguf.model(*entries), name)
        return replace(model, id=id, path=str(path), size_bytes=size)

    large = kept(1, "large.gguf", 1000, words("a", "b", "c"))
    same = kept(2, "same.gguf", 100, words("x", "y", "z"))
    other = kept(3, "other.gguf", 100, words("a", "b"))
    larger = kept(4, "larger.gguf", 5000, words("a", "b", "c"))
    gone = replace(large, id=5, path=str(tmp_path / "gone.gguf"), size_bytes=1)
    kind = gguf.entry("tokenizer.ggml.pre", gguf.TEXT, gguf.text("qwen2"))
    split = kept(6, "split.gguf", 100, words("a", "b", "c"), kind)
    everything = [large, same, other, larger, gone, split]
    assert [draft.id for draft in possible_drafts(large, everything, Cancel())] == [2]
    assert possible_drafts(gone, everything, Cancel()) == ()
    cancel = Cancel()
    cancel.set()
    with pytest.raises(Cancelled):
        possible_drafts(large, everything, cancel)


def test_a_chat_template_is_kept_whole_and_other_long_texts_are_not(tmp_path: Path) -> None:
    long = "{# 長い #}" * 2000
    entries = [
        gguf.entry(key, gguf.TEXT, gguf.text(long)) for key in ("tokenizer.chat_template", "general.x")
    ]
    contents = read(gguf.written(tmp_path, gguf.model(*entries)))
    assert contents.text("tokenizer.chat_template") == long
    assert len(contents.text("general.x")) < len(long)
