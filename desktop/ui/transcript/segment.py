"""One block on the page: text, markers, card; measured when it is needed, drawn by its message."""

from __future__ import annotations

from collections.abc import Set
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QPainter,
    QPen,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextTable,
)

from desktop.markdown.copied import shared
from desktop.ui import theme
from desktop.ui.transcript.cutting import cut
from desktop.ui.transcript.document import CODE_SPAN, RUN, Page, document
from desktop.ui.transcript.formulas import Wanted, wanted
from desktop.ui.transcript.marker import paint_marker
from desktop.ui.transcript.overlay import Mark, boxes, draw_lines, marks
from desktop.ui.transcript.sought import Sought, frames, places, selections
from desktop.ui.transcript.spacing import gap, indent

if TYPE_CHECKING:
    from desktop.markdown.blocks import Block
    from desktop.markdown.inline import Span
    from desktop.ui.transcript.look import Look

_SENTENCE_ENDS = "。！？\u2028"


class _Found(NamedTuple):
    """Where words stand, and what the layout marks there."""

    words: tuple[str, ...]
    places: list[tuple[int, int]]
    marked: list[QAbstractTextDocumentLayout.Selection]


class Segment:
    """A block at ``top`` of its message's text, ``height`` high with the ``gap`` above it.

    Heights are estimates until ``lay_out``; positions are those of the block's document (UTF-16 units).
    """

    def __init__(self, block: Block, before: Block | None, look: Look, width: float) -> None:
        self.block = block
        self.look = look
        self.width = width
        self.gap = gap(before, block, look)
        self.shared = shared(before, block)  # containers that go on from the block before
        self.left = indent(block.path, len(block.path), look)
        self.document: QTextDocument | None = None
        self.measured = False
        self._page: Page | None = None
        self._codes: list[QRectF] | None = None
        self._marks: list[Mark] | None = None
        self._found: _Found | None = None
        self._lines: list[float] = []  # hairlines of a table
        self.height = self.gap + self._estimate()

    # Measuring ------------------------------------------------------------------------------------

    def lay_out(self) -> None:
        """Make the document and measure it."""
        if self.document is not None:
            return
        self._page = document(self.block, self.look, max(self.look.text_px * 4, self._text_width()))
        self.document = self._page.document
        inner = self.document.size().height() if self.block.kind != "rule" else self.look.px(1)
        if self.block.kind == "table":
            self._lines = _row_ends(self.document, self.look.px(7))
        if self.block.kind == "code":
            inner += self.header + self._foot()
        self.height = self.gap + ceil(inner)
        self.measured = True

    def forget(self) -> None:
        """Let the document go; the measured height stays."""
        self.document = self._page = self._codes = self._marks = self._found = None

    def asks(self, drawn: Set[Wanted]) -> bool:
        """Return whether a formula of the text is among ``drawn``."""
        return any(wanted(span) in drawn for span in self.spans() if span.math)

    def renew(self) -> None:
        """Lay out anew what was laid out without its formulas."""
        laid_out = self.document is not None
        self.forget()
        self.measured = False
        if laid_out:
            self.lay_out()

    def spans(self) -> list[Span]:
        """Return all spans in the order of reading; ``span_at`` and ``limits`` count them so."""
        cells = [span for row in self.block.rows for cell in row for span in cell]
        return [*self.block.spans, *cells]

    def plain_text(self) -> str:
        """Return the text, without laying it out; a code block's too."""
        return "".join(span.text for span in self.spans())

    @property
    def header(self) -> int:
        """Height of the bar above code, with its language and its button."""
        if self.block.kind != "code" or self.block.continues:
            return 0
        return self.look.px(29)

    def ideal_width(self) -> float:
        """Return the width that the text would take in a wide enough place."""
        return self.document.idealWidth() if self.document is not None else self.width

    def line_height(self) -> float:
        """Return the height of the first line; that of any until it is laid out."""
        if self.document is None:
            return self.look.line
        return self.document.firstBlock().blockFormat().lineHeight() or self.look.line

    def _foot(self) -> int:
        return 0 if self.block.more else self.look.px(11)

    def _pad(self) -> int:
        return self.look.px(14) if self.block.kind == "code" else 0

    def _text_width(self) -> float:
        return self.width - self.left - 2 * self._pad()

    def _estimate(self) -> float:
        look, block = self.look, self.block
        if block.kind == "rule":
            return look.px(1)
        if block.kind == "table":
            return len(block.rows) * look.px(38)
        if block.kind == "math":
            return 2 * look.line
        line, em = (
            (look.code_line, look.code.pixelSize()) if block.kind == "code" else (look.line, look.text_px)
        )
        text = block.text()
        lines = text.count("\n") + 1 + int(len(text) * em / max(em, self._text_width()))
        return lines * line + (self.header + self._foot() if block.kind == "code" else 0)

    # Drawing --------------------------------------------------------------------------------------

    def origin(self) -> QPointF:
        """Return where the document begins, from the segment's top left."""
        rise = self.look.code_rise if self.block.kind == "code" else self.look.rise
        if self.block.kind in ("table", "math"):
            rise = 0
        return QPointF(self.left + self._pad(), self.gap + self.header + rise)

    def paint(
        self,
        painter: QPainter,
        selected: tuple[int, int] | None,
        within: QRectF | None = None,
        sought: Sought | None = None,
    ) -> None:
        """Draw with the painter's origin at the segment's top left, what is ``sought`` as such.

        ``within``: of the text only the lines in this range, for paper, where what is clipped would still be
        found and copied.
        """
        self._paint_containers(painter)
        if self.measured:
            self.lay_out()  # again, if it was let go
        if self.document is None:
            return
        if self.block.kind == "rule":
            line = QRectF(self.left, self.gap, self.width - self.left, self.look.px(1))
            painter.fillRect(line, self.look.colour("line"))
            return
        if self.block.kind == "code":
            self._paint_card(painter)
        painter.save()
        painter.translate(self.origin())
        for y in self._lines:
            painter.fillRect(QRectF(0, y, self._text_width(), 1), self.look.colour("line"))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.look.colour("bubble"))
        for rect in self._code_rects():
            painter.drawRoundedRect(rect, self.look.px(4), self.look.px(4))
        self._paint_text(painter, self.document, selected, within, sought)
        painter.restore()

    def _paint_text(
        self,
        painter: QPainter,
        document: QTextDocument,
        selected: tuple[int, int] | None,
        within: QRectF | None,
        sought: Sought | None,
    ) -> None:
        context = QAbstractTextDocumentLayout.PaintContext()
        if sought is not None:
            context.selections = self._find(sought.words).marked
        if selected is not None:
            context.selections = [*context.selections, *self._selections(*selected)]
        if within is not None:
            within = within.translated(-self.origin()).adjusted(0, 1, 0, -1)
            context.clip = within
        if within is None or self.block.kind == "table":
            document.documentLayout().draw(painter, context)
        else:
            draw_lines(document, painter, within)
        if sought is not None and sought.here in self._find(sought.words).places:
            self._paint_frame(painter, *sought.here)
        for mark in self._mark_list():
            if within is None or within.top() <= mark.y() <= within.bottom():
                mark.paint(painter, self.look)

    def found(self, words: tuple[str, ...]) -> list[tuple[int, int]]:
        """Return where the folded ``words`` stand; nowhere before it is laid out."""
        return self._find(words).places if self.document is not None else []

    def _find(self, words: tuple[str, ...]) -> _Found:
        assert self.document is not None
        if self._found is None or self._found.words != words:
            drawn = [self.limits(number) for number in self._page.formulas] if self._page is not None else []
            found = places(self.document, words, drawn)
            self._found = _Found(words, found, selections(self.document, found, self.look))
        return self._found

    def _paint_frame(self, painter: QPainter, start: int, end: int) -> None:
        assert self.document is not None
        painter.setPen(QPen(self.look.colour("accent"), max(1.5, 1.5 * self.look.zoom)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for box in frames(self.document, start, end):
            painter.drawRoundedRect(box.adjusted(-1.5, 1.5, 1.5, 0.5), self.look.px(3), self.look.px(3))

    def _selections(self, start: int, end: int) -> list[QAbstractTextDocumentLayout.Selection]:
        """Return what is drawn as selected, in ink; but what stands in a formula's place stays invisible."""
        if self.block.kind == "table" and self.document is not None:
            for frame in self.document.rootFrame().childFrames():  # the empty lines around it are not drawn
                start, end = max(start, frame.firstPosition()), min(end, frame.lastPosition())
        parts: list[tuple[int, int, bool]] = []
        for number, span in enumerate(self.spans()):
            first, last = self.limits(number) if span.math else (0, 0)
            first, last = max(first, start), min(last, end)
            if first < last:
                parts += [(start, first, True), (first, last, False)]
                start = last
        made = []
        for first, last, written in [*parts, (start, end, True)]:
            if first < last:
                selection = QAbstractTextDocumentLayout.Selection()
                selection.cursor = self._cursor(first, last)
                ground = QTextCharFormat()
                ground.setBackground(self.look.colour("selection"))
                if written:
                    ground.setForeground(self.look.colour("ink"))
                selection.format = ground
                made.append(selection)
        return made

    def _mark_list(self) -> list[Mark]:
        if self._marks is None:
            drawn = any(span.ruby or span.math for span in self.spans())
            self._marks = marks(self._page) if drawn and self._page is not None else []
        return self._marks

    def _paint_card(self, painter: QPainter) -> None:
        look = self.look
        card = QRectF(self.left, self.gap, self.width - self.left, self.height - self.gap)
        card.adjust(0.5, 0.5, -0.5, -0.5)
        painter.save()
        painter.setClipRect(card.adjusted(-1, -1, 1, 1))
        radius = look.px(theme.RADIUS_FIELD)
        # A part of a longer block has no edge where the next one joins it.
        card.adjust(0, -2 * radius if self.block.continues else 0, 0, 2 * radius if self.block.more else 0)
        painter.setPen(QPen(look.colour("line"), 1))
        painter.setBrush(look.colour("code"))
        painter.drawRoundedRect(card, radius, radius)
        painter.restore()
        if self.header:
            painter.setFont(look.small)
            painter.setPen(look.colour("sub"))
            room = QRectF(self.left + self._pad(), self.gap + look.px(5), self.width / 2, look.px(26))
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, self.block.language)

    def _paint_containers(self, painter: QPainter) -> None:
        look = self.look
        first = self.gap + (self.header and look.px(4))
        for depth, container in enumerate(self.block.path):
            left = indent(self.block.path, depth, look)
            if container.kind == "quote":
                top = 0 if depth < self.shared else self.gap
                painter.fillRect(QRectF(left, top, look.px(2), self.height - top), look.colour("line"))
            elif depth >= self.block.first_in:
                room = indent(self.block.path, depth + 1, look) - left
                paint_marker(
                    painter, container.marker, QRectF(left, first, room - look.px(8), look.line), look
                )

    def _code_rects(self) -> list[QRectF]:
        if self._codes is None:
            code = self.block.kind == "code" or self.document is None
            marked = not code and any(span.code for span in self.spans())
            self._codes = _code_rects(self.document, self.look) if marked and self.document else []
        return self._codes

    # Reading --------------------------------------------------------------------------------------

    def length(self) -> int:
        """Return the last position of the text; 0 before it is laid out."""
        return self.document.characterCount() - 1 if self.document is not None else 0

    def hit(self, point: QPointF) -> int:
        """Return the position nearest to ``point`` (from the segment's top left)."""
        if self.document is None:
            return 0
        return max(
            0, self.document.documentLayout().hitTest(point - self.origin(), Qt.HitTestAccuracy.FuzzyHit)
        )

    def link_at(self, point: QPointF) -> str:
        """Return the address of the link under ``point``, or nothing."""
        if self.document is None:
            return ""
        return self.document.documentLayout().anchorAt(point - self.origin())

    def span_at(self, point: QPointF) -> int | None:
        """Return the number of the span under ``point``."""
        if self.document is None:
            return None
        number = self.document.documentLayout().formatAt(point - self.origin()).property(RUN)
        return number if isinstance(number, int) else None

    def limits(self, span: int) -> tuple[int, int]:
        """Return where the span with this number begins and ends; nowhere before it is laid out."""
        if self.document is None:
            return 0, 0
        found: list[int] = []
        block = self.document.begin()
        while block.isValid():
            for part in block.textFormats():
                if part.format.property(RUN) == span:
                    found += [block.position() + part.start, block.position() + part.start + part.length]
            block = block.next()
        return (found[0], found[-1]) if found else (0, 0)

    def y_of(self, position: int) -> float:
        """Return where the line with this position begins, from the segment's top."""
        if self.document is None:
            return 0.0
        block = self.document.findBlock(position)
        line = block.layout().lineForTextPosition(position - block.position())
        top = self.document.documentLayout().blockBoundingRect(block).top()
        return self.origin().y() + top + (line.y() if line.isValid() else 0.0)

    def sentence_start(self, position: int) -> int:
        """Return where the sentence begins that ends at ``position``, or goes on there."""
        if self.document is None:
            return 0
        block = self.document.findBlock(position)
        units = block.text().encode("utf-16-le")[: 2 * (position - block.position())]
        before = units.decode("utf-16-le", "ignore")
        start = max(before.rstrip(_SENTENCE_ENDS).rfind(ending) for ending in _SENTENCE_ENDS) + 1
        return block.position() + len(before[:start].encode("utf-16-le")) // 2

    def word_at(self, position: int) -> tuple[int, int]:
        """Return the limits of the word at ``position``."""
        cursor = self._cursor(position, position)
        cursor.select(QTextCursor.SelectionType.WordUnderCursor)
        return cursor.selectionStart(), cursor.selectionEnd()

    def part(self, start: int, end: int) -> Block:
        """Return what lies between two positions as a block; markers belong to the beginning."""
        if self._page is None or (start <= 0 and end >= self.length()):
            return self.block
        return cut(self.block, self._page, start, end)

    def _cursor(self, start: int, end: int) -> QTextCursor:
        assert self.document is not None
        cursor = QTextCursor(self.document)
        last = self.length()
        cursor.setPosition(min(start, last))
        cursor.setPosition(min(end, last), QTextCursor.MoveMode.KeepAnchor)
        return cursor


def _row_ends(made: QTextDocument, padding: float) -> list[float]:
    """Return where the rows of the document's table end."""
    table = next((f for f in made.rootFrame().childFrames() if isinstance(f, QTextTable)), None)
    if table is None:
        return []
    layout = made.documentLayout()
    first_cells = (table.cellAt(row, 0).firstCursorPosition().block() for row in range(1, table.rows()))
    ends = [layout.blockBoundingRect(block).top() - padding for block in first_cells]
    return [*ends, made.size().height() - 1]


def _code_rects(made: QTextDocument, look: Look) -> list[QRectF]:
    """Return the grounds of the inline code, line by line."""
    rects = []
    block = made.begin()
    while block.isValid():
        for formatted in block.textFormats():
            if formatted.format.property(CODE_SPAN):
                start, end = formatted.start, formatted.start + formatted.length
                side = look.px(2)
                rects += [box.adjusted(-side, 2.5, side, -0.5) for box in boxes(made, block, start, end)]
        block = block.next()
    return rects
