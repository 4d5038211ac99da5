"""The sampling that a model's file recommends, as far as it can be used.

The keys are llama.cpp's (``LLM_KV_GENERAL_SAMPLING_*`` in src/llama-arch.cpp), which its converter takes from
the model's generation_config.json. Its order of samplers (``general.sampling.sequence``) is left aside.
"""

from __future__ import annotations

import json

from desktop.gguf.reader import Contents
from desktop.store.sampling import usable

Values = dict[str, float | int]

_FIELDS = {
    "temp": "temperature",
    "top_k": "top_k",
    "top_p": "top_p",
    "min_p": "min_p",
    "xtc_probability": "xtc_probability",
    "xtc_threshold": "xtc_threshold",
    "penalty_last_n": "repeat_last",
    "penalty_repeat": "repeat_penalty",
    "mirostat": "mirostat",
    "mirostat_tau": "mirostat_tau",
    "mirostat_eta": "mirostat_eta",
}
# A model without a chat template was not trained to answer, and runs in circles without it.
_BASE_PENALTY = 1.1


def recommended(contents: Contents) -> Values:
    """Return fields of ``engine.protocol.Sampling``; values out of range are left out."""
    values: Values = {}
    if not contents.text("tokenizer.chat_template"):
        values["repeat_penalty"] = _BASE_PENALTY
    for key, name in _FIELDS.items():
        value = contents.metadata.get(f"general.sampling.{key}")
        if isinstance(value, float):
            value = round(value, 6)  # they are 32-bit numbers: 0.95 is 0.949999988
        values |= usable({name: value})
    return values


def kept(text: str) -> Values:
    """Return what ``store.Model.recommended`` holds."""
    try:
        return usable(json.loads(text))
    except (ValueError, RecursionError):
        return {}
