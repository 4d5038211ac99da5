"""What was sent before, brought back into the field by the up key."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QTextCursor

from desktop.ui.controls.fields import TextEdit


class SentHistory(QObject):
    """Walks through earlier texts: up from an empty field, and down to it again."""

    def __init__(self, edit: TextEdit) -> None:
        super().__init__(edit)
        self._edit = edit
        self._texts: list[str] = []
        self._at = -1  # which of them is shown; -1: none
        edit.installEventFilter(self)

    def set_texts(self, texts: Sequence[str]) -> None:
        """Walk through these from now on, the newest first."""
        self._texts, self._at = list(texts), -1

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if plain and not self._edit.is_composing():
                if event.key() == Qt.Key.Key_Up:
                    return self._step(1)
                if event.key() == Qt.Key.Key_Down:
                    return self._step(-1)
        return super().eventFilter(watched, event)

    def _step(self, step: int) -> bool:
        """Show the next text, and return whether there was one to show."""
        text = self._edit.toPlainText()
        if self._at >= 0 and text != self._texts[self._at]:
            self._at = -1  # it was edited, and is the person's own now
        if self._at < 0 and text:
            return False
        cursor = self._edit.textCursor()
        if self._at >= 0 and not self._at_edge(cursor, step):
            return False  # the keys walk through its lines
        to = self._at + step
        if not -1 <= to < len(self._texts) or (self._at < 0 and step < 0):
            return False
        self._at = to
        # As an edit, so that Ctrl+Z takes it back.
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(self._texts[to] if to >= 0 else "")
        self._edit.setTextCursor(cursor)
        self._edit.ensureCursorVisible()
        return True

    def _at_edge(self, cursor: QTextCursor, step: int) -> bool:
        """Return whether there is no line further in this direction, as it is wrapped."""
        if cursor.atEnd() and not cursor.hasSelection():
            return True  # as it was brought
        moved = QTextCursor(cursor)
        return not moved.movePosition(
            QTextCursor.MoveOperation.Up if step > 0 else QTextCursor.MoveOperation.Down
        )
