"""What is being done at this moment, known to every layer below: why, until when, and who may stop it.

The hub's library has one client for the whole process and no way to cancel; so the transport looks here.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from desktop import network
from desktop.hub import failures
from desktop.jobs import Cancel
from desktop.network import Purpose

if TYPE_CHECKING:
    from desktop.hub.hub import Hub


@dataclass(slots=True)
class Call:
    """One purpose, carried out in one thread. Times are of ``time.monotonic``, in seconds."""

    hub: Hub
    purpose: Purpose
    about: str  # for the ledger: the repository, or ""
    cancel: Cancel
    most_bytes: int | None = None  # of one answer; None: as long as the file
    deadline: float | None = None
    most_requests: int = 24
    hub_only: bool = True  # no other host is asked
    requests: int = field(default=0, init=False)

    def check(self) -> None:
        """Raise ``Cancelled`` when it was, ``OfflineError`` now, and ``Transient`` when the time is over."""
        self.cancel.raise_if_set()
        if network.is_offline():
            raise network.OfflineError("network_offline")
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise failures.line_lost()

    def count_request(self) -> None:
        """Count a request; raise ``KotonohaError("hub_redirects")`` when one led to too many others."""
        self.requests += 1
        if self.requests > self.most_requests:
            raise failures.redirected()


_current: ContextVar[Call | None] = ContextVar("hub_call", default=None)


@contextmanager
def calling(call: Call) -> Iterator[Call]:
    """Let ``call`` be what this thread is doing, and connect for it: here the switch is opened.

    Raises ``network.OfflineError`` where it may not be.
    """
    token = _current.set(call)
    try:
        with network.allow(call.purpose, call.about):
            yield call
    finally:
        _current.reset(token)


def current() -> Call:
    """Return what this thread is doing; a request outside any call is a defect of ours."""
    call = _current.get()
    if call is None:
        raise RuntimeError("a request to the hub that nobody asked for")
    return call
