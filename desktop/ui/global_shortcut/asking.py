"""The portal as a backend: its conversation is a job in a thread, and what it tells comes by events."""

from __future__ import annotations

import logging
import os

from PySide6.QtCore import QKeyCombination, QObject

from desktop.jobs import Cancel
from desktop.ui.global_shortcut.backend import Backend
from desktop.ui.global_shortcut.keysyms import trigger
from desktop.ui.global_shortcut.state import State
from desktop.ui.worker import Jobs

log = logging.getLogger(__name__)


class PortalKeys(Backend):
    """Proposes the keys to the desktop, which decides."""

    def __init__(
        self,
        keys: QKeyCombination,
        jobs: Jobs,
        description: str,
        parent: QObject | None = None,
        *,
        bus: str | None = None,
    ) -> None:
        """``description``: what the desktop shows. ``bus``: a D-Bus address; None: the environment's."""
        super().__init__(parent)
        self._keys = keys
        self._jobs = jobs
        self._description = description
        self._bus = bus
        self._cancel: Cancel | None = None
        self._closed = False

    def start(self) -> None:
        try:
            from desktop.ui.global_shortcut import portal

            wanted = trigger(self._keys)
        except (ImportError, OSError):  # without jeepney, or without libxkbcommon
            self.told.emit(State("absent"))
            return

        def take(told: portal.Told) -> None:
            if self._closed:
                return
            match told:
                case portal.Pressed(token=token):
                    if token:  # Qt's Wayland plugin takes it from there when a window is activated
                        os.environ["XDG_ACTIVATION_TOKEN"] = token
                    self.pressed.emit()
                case portal.Bound(trigger=words):
                    self.told.emit(State("assigned", words) if words else State("unassigned"))
                case portal.Absent():
                    self.told.emit(State("absent"))
                case portal.Refused():
                    self.told.emit(State("refused"))
                case portal.Lost():
                    self.told.emit(State("lost"))
                case portal.Cut():
                    self.told.emit(State("cut"))

        self.told.emit(State("asking"))
        self._cancel = self._jobs.run(
            lambda cancel: portal.listen(wanted, self._description, cancel, self._bus),
            owner=self,
            on_event=take,
            on_failed=self._fail,
        )

    def close(self) -> None:
        self._closed = True
        if self._cancel is not None:
            self._cancel.set()
            self._cancel = None

    def _fail(self, error: Exception) -> None:
        """Nothing but a defect of ours comes here: the shortcut is not worth more than a line in the log."""
        log.error("the portal's job failed", exc_info=error)
        if not self._closed:
            self.told.emit(State("refused"))
