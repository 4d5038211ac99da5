"""Two windows of the real application, killed while something is typed in both."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3

import pytest

from tests.e2e.screen import Application, Screen, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def screen():
    if not shutil.which("Xvfb") or not shutil.which("xdotool"):
        pytest.fail("the window is tested under Xvfb with xdotool; `./run test` installs both")
    screen = Screen()
    yield screen
    screen.close()


def kept(home, name):
    """Read a setting from outside, without waiting for anybody."""
    with contextlib.suppress(sqlite3.OperationalError):
        connection = sqlite3.connect(f"file:{home / 'kotonoha.db'}?mode=ro", uri=True)
        with contextlib.closing(connection):
            found = connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
            return found and found[0]
    return None


def type_until(screen, home, text, name, value):
    """Type until it is kept: the window may not have the focus yet."""
    for _ in range(8):
        screen.press("ctrl+a", "Delete")
        screen.type(text)
        with contextlib.suppress(AssertionError):
            until(lambda: kept(home, name) == value, seconds=5)
            return
    raise AssertionError(kept(home, name))


def test_what_is_typed_in_two_windows_survives_a_kill(screen, home):
    first = Application(screen, home)
    screen.find_window("言の葉")
    type_until(screen, home, "east", "new_chat_draft", '"east"')
    screen.press("ctrl+shift+n")
    until(lambda: len(screen.xdotool("search", "--onlyvisible", "--name", "言の葉").split()) == 2)
    type_until(screen, home, "west", "other_drafts", '["west"]')
    assert kept(home, "new_chat_draft") == '"east"'
    first.kill()

    second = Application(screen, home)
    screen.find_window("言の葉")
    until(lambda: kept(home, "new_chat_draft") == r'"east\n\nwest"')
    until(lambda: kept(home, "other_drafts") == "[]")
    code, errors = second.quit()
    assert code == 0
    assert "Traceback" not in errors
