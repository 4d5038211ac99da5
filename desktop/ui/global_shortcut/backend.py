"""What every kind of desktop offers the shortcut: keys that are heard from its start to its close."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget


class Backend(QObject):
    """Hears one combination of keys. It is made for these keys, and a new one for others."""

    pressed = Signal()
    told = Signal(object)  # a ``State``

    def start(self) -> None:
        """Begin to hear; what comes of it is ``told``."""

    def activate(self, window: QWidget) -> None:
        """Have the desktop give ``window``, which is shown, the focus, because the keys were pressed."""

    def close(self) -> None:
        """Hear no more, and give the keys back. It may be called twice."""
