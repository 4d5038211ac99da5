"""Help for writing: what was sent before, and a large field."""

from __future__ import annotations

from PySide6.QtCore import QObject

from desktop.ui.composer.composer import Composer
from desktop.ui.composer.message_editor import MessageEditor
from desktop.ui.session import Session


class Writing(QObject):
    """Serves one composer."""

    def __init__(self, composer: Composer, session: Session) -> None:
        super().__init__(composer)
        self._composer = composer
        self._session = session
        composer.enlarge.clicked.connect(self.enlarge)
        self.read_sent()

    def read_sent(self) -> None:
        """Let the up key know what was sent."""
        sent, history = self._session.store.messages.sent, self._composer.history
        self._session.jobs.store(sent, owner=self, on_done=history.set_texts)

    def enlarge(self) -> None:
        """Open a large field for what is being written; the small one follows it, and is saved as usual."""
        composer = self._composer
        editor = MessageEditor(
            self.tr("大きな欄で書く"),
            composer.text(),
            self.tr("入力欄に戻る"),
            composer.window(),
            enlarges=True,
        )
        editor.paused.connect(composer.replace)
        editor.left.connect(composer.replace)
        editor.open()
