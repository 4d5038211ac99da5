"""The palette with the real application: everything is in it, keyboard alone, composing, nothing found."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication

from desktop.ui.commands.palette import ENTRY, MOST


@pytest.fixture
def palette(qtbot, scripted):
    window = scripted.window
    window.activateWindow()
    qtbot.waitActive(window)
    window.page.composer.edit.setFocus()
    qtbot.keyClick(window.page.composer.edit, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    found = window.finder.palette
    assert found.isVisible() and found.field.hasFocus()
    answered(scripted, found)
    return found


def answered(scripted, palette):
    scripted.until(lambda: palette._asked is None)


def shown(palette):
    return [palette.found.index(row).data(ENTRY) for row in range(palette.found.rowCount())]


def look_for(qtbot, scripted, palette, text):
    palette.field.clear()
    palette.field.insert(text)
    answered(scripted, palette)
    return [entry.name for entry in shown(palette)]


def test_everything_is_in_it(qtbot, scripted):
    scripted.ask("奈良の大仏について")
    scripted.until(lambda: scripted.app.session.chats and scripted.app.session.chats[0].title)
    entries = list(scripted.window.finder.entries())
    finder = scripted.window.finder
    ids = {entry.id for entry in entries} | {one.id for one in finder.more()()}
    assert len(ids) == len(entries) + len(scripted.app.session.chats)
    assert all(finder.entry(one.id).name == one.name for one in finder.more()())
    session, table = scripted.app.session, scripted.window.action_table
    assert {f"action:{a.objectName()}" for a in table.all()} - {"action:app.palette"} <= ids
    assert {f"chat:{chat.id}" for chat in session.chats} <= ids
    assert {f"model:{model.id}" for model in session.models} <= ids
    assert {f"preset:{preset.id}" for preset in session.presets} <= ids and session.presets
    assert {f"setting:{place}" for place in scripted.window.settings.places()} <= ids
    assert any(entry.name.endswith("間隔") for entry in entries)


def test_typing_narrows_and_enter_does_it(qtbot, scripted, palette):
    assert len(shown(palette)) == MOST
    assert look_for(qtbot, scripted, palette, "せっていをひ")[0] == "設定を開く"
    assert "設定を開く" in palette.field.accessibleDescription()
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert not palette.isVisible() and scripted.window.settings.isVisible()
    assert scripted.app.session.preferences.recent_actions == ("action:app.settings",)
    scripted.window.find_anything()
    answered(scripted, palette)
    assert shown(palette)[0].id == "action:app.settings"  # what was used last comes first


def test_enter_waits_for_the_answer_to_what_was_typed_last(qtbot, scripted, palette):
    palette.field.insert("もじをちいさく")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    scripted.until(lambda: not palette.isVisible())
    assert scripted.app.session.preferences.zoom == 90


def test_the_keyboard_walks_and_leaves_where_one_was(qtbot, scripted, palette):
    entries = shown(palette)
    for key, at in (
        (Qt.Key.Key_Down, 1),
        (Qt.Key.Key_Up, 0),
        (Qt.Key.Key_Up, len(entries) - 1),
        (Qt.Key.Key_Down, 0),
        (Qt.Key.Key_PageDown, 9),
        (Qt.Key.Key_PageUp, 0),
    ):
        qtbot.keyClick(palette.field, key)
        assert palette.list.currentIndex().row() == at
        assert entries[at].name in palette.field.accessibleDescription()
    qtbot.keyClick(palette.field, Qt.Key.Key_Tab)
    assert palette.field.hasFocus()
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert QApplication.focusWidget() is scripted.window.page.composer.edit


def test_what_is_being_composed_counts_and_its_enter_is_not_taken(qtbot, scripted, palette):
    QApplication.sendEvent(palette.field, QInputMethodEvent("あたらしいた", []))
    answered(scripted, palette)
    assert palette.field.text() == ""
    assert shown(palette)[0].name == "新しい対話"
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Down, Qt.Key.Key_Escape):
        qtbot.keyClick(palette.field, key)
        assert palette.isVisible() and palette.list.currentIndex().row() == 0
    done = QInputMethodEvent()
    done.setCommitString("題名")
    QApplication.sendEvent(palette.field, done)
    answered(scripted, palette)
    assert palette.field.text() == "題名" and shown(palette)[0].name == "題名を変える"


def test_a_chat_is_found_by_its_title_and_opened(qtbot, scripted):
    first = scripted.ask("ひとつめ")
    scripted.app.session.store.chats.rename(first.chat_id, "カナダのオーロラ")
    scripted.window.new_chat()
    scripted.app.session.refresh_chats()
    scripted.until(lambda: any(chat.title == "カナダのオーロラ" for chat in scripted.app.session.chats))
    palette = scripted.window.finder.palette
    scripted.window.show_settings()
    scripted.window.find_anything()
    assert look_for(qtbot, scripted, palette, "おーろら")[0] == "カナダのオーロラ"
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    scripted.until(lambda: scripted.window.conversation.chat_id == first.chat_id)
    assert not scripted.window.settings.isVisible()


def test_a_setting_is_shown_where_it_is(qtbot, scripted, palette):
    assert look_for(qtbot, scripted, palette, "mirostatの目標")[0].endswith("Mirostatの目標")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    focused = QApplication.focusWidget()
    assert focused.accessibleName() == "Mirostatの目標"
    assert not focused.visibleRegion().isEmpty()


def test_where_nothing_is_found_one_can_ask(qtbot, scripted, palette):
    assert look_for(qtbot, scripted, palette, "鯨の鳴き声はなぜ") == [
        "「鯨の鳴き声はなぜ」を新しい対話に書く"
    ]
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert scripted.page.composer.text() == "鯨の鳴き声はなぜ"
    assert scripted.app.session.preferences.recent_actions == ()


def test_the_pointer_chooses_and_leaves(qtbot, scripted, palette):
    look_for(qtbot, scripted, palette, "文字を大きく")
    at = palette.list.visualRect(palette.found.index(0)).center()
    qtbot.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert scripted.app.session.preferences.zoom == 110 and not palette.isVisible()
    scripted.window.rail.search.click()
    assert palette.isVisible()
    qtbot.mouseClick(palette, Qt.MouseButton.LeftButton, pos=palette.card.geometry().center())
    assert palette.isVisible()
    qtbot.mouseClick(palette, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert not palette.isVisible()


@pytest.mark.parametrize("size", [(600, 420), (1280, 820)])
def test_it_stays_inside_the_window(scripted, size):
    window, palette = scripted.window, scripted.window.finder.palette
    window.find_anything()
    answered(scripted, palette)
    window.resize(*size)
    scripted.settle()
    assert palette.geometry() == window.rect()
    assert window.rect().contains(palette.card.geometry())


def test_what_was_chosen_is_kept_and_bounded(scripted):
    finder, session = scripted.window.finder, scripted.app.session
    for number in range(100):
        finder._remember(f"chat:{number}")
    finder._remember("chat:90")
    assert session.preferences.recent_actions[:3] == ("chat:90", "chat:99", "chat:98")
    assert len(set(session.preferences.recent_actions)) == len(session.preferences.recent_actions) == 30
    scripted.settle()
    assert session.store.settings.get().recent_actions == session.preferences.recent_actions
