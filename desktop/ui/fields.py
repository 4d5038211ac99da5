"""Fields in which Enter belongs to the input method while a word is being composed. Every field is one."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

LONGEST = 2_000  # characters of a line
ENTERS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class LineEdit(QLineEdit):
    """A ``QLineEdit`` that does not take the input method's Enter or Escape for its own."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preedit = ""
        self.setMaxLength(LONGEST)

    def is_composing(self) -> bool:
        """Return whether an input method holds an unfinished word."""
        return bool(self._preedit)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._preedit = event.preeditString()
        super().inputMethodEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.is_composing() and event.key() in (*ENTERS, Qt.Key.Key_Escape):
            event.accept()
            return
        super().keyPressEvent(event)


class TextEdit(QPlainTextEdit):
    """A ``QPlainTextEdit`` that leaves Enter to the input method, and dropped files to the window."""

    def is_composing(self) -> bool:
        """Return whether an input method holds an unfinished word at the caret."""
        return bool(self.textCursor().block().layout().preeditAreaText())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.is_composing() and event.key() in ENTERS:
            event.accept()
            return
        super().keyPressEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return not source.hasUrls() and super().canInsertFromMimeData(source)
