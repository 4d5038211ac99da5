"""Characters in some encoding: plain text, Markdown, source code, and tables of separated values."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from desktop.documents.document import Note, Text, bounded
from desktop.documents.encodings import decode, detect
from desktop.documents.tables import table

_SEPARATORS = (",", "\t", ";")
_SAMPLE = 100_000  # characters
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
    """Return what cuts the first lines into rows of the same width, and into most cells where several do."""
    lines = text[:_SAMPLE].split("\n")[:_SAMPLED_LINES]

    def fitness(separator: str) -> tuple[float, int]:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=separator) if row]
        except csv.Error:
            return 0.0, 0
        usual = max(set(widths), key=widths.count, default=1)
        return (widths.count(usual) / len(widths) if usual > 1 else 0.0), usual

    return max(_SEPARATORS, key=fitness)
