"""What was done is taken back: by the message that tells of it, and by keys when that has gone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from scripted import Scripted

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def chats(scripted: Scripted) -> list[int]:
    """Two chats, the second one open."""
    scripted.ask("一つめの対話")
    scripted.window.new_chat()
    scripted.ask("二つめの対話")
    scripted.app.session.refresh_chats()
    scripted.until(lambda: len(scripted.app.session.chats) == 2)
    return sorted(chat.id for chat in scripted.app.session.chats)


def undo_key(scripted, widget):
    scripted.window.activateWindow()
    widget.setFocus()
    scripted.until(widget.hasFocus)
    QTest.keyClick(widget, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


def there(scripted):
    return sorted(chat.id for chat in scripted.app.session.store.chats.list())


def delete(scripted, chat_id):
    scripted.window.desk.delete([chat_id])
    scripted.until(scripted.window.toast.button.isVisible)


def test_the_keys_take_back_also_when_the_message_has_gone(scripted: Scripted, chats: list[int]) -> None:
    window = scripted.window
    delete(scripted, chats[0])
    window.toast._timer.timeout.emit()
    assert not window.toast.isVisible()
    window.toast.show_message("コピーしました。")  # that cannot be taken back changes nothing
    assert not window.toast.button.isVisible()
    undo_key(scripted, window.sidebar.list)
    scripted.until(lambda: there(scripted) == chats)
    scripted.settle()
    window.action_table["chat.undo"].trigger()
    assert window.toast.label.text() == "元に戻す操作は、いまありません。"
    assert there(scripted) == chats


def test_in_a_field_the_keys_undo_what_was_typed(scripted: Scripted, chats: list[int]) -> None:
    edit = scripted.page.composer.edit
    delete(scripted, chats[0])
    QTest.keyClicks(edit, "abc")
    undo_key(scripted, edit)
    assert edit.toPlainText() == ""
    scripted.settle()
    assert there(scripted) == [chats[1]]


def test_a_branch_comes_back_from_another_chat(scripted: Scripted, chats: list[int]) -> None:
    window = scripted.window
    window.conversation.open(chats[0])
    scripted.until(lambda: window.conversation.chat_id == chats[0])
    scripted.settle()
    texts = [message.text for message in scripted.path()]
    window.page.transcript.delete_requested.emit(scripted.path()[0].id)
    scripted.until(window.toast.button.isVisible)
    window.conversation.open(chats[1])
    scripted.until(lambda: window.conversation.chat_id == chats[1])
    scripted.settle()
    assert window.take_back() is None
    scripted.until(lambda: window.conversation.chat_id == chats[0])
    scripted.settle()
    assert [message.text for message in scripted.path()] == texts


def test_the_message_stays_under_the_pointer(scripted: Scripted, chats: list[int]) -> None:
    toast = scripted.window.toast
    delete(scripted, chats[0])
    assert toast._timer.isActive()
    at = QPointF(5, 5)
    QApplication.sendEvent(toast, QEnterEvent(at, at, QPointF(toast.mapToGlobal(QPoint(5, 5)))))
    assert not toast._timer.isActive()
    QApplication.sendEvent(toast, QEvent(QEvent.Type.Leave))
    assert toast._timer.isActive()


def test_the_message_is_reached_by_keyboard_and_stays(scripted: Scripted, chats: list[int]) -> None:
    window = scripted.window
    toast = window.toast
    delete(scripted, chats[0])
    window.activateWindow()
    window.page.composer.edit.setFocus()
    for _ in range(8):  # a few steps behind what one writes in
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        if toast.button.hasFocus():
            break
    assert toast.button.hasFocus()
    assert not toast._timer.isActive()
    window.sidebar.list.setFocus()
    scripted.until(toast._timer.isActive)
    toast.button.setFocus()
    QTest.keyClick(toast.button, Qt.Key.Key_Space)
    scripted.until(lambda: there(scripted) == chats)
    assert not toast.isVisible()
    assert window.page.composer.edit.hasFocus()
