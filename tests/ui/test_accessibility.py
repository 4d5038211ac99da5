"""Every page and dialog for people who do not see it, or use no mouse: names, roles, keyboard, contrast."""

from __future__ import annotations

from dataclasses import fields

import pytest
from contrasts import contrast
from every_window import places
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
    QWidget,
)

from desktop.ui import theme
from desktop.ui.transcript.message import MessageView

pytestmark = pytest.mark.timeout(300)
Role = QAccessible.Role
CONTROLS = (
    *(QAbstractButton, QAbstractItemView, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit),
    *(QTabBar, MessageView),
)
VAGUE = {Role.NoRole, Role.Client, Role.Pane}
INSIDE = (QAbstractSpinBox, QComboBox, QLineEdit, QTabBar)  # Qt's own parts of these speak through them


def controls(root: QWidget) -> list[QWidget]:
    """Return what can be used in a window: what has the focus policy of a control, or is one by its class."""
    found = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisible() or widget.window() is not root.window():
            continue
        if any(isinstance(parent, INSIDE) for parent in parents(widget)):
            continue
        if isinstance(widget, CONTROLS) and not isinstance(widget, QHeaderView):
            found.append(widget)
    return found


def parents(widget: QWidget) -> list[QWidget]:
    found = []
    while (widget := widget.parentWidget()) is not None:
        found.append(widget)
    return found


def describe(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName()} {widget.accessibleName()!r}"


def test_every_control_has_a_name_and_a_role(qtbot, scripted):
    nameless, seen = [], 0
    for place, root in places(scripted):
        for widget in controls(root):
            seen += 1
            interface = QAccessible.queryAccessibleInterface(widget)
            name = interface.text(QAccessible.Text.Name).strip()
            role = interface.role()
            if name in ("", "…") or (role in VAGUE and not isinstance(widget, MessageView)):
                nameless.append(f"{place}: {describe(widget)} {role}")
    assert seen > 100
    assert nameless == []


def test_a_message_says_who_wrote_what(qtbot, scripted):
    scripted.ask("日本の首都はどこですか？")
    said = [
        (interface.text(QAccessible.Text.Name), interface.text(QAccessible.Text.Description))
        for interface in map(
            QAccessible.queryAccessibleInterface, scripted.page.transcript.findChildren(MessageView)
        )
    ]
    assert ("あなた", "日本の首都はどこですか？") in said
    assert ("言の葉", "東京です。") in said


def test_the_keyboard_alone_reaches_every_control(qtbot, scripted):
    missed = []
    for place, root in places(scripted):
        if place == "題名の変更":
            continue  # leaving the field ends it
        root.activateWindow()
        qtbot.waitUntil(root.isActiveWindow)
        wanted = {w for w in controls(root) if w.isEnabled() and in_sight(w)}
        if place == "したいことを探す":  # its list is walked through with the arrows, from the field
            wanted = {w for w in wanted if not isinstance(w, QAbstractItemView)}
        reached = walk(qtbot, root)
        missed += [f"{place}: {describe(w)}" for w in wanted - reached if w.isVisible()]
    assert missed == []


def in_sight(widget: QWidget) -> bool:
    """A part of the transcript that is scrolled away is reached when it is scrolled to."""
    return not widget.visibleRegion().isEmpty() or not any(
        type(parent).__name__ == "Transcript" for parent in parents(widget)
    )


def walk(qtbot, root: QWidget) -> set[QWidget]:
    """Press Tab until it comes round; in a group of buttons of which one is on, the arrows reach the rest."""
    reached: set[QWidget] = set()
    for _ in range(400):
        QTest.keyClick(QApplication.focusWidget() or root, Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        if now is None or now in reached:
            break
        reached.add(now)
        reached.update(parents(now)[:1] if isinstance(now.parentWidget(), INSIDE) else [])
        group = now.group() if isinstance(now, QAbstractButton) else None
        if group is not None and group.exclusive():
            reached.update(group.buttons())
    return reached


def test_the_arrows_walk_through_a_group_of_buttons(qtbot, scripted):
    scripted.window.show_settings()
    scripted.window.activateWindow()
    qtbot.waitUntil(scripted.window.isActiveWindow)
    chosen = next(
        b for b in scripted.window.settings.findChildren(QAbstractButton) if b.group() and b.isChecked()
    )
    chosen.setFocus()
    QTest.keyClick(chosen, Qt.Key.Key_Down)
    now = QApplication.focusWidget()
    assert now is not chosen and now in chosen.group().buttons()
    QTest.keyClick(now, Qt.Key.Key_Space)
    assert now.isChecked()


def test_what_has_the_focus_is_seen(qtbot, scripted):
    """The picture of a control differs with the focus: by a ring, a border or a caret."""
    unseen = []
    for place, root in places(scripted):
        if place != "対話" and not place.startswith("設定") and place != "ModelSettingsDialog":
            continue
        root.activateWindow()
        qtbot.waitUntil(root.isActiveWindow)
        for widget in controls(root):
            takes = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isEnabled()
            if not takes or isinstance(widget, QAbstractItemView | MessageView) or not widget.isVisible():
                continue
            root.setFocus()
            widget.clearFocus()
            around = QRect(0, 0, widget.width(), widget.height())
            before = widget.grab(around).toImage()
            widget.setFocus(Qt.FocusReason.TabFocusReason)
            if widget.grab(around).toImage() == before:
                unseen.append(f"{place}: {describe(widget)}")
    assert unseen == []


# Contrast (WCAG 2.2, AA): 4.5 : 1 for text, 3 : 1 for what shows a state ------------------------------------

GROUNDS = ("page", "side", "card")
TEXT = [
    *((text, ground) for text in ("ink", "sub", "faint", "accent", "wrong") for ground in GROUNDS),
    *((text, ground) for text in ("ink", "sub") for ground in ("bubble", "code", "accent_soft")),
    ("accent", "accent_soft"), ("accent", "bubble"), ("on_accent", "accent"), ("page", "ink"),
    ("good", "good_soft"), ("caution", "caution_soft"), ("wrong", "wrong_soft"),
    ("good", "page"), ("good", "side"), ("caution", "page"), ("caution", "card"),
    ("ink", "selection"), ("ink", "hit"),
]  # fmt: skip
STATES = [("accent", ground) for ground in (*GROUNDS, "line", "bubble")] + [("on_accent", "accent")]


def between(tokens: theme.Tokens, one: str, other: str) -> float:
    return contrast(getattr(tokens, one), getattr(tokens, other))


@pytest.mark.parametrize("tokens", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_all_colours_stand_out(tokens):
    assert {p: c for p in TEXT if (c := between(tokens, *p)) < 4.5} == {}
    assert {p: c for p in STATES if (c := between(tokens, *p)) < 3} == {}
    tried = {name for pair in (*TEXT, *STATES) for name in pair}
    assert {field.name for field in fields(tokens)} == tried
