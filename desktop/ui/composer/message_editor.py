"""A large field for one message: to write at length, and to write an earlier message anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.ui import theme
from desktop.ui.composer.kept_files import KeptFiles
from desktop.ui.controls.fields import ENTERS, LONGEST_MESSAGE, TextEdit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.ui.controls.attachment_chips import FileShown

DRAFT_MS = 400  # a kill loses at most this much typing


class MessageEditor(QDialog):
    """Has ``text`` edited; ``written`` carries it when the person presses the button called ``action``.

    Where it only ``enlarges`` another field there is nothing to think better of: that button closes it, as
    Escape does, and ``left`` carries the text, an empty one too.

    Otherwise it stays until ``accept`` says that the text is kept, or ``fail`` why it is not. At each pause
    of typing, ``paused`` carries the text. Closing it in another way with changes in it tells them by
    ``left``, so that nothing typed is lost.

    ``files`` went with the text; some can be taken away.
    """

    written = Signal(str)
    left = Signal(str)
    paused = Signal(str)

    def __init__(
        self,
        title: str,
        text: str,
        action: str,
        parent: QWidget | None,
        *,
        note: str = "",
        enlarges: bool = False,
        may_be_empty: bool = False,
        files: Sequence[FileShown] = (),
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.resize(760, 560)
        self.setMinimumSize(360, 400 if files else 280)
        self._before = text
        self._enlarges = enlarges
        self._may_be_empty = may_be_empty
        self.note = QLabel(note, self)
        self.note.setObjectName("sub")
        self.note.setWordWrap(True)
        self.note.setVisible(bool(note))
        self.edit = _Field(self)
        self.edit.setObjectName("framed")
        self.edit.setFont(theme.text_font())
        self.edit.setAccessibleName(title)
        self.edit.setPlainText(text)
        self.edit.moveCursor(self.edit.textCursor().MoveOperation.End)
        self.files = KeptFiles(files, self)
        self.failure = QLabel(self)
        self.failure.setObjectName("caution")
        self.failure.setTextFormat(Qt.TextFormat.PlainText)
        self.failure.setWordWrap(True)
        self.failure.hide()
        self.count = QLabel(self)
        self.count.setObjectName("faint")
        self.cancel = QPushButton(self.tr("やめる"), self)
        self.cancel.setVisible(not enlarges)
        self.button = QPushButton(action, self)
        self.button.setObjectName("main")
        self.button.setToolTip(self.tr("Ctrl+Enter"))
        self._arrange()
        self._watch_pauses()
        self.edit.textChanged.connect(self._update)
        self.edit.confirmed.connect(self._write)
        self.button.clicked.connect(self._write)
        self.cancel.clicked.connect(self.reject)
        self.files.left.connect(self.edit.setFocus)
        self._update()
        self.edit.setFocus()

    def _arrange(self) -> None:
        foot = QHBoxLayout()
        foot.addWidget(self.count)
        foot.addStretch(1)
        foot.addWidget(self.cancel)
        foot.addWidget(self.button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(self.note)
        layout.addWidget(self.edit, 1)
        layout.addWidget(self.files)
        layout.addWidget(self.failure)
        layout.addLayout(foot)

    def _watch_pauses(self) -> None:
        pause = QTimer(self, singleShot=True, interval=DRAFT_MS)
        self.finished.connect(pause.stop)
        pause.timeout.connect(lambda: self.paused.emit(self.edit.toPlainText()))
        self.edit.textChanged.connect(pause.start)

    def _update(self) -> None:
        text = self.edit.toPlainText()
        self.count.setText(self.tr("%Ln 字", "", len(text)))
        fits = len(text) <= LONGEST_MESSAGE and (self._may_be_empty or bool(text.strip()))
        self.button.setEnabled(self._enlarges or fits)

    def _write(self) -> None:
        if self._enlarges:
            self.reject()
        elif self.button.isEnabled():
            self.failure.hide()
            self.button.setEnabled(False)  # until it is known what became of it
            self.written.emit(self.edit.toPlainText().strip("\n"))

    def fail(self, why: str) -> None:
        """Say why the text is not kept; it can be tried again."""
        self.failure.setText(why)
        self.failure.show()
        self._update()
        self.edit.setFocus()

    def rewrite(self, text: str) -> None:
        """Begin with another text, as if the person had written it: it can be undone, and is not lost."""
        cursor = self.edit.textCursor()
        cursor.select(cursor.SelectionType.Document)
        cursor.insertText(text)

    def reject(self) -> None:
        """Close; what was changed is told."""
        text = self.edit.toPlainText()
        super().reject()
        if self._enlarges or text != self._before:  # the other field may have an older one, of a pause
            self.left.emit(text)


class _Field(TextEdit):
    """Ctrl+Enter confirms; Enter alone begins a new line, as one expects where there is so much room."""

    confirmed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() in ENTERS and control and not self.is_composing():
            event.accept()
            self.confirmed.emit()
            return
        super().keyPressEvent(event)
