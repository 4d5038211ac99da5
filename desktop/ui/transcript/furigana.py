"""Readings over kanji, from a dictionary: MeCab with IPADIC, by fugashi. No Qt; nothing is asked of a model.

IPADIC knows how words are said where larger dictionaries give other forms: 今日 きょう, 私 わたし, お母さん.
Its 50 MB are mapped when the first text asks, in less than a millisecond. Readings can be wrong:
行った and 一日 are read by what is meant.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fugashi import GenericTagger  # type: ignore[import-untyped]

    from desktop.jobs import Cancel
    from desktop.markdown.blocks import Block
    from desktop.markdown.inline import Span

MAX_TEXT = 200_000  # characters of a message

_KANJI = re.compile("[\u3005-\u3007\u3400-\u9fff\uf900-\ufaffヶ\U00020000-\U0003ffff]+")
_READING = 7  # column of IPADIC's features
# Words that IPADIC takes apart: numbers of people and days. From the list of jukujikun for schools.
_TOGETHER = {
    "一人": "ひとり",
    "二人": "ふたり",
    "二十歳": "はたち",
    "二十日": "はつか",
    "一日中": "いちにちじゅう",
}
_WENT = ("に", "へ", "で", "まで", "と")  # after these 行った is いった, not おこなった


class Reading(NamedTuple):
    """The characters from ``start`` to ``end`` are read so."""

    start: int
    end: int
    kana: str


@cache
def _tagger() -> GenericTagger:
    import ipadic  # type: ignore[import-untyped]
    from fugashi import GenericTagger

    return GenericTagger(ipadic.MECAB_ARGS)


def readings(text: str) -> list[Reading]:
    """Return the readings of the kanji in ``text``, in order; okurigana have none."""
    found: list[Reading] = []
    for line in re.finditer(r"[^\n]+", text):
        found += _line_readings(line.group(), line.start())
    return found


def _line_readings(line: str, offset: int) -> Iterator[Reading]:
    position, before = 0, ""
    words = [(str(word), word.feature) for word in _tagger()(line)]
    number = 0
    while number < len(words):
        surface, feature = words[number]
        start = line.find(surface, position)
        if start < 0:
            return
        taken = 1
        kana = _hiragana(str(feature[_READING])) if len(feature) > _READING else ""
        for count in (3, 2):
            joined = "".join(word for word, _ in words[number : number + count])
            if joined in _TOGETHER:
                surface, kana, taken = joined, _TOGETHER[joined], count
                break
        if kana == "おこなっ" and surface == "行っ" and before in _WENT:
            kana = "いっ"
        if kana and _KANJI.search(surface):
            for reading in _aligned(surface, kana):
                yield Reading(offset + start + reading.start, offset + start + reading.end, reading.kana)
        position, before = start + len(surface), surface
        number += taken


def _hiragana(kana: str) -> str:
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in kana)


def _aligned(surface: str, kana: str) -> list[Reading]:
    """Give each run of kanji in a word its part of the reading: 取り扱う → 取《と》り扱《あつか》う."""
    pattern, runs, end = "", list[tuple[int, int]](), 0
    for run in _KANJI.finditer(surface):
        pattern += re.escape(_hiragana(surface[end : run.start()])) + "(.+?)"
        runs.append(run.span())
        end = run.end()
    pattern += re.escape(_hiragana(surface[end:]))
    match = re.fullmatch(pattern, kana)
    if match is None:
        return [Reading(0, len(surface), kana)]
    return [Reading(start, end, match[number]) for number, (start, end) in enumerate(runs, 1)]


def annotated(plain: Iterable[Block], cancel: Cancel) -> list[Block]:
    """Return the blocks of a message with readings; code, formulas and what has ruby stay as they are.

    Raises ``Cancelled``.
    """
    blocks = []
    for block in plain:
        cancel.raise_if_set()
        if block.kind not in ("code", "rule", "math"):
            rows = tuple(tuple(_annotated(cell) for cell in row) for row in block.rows)
            block = replace(block, spans=_annotated(block.spans), rows=rows)  # noqa: PLW2901
        blocks.append(block)
    return blocks


def _annotated(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Part spans where readings begin and end; words are found across changes of style."""
    text = "".join(span.text for span in spans)
    found = list(_within(readings(text), spans))
    parts: list[Span] = []
    start = 0
    for span in spans:
        end, last = start + len(span.text), start
        for reading in found:
            if start <= reading.start and reading.end <= end:
                parts.append(replace(span, text=span.text[last - start : reading.start - start]))
                base = span.text[reading.start - start : reading.end - start]
                parts.append(replace(span, text=base, ruby=reading.kana))
                last = reading.end
        parts.append(replace(span, text=span.text[last - start :]) if last > start else span)
        start = end
    return tuple(part for part in parts if part.text)


def _within(found: Iterable[Reading], spans: tuple[Span, ...]) -> Iterator[Reading]:
    """Leave out what touches code, formulas, notes and ruby."""
    taken = [False] * sum(len(span.text) for span in spans)
    start = 0
    for span in spans:
        end = start + len(span.text)
        if span.code or span.math or span.note or span.ruby or span.source:
            taken[start:end] = [True] * (end - start)
        start = end
    for reading in found:
        if not any(taken[reading.start : reading.end]):
            yield reading
