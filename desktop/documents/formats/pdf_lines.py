"""Pieces of a PDF's page as lines of text, by where they stand. Pure: no library, no file.

Writers of PDF begin a new piece at each change of font, from kanji to kana, or for each single character, so
the pieces say nothing of lines and words; their places do. A line flows along a vector: to the right,
downwards where it is vertical, or otherwise on a page that is turned.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

Vector = tuple[float, float]

_ASIDE = 0.3  # of the em: raised and lowered signs are still of the line
_PITCH = 1.35  # of the em: characters of a vertical line are no farther from each other
_ACROSS = 4  # characters: numbers and marks that lie across a vertical line


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters, at least one, that a page shows at once. Places are in points."""

    text: str
    em: float
    flow: Vector  # of length 1, to hundredths
    start: Vector  # the first character's origin, on the baseline
    box: tuple[float, float, float, float]  # left, bottom, right, top, of its first and last character


def text_of(pieces: Iterable[Piece]) -> str:
    """Return pieces, in the order in which they were written, as lines."""
    parts: list[str] = []
    last: Piece | None = None
    flow: Vector = (1.0, 0.0)
    for piece in pieces:
        if last is None:
            flow = piece.flow
        elif _follows(piece, last, flow):
            parts.append(_between(last, piece, flow))
        elif _turns_down(piece, last, flow):
            flow = _down(flow)
        else:
            parts.append("\n")
            flow = piece.flow
        parts.append(piece.text)
        last = piece
    return "\n".join(line.rstrip() for line in "".join(parts).split("\n")).strip("\n")


def is_wide(character: str) -> bool:
    """Return whether a character takes a whole em."""
    return unicodedata.east_asian_width(character) in "WFA"


def _follows(piece: Piece, last: Piece, flow: Vector) -> bool:
    """Return whether a piece goes on with the line of the last one."""
    em = max(piece.em, last.em)
    straight = piece.flow == last.flow == flow
    here, before = (piece.start, last.start) if straight else (_middle(piece), _middle(last))
    aside = abs(_along(here, _down(flow)) - _along(before, _down(flow)))
    if aside >= _ASIDE * em or _along(here, flow) <= _along(before, flow):
        return False
    return piece.flow == flow or (len(piece.text) <= _ACROSS and _gap(last, piece, flow) < _PITCH * em)


def _turns_down(piece: Piece, last: Piece, flow: Vector) -> bool:
    """Return whether two characters that were each written for itself begin a vertical line."""
    if not (piece.flow == last.flow == flow and _is_one_wide(piece) and _is_one_wide(last)):
        return False
    em, here, before = max(piece.em, last.em), _middle(piece), _middle(last)
    step = _along(here, _down(flow)) - _along(before, _down(flow))
    return 0.5 * em < step < _PITCH * em and abs(_along(here, flow) - _along(before, flow)) < _ASIDE * em


def _is_one_wide(piece: Piece) -> bool:
    return len(piece.text) == 1 and is_wide(piece.text)


def _between(last: Piece, piece: Piece, flow: Vector) -> str:
    """Return a space where there is one to be seen between two pieces of a line."""
    wide = is_wide(last.text[-1]) + is_wide(piece.text[0])
    least = (0.15, 0.4, 0.7)[wide]  # kanji have a quarter of an em before a number, and more in full lines
    return " " if _gap(last, piece, flow) > least * max(piece.em, last.em) else ""


def _gap(last: Piece, piece: Piece, flow: Vector) -> float:
    return _ends(piece, flow)[0] - _ends(last, flow)[1]


def _ends(piece: Piece, flow: Vector) -> tuple[float, float]:
    """Return where a piece begins and ends along a line."""
    left, bottom, right, top = piece.box
    places = [_along(corner, flow) for corner in ((left, bottom), (left, top), (right, bottom), (right, top))]
    return min(places), max(places)


def _middle(piece: Piece) -> Vector:
    left, bottom, right, top = piece.box
    return (left + right) / 2, (bottom + top) / 2


def _along(place: Vector, flow: Vector) -> float:
    return place[0] * flow[0] + place[1] * flow[1]


def _down(flow: Vector) -> Vector:
    return flow[1] or 0.0, -flow[0] or 0.0
