"""The transcript as a person uses it: real events on the real widget."""

import random
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QGuiApplication, QImage, QPalette, QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu
from pytestqt.qtbot import QtBot

from desktop.ui import theme
from desktop.ui.transcript import Entry, Transcript
from desktop.ui.transcript.answer import AnswerView
from desktop.ui.transcript.button import JumpButton
from desktop.ui.transcript.copied import markers
from desktop.ui.transcript.message import MessageView
from desktop.ui.transcript.question import QuestionView
from tests.ui.test_transcript_markdown import HOSTILE, RICH

WAIT = 10_000  # ms; a guard against hanging


@pytest.fixture
def transcript(qtbot: QtBot) -> Iterator[Transcript]:
    made = Transcript()
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    qtbot.waitExposed(made)
    yield made
    theme._current = theme.LIGHT


def chat(count: int) -> list[Entry]:
    return [
        Entry(n, "user", f"質問{n}です。")
        if n % 2 == 0
        else Entry(n, "assistant", f"答え{n}です。\n\n" + "長い段落。" * (n * 7 % 60) + "\n\n- 項目")
        for n in range(count)
    ]


def views(transcript: Transcript) -> dict[int, MessageView]:
    found = transcript.viewport().findChildren(MessageView)
    return {view.entry.id: view for view in found if not view.isHidden()}


def settle(qtbot: QtBot, transcript: Transcript) -> None:
    """Wait until nothing is left to prepare."""
    qtbot.waitUntil(
        lambda: not transcript._idle.isActive() and not transcript._frame.isActive(), timeout=WAIT
    )


def button(transcript: Transcript, identity: int, name: str) -> QAbstractButton:
    (found,) = (
        b
        for b in views(transcript)[identity].findChildren(QAbstractButton)
        if b.accessibleName() == name and not b.isHidden()
    )
    return found


def names(transcript: Transcript, identity: int) -> list[str]:
    return [b.text() for b in views(transcript)[identity].findChildren(QAbstractButton) if not b.isHidden()]


def shape(view: MessageView) -> list[object]:
    """Everything that is laid out of a message: text and formats of every block, place and height."""
    out: list[object] = []
    for top, segment in zip(view.flow.tops, view.flow.segments, strict=False):
        segment.lay_out()
        assert segment.document is not None
        out.append((top, segment.height, segment.gap, segment.shared, segment.left, markers(segment.block)))
        block = segment.document.begin()
        while block.isValid():
            layout = block.layout()
            out.append((block.text(), block.blockFormat().lineHeight(), block.blockFormat().alignment()))
            out.append([layout.lineAt(n).textLength() for n in range(layout.lineCount())])
            out.append([(r.start, r.length, r.format.foreground().color().name()) for r in layout.formats()])
            for run in block.textFormats():
                f = run.format
                out.append(
                    (run.start, run.length, f.font().key(), f.anchorHref(), f.foreground().color().name())
                )
            block = block.next()
    return out


def pieces(text: str, draw: random.Random) -> Iterator[str]:
    start = 0
    while start < len(text):
        size = draw.randint(1, 40)
        yield text[start : start + size]
        start += size


# Showing -----------------------------------------------------------------------------------------------


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


def test_showing_another_chat_replaces_everything(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries(chat(50))
    transcript.verticalScrollBar().setValue(0)
    transcript.append_text(49, "遅れて来た文字")
    transcript.show_entries([Entry(7, "user", "別の対話")])
    settle(qtbot, transcript)
    assert set(views(transcript)) == {7}
    assert transcript.text_of(49) == ""
    assert transcript.text_of(7) == "別の対話"
    transcript.show_entries([])
    settle(qtbot, transcript)
    assert views(transcript) == {}
    assert transcript.verticalScrollBar().maximum() == 0


def test_unknown_ids_do_nothing(transcript: Transcript):
    transcript.show_entries(chat(2))
    transcript.append_text(99, "文字")
    transcript.update_entry(Entry(99, "user", "文字"))
    transcript.set_progress(99, "読み込み中")
    assert transcript.text_of(99) == ""


def test_questions_are_plain_text_in_a_bubble_and_answers_are_markdown(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "user", "**そのまま**\n二行目"), Entry(2, "assistant", "**太字**")])
    settle(qtbot, transcript)
    question, answer = views(transcript)[1], views(transcript)[2]
    assert isinstance(question, QuestionView) and isinstance(answer, AnswerView)
    transcript.select_all()
    assert question.selected_text() == "**そのまま**\n二行目"
    assert answer.selected_text() == "太字"
    picture = transcript.grab().toImage()
    bubble = question._bubble()
    inside = question.mapTo(transcript, QPoint(round(bubble.left()) + 5, round(bubble.center().y())))
    assert picture.pixelColor(inside) == QColor(theme.LIGHT.bubble)
    assert bubble.width() < 300


def test_a_divider_says_what_the_model_was_not_given(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries(chat(6), divider=4)
    settle(qtbot, transcript)
    assert views(transcript)[4].divider == "ここより前の4件は、モデルに渡されていません"
    high = views(transcript)[4].height()
    transcript.set_divider(None)
    settle(qtbot, transcript)
    assert views(transcript)[4].divider == ""
    assert views(transcript)[4].height() < high
    transcript.set_divider(2)
    assert views(transcript)[2].divider.startswith("ここより前の2件")


# Streaming ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_streamed_and_whole_look_the_same(transcript: Transcript, qtbot: QtBot, seed: int):
    transcript.show_entries([Entry(1, "assistant", "", "streaming")])
    for piece in pieces(RICH * 2, random.Random(seed)):
        transcript.append_text(1, piece)
        transcript._incoming.flush()
    transcript.update_entry(Entry(1, "assistant", RICH * 2))
    settle(qtbot, transcript)
    streamed = shape(views(transcript)[1])
    transcript.show_entries([Entry(2, "assistant", RICH * 2)])
    settle(qtbot, transcript)
    assert streamed == shape(views(transcript)[2])
    assert len(streamed) > 100


def test_pieces_wait_for_a_frame_and_finished_blocks_are_left_alone(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "assistant", "", "streaming")])
    transcript.append_text(1, "一つ目。\n\n二つ目")
    assert transcript.text_of(1) == "一つ目。\n\n二つ目"
    assert views(transcript)[1].flow.segments == []
    settle(qtbot, transcript)
    first, second = views(transcript)[1].flow.segments
    document = first.document
    for piece in "は長い。\n\n三つ目":
        transcript.append_text(1, piece)
        settle(qtbot, transcript)
    segments = views(transcript)[1].flow.segments
    assert segments[0] is first and first.document is document and document is not None
    assert segments[1] is not second
    assert [s.block.text() for s in segments] == ["一つ目。", "二つ目は長い。", "三つ目"]


def test_the_end_is_followed(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([*chat(10), Entry(50, "assistant", "", "streaming")])
    for _ in range(40):
        transcript.append_text(50, "新しい行です。\n\n")
        transcript._incoming.flush()
        bar = transcript.verticalScrollBar()
        assert bar.value() == bar.maximum()
    settle(qtbot, transcript)
    assert views(transcript)[50].geometry().bottom() < transcript.viewport().height()


def test_scrolling_up_is_respected_while_it_streams(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([*chat(30), Entry(50, "assistant", "始め", "streaming")])
    settle(qtbot, transcript)
    bar = transcript.verticalScrollBar()
    bar.setValue(bar.maximum() - 250)
    settle(qtbot, transcript)
    places = {i: v.y() for i, v in views(transcript).items()}
    for _ in range(40):
        transcript.append_text(50, "新しい行です。\n\n")
        transcript._incoming.flush()
    settle(qtbot, transcript)
    after = {i: v.y() for i, v in views(transcript).items()}
    same = places.keys() & after.keys()
    assert 50 in same and len(same) > 2
    assert {i: places[i] for i in same} == {i: after[i] for i in same}
    assert not transcript.at_end()


def test_reading_inside_a_streaming_answer_is_not_disturbed(transcript: Transcript, qtbot: QtBot):
    text = "".join(f"{n}番目の段落です。" * 9 + "\n\n" for n in range(60))
    transcript.show_entries([Entry(1, "assistant", text, "streaming")])
    settle(qtbot, transcript)
    bar = transcript.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    before = views(transcript)[1].y()
    transcript.append_text(1, text)
    settle(qtbot, transcript)
    assert views(transcript)[1].y() == before


def test_the_persons_own_message_brings_the_end_into_sight(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries(chat(40))
    transcript.verticalScrollBar().setValue(100)
    transcript.add_entry(Entry(100, "assistant", "静かに加わる"))
    assert not transcript.at_end()
    transcript.add_entry(Entry(101, "user", "送りました"))
    settle(qtbot, transcript)
    assert transcript.at_end() and 101 in views(transcript)


def test_the_first_word_takes_the_place_of_the_progress(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "assistant", "", "streaming")])
    transcript.set_progress(1, "モデルを読み込んでいます… 40 %")
    view = views(transcript)[1]
    assert isinstance(view, AnswerView) and view.waiting
    before = transcript.grab().toImage()
    transcript.set_progress(1, "")
    assert transcript.grab().toImage() != before
    transcript.append_text(1, "はい")
    settle(qtbot, transcript)
    assert not view.waiting and not view._pulse.isActive()


def test_text_that_streams_out_of_sight_is_kept(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([*chat(400), Entry(900, "assistant", "", "streaming")])
    settle(qtbot, transcript)
    transcript.verticalScrollBar().setValue(0)
    settle(qtbot, transcript)
    assert 900 not in views(transcript)
    for _ in range(30):
        transcript.append_text(900, "見えない所。")
    settle(qtbot, transcript)
    assert transcript.text_of(900) == "見えない所。" * 30
    transcript.scroll_to_end()
    settle(qtbot, transcript)
    transcript.select_all()
    assert views(transcript)[900].selected_text() == "見えない所。" * 30


def test_updating_with_other_text_replaces_it(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "assistant", "古い答え")])
    transcript.update_entry(Entry(1, "assistant", "新しい答え"))
    settle(qtbot, transcript)
    transcript.select_all()
    assert views(transcript)[1].selected_text() == "新しい答え"
    transcript.update_entry(Entry(1, "assistant", "別の段落\n\n" * 300))
    settle(qtbot, transcript)
    assert all(segment.measured for segment in views(transcript)[1].flow.segments)


def test_code_is_coloured_in_the_right_places(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "assistant", "```python\n# 😀😀\nx = 1  # 😀\ndef f(): pass\n```")])
    settle(qtbot, transcript)
    document = views(transcript)[1].flow.segments[0].document
    assert document is not None
    coloured = []
    block = document.begin()
    while block.isValid():
        text = block.text().encode("utf-16-le")
        for run in block.layout().formats():
            part = text[2 * run.start : 2 * (run.start + run.length)].decode("utf-16-le")
            coloured.append((part, run.format.foreground().color().name().upper()))
        block = block.next()
    light = theme.LIGHT
    assert coloured == [
        ("# 😀😀", light.faint),
        ("1", light.caution),
        ("# 😀", light.faint),
        ("def", light.accent),
        ("f", light.accent),
        ("pass", light.accent),
    ]


# Scrolling ---------------------------------------------------------------------------------------------


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


# Reading and copying -----------------------------------------------------------------------------------


def point_of(view: MessageView, segment: int, position: int) -> QPoint:
    found = view.flow.segments[segment]
    found.lay_out()
    assert found.document is not None
    block = found.document.findBlock(position)
    line = block.layout().lineForTextPosition(position - block.position())
    x = line.cursorToX(position - block.position())
    x = x[0] if isinstance(x, (tuple, list)) else x
    place = found.document.documentLayout().blockBoundingRect(block).topLeft()
    top = QPointF(0, view.flow.tops[segment])
    at = view.text_origin() + top + found.origin() + place + QPointF(x, line.y() + line.height() / 2)
    return at.toPoint()


def drag(qtbot: QtBot, view: MessageView, start: QPoint, end: QPoint) -> None:
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    for step in (0.3, 0.7, 1.0):
        between = start + (end - start) * step
        event_pos = QPoint(round(between.x()), round(between.y()))
        qtbot.mouseMove(view, event_pos)
        move(view, event_pos)
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)


def move(view: MessageView, to: QPoint) -> None:
    from PySide6.QtGui import QMouseEvent

    left = Qt.MouseButton.LeftButton
    where = QPointF(view.mapToGlobal(to))
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(to),
        where,
        Qt.MouseButton.NoButton,
        left,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(view, event)


def test_a_dragged_selection_is_copied_as_plain_text(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "assistant", "一つ**目の**段落。\n\n- 項目\n- 二つ目の項目😀です")])
    settle(qtbot, transcript)
    view = views(transcript)[1]
    drag(qtbot, view, point_of(view, 0, 1), point_of(view, 2, 8))
    with qtbot.waitSignal(transcript.copied, timeout=WAIT):
        qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "つ目の段落。\n\n• 項目\n• 二つ目の項目😀"


def test_select_all_copies_the_message_with_its_markers(transcript: Transcript, qtbot: QtBot):
    text = "前\n\n3. 三\n4. 四\n   - 内\n\n```py\nx = 1\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    transcript.show_entries([Entry(1, "assistant", text)])
    settle(qtbot, transcript)
    view = views(transcript)[1]
    qtbot.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "前\n\n3. 三\n4. 四\n  ◦ 内\n\nx = 1\n\na\tb\n1\t2"


def test_a_new_selection_takes_the_place_of_the_one_before(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "user", "一番目"), Entry(2, "assistant", "二番目")])
    settle(qtbot, transcript)
    one, two = views(transcript)[1], views(transcript)[2]
    qtbot.mouseDClick(one, Qt.MouseButton.LeftButton, pos=point_of(one, 0, 1))
    assert one.selected_text() != ""
    qtbot.mouseDClick(two, Qt.MouseButton.LeftButton, pos=point_of(two, 0, 1))
    assert one.selected_text() == ""
    assert two.selected_text() != ""


def test_the_selected_text_is_drawn(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "assistant", "選ばれた文字")])
    settle(qtbot, transcript)
    before = transcript.grab().toImage()
    transcript.select_all()
    assert colours(transcript.grab().toImage()) - colours(before) >= {QColor(theme.LIGHT.accent_soft).rgb()}


def colours(image: QImage) -> set[int]:
    return {image.pixel(x, y) for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)}


def test_the_copy_button_copies_the_source(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "user", "質問\n二行"), Entry(2, "assistant", "**答え**")])
    settle(qtbot, transcript)
    for identity, text in ((1, "質問\n二行"), (2, "**答え**")):
        with qtbot.waitSignal(transcript.copied, timeout=WAIT):
            button(transcript, identity, "メッセージをコピー").click()
        assert QGuiApplication.clipboard().text() == text
        assert "コピーしました" in names(transcript, identity)


def test_code_is_copied_whole(transcript: Transcript, qtbot: QtBot):
    code = "".join(f"print({n})  # 番号\n" for n in range(600))
    transcript.show_entries([Entry(1, "assistant", f"前\n\n```python\n{code}```\n\n後")])
    settle(qtbot, transcript)
    transcript.verticalScrollBar().setValue(0)
    settle(qtbot, transcript)
    button(transcript, 1, "コードをコピー").click()
    assert QGuiApplication.clipboard().text() == code.removesuffix("\n")


def test_a_link_is_shown_and_followed(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "assistant", "前の[題名](https://a.example/x?y=1)後")])
    settle(qtbot, transcript)
    view = views(transcript)[1]
    where = point_of(view, 0, 3)
    assert view.link_at(QPointF(where)) == "https://a.example/x?y=1"
    assert view.link_at(QPointF(point_of(view, 0, 0))) == ""
    with qtbot.waitSignal(transcript.link_activated, timeout=WAIT) as signal:
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=where)
    assert signal.args == ["https://a.example/x?y=1"]
    with qtbot.assertNotEmitted(transcript.link_activated):
        drag(qtbot, view, where, point_of(view, 0, 1))


def test_the_menu_offers_copying_and_the_links_to_the_keyboard(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "assistant", "[題名](https://a.example/&b)")])
    settle(qtbot, transcript)
    view = views(transcript)[1]
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(0, 0), QPoint(0, 0))
    QApplication.sendEvent(view, event)
    (menu,) = view.findChildren(QMenu)
    actions = {action.text(): action for action in menu.actions() if action.text()}
    assert list(actions) == [
        "コピー", "Markdownとしてコピー", "文字だけコピー", "すべて選択",
        "リンクを開く: https://a.example/&&b", "リンクのアドレスをコピー",
        "答えを3つ作る", "ほかの候補を見る", "モデルに渡した文",
        "スターを付ける", "編集…", "ここから新しい対話", "この枝を削除",
    ]  # fmt: skip
    with qtbot.waitSignal(transcript.link_activated, timeout=WAIT) as signal:
        actions["リンクを開く: https://a.example/&&b"].trigger()
    assert signal.args == ["https://a.example/&b"]
    actions["リンクのアドレスをコピー"].trigger()
    assert QGuiApplication.clipboard().text() == "https://a.example/&b"
    menu.close()


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


# The footer --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (Entry(1, "assistant", "答え"), ["コピー", "書き直す", "☆", "…"]),
        (Entry(1, "assistant", "答え", "streaming"), []),
        (Entry(1, "assistant", "答え", "stopped"), ["コピー", "書き直す", "続ける", "☆", "…"]),
        (Entry(1, "assistant", "答え", "limit"), ["コピー", "書き直す", "続ける", "☆", "…"]),
        (Entry(1, "assistant", "答え", "looped"), ["コピー", "もう一度", "☆", "…"]),
        (Entry(1, "assistant", "答え", "interrupted"), ["コピー", "書き直す", "続ける", "☆", "…"]),
        (
            Entry(1, "assistant", "答え", "failed", error="止まりました"),
            ["もう一度", "コピー", "続ける", "☆", "…"],
        ),
        (Entry(1, "assistant", "", "failed", error="止まりました"), ["もう一度"]),
        (
            Entry(1, "assistant", "", "failed", error="長すぎます", exceeded=True),
            ["古い部分を省いて続ける", "要約して続ける"],
        ),
        (Entry(1, "assistant", "", "stopped"), ["書き直す", "…"]),
        (Entry(1, "assistant", "答え", position=(2, 3)), ["‹", "›", "コピー", "書き直す", "☆", "…"]),
        (Entry(1, "assistant", "答え", starred=True), ["コピー", "書き直す", "★", "…"]),
        (Entry(1, "user", "質問"), ["コピー", "編集"]),
    ],
)
def test_the_footer_offers_what_can_be_done(
    transcript: Transcript, qtbot: QtBot, entry: Entry, expected: list[str]
):
    transcript.show_entries([entry])
    settle(qtbot, transcript)
    assert sorted(names(transcript, 1)) == sorted(expected)


def test_the_buttons_say_which_message(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries(
        [Entry(5, "assistant", "一", position=(2, 3)), Entry(6, "assistant", "二", "interrupted")]
    )
    settle(qtbot, transcript)
    presses: list[tuple[Callable[[], None], object, list[object]]] = [
        (button(transcript, 5, "書き直す").click, transcript.regenerate_requested, [5]),
        (button(transcript, 5, "前の版").click, transcript.sibling_requested, [5, -1]),
        (button(transcript, 5, "次の版").click, transcript.sibling_requested, [5, 1]),
        (button(transcript, 6, "続ける").click, transcript.continue_requested, [6]),
    ]
    for press, signal, args in presses:
        with qtbot.waitSignal(signal, timeout=WAIT) as caught:
            press()
        assert caught.args == args


def test_there_is_no_version_before_the_first(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "assistant", "一", position=(1, 2))])
    settle(qtbot, transcript)
    assert not button(transcript, 1, "前の版").isEnabled()
    assert button(transcript, 1, "次の版").isEnabled()


@pytest.mark.parametrize("note", ["", "38.2 トークン/秒"])
def test_nothing_moves_when_the_answer_is_done(transcript: Transcript, qtbot: QtBot, note: str):
    transcript.show_entries([Entry(1, "assistant", "答えです。", "streaming")])
    settle(qtbot, transcript)
    high = views(transcript)[1].height()
    transcript.update_entry(Entry(1, "assistant", "答えです。", note=note))
    settle(qtbot, transcript)
    assert views(transcript)[1].height() == high


def test_an_error_stands_on_its_own_ground(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "assistant", "", "failed", error="モデルが止まりました。" * 30)])
    settle(qtbot, transcript)
    assert QColor(theme.LIGHT.wrong_soft).rgb() in colours(transcript.grab().toImage())
    assert views(transcript)[1].height() > 100


# Theme, zoom, accessibility ----------------------------------------------------------------------------


def test_the_theme_is_followed(transcript: Transcript, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch):
    transcript.show_entries([Entry(1, "user", "質問"), Entry(2, "assistant", "答え\n\n```py\nx = 1\n```")])
    settle(qtbot, transcript)
    monkeypatch.setattr(theme, "_current", theme.DARK)
    palette = QPalette(transcript.palette())
    palette.setColor(QPalette.ColorRole.Window, QColor(theme.DARK.page))
    transcript.setPalette(palette)
    settle(qtbot, transcript)
    seen = colours(transcript.grab().toImage())
    assert {QColor(theme.DARK.page).rgb(), QColor(theme.DARK.bubble).rgb()} <= seen
    assert QColor(theme.LIGHT.page).rgb() not in seen
    segment = views(transcript)[2].flow.segments[0]
    assert segment.document is not None
    (run,) = segment.document.begin().textFormats()
    assert run.format.foreground().color() == QColor(theme.DARK.ink)


def test_zoom_scales_type_and_column(transcript: Transcript, qtbot: QtBot):
    transcript.resize(1_600, 600)
    transcript.show_entries([Entry(1, "assistant", "長い文章です。" * 60)])
    settle(qtbot, transcript)
    view = views(transcript)[1]
    lines, width, high = view.flow.height() / 27, view.text_width(), view.height()
    transcript.set_zoom(200)
    settle(qtbot, transcript)
    assert transcript.zoom() == 200
    assert view.text_width() == 2 * width
    assert view.flow.height() / 54 == lines
    assert view.height() > 1.8 * high
    transcript.set_zoom(10_000)
    assert transcript.zoom() == 300


def test_everything_has_an_accessible_name(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries(
        [
            Entry(1, "user", "質問です"),
            Entry(2, "assistant", "答え\n\n```py\nx\n```", position=(1, 2)),
            Entry(3, "assistant", "", "failed", error="止まりました"),
        ]
    )
    settle(qtbot, transcript)
    assert views(transcript)[1].accessibleName() == "あなた"
    assert views(transcript)[1].accessibleDescription() == "質問です"
    assert views(transcript)[2].accessibleName() == "言の葉"
    assert views(transcript)[2].accessibleDescription().startswith("答え")
    controls = transcript.findChildren(QAbstractButton)
    assert len(controls) > 6
    assert all(control.accessibleName() for control in controls)


def test_tab_walks_from_message_to_message(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "user", "質問"), Entry(2, "assistant", "答え\n\n```py\nx\n```")])
    settle(qtbot, transcript)
    transcript.activateWindow()
    views(transcript)[1].setFocus()
    order: list[QObject] = [views(transcript)[1]]
    for _ in range(6):
        order.append(order[-1].nextInFocusChain())  # type: ignore[attr-defined]
    shown = [o.accessibleName() for o in order if isinstance(o, (MessageView, QAbstractButton))]
    assert shown[:6] == [
        "あなた",
        "メッセージをコピー",
        "質問を編集",
        "言の葉",
        "コードをコピー",
        "コードをファイルに保存",
    ]


# Hostile text ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_shown(transcript: Transcript, qtbot: QtBot, text: str):
    transcript.show_entries([Entry(1, "user", text), Entry(2, "assistant", text)])
    settle(qtbot, transcript)
    transcript.verticalScrollBar().setValue(0)
    transcript.grab()
    settle(qtbot, transcript)
    assert transcript.text_of(1) == transcript.text_of(2) == text
    transcript.scroll_to_end()
    settle(qtbot, transcript)
    assert 2 in views(transcript)


def test_a_huge_answer_is_prepared_in_slices(transcript: Transcript, qtbot: QtBot):
    text = RICH * 250
    assert len(text) > 100_000
    transcript.show_entries([Entry(1, "assistant", text)])
    view = views(transcript)[1]
    assert isinstance(view, AnswerView)
    assert view._splitter.waiting > 0  # the call came back before all was parsed
    settle(qtbot, transcript)
    assert view._splitter.waiting == 0
    assert all(segment.measured for segment in view.flow.segments)
    assert sum(segment.document is not None for segment in view.flow.segments) < 300
    bar = transcript.verticalScrollBar()
    assert bar.value() == bar.maximum()
    assert view.height() == view.full_height()
