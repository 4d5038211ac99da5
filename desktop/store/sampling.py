"""Which values of the sampler can be kept. The meaning of each is ``engine.protocol.Sampling``'s."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

Temperature = Annotated[float, Meta(ge=0, le=5)]
TopK = Annotated[int, Meta(ge=0, le=1_000_000)]
Probability = Annotated[float, Meta(ge=0, le=1)]
Penalty = Annotated[float, Meta(gt=0, le=10)]
Tokens = Annotated[int, Meta(ge=1, le=2**31 - 1)]

RANGES: dict[str, Any] = {
    "temperature": Temperature,
    "top_k": TopK,
    "top_p": Probability,
    "min_p": Probability,
    "repeat_penalty": Penalty,
    "repeat_last": Annotated[int, Meta(ge=0, le=2**31 - 1)],
    "seed": Annotated[int, Meta(ge=0, le=2**32 - 1)],
    "max_tokens": Tokens,
}


def checked(name: str, value: object) -> float | int:
    """Return the value; raise ``msgspec.ValidationError`` for an unknown name or a value out of range."""
    if name not in RANGES:
        raise msgspec.ValidationError(f"unknown sampling field {name!r}")
    if isinstance(value, float) and not math.isfinite(value):
        raise msgspec.ValidationError(f"{name} is not a number")
    number: float | int = msgspec.convert(value, RANGES[name])
    return number


def usable(values: object) -> dict[str, float | int]:
    """Return of stored values those that are known and in range."""
    kept: dict[str, float | int] = {}
    for name, value in values.items() if isinstance(values, Mapping) else ():
        try:
            kept[name] = checked(name, value)
        except msgspec.ValidationError:
            continue
    return kept
