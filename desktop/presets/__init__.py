"""Presets: ready-made system prompts with their sampling values."""

from desktop.presets.builtin import builtin_presets

__all__ = ["builtin_presets"]
