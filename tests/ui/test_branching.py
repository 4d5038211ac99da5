"""Branches of a chat: made by editing, walked through, compared, copied, deleted; and all of it undone."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
import shiboken6
from PySide6.QtCore import QDateTime, QLocale, QModelIndex, QRect, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QInputMethodEvent, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFrame, QStyleOptionViewItem
from scripted import Scripted

from desktop.engine.protocol import Generate
from desktop.errors import KotonohaError
from desktop.store import Node
from desktop.ui import theme
from desktop.ui.branches.branch_map import LEFT, BranchMap
from desktop.ui.branches.side_by_side import SideBySide
from desktop.ui.composer.message_editor import MessageEditor
from desktop.ui.transcript.message import MessageView

pytestmark = pytest.mark.timeout(300)


def dialog(scripted, kind):
    """Wait for a dialog of this kind."""
    scripted.until(lambda: any(isinstance(w, kind) and w.isVisible() for w in QApplication.topLevelWidgets()))
    return next(w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible())


def texts(scripted):
    return [message.text for message in scripted.path()]


def entries(transcript):
    return [row.entry for row in transcript._rows]


def shown(scripted):
    return [entry.text for entry in entries(scripted.page.transcript)]


def undo(scripted):
    scripted.until(scripted.window.toast.button.isVisible)
    scripted.window.toast.button.click()


@pytest.fixture
def talk(scripted: Scripted) -> Scripted:
    scripted.ask("一つめの質問")
    scripted.ask("二つめの質問")
    return scripted


def test_an_edited_question_is_sent_beside_the_old_one(talk: Scripted) -> None:
    old = talk.path()
    talk.page.transcript.edit_requested.emit(old[2].id)
    editor = dialog(talk, MessageEditor)
    assert editor.edit.toPlainText() == "二つめの質問"
    editor.edit.selectAll()
    QTest.keyClicks(editor.edit, "changed")
    QTest.keyClick(editor.edit, Qt.Key.Key_Return)  # a new line: it does not send
    assert editor.isVisible()
    QTest.keyClick(editor.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    talk.until(lambda: len(talk.path()) == 4 and talk.path()[2].id != old[2].id)
    talk.settle()
    new = talk.path()
    assert (new[2].text, new[2].parent_id, new[3].status) == ("changed", old[1].id, "done")
    assert [turn.text for turn in talk.requests(Generate)[-1].turns][-1] == "changed"
    talk.until(lambda: shown(talk) == texts(talk))
    talk.page.transcript.sibling_requested.emit(new[2].id, -1)
    talk.until(lambda: [message.id for message in talk.path()] == [message.id for message in old])


def test_return_that_confirms_a_word_does_not_send_an_edit(talk: Scripted) -> None:
    talk.page.transcript.edit_requested.emit(talk.path()[2].id)
    editor = dialog(talk, MessageEditor)
    QApplication.sendEvent(editor.edit, QInputMethodEvent("にほんご", []))
    for modifier in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier):
        QTest.keyClick(editor.edit, Qt.Key.Key_Return, modifier)
    QTest.keyClick(editor.edit, Qt.Key.Key_Escape)
    assert editor.isVisible()
    done = QInputMethodEvent("", [])
    done.setCommitString("日本語")
    QApplication.sendEvent(editor.edit, done)
    assert editor.edit.toPlainText() == "二つめの質問日本語"
    editor.reject()
    assert talk.page.composer.text() == "二つめの質問日本語"  # what was typed is not lost
    assert len(talk.path()) == 4


def test_an_edit_that_a_crash_ended_goes_on_where_it_was(talk: Scripted) -> None:
    message, branches = talk.path()[2], talk.app.session.store.branches
    talk.page.transcript.edit_requested.emit(message.id)
    editor = dialog(talk, MessageEditor)
    editor.edit.insertPlainText("、長い前置き")
    talk.until(lambda: branches.edit_of(message.id) == "二つめの質問、長い前置き")
    shiboken6.delete(editor)  # neither closed nor asked
    talk.page.transcript.edit_requested.emit(message.id)
    editor = dialog(talk, MessageEditor)
    assert editor.edit.toPlainText() == "二つめの質問、長い前置き"
    assert "書きかけ" in editor.note.text()
    editor.edit.undo()
    assert editor.edit.toPlainText() == "二つめの質問"
    editor.edit.redo()
    editor.reject()
    assert talk.page.composer.text() == "二つめの質問、長い前置き"
    talk.until(lambda: branches.edit_of(message.id) is None)
    talk.page.transcript.edit_requested.emit(message.id)
    editor = dialog(talk, MessageEditor)
    assert (editor.edit.toPlainText(), "書きかけ" in editor.note.text()) == ("二つめの質問", False)


def test_a_second_click_opens_no_second_editor_and_another_chat_none(talk: Scripted) -> None:
    message = talk.path()[2]
    for _ in range(2):
        talk.page.transcript.edit_requested.emit(message.id)
    editor = dialog(talk, MessageEditor)
    talk.settle()
    assert sum(isinstance(w, MessageEditor) for w in QApplication.topLevelWidgets()) == 1
    editor.reject()
    talk.settle()
    talk.page.transcript.edit_requested.emit(message.id)
    talk.window.new_chat()
    talk.settle()
    assert not any(isinstance(w, MessageEditor) and w.isVisible() for w in QApplication.topLevelWidgets())


def test_an_answer_is_put_right_by_hand_and_back(talk: Scripted) -> None:
    old = talk.path()
    talk.page.transcript.edit_requested.emit(old[1].id)
    editor = dialog(talk, MessageEditor)
    editor.edit.setPlainText("書き換えた答え")
    editor.button.click()
    talk.until(lambda: shown(talk) == ["一つめの質問", "書き換えた答え"])
    talk.ask("続き")
    assert [turn.text for turn in talk.requests(Generate)[-1].turns] == [
        "一つめの質問",
        "書き換えた答え",
        "続き",
    ]
    undo(talk)
    talk.until(lambda: [m.id for m in talk.path()] == [m.id for m in old])


def test_a_deleted_branch_comes_back(talk: Scripted) -> None:
    before = texts(talk)
    talk.page.transcript.delete_requested.emit(talk.path()[2].id)
    talk.until(lambda: shown(talk) == before[:2])
    undo(talk)
    talk.until(lambda: shown(talk) == before)
    talk.page.transcript.delete_requested.emit(talk.path()[0].id)
    talk.until(talk.page.welcome.isVisible)
    undo(talk)
    talk.until(lambda: shown(talk) == before)


def test_a_new_chat_from_here_and_back(talk: Scripted) -> None:
    first = talk.window.conversation.chat_id
    talk.page.transcript.branch_to_chat.emit(talk.path()[1].id)
    talk.until(lambda: talk.window.conversation.chat_id not in (None, first))
    talk.until(lambda: len(shown(talk)) == 2)
    assert talk.page.title.text() == talk.app.session.store.chats.get(first).title
    undo(talk)
    talk.until(lambda: talk.window.conversation.chat_id == first)
    talk.until(lambda: [chat.id for chat in talk.app.session.chats] == [first])


def test_the_map_shows_where_one_is_and_leads_elsewhere(talk: Scripted) -> None:
    assert talk.page.map.isVisible()
    first = talk.path()
    talk.page.transcript.regenerate_requested.emit(first[1].id)
    talk.until(lambda: len(talk.path()) == 2)
    talk.settle()
    talk.page.map.click()
    view = dialog(talk, BranchMap)
    model = view.list.model()
    rows = [model.index(at, 0).data(Qt.ItemDataRole.UserRole) for at in range(model.rowCount())]
    assert [(row.node.id, row.shown) for row in rows] == [
        (first[0].id, True),
        *((message.id, False) for message in first[1:]),
        (talk.path()[1].id, True),
    ]
    assert view.list.currentIndex().row() == 4
    for _ in range(2):
        QTest.keyClick(view.list, Qt.Key.Key_Up)
    QTest.keyClick(view.list, Qt.Key.Key_Return)
    talk.until(lambda: [m.id for m in talk.path()] == [m.id for m in first])


def test_two_answers_stand_beside_each_other(talk: Scripted) -> None:
    first = talk.path()
    talk.page.transcript.regenerate_requested.emit(first[3].id)
    talk.until(lambda: talk.path()[-1].id != first[3].id)
    talk.settle()
    talk.page.transcript.compare_requested.emit(talk.path()[-1].id)
    view = dialog(talk, SideBySide)
    ids = [side.version.currentData() for side in view.sides]
    assert ids == [first[3].id, talk.path()[-1].id]
    assert [side.in_use.isVisible() for side in view.sides] == [False, True]
    (line,) = (each for each in view.findChildren(QFrame, "hairline") if each.width() == 1)
    assert view.sides[0].geometry().right() < line.x() < view.sides[1].x()
    assert all(entries(side.view)[0].id == id for side, id in zip(view.sides, ids, strict=True))
    view.sides[0].version.setCurrentIndex(1)
    assert entries(view.sides[0].view)[0].id == ids[1] and view.sides[0].in_use.isVisible()
    view.sides[1].version.setCurrentIndex(0)
    view.sides[1].chosen.emit(view.sides[1].version.currentData())
    talk.until(lambda: talk.path()[-1].id == first[3].id)


@pytest.mark.parametrize("scale", [1.0, 1.25, 1.5, 2.0])
def test_the_lines_of_the_map_have_no_gaps_and_the_time_is_whole(qtbot, scale: float) -> None:
    moment = time.time()
    nodes = [
        Node(
            id, id - 1 or None, "user" if id % 2 else "assistant", f"{id}番目", "done", moment, None, "gemma"
        )
        for id in range(1, 7)
    ]
    view = BranchMap(nodes, [node.id for node in nodes])
    qtbot.addWidget(view)
    view.list.setCurrentIndex(view.list.model().index(1, 0))
    view.show()
    view.list.clearFocus()
    port = view.list.viewport()
    image = QImage(round(port.width() * scale), round(port.height() * scale), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    port.render(image)
    first, last = (view.list.visualRect(view.list.model().index(row, 0)) for row in (0, 5))
    x = round((first.left() + LEFT + 0.5) * scale)
    line = range(round(first.center().y() * scale), round(last.center().y() * scale))
    assert {image.pixelColor(x, y).name() for y in line} == {theme.current().accent.lower()}

    when = QLocale().toString(
        QDateTime.fromSecsSinceEpoch(int(moment)).time(), QLocale.FormatType.ShortFormat
    )
    painter = _Recording(image)
    option = QStyleOptionViewItem()
    option.rect = first
    view.list.itemDelegate().paint(painter, option, view.list.model().index(0, 0))
    painter.end()
    assert when in [text for text, _ in painter.texts]
    assert all(room >= 0 for _, room in painter.texts)


@pytest.mark.parametrize("scale", [1.0, 1.25, 1.5, 2.0])
def test_a_quiet_line_of_the_map_is_the_same_across_rows(qtbot, scale: float) -> None:
    nodes = [Node(id, id - 1 or None, "user", f"{id}番目", "done", 0.0, None, "gemma") for id in range(1, 5)]
    view = BranchMap(nodes, [])  # none of them is on the branch that is shown
    qtbot.addWidget(view)
    view.list.setCurrentIndex(QModelIndex())
    view.show()
    port = view.list.viewport()
    image = QImage(round(port.width() * scale), round(port.height() * scale), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    port.render(image)
    rows = [view.list.visualRect(view.list.model().index(row, 0)) for row in range(4)]
    x = int((rows[0].left() + LEFT + 0.5) * scale)
    for above, below in pairwise(rows):
        between = range(round((above.center().y() + 8) * scale), round((below.center().y() - 8) * scale))
        across = {tuple(image.pixelColor(x + d, y).name() for d in range(-3, 4)) for y in between}
        assert len(across) == 1


class _Recording(QPainter):
    """Keeps which texts are drawn, and how much room (px) is left beside each."""

    def __init__(self, device: QImage) -> None:
        super().__init__(device)
        self.texts: list[tuple[str, float]] = []

    def drawText(self, box: QRect, flags: Qt.AlignmentFlag, text: str) -> None:
        needed = QFontMetricsF(self.font()).horizontalAdvance(text)
        self.texts.append((text, box.width() - needed))
        super().drawText(box, flags, text)


def test_a_star_stays(talk: Scripted) -> None:
    answer = talk.path()[1]
    talk.page.transcript.starred.emit(answer.id, True)
    talk.until(lambda: entries(talk.page.transcript)[1].starred)
    assert [message.id for message in talk.messages.starred()] == [answer.id]
    talk.page.transcript.starred.emit(answer.id, False)
    talk.until(lambda: not entries(talk.page.transcript)[1].starred)


def test_the_buttons_do_what_the_signals_do(talk: Scripted) -> None:
    question = next(
        view
        for view in talk.page.transcript.viewport().findChildren(MessageView)
        if view.entry.id == talk.path()[2].id
    )
    edit = next(button for button in question.controls() if button.accessibleName() == "質問を編集")
    edit.click()
    assert dialog(talk, MessageEditor).edit.toPlainText() == "二つめの質問"


@pytest.mark.parametrize("at", [2, 3], ids=["question", "answer"])
def test_an_edit_that_cannot_be_saved_stays_in_its_window(
    talk: Scripted, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    def full(*_: object, **__: object) -> None:
        raise KotonohaError("disk_full", "空きがありません。", "The disk is full.")

    branches = talk.app.session.store.branches
    with monkeypatch.context() as broken:
        for name in ("edit_question", "edit_answer"):
            broken.setattr(branches, name, full)
        talk.page.transcript.edit_requested.emit(talk.path()[at].id)
        editor = dialog(talk, MessageEditor)
        editor.edit.setPlainText("書き直した文")
        editor.button.click()
        talk.until(editor.failure.isVisible)
        assert editor.failure.text() == "空きがありません。"
        assert editor.edit.toPlainText() == "書き直した文"
    editor.button.click()
    talk.until(lambda: "書き直した文" in texts(talk))
    talk.until(lambda: not any(isinstance(w, MessageEditor) for w in QApplication.topLevelWidgets()))


def test_an_edit_of_what_is_gone_meanwhile_keeps_its_words(talk: Scripted) -> None:
    first, answer = talk.path()[:2]
    talk.page.transcript.edit_requested.emit(answer.id)
    editor = dialog(talk, MessageEditor)
    editor.edit.setPlainText("まだ要る文")
    talk.page.transcript.delete_requested.emit(first.id)
    talk.until(lambda: not talk.path())
    editor.button.click()
    talk.until(editor.failure.isVisible)
    editor.reject()
    assert talk.page.composer.text() == "まだ要る文"
