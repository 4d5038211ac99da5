"""What a turn is asked with: the preferences, changed by the preset, changed by the chat."""

from __future__ import annotations

import msgspec

from desktop.engine.protocol import Sampling
from desktop.store import Chat, Preferences, Preset


def sampling_of(preferences: Preferences, preset: Preset | None) -> Sampling:
    """Return the sampling of the preferences, changed by what the preset says."""
    usual = Sampling(
        temperature=preferences.temperature,
        top_k=preferences.top_k,
        top_p=preferences.top_p,
        min_p=preferences.min_p,
        repeat_penalty=preferences.repeat_penalty,
        max_tokens=preferences.max_tokens,
    )
    return msgspec.structs.replace(usual, **preset.sampling) if preset else usual


def system_prompt_of(preferences: Preferences, preset: Preset | None, chat: Chat | None = None) -> str:
    """Return the system prompt: the chat's own, else the preset's, else the usual one."""
    own = chat.system_prompt if chat else ""
    return own or (preset.system_prompt if preset else "") or preferences.system_prompt
