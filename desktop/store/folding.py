"""Text as searching sees it: without differences of width, case, and hiragana or katakana; and the way back.

カナ, かな and ｶﾅ are the same, ＡＢＣ and abc, ㌔ and きろ, が and か with a combining dakuten.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

_KATAKANA = {code: code - 0x60 for code in (*range(0x30A1, 0x30F7), 0x30FD, 0x30FE)}
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_HANGUL_TAILS = (range(0x1161, 0x1176), range(0x11A8, 0x11C3))  # jamo that join the one before
_CHUNK_CHARACTERS = 256


def folded(text: str) -> str:
    """Return the text as it is compared: NFKC, case folded, katakana as hiragana."""
    text = text.translate(_WIDE)  # what NFKC does too, for the commonest of its characters
    if text.isascii():
        return text.lower()
    once = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", once).translate(_KATAKANA)


def find(text: str, words: tuple[str, ...]) -> int:
    """Return where in ``text`` the first of the folded ``words`` begins, in characters.

    -1 unless all of them are there.
    """
    plain = folded(text)
    at = min((plain.find(word) for word in words if word in plain), default=-1)
    if at < 0 or not all(word in plain for word in words):
        return -1
    passed = start = 0
    for parts in (_pieces, _clusters):  # first roughly, then within the piece
        for part in parts(text[start:]):
            length = len(folded(part))
            if passed + length > at:
                break
            passed += length
            start += len(part)
    return start


def ranges(text: str, words: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """Return where the folded ``words`` stand in ``text``, as (start, end) in characters.

    In order, joined where they touch. A character that holds more than the word is in the range as a whole.
    """
    starts = _aligned(text)
    plain = folded(text)
    found: list[tuple[int, int]] = []
    for word in words:
        at = plain.find(word)
        while at >= 0:
            end = at + len(word)
            found.append((at, end) if starts is None else (starts[at][0], starts[end - 1][1]))
            at = plain.find(word, end)
    joined: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def boundary(text: str, at: int) -> int:
    """Return the next place at or after ``at`` where the text may be cut without parting a character."""
    while 0 < at < len(text) and _joins(text[at]):
        at += 1
    return at


def _aligned(text: str) -> list[tuple[int, int]] | None:
    """Return where each folded character comes from; None where that is its own place."""
    wide = text.translate(_WIDE)
    if unicodedata.is_normalized("NFKC", wide):
        lower = wide.casefold()
        if len(lower) == len(wide) and unicodedata.is_normalized("NFKC", lower):
            return None
    places: list[tuple[int, int]] = []
    start = 0
    for cluster in _clusters(text):
        end = start + len(cluster)
        places += [(start, end)] * len(folded(cluster))
        start = end
    return places


def _pieces(text: str) -> Iterator[str]:
    """Cut the text into pieces that fold by themselves as they do within the whole."""
    start = 0
    while start < len(text):
        end = boundary(text, start + _CHUNK_CHARACTERS)
        yield text[start:end]
        start = end


def _clusters(text: str) -> Iterator[str]:
    start = 0
    for at in range(1, len(text)):
        if not _joins(text[at]):
            yield text[start:at]
            start = at
    if text:
        yield text[start:]


def _joins(character: str) -> bool:
    """Return whether the character may change the one before it: a combining one, also of half width."""
    if character < "\u0300":
        return False
    first = unicodedata.normalize("NFKD", character)[0]
    return unicodedata.category(first)[0] == "M" or any(ord(first) in tails for tails in _HANGUL_TAILS)
