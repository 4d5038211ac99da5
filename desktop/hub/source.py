"""Where the bytes of one file are just now. A signed address expires; then the hub is asked again."""

from __future__ import annotations

import threading

from desktop.hub import failures
from desktop.hub.hub import Hub, Metadata
from desktop.jobs import Cancel


class ChangedError(Exception):
    """The hub has other bytes under this name now."""


class Source:
    """One file of one commit. Safe to use from several threads."""

    def __init__(self, hub: Hub, repository: str, path: str, revision: str, found: Metadata) -> None:
        self.hub = hub
        self.found = found
        self.repository = repository
        self._path = path
        self._revision = revision
        self._location = found.location
        self._lock = threading.Lock()

    def location(self, cancel: Cancel) -> str:
        """Return the address. Raises ``ChangedError``, and like ``Hub.metadata``."""
        with self._lock:
            if not self._location:
                found = self.hub.metadata(self.repository, self._revision, self._path, cancel)
                if (found.etag, found.size_bytes) != (self.found.etag, self.found.size_bytes):
                    raise ChangedError
                self._location = found.location
            return self._location

    def expired(self, location: str) -> None:
        """Hear that this address gives nothing any more."""
        with self._lock:
            if location == self._location:
                self._location = ""


def first_byte(status: int, headers: dict[str, str], asked: int, size: int) -> int:
    """Return which byte of the file an answer begins with: 0 where the server knows no ranges.

    Raises ``Transient`` where the answer is about a file of another size, or about other bytes than asked.
    """
    if status == 200:
        length = headers.get("content-length")
        if length is not None and length != str(size):
            raise failures.other_size()
        return 0
    # https://www.rfc-editor.org/rfc/rfc9110#name-content-range
    unit, _, rest = headers.get("content-range", "").partition(" ")
    span, _, total = rest.partition("/")
    if unit != "bytes" or span.partition("-")[0] != str(asked) or total not in (str(size), "*"):
        raise failures.other_size()
    return asked
