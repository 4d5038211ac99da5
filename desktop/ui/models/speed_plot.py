"""Speeds over lengths, as lines: the newest measurement in the accent's colour, others quietly behind it."""

from __future__ import annotations

import math
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui import theme

LEFT, TOP, RIGHT, BOTTOM = 52, 26, 14, 24  # px round the plot
STEPS = 3  # lines across
DOT = 3.5  # px, half


class Line(NamedTuple):
    """One measurement: tokens a second at so many tokens; a speed of 0 is not known."""

    name: str
    points: tuple[tuple[int, float], ...]


class SpeedPlot(QWidget):
    """Draws lines from 0 up; the first one stands out."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._lines: list[Line] = []
        self.setFont(theme.ui_font(theme.TINY_PX))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(title)

    def show_lines(self, lines: list[Line]) -> None:
        """Show these, the one that counts first."""
        self._lines = [Line(line.name, tuple(p for p in line.points if p[1] > 0)) for line in lines]
        newest = self._lines[0].points if self._lines else ()
        self.setAccessibleDescription(
            self.tr("、").join(
                self.tr("{tokens} トークンで毎秒 {speed}").format(tokens=f"{tokens:,}", speed=f"{speed:,.1f}")
                for tokens, speed in newest
            )
        )
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(280, 190)

    def minimumSizeHint(self) -> QSize:
        return QSize(180, 140)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(tokens.sub))
        painter.drawText(QRectF(0, 0, self.width(), TOP), Qt.AlignmentFlag.AlignLeft, self._title)
        area = QRectF(self.rect()).adjusted(LEFT, TOP, -RIGHT, -BOTTOM)
        points = [point for line in self._lines for point in line.points]
        most = _round_up(max((speed for _, speed in points), default=1.0))
        if not points:
            return
        for step in range(STEPS + 1):
            y = area.bottom() - area.height() * step / STEPS
            painter.setPen(QPen(QColor(tokens.line), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QColor(tokens.faint))
            place = QRectF(0, y - 10, LEFT - 8, 20)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(place, right, f"{most * step / STEPS:,.0f}")
        lengths = sorted({length for length, _ in points})
        low, high = math.log(lengths[0]), math.log(lengths[-1])

        def at(length: int, speed: float) -> QPointF:
            share = (math.log(length) - low) / (high - low) if high > low else 0.5
            return QPointF(area.left() + area.width() * share, area.bottom() - area.height() * speed / most)

        painter.setPen(QColor(tokens.faint))
        for length, _ in self._lines[0].points or points[:1]:
            place = QRectF(at(length, 0).x() - 40, area.bottom() + 4, 80, BOTTOM - 4)
            painter.drawText(place, Qt.AlignmentFlag.AlignHCenter, f"{length:,}")
        for number, line in reversed(list(enumerate(self._lines))):
            color = QColor(tokens.accent if number == 0 else tokens.faint)
            if number:
                color.setAlpha(130)
            painter.setPen(QPen(color, 2 if number == 0 else 1.5))
            places = [at(length, speed) for length, speed in line.points]
            painter.drawPolyline(places)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            for dot in places:
                painter.drawEllipse(dot, DOT, DOT)


def _round_up(value: float) -> float:
    """Return the next number that is good to read: 1, 2, 3, 6 or 9 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value)) if value > 0 else 1.0
    return next(power * step for step in (1.0, 2.0, 3.0, 6.0, 9.0, 12.0) if value <= power * step)
