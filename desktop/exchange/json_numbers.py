"""Numbers that JSON does not know, or no reader takes, out of its way: one of them would end the file.

Python and JavaScript write ``NaN`` and ``Infinity``: these become ``null``, and so does what is too large for
a floating-point number. A whole number above 64 bits, an id mostly, becomes a string.
"""

from __future__ import annotations

import math
import re
from typing import Protocol

_SHAPE = bytes.maketrans(b"E123456789", b"e000000000")
_TOKEN = re.compile(
    rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\Z)'  # strings, of which the last may go on in the next piece
    rb"|-?(?:NaN|Infinity|\d[\d.]*(?:[eE][+-]?\d+)?)",
    re.DOTALL,
)
_REST_OF_STRING = re.compile(rb'[^"\\]*(?:\\.[^"\\]*)*(?:"|\Z)', re.DOTALL)
_END = re.compile(rb"[\w.+-]+\Z")
_MOST_HELD = 8 << 10  # bytes of a number that two pieces share; a longer one is damage
_LARGEST = 2**63 - 1


class Reader(Protocol):
    """Where the bytes come from."""

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes."""


class Mended:
    """Hands bytes of JSON on, with such numbers replaced and all else as it is."""

    def __init__(self, stream: Reader) -> None:
        self._stream = stream
        self._held = b""  # the beginning of what may be a number or an escape
        self._in_string = False

    def read(self, size: int = -1) -> bytes:
        """Return about ``size`` bytes, and none at the end alone."""
        while True:
            read = self._stream.read(size)
            data = self._held + read
            self._held = b""
            if not read:
                return self._mend(data)
            end = len(data) - _unfinished(data)
            data, self._held = data[:end], data[end:]
            if data or size == 0:
                return self._mend(data)

    def _mend(self, data: bytes) -> bytes:
        began_in_string = self._in_string
        quotes = data.replace(b"\\\\", b"").replace(b'\\"', b"").count(b'"')
        self._in_string ^= bool(quotes % 2)
        if not _suspect(data):
            return data
        rest = _REST_OF_STRING.match(data) if began_in_string else None
        start = 0 if rest is None else rest.end()
        return data[:start] + _TOKEN.sub(_replaced, data[start:])


def _suspect(data: bytes) -> bool:
    """Return whether such a number may be in it. Much faster than a regular expression."""
    shape = data.translate(_SHAPE, b"+")
    return b"NaN" in data or b"Infinity" in data or b"0" * 19 in shape or b"e000" in shape


def _unfinished(data: bytes) -> int:
    """Return how many bytes at the end may belong to a number or an escape that goes on."""
    slashes = len(data) - len(data.rstrip(b"\\"))
    if slashes:
        return slashes % 2
    found = _END.search(data, max(0, len(data) - _MOST_HELD))
    if found is None or found.end() - found.start() >= _MOST_HELD:
        return 0
    before = data[: found.start()]
    slashes = len(before) - len(before.rstrip(b"\\"))
    return found.end() - found.start() + slashes % 2


def _replaced(found: re.Match[bytes]) -> bytes:
    token = found[0]
    if token.startswith(b'"'):
        return token
    digits = token.removeprefix(b"-")
    if digits in (b"NaN", b"Infinity"):
        return b"null"
    if digits.isdigit():
        fits = len(digits) <= 19 and int(digits) <= _LARGEST
        return token if fits else b'"' + token + b'"'
    try:
        return token if math.isfinite(float(token)) else b"null"
    except ValueError:  # no number at all: the parser tells
        return token
