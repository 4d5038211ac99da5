"""The table of actions: each is written once, each can be called by its keys, and the keys can be changed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication

from desktop.store import Preferences
from desktop.ui import theme
from desktop.ui.commands.actions import native, portable


def press(qtbot, window, keys):
    """Press keys where the focus is, as a person would."""
    window.activateWindow()
    qtbot.waitActive(window)
    combination = QKeySequence(keys)[0]
    qtbot.keyClick(QApplication.focusWidget() or window, combination.key(), combination.keyboardModifiers())


def test_ids_names_and_keys_are_there_once(scripted):
    table = scripted.window.action_table
    actions = table.all()
    assert len(actions) > 15
    assert len({action.objectName() for action in actions}) == len(actions)
    assert len({action.text() for action in actions}) == len(actions)
    keys = [key for action in actions for key in table.usual_keys(action.objectName())]
    assert len(set(keys)) == len(keys)
    assert all(portable(key) == key for key in keys)
    assert all(table.reading(action.objectName()) for action in actions)
    assert all(table.group(action.objectName()) for action in actions)
    assert set(actions) <= set(scripted.window.actions())


@pytest.mark.parametrize("where", ["composer", "filter"])
def test_keys_work_also_where_one_writes(qtbot, scripted, where):
    window = scripted.window
    field = window.page.composer.edit if where == "composer" else window.sidebar.filter
    field.setFocus()
    field.insert("日本") if where == "filter" else field.insertPlainText("日本")
    zoom = scripted.app.session.preferences.zoom
    press(qtbot, window, "Ctrl++")
    assert scripted.app.session.preferences.zoom == zoom + 10
    press(qtbot, window, "Ctrl+0")
    assert scripted.app.session.preferences.zoom == 100
    visible = window.sidebar.isVisible()
    press(qtbot, window, "Ctrl+B")
    assert window.sidebar.isVisible() is not visible


def test_other_keys_count_at_once_are_kept_and_can_be_reset(qtbot, scripted):
    window, session = scripted.window, scripted.app.session
    table = window.action_table
    table.set_keys("view.larger", ["Ctrl+Alt+L"])
    assert session.preferences.shortcuts == {"view.larger": ("Ctrl+Alt+L",)}
    press(qtbot, window, "Ctrl+Alt+L")
    assert session.preferences.zoom == 110
    press(qtbot, window, "Ctrl++")
    assert session.preferences.zoom == 110
    scripted.settle()
    assert session.store.settings.get().shortcuts == {"view.larger": ("Ctrl+Alt+L",)}
    table.reset_keys()
    assert session.preferences.shortcuts == {}
    press(qtbot, window, "Ctrl++")
    assert session.preferences.zoom == 120


def test_keys_that_are_given_to_another_action_are_taken_from_the_first(scripted):
    table = scripted.window.action_table
    assert table.holder("ctrl+b") == "view.list"
    table.set_keys("chat.bin", ["Ctrl+B"])
    assert table.holder("Ctrl+B") == "chat.bin"
    assert table.keys("view.list") == ()
    assert table["view.list"].shortcuts() == []
    table.set_keys("view.list", table.usual_keys("view.list"))
    assert scripted.app.session.preferences.shortcuts == {}


def test_what_is_used_is_told(qtbot, scripted):
    table = scripted.window.action_table
    with qtbot.waitSignal(table.used) as told:
        table["chat.new"].trigger()
    assert told.args == ["chat.new"]


def test_an_action_of_another_part_joins_the_table(qtbot, scripted):
    called = []
    action = scripted.window.action_table.add(
        "chat.extra", "おまけ", "おまけ", lambda: called.append(1), "Ctrl+Alt+9"
    )
    assert isinstance(action, QAction) and action in scripted.window.action_table.all()
    press(qtbot, scripted.window, "Ctrl+Alt+9")
    assert called == [1]


def test_steps_through_the_chats_follow_the_list(qtbot, scripted):
    first = scripted.ask("ひとつめの質問です。")
    scripted.window.new_chat()
    second = scripted.ask("ふたつめの質問です。")
    scripted.until(lambda: len(scripted.app.session.chats) == 2)
    conversation = scripted.window.conversation
    press(qtbot, scripted.window, "Ctrl+PgDown")
    scripted.until(lambda: conversation.chat_id == first.chat_id)
    press(qtbot, scripted.window, "Ctrl+PgDown")  # there is nothing below
    press(qtbot, scripted.window, "Ctrl+PgUp")
    scripted.until(lambda: conversation.chat_id == second.chat_id)


def test_the_last_answer_is_copied_and_asked_for_again(qtbot, scripted):
    window, table = scripted.window, scripted.window.action_table
    table["answer.copy"].trigger()
    assert "まだありません" in window.toast.label.text()
    answer = scripted.ask("琵琶湖の広さは")
    window.show_settings()
    QApplication.clipboard().clear()
    press(qtbot, window, "Ctrl+Shift+C")
    assert QApplication.clipboard().text() == answer.text != ""
    assert not window.settings.isVisible()
    table["answer.again"].trigger()
    scripted.until(lambda: scripted.active() is not None)
    table["answer.again"].trigger()  # one at a time
    scripted.settle()
    assert scripted.path()[-1].id != answer.id
    assert len(scripted.messages.siblings(answer.id)) == 2


def test_the_open_chat_is_pinned_and_put_away(qtbot, scripted):
    window, table, chats = scripted.window, scripted.window.action_table, scripted.app.session.store.chats
    table["chat.pin"].trigger()  # nothing is open
    answer = scripted.ask("ひとつめ")
    scripted.until(lambda: scripted.app.session.chats)
    table["chat.pin"].trigger()
    scripted.until(lambda: scripted.app.session.chats[0].pinned is not None)
    table["chat.pin"].trigger()
    scripted.until(lambda: scripted.app.session.chats[0].pinned is None)
    table["chat.archive"].trigger()
    scripted.until(lambda: chats.get(answer.chat_id).archived is not None)
    scripted.until(lambda: "アーカイブ" in window.toast.label.text())


def test_light_and_dark_change_places(scripted):
    table = scripted.window.action_table
    before = theme.is_dark()
    table["view.scheme"].trigger()
    assert theme.is_dark() is not before
    table["view.scheme"].trigger()
    assert theme.is_dark() is before


def test_kept_keys_are_bounded(store):
    for broken in ({"x": ["a" * 201]}, {"x": ["a"] * 5}, {str(i): [] for i in range(501)}, ["x"]):
        with pytest.raises(Exception, match="shortcuts"):
            store.settings.change(shortcuts=broken)
    assert store.settings.get() == Preferences()


def test_keys_are_written_for_people():
    assert native(("Ctrl++", "Ctrl+=")) == "Ctrl++ / Ctrl+="
    assert native(()) == ""
    assert QKeySequence("Ctrl+Esc")[0].key() == Qt.Key.Key_Escape
