"""Fields in which keys belong to the input method while a word is being composed. Every field is one.

An input method may let a key through that it has just used itself, such as the Enter that confirms a word. A
field that composes takes such a key and does nothing with it, whatever the application would do: send, close,
stop, walk through a list.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QValidator
from PySide6.QtWidgets import QDoubleSpinBox, QLineEdit, QPlainTextEdit, QSpinBox, QWidget

LONGEST = 2_000  # characters of a line
LONGEST_MESSAGE = 400_000  # characters; far beyond any context, and still quick to lay out
ENTERS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
# Keys that confirm, take back or walk through candidates while a word is composed.
_COMPOSING = frozenset(
    (
        *ENTERS, Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Backtab,
        Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown,
        *(Qt.Key(Qt.Key.Key_F1 + n) for n in range(12)),
    )
)  # fmt: skip
_HALF_WIDTH = str.maketrans("０１２３４５６７８９．，－−＋", "0123456789.,--+")


def belongs_to_input_method(event: QEvent) -> bool:
    """Take a key, or the shortcut that it would be, and return True where an input method uses such keys.

    To be asked while a word is composed. Shortcuts are all refused: none may take a half-written word away.
    """
    match event.type():
        case QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        case QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            if event.key() in _COMPOSING:
                event.accept()
                return True
    return False


def half_width(number: str) -> str:
    """Return what a spin box can read of a number that was typed full-width; as long as it was."""
    return re.sub("ー(?=[0-9])", "-", number.translate(_HALF_WIDTH))  # the key of the minus gives ー, too


class Guard(QObject):
    """Makes a field of Qt's own, such as the file dialog's, leave the input method its keys."""

    def __init__(self, field: QLineEdit) -> None:
        super().__init__(field)
        self._composing = False
        field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QInputMethodEvent):
            self._composing = bool(event.preeditString())
        return self._composing and belongs_to_input_method(event)


class LineEdit(QLineEdit):
    """A ``QLineEdit`` that leaves the input method its keys, of at most ``LONGEST`` characters."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._preedit = ""  # Qt already sends events while it constructs
        super().__init__(parent)
        self.setMaxLength(LONGEST)

    def is_composing(self) -> bool:
        """Return whether an input method holds an unfinished word."""
        return bool(self._preedit)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._preedit = event.preeditString()
        super().inputMethodEvent(event)

    def event(self, event: QEvent) -> bool:
        return (self._preedit != "" and belongs_to_input_method(event)) or super().event(event)


class TextEdit(QPlainTextEdit):
    """A ``QPlainTextEdit`` that leaves the input method its keys, and dropped files to the window.

    Tab leaves it: who uses no mouse must not be caught in it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)

    def is_composing(self) -> bool:
        """Return whether an input method holds an unfinished word at the caret."""
        return bool(self.textCursor().block().layout().preeditAreaText())

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride):
            return (self.is_composing() and belongs_to_input_method(event)) or super().event(event)
        return super().event(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return not source.hasUrls() and super().canInsertFromMimeData(source)


class SpinBox(QSpinBox):
    """A ``QSpinBox`` that leaves the input method its keys, and reads full-width digits, too."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._field: LineEdit | None = None
        super().__init__(parent)
        self._field = LineEdit(self)
        self.setLineEdit(self._field)

    def event(self, event: QEvent) -> bool:
        composing = self._field is not None and self._field.is_composing()
        return (composing and belongs_to_input_method(event)) or super().event(event)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        return super().validate(half_width(text), position)


class DoubleSpinBox(QDoubleSpinBox):
    """A ``QDoubleSpinBox`` of the same kind."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._field: LineEdit | None = None
        super().__init__(parent)
        self._field = LineEdit(self)
        self.setLineEdit(self._field)

    def event(self, event: QEvent) -> bool:
        composing = self._field is not None and self._field.is_composing()
        return (composing and belongs_to_input_method(event)) or super().event(event)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        return super().validate(half_width(text), position)
