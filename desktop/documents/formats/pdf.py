"""PDF: the text of each page under its number, with pypdf."""

from __future__ import annotations

import io
import logging
import math
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from desktop.documents.document import MOST_CHARACTERS, MOST_PAGES, Note, Text, bounded
from desktop.documents.failures import failure

_LISTED = 12  # page numbers in a note
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f]+")  # shapes whose character is not known
# Encodings of Japanese fonts that the library does not know, with the one that has the same codes.
# Source: PDF 32000-1, table 118.
_SAME_CODES = {
    f"/{name}-{way}": f"/{known}-{way}"
    for known, names in {
        "90ms-RKSJ": ("90msp-RKSJ", "90pv-RKSJ", "83pv-RKSJ", "Add-RKSJ", "Ext-RKSJ"),
        "UniJIS-UTF16": ("UniJIS-UCS2", "UniJIS-UCS2-HW", "UniJISX0213-UTF16", "UniJIS2004-UTF16"),
    }.items()
    for name in names
    for way in "HV"
}
# Fonts name some kanji by the radical of the same shape, which no one can search for.
_RADICALS = {
    code: plain
    for code in range(0x2F00, 0x2FD6)
    if (plain := unicodedata.normalize("NFKC", chr(code))) != chr(code)
} | {
    ord(radical): kanji
    for radical, kanji in zip("⺟⺠⻁⻄⻆⻑⻘⻝⻤⻨⻩⻫⻭⻯⻲", "母民虎西角長青食鬼麦黄斉歯竜亀", strict=True)
}


def read_pdf(data: bytes) -> Iterator[float | Text]:
    """Yield how much is read, 0 to 1, and at last the text.

    Raises ``KotonohaError``: ``document_encrypted``, ``document_scan``.
    """
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    notes: list[Note] = []
    try:
        reader = PdfReader(io.BytesIO(data))
        # Many files only forbid changes, and open with an empty password.
        if reader.is_encrypted and not reader.decrypt(""):
            raise failure("document_encrypted")
        count = len(reader.pages)
        pages, empty, length, nameless = [], [], 0, False
        for number in range(min(count, MOST_PAGES)):
            page = reader.pages[number]
            nameless |= _prepare_fonts(page)
            text = _text_of(page)
            nameless |= "\ufffd" in text
            if not text:
                empty.append(number + 1)
            pages.append(f"[p. {number + 1}]\n{text}")
            length += len(text)
            if length > MOST_CHARACTERS:
                break
            yield (number + 1) / count
    except (DependencyError, FileNotDecryptedError) as error:
        raise failure("document_encrypted") from error
    if not length:
        raise failure("document_scan" if count else "document_empty")
    _tell(notes, count, empty, nameless=nameless)
    text = bounded("\n\n".join(pages), notes)
    yield Text(text, tuple(notes))


def _tell(notes: list[Note], count: int, empty: list[int], *, nameless: bool) -> None:
    if count > MOST_PAGES:
        notes.append(
            Note(
                f"{count:,}ページのうち、先頭の{MOST_PAGES:,}ページを読みました。",
                f"The first {MOST_PAGES:,} of {count:,} pages were read.",
            )
        )
    if empty:
        listed = ", ".join(map(str, empty[:_LISTED])) + ("…" if len(empty) > _LISTED else "")
        notes.append(
            Note(
                f"{count:,}ページのうち{len(empty):,}ページには文字がありません（{listed}）。"
                "紙を取り込んだ画像かもしれません。",
                f"{len(empty):,} of {count:,} pages have no text ({listed}). They may be scanned pictures.",
            )
        )
    if nameless:
        notes.append(
            Note(
                "字の形だけで、どの文字かを書いていない書体があります。読めていないところがあるので、"
                "中を確かめてください。",
                "A font has shapes without saying which characters they are. Some of the text may be wrong; "
                "please look inside.",
            )
        )


def _prepare_fonts(page: Any) -> bool:  # noqa: ANN401 - of pypdf
    """Give Japanese fonts an encoding that the library knows; return whether one has none at all."""
    from pypdf.generic import NameObject

    nameless = False
    resources = page.get("/Resources")
    fonts = resources.get_object().get("/Font") if resources is not None else None
    for entry in fonts.get_object().values() if fonts is not None else ():
        font = entry.get_object()
        encoding = str(font.get("/Encoding", ""))
        if encoding in _SAME_CODES:
            font[NameObject("/Encoding")] = NameObject(_SAME_CODES[encoding])
        nameless |= encoding in ("/Identity-H", "/Identity-V") and "/ToUnicode" not in font
    return nameless


def _text_of(page: Any) -> str:  # noqa: ANN401 - of pypdf
    lines = _Lines()
    page.extract_text(visitor_text=lines.take)
    return lines.text()


class _Lines:
    """Puts pieces of text into lines by where they stand.

    The library ends a line at each piece that has a text object of its own, and writers of PDF begin one at
    each change from kanji to kana, so a newline counts only where the baseline moves, or goes back.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._newline = False
        self._x, self._y = -math.inf, math.inf  # where the last piece began
        self._end = -math.inf  # where it ended, about

    def take(self, text: str, cm: list[float], tm: list[float], _font: object, size: float) -> None:
        """Take a piece, as pypdf's ``visitor_text`` is given it."""
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        words = text.strip("\n")
        self._newline |= text.startswith("\n")
        if not words:
            self._newline |= "\n" in text
            if not text and abs(y - self._y) < 0.01:  # where the last string of the piece began
                self._end = max(self._end, x)
            return
        scale = math.sqrt(abs((cm[0] * cm[3] - cm[1] * cm[2]) * (tm[0] * tm[3] - tm[1] * tm[2])))
        em = abs(size) * scale or 1.0
        if self._newline:
            goes_on = abs(y - self._y) < 0.3 * em and x > self._x
            self._parts.append(self._between(x, em) if goes_on else "\n")
        elif words[0] == " " and _is_wide(self._last()) and _is_wide(words[1:2]):
            # The library's, too, which does not know how wide the characters are.
            words = self._between(x, em) + words[1:]
        self._parts.append(words)
        self._x, self._y = x, y
        self._end = x + em * sum(1.0 if _is_wide(character) else 0.5 for character in words)
        self._newline = text.endswith("\n")

    def _between(self, x: float, em: float) -> str:
        """Return a space where there is one to be seen between two pieces of a line."""
        return " " if x - self._end > em * (1.2 if _is_wide(self._last()) else 0.3) else ""

    def _last(self) -> str:
        return self._parts[-1][-1:] if self._parts else ""

    def text(self) -> str:
        """Return the page's text, without space at the ends of lines and without half characters."""
        text = "".join(self._parts).translate(_RADICALS)
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        text = _CONTROLS.sub("\ufffd", text.replace("\t", " "))
        return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character or " ") in "WFA"
