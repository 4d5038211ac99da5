"""What a person asked for from the network: how long it may be used, for what, and what was opened meanwhile.

A permit belongs to the code that runs inside ``allow``, in its thread (a context variable), so that a library
in another thread has none. It does not know the switch.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import weakref
from contextvars import ContextVar
from enum import StrEnum
from typing import TYPE_CHECKING

from desktop.language import say

if TYPE_CHECKING:
    from desktop.network.connection import Connection


class Purpose(StrEnum):
    """Why there is a connection. The ledger has the value, people the sentence."""

    SEARCH = "search"
    DETAILS = "details"
    DOWNLOAD = "download"
    CATALOG = "catalog"

    def sentence(self) -> str:
        """Return the purpose in the person's language."""
        return say(*_SENTENCES[self])


_SENTENCES = {
    Purpose.SEARCH: ("モデルの検索", "Search for models"),
    Purpose.DETAILS: ("モデルの情報", "A model's details"),
    Purpose.DOWNLOAD: ("ダウンロード", "Download"),
    Purpose.CATALOG: ("カタログの更新", "Update of the catalogue"),
}


class Permit:
    """One ``allow``: open until its end, which hangs up whatever was opened under it."""

    def __init__(self, purpose: Purpose, about: str, process: str) -> None:
        self.purpose = purpose
        self.process = process
        self.about = about
        self._lock = threading.RLock()  # as the switch has
        self._open = True
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._connections: set[Connection] = set()

    @property
    def is_open(self) -> bool:
        """Return whether connections may still be made."""
        return self._open

    def hold(self, sock: socket.socket) -> bool:
        """Remember a socket, to hang it up at the end; return False when it is too late."""
        with self._lock:
            if self._open:
                self._sockets.add(sock)
            return self._open

    def enter(self, connection: Connection) -> None:
        """Remember a connection, whose end is written at the latest when the permit ends."""
        with self._lock:
            self._connections.add(connection)

    def leave(self, connection: Connection) -> None:
        """Forget a connection that ended."""
        with self._lock:
            self._connections.discard(connection)

    def close(self) -> None:
        """Hang up, and write the end of each connection into the ledger."""
        self.hang_up()
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            connection.end()

    def hang_up(self) -> None:
        """Let no connection be made, and nothing pass those that are there; from any thread, without waiting.

        A library that waits for an answer sees its end at once: what a ``Cancel`` is to call. One that kept a
        connection for later can send nothing on it any more.
        """
        with self._lock:
            self._open = False
            sockets = list(self._sockets)
        for sock in sockets:
            with contextlib.suppress(OSError):  # closed, or never connected
                # Not SSLSocket's own, which would go on in plain text.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)


# A tuple, because jobs are generators: two of them may be open in one thread and end in any order.
_permits: ContextVar[tuple[Permit, ...]] = ContextVar("permits", default=())


def current() -> Permit | None:
    """Return the permit under which this code runs."""
    for permit in reversed(_permits.get()):
        if permit.is_open:
            return permit
    return None


def enter(permit: Permit) -> None:
    """Let what follows in this context run under ``permit``, for as long as it is open."""
    _permits.set((*(each for each in _permits.get() if each.is_open), permit))
