"""What a page of settings is made of: rows of name, explanation and control between hairlines."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QBoxLayout,
    QComboBox,
    QFrame,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.ui import theme

NAME_WIDTH, CONTROL_WIDTH = 200, 168  # px
QWIDGETSIZE_MAX = (1 << 24) - 1  # Qt's own, which PySide6 does not name
STACKED_BELOW, LONGEST_ROW = 620, 884  # px


class Switch(QAbstractButton):
    """On or off."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setFixedSize(40, 30)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = tokens.accent if self.isChecked() else tokens.faint
        painter.setPen(QPen(QColor(tokens.ink), 2) if self.hasFocus() else QPen(QColor(edge), 1))
        painter.setBrush(QColor(tokens.accent if self.isChecked() else tokens.card))
        painter.drawRoundedRect(QRectF(1, 4, 38, 22), 11, 11)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.on_accent if self.isChecked() else tokens.faint))
        painter.drawEllipse(QRectF(20 if self.isChecked() else 4, 7, 16, 16))


class NoWheel(QObject):
    """The wheel scrolls the page, never a value that the mouse happens to be over."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel:
            event.ignore()
            return True
        return super().eventFilter(watched, event)


class SectionButton(QAbstractButton):
    """One section in the list."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setCheckable(True)
        self.setFixedHeight(theme.density().row)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.setFixedHeight(theme.density().row)
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        hovered = tokens.bubble if self.underMouse() else None
        ground = tokens.accent_soft if self.isChecked() else hovered
        theme.paint_ground(painter, box, ground, focused=self.hasFocus())
        painter.setFont(theme.ui_font(14))
        painter.setPen(QColor(tokens.ink))
        painter.drawText(box.adjusted(10, 0, -10, 0), Qt.AlignmentFlag.AlignVCenter, self.text())


class Row(NamedTuple):
    """What a row is made of."""

    name: str
    across: QBoxLayout
    label: QLabel
    text: QLabel  # of the explanation
    control: QWidget | None


class Section(QWidget):
    """A heading, a sentence, and rows between hairlines. ``small``: one of several under one title."""

    def __init__(
        self, heading: str, sentence: str, parent: QWidget | None = None, *, small: bool = False
    ) -> None:
        super().__init__(parent)
        self._above, self._below = (16, 12) if small else (26, 40)
        self.setObjectName("page")
        self._no_wheel = NoWheel(self)
        self._rows: list[Row] = []
        self._stacked = False
        self._foot = 1  # items of the layout that stay below all rows
        head = QLabel(heading, self)
        head.setObjectName("subheading" if small else "heading")
        sub = QLabel(sentence, self)
        sub.setObjectName("sub")
        sub.setWordWrap(True)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(40, self._above, 40, self._below)
        self._layout.setSpacing(0)
        self._layout.addWidget(head)
        self._layout.addSpacing(6)
        self._layout.addWidget(sub)
        self._layout.addSpacing(8 if small else 18)
        self._layout.addStretch(1)

    def add_row(
        self, name: str, explanation: str, control: QWidget | None = None, *, below: QWidget | None = None
    ) -> QLabel:
        """Add a row; the control gets the row's name and explanation for screen readers.

        A wide control goes ``below`` the text. Return the label of the explanation, which may change.
        """
        row = QWidget(self)
        label = QLabel(name, row)
        label.setWordWrap(True)
        text = QLabel(explanation, row)
        text.setObjectName("sub")
        text.setWordWrap(True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        across = QBoxLayout(QBoxLayout.Direction.LeftToRight, row)
        pad = theme.density().pad
        across.setContentsMargins(0, pad, 0, pad)
        self._rows.append(Row(name, across, label, text, control or below))
        across.addWidget(label)
        across.addWidget(text, 1)
        for widget in (control, below):
            if widget is not None:
                widget.setAccessibleName(name)
                widget.setAccessibleDescription(explanation)
                label.setBuddy(widget)
        self._insert(row)
        if control is not None:
            if isinstance(control, QComboBox | QAbstractSpinBox):
                control.setFixedWidth(CONTROL_WIDTH)
            if isinstance(control, QAbstractSpinBox):
                control.lineEdit().setTextMargins(10, 0, 0, 0)  # a style sheet cannot
            if isinstance(control, QComboBox | QAbstractSpinBox):
                control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # the wheel gives no focus
            control.installEventFilter(self._no_wheel)
            across.addWidget(control)
        if below is not None:
            self._insert(below)
            self._space(16)
        line = QFrame(self)
        line.setObjectName("hairline")
        line.setFixedHeight(1)
        self._insert(line)
        return text

    def explain(self, label: QLabel, text: str, *, caution: bool = False) -> None:
        """Change the explanation of a row, whose label ``add_row`` returned; ``caution``: of a mistake."""
        name = "caution" if caution else "sub"
        if name != label.objectName():
            label.setObjectName(name)
            label.style().unpolish(label)
            label.style().polish(label)
        label.setText(text)
        label.setVisible(bool(text) or not self._stacked)

    def rows(self) -> list[Row]:
        """Return the rows, from top to bottom."""
        return list(self._rows)

    def add_heading(self, text: str) -> None:
        """Begin a group of rows."""
        head = QLabel(text, self)
        head.setObjectName("subheading")
        self._space(20)
        self._insert(head)
        self._space(4)

    def add_button(self, button: QPushButton) -> None:
        """Add a button under the rows, at their right."""
        self._space(16)
        self._layout.insertWidget(self._layout.count() - self._foot, button, 0, Qt.AlignmentFlag.AlignRight)
        self._foot += 2

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            pad = theme.density().pad
            for row in self._rows:
                row.across.setContentsMargins(0, pad, 0, pad)
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the rows short enough to follow with the eye, and stack them where they are too short."""
        super().resizeEvent(event)
        side = 40 if self.width() >= STACKED_BELOW else 20
        right = max(side, self.width() - side - LONGEST_ROW)
        self._layout.setContentsMargins(side, self._above, right, self._below)
        stacked = self._stacked = self.width() < STACKED_BELOW
        direction = QBoxLayout.Direction
        for row in self._rows:
            row.across.setDirection(direction.TopToBottom if stacked else direction.LeftToRight)
            row.across.setSpacing(6 if stacked else 20)
            row.label.setMinimumWidth(0 if stacked else NAME_WIDTH)
            row.label.setMaximumWidth(QWIDGETSIZE_MAX if stacked else NAME_WIDTH)
            self.explain(row.text, row.text.text(), caution=row.text.objectName() == "caution")

    def _insert(self, widget: QWidget) -> None:
        self._layout.insertWidget(self._layout.count() - self._foot, widget)

    def _space(self, height: int) -> None:
        self._layout.insertSpacing(self._layout.count() - self._foot, height)
