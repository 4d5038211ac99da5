"""One connection from its first line in the ledger to its last, and what went over it."""

from __future__ import annotations

import threading
import time
import uuid
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.network import ledger
from desktop.network.ledger import Kind

if TYPE_CHECKING:
    from desktop.network.permit import Permit


@dataclass(slots=True)
class Dialling:
    """What a transport is about to connect to, so that the attempts at a socket know the host's name."""

    host: str
    port: int
    last: Connection | None = None  # of several addresses, the one that was tried last


dialling: ContextVar[Dialling | None] = ContextVar("dialling", default=None)


class Connection:
    """An attempt, written before it is made; its end is written once.

    ``sent`` and ``received`` are bytes, counted by ``transport.py``; None where nobody counts. Raises
    ``OSError`` where the ledger cannot be written.
    """

    def __init__(self, permit: Permit, kind: Kind, host: str, port: int, address: str = "") -> None:
        self.id = uuid.uuid4().hex
        self.sent: int | None = None
        self.received: int | None = None
        self._permit = permit
        self._began = time.monotonic()
        self._ended = False
        self._lock = threading.Lock()
        ledger.opened(
            self.id,
            kind,
            process=permit.process,
            purpose=permit.purpose,
            about=permit.about,
            host=host,
            port=port,
            address=address,
        )
        permit.enter(self)

    def count(self, *, sent: int = 0, received: int = 0) -> None:
        """Add bytes that went over it; a stream is used by one thread at a time."""
        self.sent = (self.sent or 0) + sent
        self.received = (self.received or 0) + received

    def end(self, *, failed: bool = False) -> None:
        """Write how it ended: ``failed`` when it never came about. Harmless when done before."""
        with self._lock:
            if self._ended:
                return
            self._ended = True
        self._permit.leave(self)
        ledger.ended(
            self.id,
            failed=failed,
            seconds=time.monotonic() - self._began,
            sent=self.sent,
            received=self.received,
        )
