"""The presets that come with the application, one resource file each. Does not know where they are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from desktop.paths import RESOURCES

_Text = Annotated[str, Meta(min_length=1)]


class _Sampling(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The fields of ``engine.protocol.Sampling`` that a built-in preset may set."""

    temperature: float | msgspec.UnsetType = msgspec.UNSET
    top_k: int | msgspec.UnsetType = msgspec.UNSET
    top_p: float | msgspec.UnsetType = msgspec.UNSET
    min_p: float | msgspec.UnsetType = msgspec.UNSET
    repeat_penalty: float | msgspec.UnsetType = msgspec.UNSET
    max_tokens: int | msgspec.UnsetType = msgspec.UNSET


class _Preset(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    key: Annotated[str, Meta(pattern="^[a-z][a-z0-9_]*$")]
    name_ja: _Text
    name_en: _Text
    description_ja: _Text
    description_en: _Text
    system_prompt: _Text
    sampling: _Sampling = _Sampling()


def builtin_presets(folder: Path = RESOURCES / "presets") -> list[dict[str, Any]]:
    """Return the presets in the order of their file names.

    Each has ``key``, ``name_ja``, ``name_en``, ``description_ja``, ``description_en``, ``system_prompt`` and
    ``sampling``. A broken file is a defect of ours: ``msgspec.ValidationError`` or ``ValueError``.
    """
    presets = [msgspec.json.decode(file.read_bytes(), type=_Preset) for file in sorted(folder.glob("*.json"))]
    if not presets or len({preset.key for preset in presets}) != len(presets):
        raise ValueError("no presets, or two with one key")
    return [msgspec.to_builtins(preset) for preset in presets]
