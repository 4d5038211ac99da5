"""JSON of any length, one chat at a time: memory holds one value, never the file.

Read are arrays of chats, several values in a row (JSON Lines too), and an object, of which the arrays called
"chats" and "conversations" are read like the former before the rest of it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

from ijson.common import IncompleteJSONError, JSONError  # type: ignore[import-untyped]

from desktop.errors import KotonohaError
from desktop.exchange.json_numbers import Mended, Reader
from desktop.exchange.tree import too_large
from desktop.language import say

try:  # by name, so that the bundle has it
    from ijson.backends import yajl2_c as parser  # type: ignore[import-untyped]
except ImportError:  # where there is no wheel
    from ijson.backends import python as parser

MOST_CHARACTERS = 256 << 20  # in the texts of one value
MOST_VALUES = 2_000_000
MOST_DEPTH = 100
_LISTS = frozenset({"chats", "conversations"})
_BUFFER = 64 << 10


class _Watched:
    """Hands bytes on, without a byte order mark, and refuses when many pass and nothing comes of them."""

    def __init__(self, stream: Reader) -> None:
        self._stream = stream
        self._begun = False
        self.silent = 0  # bytes since the parser last told something

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        if size and not self._begun:
            self._begun = True
            data = data.removeprefix(b"\xef\xbb\xbf") or self._stream.read(size)
        self.silent += len(data)
        if self.silent > MOST_CHARACTERS:
            raise too_large()
        return data


def values(stream: Reader) -> Iterator[object | KotonohaError]:
    """Yield one value after the other; in the place of one above the limits, the error that tells of it.

    Raises ``KotonohaError("json_broken")`` where the JSON ends or is none, after what stood before.
    """
    watched = _Watched(Mended(stream))
    events = _events(watched)
    try:
        for event, value in events:
            if event == "start_array":
                yield from _elements(events)
            elif event == "start_map":
                yield from _members(events)
            else:
                yield value
    except JSONError as error:
        reason = str(error).strip("b'\"").splitlines()[0].split("\\n")[0][:80] if str(error).strip() else ""
        raise KotonohaError(
            "json_broken",
            f"ファイルが途中で切れているか、壊れています（{reason}）。それより前にあるものだけを読みました。",
            f"The file is cut short or damaged ({reason}). Only what stands before that place was read.",
        ) from error


def _events(watched: _Watched) -> Generator[tuple[str, Any], None, None]:
    for event in parser.basic_parse(watched, buf_size=_BUFFER, use_float=True, multiple_values=True):
        watched.silent = 0
        yield event


def _elements(events: Iterator[tuple[str, Any]]) -> Iterator[object | KotonohaError]:
    for event, value in events:
        if event == "end_array":
            return
        yield _value(event, value, events)


def _members(events: Iterator[tuple[str, Any]]) -> Iterator[object | KotonohaError]:
    rest: dict[str, object] = {}
    budget = _Budget()
    broken = False
    for event, name in events:
        if event == "end_map":
            break
        inner, value = next(events)
        if name in _LISTS and inner == "start_array":
            yield from _elements(events)
            continue
        member = _value(inner, value, events, budget)
        broken = broken or isinstance(member, KotonohaError)
        rest[name] = member
    yield too_large() if broken else rest


class _Budget:
    """What one value may still take."""

    def __init__(self) -> None:
        self.characters = MOST_CHARACTERS
        self.values = MOST_VALUES

    def take(self, value: object) -> bool:
        """Count one value; return whether it still fits."""
        self.values -= 1
        if isinstance(value, str):
            self.characters -= len(value)
        return self.values >= 0 and self.characters >= 0


def _value(
    event: str, value: object, events: Iterator[tuple[str, Any]], budget: _Budget | None = None
) -> object | KotonohaError:
    """Return the value that begins with this event; above the limits, read on to its end and forget it."""
    budget = budget or _Budget()
    if event not in ("start_map", "start_array"):
        return value if budget.take(value) else too_large()
    root: Any = {} if event == "start_map" else []
    open_: list[Any] = [root]
    names: list[str] = [""]
    depth, fits = 1, True
    for event, value in events:  # noqa: PLR1704 - what began goes on
        if event in ("end_map", "end_array"):
            depth -= 1
            if fits:
                open_.pop()
                names.pop()
            if depth == 0:
                return root if fits else too_large()
            continue
        begins = event in ("start_map", "start_array")
        depth += begins
        if not fits:
            continue
        if depth > MOST_DEPTH or not budget.take(value):
            fits, root = False, None
            open_.clear()
            continue
        if event == "map_key":
            names[-1] = str(value)
            continue
        made: Any = value if not begins else {} if event == "start_map" else []
        if isinstance(open_[-1], dict):
            open_[-1][names[-1]] = made
        else:
            open_[-1].append(made)
        if begins:
            open_.append(made)
            names.append("")
    raise IncompleteJSONError(say("途中で終わっています", "it ends early"))
