"""Several windows on one store: each with a chat, a list, a size and a draft of its own; nothing is lost."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QSystemTrayIcon

from desktop import paths
from desktop.store import Store, failures
from desktop.ui.app import App
from desktop.ui.windows import MOST

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def windows(scripted):
    """The windows of a running application; what a test leaves open is closed."""
    yield scripted.app.windows
    for window in scripted.app.windows.all()[1:]:
        window.close()


@pytest.fixture
def two(qtbot, scripted, windows):
    """The first window and another one, opened by its keys, each with a new chat."""
    (first,) = windows.all()
    press(qtbot, first, Qt.Key.Key_N, CTRL | SHIFT)
    scripted.until(lambda: len(windows.all()) == 2)
    return windows.all()


def type_in(window, text):
    window.page.composer.edit.insertPlainText(text)


def text_of(window):
    return window.page.composer.text()


def send(qtbot, window, text):
    type_in(window, text)
    qtbot.keyClick(window.page.composer.edit, Qt.Key.Key_Return)


def press(qtbot, window, key, modifiers=CTRL):
    """Press keys in a window, which is in front then."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window.page.composer.edit, key, modifiers)


def open_in(scripted, window, chat_id):
    window.conversation.open(chat_id)
    scripted.until(lambda: window.conversation.chat_id == chat_id)


def kept(scripted):
    """Return the new chats' drafts in the file."""
    preferences = scripted.app.session.store.settings.get()
    return [preferences.new_chat_draft, *preferences.other_drafts]


def sent(scripted):
    """Return each chat's texts."""
    store = scripted.app.session.store
    return {
        chat.id: [message.text for message in store.messages.path(chat.id)] for chat in store.chats.list()
    }


# Opening and closing


def test_another_window_has_a_new_chat_and_its_own_list_and_size(qtbot, scripted, windows):
    first = scripted.window
    chat = scripted.ask("首都は？").chat_id
    first.resize(1000, 700)
    qtbot.keyClick(first.page.composer.edit, Qt.Key.Key_N, CTRL | SHIFT)
    second = windows.all()[1]
    assert (first.conversation.chat_id, second.conversation.chat_id) == (chat, None)
    assert second.size() == first.size() and second.pos() != first.pos()
    scripted.until(lambda: second.sidebar.list.chats.row_of(chat) >= 0)
    second.resize(1200, 640)
    second.toggle_list()
    second.zoom(0)
    assert first.size().width() == 1000
    assert first.sidebar.isVisible() and not second.sidebar.isVisible()


def test_the_action_is_in_the_palette_and_in_the_tray(scripted, windows, monkeypatch):
    (first,) = windows.all()
    names = {entry.name: entry for entry in first.finder.entries()}
    shown = QKeySequence("Ctrl+Shift+N").toString(QKeySequence.SequenceFormat.NativeText)
    assert names["新しいウィンドウ"].keys == shown
    names["新しいウィンドウ"].act()
    assert len(windows.all()) == 2
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", staticmethod(lambda: True))
    scripted.app.session.change(tray=True)
    _, _, another, *_ = scripted.app.tray.contextMenu().actions()
    another.trigger()
    assert len(windows.all()) == 3
    scripted.app.session.change(tray=False)


def test_there_is_a_most(windows):
    for _ in range(MOST + 3):
        windows.open_another()
    assert len(windows.all()) == MOST
    assert str(MOST) in windows.front.toast.label.text()


def test_closing_one_keeps_the_other_and_the_last_one_ends(qtbot, scripted, two):
    first, second = two
    ended = []
    scripted.app.ended.connect(ended.append)
    press(qtbot, first, Qt.Key.Key_W)
    assert not first.isVisible() and second.isVisible()
    assert ended == [] and scripted.app.window is second
    send(qtbot, second, "まだ話せる")
    scripted.until(lambda: len(sent(scripted)) == 1)
    scripted.settle()
    second.close()
    assert ended == [0]


def test_quitting_closes_all_and_ends_once(qtbot, scripted, two):
    ended = []
    scripted.app.ended.connect(ended.append)
    type_in(two[0], "一つめの書きかけ")
    type_in(two[1], "二つめの書きかけ")
    press(qtbot, two[1], Qt.Key.Key_Q)
    assert ended == [0] and not any(window.isVisible() for window in two)
    scripted.settle()
    assert kept(scripted) == ["一つめの書きかけ", "二つめの書きかけ"]


def test_with_the_tray_the_last_window_stays_and_is_raised_alone(scripted, two, monkeypatch):
    windows = scripted.app.windows
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", staticmethod(lambda: True))
    ended = []
    scripted.app.ended.connect(ended.append)
    scripted.app.session.change(tray=True)
    for window in two:
        window.close()
    assert ended == [] and windows.all() == (two[1],)
    windows.open_another()
    assert windows.all() == (two[1],) and two[1].isVisible()
    scripted.app.session.change(tray=False)


def test_the_chat_of_the_window_that_was_used_last_opens_at_the_next_start(scripted, two):
    first, second = two
    store = scripted.app.session.store
    old, new = store.chats.create(), store.chats.create()
    open_in(scripted, second, new.id)
    scripted.settle()
    assert store.settings.get().last_chat_id == new.id
    open_in(scripted, first, old.id)  # in the background
    scripted.settle()
    assert store.settings.get().last_chat_id == new.id
    second.close()
    scripted.settle()
    assert store.settings.get().last_chat_id == old.id


# Drafts of new chats


def test_both_drafts_survive_a_kill(qtbot, scripted, two):
    for window, text in zip(two, ("一つめの書きかけ", "二つめの書きかけ"), strict=True):
        qtbot.keyClicks(window.page.composer.edit, "x")
        type_in(window, text)
    scripted.until(lambda: kept(scripted) == ["x一つめの書きかけ", "x二つめの書きかけ"])
    after = Store.open(paths.database())  # what a kill would leave
    assert after.settings.get().other_drafts == ("x二つめの書きかけ",)
    after.close()
    again = App(paths.home())
    again.start()
    scripted.until(lambda: again.window is not None)
    assert text_of(again.window) == "x一つめの書きかけ\n\nx二つめの書きかけ"
    again.window.close()
    again.end()
    again.window.deleteLater()
    assert kept(scripted) == ["x一つめの書きかけ\n\nx二つめの書きかけ"]


def test_what_does_not_fit_behind_the_first_draft_waits_for_the_next_new_chat(scripted, two, monkeypatch):
    monkeypatch.setattr("desktop.ui.new_drafts.LONGEST_MESSAGE", 10)
    session = scripted.app.session
    session.remember(new_chat_draft="あ" * 8, other_drafts=("い" * 8, "う"))
    session.new_drafts.gather()
    assert session.preferences.new_chat_draft == "あ" * 8
    assert session.preferences.other_drafts == ("い" * 8, "う")


def test_a_draft_of_a_closed_window_is_shown_in_the_next_empty_new_chat(qtbot, scripted, two):
    first, second = two
    type_in(second, "閉じた窓の書きかけ")
    second.close()
    press(qtbot, first, Qt.Key.Key_N)
    assert text_of(first) == "閉じた窓の書きかけ"
    scripted.settle()
    assert kept(scripted) == ["閉じた窓の書きかけ"]


def test_a_draft_of_a_closed_window_waits_while_there_is_another_one(qtbot, scripted, two):
    first, second = two
    type_in(first, "自分の書きかけ")
    type_in(second, "閉じた窓の書きかけ")
    second.close()
    press(qtbot, first, Qt.Key.Key_N)
    assert text_of(first) == "自分の書きかけ"
    scripted.app.windows.open_another()
    assert text_of(scripted.app.windows.all()[1]) == "閉じた窓の書きかけ"


def test_the_draft_of_the_first_window_is_not_lost_when_it_is_closed(qtbot, scripted, two):
    first, second = two
    type_in(first, "一つめの書きかけ")
    first.close()
    press(qtbot, second, Qt.Key.Key_N)
    assert text_of(second) == "一つめの書きかけ"


def test_a_quick_question_leaves_the_draft_alone(qtbot, scripted, windows):
    type_in(scripted.window, "書きかけ")
    scripted.window.page.composer.flush_draft()
    scripted.app.ask_quickly()
    quick = scripted.app.quick
    quick.field.setText("すぐに聞く")
    qtbot.keyClick(quick.field, Qt.Key.Key_Return)
    scripted.until(lambda: len(sent(scripted)) == 1)
    scripted.settle()
    assert kept(scripted) == ["書きかけ"] and text_of(scripted.window) == "書きかけ"


# Sending


def test_sending_in_both_at_once_makes_two_chats(qtbot, scripted, two):
    for window, text in zip(two, ("東の質問", "西の質問"), strict=True):
        type_in(window, text)
        window.page.composer.flush_draft()
    scripted.settle()
    for window in two:
        qtbot.keyClick(window.page.composer.edit, Qt.Key.Key_Return)
    scripted.until(lambda: all(window.conversation.chat_id for window in two))
    scripted.settle()
    for window, text in zip(two, ("東の質問", "西の質問"), strict=True):
        assert sent(scripted)[window.conversation.chat_id] == [text, "東京です。"]
        assert text_of(window) == ""
        assert window.page.title.text() == text
        assert window.windowTitle() == f"{text} — 言の葉"
    assert len(sent(scripted)) == 2 and kept(scripted) == [""]


def test_sending_in_one_leaves_the_draft_of_the_other(qtbot, scripted, two):
    first, second = two
    type_in(first, "一つめの書きかけ")
    first.page.composer.flush_draft()
    send(qtbot, second, "二つめの質問")
    scripted.until(lambda: second.conversation.chat_id is not None)
    scripted.settle()
    assert text_of(first) == "一つめの書きかけ" and kept(scripted) == ["一つめの書きかけ"]


def test_only_the_window_that_asked_complains(qtbot, scripted, two):
    first, second = two
    models, scripted.app.session.models = scripted.app.session.models, []
    send(qtbot, second, "モデルのない質問")
    assert second.page.banner.isVisible() and not first.page.banner.isVisible()
    assert text_of(second) == "モデルのない質問"
    scripted.settle()
    assert kept(scripted) == ["", "モデルのない質問"]
    scripted.app.session.models = models


def test_what_cannot_be_saved_is_told_and_stays_where_it_was_written(qtbot, scripted, two, monkeypatch):
    first, second = two

    def no_room(*_args, **_more):
        raise failures.disk_full()

    with monkeypatch.context() as full:
        full.setattr(scripted.app.session.store.messages, "send_first", no_room)
        send(qtbot, second, "大事な文章")
        scripted.until(second.page.banner.isVisible)
    assert not first.page.banner.isVisible() and text_of(first) == ""
    scripted.settle()
    assert text_of(second) == "大事な文章" and kept(scripted) == ["", "大事な文章"]


def test_what_is_refused_after_its_window_was_closed_is_kept_and_told(qtbot, scripted, two, monkeypatch):
    first, second = two
    go_on = threading.Event()

    def no_room(*_args, **_more):
        assert go_on.wait(60)
        raise failures.disk_full()

    with monkeypatch.context() as full:
        full.setattr(scripted.app.session.store.messages, "send_first", no_room)
        send(qtbot, second, "閉じる前の質問")
        type_in(second, "\nその続き")
        second.close()
        go_on.set()
        scripted.until(first.page.banner.isVisible)
    assert "ディスク" in first.page.banner.label.text()
    press(qtbot, first, Qt.Key.Key_N)
    assert text_of(first) == "閉じる前の質問\nその続き"


def test_what_nobody_asked_for_is_told_in_the_window_in_front_only(scripted, two):
    first, second = two
    scripted.app.session.jobs.failed.emit(failures.disk_full())
    assert second.page.banner.isVisible() and not first.page.banner.isVisible()


# One chat in two windows


@pytest.fixture
def same(qtbot, scripted, two):
    """Two windows that show the same chat, with one answer."""
    send(qtbot, two[0], "最初の質問")
    scripted.until(lambda: two[0].conversation.chat_id is not None)
    scripted.settle()
    open_in(scripted, two[1], two[0].conversation.chat_id)
    return two


def shown(window, message_id):
    return window.page.transcript.text_of(message_id)


def test_it_streams_in_both_and_is_saved_once(qtbot, scripted, same):
    go_on = scripted.hold("hold-answer")
    send(qtbot, same[0], "次の質問")
    chat_id = same[0].conversation.chat_id
    scripted.until(lambda: len(scripted.messages.path(chat_id)) == 4)
    answer = scripted.messages.path(chat_id)[-1]
    scripted.until(lambda: scripted.active() is not None and scripted.active().written == "東京です。")
    assert [shown(window, answer.id) for window in same] == ["東京です。"] * 2
    names = [window.page.composer.button.accessibleName() for window in same]
    assert names == ["止める", "止める"]
    send(qtbot, same[1], "割り込み")  # not while it is being answered
    go_on()
    scripted.settle()
    (texts,) = sent(scripted).values()
    assert texts == ["最初の質問", "東京です。", "次の質問", "東京です。"]
    assert text_of(same[1]) == "割り込み"


def test_stopping_in_one_stops_it_in_both(qtbot, scripted, same):
    scripted.hold("hold-answer")
    send(qtbot, same[0], "次の質問")
    scripted.until(lambda: same[1].page.composer.button.accessibleName() == "止める")
    same[1].page.composer.button.click()
    scripted.settle()
    assert scripted.messages.path(same[0].conversation.chat_id)[-1].status == "stopped"
    assert [window.page.composer.button.accessibleName() for window in same] == ["送る", "送る"]


def test_closing_the_first_while_the_second_streams(qtbot, scripted, same):
    first, second = same
    go_on = scripted.hold("hold-answer")
    send(qtbot, first, "次の質問")
    scripted.until(lambda: scripted.active() is not None and scripted.active().message is not None)
    first.close()
    go_on()
    scripted.settle()
    (texts,) = sent(scripted).values()
    assert texts == ["最初の質問", "東京です。", "次の質問", "東京です。"]
    answer = scripted.messages.path(second.conversation.chat_id)[-1]
    assert answer.status == "done" and shown(second, answer.id) == "東京です。"


def test_its_draft_is_one_and_goes_off_once(qtbot, scripted, same):
    first, second = same
    chats, chat_id = scripted.app.session.store.chats, first.conversation.chat_id
    type_in(first, "同じ下書き")
    scripted.until(lambda: text_of(second) == "同じ下書き")
    second.activateWindow()
    qtbot.keyClick(second.page.composer.edit, Qt.Key.Key_Return)
    scripted.until(lambda: scripted.app.turns.busy() or text_of(second) == "")
    scripted.settle()
    assert [text_of(window) for window in same] == ["", ""]
    assert chats.get(chat_id).draft == ""
    assert sent(scripted)[chat_id].count("同じ下書き") == 1


def test_what_is_typed_beside_a_question_of_the_other_window_stays(qtbot, scripted, same):
    first, second = same
    chat_id = first.conversation.chat_id
    type_in(second, "はい、そして")  # not saved yet
    send(qtbot, first, "はい")
    scripted.until(lambda: len(sent(scripted)[chat_id]) == 4)
    scripted.settle()
    scripted.until(lambda: text_of(first) == "はい、そして")  # it is the chat's draft
    assert text_of(second) == "はい、そして"
    assert scripted.app.session.store.chats.get(chat_id).draft == "はい、そして"


def test_another_branch_and_another_model_are_seen_in_both(qtbot, scripted, same):
    first, second = same
    old = scripted.messages.path(first.conversation.chat_id)[-1]
    first.page.transcript.regenerate_requested.emit(old.id)
    scripted.until(lambda: len(scripted.messages.siblings(old.id)) == 2)
    scripted.settle()
    new = scripted.messages.path(first.conversation.chat_id)[-1]
    ids = lambda window: [message.id for message in window.conversation._shown.path]  # noqa: E731
    scripted.until(lambda: ids(first)[-1] == ids(second)[-1] == new.id)
    second.page.transcript.sibling_requested.emit(new.id, -1)
    scripted.until(lambda: ids(first)[-1] == ids(second)[-1] == old.id)
    preset = scripted.app.session.presets[-1]
    first.conversation.choices.preset_chosen.emit(preset.id)
    scripted.until(lambda: second.conversation._shown.chat.preset_id == preset.id)


def test_a_chat_in_the_bin_is_shown_in_neither(scripted, same):
    same[0].delete_current()
    scripted.until(lambda: [window.conversation.chat_id for window in same] == [None, None])


# Files, and the whole window anew


def mime_of(path):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    return mime


def names_in(window):
    return [chip.shown.name for chip in window.page.composer.chips.chips() if not chip.shown.busy]


def test_files_of_a_new_chat_go_with_the_window_that_they_were_given_to(qtbot, scripted, two, tmp_path):
    first, second = two
    for name in ("東.txt", "西.txt", "北.txt"):
        (tmp_path / name).write_text(f"{name}の中身です。")
    first.page.composer.edit.insertFromMimeData(mime_of(tmp_path / "東.txt"))
    scripted.until(lambda: names_in(first) == ["東.txt"])
    assert names_in(second) == []
    type_in(second, "二つめの質問")
    second.page.composer.edit.insertFromMimeData(mime_of(tmp_path / "西.txt"))
    second.page.composer.edit.insertFromMimeData(mime_of(tmp_path / "北.txt"))
    scripted.until(lambda: names_in(second) == ["西.txt", "北.txt"])
    assert text_of(second) == "二つめの質問"  # a chat now, in which nothing was asked yet
    chat_id = second.conversation.chat_id
    assert scripted.app.session.store.chats.get(chat_id).draft == "二つめの質問"
    qtbot.keyClick(second.page.composer.edit, Qt.Key.Key_Return)
    scripted.until(lambda: len(sent(scripted)[chat_id]) == 2)
    scripted.settle()
    (files,) = scripted.app.session.store.attachments.sent(chat_id).values()
    assert [file.name for file in files] == ["西.txt", "北.txt"]
    assert names_in(first) == ["東.txt"] and len(sent(scripted)) == 1
    assert scripted.app.session.store.chats.get(chat_id).title == "二つめの質問"


def test_another_language_renews_all_windows_each_with_its_chat(qtbot, scripted, two):
    first, second = two
    send(qtbot, first, "首都は？")
    scripted.until(lambda: first.conversation.chat_id is not None)
    scripted.settle()
    chat_id = first.conversation.chat_id
    type_in(first, "対話の書きかけ")
    type_in(second, "新しい対話の書きかけ")
    first.resize(1010, 710)
    scripted.app.session.change(language="en")
    scripted.until(lambda: not {first, second} & set(scripted.app.windows.all()))
    new_first, new_second = scripted.app.windows.all()
    scripted.until(lambda: new_first.conversation.chat_id == chat_id)
    assert new_first.size().width() == 1010
    assert text_of(new_first) == "対話の書きかけ" and text_of(new_second) == "新しい対話の書きかけ"
    assert new_second.conversation.chat_id is None
    assert scripted.app.window is new_second
    assert [window.action_table["chat.new"].text() for window in (new_first, new_second)] == ["New chat"] * 2
    scripted.app.session.change(language="ja")
    scripted.until(lambda: new_first not in scripted.app.windows.all())


def test_another_theme_is_seen_in_both(scripted, two):
    before = [window.palette().window().color() for window in two]
    scripted.app.session.change(theme="dark")
    after = [window.palette().window().color() for window in two]
    assert after[0] == after[1] != before[0]
    scripted.app.session.change(theme="light")
