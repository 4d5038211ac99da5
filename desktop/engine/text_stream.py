"""From a model's bytes to text that may be shown: whole characters, and nothing from a stop string on."""

from __future__ import annotations

import codecs
from collections.abc import Iterable


class TextStream:
    """Decode bytes as they come and end before the first stop string.

    A character cut by a token border waits for its rest. So does any end of the text that could still turn
    out to be the beginning of a stop string.
    """

    def __init__(self, stops: Iterable[str] = (), *, strip_start: bool = False, before: str = "") -> None:
        """``before`` stands there already: a stop string may begin in it, and it is not returned."""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._stops = tuple(stop for stop in stops if stop)
        self._held = before[len(before) - self._possible_stop(before) :]
        self._known = len(self._held)
        self._strip_start = strip_start
        self.stopped = False

    def feed(self, data: bytes) -> str:
        """Take the next bytes; return the characters that are now certain. After a stop string: nothing."""
        if self.stopped:
            return ""
        text = self._held + self._decoder.decode(data)
        if self._strip_start:
            text = text.lstrip()
            self._strip_start = not text
        end = min((at for stop in self._stops if (at := text.find(stop)) >= 0), default=None)
        if end is not None:
            self.stopped = True
            self._held = ""
            return self._new(text[:end])
        sure = len(text) - self._possible_stop(text)
        self._held = text[sure:]
        return self._new(text[:sure])

    def finish(self) -> str:
        """Return what was held back. Half a character at the end is left out."""
        held, self._held = self._held, ""
        return self._new(held)

    def _new(self, text: str) -> str:
        known = min(self._known, len(text))
        self._known -= known
        return text[known:]

    def _possible_stop(self, text: str) -> int:
        """Return the length of the longest end of ``text`` that begins a stop string."""
        longest = 0
        for stop in self._stops:
            for length in range(min(len(stop) - 1, len(text)), longest, -1):
                if text.endswith(stop[:length]):
                    longest = length
                    break
        return longest
