"""What the person is asked when the database cannot be opened. Only asks; nothing is done here."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Literal

from PySide6.QtWidgets import QAbstractButton, QMessageBox

from desktop.errors import KotonohaError, sentence
from desktop.ui.icons import app_icon

Choice = Literal["restore", "fresh", "again", "quit"]


class Rescue(QMessageBox):
    """A dialog before there is a window."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.setWindowTitle(self.tr("言の葉"))
        self.setWindowIcon(app_icon())
        self.setIcon(QMessageBox.Icon.Warning)
        self._error = error
        self.setText(sentence(error))

    def refuse(self) -> int:
        """Say why the application cannot start; return the exit code."""
        self.addButton(self.tr("終了"), QMessageBox.ButtonRole.RejectRole)
        self.exec()
        return 1

    def ask(self, backup: Path | None) -> Choice:
        """Offer what can be done; ``backup`` is the newest one that is whole."""
        choices: dict[QAbstractButton, Choice] = {}
        text = sentence(self._error)
        code = self._error.code if isinstance(self._error, KotonohaError) else ""
        if code == "database_damaged":
            if backup is not None:
                when = dt.datetime.fromtimestamp(backup.stat().st_mtime).strftime("%Y-%m-%d %H:%M")
                text += "\n\n" + self.tr("いちばん新しい控えは {when} のものです。").format(when=when)
                restore = self.addButton(self.tr("控えから戻す"), QMessageBox.ButtonRole.AcceptRole)
                choices[restore] = "restore"
            fresh = self.addButton(self.tr("空の状態で始める"), QMessageBox.ButtonRole.DestructiveRole)
            choices[fresh] = "fresh"
            text += "\n\n" + self.tr("壊れたファイルは消さずに、別の名前で残します。")
        elif code != "database_newer":
            again = self.addButton(self.tr("もう一度試す"), QMessageBox.ButtonRole.AcceptRole)
            choices[again] = "again"
        self.addButton(self.tr("終了"), QMessageBox.ButtonRole.RejectRole)
        self.setText(text)
        self.exec()
        return choices.get(self.clickedButton(), "quit")
