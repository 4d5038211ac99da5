"""A page of a PDF as pieces of text with their places, with PDFium (through pypdfium2's raw functions).

PDFium knows the encodings and collections of Japanese fonts, and tells which characters it has no name for.
What it makes of lines is left aside: it sorts vertical lines from left to right, and takes pages with few
words for vertical ones.
"""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass, field
from typing import Any

import pypdfium2.raw as pdfium

from desktop.documents.document import MOST_CHARACTERS
from desktop.documents.formats.pdf_lines import Piece, Vector
from desktop.documents.radicals import PLAIN

UNKNOWN = "\ufffd"
_HYPHEN = "\x02"  # PDFium's sign for one at the end of a line
_SYMBOLS = range(0xF020, 0xF100)  # where fonts of symbols have their bullets
_PRIVATE = (range(0xE000, 0xF900), range(0xF0000, 0x110000))
_EPSILON = 0.01  # points
_DEEPEST = 64  # forms within each other; PDFium reads fewer


@dataclass(slots=True)
class Page:
    """What a page shows."""

    pieces: list[Piece] = field(default_factory=list)
    characters: int = 0  # without spaces
    unknown: int = 0  # of them, those that the file gives no name
    is_blank: bool = True  # nothing is drawn, neither text nor pictures


def read_page(page: Any, *, codes_are_unicode: bool = False) -> Page:  # noqa: ANN401 - pypdfium2's PdfPage
    """Return the text of a page, in the order in which it was written.

    ``codes_are_unicode``: what has no name is the character that its code is in Unicode.
    """
    found = Page()
    order = _order(page)
    found.is_blank = not order
    words = page.get_textpage()
    try:
        pieces = [
            (order.get(address, 0), _piece(words.raw, "".join(text), first, last))
            for address, text, first, last in _runs(words.raw, found, codes_are_unicode)
        ]
    finally:
        words.close()
    pieces.sort(key=lambda pair: pair[0])
    found.pieces = [piece for _, piece in pieces]
    return found


def _order(page: Any) -> dict[int, int]:  # noqa: ANN401
    """Return the place of each object in the order of the page's content, by its address."""
    order: dict[int, int] = {}
    waiting = [(pdfium.FPDFPage_GetObject(page, at), 0) for at in range(pdfium.FPDFPage_CountObjects(page))]
    waiting.reverse()
    while waiting:
        thing, depth = waiting.pop()
        if not thing:
            continue
        order[ctypes.addressof(thing.contents)] = len(order)
        kind = pdfium.FPDFPageObj_GetType(thing)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            _widen(thing)
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
            count = max(pdfium.FPDFFormObj_CountObjects(thing), 0)
            waiting += [(pdfium.FPDFFormObj_GetObject(thing, at), depth + 1) for at in reversed(range(count))]
    return order


def _widen(thing: Any) -> None:  # noqa: ANN401
    """Give text of no size some, or PDFium leaves it out.

    So it is with a single character whose shape is empty, as in the text that OCR puts over a picture, or is
    in none of this machine's fonts. A text that is stroked is as wide as the stroke.
    """
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    pdfium.FPDFPageObj_GetBounds(thing, left, bottom, right, top)
    if right.value - left.value < _EPSILON:
        pdfium.FPDFTextObj_SetTextRenderMode(thing, pdfium.FPDF_TEXTRENDERMODE_STROKE)
        pdfium.FPDFPageObj_SetStrokeWidth(thing, 1.0)
        pdfium.FPDFPageObj_Transform(thing, 1, 0, 0, 1, 0, 0)  # which measures it again


def _runs(words: Any, found: Page, by_code: bool) -> list[tuple[int, list[str], int, int]]:  # noqa: ANN401
    """Return each object's address, characters, and the numbers of its first and its last character."""
    runs: list[tuple[int, list[str], int, int]] = []
    space = False
    for at in range(min(pdfium.FPDFText_CountChars(words), MOST_CHARACTERS)):
        thing = pdfium.FPDFText_GetTextObject(words, at)
        if not thing:  # PDFium's own space or end of line
            space = True
            continue
        address = ctypes.addressof(thing.contents)
        character = _character(words, at, found, by_code)
        if runs and runs[-1][0] == address:
            _, text, first, _ = runs[-1]
            text.append(f" {character}" if space and text[-1] != " " and character != " " else character)
            runs[-1] = (address, text, first, at)
        else:
            runs.append((address, [character], at, at))
        space = False
    return runs


def _character(words: Any, at: int, found: Page, by_code: bool) -> str:  # noqa: ANN401
    code = pdfium.FPDFText_GetUnicode(words, at)
    character = chr(code) if code < 0x110000 else UNKNOWN
    if character in " \t\r\n\u00a0":
        return " "
    if character == _HYPHEN or code == 0xAD:
        character = "-"
    elif code in _SYMBOLS:
        character = "•"
    elif (
        code < 0x20
        or 0xD800 <= code < 0xE000
        or any(code in private for private in _PRIVATE)
        or (not by_code and pdfium.FPDFText_HasUnicodeMapError(words, at) == 1)
    ):
        character = UNKNOWN
    found.characters += 1
    found.unknown += character == UNKNOWN
    return character.translate(PLAIN)


def _piece(words: Any, text: str, first: int, last: int) -> Piece:  # noqa: ANN401
    turn = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(words, first, turn)
    em = abs(pdfium.FPDFText_GetFontSize(words, first)) * math.sqrt(abs(turn.a * turn.d - turn.b * turn.c))
    start, end = _origin(words, first), _origin(words, last)
    length = math.hypot(turn.a, turn.b) or 1.0
    flow = (round(turn.a / length, 2) or 0.0, round(turn.b / length, 2) or 0.0)
    down = (flow[1] or 0.0, -flow[0] or 0.0)
    if _advance(start, end, down) > abs(_advance(start, end, flow)):
        flow = down  # a font for vertical text
    one, other = _box(words, first), _box(words, last)
    left, bottom, right, top = zip(one, other, strict=True)
    return Piece(text, em or 1.0, flow, start, (min(left), min(bottom), max(right), max(top)))


def _advance(start: Vector, end: Vector, flow: Vector) -> float:
    return (end[0] - start[0]) * flow[0] + (end[1] - start[1]) * flow[1]


def _origin(words: Any, at: int) -> Vector:  # noqa: ANN401
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetCharOrigin(words, at, x, y)
    return x.value, y.value


def _box(words: Any, at: int) -> tuple[float, float, float, float]:  # noqa: ANN401
    box = pdfium.FS_RECTF()
    pdfium.FPDFText_GetLooseCharBox(words, at, box)
    return box.left, min(box.bottom, box.top), box.right, max(box.bottom, box.top)
