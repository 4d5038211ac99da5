"""What is drawn over a document's text: readings above their base, and formulas where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QBrush, QFont, QPainter, QTextLine

from desktop.ui.transcript.document import RUN, SIDE, Page
from desktop.ui.transcript.ruby import placed, ruby_font

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtGui import QTextBlock, QTextDocument

    from desktop.markdown.inline import Span
    from desktop.ui.transcript.formulas import Formula
    from desktop.ui.transcript.look import Look

_TOP = 0.88  # of an ideograph above the baseline, in em
_BOTTOM = 0.12  # and below it
_OVER = 0.1  # em between a base and its reading


@dataclass(frozen=True, slots=True)
class Mark:
    """A reading at its baseline, or a formula in its room."""

    place: QPointF
    text: str = ""
    font: QFont | None = None
    brush: QBrush | None = None
    formula: Formula | None = None
    room: QRectF | None = None

    def y(self) -> float:
        """Return a height in the line that it belongs to."""
        return self.room.center().y() if self.room is not None else self.place.y()

    def paint(self, painter: QPainter, look: Look) -> None:
        """Draw it, with the painter's origin at that of the document."""
        if self.formula is not None and self.room is not None:
            self.formula.paint(painter, self.room, look.colour("ink"))
        elif self.font is not None and self.brush is not None:
            painter.setFont(self.font)
            painter.setPen(self.brush.color())
            painter.drawText(self.place, self.text)


def draw_lines(made: QTextDocument, painter: QPainter, within: QRectF) -> None:
    """Draw the lines of a document that begin in a range. Qt's own clip draws one or two more above it."""
    block = made.begin()
    while block.isValid():
        place = made.documentLayout().blockBoundingRect(block).topLeft()
        for number in range(block.layout().lineCount()):
            line = block.layout().lineAt(number)
            if within.top() <= place.y() + line.y() + line.height() / 2 < within.bottom():
                line.draw(painter, place)
        block = block.next()


def marks(page: Page) -> list[Mark]:
    """Return what is drawn over the document."""
    found: list[Mark] = []
    block = page.document.begin()
    while block.isValid():
        for piece in _pieces(block):
            span = page.runs[piece.run]
            if piece.run in page.formulas:
                found.append(_formula(page, piece.run, block, piece.start))
            elif span.ruby:
                found += _ruby(page, span, block, piece)
        block = block.next()
    return found


def x_of(line: QTextLine, position: int) -> float:
    """Return where a position is; PySide gives ``cursorToX`` with the position that it took."""
    found: object = line.cursorToX(position)
    return float(found[0]) if isinstance(found, (tuple, list)) else float(found)  # type: ignore[arg-type]


def boxes(document: QTextDocument, block: QTextBlock, start: int, end: int) -> Iterator[QRectF]:
    """Yield the boxes, a line each, of what stands between two places of a block of the document."""
    place = document.documentLayout().blockBoundingRect(block).topLeft()
    layout = block.layout()
    for number in range(layout.lineCount()):
        line = layout.lineAt(number)
        first, last = max(start, line.textStart()), min(end, line.textStart() + line.textLength())
        if first < last:
            left, right = x_of(line, first), x_of(line, last)
            yield QRectF(place.x() + min(left, right), place.y() + line.y(), abs(right - left), line.height())


class _Piece(NamedTuple):
    """The span with the number ``run``, and where it is in its block."""

    run: int
    start: int
    end: int
    font: QFont
    brush: QBrush


def _pieces(block: QTextBlock) -> Iterator[_Piece]:
    """Yield the spans of a block, whatever formats they are made of."""
    piece: _Piece | None = None
    for part in block.textFormats():
        run, end = part.format.property(RUN), part.start + part.length
        if piece is not None and piece.run == run:
            piece = piece._replace(end=end)
            continue
        if piece is not None:
            yield piece
        font = part.format.font()
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0)
        piece = None if run is None else _Piece(run, part.start, end, font, part.format.foreground())
    if piece is not None:
        yield piece


def _formula(page: Page, number: int, block: QTextBlock, start: int) -> Mark:
    formula, em = page.formulas[number]
    line = block.layout().lineForTextPosition(start)
    place = page.document.documentLayout().blockBoundingRect(block).topLeft()
    left = place.x() + x_of(line, start)
    baseline = place.y() + line.y() + line.ascent()
    if page.alone:
        baseline = (page.document.size().height() - formula.height * em) / 2 + formula.ascent * em
    else:
        left += SIDE * em
    room = QRectF(left, baseline - formula.ascent * em, formula.width * em, formula.height * em)
    return Mark(QPointF(left, baseline), formula=formula, room=room)


def _ruby(page: Page, span: Span, block: QTextBlock, piece: _Piece) -> Iterator[Mark]:
    """Yield the reading, in parts where its base is broken over lines."""
    start, end, font, setting = piece.start, piece.end, piece.font, page.readings[piece.run]
    small = ruby_font(font)
    place = page.document.documentLayout().blockBoundingRect(block).topLeft()
    layout = block.layout()
    for number in range(layout.lineCount()):
        line = layout.lineAt(number)
        begins, ends = line.textStart(), line.textStart() + line.textLength()
        first, last = max(start, begins), min(end, ends)
        if first >= last:
            continue
        count, size = len(span.ruby), end - start
        text = span.ruby[round(count * (first - start) / size) : round(count * (last - start) / size)]
        if not text:
            continue
        left, right = x_of(line, first), x_of(line, last) - (setting.trail if last == end else setting.inside)
        # How far it may stand out, where nothing of the line is before or after it at all.
        over = setting.before + setting.left, setting.after + setting.right
        wanted = left - min(0.0, over[0]), right + min(0.0, over[1])
        room = (
            line.x() if number and first == begins else left - over[0],  # the first one is indented
            line.x() + line.width() if last == ends else right + over[1],
        )
        x, drawn = placed(text, small, (left, right), wanted, room)
        baseline = place.y() + line.y() + line.ascent() - _TOP * font.pixelSize()
        y = baseline - _BOTTOM * small.pixelSize() - max(1.5, _OVER * font.pixelSize())
        yield Mark(QPointF(place.x() + x, y), text, drawn, piece.brush)
