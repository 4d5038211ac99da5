"""The composer under real key events and input-method events."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QLineEdit

from desktop.ui.composer.composer import Composer
from desktop.ui.controls.fields import LONGEST_MESSAGE, LineEdit


@pytest.fixture
def composer(qtbot):
    widget = Composer()
    qtbot.addWidget(widget)
    widget.resize(760, 160)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def preedit(widget, text):
    QApplication.sendEvent(widget, QInputMethodEvent(text, []))


def commit(widget, text):
    event = QInputMethodEvent("", [])
    event.setCommitString(text)
    QApplication.sendEvent(widget, event)


def sent_by(composer):
    sent = []
    composer.sent.connect(sent.append)
    return sent


def test_enter_sends_what_was_typed(qtbot, composer):
    sent = sent_by(composer)
    commit(composer.edit, "日本の首都は？")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert sent == ["日本の首都は？"]


def test_a_thousand_enters_while_composing_send_nothing(qtbot, composer):
    sent = sent_by(composer)
    commit(composer.edit, "前の文。")
    for i in range(1_000):
        preedit(composer.edit, "へんかん"[: i % 4 + 1])
        qtbot.keyClick(composer.edit, Qt.Key.Key_Return if i % 2 else Qt.Key.Key_Enter)
    assert sent == []
    commit(composer.edit, "変換")
    assert composer.text().count("\n") == 0
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert sent == ["前の文。変換"]


def test_ctrl_enter_while_composing_sends_nothing(qtbot, composer):
    sent = sent_by(composer)
    composer.set_enter_sends(False)
    commit(composer.edit, "確定済み")
    preedit(composer.edit, "みかくてい")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    composer.button.click()
    assert sent == []


def test_shift_enter_breaks_the_line(qtbot, composer):
    sent = sent_by(composer)
    commit(composer.edit, "一行目")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    commit(composer.edit, "二行目")
    assert sent == []
    qtbot.keyClick(composer.edit, Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier)
    assert sent == ["一行目\n二行目"]


def test_with_the_setting_enter_breaks_and_ctrl_enter_sends(qtbot, composer):
    sent = sent_by(composer)
    composer.set_enter_sends(False)
    commit(composer.edit, "一")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    commit(composer.edit, "二")
    assert sent == []
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert sent == ["一\n二"]


def test_white_space_alone_is_not_sent(qtbot, composer):
    sent = sent_by(composer)
    commit(composer.edit, "　 ")
    assert not composer.button.isEnabled()
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert sent == []


def test_while_answering_the_button_stops_and_enter_does_not_send(qtbot, composer):
    sent, stopped = sent_by(composer), []
    composer.stop_requested.connect(lambda: stopped.append(True))
    commit(composer.edit, "次の質問")
    composer.set_answering(True)
    assert composer.button.accessibleName() == "止める"
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert sent == []
    composer.button.click()
    assert stopped == [True]
    assert composer.text() == "次の質問"


def test_it_grows_with_its_text_up_to_a_part_of_the_window(composer):
    one = composer.edit.height()
    composer.set_text("\n".join(["行"] * 4))
    four = composer.edit.height()
    composer.set_text("\n".join(["行"] * 400))
    many = composer.edit.height()
    assert one < four
    assert four <= many <= max(composer.window().height(), 4 * four)
    composer.set_text("")
    assert composer.edit.height() == one


def test_what_was_typed_after_sending_stays(composer):
    composer.set_text("送った文\n次の文")
    composer.take("送った文")
    assert composer.text() == "次の文"


def test_a_huge_paste_is_refused_and_nothing_is_lost(qtbot, composer):
    refused = []
    composer.too_long.connect(lambda: refused.append(True))
    composer.set_text("元の文")
    mime = QMimeData()
    mime.setText("あ" * (LONGEST_MESSAGE + 1))
    composer.edit.insertFromMimeData(mime)
    assert refused == [True]
    assert composer.text() == "元の文"


def test_drafts_are_told_after_a_pause(qtbot, composer):
    with qtbot.waitSignal(composer.draft_changed, timeout=5_000) as told:
        commit(composer.edit, "書きかけ")
    assert told.args == ["書きかけ"]
    composer.set_text("読んだ下書き", is_draft=True)
    assert not composer.has_unsaved_draft()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_single_line_fields_leave_enter_to_the_input_method(qtbot, key):
    field = LineEdit()
    qtbot.addWidget(field)
    pressed = []
    field.returnPressed.connect(lambda: pressed.append(True))
    preedit(field, "へんかん")
    qtbot.keyClick(field, key)
    assert pressed == []
    commit(field, "変換")
    qtbot.keyClick(field, key)
    assert pressed == [True]
    assert isinstance(field, QLineEdit) and field.text() == "変換"
