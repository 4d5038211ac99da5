"""One line on a terminal that says what is going on, and disappears."""

from __future__ import annotations

import time
from typing import TextIO

_SECONDS = 0.1  # between two changes


class StatusLine:
    """Shows a short text on ``stream`` in place of the last one; does nothing where it is no terminal."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream if stream is not None and stream.isatty() else None
        self._shown = ""
        self._when = 0.0

    def show(self, text: str) -> None:
        """Show ``text``; of many in a short time only the first."""
        now = time.monotonic()
        if self._stream is None or text == self._shown or (self._shown and now - self._when < _SECONDS):
            return
        self._stream.write(f"\r\x1b[K{text}")
        self._stream.flush()
        self._shown, self._when = text, now

    def clear(self) -> None:
        """Take the line away."""
        if self._stream is not None and self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._shown = ""
