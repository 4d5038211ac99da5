"""How fast a model will answer here, estimated before it is loaded.

Each token reads all weights that it is computed with. That takes as long as memory needs to deliver them, and
as long as the cores need to compute with them; how far the two overlap is between not at all and wholly.
"""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from desktop.engine.protocol import Device
from desktop.gguf.reader import Contents
from desktop.models.plan import Plan

# Chosen so that two cores with AVX-512 come to what they do: Gemma 3 270M decodes at 45 to 60 tokens a
# second, SmolLM2 135M at 60 to 90. A layer's steps have to wait for each other, which counts in small models.
_WEIGHTS_A_CORE = 12e9  # that one core multiplies in a second
_OVERHEAD, _LAYER = 0.0015, 0.00015  # seconds a token, and more for each layer
_FILLED = 1_024  # tokens in the cache while one answers
# By which factor the estimate may be wrong, both ways, besides the overlap: without and with models run here.
_SPREAD, _CORRECTED_SPREAD = 1.5, 1.25
_MOST_CORRECTION = 4.0
# Memory of graphics, bytes a second. Apple's chips by name; other cards are between these two.
_APPLE = {"ultra": 700e9, "max": 400e9, "pro": 200e9, "": 100e9}
_CARD, _CARD_SPREAD = 350e9, 2.2
_APPLE_NAME = re.compile(r"apple m\d+ ?(pro|max|ultra)?", re.IGNORECASE)


class Work(NamedTuple):
    """What one token takes: what is read, in bytes, and the number of weights computed with."""

    bytes: int
    weights: int


class Speed(NamedTuple):
    """Tokens a second: the likely figure and between which it will be; ``measured``: it was seen here."""

    low: float
    likely: float
    high: float
    measured: bool = False


@dataclass(frozen=True, slots=True)
class Machine:
    """What is known of this computer."""

    devices: tuple[Device, ...]
    threads: int
    bandwidth: float  # of the machine's own memory, bytes a second
    disk_free_bytes: int  # where models are kept
    correction: float = 1.0  # seconds that models took here ÷ the seconds estimated
    corrected: bool = False
    measured: Mapping[str, float] = field(default_factory=dict)  # tokens a second by the path of the file


def work(contents: Contents) -> Work:
    """Return what one token takes. Of a mixture of experts only those count that are used."""
    count = contents.integer(f"{contents.architecture}.expert_count")
    used = contents.integer(f"{contents.architecture}.expert_used_count")
    share = min(used / count, 1.0) if count and used else 1.0
    own_output = any(tensor.name == "output.weight" for tensor in contents.tensors)
    size = weights = 0.0
    for tensor in contents.tensors:
        if tensor.name.startswith("per_layer_token_embd") or (
            own_output and tensor.name == "token_embd.weight"
        ):
            continue  # a table, of which one row is read
        part = share if "_exps." in tensor.name else 1.0
        size += tensor.bytes * part
        weights += tensor.elements * part
    return Work(int(size), int(weights))


def speed(contents: Contents, plan: Plan, machine: Machine) -> Speed:
    """Return how fast the model will decode when it is loaded after the plan."""
    fast, slow = _seconds(contents, plan, machine)
    likely = math.sqrt(fast * slow) * machine.correction
    spread = _CORRECTED_SPREAD if machine.corrected else _SPREAD
    if plan.gpu_layers and not machine.corrected and not _apple(machine.devices):
        spread = _CARD_SPREAD
    return Speed(1 / (slow * machine.correction * spread), 1 / likely, spread / (fast * machine.correction))


def seen(tokens_per_second: float) -> Speed:
    """Return the speed that was measured."""
    return Speed(tokens_per_second, tokens_per_second, tokens_per_second, measured=True)


def correction(estimates_and_speeds: Iterable[tuple[float, float]]) -> float:
    """Return by which factor models here take longer than estimated: the middle of all, within bounds.

    Takes pairs of tokens a second: as estimated and as measured.
    """
    factors = [estimated / found for estimated, found in estimates_and_speeds if estimated > 0 and found > 0]
    if not factors:
        return 1.0
    middle = math.exp(statistics.median(map(math.log, factors)))
    return min(max(middle, 1 / _MOST_CORRECTION), _MOST_CORRECTION)


def _seconds(contents: Contents, plan: Plan, machine: Machine) -> tuple[float, float]:
    """Return the seconds of one token: where reading and computing overlap wholly, and not at all."""
    needed = work(contents)
    cache = plan.memory.cache * min(_FILLED / plan.context_length, 1.0)
    on_gpu = min(plan.gpu_bytes / max(plan.memory.total, 1), 1.0) if plan.gpu_layers else 0.0
    if plan.gpu_layers > plan.layers:
        on_gpu = 1.0
    size = needed.bytes + cache
    graphics = size * on_gpu / _graphics_bandwidth(machine)
    reading = size * (1 - on_gpu) / max(machine.bandwidth, 1.0)
    computing = needed.weights * (1 - on_gpu) / (max(machine.threads, 1) * _WEIGHTS_A_CORE)
    fixed = _OVERHEAD + _LAYER * plan.layers + graphics
    return fixed + max(reading, computing), fixed + reading + computing


def _graphics_bandwidth(machine: Machine) -> float:
    if (apple := _apple(machine.devices)) is not None:
        return apple
    cards = any(device.kind == "gpu" for device in machine.devices)
    return _CARD if cards else max(machine.bandwidth, 1.0)


def _apple(devices: Sequence[Device]) -> float | None:
    """Return the bandwidth of an Apple chip; None where there is none."""
    for device in devices:
        if device.kind != "cpu" and (found := _APPLE_NAME.search(device.description)):
            return _APPLE[(found[1] or "").lower()]
    return None
