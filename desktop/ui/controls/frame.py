"""What dialogs are made of: rows below each other, notes, and a line for what came of it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLayout, QPushButton, QVBoxLayout, QWidget


class Frame(QDialog):
    """A dialog that is deleted when it is closed."""

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def arrange(self, *rows: QWidget | QLayout | None, spacing: int = 12) -> None:
        """Put the rows below each other; None is room that may grow."""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(spacing)
        for row in rows:
            if isinstance(row, QWidget):
                layout.addWidget(row)
            elif row is not None:
                layout.addLayout(row)
            else:
                layout.addStretch(1)

    def make_room(self) -> None:
        """Grow where what is shown now needs more lines, which Qt leaves to us for text that wraps."""
        layout = self.layout()
        assert layout is not None
        layout.activate()
        self.resize(self.width(), max(self.height(), layout.totalHeightForWidth(self.width())))

    def main_button(self, text: str) -> QPushButton:
        """Return a button for what the dialog is for, which Enter presses."""
        button = QPushButton(text, self)
        button.setObjectName("main")
        button.setDefault(True)
        return button


class Note(QLabel):
    """Plain text in as many lines as it takes."""

    def __init__(self, text: str, parent: QWidget, *, caution: bool = False) -> None:
        super().__init__(text, parent)
        self.setObjectName("caution" if caution else "sub")
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)


class Outcome(Note):
    """Hidden until there is something to tell."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("", parent)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.hide()

    def tell(self, text: str, *, failed: bool = False) -> None:
        """Show how it ended."""
        self.setObjectName("caution" if failed else "sub")
        self.style().unpolish(self)
        self.style().polish(self)
        self.setText(text)
        self.setAccessibleName(text)
        self.show()


def across(*widgets: QWidget | None) -> QHBoxLayout:
    """Return a row of widgets; None is room that may grow."""
    row = QHBoxLayout()
    row.setSpacing(8)
    for widget in widgets:
        if widget is None:
            row.addStretch(1)
        else:
            row.addWidget(widget)
    return row
