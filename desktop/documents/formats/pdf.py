"""PDF: the text of each page under its number, with pypdf."""

from __future__ import annotations

import io
from collections.abc import Iterator

from desktop.documents.document import MOST_CHARACTERS, MOST_PAGES, Note, Text, bounded
from desktop.documents.failures import failure

_LISTED = 12  # page numbers in a note


def read_pdf(data: bytes) -> Iterator[float | Text]:
    """Yield how much is read, 0 to 1, and at last the text.

    Raises ``KotonohaError``: ``document_encrypted``, ``document_scan``.
    """
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError

    notes: list[Note] = []
    try:
        reader = PdfReader(io.BytesIO(data))
        # Many files only forbid changes, and open with an empty password.
        if reader.is_encrypted and not reader.decrypt(""):
            raise failure("document_encrypted")
        count = len(reader.pages)
        pages, empty, length = [], [], 0
        for number in range(min(count, MOST_PAGES)):
            text = _tidy(reader.pages[number].extract_text())
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
    text = bounded("\n\n".join(pages), notes)
    yield Text(text, tuple(notes))


def _tidy(text: str) -> str:
    """Return the text without the space at the ends of lines, and without half characters."""
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return "\n".join(line.rstrip() for line in text.replace("\0", "").split("\n")).strip("\n")
