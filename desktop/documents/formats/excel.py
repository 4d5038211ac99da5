"""Excel: each sheet as a table under its name, with openpyxl.

Values are those that the file was saved with; a formula that no application has computed yet is shown itself.
"""

from __future__ import annotations

import datetime
import io
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

from desktop.documents.container import require_harmless
from desktop.documents.document import MOST_CHARACTERS, MOST_COLUMNS, MOST_ROWS, Note, Text, bounded
from desktop.documents.tables import table


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
        for at, name in enumerate(names):
            others = None if formulas is None else formulas.worksheets[at]
            if rows := table(_rows(values.worksheets[at], others), notes):
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


def _rows(sheet: Any, formulas: Any | None) -> Iterator[list[str]]:  # noqa: ANN401
    values = _cells(sheet)
    if formulas is None:
        for row in values:
            yield [_shown(value) for value in row]
        return
    for row, others in zip(values, _cells(formulas), strict=False):
        yield [_shown(other if value is None else value) for value, other in zip(row, others, strict=False)]


def _cells(sheet: Any) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401
    sheet.reset_dimensions()  # what the file says of them may be a lie of a million rows
    rows: Iterator[tuple[Any, ...]] = sheet.iter_rows(
        max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS + 1, values_only=True
    )
    return rows


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)
