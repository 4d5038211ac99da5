"""Bad timing and bad luck: what is typed reaches the chat that it was typed for, and nothing is lost."""

from __future__ import annotations

import os
import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from desktop import paths
from desktop.errors import KotonohaError
from desktop.store import Store, failures
from desktop.ui.app import App

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
WAIT = 120_000  # ms


@pytest.fixture
def app(qtbot, home, starter_model):
    paths.models()
    os.link(starter_model, home / "models" / starter_model.name)
    app = App(paths.home())
    app.start()
    qtbot.waitUntil(lambda: app.window is not None and bool(app.session.models), timeout=WAIT)
    app.session.change(max_tokens=2, temperature=0.0)
    yield app
    app.window.close()
    app.end()
    app.window.deleteLater()


@pytest.fixture
def gate(app, monkeypatch):
    """Hold up every later read of a chat until ``open`` is called."""
    opened = threading.Event()
    real = app.session.store.messages.path

    def slow(*args, **more):
        assert opened.wait(60)
        return real(*args, **more)

    monkeypatch.setattr(app.session.store.messages, "path", slow)
    yield opened.set
    opened.set()


def settle(qtbot, app):
    """Wait until no answer is being written and all that was given to the store is done."""
    qtbot.waitUntil(lambda: not app.turns._running, timeout=WAIT)
    done = []
    app.session.jobs.store(lambda: None, on_done=done.append)
    qtbot.waitUntil(lambda: done == [None], timeout=WAIT)


def send(app, text):
    app.window.page.composer.edit.insertPlainText(text)
    app.window.page.composer.button.click()


def texts(app, chat_id):
    return [message.text for message in app.session.store.messages.path(chat_id)]


def two_chats(app):
    chats = app.session.store.chats
    return chats.create(), chats.create()


def test_leaving_right_after_sending_leaves_sending_possible(qtbot, app):
    send(app, "一つめ")
    app.window.conversation.open_new()
    send(app, "二つめ")
    qtbot.waitUntil(lambda: len(app.session.store.chats.list()) == 2, timeout=WAIT)
    settle(qtbot, app)
    assert {texts(app, chat.id)[0] for chat in app.session.store.chats.list()} == {"一つめ", "二つめ"}
    assert app.window.page.composer.text() == ""
    assert app.session.store.settings.get().new_chat_draft == ""


def test_what_is_typed_while_a_chat_is_read_belongs_to_it(qtbot, app, gate):
    first, second = two_chats(app)
    composer, chats = app.window.page.composer, app.session.store.chats
    chats.set_draft(second.id, "Bの下書き、")
    app.window.conversation.open(first.id)
    gate()
    qtbot.waitUntil(lambda: app.window.conversation.chat_id == first.id, timeout=WAIT)
    composer.edit.insertPlainText("Aの下書き")
    composer.flush_draft()
    settle(qtbot, app)

    closed = threading.Event()
    app.session.jobs.store(lambda: closed.wait(60))
    app.window.conversation.open(second.id)
    composer.edit.insertPlainText("続き")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)  # not yet: nobody knows where it would go
    composer.flush_draft()
    closed.set()
    qtbot.waitUntil(lambda: app.window.conversation.chat_id == second.id, timeout=WAIT)
    assert composer.text() == "Bの下書き、続き"
    composer.flush_draft()
    settle(qtbot, app)
    assert chats.get(first.id).draft == "Aの下書き"
    assert chats.get(second.id).draft == "Bの下書き、続き"
    assert texts(app, first.id) == texts(app, second.id) == []


def test_a_first_message_that_cannot_be_saved_stays_and_leaves_no_chat(qtbot, app, monkeypatch):
    def no_room(*_args, **_more):
        raise failures.disk_full()

    with monkeypatch.context() as full:
        full.setattr(app.session.store.messages, "send_first", no_room)
        send(app, "大事な文章")
        qtbot.waitUntil(app.window.page.banner.isVisible, timeout=WAIT)
    assert app.window.page.composer.text() == "大事な文章"
    assert app.session.store.chats.list() == []
    settle(qtbot, app)
    assert app.session.store.settings.get().new_chat_draft == "大事な文章"
    app.window.page.composer.button.click()
    qtbot.waitUntil(lambda: len(app.session.store.chats.list()) == 1, timeout=WAIT)
    settle(qtbot, app)


def test_another_language_between_sending_and_saving_loses_nothing(qtbot, app):
    send(app, "言葉を替える前の質問")
    old = app.window
    app.session.change(language="en")
    qtbot.waitUntil(lambda: app.window is not old, timeout=WAIT)
    qtbot.waitUntil(lambda: len(app.session.store.chats.list()) == 1, timeout=WAIT)
    settle(qtbot, app)
    (chat,) = app.session.store.chats.list()
    assert texts(app, chat.id)[0] == "言葉を替える前の質問"
    assert app.session.store.settings.get().new_chat_draft == ""


def test_continuing_never_shortens_an_answer_that_has_ended(home):
    store = Store.open(paths.database())
    chat = store.chats.create()
    _, answer = store.messages.send(chat.id, "？", "m")
    store.messages.write(answer.id, "前半。")
    with pytest.raises(KotonohaError):  # somebody may be writing it
        store.messages.resume(answer.id, "前半。")
    store.messages.finish(answer.id, "前半。後半。", "done")
    with pytest.raises(KotonohaError):
        store.messages.resume(answer.id, "前半。", unsaved=True)
    assert store.messages.get(answer.id).text == "前半。後半。"
    store.messages.finish(answer.id, "前半。後半。", "stopped")
    assert store.messages.resume(answer.id, "前半。").text == "前半。後半。"
    store.messages.finish(answer.id, "前半。", "failed")
    assert store.messages.resume(answer.id, "前半。見えていた").text == "前半。見えていた"
    store.close()


def test_a_suggestion_does_not_destroy_what_was_typed(qtbot, app):
    composer = app.window.page.composer
    composer.edit.insertPlainText("長い大事な文章")
    app.window.page.welcome.suggestion_chosen.emit("例")
    assert composer.text() == "長い大事な文章\n例"
    composer.edit.undo()
    assert composer.text() == "長い大事な文章"


def test_the_usual_instructions_survive_closing_at_once(qtbot, app):
    from desktop.ui.controls.fields import TextEdit

    (edit,) = app.window.settings.findChildren(TextEdit)
    edit.setPlainText("結論から答えてください。")
    app.window.close()
    settle(qtbot, app)
    assert app.session.store.settings.get().system_prompt == "結論から答えてください。"


def test_a_second_question_keeps_the_title(qtbot, app):
    send(app, "最初の質問です")
    qtbot.waitUntil(lambda: len(app.session.store.chats.list()) == 1, timeout=WAIT)
    settle(qtbot, app)
    qtbot.waitUntil(lambda: app.window.page.composer.text() == "", timeout=WAIT)
    send(app, "まったく別の質問")
    qtbot.waitUntil(lambda: len(texts(app, 1)) == 4, timeout=WAIT)
    settle(qtbot, app)
    assert app.session.store.chats.get(1).title == "最初の質問です"


def test_a_title_being_edited_survives_a_refresh_of_the_list(qtbot, app):
    first, second = two_chats(app)
    app.session.store.chats.rename(first.id, "元の題名")
    app.session.refresh_chats()
    view = app.window.sidebar.list
    qtbot.waitUntil(lambda: view.chats.rowCount() == 3, timeout=WAIT)
    view.setFocus()
    view.rename(first.id)
    editor = QApplication.focusWidget()
    editor.setText("直している題名")
    app.session.store.chats.rename(second.id, "別の変更")
    app.session.refresh_chats()
    settle(qtbot, app)
    assert QApplication.focusWidget() is editor
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: app.session.store.chats.get(first.id).title == "直している題名", timeout=WAIT)


def test_a_chat_that_is_gone_is_told_and_a_later_click_counts(qtbot, app):
    (chat, _) = two_chats(app)
    app.window.conversation.open(99_999)
    qtbot.waitUntil(app.window.page.banner.isVisible, timeout=WAIT)
    assert app.window.conversation.chat_id is None
    app.window.conversation.open(99_998)
    app.window.conversation.open(chat.id)
    qtbot.waitUntil(lambda: app.window.conversation.chat_id == chat.id, timeout=WAIT)
    settle(qtbot, app)
    assert app.window.conversation.chat_id == chat.id


def test_typing_in_a_narrow_window_leaves_the_list_open(qtbot, app):
    app.window.resize(700, 600)
    app.window.toggle_list()
    assert app.window.sidebar.isVisible()
    app.window.page.composer.edit.insertPlainText("あ")
    app.window.page.composer.flush_draft()
    settle(qtbot, app)
    assert app.window.sidebar.isVisible()


def test_presets_change_their_language_with_the_window(qtbot, app):
    qtbot.waitUntil(lambda: bool(app.session.presets), timeout=WAIT)
    japanese = [preset.name for preset in app.session.presets]
    app.session.change(language="en")
    qtbot.waitUntil(lambda: [preset.name for preset in app.session.presets] != japanese, timeout=WAIT)
    app.session.change(language="ja")
    qtbot.waitUntil(lambda: [preset.name for preset in app.session.presets] == japanese, timeout=WAIT)


def test_a_dialog_closed_before_its_list_was_read_is_left_alone(qtbot, app):
    closed = threading.Event()
    app.session.jobs.store(lambda: closed.wait(60))
    app.window.open_bin()
    dialog = QApplication.activeModalWidget()
    dialog.close()
    qtbot.wait(50)
    closed.set()
    settle(qtbot, app)


def test_values_out_of_a_boxs_range_are_left_alone(qtbot, home, starter_model):
    unusual = {"temperature": 5.0, "top_k": 1_000_000, "idle_minutes": 10_080, "min_p": 0.333}
    store = Store.open(paths.database())
    store.settings.change(**unusual)
    store.close()
    app = App(paths.home())
    app.start()
    qtbot.waitUntil(lambda: app.window is not None, timeout=WAIT)
    app.session.change(theme="dark")
    app.window.close()
    settle(qtbot, app)
    kept = app.session.store.settings.get()
    assert {name: getattr(kept, name) for name in unusual} == unusual
    app.end()


def test_text_with_a_nul_leaves_the_composer_when_it_is_sent(qtbot, app):
    from PySide6.QtCore import QMimeData

    mime = QMimeData()
    mime.setText("a\0b こんにちは")
    app.window.page.composer.edit.insertFromMimeData(mime)
    app.window.page.composer.button.click()
    qtbot.waitUntil(lambda: len(app.session.store.chats.list()) == 1, timeout=WAIT)
    settle(qtbot, app)
    assert app.window.page.composer.text() == ""


def test_a_click_in_the_list_then_f2_renames_and_letters_go_to_the_composer(qtbot, app):
    (chat, _) = two_chats(app)
    app.session.store.chats.rename(chat.id, "元の題名")
    app.session.refresh_chats()
    view = app.window.sidebar.list
    qtbot.waitUntil(lambda: view.chats.rowCount() == 3, timeout=WAIT)
    at = view.visualRect(view.chats.index(view.chats.row_of(chat.id))).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.waitUntil(lambda: app.window.conversation.chat_id == chat.id, timeout=WAIT)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_F2)
    QApplication.focusWidget().setText("富士山のこと")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: app.session.store.chats.get(chat.id).title == "富士山のこと", timeout=WAIT)
    view.setFocus()
    qtbot.keyClick(view, "k")
    assert app.window.page.composer.text() == "k"
    assert QApplication.focusWidget() is app.window.page.composer.edit


def test_what_is_erased_from_the_bin_is_gone(qtbot, app):
    chats = app.session.store.chats
    kept, gone = two_chats(app)
    chats.delete(gone.id)
    chats.erase(kept.id)  # not in the bin: left alone
    chats.erase(gone.id)
    assert [chat.id for chat in chats.list()] == [kept.id]
    assert chats.binned() == []


def test_what_is_typed_for_a_chat_that_is_left_before_it_was_read_is_its_draft(qtbot, app):
    first, second = two_chats(app)
    chats = app.session.store.chats
    chats.set_draft(first.id, "元の下書き、")
    closed = threading.Event()
    app.session.jobs.store(lambda: closed.wait(60))
    app.window.conversation.open(first.id)
    app.window.page.composer.edit.insertPlainText("続き")
    app.window.conversation.open(second.id)
    closed.set()
    qtbot.waitUntil(lambda: app.window.conversation.chat_id == second.id, timeout=WAIT)
    settle(qtbot, app)
    assert app.window.page.composer.text() == ""
    assert chats.get(first.id).draft == "元の下書き、続き"
