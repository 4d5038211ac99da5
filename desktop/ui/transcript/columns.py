"""How wide the columns of a table are, so that they hardly move while its cells are still being written.

Shares by the exact width of the texts would move every column with every character. So the width that a
column asks for grows in steps, and where a table is too wide, only the columns that are wider than their
share are made narrower. It depends on the texts alone: a table that streamed looks like one that was there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LEAST = 4  # em of a column
STEP = 1.5  # from one width that a column asks for to the next


def column_widths(natural: Sequence[float], width: float, em: float) -> list[float]:
    """Return the widths, which add up to ``width`` px, of columns whose texts are ``natural`` px wide.

    No text is broken over lines where all have room as they are.
    """
    asked = [_asked(each, em) for each in natural]
    if sum(asked) <= width:
        return [each * width / sum(asked) for each in asked]
    widths = [0.0] * len(asked)
    fits = sum(natural) <= width
    left, after, columns = width, sum(natural), len(asked)
    for column in sorted(range(len(asked)), key=lambda column: asked[column]):
        after -= natural[column]
        most = left - after if fits else left / columns  # what the wider ones leave
        widths[column] = min(asked[column], most)
        left, columns = left - widths[column], columns - 1
    return widths


def _asked(natural: float, em: float) -> float:
    asked = LEAST * em
    while asked < natural:
        asked *= STEP
    return asked
