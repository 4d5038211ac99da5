"""How long reading a prompt will still take, judged by how fast it went so far. No Qt."""

from __future__ import annotations

from collections import deque

LOOK_BACK = 8  # events whose pace counts
SOONEST = 1.0  # seconds of reading after which there is something to say
LONGER = 1.3  # an estimate is corrected upwards only when it was so far off


class Pace:
    """Fed with each progress event; what it says grows smaller and rarely jumps.

    Tokens that were computed before (``reused``) are neither work done nor work left.
    """

    def __init__(self, reused: int, now: float) -> None:
        self._reused = reused
        self._began = now
        self._seen = deque([(now, reused)], maxlen=LOOK_BACK)
        self._ends: float | None = None  # when it will be done, as it was said last

    def update(self, done: int, total: int, now: float) -> tuple[int, int | None]:
        """Return the share that is read, in percent, and the seconds left; None: not known yet.

        ``done`` and ``total`` are tokens, ``now`` is a monotonic time in seconds.
        """
        percent = round(100 * (done - self._reused) / max(total - self._reused, 1))
        self._seen.append((now, done))
        then, done_then = self._seen[0]
        if done <= done_then or now - self._began < SOONEST:
            return percent, None
        left = (total - done) * (now - then) / (done - done_then)
        if self._ends is None or left > LONGER * max(self._ends - now, 1) or now + left < self._ends:
            self._ends = now + left
        return percent, _round(self._ends - now)


def _round(seconds: float) -> int:
    """Return about so many seconds: to the second below 20, to 5 below a minute, else to 10."""
    step = 1 if seconds < 20 else 5 if seconds < 60 else 10
    return max(round(seconds / step) * step, 1)
