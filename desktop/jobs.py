"""What every long piece of work takes and yields. No Qt, no threads of its own.

A job is a plain generator function: it takes what it needs and a ``Cancel``, yields frozen events, and
returns or raises. The window runs it in a worker thread, the command line in a ``for``, a test with ``list``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from typing import Any, TypeVar

T = TypeVar("T")


class Cancelled(Exception):  # noqa: N818 - not an error: the person asked for it
    """The job ended because the person cancelled it."""


class Cancel:
    """A request to stop, set once from any thread and seen by the job."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []

    def set(self) -> None:
        """Ask the job to stop; callbacks run once, in the caller's thread, and must not block."""
        with self._lock:
            if self._event.is_set():
                return
            self._event.set()
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def is_set(self) -> bool:
        """Return whether a stop was asked for."""
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait up to ``seconds``; return whether a stop was asked for."""
        return self._event.wait(seconds)

    def raise_if_set(self) -> None:
        """Raise ``Cancelled`` when a stop was asked for."""
        if self._event.is_set():
            raise Cancelled

    def on_set(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call ``callback`` when a stop is asked for, at once if it was; return what forgets it."""
        with self._lock:
            if not self._event.is_set():
                self._callbacks.append(callback)
                return lambda: self._forget(callback)
        callback()
        return lambda: None

    def _forget(self, callback: Callable[[], None]) -> None:
        with self._lock:
            if callback in self._callbacks:
                self._callbacks.remove(callback)


def result_of(job: Generator[Any, None, T]) -> T:
    """Run a job to its end and return what it returns, where nobody wants its events."""
    while True:
        try:
            next(job)
        except StopIteration as end:
            result: T = end.value
            return result
