"""What loading a model comes to on this machine, and what "automatic" means for each choice. No Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from desktop.engine.client import Engine
from desktop.engine.failures import explain
from desktop.engine.protocol import CacheType, Device, Devices, Failed, ModelSettings
from desktop.engine.thinking import style_of
from desktop.engine.threads import physical_cores
from desktop.errors import KotonohaError
from desktop.gguf.check import loadable
from desktop.gguf.reader import Array, Contents
from desktop.jobs import Cancel, Cancelled
from desktop.language import say
from desktop.models.loading import Loader, Proposal, beside_bytes, propose, target_of, way
from desktop.models.memory import can_quantize_cache, layer_caches
from desktop.models.plan import Plan, plan
from desktop.store import Choices, Model, Preferences, Store

CACHE_TYPES: tuple[CacheType, ...] = ("f16", "q8_0", "q4_0")
_VOCABULARY = ("tokenizer.ggml.model", "tokenizer.ggml.pre", "tokenizer.ggml.tokens", "tokenizer.ggml.merges")


class Share(NamedTuple):
    """What the model takes of one memory, and how much of it programs can have. In bytes."""

    needed: int
    free: int
    on_gpu: bool


class Outlook(NamedTuple):
    """How a model is loaded, or would be, with the choices made for it."""

    sentence: str
    loaded: bool  # it is in memory so
    warning: str  # why it is less than was wished, or not tried; "": it is not
    fallback: bool  # it is less because of a failure, which can be forgotten
    shares: tuple[Share, ...]
    automatic: ModelSettings  # what each choice would be, were it alone left to the application
    cache_bytes: Mapping[CacheType, int]  # of each type that this model's cache can have
    layers: int
    trained_context_length: int  # tokens; 0: not known
    has_gpu: bool
    template: str  # the model's own; "": it has none
    thinks: bool  # whether its template tells it to
    devices: tuple[Device, ...]


def list_devices(engine: Engine, cancel: Cancel) -> tuple[Device, ...]:
    """Return what models can be run on, once the running request is done. Raises ``KotonohaError``."""
    for event in engine.devices(cancel):
        if isinstance(event, Devices):
            return event.devices
        if isinstance(event, Failed):
            raise explain(event)
    raise Cancelled


def outlook(
    store: Store, loader: Loader, model: Model, preferences: Preferences, devices: Sequence[Device]
) -> Outlook:
    """Return how the model is loaded, or would be. Raises ``KotonohaError`` where its file is unusable."""
    target = target_of(model, preferences)
    choices = target.choices
    contents = loader.contents(Path(model.path))
    loaded = loader.in_memory(target)
    proposal = loaded or propose(store, target, devices, contents)
    settings = proposal.settings
    used = _plan(
        contents,
        devices,
        replace(
            choices,
            context_length=settings.context_length,
            gpu_layers=settings.gpu_layers,
            cache_type=settings.cache_type if can_quantize_cache(contents) else None,
            draft_path=settings.draft_path,
        ),
    )
    sentence = proposal.sentence
    if loaded and loaded.fallback:  # it tells what was planned
        smaller = way(settings, proposal.plan.layers)
        sentence = say(f"{smaller}で動いています", f"Runs with {smaller}")
    template = contents.text("tokenizer.chat_template")
    context_length = settings.context_length or 1
    types = CACHE_TYPES if can_quantize_cache(contents) else CACHE_TYPES[:1]
    return Outlook(
        sentence,
        loaded is not None,
        _warning(proposal),
        bool(proposal.fallback),
        _shares(used, devices),
        _automatic(model, preferences, contents, devices, proposal),
        {kind: sum(layer_caches(contents, context_length, kind)) for kind in types},
        proposal.plan.layers,
        contents.integer(f"{contents.architecture}.context_length"),
        any(device.kind in ("gpu", "integrated_gpu") for device in devices),
        template,
        style_of(choices.template or template) is not None,
        tuple(devices),
    )


def possible_drafts(model: Model, others: Sequence[Model], cancel: Cancel) -> tuple[Model, ...]:
    """Return those of ``others`` that are smaller than the model and seem to have its vocabulary.

    Whether they have it in truth is seen when both are loaded. Files that cannot be used are left out.
    """
    vocabulary = _vocabulary(model)
    found = []
    for other in others:
        cancel.raise_if_set()
        smaller = other.id != model.id and other.size_bytes < model.size_bytes
        if smaller and vocabulary is not None and _vocabulary(other) == vocabulary:
            found.append(other)
    return tuple(found)


def _vocabulary(model: Model) -> tuple[str | int, ...] | None:
    """Return what tells one vocabulary from another: its kind, and its size. None for an unusable file."""
    try:
        contents = loadable(Path(model.path))
    except KotonohaError:
        return None
    values = [contents.metadata.get(key) for key in _VOCABULARY]
    return tuple(value.count if isinstance(value, Array) else str(value) for value in values)


def _automatic(
    model: Model,
    preferences: Preferences,
    contents: Contents,
    devices: Sequence[Device],
    proposal: Proposal,
) -> ModelSettings:
    """Return what each choice would be, were it alone left to the application."""
    choices = target_of(model, preferences).choices
    own_length = replace(model, choices=replace(model.choices, context_length=None))
    length = _plan(contents, devices, target_of(own_length, preferences).choices).context_length
    layers = _plan(contents, devices, replace(choices, gpu_layers=None)).gpu_layers
    cache_type = _plan(contents, devices, replace(choices, cache_type=None)).cache_type
    measured = proposal.run.threads if proposal.run else None
    return ModelSettings(model.path, length, layers, measured or physical_cores(), cache_type)


def _plan(contents: Contents, devices: Sequence[Device], choices: Choices) -> Plan:
    return plan(contents, devices, choices, beside=beside_bytes(choices))


def _shares(used: Plan, devices: Sequence[Device]) -> tuple[Share, ...]:
    here = sum(device.free_bytes for device in devices if device.kind == "cpu")
    there = [device for device in devices if device.kind == "gpu"]
    if not used.gpu_layers or not there:  # an integrated one computes in the machine's own memory
        return (Share(used.memory.total, here, on_gpu=False),)
    free = sum(device.free_bytes for device in there)
    return (Share(used.gpu_bytes, free, on_gpu=True), Share(used.ram_bytes, here, on_gpu=False))


def _warning(proposal: Proposal) -> str:
    if proposal.refused is not None:
        return str(proposal.refused)
    if not proposal.fallback:
        return ""
    memory_ja, memory_en = ("GPUのメモリ", "GPU memory") if proposal.plan.gpu_layers else ("メモリ", "memory")
    return {
        "out_of_memory": say(
            f"前に{memory_ja}が足りなかったため、計画より小さくしています。",
            f"It is less than planned, because there was not enough {memory_en} before.",
        ),
        "engine_died": say(
            "前にモデルを動かすプログラムが終了したため、計画より小さくしています。",
            "It is less than planned, because the program that runs the model ended before.",
        ),
        "engine_hung": say(
            "前に応答がなくなったため、計画より小さくしています。",
            "It is less than planned, because it stopped responding before.",
        ),
    }.get(
        proposal.fallback,
        say(
            "前に計算が失敗したため、計画より小さくしています。",
            "It is less than planned, because the computation failed before.",
        ),
    )
