"""Commands, what was sent before, and the large field, with real keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from scripted import Scripted

from desktop.ui.commands.palette import ENTRY
from desktop.ui.composer.message_editor import MessageEditor

pytestmark = pytest.mark.timeout(300)


def shown(scripted):
    """Return the names in the list of commands."""
    menu = scripted.window.slash
    model = menu.model()
    return (
        [model.index(row, 0).data(ENTRY).name for row in range(model.rowCount())] if menu.isVisible() else []
    )


@pytest.fixture
def field(scripted: Scripted):
    scripted.until(lambda: scripted.app.session.presets)
    edit = scripted.page.composer.edit
    scripted.window.activateWindow()
    edit.setFocus()
    scripted.until(edit.hasFocus)
    return edit


def write(edit, text):
    """Let an input method commit a text."""
    event = QInputMethodEvent("", [])
    event.setCommitString(text)
    QApplication.sendEvent(edit, event)


def test_a_preset_is_chosen_by_its_name(scripted: Scripted, field) -> None:
    preset = scripted.app.session.presets[0]
    QTest.keyClicks(field, "/")
    assert preset.name in shown(scripted)
    write(field, preset.name[:3])
    assert shown(scripted)[0] == preset.name
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert not scripted.window.slash.isVisible()
    assert field.toPlainText() == ""
    assert scripted.page.preset.text() == preset.name or preset.name in scripted.page.preset.toolTip()
    assert not scripted.app.turns.busy()
    answer = scripted.ask("よろしく")
    assert answer.preset_name == preset.name


def test_an_action_is_run_by_a_full_width_slash_and_the_arrows(scripted: Scripted, field) -> None:
    write(field, "／せってい")
    names = shown(scripted)
    assert "設定を開く" in names
    for _ in range(names.index("設定を開く")):
        QTest.keyClick(field, Qt.Key.Key_Down)
    QTest.keyClick(field, Qt.Key.Key_Tab)
    assert scripted.window.rail.settings.isChecked()


def test_return_that_confirms_a_word_runs_nothing(scripted: Scripted, field) -> None:
    QTest.keyClicks(field, "/")
    QApplication.sendEvent(field, QInputMethodEvent("せってい", []))
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Down, Qt.Key.Key_Escape, Qt.Key.Key_Tab):
        QTest.keyClick(field, key)
    assert field.toPlainText() in ("", "/")  # Qt leaves out a block that composes
    assert not scripted.window.rail.settings.isChecked()


def test_a_text_that_begins_with_a_slash_can_be_sent(scripted: Scripted, field) -> None:
    QTest.keyClicks(field, "/")
    assert shown(scripted)
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert shown(scripted) == []
    write(field, "etc/hosts とは？")
    assert shown(scripted) == []
    QTest.keyClick(field, Qt.Key.Key_Return)
    scripted.until(lambda: scripted.messages.sent() == ["/etc/hosts とは？"])
    scripted.settle()
    write(field, "/そのような命令はありません")
    assert shown(scripted) == []  # nothing is called so: it is a text


def test_a_text_that_is_pasted_or_brought_back_is_no_command(scripted: Scripted, field) -> None:
    QApplication.clipboard().setText("/せってい")
    QTest.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert field.toPlainText() == "/せってい"
    assert shown(scripted) == []
    QTest.keyClick(field, Qt.Key.Key_Return)
    scripted.until(lambda: scripted.messages.sent() == ["/せってい"])
    scripted.settle()
    scripted.until(lambda: scripted.page.composer.history._texts == ["/せってい"])
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert (field.toPlainText(), shown(scripted)) == ("/せってい", [])
    assert not scripted.window.rail.settings.isChecked()
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    assert shown(scripted)  # whoever goes on typing types a command


def test_what_was_sent_comes_back_with_the_up_key(scripted: Scripted, field) -> None:
    for text in ("一つめ", "二つめ\n二行目"):
        scripted.ask(text)
    scripted.until(lambda: scripted.page.composer.history._texts == ["二つめ\n二行目", "一つめ"])
    field.setFocus()
    for expected in ("二つめ\n二行目", "一つめ", "一つめ"):
        QTest.keyClick(field, Qt.Key.Key_Up)
        assert field.toPlainText() == expected
    QTest.keyClick(field, Qt.Key.Key_Down)
    assert field.toPlainText() == "二つめ\n二行目"
    QTest.keyClick(field, Qt.Key.Key_Down)
    assert field.toPlainText() == ""
    QTest.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert field.toPlainText() == "二つめ\n二行目"
    write(field, "。")
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert field.toPlainText() == "二つめ\n二行目。"  # edited, and so the person's own


def test_the_up_key_walks_through_the_lines_of_what_it_brought_before_it_goes_on(
    scripted: Scripted, field
) -> None:
    for text in ("一つめ", "一行目\n二行目"):
        scripted.ask(text)
    scripted.until(lambda: len(scripted.page.composer.history._texts) == 2)
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert field.toPlainText() == "一行目\n二行目"
    QTest.keyClick(field, Qt.Key.Key_Left)  # no longer where it was brought to: the keys walk in the text
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert (field.toPlainText(), field.textCursor().blockNumber()) == ("一行目\n二行目", 0)
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert field.toPlainText() == "一つめ"
    QTest.keyClick(field, Qt.Key.Key_Home)
    QTest.keyClick(field, Qt.Key.Key_Down)
    assert field.toPlainText() == "一行目\n二行目"


def test_the_up_key_while_composing_is_the_input_methods(scripted: Scripted, field) -> None:
    scripted.ask("一つめ")
    scripted.until(lambda: scripted.page.composer.history._texts)
    QApplication.sendEvent(field, QInputMethodEvent("にほん", []))
    QTest.keyClick(field, Qt.Key.Key_Up)
    write(field, "日本")
    assert field.toPlainText() == "日本"


def test_the_large_field_and_the_small_one_have_the_same_text(scripted: Scripted, field) -> None:
    write(field, "短い文")
    QTest.keyClick(
        field, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    if not any(isinstance(w, MessageEditor) for w in QApplication.topLevelWidgets()):
        scripted.page.composer.enlarge.click()  # no shortcuts without a window manager
    editor = next(w for w in QApplication.topLevelWidgets() if isinstance(w, MessageEditor))
    assert editor.edit.toPlainText() == "短い文"
    write(editor.edit, "を長くする")
    scripted.until(lambda: field.toPlainText() == "短い文を長くする")  # a kill would lose nothing
    shown = [b.text() for b in editor.findChildren(QPushButton) if b.isVisible()]
    assert shown == ["入力欄に戻る"]  # there is nothing to think better of
    editor.button.click()
    scripted.until(lambda: not any(isinstance(w, MessageEditor) for w in QApplication.topLevelWidgets()))
    assert field.toPlainText() == "短い文を長くする"
    assert "8 字" in scripted.page.composer.count.text()
    scripted.until(lambda: "トークン" in scripted.page.composer.count.text())


@pytest.mark.parametrize("leave", ["button", "Escape", "Ctrl+Enter"])
def test_the_large_field_goes_back_empty_too(scripted: Scripted, field, leave: str) -> None:
    write(field, "やめた文")
    scripted.page.composer.enlarge.click()
    editor = next(w for w in QApplication.topLevelWidgets() if isinstance(w, MessageEditor))
    editor.edit.selectAll()
    QTest.keyClick(editor.edit, Qt.Key.Key_Delete)
    assert editor.button.isEnabled()
    match leave:
        case "button":
            editor.button.click()
        case "Escape":
            QTest.keyClick(editor.edit, Qt.Key.Key_Escape)
        case _:
            QTest.keyClick(editor.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert not editor.isVisible()
    assert field.toPlainText() == ""


def test_the_large_field_gives_back_what_a_pause_had_kept_otherwise(scripted: Scripted, field) -> None:
    write(field, "元の文")
    scripted.page.composer.enlarge.click()
    editor = next(w for w in QApplication.topLevelWidgets() if isinstance(w, MessageEditor))
    write(editor.edit, "あ")
    scripted.until(lambda: field.toPlainText() == "元の文あ")
    QTest.keyClick(editor.edit, Qt.Key.Key_Backspace)
    editor.button.click()
    assert field.toPlainText() == "元の文"


def test_a_message_stands_above_the_menu_of_commands(scripted: Scripted, field) -> None:
    toast, menu = scripted.window.toast, scripted.window.slash
    scripted.window.activateWindow()
    field.setFocus()
    scripted.until(field.hasFocus)
    toast.show_message("枝をごみ箱に入れました。", lambda: None)
    QTest.keyClicks(field, "/")
    assert menu.isVisible()

    def place(widget):
        return QRect(widget.mapToGlobal(QPoint(0, 0)), widget.size())

    assert not toast.isVisible() or not place(toast).intersects(place(menu))
    toast.show_message("コピーしました。")
    assert toast.isVisible() and not place(toast).intersects(place(menu))
    QTest.keyClick(field, Qt.Key.Key_Escape)
    toast.show_message("コピーしました。")
    assert place(toast).bottom() < place(scripted.page.composer).top()
    assert place(toast).bottom() > place(scripted.page.composer).top() - 40
