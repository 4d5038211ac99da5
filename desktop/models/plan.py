"""What goes where, before a model is loaded: layers on the GPU, the context length and the cache that fit.

The plan is a proposal in numbers and in one line; what the person chose by hand stays. Sizes are bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from desktop.engine.protocol import CacheType, Device
from desktop.gguf.reader import Contents
from desktop.language import say
from desktop.models.memory import (
    CPU_BATCH,
    GPU_BATCH,
    Memory,
    can_quantize_cache,
    compute_bytes,
    embedding_weights,
    estimate,
    layer_caches,
    layer_weights,
    output_weights,
)
from desktop.store import Choices

USUAL_CONTEXT = 8192  # tokens, as in engine/runtime.py, which a test compares
SHORTEST_CONTEXT = 512  # tokens; with less there is nothing to talk about
_MARGIN = 512_000_000  # bytes left to others on every device, and at least
_MARGIN_SHARE = 0.05  # of the device's memory
_SHARED_MEMORY = ("Metal", "MTL")  # backends whose GPU computes in the machine's own memory
_NOTHING = Choices()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a model would be loaded with."""

    gpu_layers: int  # as llama.cpp counts: the last step is one more than the layers; 0: the CPU alone
    layers: int
    context_length: int  # tokens
    cache_type: CacheType
    memory: Memory  # of the whole model
    gpu_bytes: int  # of it on the GPU
    fits: bool  # with a margin
    possible: bool  # whether all memory of the machine together would be enough
    by_hand: tuple[str, ...] = ()  # the fields of ``Choices`` that it follows

    @property
    def ram_bytes(self) -> int:
        """Return what is left for the machine's own memory."""
        return self.memory.total - self.gpu_bytes

    def sentence(self) -> str:
        """Return the plan in one line."""
        return self._where() + self._whose()

    def _where(self) -> str:
        context = f"{self.context_length:,}"
        if self.cache_type != "f16":
            context += say(f"、KVキャッシュ {self.cache_type}", f", {self.cache_type} KV cache")
        ram, gpu = _gigabytes(self.ram_bytes), _gigabytes(self.gpu_bytes)
        if not self.fits:
            whole = _gigabytes(self.memory.total)
            return say(
                f"メモリが足りません（コンテキスト {context} でも約 {whole} 要ります）",
                f"Not enough memory (about {whole} even with a context of {context})",
            )
        if self.gpu_layers == 0:
            return say(
                f"CPUだけで動かします（コンテキスト {context}、約 {ram}）",
                f"Runs on the CPU alone (context {context}, about {ram})",
            )
        if self.gpu_layers > self.layers:
            return say(
                f"すべてGPUで動かします（コンテキスト {context}、GPU 約 {gpu}）",
                f"Runs on the GPU (context {context}, about {gpu} of it)",
            )
        return say(
            f"GPUに{self.gpu_layers - 1}/{self.layers}層、残りはCPU"
            f"（コンテキスト {context}、GPU 約 {gpu}、メモリ 約 {ram}）",
            f"{self.gpu_layers - 1} of {self.layers} layers on the GPU, the rest on the CPU "
            f"(context {context}, about {gpu} there and {ram} here)",
        )

    def _whose(self) -> str:
        if not self.by_hand:
            return ""
        names = [_name(field) for field in self.by_hand]
        return say(f"。手動: {'、'.join(names)}", f". Set by hand: {', '.join(names)}")


def plan(
    contents: Contents, devices: Sequence[Device], choices: Choices = _NOTHING, *, beside: int = 0
) -> Plan:
    """Return how to load the model on these devices: the most layers on the GPU, then the longest context.

    What ``choices`` sets by hand stays. An automatic context is what the model was trained for, at most
    ``USUAL_CONTEXT``, and is halved until model, cache and computation fit into the free memory with a
    margin; an automatic cache has 16-bit numbers, unless only a smaller one lets that context fit. When
    nothing fits, the smallest is returned and ``fits`` is False. Several GPUs count as one. ``beside`` is
    what a draft model and adapters take.
    """
    trained = contents.integer(f"{contents.architecture}.context_length")
    wanted = max(min(choices.context_length or USUAL_CONTEXT, trained or USUAL_CONTEXT), 1)
    types: tuple[CacheType, ...] = ("f16",)
    by_hand = [name for name in ("context_length", "gpu_layers") if getattr(choices, name) is not None]
    if can_quantize_cache(contents):
        types = ("f16", "q8_0") if choices.cache_type is None else (choices.cache_type,)
        by_hand += ["cache_type"] if choices.cache_type is not None else []
    while True:
        for cache_type in types:
            proposal = _at(
                contents, devices, wanted, cache_type, gpu_layers=choices.gpu_layers, beside=beside
            )
            if proposal.fits:
                break
        if proposal.fits or choices.context_length is not None or wanted // 2 < SHORTEST_CONTEXT:
            return replace(proposal, by_hand=tuple(by_hand))
        wanted //= 2


def _at(
    contents: Contents,
    devices: Sequence[Device],
    context_length: int,
    cache_type: CacheType,
    *,
    gpu_layers: int | None,
    beside: int,
) -> Plan:
    """Return the plan for this very context length and cache."""
    gpus = [device for device in devices if device.kind == "gpu"]
    gpus = gpus or [device for device in devices if device.kind == "integrated_gpu"]
    shared = any(gpu.kind == "integrated_gpu" or gpu.backend in _SHARED_MEMORY for gpu in gpus)
    own = [device for device in devices if device.kind == "cpu"]
    weights = layer_weights(contents)
    costs = [0, *_gpu_costs(contents, context_length, cache_type, beside)] if gpus else [0]
    room = sum(_usable(gpu) for gpu in gpus)
    if gpu_layers is None:
        most = max(count for count, cost in enumerate(costs) if count == 0 or cost <= room)
        if most == 1:  # the last step alone gains nothing
            most = 0
    else:
        most = min(gpu_layers, len(costs) - 1)
    memory = estimate(contents, context_length, cache_type, batch=GPU_BATCH if most else CPU_BATCH)
    memory = replace(memory, beside=beside)
    if most and not output_weights(contents):  # the GPU gets a copy of the embedding
        memory = replace(memory, weights=memory.weights + embedding_weights(contents))
    here = memory.total if shared else memory.total - costs[most]
    return Plan(
        most,
        len(weights),
        context_length,
        cache_type,
        memory,
        costs[most],
        fits=here <= sum(map(_usable, own)) and costs[most] <= room,
        possible=memory.total <= sum(device.total_bytes for device in (own if shared else own + gpus)),
    )


def _gpu_costs(contents: Contents, context_length: int, cache_type: CacheType, beside: int) -> list[int]:
    """Return what 1, 2, 3 … GPU layers take there: the last step, then the layers from the last one on.

    Source: ``llama_model_base::load_tensors``, which begins at layer ``n_layer + 1 - n_gpu_layers``.
    """
    caches = layer_caches(contents, context_length, cache_type, batch=GPU_BATCH)
    layers = [weight + cache for weight, cache in zip(layer_weights(contents), caches, strict=False)]
    output = output_weights(contents) or embedding_weights(contents)
    costs = [output + compute_bytes(contents, context_length, batch=GPU_BATCH) + beside]
    for layer in reversed(layers):
        costs.append(costs[-1] + layer)
    return costs


def _usable(device: Device) -> int:
    return max(device.free_bytes - max(_MARGIN, int(device.total_bytes * _MARGIN_SHARE)), 0)


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"


def _name(field: str) -> str:
    return {
        "context_length": say("コンテキスト長", "context length"),
        "gpu_layers": say("GPUの層の数", "GPU layers"),
        "cache_type": say("KVキャッシュ", "KV cache"),
    }[field]
