"""What is being read stays where it is when the same chat is shown again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot
from scripted import Scripted

from desktop.ui.transcript import Entry, Transcript
from desktop.ui.transcript.answer import AnswerView
from desktop.ui.transcript.flow import Place
from desktop.ui.transcript.thinking import FoldButton
from desktop.ui.worker import Jobs
from tests.ui.transcripts import WAIT, button, chat, opened, settle, views

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def transcript(qtbot: QtBot) -> Transcript:
    return opened(qtbot)


def places(transcript: Transcript) -> dict[int, int]:
    """Return where the messages in sight begin on the viewport, by their ids."""
    page = transcript.viewport().height()
    return {id: v.y() for id, v in views(transcript).items() if v.y() < page and v.y() + v.height() > 0}


def scrolled(transcript: Transcript, qtbot: QtBot, entries: list[Entry]) -> dict[int, int]:
    transcript.show_entries(entries)
    settle(qtbot, transcript)
    transcript.verticalScrollBar().setValue(transcript.verticalScrollBar().maximum() // 2)
    settle(qtbot, transcript)
    assert not transcript.at_end()
    return places(transcript)


def test_the_same_chat_shown_again_stays_where_it_is(transcript: Transcript, qtbot: QtBot):
    entries = chat(60)
    before = scrolled(transcript, qtbot, entries)
    shown = views(transcript)
    changed = min(before)
    transcript.show_entries([replace(e, starred=e.id == changed) for e in entries], keep=True)
    assert places(transcript) == before
    settle(qtbot, transcript)
    assert places(transcript) == before
    assert all(views(transcript)[id] is shown[id] for id in before)  # not made again
    assert views(transcript)[changed].entry.starred
    transcript.show_entries(entries)
    assert transcript.at_end()  # another chat begins at its end


def test_what_is_shared_stays_where_other_messages_come_and_go(transcript: Transcript, qtbot: QtBot):
    entries = chat(60)
    before = scrolled(transcript, qtbot, entries)
    kept = sorted(before)[1:]  # the first one in sight is another version now
    assert kept
    others = [
        replace(e, id=e.id + 1_000) if e.id == min(before) or e.id > max(before) else e for e in entries[5:]
    ]
    transcript.show_entries(others, keep=True)
    settle(qtbot, transcript)
    assert {id: y for id, y in places(transcript).items() if id in kept} == {id: before[id] for id in kept}


def test_the_end_is_followed_on(transcript: Transcript, qtbot: QtBot):
    entries = chat(30)
    transcript.show_entries(entries)
    settle(qtbot, transcript)
    transcript.show_entries([*entries, Entry(99, "assistant", "新しい答え\n\n" * 9)], keep=True)
    settle(qtbot, transcript)
    assert transcript.at_end() and 99 in places(transcript)


def test_of_what_is_gone_nothing_is_held(transcript: Transcript, qtbot: QtBot):
    before = scrolled(transcript, qtbot, chat(40))
    transcript.select_all()
    transcript.show_entries([replace(e, id=e.id + 1_000) for e in chat(40)], keep=True)
    settle(qtbot, transcript)
    assert transcript.at_end() and not before.keys() & places(transcript).keys()
    assert all(view.chosen is None for view in views(transcript).values())


def test_folds_readings_and_the_selection_stay(transcript: Transcript, qtbot: QtBot):
    jobs = Jobs()
    try:
        transcript.set_jobs(jobs)
        entries = [
            Entry(1, "user", "漢字の質問です。"),
            Entry(2, "assistant", "日本語の答えです。", thinking="よく考えました。\n" * 9),
        ]
        transcript.show_entries(entries)
        (fold,) = views(transcript)[2].findChildren(FoldButton)
        fold.click()
        transcript.toggle_furigana(2)
        qtbot.waitUntil(lambda: views(transcript)[2].has_furigana, timeout=WAIT)
        transcript.select_all()
        transcript.show_entries([replace(e, starred=True) for e in entries], keep=True)
        settle(qtbot, transcript)
        view = views(transcript)[2]
        assert isinstance(view, AnswerView)
        assert fold.isChecked() and view._thoughts.is_open and view.has_furigana
        assert all(each.chosen is not None for each in views(transcript).values())
        assert view.entry.starred
    finally:
        jobs.close()


def test_text_that_waits_for_its_frame_is_not_shown_twice(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "user", "質問"), Entry(2, "assistant", "はい", "streaming")])
    transcript.append_text(2, "、そうです。")
    now = [Entry(1, "user", "質問"), Entry(2, "assistant", "はい、そうです。", "streaming")]
    transcript.show_entries(now, keep=True)
    transcript.append_text(2, "続きます。")
    settle(qtbot, transcript)
    assert transcript.text_of(2) == "はい、そうです。続きます。"
    flow = views(transcript)[2].flow
    assert flow.text(Place(0, 0), flow.end()) == transcript.text_of(2)


@pytest.fixture
def talk(scripted: Scripted) -> Scripted:
    """A chat that is longer than the page, read near its beginning."""
    for number in range(12):
        scripted.ask(f"{number}番目の質問です。\n" + "長い前置きです。\n" * 8)
    scripted.page.transcript.verticalScrollBar().setValue(150)
    settle(scripted.qtbot, scripted.page.transcript)
    assert not scripted.page.transcript.at_end()
    return scripted


@pytest.mark.parametrize("cause", ["star", "another window", "title"])
def test_the_reader_stays_where_they_are(talk: Scripted, cause: str):
    transcript, session = talk.page.transcript, talk.app.session
    before, answer = places(transcript), talk.path()[1]
    assert before
    match cause:
        case "star":
            transcript.starred.emit(answer.id, True)
        case "another window":
            talk.messages.star(answer.id)
            session.chat_changed.emit(answer.chat_id, None)
        case "title":
            session.store.chats.rename(answer.chat_id, "新しい題名")
            talk.messages.star(answer.id)
            talk.window.conversation.reload()
    talk.until(lambda: transcript._rows.find(answer.id).entry.starred)
    settle(talk.qtbot, transcript)
    assert places(transcript) == before


def test_asking_again_from_above_follows_the_new_answer(talk: Scripted):
    transcript, last = talk.page.transcript, talk.path()[-1]
    transcript.regenerate_requested.emit(last.id)
    talk.until(lambda: talk.path()[-1].id != last.id)
    talk.settle()
    settle(talk.qtbot, transcript)
    assert transcript.at_end()
    talk.page.transcript.verticalScrollBar().setValue(150)
    before = places(transcript)
    transcript.sibling_requested.emit(talk.path()[-1].id, -1)
    talk.until(lambda: transcript._rows.find(last.id) is not None)
    settle(talk.qtbot, transcript)
    assert places(transcript) == before


def test_the_keyboard_stays_on_the_star(transcript: Transcript, qtbot: QtBot):
    entry = Entry(3, "assistant", "長い段落です。\n\n" * 40)
    transcript.show_entries([*chat(3), entry, Entry(4, "user", "質問")])
    settle(qtbot, transcript)
    transcript.verticalScrollBar().setValue(transcript.verticalScrollBar().maximum() - 60)
    settle(qtbot, transcript)

    def star(name: str) -> QAbstractButton:
        return button(transcript, 3, name)

    transcript.activateWindow()
    star("スターを付ける").setFocus()
    qtbot.waitUntil(star("スターを付ける").hasFocus, timeout=WAIT)
    before = places(transcript)
    transcript.update_entry(replace(entry, starred=True))
    settle(qtbot, transcript)
    assert star("スターを外す").hasFocus()
    assert places(transcript) == before
