"""The list of keys: what is pressed is taken, refused in words, or moved from another action."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from desktop.ui.commands.shortcuts import refusal

CONTROL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


@pytest.fixture
def keys(qtbot, scripted):
    """The list, on the page that one sees."""
    window = scripted.window
    window.show_settings()
    window.settings.show_page("keys")
    window.activateWindow()
    qtbot.waitActive(window)
    return window.settings.shortcuts


def choose(qtbot, row, key, modifiers=Qt.KeyboardModifier.NoModifier):
    row.button.click()
    assert row.button.is_listening()
    qtbot.keyClick(row.button, key, modifiers)


def test_every_action_is_listed_with_its_keys(scripted, keys):
    table = scripted.window.action_table
    for action in table.all():
        row = keys.row(action.objectName())
        assert row.button.isVisible()
        assert action.text() in row.button.accessibleName()
        for each in table.keys(action.objectName()):
            assert each in row.button.text()
    late = table.add("app.late", "あとから", "あとから", lambda: None, "Ctrl+Alt+U")
    scripted.window.show_chats()
    scripted.window.show_settings()
    assert keys.row("app.late").button.text() == "Ctrl+Alt+U"
    assert keys.row("app.late").action is late


def test_the_next_keys_are_taken_and_do_nothing_else(qtbot, scripted, keys):
    zoom, table = scripted.app.session.preferences.zoom, scripted.window.action_table
    row = keys.row("chat.bin")
    choose(qtbot, row, Qt.Key.Key_T, CONTROL | ALT)
    assert table.keys("chat.bin") == ("Ctrl+Alt+T",)
    assert row.button.text() == "Ctrl+Alt+T" and not row.button.is_listening()
    row.button.click()
    qtbot.keyClick(row.button, Qt.Key.Key_Control, CONTROL)  # only held
    assert row.button.is_listening()
    qtbot.keyClick(row.button, Qt.Key.Key_Plus, CONTROL)
    assert scripted.app.session.preferences.zoom == zoom
    assert "文字を大きく" in row.note.text()
    assert row.button.accessibleDescription() == row.note.text()
    assert table.holder("Ctrl++") == "view.larger"
    assert row.button.is_listening()  # for the same keys once more
    qtbot.keyClick(row.button, Qt.Key.Key_Plus, CONTROL)
    assert table.holder("Ctrl++") == "chat.bin" and row.note.text() == ""
    assert keys.row("view.larger").button.text() == "Ctrl+="
    keys.row("view.larger").back.click()
    assert table.keys("view.larger") == ("Ctrl++", "Ctrl+=") and table.keys("chat.bin") == ()


def test_escape_leaves_and_backspace_removes(qtbot, scripted, keys):
    table, row = scripted.window.action_table, keys.row("view.list")
    choose(qtbot, row, Qt.Key.Key_Escape)
    assert scripted.window.settings.isVisible() and table.keys("view.list") == ("Ctrl+B",)
    choose(qtbot, row, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is not row.button and not row.button.is_listening()
    choose(qtbot, row, Qt.Key.Key_Backspace)
    assert table.keys("view.list") == () and row.button.text() == "なし"
    row.button.setFocus()
    qtbot.keyClick(row.button, Qt.Key.Key_Escape)  # now it closes the settings, as anywhere
    assert not scripted.window.settings.isVisible()


def test_back_to_the_usual(qtbot, scripted, keys):
    row = keys.row("chat.new")
    assert not row.back.isVisible()
    choose(qtbot, row, Qt.Key.Key_N, CONTROL | ALT)
    assert row.back.isVisible()
    assert scripted.window.sidebar.new_button._shortcut == "Ctrl+Alt+N"
    keys._everything.click()
    assert row.button.text() == "Ctrl+N" and not row.back.isVisible()
    assert scripted.window.sidebar.new_button._shortcut == "Ctrl+N"


@pytest.mark.parametrize(
    ("pressed", "why"),
    [
        ("A", "plain"),
        ("Shift+A", "plain"),
        ("Return", "plain"),
        ("Left", "plain"),
        ("Ctrl+C", "editing"),
        ("Ctrl+Z", "editing"),
        ("Ctrl+Right", "editing"),
        ("Ctrl+Return", "editing"),
        ("Ctrl+Space", "input_method"),
        ("Shift+Space", "plain"),
        ("", "unknown"),
        ("Ctrl+A, Ctrl+B", "unknown"),
        ("F5", ""),
        ("Esc", ""),
        ("Ctrl+T", ""),
        ("Ctrl+Shift+F12", ""),
        ("Alt+1", ""),
    ],
)
def test_what_can_be_an_actions_keys(pressed, why):
    assert refusal(pressed) == why


def test_no_usual_key_is_one_that_would_be_refused(scripted):
    table = scripted.window.action_table
    usual = [
        key
        for action in table.all()
        for key in table.usual_keys(action.objectName())
        if action.objectName() != "chat.undo"  # whose key undoes in fields, too
    ]
    assert {key: refusal(key) for key in usual if refusal(key)} == {}


def test_the_key_that_undoes_is_given_back_to_what_undoes(qtbot, scripted, keys):
    table = scripted.window.action_table
    table.set_keys("chat.undo", ())
    choose(qtbot, keys.row("chat.undo"), Qt.Key.Key_Z, CONTROL)
    assert table.keys("chat.undo") == ("Ctrl+Z",)
    choose(qtbot, keys.row("chat.bin"), Qt.Key.Key_Z, CONTROL)
    assert table.keys("chat.bin") == ()


def test_what_one_needs_for_writing_is_refused_in_words(qtbot, scripted, keys):
    row, table = keys.row("chat.bin"), scripted.window.action_table
    for key, modifiers, words in (
        (Qt.Key.Key_A, SHIFT, "Ctrl か Alt"),
        (Qt.Key.Key_V, CONTROL, "文章の編集"),
        (Qt.Key.Key_Space, CONTROL, "日本語入力"),
    ):
        choose(qtbot, row, key, modifiers)
        assert words in row.note.text()
        assert table.keys("chat.bin") == ()
