"""The windows about one answer: the exact prompt, and how probable each token was."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QMouseEvent, QTextCursor
from PySide6.QtWidgets import QApplication
from scripted import Scripted

from desktop.chat.asked import next_prompt, prompt_of
from desktop.engine.protocol import Alternative, Inspect, Score, ScoredToken, Stop, Turn
from desktop.store import Choices
from desktop.ui import theme
from desktop.ui.answers.probability_view import Alternatives, ProbabilityView, percent
from desktop.ui.answers.prompt_view import LONGEST_LINE, PromptView
from desktop.ui.answers.token_flow import Cell, TokenFlow

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def flow(qtbot):
    made = TokenFlow(boxed=True)
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    qtbot.waitExposed(made)
    return made


def talk(store, *exchanges):
    chat = store.chats.create()
    for question, answer in exchanges:
        _, message = store.messages.send(chat.id, question, "m")
        store.messages.finish(message.id, answer, "done")
    return store.chats.get(chat.id), store.messages.path(chat.id)


# What was asked ---------------------------------------------------------------------------------------


def test_the_prompt_of_an_answer_ends_with_its_question(store):
    chat, path = talk(store, ("一", "い"), ("二", "ろ"), ("三", "は"))
    asked = prompt_of(store, path[3].id, choices=Choices(), policy=chat.policy, system="指示")
    assert asked.turns == (
        Turn("system", "指示"), Turn("user", "一"), Turn("assistant", "い"), Turn("user", "二"),
    )  # fmt: skip


def test_what_the_model_was_not_given_is_left_out_where_that_is_wanted(store):
    chat, path = talk(store, ("一", "い"), ("二", "ろ"), ("三", "は"))
    store.messages.finish(path[5].id, "は", "done", left_out=2)
    seen = prompt_of(store, path[5].id, choices=Choices(), policy=chat.policy, system="", seen=True)
    assert seen.turns == (Turn("user", "二"), Turn("assistant", "ろ"), Turn("user", "三"))


def test_a_summary_stands_for_what_it_covers(store):
    _, path = talk(store, ("一", "い"), ("二", "ろ"), ("三", "は"))
    store.messages.keep_summary(path[1].id, "一といの話", "m")
    asked = prompt_of(store, path[5].id, choices=Choices(), policy="summarise", system="")
    assert asked.covered == 2
    assert [turn.role for turn in asked.turns] == ["system", "user", "assistant", "user"]
    assert "一といの話" in asked.turns[0].text
    other = prompt_of(store, path[5].id, choices=Choices(), policy="leave_out", system="")
    assert other.covered == 0 and len(other.turns) == 5


def test_the_next_prompt_has_what_is_typed(store):
    chat, path = talk(store, ("一", "い"))
    asked = next_prompt(store, path, "二", choices=Choices(thinking=True), policy="stop", system="")
    assert asked.turns[-1] == Turn("user", "二")
    assert (asked.prompting.thinking, asked.prompting.policy) == (True, "stop")
    unanswered = next_prompt(store, path[:1], "二", choices=Choices(), policy=chat.policy, system="")
    assert unanswered.turns == (Turn("user", "一\n\n二"),)


# Tokens on the page -----------------------------------------------------------------------------------


def test_rows_are_the_same_however_the_tokens_arrive(qtbot, flow):
    cells = [Cell("語" * (n % 7 + 1) + ("\n" if n % 31 == 0 else ""), n) for n in range(500)]
    flow.add(cells)
    whole = list(flow._rows)
    other = TokenFlow(boxed=True)
    qtbot.addWidget(other)
    other.resize(flow.size())
    other.show()
    for begin in range(0, 500, 37):
        other.add(cells[begin : begin + 37])
    assert other._rows == whole
    for row, after in pairwise(whole):
        width = sum(flow._width(n) + flow._gap for n in range(row, after)) - flow._gap
        assert width <= flow._room() + 0.01
        assert not any(cells[n].text.endswith("\n") for n in range(row, after - 1))


def test_every_token_can_be_reached_by_keyboard_and_pointer(qtbot, flow):
    flow.add([Cell(f"語{n}", n) for n in range(200)])
    seen = []
    flow.current_changed.connect(seen.append)
    flow.set_current(0)
    for _ in range(3):
        qtbot.keyClick(flow, Qt.Key.Key_Right)
    qtbot.keyClick(flow, Qt.Key.Key_Left)
    assert seen == [0, 1, 2, 3, 2]
    qtbot.keyClick(flow, Qt.Key.Key_End)
    assert flow.current == 199
    assert flow.verticalScrollBar().value() > 0
    qtbot.keyClick(flow, Qt.Key.Key_Right)
    assert flow.current == 199
    qtbot.keyClick(flow, Qt.Key.Key_Up)
    assert 0 < flow.current < 199
    qtbot.keyClick(flow, Qt.Key.Key_Home)
    assert flow.current == 0 and flow.verticalScrollBar().value() == 0
    assert flow.accessibleDescription() == "語0"
    place = QPointF(14 + flow._width(0) + flow._gap + 3, 14 + flow._line / 2)
    move = QMouseEvent(
        QEvent.Type.MouseMove, place, flow.viewport().mapToGlobal(place), Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(flow.viewport(), move)
    assert flow.current == 1


def test_numbers_and_another_width_wrap_anew_and_keep_the_place(qtbot, flow):
    flow.add([Cell("語", 100_000 + n) for n in range(2_000)])
    flow.verticalScrollBar().setValue(20 * flow._line)
    top = flow._rows[20]
    rows = len(flow._rows)
    flow.set_numbers(True)
    assert len(flow._rows) > rows
    at = flow._rows[flow.verticalScrollBar().value() // flow._line]
    assert at <= top < at + 20
    flow.resize(800, 300)
    assert len(flow._rows) < 2_000 / 5


def test_a_token_wider_than_the_window_and_strange_signs_are_drawn(qtbot, flow):
    flow.add([Cell("長" * 500), Cell("\0\ufffd\u202e"), Cell("  "), Cell("\n"), Cell("")])
    assert not flow.grab().isNull()
    assert flow._width(0) <= flow._room()


# The prompt -------------------------------------------------------------------------------------------


@pytest.fixture
def answered(scripted: Scripted):
    scripted.ask("日本の首都は？\nくわしく。")
    return scripted


def dialog(scripted, kind):
    (found,) = scripted.window.findChildren(kind)
    return found


@pytest.mark.slow
def test_the_prompt_is_shown_as_text_and_as_tokens(answered: Scripted):
    path = answered.path()
    answered.page.transcript.prompt_requested.emit(path[1].id)
    view = dialog(answered, PromptView)
    answered.until(view.copy.isEnabled)
    whole = "<user>日本の首都は？\nくわしく。<end>"
    assert view.prompt() == whole
    assert view.text.toPlainText() == whole
    assert "".join(cell.text for cell in view.tokens.cells) == whole
    assert "15 / 8,192" in view.state.text()
    cursor = QTextCursor(view.text.document())
    cursor.setPosition(3)
    assert cursor.charFormat().foreground().color() == QColor(theme.current().accent)
    cursor.setPosition(9)
    assert cursor.charFormat().foreground().color() != QColor(theme.current().accent)
    view.copy.click()
    assert QGuiApplication.clipboard().text() == whole
    view.tokens.set_current(0)
    assert "<user>" in view.current.text() and "合図" in view.current.text()
    asked = [each for each in answered.requests(Inspect) if each.tokens]
    assert asked[-1].turns == (Turn("user", "日本の首都は？\nくわしく。"),)
    view.close()


@pytest.mark.slow
def test_a_long_prompt_comes_in_pieces_and_whole(answered: Scripted):
    answered.messages.finish(answered.path()[1].id, "長い答え。" * 20_000, "done")
    long = answered.ask("続けて")
    answered.window.conversation._views.show_prompt(long.id)
    view = dialog(answered, PromptView)
    answered.until(view.copy.isEnabled)
    assert len(view.tokens.cells) > 100_000
    assert view.prompt().count("長い答え。") == 20_000
    lines = view.text.toPlainText().split("\n")
    assert max(map(len, lines)) <= LONGEST_LINE  # broken only where it is shown
    assert "".join(lines) == view.prompt().replace("\n", "")
    assert not view.tokens.grab().isNull()
    view.close()


@pytest.mark.slow
def test_while_another_answer_is_written_the_prompt_waits_for_it(answered: Scripted):
    first = answered.path()[1]
    go_on = answered.hold("hold-answer")
    answered.begin("もう一つ")
    answered.until(lambda: answered.active().written)
    answered.window.conversation._views.show_prompt(first.id)
    view = dialog(answered, PromptView)
    assert "待っています" in view.state.text()
    go_on()
    answered.until(view.copy.isEnabled)
    assert view.prompt() == "<user>日本の首都は？\nくわしく。<end>"
    view.close()


@pytest.mark.slow
def test_a_prompt_that_cannot_be_had_is_told(answered: Scripted):
    (answered.folder / "requests").unlink()
    (answered.folder / "requests").mkdir()  # the child falls over it
    answered.window.conversation._views.show_prompt(answered.path()[1].id)
    view = dialog(answered, PromptView)
    answered.until(lambda: "終了しました" in view.state.text())
    assert not view.copy.isEnabled()
    view.close()
    (answered.folder / "requests").rmdir()


# The candidates ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_candidates_of_each_token(answered: Scripted):
    answered.page.transcript.probabilities_requested.emit(answered.path()[1].id)
    view = dialog(answered, ProbabilityView)
    answered.until(view.stop.isHidden)
    assert "".join(cell.text for cell in view.tokens.cells) == "東京です。"
    weights = [cell.weight for cell in view.tokens.cells]
    assert weights == sorted(weights) and weights[0] == 0 and weights[-1] > 0.3
    view.tokens.set_current(2)
    assert view.alternatives._rows[0] == ("で", pytest.approx(0.82), True)
    assert [text for text, _, _ in view.alternatives._rows[1:]] == ["京", "大", "名"]
    assert "82.0 %" in view.alternatives.accessibleName()
    assert "「で」82.0 %" in view.tokens.accessibleDescription()
    assert "考えたこと" in view.state.text()  # it thought, and that is not counted
    (asked,) = answered.requests(Score)
    assert asked.turns[-1] == Turn("assistant", "東京です。")
    assert asked.prompting.thinking is False
    view.close()


@pytest.mark.slow
def test_the_candidates_can_be_stopped(answered: Scripted):
    answered.hold("hold-score")
    answered.window.conversation._views.show_probabilities(answered.path()[1].id)
    view = dialog(answered, ProbabilityView)
    answered.until(lambda: len(view.tokens.cells) == 1)
    view.stop.click()
    answered.until(view.stop.isHidden)
    assert "途中で止めました" in view.state.text()
    assert len(view.tokens.cells) == 1
    view.close()


@pytest.mark.slow
def test_closing_the_window_stops_the_engine(answered: Scripted):
    answered.hold("hold-score")
    answered.window.conversation._views.show_probabilities(answered.path()[1].id)
    view = dialog(answered, ProbabilityView)
    answered.until(lambda: len(view.tokens.cells) == 1)
    stops = len(answered.requests(Stop))
    view.close()
    answered.until(lambda: len(answered.requests(Stop)) > stops)


def test_the_one_that_was_taken_stands_below_where_it_is_no_candidate(qtbot):
    shown = Alternatives()
    qtbot.addWidget(shown)
    shown.show_token(ScoredToken("猫", 0.0004, (Alternative("犬", 0.9), Alternative("鳥", 0.05))))
    assert [row[0] for row in shown._rows] == ["犬", "鳥", "猫"]
    assert [row[2] for row in shown._rows] == [False, False, True]
    assert shown.accessibleName().endswith("猫 < 0.1 %")
    assert percent(1.0) == "100.0 %"
