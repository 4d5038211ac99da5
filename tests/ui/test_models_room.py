"""The room of models: what is on this machine, with real files, real clicks and a real bin."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from scripted import Scripted

from desktop.models import library
from desktop.ui.composer.message_editor import MessageEditor
from desktop.ui.controls.line_dialog import LineDialog
from desktop.ui.controls.question import Question
from desktop.ui.models.elsewhere_dialog import ElsewhereDialog
from desktop.ui.models.measure_dialog import MeasureDialog
from desktop.ui.models.move_dialog import MoveDialog
from desktop.ui.settings.model_settings import ModelSettingsDialog

pytestmark = pytest.mark.timeout(300)


def dialog(scripted, kind):
    """Wait for a dialog of this kind."""
    scripted.until(lambda: any(isinstance(w, kind) and w.isVisible() for w in QApplication.topLevelWidgets()))
    return next(w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible())


@pytest.fixture
def second(scripted: Scripted, smollm2: Path, tmp_path: Path) -> Path:
    """A model of the person's, outside our own folder."""
    path = tmp_path / "外付け ドライブ" / "模型.gguf"
    path.parent.mkdir()
    shutil.copyfile(smollm2, path)
    library.register(scripted.app.session.store, path)
    return path


@pytest.fixture
def room(scripted: Scripted, second: Path):
    QTest.mouseClick(scripted.window.rail.models, Qt.MouseButton.LeftButton)
    scripted.app.session.refresh_models()
    scripted.until(lambda: count(scripted) == 2)
    return scripted.window.models


def cards(scripted):
    return {card.shelved.model.name: card for card in scripted.window.models.installed.cards}


def count(scripted):
    return len(scripted.window.models.installed.cards)


def the_second(scripted, second):
    return next(c for c in scripted.window.models.installed.cards if c.shelved.model.path == str(second))


def do(card, words):
    action = next(action for action in card.menu().actions() if action.text() == words)
    assert action.isEnabled()
    action.trigger()


def toast(scripted):
    return scripted.window.toast.label.text()


def test_each_model_stands_there_with_what_is_known_of_it(scripted: Scripted, room, second) -> None:
    card = the_second(scripted, second)
    assert "98.4 MB" in card.facts.text() and "apache-2.0" in card.facts.text()
    assert card.use.text() == "まだ使っていません" and card.problem.isHidden()
    assert card.facts.toolTip() == str(second)
    assert "253.1 MB" in room.used.text()  # the person's own file is not counted among ours
    assert room.free.text().startswith("空き") and "わかりません" not in room.free.text()
    assert room.tabs.tabText(0) == "入手済み 2"


def test_a_model_is_used_from_here(scripted: Scripted, room, second) -> None:
    card = the_second(scripted, second)
    QTest.mouseClick(card.button, Qt.MouseButton.LeftButton)
    scripted.until(lambda: card.badge.word() == "使用中")
    assert card.button.isHidden()
    scripted.window.show_chats()
    answer = scripted.ask("よろしく")
    assert answer.model_name == card.shelved.model.name
    scripted.window.show_models()
    scripted.until(lambda: "今日使いました" in card.use.text() and "対話 1件" in card.use.text())


def test_a_search_narrows_the_list_whatever_the_width(scripted: Scripted, room, second) -> None:
    room.search.setText("ＳｍｏｌＬＭ")
    assert [card.shelved.model.path for card in room.installed.cards] == [str(second)]
    room.search.setText("ないもの")
    assert room.installed.cards == [] and "ないもの" in room.installed.empty.text()
    room.search.setText("")
    assert len(room.installed.cards) == 2


def test_name_and_note_are_the_persons(scripted: Scripted, room, second) -> None:
    do(the_second(scripted, second), "名前を変える…")
    line = dialog(scripted, LineDialog)
    line.field.setText("下書き用")
    QTest.keyClick(line.field, Qt.Key.Key_Return)
    scripted.until(lambda: "下書き用" in cards(scripted))
    do(cards(scripted)["下書き用"], "メモを書く…")
    editor = dialog(scripted, MessageEditor)
    editor.edit.setPlainText("英語の下書きに。")
    editor.button.click()
    scripted.until(lambda: cards(scripted)["下書き用"].note.text() == "英語の下書きに。")
    library.register(scripted.app.session.store, second)  # as when the file is added again
    assert scripted.app.session.store.models.by_path(second).name == "下書き用"
    do(cards(scripted)["下書き用"], "メモを書く…")
    editor = dialog(scripted, MessageEditor)
    editor.edit.clear()
    editor.button.click()
    scripted.until(cards(scripted)["下書き用"].note.isHidden)


def test_settings_open_from_here(scripted: Scripted, room, second) -> None:
    do(the_second(scripted, second), "モデルの設定…")
    settings = dialog(scripted, ModelSettingsDialog)
    scripted.until(settings.template.isEnabled)
    settings.reject()


def test_a_file_that_vanished_is_told_and_can_leave_the_list(scripted: Scripted, room, second) -> None:
    second.unlink()
    scripted.window.show_chats()
    scripted.window.show_models()
    scripted.until(lambda: the_second(scripted, second).shelved.state == "gone")
    card = the_second(scripted, second)
    assert "見つかりません" in card.problem.text() and card.button.text() == "一覧から外す"
    QTest.mouseClick(card.button, Qt.MouseButton.LeftButton)
    scripted.until(lambda: count(scripted) == 1)


def test_a_file_is_checked_whole(scripted: Scripted, room, second) -> None:
    do(the_second(scripted, second), "ファイルを確かめる")
    scripted.until(lambda: "問題はありません" in toast(scripted))
    with second.open("r+b") as file:
        file.seek(-1000, os.SEEK_END)
        file.write(b"\xff\x00")
    do(the_second(scripted, second), "ファイルを確かめる")
    scripted.until(lambda: "前に確かめたときと違います" in toast(scripted))
    scripted.until(the_second(scripted, second).progress.isHidden)


def test_a_model_that_was_taken_off_the_list_comes_back(scripted: Scripted, room, second) -> None:
    do(the_second(scripted, second), "一覧から外す")
    scripted.until(lambda: count(scripted) == 1)
    assert second.exists()
    scripted.until(scripted.window.toast.button.isVisible)
    scripted.window.toast.button.click()
    scripted.until(lambda: count(scripted) == 2)


def test_a_file_goes_into_the_bin_only_after_a_question(
    scripted: Scripted, room, second, tmp_path, monkeypatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for name in [name for name in sys.modules if name.startswith("send2trash")]:
        monkeypatch.delitem(sys.modules, name)  # which looks for the bin when it is imported
    do(the_second(scripted, second), "ファイルをごみ箱に入れる…")
    question = dialog(scripted, Question)
    assert "98.4 MB" in question.label.text() and "そのアプリでも" in question.label.text()
    QTest.keyClick(question, Qt.Key.Key_Return)
    assert second.exists()  # Enter leaves it
    do(the_second(scripted, second), "ファイルをごみ箱に入れる…")
    dialog(scripted, Question).yes.click()
    scripted.until(lambda: count(scripted) == 1)
    assert not second.exists()
    assert [path.name for path in (tmp_path / "data/Trash/files").iterdir()] == ["模型.gguf"]


def test_the_trial_model_does_not_come_back_by_itself(scripted: Scripted, room) -> None:
    (starter,) = [card for card in room.installed.cards if card.shelved.ours]
    do(starter, "一覧から外す")
    scripted.until(lambda: count(scripted) == 1)
    assert scripted.app.session.preferences.starter is False
    scripted.app.session.install_starter()
    scripted.settle()
    assert len(scripted.app.session.store.models.list()) == 1


def test_files_and_folders_are_added_where_they_are(scripted: Scripted, room, smollm2, tmp_path) -> None:
    folder = tmp_path / "もう一つ"
    folder.mkdir()
    (folder / "良い.gguf").symlink_to(smollm2)
    (folder / "悪い.gguf").write_bytes(b"GGUF")
    room.installed.add_paths([folder])
    scripted.until(lambda: count(scripted) == 3)
    assert "追加しました" in toast(scripted) and "悪い.gguf" in toast(scripted)


def test_models_of_other_applications_are_offered(
    scripted: Scripted, room, smollm2, tmp_path, monkeypatch
) -> None:
    theirs = tmp_path / "person" / ".lmstudio/models/elyza/ELYZA/ELYZA-q4.gguf"
    theirs.parent.mkdir(parents=True)
    shutil.copyfile(smollm2, theirs)
    for variable in ("OLLAMA_MODELS", "HF_HOME", "HF_HUB_CACHE", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "person"))
    QTest.mouseClick(room.installed.elsewhere, Qt.MouseButton.LeftButton)
    found = dialog(scripted, ElsewhereDialog)
    scripted.until(lambda: "1個見つかりました" in found.state.text())
    assert "LM Studio" in found.list.item(0).text() and "elyza/ELYZA-q4" in found.list.item(0).text()
    assert not found.button.isEnabled()
    found.list.item(0).setCheckState(Qt.CheckState.Checked)
    QTest.mouseClick(found.button, Qt.MouseButton.LeftButton)
    scripted.until(lambda: count(scripted) == 3)
    assert scripted.app.session.store.models.by_path(theirs) is not None


def test_models_move_to_another_folder_and_new_ones_are_kept_there(
    scripted: Scripted, room, second, tmp_path
) -> None:
    QTest.mouseClick(room.installed.place, Qt.MouseButton.LeftButton)
    moving = dialog(scripted, MoveDialog)
    target = tmp_path / "新しい ドライブ" / "モデル"
    moving.move_to(target)
    scripted.until(moving.outcome.isVisible)
    assert "移しました" in moving.outcome.text() and str(target) in moving.place.text()
    (starter,) = target.iterdir()
    session = scripted.app.session
    assert session.store.models.by_path(starter) is not None
    assert session.store.models.by_path(second) is not None and second.exists()  # it was never ours to move
    assert session.preferences.models_folder == str(target)
    moving.reject()
    scripted.until(lambda: all(card.shelved.state == "there" for card in room.installed.cards))
    session.install_starter()
    scripted.settle()
    assert len(session.store.models.list()) == 2  # the trial model is not put in place once more


def test_a_folder_that_cannot_be_used_is_told(scripted: Scripted, room, tmp_path) -> None:
    moving = MoveDialog(scripted.app.session, scripted.window)
    moving.open()
    taken = tmp_path / "ファイル"
    taken.write_text("", encoding="utf-8")
    moving.move_to(taken)
    scripted.until(moving.outcome.isVisible)
    assert "移せません" in moving.outcome.text() and moving.choose.isEnabled()
    assert scripted.app.session.preferences.models_folder == ""
    moving.reject()


def test_a_model_is_measured_and_compared(scripted: Scripted, room, second) -> None:
    do(the_second(scripted, second), "速さを測る…")
    measuring = dialog(scripted, MeasureDialog)
    scripted.until(lambda: "まだ測っていません" in measuring.facts.text())
    QTest.mouseClick(measuring.button, Qt.MouseButton.LeftButton)
    scripted.until(lambda: measuring.table.rowCount() > 1)
    assert measuring.button.text() == "測る" and measuring.progress.isHidden()
    assert "トークン" in measuring.table.item(0, 0).text() and "測りました" in measuring.facts.text()
    assert "毎秒" in measuring.written.accessibleDescription()
    assert len(scripted.app.session.store.measurements.list()) == 1
    go_on = scripted.hold("hold-answer")
    QTest.mouseClick(measuring.button, Qt.MouseButton.LeftButton)
    scripted.until(lambda: "測っています" in measuring.progress.text())
    QTest.mouseClick(measuring.button, Qt.MouseButton.LeftButton)  # stops it
    assert measuring.progress.isHidden()
    go_on()
    scripted.settle()
    assert len(scripted.app.session.store.measurements.list()) == 1
    measuring.reject()
