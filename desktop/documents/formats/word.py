"""Word: headings, paragraphs, lists and tables as Markdown, with python-docx.

The paragraphs' XML is walked here: the library's own text leaves out ruby with its base, and inserted text.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from desktop.documents.container import require_harmless
from desktop.documents.document import MOST_COLUMNS, Note, Text, bounded
from desktop.documents.formats.word_numbers import Numbers
from desktop.documents.tables import table

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # the same once more
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_UNSEEN = {_W + "del", _W + "moveFrom", _W + "instrText", _W + "rPr", _W + "pPr", _FALLBACK}
_REFERENCES = {_W + "footnoteReference": "footnote", _W + "endnoteReference": "endnote"}
_BREAKS = {_W + "tab": "\t", _W + "br": "\n", _W + "cr": "\n", _W + "noBreakHyphen": "-"}
_OTHERS = (
    "application/vnd.ms-word.document.macroEnabled.main+xml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
    "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
)
_ITEM = re.compile(r" *(?:-|\(?[0-9]{1,4}[.)]) ")
_DEEPEST = 60  # tables and controls within each other


def read_word(data: bytes) -> Text:
    """Read a .docx file. Raises ``KotonohaError`` as ``container.require_harmless``."""
    import docx  # noqa: F401 - says which part is of which type
    from docx.opc.part import PartFactory
    from docx.package import Package
    from docx.parts.document import DocumentPart

    require_harmless(data)
    notes: list[Note] = []
    # With macros, and as a template, it is made of the same parts. The macros are never run.
    for kind in _OTHERS:
        PartFactory.part_type_for.setdefault(kind, DocumentPart)
    main = Package.open(io.BytesIO(data)).main_document_part
    assert isinstance(main, DocumentPart)
    document = main.document
    styles = _Styles(document)
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
    return bool(_ITEM.match(block))


def _blocks(parent: Any, styles: _Styles, notes: list[Note], depth: int = 0) -> Iterator[str]:  # noqa: ANN401
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


def _rows(element: Any, styles: _Styles, notes: list[Note], depth: int) -> Iterator[list[str]]:  # noqa: ANN401
    above: list[str] = []
    for row in element.iter(_W + "tr"):
        if next(row.iterancestors(_W + "tbl")) is not element:  # of a table in a cell
            continue
        if row.find(f"{_W}trPr/{_W}del") is not None:  # taken out, and the change not yet accepted
            continue
        cells: list[str] = []
        for cell in row.iter(_W + "tc"):
            if next(cell.iterancestors(_W + "tr")) is not row:
                continue
            text = " ".join(_blocks(cell, styles, notes, depth + 1))
            merged = cell.find(f"{_W}tcPr/{_W}vMerge")
            if merged is not None and merged.get(_W + "val") != "restart" and len(cells) < len(above):
                text = above[len(cells)]  # one cell of several rows stands in each of them
            span = cell.find(f"{_W}tcPr/{_W}gridSpan")
            value = span.get(_W + "val", "1") if span is not None else "1"
            wide = int(value) if value.isdecimal() and len(value) < 4 else 1
            cells += [text, *[""] * (min(wide, MOST_COLUMNS) - 1)]
        above = cells
        yield cells


def _paragraph(element: Any, styles: _Styles) -> str:  # noqa: ANN401
    text = "".join(_words(element)).strip("\n")
    if not text.strip():
        return ""
    style, level, number, is_item = styles.layout(element)
    if style.startswith("heading ") and style[8:9].isdecimal():
        return f"{'#' * min(int(style[8:9]), 6)} {number} {text.strip()}".replace("  ", " ", 1)
    if style == "title":
        return f"# {text.strip()}"
    if is_item:
        return f"{'  ' * level}{number or ('1.' if 'number' in style else '-')} {text.strip()}"
    return text


class _Styles:
    """What the styles of a document say of a paragraph: whether it is a heading, and its number."""

    def __init__(self, document: Any) -> None:  # noqa: ANN401 - of python-docx
        self._names = {style.style_id: (style.name or "").lower() for style in document.styles}
        self._numbered = {
            style.style_id: style.element.find(f"{_W}pPr/{_W}numPr") for style in document.styles
        }
        self._numbers = Numbers(document.part)

    def layout(self, element: Any) -> tuple[str, int, str, bool]:  # noqa: ANN401
        """Return a paragraph's style, its level in a list, its number there, and whether it is in one."""
        properties = element.find(_W + "pPr")
        if properties is None:
            return "", 0, "", False
        named = properties.find(_W + "pStyle")
        name = named.get(_W + "val", "") if named is not None else ""
        style = self._names.get(name, "")
        numbered = properties.find(_W + "numPr")
        if numbered is None:
            numbered = self._numbered.get(name)
        if numbered is None:
            return style, 0, "", style.startswith("list ")
        level, kind = (numbered.find(_W + each) for each in ("ilvl", "numId"))
        value = level.get(_W + "val", "0") if level is not None else "0"
        depth = min(int(value), 8) if value.isdecimal() and len(value) < 4 else 0
        list_name = kind.get(_W + "val", "") if kind is not None else ""
        if list_name == "0":  # taken out of the list of its style
            return style, 0, "", False
        return style, depth, self._numbers.next(list_name, depth), True


def _words(element: Any, depth: int = 0) -> Iterator[str]:  # noqa: ANN401
    if depth > _DEEPEST:
        raise RecursionError
    for child in element:
        tag = child.tag
        if tag in (_W + "t", _M + "t"):
            yield child.text or ""
        elif tag == _W + "r" and child.find(f"{_W}rPr/{_W}vanish") is not None:
            continue  # hidden: the person does not see it
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
