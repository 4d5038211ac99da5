"""A block of Markdown → a QTextDocument in the formats of the theme."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QFont,
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

from desktop.ui.transcript.highlight import highlight

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from desktop.ui.transcript.inline import Span
    from desktop.ui.transcript.look import Look
    from desktop.ui.transcript.markdown import Block

CODE_SPAN = QTextFormat.Property.UserProperty + 1  # marks inline code, whose ground the segment paints
_LINE_BREAK = "\u2028"  # inside a paragraph; a newline would begin another one
_ALIGN = {
    "left": Qt.AlignmentFlag.AlignLeft,
    "center": Qt.AlignmentFlag.AlignHCenter,
    "right": Qt.AlignmentFlag.AlignRight,
}
_COLOURS = {"keyword": "accent", "name": "accent", "string": "good", "number": "caution", "comment": "faint"}


def document(block: Block, look: Look) -> QTextDocument:
    """Return the text of ``block``, without its markers and its card; its width is not set yet."""
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
    if block.kind == "code":
        _code(made, block, look)
    elif block.kind == "table":
        _table(made, block, look)
    else:
        cursor = QTextCursor(made)
        cursor.setBlockFormat(_lines(look.line))
        bold = block.kind == "heading"
        _insert(cursor, block.spans, look, look.heading(block.level) if bold else look.text)
    return made


def _lines(height: float) -> QTextBlockFormat:
    made = QTextBlockFormat()
    made.setLineHeight(height, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
    return made


def _insert(cursor: QTextCursor, spans: Sequence[Span], look: Look, font: QFont) -> None:
    for span in spans:
        made = QTextCharFormat()
        made.setFont(look.inline_code if span.code else font)
        made.setForeground(look.colour("accent" if span.href else "ink"))
        if span.code:
            made.setProperty(CODE_SPAN, True)
        if span.bold:
            made.setFontWeight(QFont.Weight.Bold)
        if span.italic:
            made.setFontItalic(True)
        if span.strike:
            made.setFontStrikeOut(True)
        if span.href:
            made.setAnchor(True)
            made.setAnchorHref(span.href)
            made.setFontUnderline(True)
        cursor.insertText(span.text.replace("\n", _LINE_BREAK), made)


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
    place = _utf16(code)
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


def _utf16(text: str) -> Callable[[int], int]:
    """Return how an index of ``text`` is counted by Qt, where characters beyond U+FFFF take two places."""
    wide = (
        [index for index, character in enumerate(text) if character > "\uffff"] if not text.isascii() else []
    )
    return lambda index: index + bisect_left(wide, index)


def _table(made: QTextDocument, block: Block, look: Look) -> None:
    shape = QTextTableFormat()
    shape.setBorder(0)
    shape.setCellSpacing(0)
    shape.setCellPadding(look.px(7))
    shape.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    columns = max(1, len(block.aligns))
    cursor = QTextCursor(made)
    table = cursor.insertTable(max(1, len(block.rows)), columns, shape)
    for number, row in enumerate(block.rows):
        for column, cell in enumerate(row[:columns]):
            inside = table.cellAt(number, column).firstCursorPosition()
            lines = _lines(look.px(24))
            lines.setAlignment(_ALIGN[block.aligns[column]])
            inside.setBlockFormat(lines)
            font = QFont(look.text)
            if number == 0:
                font.setWeight(QFont.Weight.DemiBold)
            _insert(inside, cell, look, font)
