"""The keys for a quick question: how they are chosen in the settings, kept, and heard by the application."""

from __future__ import annotations

import shutil

import pytest
from PySide6.QtCore import Qt

from desktop import paths
from desktop.jobs import Cancel, result_of
from desktop.store import backups
from desktop.ui.commands.actions import native
from desktop.ui.global_shortcut import State
from desktop.ui.global_shortcut import shortcut as shortcut_module
from desktop.ui.global_shortcut.xcb import Connection
from desktop.ui.going_back import GoingBack
from tests.e2e.screen import Screen

pytestmark = pytest.mark.timeout(180)
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def screen(monkeypatch):
    if not shutil.which("Xvfb") or not shutil.which("xdotool"):
        pytest.skip("Xvfb and xdotool are not there; `./run test` installs both")
    screen = Screen()
    monkeypatch.setenv("DISPLAY", screen.environment["DISPLAY"])
    yield screen
    screen.close()


@pytest.fixture
def settings(qtbot, screen, scripted):
    """The page, where keys of the X server can be had."""
    scripted.app.session.global_shortcut._way = "x11"
    window = scripted.window
    window.show_settings()
    window.activateWindow()
    qtbot.waitActive(window)
    yield window.settings
    if scripted.app.session is not None:
        scripted.app.session.global_shortcut.close()  # before the server ends


def choose(qtbot, settings, key, modifiers=Qt.KeyboardModifier.NoModifier):
    settings.quick_keys.click()
    qtbot.keyClick(settings.quick_keys, key, modifiers)


def kept(scripted):
    scripted.settle()
    return scripted.app.session.store.settings.get().quick_keys


def test_chosen_keys_are_kept_and_call_from_anywhere(qtbot, screen, scripted, settings):
    button, note = settings.quick_keys, settings._quick_note
    assert button.isVisible() and button.text() == "なし" and "ひとことだけ" in note.text()
    choose(qtbot, settings, Qt.Key.Key_K, CONTROL | ALT)
    shown = native(("Ctrl+Alt+K",))
    assert button.text() == shown and button.accessibleName() == f"すぐに聞く {shown}"
    assert note.text() == f"どのアプリからでも {shown} で開きます。" == button.accessibleDescription()
    assert kept(scripted) == "Ctrl+Alt+K"
    screen.press("ctrl+alt+k")
    scripted.until(lambda: scripted.app.quick is not None and scripted.app.quick.isVisible())
    assert scripted.app.tray is None
    scripted.app.quick.hide()
    scripted.window.activateWindow()
    choose(qtbot, settings, Qt.Key.Key_Backspace)
    assert button.text() == "なし" and "ひとことだけ" in note.text() and kept(scripted) == ""
    screen.press("ctrl+alt+k")
    qtbot.wait(100)
    assert not scripted.app.quick.isVisible()


@pytest.mark.parametrize(
    ("key", "modifiers", "why"),
    [
        (Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier, "文字を打つキーは"),
        (Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier, "文字を打つキーは"),
        (Qt.Key.Key_C, CONTROL, "文章の編集"),
        (Qt.Key.Key_Space, CONTROL, "日本語入力"),
        (Qt.Key.Key_N, CONTROL, "「新しい対話」で使っています"),
    ],
)
def test_keys_that_would_be_missed_are_refused_in_words(qtbot, scripted, settings, key, modifiers, why):
    choose(qtbot, settings, Qt.Key.Key_F9)
    choose(qtbot, settings, key, modifiers)
    assert why in settings._quick_note.text()
    assert settings.quick_keys.accessibleDescription() == settings._quick_note.text()
    assert settings.quick_keys.is_listening() and kept(scripted) == "F9"  # for other keys
    assert scripted.app.session.global_shortcut.state.works
    choose(qtbot, settings, Qt.Key.Key_F9)
    assert settings._quick_note.text() == "どのアプリからでも F9 で開きます。"


def test_keys_that_become_free_work_at_another_try(qtbot, screen, scripted, settings):
    other = Connection(screen.environment["DISPLAY"])
    code = next(code for code, symbols in enumerate(other.keyboard()) if symbols[0] == 0xFFC6)  # F9
    assert other.grab([(code, 0)]) == 0
    choose(qtbot, settings, Qt.Key.Key_F9)
    assert "ほかのアプリかデスクトップが使っています" in settings._quick_note.text()
    other.close()
    other = Connection(screen.environment["DISPLAY"])  # so that the first one has been taken leave of
    other.close()
    choose(qtbot, settings, Qt.Key.Key_F9)
    assert settings._quick_note.text() == "どのアプリからでも F9 で開きます。"


def test_another_language_keeps_the_keys(qtbot, screen, scripted, settings):
    choose(qtbot, settings, Qt.Key.Key_F9)
    old = scripted.window
    scripted.app.session.change(language="en")
    scripted.until(lambda: scripted.window is not old)
    scripted.window.show_settings()
    assert scripted.window.settings.quick_keys.text() == "F9"
    assert scripted.app.session.global_shortcut.state.works
    scripted.app.session.change(language="ja")
    screen.press("F9")
    scripted.until(lambda: scripted.app.quick is not None and scripted.app.quick.isVisible())


def test_going_back_to_a_backup_goes_back_to_its_keys(qtbot, screen, scripted, settings, monkeypatch):
    monkeypatch.setattr(shortcut_module, "way", lambda *_: "x11")
    choose(qtbot, settings, Qt.Key.Key_F9)
    assert kept(scripted) == "F9"
    made = result_of(backups.make(paths.database(), Cancel()))
    choose(qtbot, settings, Qt.Key.Key_F8)
    assert kept(scripted) == "F8"
    old = scripted.window
    scripted.app.session.going_back.emit(GoingBack(made, None))
    scripted.until(lambda: scripted.window is not None and scripted.window is not old)
    assert scripted.app.session.global_shortcut.state == State("works", "F9")
    screen.press("F8")
    qtbot.wait(100)
    assert scripted.app.quick is None
    screen.press("F9")
    scripted.until(lambda: scripted.app.quick is not None and scripted.app.quick.isVisible())
    scripted.app.session.global_shortcut.close()


def test_where_nothing_can_be_had_the_row_says_what_to_do(scripted):
    window = scripted.window
    window.show_settings()
    assert not window.settings.quick_keys.isVisible()
    assert "kotonoha quick" in window.settings._quick_note.text()


@pytest.mark.parametrize(
    "stored",
    [
        '"a"',
        '"Ctrl+C"',
        '"Ctrl+A, Ctrl+B"',
        '"\\u0000寿司"',
        "7",
        "null",
        '"' + "Ctrl+" * 1_000 + '"',
        "ごみ",
    ],
)
def test_a_stored_value_of_no_use_is_none(qtbot, scripted, settings, stored):
    choose(qtbot, settings, Qt.Key.Key_F9)
    scripted.settle()
    session = scripted.app.session
    assert session.global_shortcut.state.works
    with session.store._database.write() as connection:
        connection.execute("UPDATE settings SET value = ? WHERE name = 'quick_keys'", (stored,))
    session.preferences = session.store.settings.get()
    scripted.app._hear_keys()
    assert session.global_shortcut.state.kind == "off"
