"""All keys of the window in one list, each of which can be changed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Literal

from PySide6.QtCore import QEvent, QKeyCombination, Qt, Signal
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from desktop.ui.commands.actions import Actions, native
from desktop.ui.controls.buttons import IconButton
from desktop.ui.controls.section import CONTROL_WIDTH, Section

Refusal = Literal["", "unknown", "plain", "editing", "input_method"]

_Key, _Standard = Qt.Key, QKeySequence.StandardKey
_MODIFIERS = (_Key.Key_Control, _Key.Key_Shift, _Key.Key_Alt, _Key.Key_Meta, _Key.Key_AltGr, _Key.Key_unknown)
_EDITING = (
    *(_Standard.Copy, _Standard.Cut, _Standard.Paste, _Standard.Undo, _Standard.Redo, _Standard.SelectAll),
    *(_Standard.MoveToNextWord, _Standard.MoveToPreviousWord, _Standard.SelectNextWord),
    *(_Standard.SelectPreviousWord, _Standard.MoveToStartOfDocument, _Standard.MoveToEndOfDocument),
    *(
        _Standard.SelectStartOfDocument,
        _Standard.SelectEndOfDocument,
        _Standard.DeleteStartOfWord,
        _Standard.DeleteEndOfWord,
    ),
)
_ENTER = ("Ctrl+Return", "Ctrl+Enter", "Shift+Return", "Shift+Enter")
_INPUT_METHOD = ("Ctrl+Space", "Shift+Space", "Meta+Space", "Alt+`")


def combination_of(event: QKeyEvent) -> str:
    """Return the keys of an event as they are kept; "" while only modifiers are held."""
    key = Qt.Key(event.key())
    if key in _MODIFIERS:
        return ""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    text = event.text()
    if len(text) == 1 and text.isprintable() and not text.isalnum() and not text.isspace():
        modifiers &= ~Qt.KeyboardModifier.ShiftModifier  # it is how the sign is written
    return QKeySequence(QKeyCombination(modifiers, key)).toString(QKeySequence.SequenceFormat.PortableText)


def refusal(keys: str) -> Refusal:
    """Return why ``keys`` cannot be an action's; "" where they can."""
    sequence = QKeySequence(keys)
    if sequence.count() != 1:
        return "unknown"
    combination: QKeyCombination = sequence[0]  # type: ignore[index]
    if combination.key() == _Key.Key_unknown:
        return "unknown"
    held = combination.keyboardModifiers() & ~Qt.KeyboardModifier.ShiftModifier
    function = _Key.Key_F1.value <= combination.key().value <= _Key.Key_F35.value
    if held == Qt.KeyboardModifier.NoModifier and not function and combination.key() != _Key.Key_Escape:
        return "plain"
    if any(sequence in QKeySequence.keyBindings(standard) for standard in _EDITING) or keys in _ENTER:
        return "editing"
    return "input_method" if keys in _INPUT_METHOD else ""


class KeyButton(QPushButton):
    """Shows an action's keys; once it is pressed, the next keys are told as ``chosen`` ("": none)."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys: tuple[str, ...] = ()
        self._name = ""
        self._listening = False
        self.setObjectName("keys")
        self.setFixedWidth(CONTROL_WIDTH)
        self.clicked.connect(self.listen)

    def set_keys(self, name: str, keys: tuple[str, ...]) -> None:
        """Show the keys of the action called ``name``."""
        self._name, self._keys = name, keys
        self._show()

    def is_listening(self) -> bool:
        """Return whether the next keys are taken."""
        return self._listening

    def listen(self) -> None:
        """Wait for keys."""
        self.setFocus()
        self._listening = True
        self._show()

    def event(self, event: QEvent) -> bool:
        if self._listening and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # they are for this button, whatever they do elsewhere
            return True
        if self._listening and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._take(event)
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._stop()
        super().focusOutEvent(event)

    def _take(self, event: QKeyEvent) -> bool:
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if event.key() in (_Key.Key_Tab, _Key.Key_Backtab):
            self._stop()
            return super().event(event)
        if plain and event.key() == _Key.Key_Escape:
            self._stop()
        elif plain and event.key() in (_Key.Key_Backspace, _Key.Key_Delete):
            self._stop()
            self.chosen.emit("")
        elif keys := combination_of(event):
            self._stop()
            self.chosen.emit(keys)
        event.accept()
        return True

    def _stop(self) -> None:
        self._listening = False
        self._show()

    def _show(self) -> None:
        shown = native(self._keys)
        self.setText(self.tr("キーを押してください") if self._listening else shown or self.tr("なし"))
        self.setAccessibleName(f"{self._name} {shown or self.tr('なし')}")
        self.setProperty("listening", self._listening)
        self.style().unpolish(self)
        self.style().polish(self)


@dataclass
class _Row:
    """One action in the list."""

    action: QAction
    note: QLabel
    button: KeyButton
    back: IconButton
    wanted: str = ""  # keys that another action has, and that were pressed once


class Shortcuts(Section):
    """The list. It is filled when it is first seen, with all that is in the table by then."""

    def __init__(self, table: Actions, parent: QWidget | None = None) -> None:
        super().__init__(
            self.tr("キー操作"),
            self.tr(
                "キーの欄を押してから、使いたいキーを押します。Backspace で割り当てを外し、Esc でやめます。"
            ),
            parent,
        )
        self._table = table
        self._listed: dict[str, _Row] = {}
        table.changed.connect(self._update)
        self._everything = QPushButton(self.tr("すべて既定に戻す"))
        self._everything.clicked.connect(table.reset_keys)
        self.add_button(self._everything)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if len(self._listed) != len(self._table.all()):
            self._fill()

    def row(self, name: str) -> _Row:
        """Return what is shown for the action with this id."""
        return self._listed[name]

    def _fill(self) -> None:
        group = ""
        for action in self._table.all():
            name = action.objectName()
            if name in self._listed:
                continue
            if self._table.group(name) != group:
                group = self._table.group(name)
                self.add_heading(group)
            self._listed[name] = self._make_row(action)
        self._update()

    def _make_row(self, action: QAction) -> _Row:
        name = action.objectName()
        control = QWidget()
        button = KeyButton(control)
        back = IconButton(
            "rotate-ccw", self.tr("{name}を既定のキーに戻す").format(name=action.text()), control
        )
        keep = back.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        back.setSizePolicy(keep)
        across = QHBoxLayout(control)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(4)
        across.addWidget(button)
        across.addWidget(back)
        control.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        note = self.add_row(action.text().rstrip("…"), "", control)
        note.setAccessibleName(action.text())
        button.chosen.connect(partial(self._choose, name))
        back.clicked.connect(lambda: self._table.set_keys(name, self._table.usual_keys(name)))
        return _Row(action, note, button, back)

    def _choose(self, name: str, keys: str) -> None:
        row, holder = self._listed[name], self._table.holder(keys) if keys else None
        problem = self.problem(keys) if keys and keys not in self._table.usual_keys(name) else ""
        if problem:
            self._say(row, problem)
            row.button.listen()  # for others
        elif holder is not None and holder != name and row.wanted != keys:
            self._say(
                row,
                self.tr(
                    "{keys} は「{name}」で使っています。もう一度同じキーを選ぶと、こちらに移します。"
                ).format(keys=native((keys,)), name=self._table[holder].text()),
            )
            row.wanted = keys
            row.button.listen()  # for the same once more, or for others
        else:
            self._say(row, "")
            self._table.set_keys(name, (keys,) if keys else ())

    def problem(self, keys: str) -> str:
        """Return why ``keys`` cannot be chosen, for people; "" where they can."""
        shown = native((keys,))
        match refusal(keys):
            case "unknown":
                return self.tr("このキーは使えません。")
            case "plain":
                return self.tr("文字を打つキーは、Ctrl か Alt と組み合わせてください。")
            case "editing":
                return self.tr("{keys} は文章の編集と送信に使うキーです。").format(keys=shown)
            case "input_method":
                return self.tr("{keys} は日本語入力の切り替えに使うキーです。").format(keys=shown)
        return ""

    def _say(self, row: _Row, text: str) -> None:
        row.wanted = ""
        self.explain(row.note, text, caution=bool(text))
        row.button.setAccessibleDescription(text)

    def _update(self) -> None:
        for name, row in self._listed.items():
            keys = self._table.keys(name)
            row.button.set_keys(row.action.text(), keys)
            row.back.setVisible(keys != self._table.usual_keys(name))
            if row.wanted and self._table.holder(row.wanted) is None:
                self._say(row, "")
