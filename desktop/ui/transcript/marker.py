"""What stands before an item of a list: its number, its bullet, or its box."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

if TYPE_CHECKING:
    from desktop.ui.transcript.look import Look


def paint_marker(painter: QPainter, marker: str, room: QRectF, look: Look) -> None:
    """Draw a marker at the right of a room."""
    painter.save()
    if marker in ("☐", "☑"):
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = look.px(13)
        box = QRectF(room.right() - side, room.center().y() - side / 2, side, side)
        done = marker == "☑"
        painter.setPen(QPen(look.colour("accent" if done else "sub"), 1.2 * look.zoom))
        painter.setBrush(look.colour("accent" if done else "page"))
        painter.drawRoundedRect(box, look.px(3), look.px(3))
        if done:
            tick = QPainterPath(QPointF(box.left() + side * 0.24, box.center().y()))
            tick.lineTo(box.left() + side * 0.43, box.bottom() - side * 0.28)
            tick.lineTo(box.right() - side * 0.22, box.top() + side * 0.28)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(look.colour("on_accent"), 1.7 * look.zoom))
            painter.drawPath(tick)
    else:
        painter.setFont(look.text)
        painter.setPen(look.colour("sub"))
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room, flags, marker)
    painter.restore()
