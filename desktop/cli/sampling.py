"""The samplers' options of ``kotonoha ask``: which fields of ``engine.protocol.Sampling`` they set."""

from __future__ import annotations

import argparse
from argparse import Namespace
from pathlib import Path
from typing import Any

import msgspec

from desktop.cli import piped
from desktop.engine.protocol import Sampling
from desktop.errors import KotonohaError
from desktop.language import say

_FIELDS = {field.name: field for field in msgspec.structs.fields(Sampling)}
_OPTIONS = ("temperature", "top_k", "top_p", "min_p", "repeat_penalty", "seed", "max_tokens")


def sampling_fields(text: str) -> dict[str, Any]:
    """Return the fields in a JSON object. Raises ``argparse.ArgumentTypeError``."""
    try:
        values = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
        unknown = next((name for name in values if name not in _FIELDS), None)
        if unknown is not None:
            raise msgspec.ValidationError(f"{unknown}?")
        return {name: msgspec.json.decode(raw, type=_FIELDS[name].type) for name, raw in values.items()}
    except (msgspec.DecodeError, RecursionError) as error:
        names = ", ".join(_FIELDS)
        raise argparse.ArgumentTypeError(
            say(
                f"サンプラーの設定のJSONではありません（{error}）。使える名前: {names}",
                f"no JSON object of sampler settings ({error}). There are: {names}",
            )
        ) from None


def chosen(options: Namespace) -> dict[str, Any]:
    """Return the fields that the options set; single ones count more than ``--sampling``."""
    fields = dict(options.sampling or {})
    fields |= {name: value for name in _OPTIONS if (value := getattr(options, name)) is not None}
    if options.stop:
        fields["stop"] = tuple(options.stop)
    if options.grammar is not None:
        fields["grammar"] = _grammar(options.grammar)
    return fields


def _grammar(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return piped.read(file)
    except (OSError, ValueError) as error:
        raise KotonohaError(
            "grammar_invalid",
            f"{path} を文法（GBNF）として読めません（{error}）。",
            f"{path} cannot be read as a grammar (GBNF) ({error}).",
        ) from error
