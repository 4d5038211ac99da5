"""The window for a quick question, the tray's menu, and how another start calls them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtNetwork import QLocalSocket
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

import desktop
from desktop import cli, paths
from desktop.engine.protocol import Generate
from desktop.errors import sentence
from desktop.store import failures
from desktop.store.instance import Instance
from desktop.ui import app as app_module
from desktop.ui import theme
from desktop.ui.transcript.answer import AnswerView
from desktop.ui.transcript.message import MessageView
from desktop.ui.tray import Tray

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def quick(qtbot, scripted):
    scripted.app.ask_quickly()
    window = scripted.app.quick
    qtbot.waitUntil(window.isActiveWindow)
    return window


def ask(qtbot, scripted, quick, text):
    quick.field.setText(text)
    qtbot.keyClick(quick.field, Qt.Key.Key_Return)
    scripted.until(scripted.app.turns.busy)
    scripted.settle()


def shown(quick):
    return [view.entry.text for view in quick.transcript.findChildren(MessageView) if view.isVisible()]


def test_a_question_is_answered_there_and_kept_as_a_chat(qtbot, scripted, quick):
    store = scripted.app.session.store
    assert quick.windowFlags() & Qt.WindowType.WindowStaysOnTopHint
    assert QApplication.focusWidget() is quick.field
    assert not quick.show_chat.isVisible() and not quick.stop.isVisible()
    ask(qtbot, scripted, quick, "日本の首都はどこですか？")
    assert shown(quick) == ["日本の首都はどこですか？", "東京です。"]
    assert quick.field.text() == ""
    ask(qtbot, scripted, quick, "では、フランスは？")
    (chat,) = store.chats.list()
    assert [m.text for m in store.messages.path(chat.id)] == [
        *("日本の首都はどこですか？", "東京です。", "では、フランスは？", "東京です。")
    ]
    assert scripted.window.conversation.chat_id is None  # the main window stays where it was
    quick.show_chat.click()
    assert not quick.isVisible()
    scripted.until(lambda: scripted.window.conversation.chat_id == chat.id)


def test_escape_closes_it_the_answer_goes_on_and_the_next_is_a_new_chat(qtbot, scripted, quick):
    go_on = scripted.hold("hold-answer")
    quick.field.setText("一つめ")
    qtbot.keyClick(quick.field, Qt.Key.Key_Return)
    scripted.until(lambda: len(shown(quick)) == 2 and quick.stop.isVisible())
    quick.field.setText("二つめ")
    qtbot.keyClick(quick.field, Qt.Key.Key_Return)  # one at a time
    scripted.until(lambda: scripted.requests(Generate))
    assert len(scripted.requests(Generate)) == 1
    qtbot.keyClick(quick.field, Qt.Key.Key_Escape)
    assert not quick.isVisible()
    go_on()
    scripted.settle()
    scripted.app.ask_quickly()
    assert shown(quick) == []
    assert quick.field.text() == "二つめ"  # what was written is still there
    ask(qtbot, scripted, quick, "二つめ")
    store = scripted.app.session.store
    chats = store.chats.list()
    assert len(chats) == 2
    assert all(store.messages.path(chat.id)[-1].text == "東京です。" for chat in chats)


def test_what_is_typed_before_the_question_is_saved_stays(qtbot, scripted, quick, monkeypatch):
    goes_on, messages = threading.Event(), scripted.app.session.store.messages
    send_first = messages.send_first

    def slowly(*args, **named):
        goes_on.wait(60)
        return send_first(*args, **named)

    monkeypatch.setattr(messages, "send_first", slowly)
    quick.field.setText("一つめ")
    qtbot.keyClick(quick.field, Qt.Key.Key_Return)
    assert quick.field.text() == ""
    quick.field.insert("打っている")
    goes_on.set()
    scripted.until(lambda: len(shown(quick)) == 2)
    assert quick.field.text() == "打っている"
    scripted.settle()
    assert shown(quick)[0] == "一つめ"


def test_a_question_closed_before_it_is_saved_is_not_there_again(qtbot, scripted, quick):
    quick.field.setText("急ぎ")
    qtbot.keyClick(quick.field, Qt.Key.Key_Return)
    qtbot.keyClick(quick.field, Qt.Key.Key_Escape)
    scripted.settle()
    scripted.app.ask_quickly()
    assert quick.field.text() == "" and shown(quick) == []
    (chat,) = scripted.app.session.store.chats.list()
    assert scripted.messages.path(chat.id)[0].text == "急ぎ"


@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed"])
def test_a_question_that_cannot_be_saved_is_put_back(qtbot, scripted, quick, monkeypatch, closed):
    goes_on = threading.Event()

    def full(*_args, **_named):
        goes_on.wait(60)
        raise failures.disk_full()

    monkeypatch.setattr(scripted.app.session.store.messages, "send_first", full)
    quick.field.setText("消えないで")
    qtbot.keyClick(quick.field, Qt.Key.Key_Return)
    quick.field.insert("つづき")
    if closed:
        qtbot.keyClick(quick.field, Qt.Key.Key_Escape)
    goes_on.set()
    scripted.settle()
    scripted.app.ask_quickly()
    assert quick.field.text() == "消えないで つづき"
    assert quick.state.text() == sentence(failures.disk_full())
    assert scripted.app.session.store.chats.list() == []
    assert scripted.page.composer.text() == ""


def test_a_question_that_the_field_has_no_room_for_becomes_the_draft(qtbot, scripted, quick, monkeypatch):
    goes_on = threading.Event()

    def full(*_args, **_named):
        goes_on.wait(60)
        raise failures.disk_full()

    monkeypatch.setattr(scripted.app.session.store.messages, "send_first", full)
    quick.field.setText("あ" * 1_500)
    qtbot.keyClick(quick.field, Qt.Key.Key_Return)
    quick.field.insert("い" * 1_000)
    goes_on.set()
    scripted.settle()
    assert quick.field.text() == "い" * 1_000
    preferences = scripted.app.session.preferences
    assert "あ" * 1_500 in (preferences.new_chat_draft, *preferences.other_drafts)


def test_stop_and_the_input_method(qtbot, scripted, quick):
    QApplication.sendEvent(quick.field, QInputMethodEvent("へんかん", []))
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        qtbot.keyClick(quick.field, key)
    assert quick.isVisible() and scripted.requests(Generate) == []
    QApplication.sendEvent(quick.field, QInputMethodEvent("", []))
    scripted.hold("hold-answer")
    quick.field.setText("長い話")
    qtbot.keyClick(quick.field, Qt.Key.Key_Return)
    scripted.until(quick.stop.isVisible)
    quick.stop.click()
    scripted.settle()
    (chat,) = scripted.app.session.store.chats.list()
    assert scripted.app.session.store.messages.path(chat.id)[-1].status == "stopped"
    assert not quick.stop.isVisible()


def test_without_a_model_it_says_so_and_keeps_the_question(qtbot, scripted, quick):
    scripted.app.session.models = []
    quick.field.setText("質問")
    qtbot.keyClick(quick.field, Qt.Key.Key_Return)
    assert "モデルがまだありません" in quick.state.text()
    assert quick.field.text() == "質問"


@pytest.mark.parametrize("wanted", [True, False], ids=["quick", "window"])
def test_a_second_start_calls_what_it_asks_for(qtbot, scripted, home, wanted):
    assert cli.parse(["quick"]).command == "quick"
    mine = Instance(paths.home())
    assert mine.acquire()
    scripted.app.listen()
    words = ["quick"] if wanted else []
    environment = {**os.environ, "PYTHONPATH": str(Path(desktop.__file__).parents[1])}
    second = subprocess.Popen([sys.executable, "-m", "desktop", *words], env=environment)
    scripted.until(lambda: second.poll() is not None)
    mine.release()
    assert second.returncode == 0
    assert (scripted.app.quick is not None and scripted.app.quick.isVisible()) is wanted


def test_nonsense_from_another_program_does_nothing(qtbot, scripted):
    scripted.app.listen()
    connection = QLocalSocket()
    connection.connectToServer(app_module._server_name(paths.home()))
    assert connection.waitForConnected(5_000)
    connection.write(b"x" * 100_000)
    connection.flush()
    scripted.until(lambda: connection.state() == QLocalSocket.LocalSocketState.UnconnectedState)
    assert scripted.app.quick is None


def test_with_the_tray_the_application_stays(qtbot, scripted, monkeypatch):
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", staticmethod(lambda: True))
    ended = []
    scripted.app.ended.connect(ended.append)
    scripted.app.session.change(tray=True)
    tray = scripted.app.tray
    assert isinstance(tray, Tray)
    scripted.window.close()
    assert ended == [] and not scripted.window.isVisible()
    tray._take(QSystemTrayIcon.ActivationReason.Trigger)
    assert scripted.window.isVisible()
    quick, _, _, _, quit_ = tray.contextMenu().actions()
    quick.trigger()
    assert scripted.app.quick.isVisible()
    quit_.trigger()
    assert ended == [0]
    scripted.app.session.change(tray=False)
    assert scripted.app.tray is None


def test_reduced_motion_stops_what_moves(qtbot, scripted):
    assert theme.moves()
    scripted.app.session.change(reduce_motion=True)
    try:
        assert not theme.moves()
        scripted.hold("hold-thinking")
        scripted.begin("待つ")
        view = scripted.page.transcript.findChild(AnswerView)
        assert view.waiting and not view._pulse.isActive()
    finally:
        scripted.app.session.change(reduce_motion=False)
    assert theme.moves()
