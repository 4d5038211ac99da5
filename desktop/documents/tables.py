"""Rows as a table in Markdown, which models know well."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from desktop.documents.document import MOST_COLUMNS, MOST_ROWS, Note

Row = Sequence[str]


def table(rows: Iterable[Row], notes: list[Note]) -> str:
    """Return rows as a table whose head is the first row; "" where there are none.

    Empty columns at the right and empty rows at the foot are left out. At most ``MOST_ROWS`` and
    ``MOST_COLUMNS`` are taken, with a note where there are more.
    """
    taken = list(islice(rows, MOST_ROWS + 1))
    cut = len(taken) > MOST_ROWS
    cells = [[_cell(cell) for cell in row[: MOST_COLUMNS + 1]] for row in taken[:MOST_ROWS]]
    while cells and not any(cells[-1]):
        cells.pop()
    width = max((_width(row) for row in cells), default=0)
    if cut or width > MOST_COLUMNS:
        _tell_cut(notes)
    width = min(width, MOST_COLUMNS)
    if not width:
        return ""
    head, *rest = [[*row, *[""] * (width - len(row))][:width] for row in cells]
    return "\n".join(_line(row) for row in (head, ["---"] * width, *rest))


def _width(row: Row) -> int:
    return next((at for at in range(len(row), 0, -1) if row[at - 1]), 0)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _line(row: Row) -> str:
    return "| " + " | ".join(row) + " |"


def _tell_cut(notes: list[Note]) -> None:
    note = Note(
        f"表が大きいので、{MOST_ROWS:,}行、{MOST_COLUMNS}列までを読みました。",
        f"A table is big, so at most {MOST_ROWS:,} rows and {MOST_COLUMNS} columns of it were read.",
    )
    if note not in notes:
        notes.append(note)
