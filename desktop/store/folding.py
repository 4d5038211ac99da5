"""Text as searching sees it: without differences of width, case, and hiragana or katakana; and the way back.

カナ, かな and ｶﾅ are the same, ＡＢＣ and abc, ㌔ and きろ, が and か with a combining dakuten.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache, partial

_HIRAGANA = {code: code - 0x60 for code in (*range(0x30A1, 0x30F7), 0x30FD, 0x30FE)}
_KATAKANA = re.compile("[ァ-ヶヽヾー]{1,64}")
# Anything but characters of which it is known that they do not change the one before; see _joins.
_PERHAPS_JOINING = re.compile(
    "[^\x00-\u02ff\u2000-\u20cf\u2100-\u2cee\u3000-\u3029\u3030-\u3098\u309b-\u3130\u3190-\ua66e"
    "\uac00-\ud7a3\ufe30-\uff9d\uffe0-\uffef\U0001f000-\U0001faff\U00020000-\U0003ffff]"
)
# Normalizing takes time by the square of how many characters are combined: a million would take hours.
_MOST_JOINED = 64
_PERHAPS_CROWDED = re.compile(f"{_PERHAPS_JOINING.pattern}{{{_MOST_JOINED}}}")
_HANGUL_TAILS = (range(0x1161, 0x1176), range(0x11A8, 0x11C3))  # jamo that join the one before
_PAGE_CHARACTERS, _PIECE_CHARACTERS = 1_024, 64


def folded(text: str) -> str:
    """Return the text as it is compared: NFKC, case folded, katakana as hiragana."""
    if text.isascii():
        return text.lower()
    if _PERHAPS_CROWDED.search(text):
        return "".join(
            _folded(cluster[at : at + _MOST_JOINED])
            for cluster in _clusters(text)
            for at in range(0, len(cluster), _MOST_JOINED)
        )
    return _folded(text)


def _folded(text: str) -> str:
    once = unicodedata.normalize("NFKC", text).casefold()
    return _KATAKANA.sub(_hiragana, unicodedata.normalize("NFKC", once))


def find(text: str, words: tuple[str, ...]) -> int:
    """Return where in ``text`` the first of the folded ``words`` begins, in characters.

    -1 unless all of them are there. A long text is read only as far as it takes.
    """
    missing, reach = set(words), max(map(len, words)) - 1
    at, passed, tail = -1, 0, ""
    pieces: list[tuple[int, int, str, str]] = []  # where each begins, folded and not, and what it is
    start = 0
    for page in _pieces(text, _PAGE_CHARACTERS):
        plain = folded(page)
        pieces.append((passed, start, plain, page))
        seen = tail + plain
        for word in [word for word in missing if word in seen]:
            missing.remove(word)
            place = passed - len(tail) + seen.find(word)
            at = place if at < 0 else min(at, place)
        if not missing:
            passed, start, plain, there = pieces[bisect_right(pieces, at, key=lambda piece: piece[0]) - 1]
            return start + _origin(there, plain, at - passed)
        tail = seen[-reach:] if reach else ""
        passed += len(plain)
        start += len(page)
    return -1


def ranges(text: str, words: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """Return where the folded ``words`` stand in ``text``, as (start, end) in characters.

    In order, joined where they touch. A character that holds more than the word is in the range as a whole.
    """
    plain = folded(text)
    origins = None if _in_place(text, plain) else _origins(text)
    found: list[tuple[int, int]] = []
    for word in words:
        at = plain.find(word)
        while at >= 0:
            end = at + len(word)
            found.append((at, end) if origins is None else (origins[at][0], origins[end - 1][1]))
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


def _hiragana(katakana: re.Match[str]) -> str:
    return _in_hiragana(katakana[0])


@lru_cache(maxsize=8192)  # the same words come again and again, and ``translate`` is slow
def _in_hiragana(word: str) -> str:
    return word.translate(_HIRAGANA)


def _in_place(text: str, plain: str) -> bool:
    """Return whether each character folds to one, so that places are the same in the folded text."""
    # A character by itself never folds to less than one.
    return len(text) == len(plain) and _PERHAPS_JOINING.search(text) is None


def _origin(text: str, plain: str, at: int) -> int:
    """Return where the folded character ``at`` comes from."""
    if _in_place(text, plain):
        return at
    passed = start = 0
    for cut in (partial(_pieces, characters=_PIECE_CHARACTERS), _clusters):  # first roughly
        for part in cut(text[start:]):
            length = _length(part)
            if passed + length > at:
                break
            passed += length
            start += len(part)
    return start


def _origins(text: str) -> list[tuple[int, int]]:
    """Return where each folded character comes from."""
    places: list[tuple[int, int]] = []
    start = 0
    for cluster in _clusters(text):
        end = start + len(cluster)
        places += [(start, end)] * _length(cluster)
        start = end
    return places


def _pieces(text: str, characters: int) -> Iterator[str]:
    """Cut the text into pieces that fold by themselves as they do within the whole."""
    start = 0
    while start < len(text):
        end = boundary(text, start + characters)
        yield text[start:end]
        start = end


def _length(text: str) -> int:
    return _short_length(text) if len(text) <= _PIECE_CHARACTERS else len(folded(text))


@lru_cache(maxsize=8192)
def _short_length(text: str) -> int:
    return len(folded(text))


def _clusters(text: str) -> Iterator[str]:
    start = 0
    for at in range(1, len(text)):
        if not _joins(text[at]):
            yield text[start:at]
            start = at
    if text:
        yield text[start:]


@lru_cache(maxsize=8192)
def _joins(character: str) -> bool:
    """Return whether the character may change the one before it: a combining one, also of half width."""
    if _PERHAPS_JOINING.match(character) is None:
        return False
    first = unicodedata.normalize("NFKD", character)[0]
    return unicodedata.category(first)[0] == "M" or any(ord(first) in tails for tails in _HANGUL_TAILS)
