"""How fast bytes come, and how to make them come slower."""

from __future__ import annotations

import threading
import time
from collections import deque

from desktop.jobs import Cancel

_WINDOW_SECONDS = 5.0
_JUMP_SECONDS = 5.0  # between two looks: the machine slept


class Speedometer:
    """The speed over the last seconds, which a sleep of the machine does not spoil. Times in seconds."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def add(self, now: float, done: int) -> None:
        """Note that ``done`` bytes were here at ``now``."""
        if self._seen and (now - self._seen[-1][0] > _JUMP_SECONDS or done < self._seen[-1][1]):
            self._seen.clear()
        self._seen.append((now, done))
        while now - self._seen[0][0] > _WINDOW_SECONDS:
            self._seen.popleft()

    def speed(self) -> float:
        """Return the bytes a second; 0.0 while too little is known."""
        if len(self._seen) < 2:
            return 0.0
        (began, before), (now, done) = self._seen[0], self._seen[-1]
        return (done - before) / (now - began) if now > began else 0.0

    def left(self, total: int) -> float | None:
        """Return the seconds that are left, None where nobody knows."""
        speed = self.speed()
        return (total - self._seen[-1][1]) / speed if speed > 0 else None


class Throttle:
    """A limit in bytes a second for all downloads together; 0 is none. May be changed while they run."""

    def __init__(self, limit: int = 0) -> None:
        self.limit = limit
        self._lock = threading.Lock()
        self._free_at = 0.0

    def take(self, size: int, cancel: Cancel) -> None:
        """Wait until ``size`` more bytes may come. Raises ``Cancelled``."""
        if self.limit <= 0:
            return
        now = time.monotonic()
        with self._lock:
            self._free_at = max(self._free_at, now) + size / self.limit
            turn = self._free_at
        while self.limit > 0 and (wait := turn - time.monotonic()) > 0:
            cancel.wait(min(wait, 0.25))
            cancel.raise_if_set()
