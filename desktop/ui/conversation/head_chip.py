"""A chip of a chat's head, which becomes shorter, and at last an icon, where there is little room."""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QStyle, QStyleOptionButton, QStylePainter, QWidget

from desktop.ui import theme
from desktop.ui.controls.buttons import CHIP_PADDING, Chip
from desktop.ui.icons import paint_icon

ICON_WIDTH, ICON = 34, 18  # px
SHORT_LONGEST = 150  # px of words


class Form(IntEnum):
    """What is shown, from the widest on."""

    FULL = 0
    SHORT = 1
    ICON = 2


class HeadChip(Chip):
    """Its words say what is chosen for ``what``; the tool tip and the accessible name tell both."""

    def __init__(self, what: str, icon_name: str, parent: QWidget | None = None, *, longest: int) -> None:
        super().__init__(parent, longest=longest)
        self._what = what
        self._icon_name = icon_name
        self._full = self._short = ""
        self._full_longest = longest
        self._form = Form.FULL
        self.setAccessibleName(what)

    @property
    def form(self) -> Form:
        """What is shown."""
        return self._form

    def set_label(self, label: str, short: str = "") -> None:
        """Show ``label``, or ``short``, which says the same with less, where there is little room."""
        self._full, self._short = label, short or label
        self.setAccessibleName(f"{self._what}: {label}")
        self._show()

    def set_form(self, form: Form) -> None:
        """Show as much as ``form`` says."""
        if form != self._form:
            self._form = form
            self._show()

    def width_in(self, form: Form) -> int:
        """Return the width in that form, in pixels."""
        if form == Form.ICON:
            return ICON_WIDTH
        words = self._full if form == Form.FULL else self._short
        longest = self._full_longest if form == Form.FULL else SHORT_LONGEST
        return min(self.fontMetrics().horizontalAdvance(words) + 2, longest) + CHIP_PADDING

    def sizeHint(self) -> QSize:
        return QSize(self.width_in(self._form), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(ICON_WIDTH, self.sizeHint().height())  # so that the window can become as narrow

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._form != Form.ICON:
            super().paintEvent(event)
            return
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        option.icon = type(option.icon)()
        QStylePainter(self).drawControl(QStyle.ControlElement.CE_PushButton, option)
        center = QRectF(self.rect()).center()
        box = QRectF(center.x() - ICON / 2, center.y() - ICON / 2, ICON, ICON)
        paint_icon(QPainter(self), self._icon_name, box, theme.current().sub)

    def _show(self) -> None:
        super().set_label(self._full if self._form == Form.FULL else self._short)
        self.update()

    def _elide(self) -> None:
        super()._elide()
        if self._form == Form.ICON or self.text() != self._full:
            self.setToolTip(f"{self._what}: {self._full}")
