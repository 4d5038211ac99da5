"""Limits for a stranger's program that runs inside this process: time and memory. Child side.

Memory is limited where the system can (Linux). Time is watched from another thread, which ends the whole
process: a model whose template does not end is of no use, and nothing less stops a running Python loop for
certain.
"""

from __future__ import annotations

import faulthandler
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SECONDS = 5.0
MEMORY = 512 * 1024 * 1024  # bytes on top of what the process has mapped already
# Should the program hold the interpreter's lock, no Python thread runs, and this C timer ends the process.
_LAST_RESORT_SECONDS = 30.0


class Guard:
    """Limits one piece of work at a time, and tells when it takes too long."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: tuple[str, float] | None = None  # the code of its failure, and since when

    def overdue(self) -> str | None:
        """Return the failure's code when guarded work has been running for longer than it may."""
        with self._lock:
            if self._running is None or time.monotonic() - self._running[1] <= SECONDS:
                return None
            return self._running[0]

    @contextmanager
    def __call__(self, code: str) -> Iterator[None]:
        """Run the body under the limits; memory beyond the limit raises ``MemoryError`` in it."""
        with self._lock:
            self._running = code, time.monotonic()
        faulthandler.dump_traceback_later(_LAST_RESORT_SECONDS, exit=True)
        try:
            with _memory_limit():
                yield
        finally:
            faulthandler.cancel_dump_traceback_later()
            with self._lock:
                self._running = None


@contextmanager
def _memory_limit() -> Iterator[None]:
    if sys.platform != "linux":
        yield
        return
    import resource

    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = mapped + MEMORY
    if soft != resource.RLIM_INFINITY:
        limit = min(limit, soft)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
