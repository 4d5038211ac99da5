"""PDF: the text of each page under its number, with PDFium."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from desktop.documents.document import MOST_CHARACTERS, MOST_PAGES, Note, Text, bounded
from desktop.documents.failures import failure

_LISTED = 12  # page numbers in a note
_MOST_UNKNOWN = 1 / 3  # of a page's characters; with more it is no text
_USUAL = re.compile(r"[ -~\u3000-\u30ff\u4e00-\u9fff\uff00-\uff9f]")
_KANA = re.compile(r"[ぁ-ゖァ-ヺ]")


@dataclass(slots=True)
class _Pages:
    """The numbers of the pages that are not, or not all, in the text."""

    pictures: list[int] = field(default_factory=list)
    nameless: list[int] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)
    unknown: int = 0  # characters of the pages that were read


def read_pdf(data: bytes) -> Iterator[float | Text]:
    """Yield how much is read, 0 to 1, and at last the text. A page that cannot be read is its number alone.

    Raises ``KotonohaError``: ``document_encrypted``, ``document_scan``, ``document_nameless``,
    ``document_empty``, ``document_damaged``.
    """
    import pypdfium2
    from pypdfium2 import raw

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY)
        raise failure("document_encrypted" if locked else "document_damaged") from error
    with document:
        count, found, texts, length = len(document), _Pages(), list[str](), 0
        for number in range(1, min(count, MOST_PAGES) + 1):
            text = _page(document, number, found)
            texts.append(f"[p. {number}]\n{text}".rstrip())
            length += len(text)
            if length > MOST_CHARACTERS:
                break
            yield number / count
    if not length:
        raise failure(_reason(found))
    notes: list[Note] = []
    _tell(notes, count, found)
    text = bounded("\n\n".join(texts), notes)
    yield Text(text, tuple(notes))


def _page(document: object, number: int, found: _Pages) -> str:
    """Return a page's text; "" where there is none that can be read, which ``found`` notes."""
    from pypdfium2 import PdfDocument, PdfiumError

    from desktop.documents.formats.pdf_lines import text_of
    from desktop.documents.formats.pdf_page import read_page

    assert isinstance(document, PdfDocument)
    try:
        page = document[number - 1]
    except PdfiumError:
        found.damaged.append(number)
        return ""
    try:
        shown = read_page(page)
        if shown.unknown > _MOST_UNKNOWN * shown.characters:
            shown = read_page(page, codes_are_unicode=True)
            shown.unknown = 0 if _is_japanese(text_of(shown.pieces)) else shown.characters
    finally:
        page.close()
    if not shown.characters:
        if not shown.is_blank:
            found.pictures.append(number)
        return ""
    if shown.unknown > _MOST_UNKNOWN * shown.characters:
        found.nameless.append(number)
        return ""
    found.unknown += shown.unknown
    return text_of(shown.pieces)


def _is_japanese(text: str) -> bool:
    """Return whether codes read as Unicode make Japanese: they do in UniJIS2004-UTF16-H and its like.

    The numbers of a font's glyphs do not: no run of them has a fifth of kana and hardly anything unusual.
    """
    size = len(text) - text.count("\n")
    return len(_KANA.findall(text)) >= 0.2 * size and len(_USUAL.findall(text)) >= 0.9 * size


def _reason(found: _Pages) -> str:
    """Return the code for a file without any text."""
    if found.nameless:
        return "document_nameless"
    if found.pictures:
        return "document_scan"
    return "document_damaged" if found.damaged else "document_empty"


def _tell(notes: list[Note], count: int, found: _Pages) -> None:
    if count > MOST_PAGES:
        notes.append(
            Note(
                f"{count:,}ページのうち、先頭の{MOST_PAGES:,}ページを読みました。",
                f"The first {MOST_PAGES:,} of {count:,} pages were read.",
            )
        )
    for numbers, ja, en in (
        (found.pictures, "は画像だけで、文字を読めません", "have only pictures, without text to read"),
        (
            found.nameless,
            "は、書体がどの文字かを示していないので読めません",
            "have fonts that do not say which characters they are, and cannot be read",
        ),
        (found.damaged, "は壊れていて読めません", "are damaged and cannot be read"),
    ):
        if numbers:
            listed = ", ".join(map(str, numbers[:_LISTED])) + ("…" if len(numbers) > _LISTED else "")
            notes.append(
                Note(
                    f"{count:,}ページ中{len(numbers):,}ページ{ja}（{listed}）。",
                    f"{len(numbers):,} of {count:,} pages {en} ({listed}).",
                )
            )
    if found.unknown:
        notes.append(
            Note(
                f"どの文字か分からないものが{found.unknown:,}字あり、「\ufffd」にしました。",
                f"{found.unknown:,} characters are not named in the file and became “\ufffd”.",
            )
        )
