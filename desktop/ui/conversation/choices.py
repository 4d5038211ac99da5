"""The two chips at the head of a chat: which model answers, and with which preset."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QMenu, QPushButton

from desktop.language import language
from desktop.models import library
from desktop.store import Model
from desktop.ui.controls.open_file import OpenFile
from desktop.ui.conversation.chat_page import ChatPage
from desktop.ui.session import Session
from desktop.ui.settings.model_settings import ModelSettingsDialog


class Choices(QObject):
    """Fills the chips and their menus; who shows the chat says what is chosen, and hears what is wanted."""

    model_chosen = Signal(object)  # Model
    preset_chosen = Signal(object)  # its id, or None
    said = Signal(str)
    failed = Signal(Exception)

    def __init__(self, page: ChatPage, session: Session) -> None:
        super().__init__(page)
        self._page = page
        self._session = session
        self._model: Model | None = None
        self._preset_id: int | None = None
        page.model.clicked.connect(self._model_menu)
        page.preset.clicked.connect(self._preset_menu)
        page.welcome.add_model_requested.connect(self.add_model)

    def show(self, model: Model | None, preset_id: int | None) -> None:
        """Show what is chosen."""
        self._model, self._preset_id = model, preset_id
        preset = self._session.preset(preset_id)
        self._page.model.set_label(*(_names(model) if model else (self._no_model(),)))
        self._page.preset.set_label(preset.name if preset else self.tr("プリセットなし"))
        self._page.welcome.show_note(self._note(model))

    def add_model(self) -> None:
        """Ask for a GGUF file and use it."""
        dialog = OpenFile(self.tr("GGUFファイルを選ぶ"), self.tr("GGUFモデル (*.gguf)"), self._page)
        dialog.fileSelected.connect(lambda name: self.add_model_file(Path(name)))
        dialog.open()

    def add_model_file(self, path: Path) -> None:
        """Add a GGUF file and use it."""

        self._page.banner.hide()

        def added(model: Model) -> None:
            self.model_chosen.emit(model)
            self.said.emit(self.tr("「{name}」を追加しました。").format(name=model.name))

        self._session.add_model(path, self, added, self.failed.emit)

    def open_settings(self) -> None:
        """Open the settings of the model in use."""
        if self._model is not None:
            dialog = ModelSettingsDialog(self._session, self._model, self._page.window())
            dialog.finished.connect(lambda _: self._page.composer.setFocus())
            dialog.open()

    def _no_model(self) -> str:
        if self._session.starter_progress is None:
            return self.tr("モデルを選ぶ")
        return self.tr("モデルを準備中…")

    def _note(self, model: Model | None) -> str:
        progress = self._session.starter_progress
        if model is not None:
            name = self.tr("{name} を使っています。").format(name=model.name)
            return (name if language() == "ja" else f"{name} ") + library.note(model)
        if progress is not None:
            percent = round(progress * 100)
            return self.tr("お試しモデルを準備しています… {percent} %").format(percent=percent)
        return self.tr("はじめに、モデルの .gguf ファイルを一つ追加してください。")

    def _model_menu(self) -> None:
        menu = QMenu(self._page)
        for model in self._session.models:
            action = menu.addAction(model.name, partial(self.model_chosen.emit, model))
            action.setCheckable(True)
            action.setChecked(self._model is not None and model.id == self._model.id)
        if self._session.models:
            menu.addSeparator()
        if self._model is not None:
            menu.addAction(self.tr("モデルの設定…"), self.open_settings)
        menu.addAction(self.tr("GGUFファイルを追加…"), self.add_model)
        self._pop_up(menu, self._page.model)

    def _preset_menu(self) -> None:
        menu = QMenu(self._page)
        menu.setToolTipsVisible(True)
        none = menu.addAction(self.tr("プリセットなし"), partial(self.preset_chosen.emit, None))
        none.setCheckable(True)
        none.setChecked(self._preset_id is None)
        menu.addSeparator()
        for preset in self._session.presets:
            action = menu.addAction(preset.name, partial(self.preset_chosen.emit, preset.id))
            action.setCheckable(True)
            action.setChecked(preset.id == self._preset_id)
            action.setToolTip(preset.description)
        self._pop_up(menu, self._page.preset)

    def _pop_up(self, menu: QMenu, button: QPushButton) -> None:
        """Open the menu under the button, their right edges in line; then one goes on writing."""
        point = button.rect().bottomRight()
        menu.exec(button.mapToGlobal(QPoint(point.x() - menu.sizeHint().width(), point.y() + 4)))
        menu.deleteLater()
        self._page.composer.setFocus()


def _names(model: Model) -> tuple[str, str]:
    """Return the model's name, and the same without its quantization."""
    quantization = re.escape(model.quantization)
    short = re.sub(rf"[\s·._-]+{quantization}$", "", model.name, flags=re.IGNORECASE) if quantization else ""
    return model.name, short
