"""A part of a block, by positions in its document, as a block: what a selection copies. Counts as Qt does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtGui import QTextTable

from desktop.markdown.blocks import Block
from desktop.ui.transcript.document import RUN, Page

if TYPE_CHECKING:
    from desktop.markdown.inline import Span


def cut(block: Block, page: Page, start: int, end: int) -> Block:
    """Return what lies between the positions ``start`` and ``end`` of the block's document.

    Formulas are cut out whole; of a table, whole rows, or the part of a single cell.
    """
    first_in = len(block.path) if start > 0 else block.first_in
    if block.kind == "code":
        text = _units(block.text(), start, end)
        return replace(block, spans=(replace(block.spans[0], text=text),), first_in=first_in)
    if block.kind == "table":
        return _cut_table(block, page, start, end)
    return replace(block, spans=_cut_spans(page, start, end), first_in=first_in)


def _units(text: str, start: int, end: int) -> str:
    """Return a part of ``text`` by UTF-16 units."""
    return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le", "ignore")


def _cut_spans(page: Page, start: int, end: int) -> tuple[Span, ...]:
    limits: dict[int, tuple[int, int]] = {}
    block = page.document.findBlock(start)
    while block.isValid() and block.position() < end:
        for run in block.textFormats():
            number = run.format.property(RUN)
            if number is None:
                continue
            first = block.position() + run.start
            limits[number] = (limits.get(number, (first, 0))[0], first + run.length)
        block = block.next()
    spans: list[Span] = []
    for number, (first, last) in sorted(limits.items()):
        span = page.runs[number]
        if last <= start or first >= end:
            continue
        if span.math or span.note or (start <= first and last <= end):
            spans.append(span)
        else:
            part = _units(span.text, max(start, first) - first, min(end, last) - first)
            spans.append(replace(span, text=part, ruby="", source=""))
    return tuple(spans)


def _cut_table(block: Block, page: Page, start: int, end: int) -> Block:
    table = next((f for f in page.document.rootFrame().childFrames() if isinstance(f, QTextTable)), None)
    if table is None:
        return block
    touched = [
        (row, column)
        for row in range(table.rows())
        for column in range(table.columns())
        if table.cellAt(row, column).firstPosition() <= end
        and table.cellAt(row, column).lastPosition() >= start
    ]
    if len(touched) <= 1:
        return Block("paragraph", _cut_spans(page, start, end), path=block.path, first_in=len(block.path))
    first, last = touched[0][0], touched[-1][0]
    return replace(block, rows=block.rows[first : last + 1])
