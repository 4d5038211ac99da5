"""From bytes to text, whatever the format. Runs in the reader's process; every failure is a sentence."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from desktop.documents.document import Kind, Text
from desktop.documents.failures import failure
from desktop.documents.kinds import kind_of
from desktop.errors import KotonohaError


class Converted(msgspec.Struct, frozen=True):
    """The text of a file, and what kind of file it is."""

    kind: Kind
    text: Text


def convert(name: str, data: bytes, encoding: str = "") -> Iterator[float | Converted]:
    """Yield how much is read, 0 to 1, and at last what was read. ``encoding``: "" finds it.

    Raises nothing but ``KotonohaError`` and ``MemoryError``. Libraries raise whatever they like at files that
    are not as they should be, so anything else means such a file.
    """
    try:
        kind = kind_of(name, data)
        for done in _read(kind, data, encoding):
            if isinstance(done, float):
                yield done
                continue
            if not done.text.strip():
                raise failure("document_empty")
            yield Converted(kind, msgspec.structs.replace(done, text=_whole(done.text)))
    except (KotonohaError, MemoryError):
        raise
    except Exception as error:
        raise failure("document_damaged") from error


def _read(kind: Kind, data: bytes, encoding: str) -> Iterator[float | Text]:
    if kind == "pdf":
        from desktop.documents.formats.pdf import read_pdf

        yield from read_pdf(data)
    elif kind == "excel":
        from desktop.documents.formats.excel import read_excel

        yield from read_excel(data)
    elif kind == "powerpoint":
        from desktop.documents.formats.powerpoint import read_powerpoint

        yield from read_powerpoint(data)
    elif kind == "word":
        from desktop.documents.formats.word import read_word

        yield read_word(data)
    elif kind == "html":
        from desktop.documents.formats.html import read_html

        yield read_html(data, encoding)
    elif kind == "mail":
        from desktop.documents.formats.mail import read_mail

        yield read_mail(data)
    else:
        from desktop.documents.formats.text import read_table, read_text

        yield read_table(data, encoding) if kind == "table" else read_text(data, encoding)


def _whole(text: str) -> str:
    """Return the text without half characters, which no JSON can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
