"""A shortcut that works in every program: one class, and a backend for each kind of desktop."""

from desktop.ui.global_shortcut.keysyms import usable
from desktop.ui.global_shortcut.shortcut import GlobalShortcut
from desktop.ui.global_shortcut.state import State

__all__ = ["GlobalShortcut", "State", "usable"]
