"""What the person is asked when the database cannot be opened. Nothing is ever overwritten."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox, QPushButton

from desktop.errors import KotonohaError, sentence
from desktop.store import rescue
from desktop.ui.icons import app_icon


class Rescue(QObject):
    """Dialogs before there is a window."""

    def refuse(self, error: Exception) -> int:
        """Say why the application cannot start; return the exit code."""
        box, _ = self._box(error)
        box.addButton(self.tr("終了"), QMessageBox.ButtonRole.RejectRole)
        box.exec()
        return 1

    def offer(self, error: Exception, database: Path) -> bool:
        """Offer what can be done about ``error``; return whether to open the database again."""
        box, text = self._box(error)
        restore: QPushButton | None = None
        fresh: QPushButton | None = None
        again: QPushButton | None = None
        code = error.code if isinstance(error, KotonohaError) else ""
        if code == "database_damaged":
            backup = rescue.newest_backup(database)
            if backup is not None:
                when = dt.datetime.fromtimestamp(backup.stat().st_mtime).strftime("%Y-%m-%d %H:%M")
                text += "\n\n" + self.tr("いちばん新しい控えは {when} のものです。").format(when=when)
                restore = box.addButton(self.tr("控えから戻す"), QMessageBox.ButtonRole.AcceptRole)
            fresh = box.addButton(self.tr("空の状態で始める"), QMessageBox.ButtonRole.DestructiveRole)
            text += "\n\n" + self.tr("壊れたファイルは消さずに、別の名前で残します。")
        elif code != "database_newer":
            again = box.addButton(self.tr("もう一度試す"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(self.tr("終了"), QMessageBox.ButtonRole.RejectRole)
        box.setText(text)
        box.exec()
        clicked = box.clickedButton()
        try:
            if restore is not None and clicked is restore:
                newest = rescue.newest_backup(database)
                assert newest is not None
                rescue.restore(database, newest)
                return True
            if fresh is not None and clicked is fresh:
                rescue.set_aside(database)
                return True
        except (KotonohaError, OSError) as problem:
            return self.offer(problem, database)
        return again is not None and clicked is again

    def _box(self, error: Exception) -> tuple[QMessageBox, str]:
        box = QMessageBox()
        box.setWindowTitle(self.tr("言の葉"))
        box.setWindowIcon(app_icon())
        box.setIcon(QMessageBox.Icon.Warning)
        text = sentence(error)
        box.setText(text)
        return box, text
