"""A file that was read, and the limits of reading. Values alone."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from desktop.language import say

Kind = Literal["text", "markdown", "table", "code", "pdf", "word", "excel", "powerpoint", "html", "mail"]
KINDS: frozenset[str] = frozenset(get_args(Kind))
DECODED: frozenset[str] = frozenset({"text", "markdown", "table", "code", "html"})
"""Kinds that are characters in some encoding; of them the bytes are kept, so that another can be chosen."""

MOST_BYTES = 64 * 2**20  # of a file
KEPT_BYTES = 8 * 2**20  # of a file that is kept for another encoding
MOST_CHARACTERS = 2_000_000  # of a text; far beyond any context at home
MOST_PAGES = 2_000
MOST_ROWS = 50_000  # of one table
MOST_COLUMNS = 256


class Note(msgspec.Struct, frozen=True):
    """Something that the person should know of how a file was read, in both languages."""

    ja: str
    en: str

    def __str__(self) -> str:
        return say(self.ja, self.en)


class Text(msgspec.Struct, frozen=True):
    """What one format's reader makes of a file."""

    text: str
    notes: tuple[Note, ...] = ()
    encoding: str = ""  # Python's name; "" where the format knows its own


class Document(msgspec.Struct, frozen=True):
    """A file as text."""

    name: str  # without folders
    kind: Kind
    encoding: str  # Python's name; "" where the format knows its own
    text: str
    size_bytes: int
    sha256: str
    notes: tuple[Note, ...] = ()
    content: bytes | None = None  # the file itself, of the kinds in ``DECODED`` and up to ``KEPT_BYTES``


def bounded(text: str, notes: list[Note]) -> str:
    """Return at most ``MOST_CHARACTERS`` of a text, with a note where there is more."""
    if len(text) <= MOST_CHARACTERS:
        return text
    notes.append(
        Note(
            f"長いので、先頭の{MOST_CHARACTERS // 10_000}万字だけを読みました。",
            f"It is long, so only its first {MOST_CHARACTERS:,} characters were read.",
        )
    )
    return text[:MOST_CHARACTERS]
