"""Text read out to people who do not see it: an answer as it grows, by sentence."""

from __future__ import annotations

import re

from desktop.markdown.inline import printable, spans

LONGEST = 400  # characters that are waited for until they are read without an end of a sentence

# An end of a sentence with what closes it; the character after it shows that no more of that follows.
_END = re.compile(r"[。！？]+[」』）】》”’)]*(?=[^。！？」』）】》”’)])|[.!?]+(?=\s)|\n(?=.|\n)", re.DOTALL)
_MARKER = re.compile(r"^(?:[ \t>]*(?:#{1,6}|[-*+•]|>)[ \t]+)+")
_RULE = re.compile(r"[\s|:*_=\-]*")  # a line under a table's head, or between two parts
_FENCE = re.compile(r"^[ \t>]*(?:```|~~~)")


class Sentences:
    """Text that grows, as sentences without markup. A block of code is left out."""

    def __init__(self) -> None:
        self._rest = ""
        self._in_code = False
        self._begins_line = True

    def feed(self, piece: str) -> list[str]:
        """Return the sentences that ``piece`` completes."""
        self._rest += printable(piece)
        found: list[str] = []
        while (end := self._next_end()) > 0:
            found += self._take(end)
        return found

    def finish(self) -> list[str]:
        """Return what is left when no more comes."""
        return self._take(len(self._rest))

    def _next_end(self) -> int:
        if self._in_code or (self._begins_line and _FENCE.match(self._rest)):
            return self._rest.find("\n") + 1
        for match in _END.finditer(self._rest):
            numbers = match[0] == "." and self._rest[: match.start()].strip().isdigit()  # an item of a list
            if not numbers and (match[0] != "\n" or not self._is_wrapped(match.start())):
                return match.end()
        if len(self._rest) <= LONGEST:
            return 0
        return self._rest.rfind("、", 0, LONGEST) + 1 or LONGEST

    def _is_wrapped(self, at: int) -> bool:
        """Return whether the line end at ``at`` only breaks a sentence of a language with spaces."""
        before, after = self._rest[:at][-1:], self._rest[at + 1 : at + 2]
        return before.isascii() and before.isalpha() and after.isascii() and after.islower()

    def _take(self, end: int) -> list[str]:
        text, self._rest = self._rest[:end], self._rest[end:]
        began, self._begins_line = self._begins_line, text.endswith("\n")
        if began and _FENCE.match(text):
            self._in_code = not self._in_code
            return []
        if self._in_code or _RULE.fullmatch(text):
            return []
        line = _MARKER.sub("", text) if began else text
        spoken = "".join(span.text for span in spans(line.strip().strip("|").replace("|", "、")))
        return [spoken.strip()] if spoken.strip() else []
