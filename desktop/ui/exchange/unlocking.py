"""The passphrase of a backup that is to be opened: the kept one where it fits, else the person is asked."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop.errors import KotonohaError
from desktop.store.backups import fits, is_sealed
from desktop.store.passphrase import kept
from desktop.ui.exchange.passphrase_dialog import PassphraseDialog
from desktop.ui.worker import Jobs


class Unlocking(QObject):
    """Tells one of three things, once. The dialog stands over ``over``, where there is a window already."""

    unlocked = Signal(object)  # with this passphrase; None: there is none
    given_up = Signal()
    failed = Signal(Exception)  # the backup cannot be read

    def __init__(
        self, jobs: Jobs, database: Path, backup: Path, over: QWidget | None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent or over)
        self._jobs = jobs
        self._database = database
        self._backup = backup
        self._over = over

    def start(self) -> None:
        """Look, and ask where that is needed."""

        def look() -> tuple[bool, str | None]:
            if not is_sealed(self._backup):
                return False, None
            return True, self._kept()

        def looked(found: tuple[bool, str | None]) -> None:
            locked, passphrase = found
            if locked and passphrase is None:
                self._ask()
            else:
                self.unlocked.emit(passphrase)

        self._jobs.run(lambda _: look(), owner=self, on_done=looked, on_failed=self.failed.emit)

    def _kept(self) -> str | None:
        """Return the kept passphrase where it fits."""
        try:
            passphrase = kept(self._database)
        except KotonohaError:  # it cannot be read, so the person is asked
            return None
        return passphrase if passphrase is not None and fits(self._backup, passphrase) else None

    def _ask(self) -> None:
        dialog = PassphraseDialog(self._over, new=False)

        def check(passphrase: str) -> None:
            def done(right: bool) -> None:
                if right:
                    dialog.accept()
                    self.unlocked.emit(passphrase)
                else:
                    dialog.complain(self.tr("合言葉が違います。もう一度入れてください。"))

            def failed(error: Exception) -> None:
                dialog.rejected.disconnect(self.given_up)
                dialog.reject()
                self.failed.emit(error)

            self._jobs.run(
                lambda _: fits(self._backup, passphrase), owner=dialog, on_done=done, on_failed=failed
            )

        dialog.chosen.connect(check)
        dialog.rejected.connect(self.given_up)
        dialog.open()
