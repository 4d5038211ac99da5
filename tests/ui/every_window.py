"""Every page and dialog of the application, opened in turn, for tests of what must hold in all of them.

A new dialog needs a line in ``DIALOGS``: a test fails until it is there.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from scripted import Scripted

import desktop.ui
from desktop.errors import KotonohaError
from desktop.ui.bin_dialog import BinDialog
from desktop.ui.links import LinkDialog
from desktop.ui.model_settings import ModelSettingsDialog
from desktop.ui.open_file import OpenFile
from desktop.ui.probability_view import ProbabilityView
from desktop.ui.prompt_view import PromptView
from desktop.ui.rescue import Rescue
from desktop.ui.section import SectionButton
from desktop.ui.template_dialog import TemplateDialog
from desktop.ui.text_dialog import TextDialog

Opener = Callable[[Scripted], QWidget]


def _answer(scripted: Scripted) -> int:
    return scripted.path()[-1].id


def _newest(kind: type[QDialog]) -> QDialog:
    """Return the dialog of this kind that is open."""
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()][-1]


def _bin(scripted: Scripted) -> QWidget:
    scripted.window.sidebar.bin_button.click()
    dialog = _newest(BinDialog)
    scripted.until(dialog.list.count)
    return dialog


def _rescue(scripted: Scripted) -> QWidget:
    dialog = Rescue(KotonohaError("database_locked", "開けません。", "It cannot be opened."))
    dialog.setParent(scripted.window, dialog.windowFlags())
    dialog.open()
    return dialog


def _link(scripted: Scripted) -> QWidget:
    dialog = LinkDialog("https://example.jp/日本語", scripted.page)
    dialog.open()
    return dialog


def _open_file(scripted: Scripted) -> QWidget:
    scripted.window.conversation.choices.add_model()
    return _newest(OpenFile)


def _text(scripted: Scripted) -> QWidget:
    dialog = TextDialog("要約", "ここまでの要約です。", scripted.page)
    dialog.open()
    return dialog


def _model(scripted: Scripted) -> QWidget:
    scripted.window.conversation.choices.open_settings()
    dialog = _newest(ModelSettingsDialog)
    scripted.until(dialog.template.isEnabled)
    return dialog


def _template(scripted: Scripted) -> QWidget:
    session = scripted.app.session
    dialog = TemplateDialog(session, session.models[0], "{{ messages }}", scripted.window)
    dialog.open()
    return dialog


def _prompt(scripted: Scripted) -> QWidget:
    scripted.window.conversation._show_prompt(_answer(scripted))
    return _newest(PromptView)


def _probabilities(scripted: Scripted) -> QWidget:
    scripted.window.conversation._show_probabilities(_answer(scripted))
    return _newest(ProbabilityView)


DIALOGS: dict[type[QDialog], Opener] = {
    BinDialog: _bin,
    LinkDialog: _link,
    ModelSettingsDialog: _model,
    OpenFile: _open_file,
    ProbabilityView: _probabilities,
    PromptView: _prompt,
    Rescue: _rescue,
    TemplateDialog: _template,
    TextDialog: _text,
}


def dialog_classes() -> set[type[QDialog]]:
    """Return every dialog of the application that others are not built on."""
    for module in pkgutil.walk_packages(desktop.ui.__path__, "desktop.ui."):
        importlib.import_module(module.name)

    def below(kind: type[Any]) -> Iterator[type[Any]]:
        for one in kind.__subclasses__():
            yield one
            yield from below(one)

    ours = {kind for kind in below(QDialog) if kind.__module__.startswith("desktop.ui")}
    return {kind for kind in ours if not kind.__subclasses__()}


def fill(scripted: Scripted) -> None:
    """Put something into every list: a chat that is open and answered, another one, and one in the bin."""
    for title in ("夏の旅行", "消した対話"):
        chat = scripted.app.session.store.chats.create()
        scripted.app.session.store.chats.rename(chat.id, title)
    scripted.app.session.store.chats.delete(chat.id)
    scripted.ask("日本の首都はどこですか？")
    scripted.app.session.refresh_chats()
    scripted.settle()


def places(scripted: Scripted) -> Iterator[tuple[str, QWidget]]:
    """Open every page and dialog in turn; yield its name and the window that holds it."""
    window = scripted.window
    window.resize(1280, 820)
    window.show_chats()
    window.conversation.open_new()
    yield "新しい対話", window
    fill(scripted)
    yield "対話", window
    chats = window.sidebar.list
    chats.rename(window.conversation.chat_id)
    yield "題名の変更", window
    chats.setCurrentIndex(QModelIndex())
    window.show_settings()
    for section in [b for b in window.settings.findChildren(SectionButton) if b.isVisible()]:
        section.click()
        yield f"設定: {section.text()}", window
    window.show_chats()
    for kind, opener in DIALOGS.items():
        dialog = opener(scripted)
        yield kind.__name__, dialog
        if dialog.isVisible():
            dialog.close()
        scripted.settle()
