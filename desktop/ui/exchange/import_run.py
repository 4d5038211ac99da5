"""The import that runs, and what came of the last one: both outlive the dialog that shows them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from desktop.exchange.importing import ImportProgress, ImportReport, import_chats
from desktop.jobs import Cancel
from desktop.ui.session import Session


class ImportRun(QObject):
    """One for a session. A dialog goes with its window, which is made anew when the language changes."""

    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._cancel: Cancel | None = None
        self._wanted = True  # what comes of it
        self._watchers: list[QWidget] = []
        self.progress: ImportProgress | None = None
        self.outcome: ImportReport | Exception | None = None  # until it was read

    @classmethod
    def of(cls, session: Session) -> ImportRun:
        """Return that of a session."""
        return session.findChild(cls) or cls(session)

    @property
    def is_running(self) -> bool:
        """Whether chats are being imported."""
        return self._cancel is not None

    @property
    def is_stopping(self) -> bool:
        """Whether it was told to stop, and its report is still to come."""
        return self._cancel is not None and self._cancel.is_set()

    def watch(self, dialog: QWidget) -> None:
        """While this dialog is open, the end need not be told elsewhere."""
        self._watchers = [each for each in self._watchers if isValid(each)] + [dialog]

    def start(self, paths: Sequence[Path]) -> None:
        """Import; one at a time."""
        if self.is_running:
            return
        store = self._session.store
        self._wanted, self.progress, self.outcome = True, None, None
        self._cancel = self._session.jobs.run(
            lambda cancel: import_chats(store, paths, cancel),
            owner=self,
            on_event=self._follow,
            on_done=self._end,
            on_failed=self._end,
        )
        self.changed.emit()

    def stop(self) -> None:
        """End it after the chat that is being imported; its report comes then."""
        if self._cancel is not None:
            self._cancel.set()
            self.changed.emit()

    def forget(self) -> None:
        """Stop, and keep no report: it was read, or nobody wants to."""
        self._wanted, self.outcome = False, None
        self.stop()

    def _follow(self, event: ImportProgress) -> None:
        self.progress = event
        self.changed.emit()

    def _end(self, outcome: ImportReport | Exception) -> None:
        self._cancel = None
        self._session.refresh_chats()
        if self._wanted:
            self.outcome = outcome
            if not any(isValid(each) and each.isVisible() for each in self._watchers):
                self._session.warned.emit(
                    self.tr("取り込みが終わりました。結果は「対話を取り込む」を開くと見られます。")
                )
        self.changed.emit()
