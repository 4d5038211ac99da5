"""How long reading a prompt will still take, judged by how fast it went so far. No Qt."""

from __future__ import annotations

from collections import deque

LOOK_BACK = 8  # events whose pace counts
SOONEST = 1.0  # seconds of reading after which there is something to say
WEIGHT = 0.15  # of a new estimate among the earlier ones
LONGER = 1.3  # what was said is corrected upwards only when it was so far off


class Pace:
    """Fed with each progress event; what it says grows smaller and rarely jumps.

    Tokens that were computed before (``reused``) are neither work done nor work left.
    """

    def __init__(self, reused: int, now: float) -> None:
        self._reused = reused
        self._began = now
        self._seen = deque([(now, reused)], maxlen=LOOK_BACK)
        self._ends: float | None = None  # when it will be done
        self._said: int | None = None  # the seconds left that were told last

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
        self._ends = now + left if self._ends is None else self._ends + WEIGHT * (now + left - self._ends)
        seconds = _round(self._ends - now)
        if self._said is None or not self._said < seconds <= LONGER * self._said + 1:
            self._said = seconds
        return percent, self._said


def _round(seconds: float) -> int:
    """Return about so many seconds: to the second below 20, to 5 below a minute, else to 10."""
    step = 1 if seconds < 20 else 5 if seconds < 60 else 10
    return max(round(seconds / step) * step, 1)
