"""Chats are named in quiet moments, and everything that the person does comes first."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from desktop.chat.titles import title_of
from desktop.engine.protocol import Generate, Stop

pytestmark = pytest.mark.slow
QUESTION = "日本の首都について教えてください。"
TITLE = "日本の首都"


@pytest.fixture
def named(scripted):
    """The application, with a model that answers requests for titles, and a short quiet moment."""
    (scripted.folder / "title").write_text(TITLE, "utf-8")
    scripted.app.titling._quiet.setInterval(30)
    return scripted


def wishes(scripted):
    """Return the requests for titles so far."""
    return [each for each in scripted.requests(Generate) if each.turns[-1].text.startswith("題名")]


def stopped(scripted, wish):
    return any(stop.id == wish.id for stop in scripted.requests(Stop))


def title(scripted):
    return scripted.app.session.store.chats.get(scripted.window.conversation.chat_id).title


def test_a_chat_is_named_after_its_first_answer_and_shown_so(named):
    named.ask(QUESTION)
    named.until(lambda: [chat.title for chat in named.app.session.chats] == [TITLE])
    named.until(lambda: named.page.title.text() == TITLE)
    (wish,) = wishes(named)
    assert wish.state_key == ""
    assert not named.app.titling.is_waiting()


def test_typing_stops_the_model_at_once_and_it_is_asked_again_later(named):
    release = named.hold("hold-title")
    named.ask(QUESTION)
    named.until(lambda: wishes(named))
    named.app.titling._quiet.setInterval(300)
    named.qtbot.keyClick(named.page.composer.edit, Qt.Key.Key_A)
    named.until(lambda: stopped(named, wishes(named)[0]))
    assert title(named) == title_of(QUESTION)
    release()
    named.until(lambda: title(named) == TITLE)
    assert len(wishes(named)) == 2


def test_a_question_stops_the_model_and_is_answered(named):
    release = named.hold("hold-title")
    named.ask(QUESTION)
    named.until(lambda: wishes(named))
    answer = named.ask("人口は？")  # which would wait for the engine for ever
    assert answer.status == "done"
    assert stopped(named, wishes(named)[0])
    release()
    named.until(lambda: title(named) == TITLE)


def test_a_title_given_by_hand_stays(named):
    release = named.hold("hold-title")
    named.ask(QUESTION)
    named.until(lambda: wishes(named))
    named.app.session.store.chats.rename(named.window.conversation.chat_id, "私の題名")
    release()
    named.until(lambda: not named.app.titling.is_waiting())
    assert title(named) == "私の題名"


def test_it_can_be_turned_off(named):
    named.app.session.change(auto_titles=False)
    named.ask(QUESTION)
    named.until(lambda: not named.app.titling.is_waiting())
    assert title(named) == title_of(QUESTION)
    assert wishes(named) == []


def test_a_chat_is_named_once_more_with_its_third_question(named):
    named.ask(QUESTION)
    named.until(lambda: title(named) == TITLE)
    (named.folder / "title").write_text("首都の人口", "utf-8")
    named.ask("人口は？")
    named.until(lambda: not named.app.titling.is_waiting())
    assert title(named) == TITLE
    named.ask("首都の面積は？")
    named.until(lambda: title(named) == "首都の人口")
    named.ask("首都の気候は？")
    named.until(lambda: not named.app.titling.is_waiting())
    assert len(wishes(named)) == 2


def test_a_poor_title_is_asked_for_only_once(named):
    (named.folder / "title").write_text("私は質問に答えました。", "utf-8")
    named.ask(QUESTION)
    named.until(lambda: wishes(named))
    named.until(lambda: not named.app.titling.is_waiting())
    named.qtbot.keyClick(named.page.composer.edit, Qt.Key.Key_A)
    assert not named.app.titling.is_waiting()
    assert title(named) == title_of(QUESTION)
