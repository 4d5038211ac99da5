"""What is done when the database cannot be opened: the person is asked, before there is a window."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QMessageBox

from desktop.errors import KotonohaError, sentence
from desktop.moments import moment
from desktop.store import backups, rescue
from desktop.store.backups import Backup
from desktop.ui.icons import app_icon
from desktop.ui.worker import Jobs

Choice = Backup | Literal["fresh", "again", "quit"]
# What going back to a backup can show of it: there is no use in offering it again.
_USELESS = ("backup_damaged", "backup_newer", "database_damaged", "database_newer", "database_unreadable")


class Rescue(QMessageBox):
    """Only asks. ``note`` tells what has just not worked."""

    def __init__(self, error: Exception, note: str = "") -> None:
        super().__init__()
        self.setWindowTitle(self.tr("言の葉"))
        self.setWindowIcon(app_icon())
        self.setIcon(QMessageBox.Icon.Warning)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._error = error
        self._told = [note] if note else []
        self._told.append(sentence(error))
        self.setText("\n\n".join(self._told))

    def refuse(self) -> int:
        """Say why the application cannot start; return the exit code."""
        self.addButton(self.tr("終了"), QMessageBox.ButtonRole.RejectRole)
        self.exec()
        return 1

    def ask(self, found: Sequence[Backup] = ()) -> Choice:
        """Offer what can be done; ``found`` are the backups to go back to (``backups.restorable``)."""
        choices: dict[QAbstractButton, Choice] = {}
        told = list(self._told)
        code = self._error.code if isinstance(self._error, KotonohaError) else ""
        if code == "database_damaged":
            for backup in found:
                told.append(self._about(backup, first=backup is found[0]))
                name = self.tr("合言葉で開いて戻す…") if backup.sealed else self.tr("控えから戻す")
                choices[self.addButton(name, QMessageBox.ButtonRole.AcceptRole)] = backup
            fresh = self.addButton(self.tr("空の状態で始める"), QMessageBox.ButtonRole.DestructiveRole)
            choices[fresh] = "fresh"
            told.append(self.tr("壊れたファイルは消さずに、別の名前で残します。"))
        elif code != "database_newer":
            again = self.addButton(self.tr("もう一度試す"), QMessageBox.ButtonRole.AcceptRole)
            choices[again] = "again"
        self.addButton(self.tr("終了"), QMessageBox.ButtonRole.RejectRole)
        self.setText("\n\n".join(told))
        self.exec()
        return choices.get(self.clickedButton(), "quit")

    def _about(self, backup: Backup, *, first: bool) -> str:
        if backup.sealed:
            text = self.tr("いちばん新しい控えは {when} のもので、合言葉で守られています。")
        elif first:
            text = self.tr("いちばん新しい控えは {when} のものです。")
        else:
            text = self.tr("合言葉の要らない控えでは、{when} のものがいちばん新しいです。")
        return text.format(when=moment(backup.when) or backup.path.name)


class Rescuing(QObject):
    """Finds the backups, asks, and does what is chosen, until the data may be opened again or never."""

    again = Signal()
    ended = Signal()

    def __init__(self, database: Path, jobs: Jobs, error: Exception, parent: QObject) -> None:
        super().__init__(parent)
        self._database = database
        self._jobs = jobs
        self._error = error
        self._useless: set[Path] = set()

    def begin(self, note: str = "") -> None:
        """Find what there is, and ask."""
        QGuiApplication.setQuitOnLastWindowClosed(False)  # these dialogs are no windows to end with
        self._jobs.store(
            lambda: backups.restorable(self._database, self._useless),
            owner=self,
            on_done=lambda found: self._ask(found, note),
            on_failed=lambda _: self._ask([], note),
        )

    def _ask(self, found: Sequence[Backup], note: str) -> None:
        match Rescue(self._error, note).ask(found):
            case Backup() as backup:
                self._unlock(backup.path)
            case "fresh":
                self._jobs.store(
                    lambda: rescue.set_aside(self._database),
                    owner=self,
                    on_done=lambda _: self.again.emit(),
                    on_failed=lambda error: self.begin(sentence(error)),
                )
            case "again":
                self.again.emit()
            case "quit":
                self.ended.emit()

    def _unlock(self, backup: Path) -> None:
        from desktop.ui.exchange.unlocking import Unlocking  # only here: an ordinary start needs none of it

        unlocking = Unlocking(self._jobs, self._database, backup, None, self)
        unlocking.unlocked.connect(lambda passphrase: self._restore(backup, passphrase))
        unlocking.given_up.connect(self.begin)
        unlocking.failed.connect(lambda error: self._tell(backup, error))
        unlocking.start()

    def _restore(self, backup: Path, passphrase: str | None) -> None:
        self._jobs.run(
            lambda cancel: backups.restore(self._database, backup, cancel, passphrase, "damaged"),
            owner=self,
            on_done=lambda _: self.again.emit(),
            on_failed=lambda error: self._tell(backup, error),
        )

    def _tell(self, backup: Path, error: Exception) -> None:
        """Say why it is not possible to go back to a backup; another one is offered where it is no good."""
        if isinstance(error, KotonohaError) and error.code in _USELESS:
            self._useless.add(backup)
        self.begin(sentence(error))
