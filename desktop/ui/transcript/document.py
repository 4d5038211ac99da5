"""A block of Markdown → a QTextDocument in the formats of the theme.

Ruby and formulas are not in the document. The base of ruby is ordinary text, only wider where its reading
needs it (``ruby``), and a formula is one invisible ideograph of the formula's width: so lines break as in
Japanese, and the segment draws what belongs there (``overlay``).
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextLayout,
    QTextLength,
    QTextOption,
    QTextTableFormat,
)

from desktop.markdown.highlight import highlight
from desktop.ui.transcript.columns import column_widths
from desktop.ui.transcript.formulas import Formula, wanted
from desktop.ui.transcript.ruby import Fit, fit, ruby_font

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from desktop.markdown.blocks import Block
    from desktop.markdown.inline import Span
    from desktop.ui.transcript.look import Look

CODE_SPAN = QTextFormat.Property.UserProperty + 1  # marks inline code, whose ground the segment paints
RUN = QTextFormat.Property.UserProperty + 2  # which span of the page it is
_IDEOGRAPH = "一"  # stands for a formula: no line begins with 。 after it, and it may be at the end of one
MANY_COLUMNS = 6  # of a table
SIDE = 0.12  # em beside a formula within a line: less than between words, as Japanese has it
_LINE_BREAK = "\u2028"  # inside a paragraph; a newline would begin another one
_ALIGN = {
    "left": Qt.AlignmentFlag.AlignLeft,
    "center": Qt.AlignmentFlag.AlignHCenter,
    "right": Qt.AlignmentFlag.AlignRight,
}
_COLOURS = {"keyword": "accent", "name": "accent", "string": "good", "number": "caution", "comment": "faint"}


@dataclass(slots=True)
class Page:
    """A document, its spans in order (``RUN`` of a format is the index), and the drawings of some."""

    document: QTextDocument
    runs: list[Span] = field(default_factory=list)
    formulas: dict[int, tuple[Formula, float]] = field(default_factory=dict)  # and how many px an em is
    readings: dict[int, Fit] = field(default_factory=dict)  # how the base of each is set
    alone: bool = False  # a formula on lines of its own


def document(block: Block, look: Look, width: float) -> Page:
    """Return the text of ``block``, ``width`` pixels wide, without its markers and its card."""
    made = QTextDocument()
    made.setUndoRedoEnabled(False)
    made.setDocumentMargin(0)
    made.setDefaultFont(look.code if block.kind == "code" else look.text)
    option = QTextOption()
    # Code breaks where it must, so that nothing of it is ever hidden.
    option.setWrapMode(
        QTextOption.WrapMode.WrapAnywhere
        if block.kind == "code"
        else QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere
    )
    option.setTabStopDistance(4 * look.code.pixelSize() / 2)
    made.setDefaultTextOption(option)
    page = Page(made, alone=block.kind == "math")
    if block.kind == "code":
        _code(made, block, look)
    elif block.kind == "table":
        _table(page, block, look, width)
    else:
        if block.kind == "footnote":
            look = look.quiet()
        writer = _Writer(page, QTextCursor(made), look, width, labelled=block.kind == "footnote")
        writer.write(block.spans, look.heading(block.level) if block.kind == "heading" else look.text)
        writer.set_lines(look.line)
    made.setTextWidth(width)
    return page


def _lines(height: float) -> QTextBlockFormat:
    made = QTextBlockFormat()
    made.setLineHeight(height, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
    return made


class _Writer:
    """Writes spans into one block of a document, and finds how high its lines must be."""

    def __init__(
        self,
        page: Page,
        cursor: QTextCursor,
        look: Look,
        width: float,
        *,
        labelled: bool = False,
        measured: bool = False,
    ) -> None:
        """``labelled``: the first span is the label of a footnote, which stands on the line.

        ``measured``: ``natural`` is wanted.
        """
        self._page, self._cursor, self._look, self._width = page, cursor, look, width
        self._labelled, self._measured = labelled, measured
        self._begin = cursor.position()
        self._ascent = self._descent = self._least = 0.0  # of formulas and ruby
        self._indent = 0.0  # px of the first line, for a reading that is longer than its base
        self.natural = self._line = 0.0  # px, of the widest line that was written, and of the last

    def write(self, spans: Sequence[Span], font: QFont) -> None:
        """Add ``spans`` at the cursor."""
        for before, span, after in zip((None, *spans), spans, (*spans[1:], None), strict=False):
            made = self._format(span, font)
            self._page.runs.append(span)
            if span.math:
                self._write_formula(span, made)
            elif span.ruby:
                self._write_ruby(span, made, before, after)
            else:
                self._write_text(span.text, made)

    def set_lines(self, least: float) -> None:
        """Give the lines the height that what was written needs, ``least`` at least."""
        height = max(least, self._least, ceil(self._ascent + self._descent + self._look.px(2)))
        lines = self._cursor.blockFormat()
        lines.merge(_lines(height))
        lines.setTextIndent(self._indent)
        if self._page.alone:
            lines.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        else:  # Qt puts the baseline at 4/5 of a fixed height
            lines.setTopMargin(max(0.0, ceil(self._ascent - 0.8 * height)))
            lines.setBottomMargin(max(0.0, ceil(self._descent - 0.2 * height - self._look.px(2))))
        self._cursor.setBlockFormat(lines)

    def _format(self, span: Span, font: QFont) -> QTextCharFormat:
        made = QTextCharFormat()
        made.setFont(self._look.inline_code if span.code else font)
        made.setForeground(self._look.colour("accent" if span.href or span.note else "ink"))
        made.setProperty(RUN, len(self._page.runs))
        if span.code:
            made.setProperty(CODE_SPAN, True)
        if span.bold:
            made.setFontWeight(QFont.Weight.Bold)
        if span.italic:
            made.setFontItalic(True)
        if span.strike:
            made.setFontStrikeOut(True)
        if span.note and not (self._labelled and not self._page.runs):
            made.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignSuperScript)
        if span.href:
            made.setAnchor(True)
            made.setAnchorHref(span.href)
            made.setFontUnderline(True)
        return made

    def _write_text(self, text: str, made: QTextCharFormat) -> None:
        self._cursor.insertText(text.replace("\n", _LINE_BREAK), made)
        if not self._measured:
            return
        metrics = QFontMetricsF(made.font())
        for number, line in enumerate(text.split("\n")):
            self._line = 0.0 if number else self._line
            self._widen(metrics.horizontalAdvance(line))

    def _widen(self, advance: float) -> None:
        self._line += advance
        self.natural = max(self.natural, self._line)

    def _write_formula(self, span: Span, made: QTextCharFormat) -> None:
        formula = self._look.formulas.find(wanted(span)) if self._look.formulas else None
        if formula is None:  # not yet, or it cannot be read
            made.setFont(self._look.inline_code)
            self._write_text(span.written(), made)
            return
        # Ideographs fill their em, letters do not: beside them, a formula of the same size looks small.
        em = made.font().pixelSize() * (1.2 if span.math == "display" else 1.1)
        em = min(em, (self._width - 1) / (formula.width + 2 * SIDE))  # a long formula is drawn smaller
        self._page.formulas[len(self._page.runs) - 1] = (formula, em)
        self._ascent = max(self._ascent, formula.ascent * em)
        self._descent = max(self._descent, (formula.height - formula.ascent) * em)
        made.setForeground(Qt.GlobalColor.transparent)
        sides = 0 if self._page.alone else 2 * SIDE * em
        advance = QFontMetricsF(made.font()).horizontalAdvance(_IDEOGRAPH)
        self._widen(formula.width * em + sides)
        self._cursor.insertText(_IDEOGRAPH, _spaced(made, formula.width * em + sides - advance))

    def _write_ruby(self, span: Span, made: QTextCharFormat, before: Span | None, after: Span | None) -> None:
        font = made.font()
        small = ruby_font(font)
        self._least = max(self._least, round(1.2 * font.pixelSize() + 1.15 * small.pixelSize()))
        setting = fit(span, font, before, after)
        self._set_apart(setting.before)
        self._page.readings[len(self._page.runs) - 1] = setting
        inside = setting.inside * (len(span.text) - 1)
        base = QFontMetricsF(font).horizontalAdvance(span.text)
        self._widen(setting.before + base + inside + setting.after)
        self._cursor.insertText(span.text[:-1], _spaced(made, setting.inside))
        self._cursor.insertText(span.text[-1], _spaced(made, setting.after))

    def _set_apart(self, room: float) -> None:
        """Leave ``room`` px before what is written next."""
        if room <= 0:
            return
        if self._cursor.position() == self._begin:
            self._indent = room
            return
        before = QTextCursor(self._cursor)
        before.setPosition(self._cursor.position() - 1)
        before.setPosition(self._cursor.position(), QTextCursor.MoveMode.KeepAnchor)
        last = before.charFormat()
        before.setCharFormat(_spaced(last, last.fontLetterSpacing() + room))
        if (reading := self._page.readings.get(len(self._page.runs) - 2)) is not None:
            reading.trail += room


def _spaced(made: QTextCharFormat, spacing: float) -> QTextCharFormat:
    """Return a format with ``spacing`` px after each character."""
    made = QTextCharFormat(made)
    made.setFontLetterSpacingType(QFont.SpacingType.AbsoluteSpacing)
    made.setFontLetterSpacing(spacing)
    return made


def _code(made: QTextDocument, block: Block, look: Look) -> None:
    code = block.text()
    made.setPlainText(code)
    cursor = QTextCursor(made)
    cursor.select(QTextCursor.SelectionType.Document)
    cursor.mergeBlockFormat(_lines(look.code_line))
    ink = QTextCharFormat()
    ink.setForeground(look.colour("ink"))
    cursor.mergeCharFormat(ink)
    # Colours lie on the layout, not in the text: thousands of text fragments would take far longer.
    formats = {}
    for kind, name in _COLOURS.items():
        formats[kind] = QTextCharFormat()
        formats[kind].setForeground(look.colour(name))
    line = made.firstBlock()
    ranges: list[QTextLayout.FormatRange] = []
    place = utf16(code)
    for run in highlight(code, block.language):
        start, end = place(run.start), place(run.start + run.length)
        while start < end and line.isValid():
            if start >= line.position() + line.length():
                line.layout().setFormats(ranges)
                ranges, line = [], line.next()
                continue
            part = QTextLayout.FormatRange()
            part.start = start - line.position()
            part.length = min(end, line.position() + line.length()) - start
            part.format = formats[run.kind]
            ranges.append(part)
            start += part.length
    if line.isValid():
        line.layout().setFormats(ranges)


def utf16(text: str) -> Callable[[int], int]:
    """Return how an index of ``text`` is counted by Qt, where characters beyond U+FFFF take two places."""
    wide = (
        [index for index, character in enumerate(text) if character > "\uffff"] if not text.isascii() else []
    )
    return lambda index: index + bisect_left(wide, index)


def _table(page: Page, block: Block, look: Look, width: float) -> None:
    shape = QTextTableFormat()
    shape.setBorder(0)
    shape.setCellSpacing(0)
    shape.setCellPadding(look.px(7))
    shape.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    columns = max(1, len(block.aligns))
    if columns > MANY_COLUMNS:  # narrow columns break less often in small type
        shape.setCellPadding(look.px(5))
    font = look.notice if columns > MANY_COLUMNS else look.text
    head = QFont(font)
    head.setWeight(QFont.Weight.DemiBold)
    natural = [0.0] * columns
    cursor = QTextCursor(page.document)
    cursor.beginEditBlock()  # laid out once, at the end
    table = cursor.insertTable(max(1, len(block.rows)), columns, shape)
    for number, row in enumerate(block.rows):
        for column, cell in enumerate(row[:columns]):
            inside = table.cellAt(number, column).firstCursorPosition()
            lines = QTextBlockFormat()
            lines.setAlignment(_ALIGN[block.aligns[column]])
            inside.setBlockFormat(lines)
            writer = _Writer(page, inside, look, width / columns, measured=True)
            writer.write(cell, font if number else head)
            writer.set_lines(look.px(24))
            natural[column] = max(natural[column], ceil(writer.natural) + 2 * shape.cellPadding() + 1)
    widths = column_widths(natural, width, font.pixelSize())
    shape.setColumnWidthConstraints([QTextLength(QTextLength.Type.FixedLength, each) for each in widths])
    table.setFormat(shape)
    cursor.endEditBlock()
