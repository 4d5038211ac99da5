"""What a model thinks before it answers: streamed into a fold, kept, and never part of the answer."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu
from scripted import Scripted
from scripted_child import PIECES, THOUGHTS

from desktop.ui.transcript import Entry, Transcript
from desktop.ui.transcript.answer import AnswerView

pytestmark = pytest.mark.timeout(300)
THOUGHT, ANSWER = "".join(THOUGHTS), "".join(PIECES)
WAIT = 10_000  # ms


@pytest.fixture
def transcript(qtbot):
    made = Transcript()
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    qtbot.waitExposed(made)
    return made


def settle(qtbot, transcript):
    qtbot.waitUntil(
        lambda: not transcript._idle.isActive() and not transcript._frame.isActive(), timeout=WAIT
    )


def view(transcript, id) -> AnswerView:
    (found,) = (
        v for v in transcript.viewport().findChildren(AnswerView) if v.entry.id == id and not v.isHidden()
    )
    return found


def fold(transcript, id):
    return view(transcript, id)._thoughts.button


def shown(transcript, id) -> str:
    """Return the text of the open fold."""
    flow = view(transcript, id)._thoughts._flow
    return "".join(
        ("" if n == 0 else segment.block.joint) + segment.block.text()
        for n, segment in enumerate(flow.segments)
    )


def test_the_fold_is_closed_and_opens_by_mouse_and_keyboard(qtbot, transcript):
    transcript.show_entries([Entry(1, "assistant", "答え", thinking="一\n二", thought_seconds=12.4)])
    settle(qtbot, transcript)
    button, closed = fold(transcript, 1), view(transcript, 1).height()
    assert button.text() == "12秒考えました"
    assert shown(transcript, 1) == ""  # nothing is laid out
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    settle(qtbot, transcript)
    assert shown(transcript, 1) == "一\n二"
    assert view(transcript, 1).height() > closed + 30
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    settle(qtbot, transcript)
    assert view(transcript, 1).height() == closed


@pytest.mark.parametrize(
    ("seconds", "title"),
    [(0.0, "考えたこと"), (0.3, "1秒考えました"), (59.4, "59秒考えました"), (200.0, "3分20秒考えました")],
)
def test_the_title_says_how_long(qtbot, transcript, seconds, title):
    transcript.show_entries([Entry(1, "assistant", "答え", thinking="一", thought_seconds=seconds)])
    settle(qtbot, transcript)
    assert fold(transcript, 1).text() == title


def test_an_answer_without_thoughts_has_no_fold(qtbot, transcript):
    transcript.show_entries([Entry(1, "assistant", "答え")])
    settle(qtbot, transcript)
    assert fold(transcript, 1).isHidden()
    assert fold(transcript, 1) not in view(transcript, 1).controls()


def test_an_open_fold_follows_and_stays_open(qtbot, transcript):
    transcript.show_entries([Entry(1, "assistant", "", "streaming")])
    transcript.append_thought(1, "はじめに")
    settle(qtbot, transcript)
    assert fold(transcript, 1).text() == "考えています…"
    fold(transcript, 1).click()
    for number in range(300):
        transcript.append_thought(1, f"\n{number}番目のこと")
        if number % 50 == 0:
            settle(qtbot, transcript)
    settle(qtbot, transcript)
    whole = "はじめに" + "".join(f"\n{number}番目のこと" for number in range(300))
    assert shown(transcript, 1) == whole
    assert transcript.at_end()
    transcript.end_thinking(1, 7.0)
    transcript.append_text(1, "答え")
    settle(qtbot, transcript)
    assert fold(transcript, 1).text() == "7秒考えました"
    assert fold(transcript, 1).isChecked()
    transcript.update_entry(Entry(1, "assistant", "答え", thinking=whole, thought_seconds=7.2))
    settle(qtbot, transcript)
    assert shown(transcript, 1) == whole
    assert transcript.text_of(1) == "答え"


def test_opening_a_fold_keeps_its_title_under_the_pointer(qtbot, transcript):
    entries = [Entry(n, "assistant", "段落。\n\n" * 30, thinking="考え\n" * 200) for n in range(3)]
    transcript.show_entries(entries)
    settle(qtbot, transcript)
    assert transcript.at_end()
    button = fold(transcript, 2)
    bar = transcript.verticalScrollBar()
    for _ in range(3):  # what comes into sight is measured, and moves it
        bar.setValue(bar.value() + button.mapTo(transcript.viewport(), QPoint(0, 0)).y() - 100)
        settle(qtbot, transcript)
    assert button.mapTo(transcript.viewport(), QPoint(0, 0)).y() == 100
    before = button.mapTo(transcript.viewport(), QPoint(0, 0)).y()
    button.click()
    settle(qtbot, transcript)
    assert abs(button.mapTo(transcript.viewport(), QPoint(0, 0)).y() - before) <= 1


def test_long_thoughts_open_only_where_they_are_seen(qtbot, transcript):
    transcript.show_entries([Entry(1, "assistant", "答え", thinking="考えたことの一行。\n" * 20_000)])
    settle(qtbot, transcript)
    fold(transcript, 1).click()
    flow = view(transcript, 1)._thoughts._flow
    assert sum(segment.document is not None for segment in flow.segments) < 20
    assert view(transcript, 1).height() > 20_000 * 10


def test_copying_copies_the_answer_alone_and_the_menu_the_thoughts(qtbot, transcript):
    transcript.show_entries([Entry(1, "assistant", "答え", thinking="秘めた考え")])
    settle(qtbot, transcript)
    shown_view = view(transcript, 1)
    transcript.select_all()
    qtbot.keyClick(shown_view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "答え"
    shown_view._copy_all()
    assert QGuiApplication.clipboard().text() == "答え"
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(0, 0), QPoint(0, 0))
    QApplication.sendEvent(shown_view, event)
    (menu,) = shown_view.findChildren(QMenu)
    next(action for action in menu.actions() if action.text() == "考えたことをコピー").trigger()
    assert QGuiApplication.clipboard().text() == "秘めた考え"
    menu.close()


@pytest.mark.slow
def test_thoughts_stream_are_kept_and_come_back(scripted: Scripted):
    go_on = scripted.hold("hold-thinking")
    scripted.begin("日本の首都は？")
    transcript = scripted.page.transcript
    answer = scripted.active().message.id
    scripted.until(lambda: scripted.active().thought == THOUGHT)
    settle(scripted.qtbot, transcript)
    assert fold(transcript, answer).text() == "考えています…"
    assert transcript.text_of(answer) == ""
    # Another chat and back: the thoughts so far are there, once.
    chat = scripted.window.conversation.chat_id
    scripted.window.conversation.open_new()
    scripted.window.conversation.open(chat)
    scripted.until(lambda: scripted.window.conversation.chat_id == chat)
    settle(scripted.qtbot, transcript)
    fold(transcript, answer).click()
    assert shown(transcript, answer) == THOUGHT
    go_on()
    scripted.settle()
    settle(scripted.qtbot, transcript)
    assert fold(transcript, answer).text() == "12秒考えました"
    assert transcript.text_of(answer) == ANSWER
    kept = scripted.messages.get(answer)
    assert (kept.text, kept.thinking) == (ANSWER, THOUGHT)
    scripted.window.conversation.open_new()
    scripted.window.conversation.open(chat)
    scripted.until(lambda: scripted.window.conversation.chat_id == chat)
    settle(scripted.qtbot, transcript)
    assert fold(transcript, answer).text() == "12秒考えました"
    fold(transcript, answer).click()
    assert shown(transcript, answer) == THOUGHT


@pytest.mark.slow
def test_stopping_while_it_thinks_keeps_the_thoughts(scripted: Scripted):
    scripted.hold("hold-thinking")
    scripted.begin("日本の首都は？")
    answer = scripted.active().message.id
    scripted.until(lambda: scripted.active().thought == THOUGHT)
    scripted.page.composer.button.click()
    scripted.settle()
    kept = scripted.messages.get(answer)
    assert (kept.status, kept.text, kept.thinking) == ("stopped", "", THOUGHT)
    settle(scripted.qtbot, scripted.page.transcript)
    assert fold(scripted.page.transcript, answer).text() == "考えたこと"
