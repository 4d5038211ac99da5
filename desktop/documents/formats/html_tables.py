"""Tables of HTML made even, as Markdown has them: a cell that spans rows or columns becomes as many cells."""

from __future__ import annotations

from typing import Any

from desktop.documents.document import MOST_COLUMNS

_MOST_ADDED = 100_000  # cells of one page
_DEEPEST = 8  # tables within each other


def even_out(soup: Any) -> None:  # noqa: ANN401 - of Beautiful Soup
    """Repeat a cell of several rows in each of them, and put empty ones beside a cell of several columns."""
    left = _MOST_ADDED
    for rows in _tables(soup):
        spanning: dict[int, tuple[int, str]] = {}  # by column: in how many rows yet, and its text
        for row in rows:
            cells = row.find_all(("td", "th"), recursive=False)
            if len(cells) > MOST_COLUMNS or left < MOST_COLUMNS:
                continue
            column = 0
            for cell in [*cells, None]:
                while column in spanning and column < MOST_COLUMNS:
                    count, text = spanning.pop(column)
                    if count > 1:
                        spanning[column] = (count - 1, text)
                    added = soup.new_tag("td", string=text)
                    row.append(added) if cell is None else cell.insert_before(added)
                    column, left = column + 1, left - 1
                if cell is not None:
                    wide, high = _span(cell, "colspan", MOST_COLUMNS), _span(cell, "rowspan", len(rows))
                    if high > 1:
                        text = " ".join(cell.get_text(" ").split())
                        spanning |= {column + at: (high - 1, "" if at else text) for at in range(wide)}
                    for _ in range(wide - 1):
                        cell.insert_after(soup.new_tag(cell.name))
                    column, left = column + wide, left - wide + 1


def _tables(soup: Any) -> list[list[Any]]:  # noqa: ANN401
    """Return the rows of each table, without those of tables in its cells; in one walk, however deep."""
    found: list[list[Any]] = []
    waiting: list[tuple[Any, list[Any], int]] = [(soup, [], 0)]
    while waiting:
        tag, rows, depth = waiting.pop()
        if tag.name == "table":
            rows, depth = [], depth + 1
            if depth <= _DEEPEST:
                found.append(rows)
        elif tag.name == "tr":
            rows.append(tag)
        waiting += [(child, rows, depth) for child in reversed(tag.contents) if hasattr(child, "contents")]
    return found


def _span(cell: Any, name: str, most: int) -> int:  # noqa: ANN401
    """Return how many rows or columns a cell spans, and make it one."""
    value = str(cell.attrs.pop(name, "1")).strip()
    number = int(value) if value.isdecimal() and len(value) < 6 else 1
    return max(1, min(number, most))
