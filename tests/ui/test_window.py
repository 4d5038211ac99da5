"""The window with a real store and real answers of the two small models."""

from __future__ import annotations

import os
import signal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from desktop import paths
from desktop.models import library
from desktop.store import Store
from desktop.ui.app import App
from desktop.ui.history.chat_model import CHAT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
LONG = "日本の歴史を、縄文時代から順番に、できるだけ詳しく説明してください。"
WAIT = 120_000  # ms, a guard against hanging


@pytest.fixture
def app(qtbot, home, starter_model):
    """The application, started, with the starter model."""
    paths.models()
    os.link(starter_model, home / "models" / starter_model.name)
    running = []

    def start() -> App:
        app = App(paths.home())
        running.append(app)
        app.start()
        qtbot.waitUntil(lambda: app.window is not None and bool(app.session.models), timeout=WAIT)
        return app

    start.stop = lambda app: (running.remove(app), stop(app))
    yield start
    for one in running:
        stop(one)


def stop(app: App) -> None:
    app.window.close()
    app.end()
    app.window.deleteLater()


def path_of(app):
    chats = app.session.store.chats.list()
    return app.session.store.messages.path(chats[0].id) if chats else []


def ask(qtbot, app, text):
    """Type a question, send it, and wait for its answer."""
    before = len(path_of(app))
    begin(qtbot, app, text)
    return wait_for_end(qtbot, app, before + 2)


def begin(qtbot, app, text):
    """Type a question, send it, and wait for the first word of its answer."""
    before = len(path_of(app))
    composer = app.window.page.composer
    composer.edit.insertPlainText(text)
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(
        lambda: (
            len(path_of(app)) == before + 2
            and (shown_text(app) != "" or path_of(app)[-1].status != "streaming")
        ),
        timeout=WAIT,
    )


def wait_for_end(qtbot, app, count):
    """Wait until the branch has ``count`` messages and its answer has ended well; return the answer."""
    qtbot.waitUntil(
        lambda: len(path_of(app)) == count and path_of(app)[-1].status != "streaming", timeout=WAIT
    )
    qtbot.waitUntil(lambda: not app.turns.active(app.window.conversation.chat_id), timeout=WAIT)
    answer = path_of(app)[-1]
    assert answer.status in ("done", "limit"), answer.error
    return answer


def shown_text(app):
    return app.window.page.transcript.text_of(path_of(app)[-1].id)


def test_an_answer_is_shown_as_it_is_kept(qtbot, app):
    one = app()
    one.session.change(max_tokens=24, temperature=0.0)
    assert one.window.page.is_welcome()
    answer = ask(qtbot, one, "日本の首都はどこですか？")
    assert "東京" in answer.text
    assert shown_text(one) == answer.text
    assert answer.stats.generated_tokens > 0
    assert one.window.page.composer.text() == ""
    assert one.window.page.title.text() == "日本の首都はどこですか？"
    qtbot.waitUntil(lambda: one.window.sidebar.list.chats.rowCount() == 2, timeout=WAIT)


def test_stopping_keeps_the_text_and_continuing_goes_on_from_it(qtbot, app):
    one = app()
    one.session.change(temperature=0.0, repeat_penalty=1.0)
    begin(qtbot, one, LONG)
    one.window.page.composer.button.click()
    qtbot.waitUntil(lambda: path_of(one)[-1].status != "streaming", timeout=WAIT)
    stopped = path_of(one)[-1]
    if stopped.status == "done":
        pytest.skip("the model had nothing more to say")
    assert stopped.status == "stopped" and stopped.text
    qtbot.waitUntil(lambda: not one.turns.active(1), timeout=WAIT)
    one.session.change(max_tokens=16)
    one.window.page.transcript.continue_requested.emit(stopped.id)
    qtbot.waitUntil(lambda: path_of(one)[-1].status in ("limit", "done", "failed"), timeout=WAIT)
    continued = path_of(one)[-1]
    assert continued.status != "failed", continued.error
    assert continued.id == stopped.id
    assert continued.text.startswith(stopped.text) and len(continued.text) > len(stopped.text)
    qtbot.waitUntil(lambda: shown_text(one) == continued.text, timeout=WAIT)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGABRT])
def test_an_engine_that_dies_leaves_the_text_and_the_next_message_works(qtbot, app, number):
    one = app()
    begin(qtbot, one, LONG)
    os.kill(one.session.engine.pid, number)
    qtbot.waitUntil(lambda: path_of(one)[-1].status == "failed", timeout=WAIT)
    failed = path_of(one)[-1]
    assert failed.text and failed.error
    one.session.change(max_tokens=8)
    qtbot.waitUntil(lambda: not one.turns.active(one.window.conversation.chat_id), timeout=WAIT)
    ask(qtbot, one, "日本の首都はどこですか？")
    assert path_of(one)[1].text == failed.text


def test_asking_again_makes_a_sibling_and_one_can_go_back(qtbot, app):
    one = app()
    one.session.change(max_tokens=8)
    first = ask(qtbot, one, "日本の首都はどこですか？")
    one.window.page.transcript.regenerate_requested.emit(first.id)
    qtbot.waitUntil(lambda: path_of(one)[-1].id != first.id, timeout=WAIT)
    second = wait_for_end(qtbot, one, 2)
    assert second.parent_id == first.parent_id
    one.window.page.transcript.sibling_requested.emit(second.id, -1)
    qtbot.waitUntil(lambda: path_of(one)[-1].id == first.id, timeout=WAIT)
    assert path_of(one)[-1].text == first.text


def test_two_chats_answer_one_after_the_other(qtbot, app):
    one = app()
    one.session.change(max_tokens=48)
    begin(qtbot, one, LONG)
    one.window.conversation.open_new()
    one.window.page.composer.edit.insertPlainText("こんにちは")
    one.window.page.composer.button.click()
    messages, chats = one.session.store.messages, one.session.store.chats

    def ends():
        return [message for chat in chats.list() for message in messages.path(chat.id)[-1:]]

    qtbot.waitUntil(
        lambda: len(ends()) == 2 and all(end.status in ("done", "limit") for end in ends()), timeout=WAIT
    )
    assert all(end.text for end in ends())


def test_renaming_deleting_and_taking_it_back(qtbot, app, home):
    store = Store.open(paths.database())
    kept, gone = store.chats.create(), store.chats.create()
    store.chats.rename(kept.id, "残す対話")
    store.chats.rename(gone.id, "消す対話")
    store.close()
    one = app()
    view = one.window.sidebar.list
    qtbot.waitUntil(lambda: view.chats.rowCount() == 3, timeout=WAIT)
    assert view.chats.index(0).data() == "今日"

    view.setCurrentIndex(view.chats.index(view.chats.row_of(kept.id)))
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_F2)
    editor = QApplication.focusWidget()
    editor.setText("新しい題名")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: one.session.store.chats.get(kept.id).title == "新しい題名", timeout=WAIT)

    qtbot.waitUntil(lambda: view.chats.row_of(gone.id) >= 0, timeout=WAIT)
    view.setCurrentIndex(view.chats.index(view.chats.row_of(gone.id)))
    qtbot.keyClick(view, Qt.Key.Key_Delete)
    qtbot.waitUntil(one.window.toast.isVisible, timeout=WAIT)
    assert view.chats.row_of(gone.id) == -1
    one.window.toast.button.click()
    qtbot.waitUntil(lambda: view.chats.row_of(gone.id) >= 0, timeout=WAIT)
    assert view.chats.index(view.chats.row_of(gone.id)).data(CHAT).title == "消す対話"


def test_drafts_are_kept_for_each_chat(qtbot, app):
    store = Store.open(paths.database())
    first, second = store.chats.create(), store.chats.create()
    store.close()
    one = app()
    composer, conversation = one.window.page.composer, one.window.conversation
    for chat, text in ((first, "一つめの下書き"), (second, "二つめの下書き")):
        conversation.open(chat.id)
        qtbot.waitUntil(lambda chat=chat: conversation.chat_id == chat.id, timeout=WAIT)
        composer.edit.insertPlainText(text)
    conversation.open_new()
    composer.edit.insertPlainText("新しい対話の下書き")
    one.window.close()
    app.stop(one)
    two = app()
    qtbot.waitUntil(lambda: two.window.page.composer.text() == "新しい対話の下書き", timeout=WAIT)
    for chat, text in ((first, "一つめの下書き"), (second, "二つめの下書き")):
        two.window.conversation.open(chat.id)
        qtbot.waitUntil(lambda text=text: two.window.page.composer.text() == text, timeout=WAIT)


def test_another_language_makes_the_window_anew_while_an_answer_goes_on(qtbot, app):
    one = app()
    one.session.change(max_tokens=64)
    begin(qtbot, one, LONG)
    old = one.window
    one.session.change(language="en", theme="dark")
    qtbot.waitUntil(lambda: one.window is not old, timeout=WAIT)
    assert one.window.sidebar.new_button.text() == "New chat"
    answer = wait_for_end(qtbot, one, 2)
    qtbot.waitUntil(lambda: shown_text(one) == answer.text, timeout=WAIT)
    one.session.change(language="ja")
    qtbot.waitUntil(lambda: one.window.sidebar.new_button.text() == "新しい対話", timeout=WAIT)


def test_closing_while_it_answers_keeps_what_there_is(qtbot, app):
    one = app()
    begin(qtbot, one, LONG)
    app.stop(one)
    store = Store.open(paths.database())
    (chat,) = store.chats.list()
    answer = store.messages.path(chat.id)[-1]
    store.close()
    assert answer.status in ("stopped", "done") and answer.text


def test_a_model_of_ones_own(qtbot, app, smollm2):
    one = app()
    one.session.change(max_tokens=12)
    one.window.conversation.choices.add_model_file(smollm2)
    qtbot.waitUntil(lambda: len(one.session.models) == 2, timeout=WAIT)
    qtbot.waitUntil(lambda: "SmolLM2" in one.window.page.model.text(), timeout=WAIT)
    assert "SmolLM2" in ask(qtbot, one, "What is the capital of France?").model_name


def test_a_file_that_is_no_model_is_refused_in_words(qtbot, app, tmp_path):
    one = app()
    path = tmp_path / "だめな.gguf"
    path.write_bytes(b"GGUF" + b"\xff" * 100)
    one.window.conversation.choices.add_model_file(path)
    qtbot.waitUntil(one.window.page.banner.isVisible, timeout=WAIT)
    assert "だめな.gguf" in one.window.page.banner.label.text()
    assert len(one.session.models) == 1


def test_without_a_model_the_message_stays(qtbot, home, monkeypatch):
    monkeypatch.setattr(library.starter, "is_available", lambda: False)
    one = App(paths.home())
    one.start()
    qtbot.waitUntil(lambda: one.window is not None, timeout=WAIT)
    one.window.page.composer.edit.insertPlainText("こんにちは")
    one.window.page.composer.button.click()
    assert one.window.page.banner.isVisible()
    assert one.window.page.composer.text() == "こんにちは"
    assert one.session.store.chats.list() == []
    stop(one)
