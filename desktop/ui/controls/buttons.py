"""The few buttons that the style sheet alone cannot draw."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QPushButton, QSizePolicy, QWidget

from desktop.ui import theme
from desktop.ui.icons import icon, paint_icon

CHIP_PADDING = 46  # px beside the words: the rounded ends and the arrow


class RoundButton(QAbstractButton):
    """A filled circle with an icon: the main action of the composer."""

    def __init__(self, icon_name: str, parent: QWidget | None = None, *, diameter: int = 34) -> None:
        super().__init__(parent)
        self._icon_name = icon_name
        self._diameter = diameter
        self.setFixedSize(diameter, diameter)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the focus where one writes
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_icon_name(self, name: str) -> None:
        """Show another icon."""
        self._icon_name = name
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._diameter, self._diameter)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        enabled = self.isEnabled()
        ground = QColor(tokens.accent if enabled else tokens.line)
        if enabled and self.isDown():
            ground = ground.darker(115)
        elif enabled and self.underMouse():
            ground = ground.lighter(110)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        circle = QRectF(self.rect())
        painter.drawEllipse(circle)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(tokens.on_accent))
            painter.drawEllipse(circle.adjusted(2.5, 2.5, -2.5, -2.5))
        side = self._diameter * 0.53
        paint_icon(
            painter,
            self._icon_name,
            QRectF(circle.center().x() - side / 2, circle.center().y() - side / 2, side, side),
            tokens.on_accent if enabled else tokens.faint,
        )


class IconButton(QPushButton):
    """A quiet button with an icon of the set that follows the theme."""

    def __init__(self, icon_name: str, name: str, parent: QWidget | None = None, *, size: int = 18) -> None:
        super().__init__(parent)
        self._icon_name = icon_name
        self._size = size
        self.setObjectName("quiet")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setIconSize(QSize(size, size))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._dress()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()
        super().changeEvent(event)

    def _dress(self) -> None:
        self.setIcon(icon(self._icon_name, theme.current().sub, self._size))


class Chip(QPushButton):
    """A pill that opens a menu: model, preset. Its label is elided where there is no room."""

    def __init__(self, parent: QWidget | None = None, *, longest: int = 260) -> None:
        super().__init__(parent)
        self.setObjectName("chip")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._longest = longest
        self._label = ""
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow stands after the text
        self.setIconSize(QSize(14, 14))
        self._dress()

    def set_label(self, label: str) -> None:
        """Show ``label``; the whole of it stands in the tool tip when it is too long."""
        self._label = label
        self._elide()
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        words = min(self.fontMetrics().horizontalAdvance(self._label) + 2, self._longest)
        return QSize(words + CHIP_PADDING, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(CHIP_PADDING + 24, super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()
        super().changeEvent(event)

    def _elide(self) -> None:
        room = max(0, self.width() - CHIP_PADDING)
        shown = self.fontMetrics().elidedText(self._label, Qt.TextElideMode.ElideRight, room)
        if shown != self.text():
            self.setText(shown)
        self.setToolTip(self._label if shown != self._label else "")

    def _dress(self) -> None:
        self.setIcon(icon("chevron-down", theme.current().sub, 14))
