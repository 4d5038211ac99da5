"""What goes where, before a model is loaded: layers on the GPU, and the context length that fits.

The plan is a proposal in numbers and in one line; the person may choose otherwise. Sizes are bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from desktop.engine.protocol import Device
from desktop.gguf.reader import Contents
from desktop.language import say
from desktop.models.memory import (
    CPU_BATCH,
    GPU_BATCH,
    Memory,
    compute_bytes,
    embedding_weights,
    estimate,
    layer_caches,
    layer_weights,
    output_weights,
)

USUAL_CONTEXT = 8192  # tokens, as in engine/runtime.py, which a test compares
SHORTEST_CONTEXT = 512  # tokens; with less there is nothing to talk about
_MARGIN = 512_000_000  # bytes left to others on every device, and at least
_MARGIN_SHARE = 0.05  # of the device's memory
_SHARED_MEMORY = ("Metal", "MTL")  # backends whose GPU computes in the machine's own memory


@dataclass(frozen=True, slots=True)
class Plan:
    """What a model would be loaded with."""

    gpu_layers: int  # as llama.cpp counts: the last step is one more than the layers; 0: the CPU alone
    layers: int
    context_length: int  # tokens
    memory: Memory  # of the whole model
    gpu_bytes: int  # of it on the GPU
    fits: bool  # with a margin

    @property
    def ram_bytes(self) -> int:
        """Return what is left for the machine's own memory."""
        return self.memory.total - self.gpu_bytes

    def sentence(self) -> str:
        """Return the plan in one line."""
        context = f"{self.context_length:,}"
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


def plan(contents: Contents, devices: Sequence[Device], context_length: int | None = None) -> Plan:
    """Return how to load the model on these devices: the most layers on the GPU, then the longest context.

    ``context_length`` (tokens) is the longest wanted; None: what the model was trained for, at most
    ``USUAL_CONTEXT``. It is halved until model, cache and computation fit into the free memory with a margin;
    when nothing does, the shortest is returned and ``fits`` is False. Several GPUs count as one.
    """
    trained = contents.integer(f"{contents.architecture}.context_length")
    wanted = max(min(context_length or USUAL_CONTEXT, trained or USUAL_CONTEXT), 1)
    while True:
        proposal = _at(contents, devices, wanted)
        if proposal.fits or wanted // 2 < SHORTEST_CONTEXT:
            return proposal
        wanted //= 2


def _at(contents: Contents, devices: Sequence[Device], context_length: int) -> Plan:
    """Return the plan for this very context length."""
    gpus = [device for device in devices if device.kind == "gpu"]
    gpus = gpus or [device for device in devices if device.kind == "integrated_gpu"]
    ram = sum(_usable(device) for device in devices if device.kind == "cpu")
    memory = estimate(contents, context_length, batch=GPU_BATCH if gpus else CPU_BATCH)
    weights = layer_weights(contents)
    costs = _gpu_costs(contents, context_length) if gpus else [0]
    room = sum(_usable(gpu) for gpu in gpus)
    most = max(count for count, cost in enumerate(costs) if count == 0 or cost <= room)
    if most == 1:  # the last step alone gains nothing
        most = 0
    if most and not output_weights(contents):  # the GPU gets a copy of the embedding
        memory = replace(memory, weights=memory.weights + embedding_weights(contents))
    shared = any(gpu.kind == "integrated_gpu" or gpu.backend in _SHARED_MEMORY for gpu in gpus)
    here = memory.total if shared else memory.total - costs[most]
    return Plan(most, len(weights), context_length, memory, costs[most], fits=here <= ram)


def _gpu_costs(contents: Contents, context_length: int) -> list[int]:
    """Return what 0, 1, 2 … GPU layers take there: the last step, then the layers from the last one on.

    Source: ``llama_model_base::load_tensors``, which begins at layer ``n_layer + 1 - n_gpu_layers``.
    """
    caches = layer_caches(contents, context_length, batch=GPU_BATCH)
    layers = [weight + cache for weight, cache in zip(layer_weights(contents), caches, strict=False)]
    output = output_weights(contents) or embedding_weights(contents)
    costs = [0, output + compute_bytes(contents, context_length, batch=GPU_BATCH)]
    for layer in reversed(layers):
        costs.append(costs[-1] + layer)
    return costs


def _usable(device: Device) -> int:
    return max(device.free_bytes - max(_MARGIN, int(device.total_bytes * _MARGIN_SHARE)), 0)


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
