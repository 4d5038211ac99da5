"""How full the context is, what becomes of what does not fit, several answers, and what is said meanwhile."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QAbstractButton, QMenu
from scripted import Scripted

from desktop.engine.protocol import Generate, Inspect
from desktop.models.loading import Step
from desktop.ui import theme
from desktop.ui.controls.fields import TextEdit
from desktop.ui.controls.text_dialog import TextDialog
from desktop.ui.conversation.context_meter import ContextMeter
from desktop.ui.transcript.message import MessageView

pytestmark = pytest.mark.timeout(300)
LONG = "長い文です。" * 600  # more than the script lets into the context


def views(scripted):
    found = scripted.page.transcript.viewport().findChildren(MessageView)
    return {view.entry.id: view for view in found if not view.isHidden()}


def button(scripted, message_id, text):
    (found,) = (
        each
        for each in views(scripted)[message_id].findChildren(QAbstractButton)
        if each.text() == text and not each.isHidden()
    )
    return found


def settled(scripted):
    transcript = scripted.page.transcript
    scripted.until(lambda: not transcript._idle.isActive() and not transcript._frame.isActive())


def test_the_meter_gives_way_and_says_it_all(qtbot):
    meter = ContextMeter()
    qtbot.addWidget(meter)
    assert meter.isHidden()
    meter.set_tokens(2310, 8192, "古い4件を省きます")
    assert meter.text() == "2,310 / 8,192"
    assert "古い4件を省きます" in meter.accessibleName() and "2,310" in meter.toolTip()
    assert meter.minimumSizeHint().width() < meter.sizeHint().width() / 2
    for width in (meter.minimumSizeHint().width(), meter.sizeHint().width()):
        meter.resize(width, 28)
        assert not meter.grab().isNull()
    meter.set_tokens(0, 0)
    assert meter.isHidden()


def test_an_estimate_is_shown_as_one(qtbot):
    meter = ContextMeter()
    qtbot.addWidget(meter)
    meter.set_tokens(3200, 8192, about=True)
    assert meter.text() == "約 3,200 / 8,192" and "およそ 3,200" in meter.accessibleName()
    meter.set_tokens(3200, 8192)
    assert meter.text() == "3,200 / 8,192" and "およそ" not in meter.accessibleName()


def test_what_a_choice_does_stands_quietly_under_it(qtbot):
    meter = ContextMeter()
    qtbot.addWidget(meter)
    menu = meter.menu()
    qtbot.addWidget(menu)
    menu.popup(QPoint(0, 0))
    choices = menu.actions()[1:]
    assert all("\t" not in each.text() and each.does for each in choices)
    sizes = [menu.actionGeometry(each) for each in choices]
    two_lines = QFontMetrics(theme.ui_font(theme.SMALL_PX)).height() + theme.TINY_PX
    assert all(two_lines <= size.height() for size in sizes)
    assert menu.width() <= 320
    qtbot.keyClick(menu, Qt.Key.Key_Down)
    with qtbot.waitSignal(meter.policy_chosen) as chosen:
        qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=sizes[1].center())
    assert chosen.args == ["stop"]


@pytest.mark.slow
def test_what_is_typed_is_counted_at_a_pause(scripted: Scripted):
    scripted.ask("日本の首都は？")
    meter = scripted.page.meter
    scripted.until(lambda: "考え" not in meter.text() and scripted.requests(Inspect))
    scripted.page.composer.edit.insertPlainText("もっと")
    scripted.until(lambda: meter.text() == "21 / 8,192")  # 7 + 5 + 3 characters, two tokens round each
    last = scripted.requests(Inspect)[-1]
    assert [turn.text for turn in last.turns] == ["日本の首都は？", "東京です。", "もっと"]
    assert not last.tokens
    scripted.page.composer.set_text(LONG)
    scripted.until(lambda: "省きます" in meter.accessibleName())
    scripted.page.composer.set_text("")
    scripted.until(lambda: meter.text() == "16 / 8,192")


@pytest.mark.slow
def test_no_model_is_loaded_only_to_count(scripted: Scripted):
    scripted.ask("日本の首都は？")
    scripted.app.session.loader.settings_in_use = lambda target: None
    before = len(scripted.requests(Inspect))
    text = scripted.page.meter.text()
    scripted.window.conversation.fullness.count._ask()
    told = []
    scripted.window.conversation.fullness.count.counted.connect(told.append)
    scripted.until(lambda: told)
    assert [(counted.exact, counted.context_length) for counted in told] == [(False, 8192)]  # of last time
    assert len(scripted.requests(Inspect)) == before
    assert scripted.page.meter.text() in (text, "1,218 / 8,192")  # what the last answer said


@pytest.mark.slow
def test_a_policy_is_chosen_at_the_meter_and_kept(scripted: Scripted):
    scripted.ask("日本の首都は？")
    menu = scripted.page.meter.menu()
    names = [action.text().split("\t")[0] for action in menu.actions()]
    assert names[1:] == ["古い部分を省く", "止めて尋ねる", "要約して続ける"]
    assert [action.isChecked() for action in menu.actions()[1:]] == [True, False, False]
    menu.actions()[2].trigger()
    chat = scripted.window.conversation.chat_id
    scripted.until(lambda: scripted.app.session.store.chats.get(chat).policy == "stop")
    scripted.until(lambda: scripted.window.conversation._shown.chat.policy == "stop")
    assert scripted.page.meter.menu().actions()[2].isChecked()
    scripted.page.composer.set_text(LONG)
    scripted.until(lambda: "入りきりません" in scripted.page.meter.accessibleName())
    scripted.page.composer.set_text("")
    scripted.window.conversation.open_new()
    assert scripted.page.meter.menu().actions()[1].isChecked()


def test_a_policy_is_chosen_before_the_first_message(scripted: Scripted):
    scripted.page.meter.menu().actions()[2].trigger()
    assert scripted.page.meter.menu().actions()[2].isChecked()
    scripted.ask("日本の首都は？")
    chat = scripted.window.conversation.chat_id
    assert scripted.app.session.store.chats.get(chat).policy == "stop"
    assert scripted.requests(Generate)[-1].prompting.policy == "stop"
    scripted.window.conversation.open_new()
    assert scripted.page.meter.menu().actions()[1].isChecked()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("word", "policy"), [("古い部分を省いて続ける", "leave_out"), ("要約して続ける", "summarise")]
)
def test_an_answer_that_was_too_long_can_go_on(scripted: Scripted, word, policy):
    scripted.ask("日本の首都は？")
    chat = scripted.window.conversation.chat_id
    scripted.app.session.store.chats.set_policy(chat, "stop")
    (scripted.folder / "fail").write_text("context_exceeded")
    failed = scripted.ask("もっと教えて")
    assert failed.status == "failed"
    settled(scripted)
    button(scripted, failed.id, word).click()
    scripted.until(lambda: scripted.path()[-1].id != failed.id)
    scripted.settle()
    again = scripted.path()[-1]
    assert (again.status, again.parent_id) == ("done", failed.parent_id)
    assert scripted.app.session.store.chats.get(chat).policy == policy
    assert scripted.requests(Generate)[-1].prompting.policy == "leave_out"


@pytest.mark.slow
def test_a_summary_is_shown_at_the_line_where_the_view_begins(scripted: Scripted):
    scripted.ask("一つめ")
    chat, store = scripted.window.conversation.chat_id, scripted.app.session.store
    covered = scripted.path()[-1]
    store.messages.keep_summary(covered.id, "一つめの話をした。", "m")
    store.chats.set_policy(chat, "summarise")
    scripted.window.conversation.reload()
    scripted.until(lambda: scripted.window.conversation._shown.chat.policy == "summarise")
    answer = scripted.ask("二つめ")
    assert answer.left_out == 2
    assert "一つめの話をした。" in scripted.requests(Generate)[-1].turns[0].text
    question = scripted.path()[2]
    for _ in range(2):  # while it was answered, and after the chat is opened again
        scripted.until(lambda: views(scripted)[question.id]._divider_button is not None)
        settled(scripted)
        line = button(scripted, question.id, "ここより前は要約して渡しています")
        line.click()
        (dialog,) = scripted.window.findChildren(TextDialog)
        assert dialog.findChild(TextEdit).toPlainText() == "一つめの話をした。"
        dialog.close()
        scripted.until(lambda: not scripted.window.findChildren(TextDialog))
        scripted.window.conversation.open_new()
        scripted.window.conversation.open(chat)
        scripted.until(lambda: scripted.window.conversation.chat_id == chat)


# Several answers --------------------------------------------------------------------------------------


@pytest.mark.slow
def test_three_answers_one_after_the_other(scripted: Scripted):
    first = scripted.ask("日本の首都は？")
    scripted.page.transcript.several_requested.emit(first.id)
    scripted.until(lambda: len(scripted.messages.siblings(first.id)) == 3)
    scripted.settle()
    siblings = scripted.messages.siblings(first.id)
    assert len(siblings) == 3
    assert [scripted.messages.get(id).status for id in siblings] == ["done"] * 3
    scripted.until(lambda: scripted.window.conversation._shown.places.get(siblings[-1]) == (3, 3))
    settled(scripted)
    assert views(scripted)[siblings[-1]].entry.position == (3, 3)
    # Once more makes three more.
    scripted.page.transcript.several_requested.emit(siblings[-1])
    scripted.until(lambda: len(scripted.messages.siblings(first.id)) == 6)
    scripted.settle()
    assert len(scripted.messages.siblings(first.id)) == 6


@pytest.mark.slow
def test_the_stop_button_stays_between_two_answers(scripted: Scripted):
    first = scripted.ask("日本の首都は？")
    shown = []
    scripted.app.turns.ended.connect(lambda *_: shown.append(scripted.page.composer.button.accessibleName()))
    scripted.page.transcript.several_requested.emit(first.id)
    scripted.until(lambda: len(shown) == 2)
    assert shown == ["止める", "送る"]


@pytest.mark.slow
def test_stopping_ends_the_rest(scripted: Scripted):
    first = scripted.ask("日本の首都は？")
    scripted.hold("hold-answer")
    scripted.page.transcript.several_requested.emit(first.id)
    scripted.until(lambda: scripted.active() is not None and scripted.active().written)
    scripted.window.conversation.stop()
    scripted.settle()
    siblings = scripted.messages.siblings(first.id)
    assert [scripted.messages.get(id).status for id in siblings] == ["done", "stopped"]


# What is said meanwhile -------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_time_left_counts_what_is_not_reused(scripted: Scripted):
    conversation = scripted.window.conversation
    assert conversation._live.reading(45, None) == "質問を読んでいます… 45 %"
    assert conversation._live.reading(45, 12) == "質問を読んでいます… 45 %（残り約12秒）"
    assert conversation._live.reading(45, 300) == "質問を読んでいます… 45 %（残り約5分）"
    said = []
    real = scripted.page.transcript.set_progress
    scripted.page.transcript.set_progress = lambda id, text: (said.append(text), real(id, text))
    scripted.ask("日本の首都は？")
    assert [text for text in said if "読んで" in text] == [
        f"質問を読んでいます… {percent} %" for percent in (0, 25, 50, 75, 100)
    ]


@pytest.mark.slow
def test_a_warning_stays_below_the_answer_while_it_is_written(scripted: Scripted):
    warning = "メモリが足りないため、CPUだけで試します"
    real = scripted.app.session.loader.run

    def run(target, request, cancel):
        yield Step(warning, warning=True)
        yield from real(target, request, cancel)

    scripted.app.session.loader.run = run
    go_on = scripted.hold("hold-answer")
    scripted.begin("日本の首都は？")
    answer = scripted.active().message.id
    scripted.until(lambda: scripted.active().written == "東京です。")
    settled(scripted)
    assert views(scripted)[answer].entry.note == warning
    chat = scripted.window.conversation.chat_id
    scripted.window.conversation.open_new()
    scripted.window.conversation.open(chat)
    scripted.until(lambda: scripted.window.conversation.chat_id == chat)
    settled(scripted)
    assert views(scripted)[answer].entry.note == warning
    assert scripted.page.transcript.text_of(answer) == "東京です。"
    go_on()
    scripted.settle()
    scripted.until(lambda: "トークン/秒" in views(scripted)[answer].entry.note)


def test_the_menu_of_an_answer(qtbot, scripted: Scripted):
    answer = scripted.ask("日本の首都は？")
    settled(scripted)
    button(scripted, answer.id, "…").click()
    (menu,) = views(scripted)[answer.id].findChildren(QMenu)
    words = [action.text() for action in menu.actions() if action.text()]
    assert words[:3] == ["答えを3つ作る", "ほかの候補を見る", "モデルに渡した文"]
    assert {"編集…", "ここから新しい対話", "この枝をごみ箱に入れる"} <= set(words)
    menu.close()
