"""What a message that begins with "/" may mean: a preset for this chat, or an action."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QInputMethodEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QListView, QWidget

from desktop.jobs import Cancel
from desktop.ui import theme
from desktop.ui.commands.matching import Candidate, match
from desktop.ui.commands.palette import ENTRY, Entry, EntryDelegate, Found, spoken
from desktop.ui.controls.announce import announce
from desktop.ui.controls.fields import ENTERS, TextEdit

MOST = 30
ROWS = 8  # seen at once
LONGEST = 40  # characters of a command; a longer text is a text
_SLASHES = ("/", "／")


class SlashMenu(QListView):
    """Stands above the field while a command is typed. Up, down, Enter, Tab and Escape are its own then.

    A text that comes in another way, pasted or brought back, is a text, whatever it begins with.
    """

    covering = Signal(bool)  # whether it stands there now

    def __init__(self, edit: TextEdit, over: QWidget, offers: Callable[[], Sequence[Entry]]) -> None:
        """Lie over ``over``, a widget that ``edit`` is somewhere in."""
        super().__init__(over)
        self.setObjectName("framed")
        self.setAccessibleName(self.tr("コマンド"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._edit = edit
        self._over = over
        self._offers = offers
        self._found = Found(self)
        self.setModel(self._found)
        self.setItemDelegate(EntryDelegate(self))
        self.setMouseTracking(True)
        self._left = False  # with Escape; until the text is another command
        self._typing = False  # whether what changes the text now is a key or an input method
        self.hide()
        edit.textChanged.connect(self._update)
        edit.installEventFilter(self)
        over.installEventFilter(self)
        self.clicked.connect(self._run)

    def _command(self) -> str | None:
        """Return what stands behind the "/", None where the text is no command."""
        text = self._edit.toPlainText()
        if not text.startswith(_SLASHES) or len(text) > LONGEST or "\n" in text:
            return None
        return text[1:]

    def _update(self) -> None:
        command = self._command()
        if command is None:
            self._left = False
        if command is None or self._left or not self._typing or not self._edit.hasFocus():
            self.hide()
            return
        entries = {entry.id: entry for entry in self._offers()}
        named = [Candidate(entry.id, entry.name, entry.aliases) for entry in entries.values()]
        found = match(command, named, MOST, Cancel())
        self._found.show([entries[candidate.id] for candidate in found])
        if not found:  # then it is only a text
            self.hide()
            return
        self._go_to(0)
        self._place()
        self.show()
        self.raise_()

    def _place(self) -> None:
        rows = min(self._found.rowCount(), ROWS)
        height = rows * self.sizeHintForRow(0) + 2 * self.frameWidth() + 4
        composer = self._edit.parentWidget()
        assert composer is not None
        at = composer.mapTo(self._over, QPoint(0, 0))
        width = min(composer.width(), theme.COLUMN_WIDTH)
        self.setGeometry(at.x() + (composer.width() - width) // 2, max(0, at.y() - height), width, height)

    def _go_to(self, row: int) -> None:
        index = self._found.index(row % max(self._found.rowCount(), 1))
        self.setCurrentIndex(index)
        said = spoken(index.data(ENTRY))
        if said != self._edit.accessibleDescription() or not self.isVisible():
            self._edit.setAccessibleDescription(said)
            announce(self._edit, said)

    def _run(self, index: QModelIndex) -> None:
        entry: Entry | None = index.data(ENTRY)
        self.hide()
        if entry is None:
            return
        cursor = self._edit.textCursor()
        cursor.select(cursor.SelectionType.Document)
        cursor.removeSelectedText()
        entry.act()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._over and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        if watched is self._edit and _types(event):
            self._typing = True
            QTimer.singleShot(0, self._end_typing)  # when the field has taken it
        if watched is self._edit and self.isVisible():
            if event.type() == QEvent.Type.FocusOut:
                self.hide()
            elif isinstance(event, QKeyEvent) and not self._edit.is_composing():
                return self._take_key(event)
        return super().eventFilter(watched, event)

    def _end_typing(self) -> None:
        self._typing = False

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.covering.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        self._edit.setAccessibleDescription("")
        super().hideEvent(event)
        self.covering.emit(False)

    def _take_key(self, event: QKeyEvent) -> bool:
        key = event.key()
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        mine = plain and key in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Escape, Qt.Key.Key_Tab, *ENTERS)
        if event.type() == QEvent.Type.ShortcutOverride:
            if mine:
                event.accept()
            return mine
        if not mine or event.type() != QEvent.Type.KeyPress:
            return False
        match key:
            case Qt.Key.Key_Up:
                self._go_to(self.currentIndex().row() - 1)
            case Qt.Key.Key_Down:
                self._go_to(self.currentIndex().row() + 1)
            case Qt.Key.Key_Escape:
                self._left = True
                self.hide()
            case _:
                self._run(self.currentIndex())
        return True


def _types(event: QEvent) -> bool:
    """Return whether the event writes what a person types. Keys that undo or paste do not."""
    if isinstance(event, QInputMethodEvent):
        return True
    if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
        return False
    control, alt = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
    if event.modifiers() & (control | alt) == control:  # both together are AltGr, which writes
        return False
    erases = event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete)
    return erases or (event.text() != "" and event.text().isprintable())
