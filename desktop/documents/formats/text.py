"""Characters in some encoding: plain text, Markdown, source code, and tables of separated values."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from desktop.documents.document import Note, Text, bounded
from desktop.documents.encodings import decode, detect
from desktop.documents.tables import table

_SEPARATORS = (",", "\t", ";")
_SAMPLED_LINES = 50
_LONGEST_CELL = 1_000_000  # characters


def decoded(data: bytes, encoding: str, declared: str = "") -> tuple[str, str, list[Note]]:
    """Return a text, its encoding (the chosen one, else the one found) and what is to be said of it."""
    text, encoding = (decode(data, encoding), encoding) if encoding else detect(data, declared)
    notes = []
    if lost := text.count("\ufffd"):
        notes.append(
            Note(
                f"読めない文字が{lost:,}字あり、「\ufffd」にしました。文字コードが違うのかもしれません。",
                f"{lost:,} characters could not be read and became “\ufffd”. "
                "The encoding may be another one.",
            )
        )
    return text.replace("\0", "\ufffd"), encoding, notes


def read_text(data: bytes, encoding: str) -> Text:
    """Read text as it is."""
    text, encoding, notes = decoded(data, encoding)
    return Text(bounded(text, notes), tuple(notes), encoding)


def read_table(data: bytes, encoding: str) -> Text:
    """Read separated values as a table; what is none stays text."""
    text, encoding, notes = decoded(data, encoding)
    try:
        shown = table(_rows(text), notes)
    except csv.Error:
        shown = text
    return Text(bounded(shown, notes), tuple(notes), encoding)


def _rows(text: str) -> Iterator[list[str]]:
    csv.field_size_limit(_LONGEST_CELL)
    return csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))


def _separator(text: str) -> str:
    """Return what stands oftenest between the values of the first lines."""
    lines = text[:100_000].split("\n")[:_SAMPLED_LINES]
    return max(_SEPARATORS, key=lambda each: sum(line.count(each) for line in lines))
