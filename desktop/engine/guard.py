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
    """Tells since when a guarded piece of work has been running."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since: float | None = None

    def overdue(self) -> bool:
        """Return whether guarded work has been running for longer than it may."""
        with self._lock:
            return self._since is not None and time.monotonic() - self._since > SECONDS

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Run the body under the limits; memory beyond the limit raises ``MemoryError`` in it."""
        with self._lock:
            self._since = time.monotonic()
        faulthandler.dump_traceback_later(_LAST_RESORT_SECONDS, exit=True)
        try:
            with _memory_limit():
                yield
        finally:
            faulthandler.cancel_dump_traceback_later()
            with self._lock:
                self._since = None


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
