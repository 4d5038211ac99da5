"""What a turn is asked with: the model's advice, the preferences, the preset, the chat; the latter win."""

from __future__ import annotations

from collections.abc import Mapping

from desktop.engine.protocol import Sampling
from desktop.store import Chat, Preferences, Preset
from desktop.store.sampling import RANGES, usable


def sampling_of(
    preferences: Preferences, preset: Preset | None, recommended: Mapping[str, float | int] | None = None
) -> Sampling:
    """Return llama.cpp's sampling, changed by what the model recommends, the person and the preset set."""
    chosen = {name: value for name in RANGES if (value := getattr(preferences, name, None)) is not None}
    values = usable(recommended) | chosen | (preset.sampling if preset else {})
    return Sampling(loop_guard=preferences.loop_guard, **values)


def system_prompt_of(preferences: Preferences, preset: Preset | None, chat: Chat | None = None) -> str:
    """Return the system prompt: the chat's own, else the preset's, else the usual one."""
    own = chat.system_prompt if chat else ""
    return own or (preset.system_prompt if preset else "") or preferences.system_prompt
