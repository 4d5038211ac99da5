"""Readings above their base: the room that they take, and where they stand.

A reading longer than its base stands out over kana and punctuation beside it, by less than half of them; over
kanji or another reading never: there the base is set apart (JIS X 4051, JLREQ 3.3). Lengths are in px.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QFont, QFontMetricsF

if TYPE_CHECKING:
    from desktop.markdown.inline import Span

_APART = 0.25  # em of a reading, between two readings that have no text between them
_TIGHTEST = -0.3  # em of a reading that its characters may overlap, where a line begins or ends with it
_LIGHT = re.compile("[ぁ-ゟァ-ヿ、。，．：；！？「」『』（）〈〉《》【】〔〕［］｛｝…‥―〜\u2002\u3000]")


def ruby_font(font: QFont) -> QFont:
    """Return the font of the reading above text in ``font``: half as large, without its marks."""
    made = QFont(font)
    made.setPixelSize(max(6, int(font.pixelSize() / 2 + 0.5)))
    made.setWeight(QFont.Weight.Normal)
    made.setItalic(False)
    made.setStrikeOut(False)
    made.setUnderline(False)
    made.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0)
    return made


@dataclass(slots=True)
class Fit:
    """How a base is set: the space before it, between its characters and after it.

    ``left`` and ``right``: how far the reading may stand out over what is beside that space; below 0, how far
    it must stay away from it. ``trail``: all the space behind the base, also what the next base asks for.
    """

    before: float
    inside: float
    after: float
    left: float
    right: float
    trail: float


def fit(span: Span, font: QFont, before: Span | None, after: Span | None) -> Fit:
    """Return how ``span``, which has a reading, is set in ``font`` between its neighbours."""
    small = ruby_font(font)
    left = _over(before, before.text[-1:] if before else "", font, small)
    right = _over(after, after.text[:1] if after else "", font, small)
    excess = QFontMetricsF(small).horizontalAdvance(span.ruby) - QFontMetricsF(font).horizontalAdvance(
        span.text
    )
    count = len(span.text)
    out = excess / 2  # how far the reading stands out at each end
    inside = 0.0
    if excess > 0 and count > 1:
        out = max(excess / (2 * count), min(left, right, out))
        inside = (excess - 2 * out) / (count - 1)
    room = max(0.0, out - right)
    return Fit(max(0.0, out - left), inside, room, left, right, room)


def _over(beside: Span | None, character: str, font: QFont, small: QFont) -> float:
    """Return how far a reading may stand out over a neighbour, of which two may want a part."""
    apart = _APART * small.pixelSize()
    if beside is not None and beside.ruby:
        return -apart / 2
    if beside is None or beside.code or beside.math or not _LIGHT.match(character):
        return 0.0
    return (font.pixelSize() - apart) / 2


def placed(
    text: str, small: QFont, base: tuple[float, float], wanted: tuple[float, float], room: tuple[float, float]
) -> tuple[float, QFont]:
    """Return where a reading begins and the font that spreads it.

    ``base`` is where its base begins and ends, ``wanted`` where a short reading is spread over it, ``room``
    the limits that no reading may cross.
    """
    drawn = QFont(small)
    advance = QFontMetricsF(small).horizontalAdvance(text)
    left, right = wanted
    if advance > right - left:
        left = sum(base) / 2 - advance / 2
        right = left + advance
    left, right = (room[0], room[0] + right - left) if left < room[0] else (left, right)
    left, right = (max(room[0], left - right + room[1]), room[1]) if right > room[1] else (left, right)
    apart = (right - left - advance) / len(text)
    if apart < 0:  # at the edge of a line it comes closer together
        apart = max(_TIGHTEST * small.pixelSize(), (right - left - advance) / max(1, len(text) - 1))
    else:
        apart = min(apart, small.pixelSize())
        left += (right - left - advance - apart * (len(text) - 1)) / 2
    drawn.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, apart)
    return left, drawn
