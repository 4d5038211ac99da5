"""A question that was sent with files is edited: they are looked into, taken away and had back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from scripted import Scripted

from desktop.engine.protocol import Generate
from desktop.ui.composer.attachment_view import AttachmentView
from desktop.ui.composer.message_editor import MessageEditor

pytestmark = pytest.mark.timeout(300)

FILES = {"議事録.txt": "会議は火曜日です。", "予算.csv": "人件費,100", "長い記録.md": "とても長い記録。"}


@pytest.fixture
def sent(scripted: Scripted) -> Scripted:
    """A chat whose one question went with three files."""
    for name, text in FILES.items():
        path = scripted.folder / name
        path.write_text(text)
        count = len(scripted.window.conversation.attachments.ids())
        scripted.window.conversation.attachments.add([path])
        scripted.until(lambda count=count: len(scripted.window.conversation.attachments.ids()) > count)
    scripted.ask("まとめて")
    return scripted


def opened(scripted: Scripted, kind: type):
    found = [w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()]
    return found[0] if found else None


def editing(scripted: Scripted, message_id: int) -> MessageEditor:
    scripted.page.transcript.edit_requested.emit(message_id)
    scripted.until(lambda: opened(scripted, MessageEditor))
    return opened(scripted, MessageEditor)


def names(editor: MessageEditor) -> list[str]:
    return [chip.shown.name for chip in editor.files.chips.chips()]


def take_away(editor: MessageEditor, name: str) -> None:
    chip = next(chip for chip in editor.files.chips.chips() if chip.shown.name == name)
    QTest.mouseClick(chip.close_button, Qt.MouseButton.LeftButton)


def files_of(scripted: Scripted, message_id: int) -> list[str]:
    sent = scripted.app.session.store.attachments.sent(scripted.window.conversation.chat_id)
    return [file.name for file in sent.get(message_id, ())]


def test_the_edited_question_goes_with_the_files_that_remain(sent: Scripted) -> None:
    asked = sent.path()[0]
    editor = editing(sent, asked.id)
    assert names(editor) == list(FILES)
    assert editor.edit.geometry().bottom() < editor.files.y()
    take_away(editor, "長い記録.md")
    take_away(editor, "議事録.txt")
    assert names(editor) == ["予算.csv"]
    QTest.keyClick(editor.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    sent.until(lambda: sent.path()[0].id != asked.id)
    sent.settle()
    assert files_of(sent, sent.path()[0].id) == ["予算.csv"]
    assert files_of(sent, asked.id) == list(FILES)  # the old one stays as it was
    prompt = sent.requests(Generate)[-1].turns[-1].text
    assert "人件費" in prompt and "火曜日" not in prompt and "長い記録" not in prompt


def test_files_come_back_one_after_the_other_in_their_order(sent: Scripted) -> None:
    editor = editing(sent, sent.path()[0].id)
    editor.resize(editor.minimumSize())
    for name in ("議事録.txt", "予算.csv", "長い記録.md"):
        assert not editor.files.taken.isVisible() or name not in editor.files.taken.label.text()
        take_away(editor, name)
        assert name in editor.files.taken.label.text()
        sent.until(lambda: editor.files.height() >= editor.files.layout().minimumSize().height())
    assert names(editor) == [] and editor.edit.hasFocus()
    back = editor.files.taken.button
    QTest.mouseClick(back, Qt.MouseButton.LeftButton)
    assert names(editor) == ["長い記録.md"] and "予算.csv" in editor.files.taken.label.text()
    assert back.hasFocus()
    QTest.keyClick(back, Qt.Key.Key_Space)
    QTest.keyClick(back, Qt.Key.Key_Space)
    assert names(editor) == list(FILES) and not editor.files.taken.isVisible()
    assert editor.files.without() == () and editor.edit.hasFocus()


def test_a_file_is_taken_away_by_keyboard_and_looked_into(sent: Scripted) -> None:
    editor = editing(sent, sent.path()[0].id)
    editor.files.chips.chips()[1].setFocus()
    QTest.keyClick(editor.files.chips.chips()[1], Qt.Key.Key_Delete)
    assert names(editor) == ["議事録.txt", "長い記録.md"]
    assert editor.files.chips.chips()[1].hasFocus()
    QTest.keyClick(editor.files.chips.chips()[1], Qt.Key.Key_Return)
    sent.until(lambda: opened(sent, AttachmentView))
    view = opened(sent, AttachmentView)
    assert "とても長い記録。" in view.view.toPlainText() and view.parent() is editor
    view.accept()
    assert editor.isVisible() and names(editor) == ["議事録.txt", "長い記録.md"]


def test_a_question_that_was_too_long_is_mended_by_taking_a_file_away(scripted: Scripted) -> None:
    path = scripted.folder / "長い記録.md"
    path.write_text(FILES["長い記録.md"])
    scripted.window.conversation.attachments.add([path])
    scripted.until(scripted.window.conversation.attachments.ids)
    answer = scripted.ask("まとめて")
    scripted.messages.finish(answer.id, "", "failed", error="長すぎます。", error_code="prompt_too_long")
    scripted.window.conversation.reload()
    row = scripted.page.transcript._rows.find
    scripted.until(lambda: row(answer.id).entry.asked == answer.parent_id)
    editor = editing(scripted, row(answer.id).entry.asked)
    take_away(editor, "長い記録.md")
    editor.button.click()
    scripted.until(lambda: scripted.path()[-1].id != answer.id)
    scripted.settle()
    question, answer = scripted.path()
    assert (question.text, answer.status, files_of(scripted, question.id)) == ("まとめて", "done", [])


def test_an_answer_and_a_question_without_files_show_none(sent: Scripted) -> None:
    editor = editing(sent, sent.path()[1].id)
    assert not editor.files.isVisible() and names(editor) == []
