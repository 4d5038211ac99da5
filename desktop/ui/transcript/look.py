"""Type and lengths of the transcript at one zoom; made anew when the zoom or the theme changes."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QFont, QFontMetricsF

from desktop.ui import theme

if TYPE_CHECKING:
    from desktop.ui.transcript.formulas import Formulas

QUESTION_WIDTH = 540  # of a question's bubble, px at 100 %
FOLDED_LINES = 14  # of a long question, before it is shown in full
HEADING_PX = {1: 20, 2: 18, 3: 16}


class Look:
    """Fonts and lengths, in device-independent pixels, at ``zoom`` (1.0 is 100 %), and the colours in use.

    ``formulas`` knows the drawings; without it, formulas are shown as their source.
    """

    def __init__(self, zoom: float, formulas: Formulas | None = None) -> None:
        self.zoom = zoom
        self.formulas = formulas
        self.tokens = theme.current()
        self.text_px = round(theme.TEXT_PX * zoom)
        self.line = round(theme.TEXT_PX * theme.density().line * zoom)
        self.code_line = round(21 * zoom)
        self.column = round(theme.COLUMN_WIDTH * zoom)
        self.text = theme.text_font(self.text_px)
        self.small = theme.ui_font(theme.TINY_PX * zoom)
        self.notice = theme.ui_font(theme.SMALL_PX * zoom)
        self.code = theme.code_font(theme.SMALL_PX * zoom)
        self.inline_code = theme.code_font((theme.TEXT_PX - 1) * zoom)
        self.rise = _rise(self.line, self.text)
        self.code_rise = _rise(self.code_line, self.code)

    def quiet(self) -> Look:
        """Return the look of a text that is beside the point: small, in the secondary colour."""
        made = copy.copy(self)
        made.tokens = replace(self.tokens, ink=self.tokens.sub)
        made.text, made.text_px = self.notice, self.notice.pixelSize()
        made.line = round(theme.SMALL_PX * theme.density().line * self.zoom)
        made.rise = _rise(made.line, made.text)
        return made

    def px(self, length: float) -> int:
        """Return a length of the drawing at this zoom, in whole pixels."""
        return round(length * self.zoom)

    def heading(self, level: int) -> QFont:
        """Return the font of a heading of level 1 to 6."""
        return theme.text_font(HEADING_PX.get(level, theme.TEXT_PX) * self.zoom, weight=QFont.Weight.Bold)

    def colour(self, name: str) -> QColor:
        """Return a colour of the theme by the name of its token."""
        return QColor(getattr(self.tokens, name))


def _rise(line: int, font: QFont) -> float:
    """Return how far a line of text moves: Qt puts what a fixed height adds above; half belongs below."""
    return (line - QFontMetricsF(font).height()) / -2
