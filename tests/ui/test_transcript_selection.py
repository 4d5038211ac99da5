"""Selecting by pointer and keys within a message, copying, and links."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from desktop.ui import theme
from desktop.ui.transcript import Entry, Transcript
from desktop.ui.transcript.message import MessageView
from tests.ui.transcripts import WAIT, button, colours, names, opened, settle, views


@pytest.fixture
def transcript(qtbot: QtBot) -> Iterator[Transcript]:
    yield opened(qtbot)
    theme._current = theme.LIGHT


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
    assert colours(transcript.grab().toImage()) - colours(before) >= {QColor(theme.LIGHT.selection).rgb()}


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
        "スターを付ける", "編集…", "ここから新しい対話", "この枝をごみ箱に入れる",
    ]  # fmt: skip
    with qtbot.waitSignal(transcript.link_activated, timeout=WAIT) as signal:
        actions["リンクを開く: https://a.example/&&b"].trigger()
    assert signal.args == ["https://a.example/&b"]
    actions["リンクのアドレスをコピー"].trigger()
    assert QGuiApplication.clipboard().text() == "https://a.example/&b"
    menu.close()
