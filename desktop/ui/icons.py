"""Icons: Lucide's outlines (ISC licence, resources/icons/LICENSE), drawn in a colour of the theme."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from desktop.paths import RESOURCES

STROKE = 1.7  # px, in the set's grid of 24


@lru_cache(maxsize=256)
def _renderer(name: str, color: str) -> QSvgRenderer:
    svg = (RESOURCES / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    svg = svg.replace("currentColor", color).replace('stroke-width="2"', f'stroke-width="{STROKE}"')
    return QSvgRenderer(QByteArray(svg.encode()))


def paint_icon(painter: QPainter, name: str, rect: QRectF, color: str) -> None:
    """Draw the icon ``name`` into ``rect`` in ``color`` (#RRGGBB)."""
    _renderer(name, color).render(painter, rect)


@lru_cache(maxsize=256)
def icon(name: str, color: str, size: int = 20) -> QIcon:
    """Return the icon for buttons and menus, crisp up to 300 % scale; ``size`` in pixels at 100 %."""
    result = QIcon()
    for ratio in (1, 2, 3):
        pixmap = QPixmap(size * ratio, size * ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        paint_icon(painter, name, QRectF(0, 0, size * ratio, size * ratio), color)
        painter.end()
        pixmap.setDevicePixelRatio(ratio)
        result.addPixmap(pixmap)
    return result


def app_icon() -> QIcon:
    """Return the application's own icon."""
    return QIcon(str(RESOURCES / "icons" / "kotonoha.svg"))
