"""Which application a file comes from, told by the shape of what is in it, and the chats in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TypeVar, cast

import msgspec

from desktop.errors import KotonohaError
from desktop.exchange import chatgpt, claude, gemini, jan, lm_studio, markdown, open_webui, own_json, plain
from desktop.exchange.json_numbers import Reader
from desktop.exchange.json_stream import values
from desktop.exchange.shapes import Object, mapping, string
from desktop.exchange.sources import Counted, read_text
from desktop.exchange.tree import MOST_CHARACTERS, too_large
from desktop.jobs import Cancelled
from desktop.store.records import ChatRecord

T = TypeVar("T")

_MOST_TEXT = 64 << 20  # bytes of Markdown
_MARKS = ("\ufeff".encode("utf-16-le"), "\ufeff".encode("utf-16-be"))
_FORMATS: tuple[tuple[Callable[[Object], bool], Callable[[Object, float], ChatRecord]], ...] = (
    (own_json.matches, lambda value, now: own_json.read(value)),
    (chatgpt.matches, chatgpt.read),
    (claude.matches, claude.read),
    (open_webui.matches, open_webui.read),
    (lm_studio.matches, lm_studio.read),
    (plain.matches, plain.read),
)


class Unreadable(msgspec.Struct, frozen=True):
    """One chat that cannot be read: its title, as far as it is known, and why."""

    title: str
    error: KotonohaError


class Companion(msgspec.Struct, frozen=True):
    """What belongs to a known export and holds no chat by itself."""


Found = ChatRecord | Unreadable | Companion


def chats(stream: Counted, beside: Callable[[str], Object], now: float) -> Iterator[Found]:
    """Yield the chats in a file; nothing where it is of no known shape.

    ``beside`` returns the JSON object of a file in the same folder, or an empty one; ``now`` (Unix seconds)
    stands for times that are not known. Raises ``KotonohaError`` where the rest of the file cannot be read.
    """
    try:
        yield from _found(stream, beside, now)
    except (KotonohaError, Cancelled):
        raise
    except Exception as error:  # whatever a stranger's file does to a parser, the other files go on
        raise damaged(error) from error


def _found(stream: Counted, beside: Callable[[str], Object], now: float) -> Iterator[Found]:
    head = stream.head()
    if head.startswith(_MARKS):
        raise KotonohaError(
            "import_encoding",
            "文字コードがUTF-16です。UTF-8で保存し直してください。",
            "The file is in UTF-16. Please save it as UTF-8.",
        )
    begins = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if begins.startswith((b"[", b"{")):
        yield from _from_json(stream, beside, now)
    elif markdown.matches(begins.decode("utf-8", "replace")):
        yield markdown.read(read_text(stream, _MOST_TEXT), now)
    elif begins.startswith(b"<"):
        said = _UntilBroken(gemini.read_html(cast("Reader", stream)))
        yield from gemini.days(said, now)
        said.tell()


def _from_json(stream: Reader, beside: Callable[[str], Object], now: float) -> Iterator[Found]:
    found = values(stream)
    for value in found:
        if isinstance(value, KotonohaError):
            yield Unreadable("", value)
        elif not isinstance(value, dict):
            continue
        elif gemini.matches(value):
            yield Companion()
            rest = _UntilBroken(chain([value], found))
            yield from gemini.days(_activities(rest), now)
            rest.tell()
        elif jan.is_message(value):
            rest = _UntilBroken(chain([value], found))
            yield jan.read(beside(jan.THREAD), _lines(rest), now)
            rest.tell()
        elif own_json.is_envelope(value) or jan.is_thread(value):
            yield Companion()
        else:
            yield from _chat(value, now)


def _chat(value: Object, now: float) -> Iterator[Found]:
    for matches, read in _FORMATS:
        if matches(value):
            try:
                yield read(value, now)
            except KotonohaError as error:
                yield Unreadable(_title(value), error)
            except Exception as error:
                yield Unreadable(_title(value), damaged(error))
            return


def _title(value: Object) -> str:
    return string(value.get("title")) or string(value.get("name"))


class _UntilBroken(Iterable[T]):
    """What can be read up to the end of a file or its damage, which is told after that."""

    def __init__(self, found: Iterable[T]) -> None:
        self._found = found
        self._error: Exception | None = None

    def __iter__(self) -> Iterator[T]:
        try:
            yield from self._found
        except Cancelled:
            raise
        except Exception as error:
            self._error = error

    def tell(self) -> None:
        """Raise what ended it early."""
        if self._error is not None:
            raise self._error


def _activities(found: Iterable[object]) -> Iterator[gemini.Activity]:
    for value in found:
        item = mapping(value)
        said = gemini.activity(item) if gemini.matches(item) else None
        if said is not None:
            yield said


def _lines(found: Iterable[object]) -> list[Object]:
    lines: list[Object] = []
    room = MOST_CHARACTERS
    for value in found:
        line = mapping(value)
        if jan.is_message(line):
            room -= len(str(line.get("content"))) + 200
            if room < 0:
                raise too_large()
            lines.append(line)
    return lines


def damaged(error: Exception) -> KotonohaError:
    """Return the report of what breaks its reader in a way that nobody thought of."""
    reason = type(error).__name__
    return KotonohaError(
        "import_damaged",
        f"壊れていて読めません（{reason}）。読めたところまでと、ほかのものは取り込みます。",
        f"It is damaged and cannot be read ({reason}). What could be read and all else is imported.",
    )
