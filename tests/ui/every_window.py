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
from desktop.ui.answers.probability_view import ProbabilityView
from desktop.ui.answers.prompt_view import PromptView
from desktop.ui.branches.branch_map import BranchMap
from desktop.ui.branches.side_by_side import SideBySide
from desktop.ui.composer.attachment_view import AttachmentView
from desktop.ui.composer.message_editor import MessageEditor
from desktop.ui.controls.choose_path import ChoosePath
from desktop.ui.controls.line_dialog import LineDialog
from desktop.ui.controls.links import LinkDialog
from desktop.ui.controls.open_file import OpenFile
from desktop.ui.controls.question import Question
from desktop.ui.controls.section import SectionButton
from desktop.ui.controls.text_dialog import TextDialog
from desktop.ui.exchange.backup_dialog import BackupDialog
from desktop.ui.exchange.export_dialog import ExportDialog
from desktop.ui.exchange.import_dialog import ImportDialog
from desktop.ui.exchange.passphrase_dialog import PassphraseDialog
from desktop.ui.history.bin_dialog import BinDialog
from desktop.ui.models.catalog_wishes import WishesDialog
from desktop.ui.models.elsewhere_dialog import ElsewhereDialog
from desktop.ui.models.measure_dialog import MeasureDialog
from desktop.ui.models.move_dialog import MoveDialog
from desktop.ui.rescue import Rescue
from desktop.ui.settings.model_settings import ModelSettingsDialog
from desktop.ui.settings.template_dialog import TemplateDialog

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
    scripted.window.conversation._views.show_prompt(_answer(scripted))
    return _newest(PromptView)


def _probabilities(scripted: Scripted) -> QWidget:
    scripted.window.conversation._views.show_probabilities(_answer(scripted))
    return _newest(ProbabilityView)


def _map(scripted: Scripted) -> QWidget:
    branching = scripted.window.conversation.branching
    branching.show_map()
    scripted.until(lambda: _is_open(BranchMap))
    return _newest(BranchMap)


def _beside(scripted: Scripted) -> QWidget:
    scripted.window.conversation._answer_again(_answer(scripted))
    scripted.until(scripted.app.turns.busy)
    scripted.settle()
    scripted.window.conversation.branching.compare(_answer(scripted))
    scripted.until(lambda: _is_open(SideBySide))
    return _newest(SideBySide)


def _edit(scripted: Scripted) -> QWidget:
    dialog = MessageEditor("書き直す", "元の文", "送る", scripted.window)
    dialog.open()
    return dialog


def _line(scripted: Scripted) -> QWidget:
    dialog = LineDialog("新しいタグ", "タグの名前", "付ける", scripted.window)
    dialog.open()
    return dialog


def _attachment(scripted: Scripted) -> QWidget:
    file = scripted.folder / "議事録.txt"
    file.write_bytes("会議は火曜日です。".encode("cp932"))
    attachments = scripted.window.conversation.attachments
    attachments.add([file])
    scripted.until(attachments.ids)
    attachments.open(attachments.ids()[0])
    scripted.until(lambda: _is_open(AttachmentView))
    return _newest(AttachmentView)


def _import(scripted: Scripted) -> QWidget:
    dialog = ImportDialog(scripted.app.session, scripted.window)
    dialog.open()
    return dialog


def _export(scripted: Scripted) -> QWidget:
    dialog = ExportDialog(scripted.app.session, [], scripted.window)
    dialog.open()
    return dialog


def _backups(scripted: Scripted) -> QWidget:
    dialog = BackupDialog(scripted.app.session, scripted.window)
    dialog.open()
    return dialog


def _passphrase(scripted: Scripted) -> QWidget:
    dialog = PassphraseDialog(scripted.window, new=True)
    dialog.open()
    return dialog


def _choose_path(scripted: Scripted) -> QWidget:
    ChoosePath("場所を選ぶ", lambda _: None, scripted.window).ask_for_folder()
    return _newest(ChoosePath)


def _is_open(kind: type[QDialog]) -> bool:
    return any(isinstance(each, kind) and each.isVisible() for each in QApplication.topLevelWidgets())


def _question(scripted: Scripted) -> QWidget:
    dialog = Question("ごみ箱に入れる", "3件の対話をごみ箱に入れますか？", "ごみ箱に入れる", scripted.window)
    dialog.open()
    return dialog


def _move(scripted: Scripted) -> QWidget:
    dialog = MoveDialog(scripted.app.session, scripted.window)
    dialog.open()
    return dialog


def _measure(scripted: Scripted) -> QWidget:
    session = scripted.app.session
    dialog = MeasureDialog(session, session.models[0], scripted.window)
    dialog.open()
    return dialog


def _wishes(scripted: Scripted) -> QWidget:
    scripted.window.show_models()
    scripted.window.models.ask.click()
    scripted.until(lambda: _is_open(WishesDialog))
    return _newest(WishesDialog)


def _elsewhere(scripted: Scripted) -> QWidget:
    dialog = ElsewhereDialog(scripted.app.session, scripted.window)
    dialog.open()
    return dialog


DIALOGS: dict[type[QDialog], Opener] = {
    AttachmentView: _attachment,
    BackupDialog: _backups,
    BinDialog: _bin,
    BranchMap: _map,
    ChoosePath: _choose_path,
    ElsewhereDialog: _elsewhere,
    ExportDialog: _export,
    ImportDialog: _import,
    LineDialog: _line,
    LinkDialog: _link,
    MessageEditor: _edit,
    ModelSettingsDialog: _model,
    MeasureDialog: _measure,
    MoveDialog: _move,
    OpenFile: _open_file,
    PassphraseDialog: _passphrase,
    ProbabilityView: _probabilities,
    PromptView: _prompt,
    Question: _question,
    Rescue: _rescue,
    SideBySide: _beside,
    TemplateDialog: _template,
    TextDialog: _text,
    WishesDialog: _wishes,
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
    window.show_models()
    scripted.until(lambda: window.models.installed.cards)
    yield "モデル", window
    window.models.search.clear()  # a test may have typed there
    window.models.show_catalog()
    scripted.until(window.models.catalog.rows.rowCount)
    yield "日本語カタログ", window
    window.show_chats()
    window.find_anything()
    yield "したいことを探す", window.finder.palette
    window.finder.palette.leave()
    scripted.app.ask_quickly()
    yield "すぐに聞く", scripted.app.quick
    scripted.app.quick.hide()
    for kind, opener in DIALOGS.items():
        dialog = opener(scripted)
        yield kind.__name__, dialog
        if dialog.isVisible():
            dialog.close()
        scripted.settle()
