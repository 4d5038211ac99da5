"""How many threads a loaded model is fastest with, found out by trying. The child's side."""

from __future__ import annotations

import statistics
import time

from desktop.engine.runtime import Model

_TOKENS = 6  # computed for each try, after one that warms up
_ROUNDS = 2
_LONG_ENOUGH = 3.0  # seconds; a slow model is measured less, and not at all if one try takes so long
_WORTH = 0.95  # fewer threads must take at most so much of the time; else they only look faster by chance


def fastest_threads(model: Model) -> int:
    """Return the number of threads, at most those in use now, that single tokens are fastest with.

    The KV cache must be empty, and is empty again. Raise ``Stopped`` or ``DecodeFailed``.
    """
    most = model.threads
    tries = sorted({most, most - 1, most // 2} - {0}, reverse=True)
    seconds: dict[int, list[float]] = {threads: [] for threads in tries}
    token = max(model.bos, 0)
    began = time.perf_counter()
    try:
        for _ in range(_ROUNDS if len(tries) > 1 else 0):
            for threads in tries:
                if time.perf_counter() - began > _LONG_ENOUGH:
                    break
                model.set_threads(threads)
                model.compute([token], outputs=1)
                for _ in range(_TOKENS):
                    started = time.perf_counter()
                    model.compute([token], outputs=1)
                    seconds[threads].append(time.perf_counter() - started)
    finally:
        model.set_threads(most)
        model.cache.clear()
    best = most
    for threads in tries[1:]:
        if seconds[threads] and statistics.median(seconds[threads]) < _WORTH * statistics.median(
            seconds[best]
        ):
            best = threads
    return best
