"""The icon in the system's tray: a quick question, the window, the end."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from desktop.ui.icons import app_icon


class Tray(QSystemTrayIcon):
    """Says what was chosen; a click asks for the window."""

    quick_chosen = Signal()
    window_chosen = Signal()
    another_chosen = Signal()
    quit_chosen = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(app_icon(), parent)
        self.setToolTip(self.tr("言の葉"))
        self._menu = QMenu()
        self._menu.addAction(self.tr("すぐに聞く"), self.quick_chosen.emit)
        self._menu.addAction(self.tr("ウィンドウを開く"), self.window_chosen.emit)
        self._menu.addAction(self.tr("新しいウィンドウ"), self.another_chosen.emit)
        self._menu.addSeparator()
        self._menu.addAction(self.tr("終了"), self.quit_chosen.emit)
        self.setContextMenu(self._menu)
        self.activated.connect(self._take)

    def _take(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason == QSystemTrayIcon.ActivationReason.Trigger:
            self.window_chosen.emit()
