"""Text that comes in through a pipe: any bytes, in any encoding that Japanese text is written in."""

from __future__ import annotations

import codecs
from typing import BinaryIO

from desktop.errors import KotonohaError

LONGEST = 4 << 20  # bytes; far more than any model reads

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read(stream: BinaryIO) -> str:
    """Return everything that comes through ``stream``, as text.

    Raises ``KotonohaError``: ``"input_too_large"`` for more than ``LONGEST`` bytes, ``"input_unreadable"``.
    """
    try:
        data = stream.read(LONGEST + 1)
    except OSError as error:
        raise KotonohaError(
            "input_unreadable",
            f"渡された文章を読めません。（{error}）",
            f"The text passed in cannot be read. ({error})",
        ) from error
    if len(data) > LONGEST:
        raise KotonohaError(
            "input_too_large",
            f"渡された文章が大きすぎます（{LONGEST >> 20} MBまで）。分けて渡してください。",
            f"The text passed in is too large (at most {LONGEST >> 20} MB). Pass it in parts.",
        )
    return decode(data)


def decode(data: bytes) -> str:
    """Return ``data`` as text, with plain line ends; bytes that are no text anywhere become U+FFFD."""
    return _decode(data).replace("\r\n", "\n").replace("\r", "\n")


def _decode(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    # ISO-2022-JP looks like ASCII but for its escape sequences. EUC-JP comes before Shift_JIS: hiragana in
    # Shift_JIS is never valid EUC-JP, but nearly all EUC-JP is valid Shift_JIS, as half-width katakana.
    encodings = ["utf-8", "euc_jp", "cp932"]
    if b"\x1b$" in data:
        encodings.insert(0, "iso2022_jp")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "replace")


def argument(text: str) -> str:
    """Return a command-line argument as text: bytes that Python could not decode are looked at again."""
    return decode(text.encode("utf-8", "surrogateescape"))


def attach(question: str, text: str) -> str:
    """Return the question with the piped text below it; either may be empty."""
    question, text = question.strip(), text.strip("\n")
    return f"{question}\n\n---\n{text}\n---" if question and text.strip() else question or text
