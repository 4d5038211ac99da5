"""Excel: each sheet as a table under its name, with openpyxl.

Values are those that the file was saved with; a formula that no application has computed yet is shown itself.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

from desktop.documents.container import require_harmless
from desktop.documents.document import MOST_CHARACTERS, MOST_COLUMNS, MOST_ROWS, Note, Text, bounded
from desktop.documents.formats.excel_numbers import shown
from desktop.documents.tables import table

_LISTED = 8  # names in a note
_MOST_MERGED = 20_000
_HIGHEST = 1_000  # rows of one merged cell
_MERGED = re.compile(
    rb'<(?:\w{1,20}:)?mergeCell\s[^>]{0,200}?ref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"'
)


def read_excel(data: bytes) -> Iterator[float | Text]:
    """Yield how much is read, 0 to 1, and at last the text. Raises as ``container.require_harmless``."""
    from openpyxl import load_workbook

    require_harmless(data)
    notes: list[Note] = []
    parts: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions that do not matter to text
        values = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        formulas = load_workbook(io.BytesIO(data), read_only=True) if _has_formulas(data) else None
        names = [sheet.title for sheet in values.worksheets]
        hidden = [sheet.title for sheet in values.worksheets if sheet.sheet_state != "visible"]
        _tell_hidden(hidden, notes)
        for at, name in enumerate(names):
            others = None if formulas is None else formulas.worksheets[at]
            if rows := _table(
                values.worksheets[at], others, _merged_down(data, values.worksheets[at]), notes
            ):
                parts.append(f"## {' '.join(name.split())}\n\n{rows}")
            if sum(map(len, parts)) > MOST_CHARACTERS:
                break
            yield (at + 1) / len(names)
    yield Text(bounded("\n\n".join(parts), notes), tuple(notes))


def _has_formulas(data: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                part = archive.read(name)
                if b"<f>" in part or b"<f " in part:
                    return True
    return False


def _tell_hidden(names: list[str], notes: list[Note]) -> None:
    if names:
        listed = "、".join(names[:_LISTED]) + ("…" if len(names) > _LISTED else "")
        notes.append(
            Note(
                f"隠されているシートも読みました（{listed}）。",
                f"Hidden sheets were read, too ({listed}).",
            )
        )


def _table(sheet: Any, formulas: Any | None, merged: dict[tuple[int, int], int], notes: list[Note]) -> str:  # noqa: ANN401
    """Return a sheet as a table, without the rows above it and the columns that are empty."""
    rows: list[list[str]] = []
    size = 0
    for row in _merged(_rows(sheet, formulas), merged):
        if not rows and not any(row):
            continue
        rows.append(row)
        size += sum(len(cell) + 3 for cell in row if cell)
        if size > MOST_CHARACTERS:  # the text is cut there, which is told
            break
    used = sorted({at for row in rows for at, cell in enumerate(row) if cell})
    return table(([row[at] if at < len(row) else "" for at in used] for row in rows), notes)


def _merged_down(data: bytes, sheet: Any) -> dict[tuple[int, int], int]:  # noqa: ANN401
    """Return how many rows the cells that are merged with those below take, by row and column from 0."""
    from openpyxl.utils import range_boundaries

    found: dict[tuple[int, int], int] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        part = archive.read(sheet._worksheet_path)
    for number, place in enumerate(_MERGED.finditer(part, max(part.rfind(b"</sheetData>"), 0))):
        left, top, _, bottom = range_boundaries(place[1].decode())
        if number < _MOST_MERGED and bottom > top and left <= MOST_COLUMNS:
            found[top - 1, left - 1] = min(bottom - top + 1, _HIGHEST)
    return found


def _merged(rows: Iterator[list[str]], merged: dict[tuple[int, int], int]) -> Iterator[list[str]]:
    """Yield rows with what stands in a merged cell in each of its rows, and not only in the first."""
    going: dict[int, tuple[int, str]] = {}  # by column: for how many rows yet
    for at, row in enumerate(rows):
        for column, (count, text) in list(going.items()):
            if column < len(row) and not row[column]:
                row[column] = text
            going[column] = (count - 1, text)
            if count <= 1:
                del going[column]
        for column, text in enumerate(row):
            if text and (count := merged.get((at, column), 0)) > 1:
                going[column] = (count - 1, text)
        yield row


def _rows(sheet: Any, formulas: Any | None) -> Iterator[list[str]]:  # noqa: ANN401
    values = _cells(sheet)
    if formulas is None:
        for row in values:
            yield [shown(cell.value, cell.number_format or "") for cell in row]
        return
    for row, others in zip(values, _cells(formulas), strict=False):
        yield [
            shown(other.value if cell.value is None else cell.value, cell.number_format or "")
            for cell, other in zip(row, others, strict=False)
        ]


def _cells(sheet: Any) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401
    sheet.reset_dimensions()  # what the file says of them may be a lie of a million rows
    rows: Iterator[tuple[Any, ...]] = sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS + 1)
    return rows
