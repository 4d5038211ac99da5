"""LaTeX → vector drawings by ziamath, made outside the window's thread and kept.

A formula takes 2 to 20 ms, the library 0.3 s more at the first: so a block asks ``Formulas.find`` when it is
laid out, shows the source meanwhile, and is laid out again once the drawing is there.
"""

from __future__ import annotations

import re
import sys
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from PySide6.QtCore import QByteArray, QObject, QRectF, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtSvg import QSvgRenderer

if TYPE_CHECKING:
    from desktop.jobs import Cancel
    from desktop.markdown.inline import Span
    from desktop.ui.worker import Jobs

EM = 24.0  # units of a drawing for 1 em
MAX_DEPTH = 24  # of braces and environments: the library calls itself for each
MAX_SIGNS = 400  # drawn in about 0.2 s
MAX_SVG = 600_000  # characters of a drawing
KEPT = 600  # formulas
BATCH = 8
SWITCH_S, PAUSE_S = 0.0005, 0.008

_COLOUR = "#010203"  # in the drawings, replaced by that of the text
_LIMITED = re.compile(r"\\begin\s*\{|\\left|\{")
_ENDS = re.compile(r"\\end\s*\{|\\right|\}")
_SIGNS = re.compile(r"\\[A-Za-z]+|[^\s{}\\^_&]")
# What would make a formula huge, or reach beyond it.
_REFUSED = re.compile(r"\\(?:hspace|rule|newcommand|def|input|include|href|url|fontsize|tag)\b")


class Wanted(NamedTuple):
    """A formula that a text asks for."""

    latex: str
    style: Literal["inline", "display"]


def wanted(span: Span) -> Wanted:
    """Return what a span with mathematics asks for."""
    return Wanted(span.text, "display" if span.math == "display" else "inline")


@dataclass(frozen=True, slots=True)
class Formula:
    """A drawing: lengths in em, ``ascent`` above the baseline, ``height`` with what is below it."""

    svg: str
    width: float
    height: float
    ascent: float

    def paint(self, painter: QPainter, room: QRectF, colour: QColor) -> None:
        """Draw it into ``room``."""
        _renderer(self.svg, colour.name()).render(painter, room)


@lru_cache(maxsize=256)
def _renderer(svg: str, colour: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(svg.replace(_COLOUR, colour).encode()))


def draw(asked: Wanted) -> Formula | None:
    """Draw a formula; None if it cannot be read."""
    text = asked.latex
    if _depth(text) > MAX_DEPTH or _REFUSED.search(text) or len(_SIGNS.findall(text)) > MAX_SIGNS:
        return None
    from desktop.ui.transcript import mathematics

    try:
        svg, width, height, below = mathematics.drawn(text, EM, _COLOUR, inline=asked.style == "inline")
    except Exception:
        # The library raises whatever it stumbles over; a formula is somebody's text, not a defect of ours.
        return None
    if len(svg) > MAX_SVG or not 0 < width < 1_000 * EM or not 0 < height < 1_000 * EM:
        return None
    return Formula(svg, width / EM, height / EM, (height + below) / EM)


def _depth(text: str) -> int:
    depth = deepest = 0
    for piece in re.finditer(f"({_LIMITED.pattern})|({_ENDS.pattern})", text):
        depth += 1 if piece[1] else -1
        deepest = max(deepest, depth)
    return deepest


class Formulas(QObject):
    """The formulas that are drawn, and those that are wanted.

    Without ``jobs`` nothing is drawn, and every formula stays its source.
    """

    drawn = Signal(object)  # a set of ``Wanted``, now answered

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: Jobs | None = None
        self._found: OrderedDict[Wanted, Formula | None] = OrderedDict()
        self._waiting: dict[Wanted, None] = {}
        self._running = False

    def set_jobs(self, jobs: Jobs) -> None:
        """Draw by ``jobs`` what is wanted now and later."""
        self._jobs = jobs
        self._start()

    def find(self, asked: Wanted) -> Formula | None:
        """Return the drawing; None if it is not there yet, which ``drawn`` will tell, or cannot be."""
        if asked in self._found:
            self._found.move_to_end(asked)
            return self._found[asked]
        self._waiting[asked] = None
        self._start()
        return None

    def _start(self) -> None:
        if self._jobs is None or self._running or not self._waiting:
            return
        self._running = True
        batch = list(self._waiting)[-BATCH:]  # what was asked for last is most likely in sight
        for asked in batch:
            del self._waiting[asked]
        self._jobs.run(lambda cancel: _draw_all(batch, cancel), owner=self, on_done=self._keep)

    def _keep(self, answers: dict[Wanted, Formula | None]) -> None:
        self._found.update(answers)
        while len(self._found) > KEPT:
            self._found.popitem(last=False)
        self._running = False
        self.drawn.emit(set(answers))
        self._start()


def _draw_all(batch: list[Wanted], cancel: Cancel) -> dict[Wanted, Formula | None]:
    """Draw a few formulas.

    The window's thread waits for the interpreter as long as this one may keep it: that is made short, and
    after each formula the window has it alone for a moment.
    """
    answers: dict[Wanted, Formula | None] = {}
    interval = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)
    try:
        for asked in batch:
            cancel.raise_if_set()
            answers[asked] = draw(asked)
            cancel.wait(PAUSE_S)
    finally:
        sys.setswitchinterval(interval)
    return answers
