"""How much of the free memory a model takes: one quiet line."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.models.outlook import Share
from desktop.ui import theme

NAME_WIDTH, GAP, HEIGHT, BAR_HEIGHT = 88, 12, 20, 6  # px


class MemoryBar(QWidget):
    """The name of the memory, a bar, and the figures; the bar gives way where there is no room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share = Share(0, 0, on_gpu=False)
        self._name = self._figures = ""
        self.setFont(theme.ui_font(theme.TINY_PX))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_share(self, share: Share) -> None:
        """Show what the model takes of one memory."""
        self._share = share
        self._name = self.tr("GPUのメモリ") if share.on_gpu else self.tr("メモリ")
        self._figures = self.tr("約 {needed} GB ／ 空き {free} GB").format(
            needed=f"{share.needed / 1e9:.1f}", free=f"{share.free / 1e9:.1f}"
        )
        self.setAccessibleName(f"{self._name}: {self._figures}")
        self.setToolTip(self.tr("見積もりです。空きには、いま読み込まれているモデルの分も含みます。"))
        self.update()

    def figures(self) -> str:
        """Return the figures in words."""
        return self._figures

    def sizeHint(self) -> QSize:
        return QSize(320, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        words = QFontMetrics(self.font())
        share = self._share
        part = share.needed / share.free if share.free > 0 else 1.0
        box = QRectF(self.rect())
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(tokens.faint))
        painter.drawText(box, middle | Qt.AlignmentFlag.AlignLeft, self._name)
        painter.setPen(QColor(tokens.caution if part > 1 else tokens.sub))
        painter.drawText(box, middle | Qt.AlignmentFlag.AlignRight, self._figures)
        left = max(NAME_WIDTH, words.horizontalAdvance(self._name) + GAP)
        width = box.width() - left - words.horizontalAdvance(self._figures) - GAP
        if width < 4 * BAR_HEIGHT:
            return
        bar = QRectF(left, (box.height() - BAR_HEIGHT) / 2, width, BAR_HEIGHT)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.line))
        painter.drawRoundedRect(bar, BAR_HEIGHT / 2, BAR_HEIGHT / 2)
        bar.setWidth(min(max(width * part, BAR_HEIGHT), width))
        painter.setBrush(QColor(tokens.caution if part > 1 else tokens.accent))
        painter.drawRoundedRect(bar, BAR_HEIGHT / 2, BAR_HEIGHT / 2)
