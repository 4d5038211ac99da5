"""Where messages stand: rows, which of them are widgets, scrolling, and what stays when heights change."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from desktop.ui import theme
from desktop.ui.transcript import Entry, Transcript
from desktop.ui.transcript.button import JumpButton
from desktop.ui.transcript.message import MessageView
from tests.ui.transcripts import button, chat, names, opened, settle, views


@pytest.fixture
def transcript(qtbot: QtBot) -> Iterator[Transcript]:
    yield opened(qtbot)
    theme._current = theme.LIGHT


def test_a_long_chat_opens_at_its_end_with_few_widgets(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries(chat(5_000))
    settle(qtbot, transcript)
    bar = transcript.verticalScrollBar()
    assert bar.value() == bar.maximum() > 100_000
    assert 4_999 in views(transcript)
    assert len(transcript.viewport().findChildren(MessageView)) < 60
    assert transcript.at_end()


def test_every_message_can_be_reached(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries(chat(120))
    settle(qtbot, transcript)
    seen: set[int] = set()
    bar = transcript.verticalScrollBar()
    for _ in range(400):
        seen |= {i for i, v in views(transcript).items() if v.y() < 600 and v.y() + v.height() > 0}
        if bar.value() == 0:
            break
        bar.setValue(bar.value() - 200)
    assert seen == set(range(120))
    tops = [transcript._rows.top(n) for n in range(121)]
    assert tops == sorted(tops)


def test_messages_stand_below_each_other(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries(chat(12))
    settle(qtbot, transcript)
    shown = [view for _, view in sorted(views(transcript).items())]
    for above, below in pairwise(shown):
        assert above.y() + above.height() == below.y()
    assert all(view.height() == view.full_height() for view in shown)


def test_the_jump_button_shows_only_away_from_the_end(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries(chat(40))
    settle(qtbot, transcript)
    (jump,) = transcript.findChildren(JumpButton)
    assert jump.accessibleName() == "いちばん下へ"
    assert jump.isHidden()
    transcript.verticalScrollBar().setValue(0)
    assert jump.isVisible()
    qtbot.mouseClick(jump, Qt.MouseButton.LeftButton)
    settle(qtbot, transcript)
    assert jump.isHidden() and transcript.at_end()


def test_keys_scroll(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries(chat(60))
    settle(qtbot, transcript)
    bar = transcript.verticalScrollBar()
    end = bar.value()
    qtbot.keyClick(transcript, Qt.Key.Key_PageUp)
    assert end - 700 < bar.value() < end - 400
    qtbot.keyClick(transcript, Qt.Key.Key_Home)
    assert bar.value() == 0
    qtbot.keyClick(transcript, Qt.Key.Key_PageDown)
    assert bar.value() > 400
    here = bar.value()
    qtbot.keyClick(views(transcript)[min(views(transcript))], Qt.Key.Key_Down)
    assert bar.value() > here
    qtbot.keyClick(transcript, Qt.Key.Key_End)
    assert bar.value() == bar.maximum()


def test_the_wheel_over_a_message_is_left_to_the_page(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "user", "質問"), Entry(2, "assistant", "答え\n\n```py\nx\n```")])
    settle(qtbot, transcript)
    for widget in (*views(transcript).values(), *transcript.viewport().findChildren(QAbstractButton)):
        at, none = QPointF(5, 5), Qt.MouseButton.NoButton
        keys, phase = Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
        event = QWheelEvent(at, at, QPoint(), QPoint(0, 240), none, keys, phase, False)
        QApplication.sendEvent(widget, event)
        assert not event.isAccepted()  # so Qt hands a real one on to the scroll area


def test_nothing_is_left_to_do_while_hidden(transcript: Transcript, qtbot: QtBot):
    transcript.hide()
    transcript.show_entries([*chat(30), Entry(90, "assistant", "", "streaming")])
    transcript.append_text(90, "見えない間の文字")
    settle(qtbot, transcript)
    transcript.resize(500, 400)
    transcript.show()
    settle(qtbot, transcript)
    assert transcript.at_end()
    assert views(transcript)[90].flow.segments[0].block.text() == "見えない間の文字"
    assert views(transcript)[90].width() == transcript.viewport().width()


def top_text(transcript: Transcript) -> tuple[int, str]:
    """Return message and block at the upper edge of the viewport."""
    for identity, view in views(transcript).items():
        if view.y() <= 0 < view.y() + view.height():
            index, _ = view.spot(-view.y())
            return identity, view.flow.segments[index].block.text() if index >= 0 else ""
    raise AssertionError


def test_the_text_at_the_top_stays_when_the_width_changes(transcript: Transcript, qtbot: QtBot):
    text = "".join(f"{n}番目の段落です。" * 12 + "\n\n" for n in range(40))
    transcript.show_entries([*chat(80), Entry(500, "assistant", text), *[Entry(600, "user", "後")]])
    settle(qtbot, transcript)
    bar = transcript.verticalScrollBar()
    bar.setValue(transcript._rows.top(80) + 1_500)
    settle(qtbot, transcript)
    before = top_text(transcript)
    assert before[0] == 500 and before[1]
    for width in (520, 380, 1_200):
        transcript.resize(width, 600)
        settle(qtbot, transcript)
        assert top_text(transcript) == before
        assert views(transcript)[500].width() == transcript.viewport().width()


def test_corrected_estimates_do_not_move_the_text(transcript: Transcript, qtbot: QtBot):
    # Tables and code are far from what their length lets one expect.
    odd = "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 20 + "\n```\n" + "x\n" * 30 + "```\n"
    entries = [Entry(n, "assistant", odd) for n in range(60)]
    transcript.show_entries(entries)
    bar = transcript.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    here = {i: v.y() for i, v in views(transcript).items()}
    settle(qtbot, transcript)
    later = {i: v.y() for i, v in views(transcript).items()}
    top = max(i for i, y in here.items() if y <= 0)
    assert later[top] == here[top]


def test_long_questions_are_folded(transcript: Transcript, qtbot: QtBot):
    text = "\n".join(f"{n}行目" for n in range(60))
    transcript.show_entries([Entry(1, "user", text), Entry(2, "user", "短い")])
    settle(qtbot, transcript)
    folded = views(transcript)[1].height()
    assert folded < 20 * theme.TEXT_PX * theme.LINE_HEIGHT
    assert "すべて表示" not in names(transcript, 2)
    button(transcript, 1, "すべて表示").click()
    settle(qtbot, transcript)
    assert views(transcript)[1].height() > 60 * 26
    button(transcript, 1, "折りたたむ").click()
    settle(qtbot, transcript)
    assert views(transcript)[1].height() == folded
    qtbot.keyClick(views(transcript)[1], Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(views(transcript)[1], Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == text + "\n\n短い"
