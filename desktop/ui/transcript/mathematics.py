"""ziamath, with the characters that its font lacks taken from the window's: 速さ in a formula is readable.

Imported only where a formula is drawn.
"""

from __future__ import annotations

import warnings
from html import unescape
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath

from desktop.ui import theme

with warnings.catch_warnings():
    # It finds its font in a way that Python 3.11 and 3.12 advise against, and 3.13 does not.
    warnings.simplefilter("ignore", DeprecationWarning)
    from ziafont.fonttypes import BBox
    from ziafont.glyph import SimpleGlyph
    from ziafont.svgpath import Cubic, Lineto, Moveto, Point
    from ziamath.config import config
    from ziamath.mathfont import MathFont
    from ziamath.tex import tex2mml
    from ziamath.zmath import Latex, fontname, loadedfonts

_BORROWED = 1_000_000  # numbers of glyphs that the font does not have begin here
_FONT = "kotonoha"


def drawn(latex: str, em: float, colour: str, *, inline: bool) -> tuple[str, float, float, float]:
    """Return an SVG with its width and height, and how far it reaches below the baseline (negative).

    Raises ``ValueError`` for a command that is not known, and whatever the library raises.
    """
    config.svg2 = False  # QtSvg draws paths, but not all of what SVG 2 has
    if "\\" in unescape(tex2mml(latex, inline=inline)):
        raise ValueError(latex)
    if _FONT not in loadedfonts:
        loadedfonts[_FONT] = _Font(fontname)
    made = Latex(latex, size=em, color=colour, inline=inline, font=_FONT)
    width, height = made.getsize()
    return made.svg(), width, height, made.getyofst()


class _Font(MathFont):
    """The mathematical font, which borrows what it lacks from the fonts of the window."""

    def __init__(self, name: str | Path) -> None:
        super().__init__(name)
        self._borrowed: dict[int, tuple[SimpleGlyph, int]] = {}

    def findglyph(self, char: str, variant: Any) -> SimpleGlyph:  # noqa: ANN401
        return self._borrow(char) if self.glyphindex(char) == 0 else super().findglyph(char, variant)

    def glyph(self, char: str) -> SimpleGlyph:
        return self._borrow(char) if self.glyphindex(char) == 0 else super().glyph(char)

    def glyph_fromid(self, glyphid: int) -> Any:  # noqa: ANN401
        return self._borrowed[glyphid][0] if glyphid in self._borrowed else super().glyph_fromid(glyphid)

    def advance(self, glyph: int, glyph2: int | None) -> int:
        if glyph in self._borrowed:
            return self._borrowed[glyph][1]
        return super().advance(glyph, None if glyph2 in self._borrowed else glyph2)

    def _borrow(self, char: str) -> SimpleGlyph:
        index = _BORROWED + ord(char)
        if index not in self._borrowed:
            units = self.info.layout.unitsperem
            path = QPainterPath()
            path.addText(QPointF(0, 0), theme.ui_font(units), char)
            box = path.boundingRect()
            bounds = BBox(round(box.left()), round(box.right()), round(-box.bottom()), round(-box.top()))
            wide = units if ord(char) > 0x1100 else round(box.right() + 0.06 * units)
            self._borrowed[index] = SimpleGlyph(index, _operators(path), bounds, self), wide
        return self._borrowed[index][0]


def _operators(path: QPainterPath) -> list[Any]:
    """Return the outline as the library writes it, where y grows upwards."""
    found: list[Any] = []
    points: list[Point] = []
    for number in range(path.elementCount()):
        element = path.elementAt(number)
        point = Point(element.x, -element.y)  # type: ignore[no-untyped-call]
        if element.isMoveTo():
            found.append(Moveto(point))
        elif element.isLineTo():
            found.append(Lineto(point))
        else:
            points.append(point)
            if len(points) == 3:
                found.append(Cubic(*points))
                points = []
    return found
