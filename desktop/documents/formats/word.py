"""Word: headings, paragraphs, lists and tables as Markdown, with python-docx.

The paragraphs' XML is walked here: the library's own text leaves out ruby with its base, and inserted text.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from desktop.documents.container import require_harmless
from desktop.documents.document import Note, Text, bounded
from desktop.documents.tables import table

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # the same once more
_UNSEEN = {_W + "del", _W + "moveFrom", _W + "instrText", _W + "rPr", _W + "pPr", _FALLBACK}
_REFERENCES = {_W + "footnoteReference": "footnote", _W + "endnoteReference": "endnote"}
_BREAKS = {_W + "tab": "\t", _W + "br": "\n", _W + "cr": "\n", _W + "noBreakHyphen": "-"}
_DEEPEST = 60  # tables and controls within each other


def read_word(data: bytes) -> Text:
    """Read a .docx file. Raises ``KotonohaError`` as ``container.require_harmless``."""
    import docx

    require_harmless(data)
    notes: list[Note] = []
    document = docx.Document(io.BytesIO(data))
    styles = {style.style_id: (style.name or "").lower() for style in document.styles}
    blocks = list(_blocks(document.element.body, styles, notes))
    blocks += _footnotes(document.part)
    return Text(bounded(_joined(blocks), notes), tuple(notes))


def _footnotes(part: Any) -> Iterator[str]:  # noqa: ANN401 - of python-docx
    """Yield footnotes and endnotes, which are parts of their own."""
    from docx.oxml import parse_xml

    for relation in part.rels.values():
        kind = relation.reltype.rpartition("/")[2]
        if relation.is_external or kind not in ("footnotes", "endnotes"):
            continue
        for note in parse_xml(relation.target_part.blob):
            if note.get(_W + "type") is None and (text := "".join(_words(note)).strip()):
                yield f"[^{_mark(kind[:-1], note.get(_W + 'id', ''))}]: {text}"


def _mark(kind: str, number: str) -> str:
    """Return the name of a note: the two kinds are numbered for themselves."""
    return f"e{number}" if kind == "endnote" else number


def _joined(blocks: list[str]) -> str:
    """Return blocks with an empty line between them, but for the items of a list."""
    parts: list[str] = []
    for at, block in enumerate(blocks):
        close = at > 0 and _is_item(block) and _is_item(blocks[at - 1])
        parts.append(("\n" if close else "\n\n") if at else "")
        parts.append(block)
    return "".join(parts)


def _is_item(block: str) -> bool:
    return block.lstrip().startswith(("- ", "1. "))


def _blocks(parent: Any, styles: dict[str, str], notes: list[Note], depth: int = 0) -> Iterator[str]:  # noqa: ANN401
    if depth > _DEEPEST:
        raise RecursionError
    for element in parent:
        if element.tag == _W + "p":
            if text := _paragraph(element, styles):
                yield text
        elif element.tag == _W + "tbl":
            if rows := table(_rows(element, styles, notes, depth), notes):
                yield rows
        elif element.tag == _W + "sdt":
            for content in element.findall(_W + "sdtContent"):
                yield from _blocks(content, styles, notes, depth + 1)
        elif element.tag in (_W + "ins", _W + "moveTo"):
            yield from _blocks(element, styles, notes, depth + 1)


def _rows(element: Any, styles: dict[str, str], notes: list[Note], depth: int) -> Iterator[list[str]]:  # noqa: ANN401
    for row in element.iter(_W + "tr"):
        if next(row.iterancestors(_W + "tbl")) is element:  # not of a table in a cell
            cells = (cell for cell in row.iter(_W + "tc") if next(cell.iterancestors(_W + "tr")) is row)
            yield [" ".join(_blocks(cell, styles, notes, depth + 1)) for cell in cells]


def _paragraph(element: Any, styles: dict[str, str]) -> str:  # noqa: ANN401
    text = "".join(_words(element)).strip("\n")
    if not text.strip():
        return ""
    style, level, is_item = _layout(element, styles)
    if style.startswith("heading ") and style[8:9].isdecimal():
        return f"{'#' * min(int(style[8:9]), 6)} {text.strip()}"
    if style == "title":
        return f"# {text.strip()}"
    if is_item:
        return f"{'  ' * level}{'1.' if 'number' in style else '-'} {text.strip()}"
    return text


def _layout(element: Any, styles: dict[str, str]) -> tuple[str, int, bool]:  # noqa: ANN401
    """Return a paragraph's style, its level in a list, and whether it is in one."""
    properties = element.find(_W + "pPr")
    if properties is None:
        return "", 0, False
    named = properties.find(_W + "pStyle")
    style = styles.get(named.get(_W + "val", ""), "") if named is not None else ""
    numbered = properties.find(_W + "numPr")
    level = numbered.find(_W + "ilvl") if numbered is not None else None
    value = level.get(_W + "val", "0") if level is not None else "0"
    depth = int(value) if value.isdecimal() else 0
    return style, min(depth, 8), numbered is not None or style.startswith("list ")


def _words(element: Any, depth: int = 0) -> Iterator[str]:  # noqa: ANN401
    if depth > _DEEPEST:
        raise RecursionError
    for child in element:
        tag = child.tag
        if tag == _W + "t":
            yield child.text or ""
        elif tag in _BREAKS:
            yield _BREAKS[tag]
        elif tag == _W + "ruby":
            base = "".join(_ruby_part(child, "rubyBase", depth))
            reading = "".join(_ruby_part(child, "rt", depth))
            yield f"｜{base}《{reading}》" if reading else base
        elif tag in _REFERENCES:
            yield f"[^{_mark(_REFERENCES[tag], child.get(_W + 'id', ''))}]"
        elif tag == _W + "p":  # in a text box, or a note
            yield "\n"
            yield from _words(child, depth + 1)
        elif tag not in _UNSEEN:
            yield from _words(child, depth + 1)


def _ruby_part(ruby: Any, name: str, depth: int) -> Iterator[str]:  # noqa: ANN401
    for part in ruby.findall(_W + name):
        yield from _words(part, depth + 1)
