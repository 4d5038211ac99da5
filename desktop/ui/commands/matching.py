"""Finding names by what one remembers of them: width, case and kana do not matter, letters may be left out.

No Qt: the palette matches in a worker.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from desktop.jobs import Cancel
from desktop.store.text import fold

LONGEST = 200  # characters of a query, and of a name, that are looked at
MOST_WORDS = 8
_KANA = {katakana: katakana - 0x60 for katakana in range(ord("ァ"), ord("ヶ") + 1)}
_LOOSE = 100  # worse than any place of a word that is there as it was written


class Candidate(NamedTuple):
    """What can be found: by its name, and by other words for it, such as how it is read."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    bonus: int = 0  # among equally good ones the greatest comes first


@lru_cache(maxsize=20_000)
def key(text: str) -> str:
    """Return the text as it is compared: NFKC, without case, katakana as hiragana."""
    return fold(text[:LONGEST]).translate(_KANA)


def match(query: str, candidates: Iterable[Candidate], most: int, cancel: Cancel) -> list[Candidate]:
    """Return the candidates in which every word of ``query`` is found, the best first, at most ``most``."""
    words = key(query).split()[:MOST_WORDS]
    found: list[tuple[int, int, int, Candidate]] = []
    for place, candidate in enumerate(candidates):
        if place % 256 == 0:
            cancel.raise_if_set()
        worst = _distance(words, candidate)
        if worst is not None:
            found.append((worst, -candidate.bonus, place, candidate))
    found.sort(key=lambda one: one[:3])
    return [one[3] for one in found[:most]]


def _distance(words: list[str], candidate: Candidate) -> int | None:
    """Return how far the candidate is from the words: 0 begins with them; None: a word is missing."""
    total = 0
    for word in words:
        near = [
            distance + (10 if number else 0)  # an alias is worth less than the name
            for number, text in enumerate((candidate.name, *candidate.aliases))
            if (distance := _place(word, key(text))) is not None
        ]
        if not near:
            return None
        total += min(near)
    return total


def _place(word: str, text: str) -> int | None:
    at = text.find(word)
    if at == 0:
        return 0
    if at > 0:
        return 1 if not text[at - 1].isalnum() else 2
    if len(word) < 2:
        return None
    gaps, last = 0, -1
    for letter in word:  # all letters in order, with others between
        found = text.find(letter, last + 1)
        if found < 0:
            return None
        gaps += found - last - 1 if last >= 0 else 0
        last = found
    return _LOOSE + gaps if gaps <= 3 * len(word) else None
