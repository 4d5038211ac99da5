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
LookBack = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Sigma = Annotated[float, Meta(ge=-1, le=100)]
Spread = Annotated[float, Meta(ge=0, le=5)]
Exponent = Annotated[float, Meta(ge=0, le=10)]
Difference = Annotated[float, Meta(ge=-10, le=10)]  # of logits
Multiplier = Annotated[float, Meta(ge=0, le=100)]
Base = Annotated[float, Meta(ge=1, le=100)]
Version = Annotated[int, Meta(ge=0, le=2)]
Surprise = Annotated[float, Meta(ge=0, le=100)]
Target = Annotated[float, Meta(ge=-1, le=1)]
Decay = Annotated[float, Meta(ge=0, le=0.99)]

RANGES: dict[str, Any] = {
    "temperature": Temperature,
    "top_k": TopK,
    "top_p": Probability,
    "min_p": Probability,
    "repeat_penalty": Penalty,
    "repeat_last": LookBack,
    "typical_p": Probability,
    "top_n_sigma": Sigma,
    "xtc_probability": Probability,
    "xtc_threshold": Probability,
    "dynamic_range": Spread,
    "dynamic_exponent": Exponent,
    "frequency_penalty": Difference,
    "presence_penalty": Difference,
    "dry_multiplier": Multiplier,
    "dry_base": Base,
    "dry_allowed_length": Tokens,
    "dry_last": Annotated[int, Meta(ge=-1, le=2**31 - 1)],
    "mirostat": Version,
    "mirostat_tau": Surprise,
    "mirostat_eta": Probability,
    "adaptive_target": Target,
    "adaptive_decay": Decay,
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
