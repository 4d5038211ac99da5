"""Input methods in every text field of every page and dialog, with the events that Qt gives a field."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from every_window import DIALOGS, dialog_classes, fill, places
from PySide6.QtCore import QEvent, QRect, QRectF, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QTextCharFormat
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

import desktop.ui
from desktop.engine.protocol import Generate
from desktop.ui.controls.fields import DoubleSpinBox, Guard, LineEdit, SpinBox, TextEdit

pytestmark = pytest.mark.timeout(300)
Key, NONE, CONTROL = Qt.Key, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
KEYS = (
    (Key.Key_Return, NONE), (Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier), (Key.Key_Return, CONTROL),
    (Key.Key_Return, Qt.KeyboardModifier.ShiftModifier), (Key.Key_Escape, NONE), (Key.Key_Up, NONE),
    (Key.Key_Down, NONE), (Key.Key_PageDown, NONE), (Key.Key_Tab, NONE), (Key.Key_F2, NONE),
    (Key.Key_N, CONTROL),
)  # fmt: skip


def fields_in(root: QWidget) -> list[QWidget]:
    """Return what one can type into, a spin box rather than the field inside it."""
    found = []
    for widget in root.findChildren(QWidget):
        inside = isinstance(widget.parent(), QAbstractSpinBox | QComboBox)
        if not widget.isVisibleTo(root) or widget.window() is not root.window() or inside:
            continue
        typed = isinstance(widget, QLineEdit | QPlainTextEdit | QTextEdit | QAbstractSpinBox)
        combo = isinstance(widget, QComboBox) and widget.isEditable()
        if (combo or (typed and not widget.isReadOnly())) and widget.isEnabled():
            found.append(widget)
    return found


def inner(field: QWidget) -> QWidget:
    return field.lineEdit() if isinstance(field, QAbstractSpinBox | QComboBox) else field


def text_of(field: QWidget) -> str:
    field = inner(field)
    return field.text() if isinstance(field, QLineEdit) else field.toPlainText()


def compose(field: QWidget, text: str) -> None:
    """Let the input method hold ``text``, underlined."""
    underlined = QTextCharFormat()
    underlined.setFontUnderline(True)
    kind = QInputMethodEvent.AttributeType
    attributes = [
        QInputMethodEvent.Attribute(kind.TextFormat, 0, len(text), underlined),
        QInputMethodEvent.Attribute(kind.Cursor, len(text), 1, None),
    ]
    QApplication.sendEvent(field, QInputMethodEvent(text, attributes))


def commit(field: QWidget, text: str) -> None:
    event = QInputMethodEvent("", [])
    event.setCommitString(text)
    QApplication.sendEvent(field, event)


def caret_of(field: QWidget) -> QRect:
    found = field.inputMethodQuery(Qt.InputMethodQuery.ImCursorRectangle)
    return found.toRect() if isinstance(found, QRectF) else found


def composing(field: QWidget) -> bool:
    guard = inner(field).findChild(Guard)
    return guard._composing if guard is not None else inner(field).is_composing()


def windows() -> set[int]:
    return {id(widget) for widget in QApplication.topLevelWidgets() if widget.isVisible()}


def test_every_field_leaves_its_keys_to_the_input_method(qtbot, scripted):
    seen = []
    for name, root in places(scripted):
        root.activateWindow()
        qtbot.waitUntil(root.isActiveWindow)
        for field in fields_in(root):
            where = f"{name}: {field.accessibleName()}"
            seen.append(where)
            field.setFocus()
            assert composing(field) is False, where
            pressed = []
            if isinstance(inner(field), QLineEdit):
                inner(field).selectAll()
                inner(field).returnPressed.connect(lambda pressed=pressed: pressed.append(True))
            before = windows(), len(scripted.requests(Generate)), scripted.window.conversation.chat_id
            focus = QApplication.focusWidget()
            compose(field, "へんかん")
            kept = text_of(field)
            for key, modifiers in KEYS:
                qtbot.keyClick(field, key, modifiers)
                assert composing(field), (where, key)
            assert text_of(field) == kept, where
            assert QApplication.focusWidget() is focus, where
            assert pressed == [], where
            assert (windows(), len(scripted.requests(Generate)), scripted.window.conversation.chat_id) == (
                before
            ), where
            number = isinstance(field, QAbstractSpinBox)
            caret = caret_of(field)
            assert field.rect().intersects(caret), where  # candidates appear there
            assert 0 <= caret.center().x() <= field.width() and 0 <= caret.center().y() <= field.height(), (
                where
            )
            commit(field, "１" if number else "変換")
            assert not composing(field), where
            assert ("1" if number else "変換") in text_of(field), where
    assert "対話: メッセージ" in seen and "題名の変更: 対話の題名" in seen
    assert any(where.startswith("設定: ") for where in seen)
    assert any(where.startswith("TemplateDialog") for where in seen)


def test_a_thousand_enters_while_composing_send_nothing(qtbot, scripted):
    fill(scripted)
    edit = scripted.page.composer.edit
    asked, count = len(scripted.requests(Generate)), len(scripted.path())
    commit(edit, "前の文。")
    for i in range(1_000):
        compose(edit, "にほんごにゅうりょく"[: i % 10 + 1])
        qtbot.keyClick(edit, KEYS[i % 4][0], KEYS[i % 4][1])
    scripted.settle()
    assert (len(scripted.requests(Generate)), len(scripted.path())) == (asked, count)
    commit(edit, "日本語入力")
    assert edit.toPlainText() == "前の文。日本語入力"
    qtbot.keyClick(edit, Key.Key_Return)
    scripted.until(lambda: len(scripted.path()) == count + 2)
    scripted.settle()
    assert scripted.path()[-2].text == "前の文。日本語入力"


def test_what_is_composed_is_underlined_at_the_caret(qtbot, scripted):
    edit = scripted.page.composer.edit
    commit(edit, "東京で")
    compose(edit, "たべる")
    layout = edit.textCursor().block().layout()
    assert (layout.preeditAreaPosition(), layout.preeditAreaText()) == (3, "たべる")
    (shown,) = layout.formats()
    assert (shown.start, shown.length, shown.format.fontUnderline()) == (3, 3, True)
    ends = [edit.inputMethodQuery(Qt.InputMethodQuery.ImCursorRectangle).x()]
    compose(edit, "たべるもの")
    ends.append(edit.inputMethodQuery(Qt.InputMethodQuery.ImCursorRectangle).x())
    assert ends[0] < ends[1]  # the candidates follow


def test_no_shortcut_takes_a_half_written_word_away(qtbot, scripted):
    edit = scripted.page.composer.edit
    edit.setFocus()
    key = QKeyEvent(QEvent.Type.ShortcutOverride, Key.Key_K, CONTROL)
    for composing in (True, False):
        compose(edit, "かん" if composing else "")
        key.ignore()
        QApplication.sendEvent(edit, key)
        assert key.isAccepted() is composing


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [(SpinBox, "１２３４", 1234), (DoubleSpinBox, "０．７５", 0.75), (DoubleSpinBox, "ー１．５", -1.5)],
)
def test_numbers_may_be_typed_full_width(qtbot, kind, typed, value):
    box = kind()
    qtbot.addWidget(box)
    box.setRange(-2, 10_000)
    box.setSuffix(" トークン")
    box.show()
    box.setFocus()
    box.lineEdit().selectAll()
    commit(box, typed)
    qtbot.keyClick(box, Key.Key_Return)
    assert box.value() == value
    box.lineEdit().selectAll()
    commit(box, "漢字")
    qtbot.keyClick(box, Key.Key_Return)
    assert box.value() == value


def test_every_field_in_the_source_is_one_of_ours():
    plain = {"QLineEdit", "QPlainTextEdit", "QTextEdit", "QSpinBox", "QDoubleSpinBox", "QInputDialog"}
    for path in Path(desktop.ui.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                made = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                assert made not in plain and made != "setEditable", f"{path.name}:{node.lineno}"
    assert issubclass(LineEdit, QLineEdit) and issubclass(TextEdit, QPlainTextEdit)


def test_no_dialog_is_missing_here():
    assert dialog_classes() == set(DIALOGS)
