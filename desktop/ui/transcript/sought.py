"""Words that are looked for, in a text that is laid out: where they stand, and what is drawn there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtGui import QAbstractTextDocumentLayout, QTextCharFormat, QTextCursor

from desktop.store.folding import ranges
from desktop.ui.transcript.document import utf16
from desktop.ui.transcript.overlay import boxes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QTextDocument

    from desktop.ui.transcript.look import Look

MOST = 400  # places that are marked in one block
_NOTHING = "\ufffc"  # stands for what is drawn and not written


class Sought(NamedTuple):
    """Folded words, and which of their places in a block is the one that was gone to."""

    words: tuple[str, ...]
    here: tuple[int, int] | None = None


def places(
    document: QTextDocument, words: tuple[str, ...], drawn: Iterable[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Return where the folded ``words`` stand in a document, as positions of it, at most ``MOST``.

    ``drawn``: positions at which something else is seen than what is written there.
    """
    units = bytearray(document.toPlainText().encode("utf-16-le", "surrogatepass"))
    for start, end in drawn:
        units[2 * start : 2 * end] = (_NOTHING * (end - start)).encode("utf-16-le")
    text = units.decode("utf-16-le", "surrogatepass")
    place = utf16(text)
    return [(place(start), place(end)) for start, end in ranges(text, words)[:MOST]]


def selections(
    document: QTextDocument, found: Iterable[tuple[int, int]], look: Look
) -> list[QAbstractTextDocumentLayout.Selection]:
    """Return what the layout of a document marks: in ink, on the ground of what was looked for."""
    marked = QTextCharFormat()
    marked.setBackground(look.colour("hit"))
    marked.setForeground(look.colour("ink"))
    made = []
    for start, end in found:
        selection = QAbstractTextDocumentLayout.Selection()
        cursor = QTextCursor(document)
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        selection.cursor, selection.format = cursor, marked
        made.append(selection)
    return made


def frames(document: QTextDocument, start: int, end: int) -> Iterator[QRectF]:
    """Yield the boxes, a line each, of what stands between two positions."""
    block = document.findBlock(start)
    while block.isValid() and block.position() < end:
        yield from boxes(document, block, max(0, start - block.position()), end - block.position())
        block = block.next()
