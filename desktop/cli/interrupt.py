"""Ctrl-C as a request to stop: while an answer comes, it sets a ``Cancel`` and does not end the program."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from desktop.jobs import Cancel


@contextmanager
def stops(cancel: Cancel) -> Iterator[None]:
    """Let the first Ctrl-C set ``cancel``; the second raises ``KeyboardInterrupt``. Main thread only."""

    def handle(_signal: int, _frame: FrameType | None) -> None:
        if cancel.is_set():
            raise KeyboardInterrupt
        # The interrupted code may hold the very locks that ``set`` takes: so not in this thread.
        threading.Thread(target=cancel.set, daemon=True).start()

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
