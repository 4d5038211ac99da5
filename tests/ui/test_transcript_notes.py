"""Footnotes on the page: to the note and back, by pointer and by keyboard, and what a tooltip says."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QColor, QContextMenuEvent, QHelpEvent
from PySide6.QtWidgets import QApplication, QMenu, QToolTip
from pytestqt.qtbot import QtBot

from desktop.ui import theme
from desktop.ui.transcript import Entry, Transcript
from desktop.ui.transcript.message import MessageView
from desktop.ui.transcript.notes import MAX_NOTES, MAX_TIP, Mark

WAIT = 10_000  # ms; a guard against hanging
LONG = "".join(f"{n}番目の段落です。ここには、いくつかの文があります。\n\n" for n in range(60))
TEXT = (
    "古池や蛙飛びこむ水の音。この句[^池]は有名です。次に[^2]もあります。\n\n"
    f"{LONG}[^池]: 松尾芭蕉の｜句《く》。<b>一六八六年</b>。\n[^2]: 二つ目の注。\n"
)


@pytest.fixture
def transcript(qtbot: QtBot) -> Iterator[Transcript]:
    made = Transcript()
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    qtbot.waitExposed(made)
    yield made


def shown(transcript: Transcript, qtbot: QtBot, text: str, *, top: bool = True) -> MessageView:
    transcript.show_entries([Entry(1, "assistant", text)])
    settle(qtbot, transcript)
    if top:
        transcript.verticalScrollBar().setValue(0)
        settle(qtbot, transcript)
    (view,) = transcript.viewport().findChildren(MessageView)
    return view


def settle(qtbot: QtBot, transcript: Transcript) -> None:
    qtbot.waitUntil(
        lambda: not transcript._idle.isActive() and not transcript._frame.isActive(), timeout=WAIT
    )


def mark_at(view: MessageView, label: str, *, note: bool = False) -> QPoint:
    """Return the middle of a mark in the text, from the message's top left."""
    mark = next(m for m in view._notes._marks() if m.label == label and m.begins == note)
    segment = view.flow.segments[mark.segment]
    segment.lay_out()
    assert segment.document is not None
    start, end = segment.limits(mark.span)
    block = segment.document.findBlock(start)
    line = block.layout().lineForTextPosition(start - block.position())
    found = [line.cursorToX(at - block.position()) for at in (start, end)]
    xs = [x[0] if isinstance(x, (tuple, list)) else x for x in found]
    place = segment.document.documentLayout().blockBoundingRect(block).topLeft()
    inside = place + QPointF(sum(xs) / 2, line.y() + line.height() / 2)
    return (
        view.text_origin() + QPointF(0, view.flow.tops[mark.segment]) + segment.origin() + inside
    ).toPoint()


def in_sight(transcript: Transcript, view: MessageView, point: QPoint) -> bool:
    return transcript.viewport().rect().contains(view.mapTo(transcript.viewport(), point))


def pointed_text(view: MessageView) -> str:
    assert view._notes.pointed is not None
    return view.flow.text(*view._notes.pointed)


def menu_of(view: MessageView, reason: QContextMenuEvent.Reason, at: QPoint) -> QMenu:
    QApplication.sendEvent(view, QContextMenuEvent(reason, at, view.mapToGlobal(at)))
    return next(menu for menu in view.findChildren(QMenu) if menu.parent() is view)


def actions(menu: QMenu) -> dict[str, QAction]:
    return {action.text(): action for action in menu.actions()}


def test_a_reference_leads_to_its_note_and_the_note_back(transcript: Transcript, qtbot: QtBot):
    view = shown(transcript, qtbot, TEXT)
    assert not in_sight(transcript, view, mark_at(view, "池", note=True))
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=mark_at(view, "池"))
    settle(qtbot, transcript)
    assert in_sight(transcript, view, mark_at(view, "池", note=True))
    assert not in_sight(transcript, view, mark_at(view, "池"))
    assert pointed_text(view).startswith("[^池]: 松尾芭蕉")
    marked = QColor(theme.LIGHT.selection).rgb()
    picture = transcript.grab().toImage()
    assert marked in {picture.pixel(x, y) for x in range(0, 900, 3) for y in range(0, 600, 3)}
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=mark_at(view, "池", note=True))
    settle(qtbot, transcript)
    assert in_sight(transcript, view, mark_at(view, "池"))
    assert pointed_text(view) == "この句[^池]"
    qtbot.waitUntil(lambda: view._notes.pointed is None, timeout=WAIT)


def test_a_note_that_is_in_sight_is_marked_and_nothing_scrolls(transcript: Transcript, qtbot: QtBot):
    view = shown(transcript, qtbot, "本文[^1]です。\n\n[^1]: 注です。")
    at_end = transcript.at_end()
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=mark_at(view, "1"))
    settle(qtbot, transcript)
    assert pointed_text(view) == "[^1]: 注です。"
    assert transcript.verticalScrollBar().value() == 0 and transcript.at_end() == at_end


def test_a_note_leads_back_to_the_reference_that_was_read(transcript: Transcript, qtbot: QtBot):
    view = shown(transcript, qtbot, f"一つ目[^1]。\n\n二つ目[^1]。\n\n{LONG}[^1]: 注です。")
    point = mark_at(view, "1")
    second = point + QPoint(0, round(view.flow.tops[1] - view.flow.tops[0] + view.flow.segments[1].gap))
    assert view.note_at(QPointF(second)) == Mark("1", 1, 1, False)
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=second)
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=mark_at(view, "1", note=True))
    assert pointed_text(view) == "二つ目[^1]"


def test_the_pointer_shows_what_the_note_says_as_text(transcript: Transcript, qtbot: QtBot):
    view = shown(transcript, qtbot, TEXT)
    at = mark_at(view, "池")
    qtbot.mouseMove(view, at)
    assert view.cursor().shape() == Qt.CursorShape.PointingHandCursor
    QApplication.sendEvent(view, QHelpEvent(QEvent.Type.ToolTip, at, view.mapToGlobal(at)))
    assert QToolTip.text() == "<p>松尾芭蕉の句（く）。&lt;b&gt;一六八六年&lt;/b&gt;。</p>"
    QToolTip.hideText()
    aside = QPoint(at.x() + 60, at.y())
    qtbot.mouseMove(view, aside)
    assert view.cursor().shape() == Qt.CursorShape.IBeamCursor


def test_a_reference_without_a_note_leads_nowhere(transcript: Transcript, qtbot: QtBot):
    view = shown(transcript, qtbot, "本文[^1]です。\n\n[^2]: 別の注です。")
    at = mark_at(view, "1")
    assert view.note_at(QPointF(at)) is None
    assert view.note_at(QPointF(mark_at(view, "2", note=True))) is None
    place = transcript.verticalScrollBar().value()
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=at)
    assert view._notes.pointed is None and transcript.verticalScrollBar().value() == place


def test_the_menu_leads_there_by_pointer_and_by_keyboard(transcript: Transcript, qtbot: QtBot):
    view = shown(transcript, qtbot, TEXT)
    by_mouse, by_key = QContextMenuEvent.Reason.Mouse, QContextMenuEvent.Reason.Keyboard
    menu = menu_of(view, by_mouse, mark_at(view, "2"))
    actions(menu)["脚注を見る"].trigger()
    settle(qtbot, transcript)
    assert pointed_text(view) == "[^2]: 二つ目の注。"
    menu.close()
    menu.setParent(None)
    menu = menu_of(view, by_key, QPoint(0, 0))
    offered = actions(menu)
    offered["本文に戻る"].trigger()
    settle(qtbot, transcript)
    assert pointed_text(view) == "次に[^2]"
    assert in_sight(transcript, view, mark_at(view, "2"))
    inside = offered["脚注"].menu()
    assert isinstance(inside, QMenu)
    assert list(actions(inside)) == ["池　松尾芭蕉の句（く）。<b>一六八六年</b>。", "2　二つ目の注。"]
    inside.actions()[0].trigger()
    settle(qtbot, transcript)
    assert in_sight(transcript, view, mark_at(view, "池", note=True))
    menu.close()


def test_notes_in_tables_lists_and_notes_are_found(transcript: Transcript, qtbot: QtBot):
    view = shown(
        transcript,
        qtbot,
        "| 句 | 人 |\n|---|---|\n| 古池や[^a] | 芭蕉 |\n\n- 項目[^b]\n\n[^a]: 池[^b]\n[^b]: 項",
    )
    for label in "ab":
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=mark_at(view, label))
        assert pointed_text(view).startswith(f"[^{label}]: ")
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=mark_at(view, "a", note=True))
    assert pointed_text(view) == "古池や[^a]"


def test_a_note_that_streams_in_later_is_found_then(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "assistant", "本文[^1]です。\n\n", "streaming")])
    settle(qtbot, transcript)
    (view,) = transcript.viewport().findChildren(MessageView)
    assert view.note_at(QPointF(mark_at(view, "1"))) is None
    transcript.append_text(1, "[^1]: 注です。")
    settle(qtbot, transcript)
    assert view.note_at(QPointF(mark_at(view, "1"))) is not None
    assert transcript.at_end()


def test_thousands_of_notes_are_bounded(transcript: Transcript, qtbot: QtBot):
    text = "".join(f"文[^{n}]\n\n[^{n}]: {'長い注。' * 300 if n == 0 else '注'}\n\n" for n in range(4_000))
    view = shown(transcript, qtbot, text)
    menu = menu_of(view, QContextMenuEvent.Reason.Keyboard, QPoint(0, 0))
    inside = actions(menu)["脚注"].menu()
    assert isinstance(inside, QMenu) and len(inside.actions()) == MAX_NOTES
    assert all(len(action.text()) < 40 for action in inside.actions())
    menu.close()
    assert len(view._notes.tip(next(view._notes._marks()))) < MAX_TIP + 20
