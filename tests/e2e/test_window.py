"""The real application as a process on a virtual screen: typing, answering, killing, starting again."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3

import pytest

from desktop import paths
from tests.e2e.screen import Application, Screen, until

QUESTION = "日本の四季を詳しく説明してください。"
DRAFT = "SELECT value FROM settings WHERE name = 'new_chat_draft'"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture
def screen():
    if not shutil.which("Xvfb") or not shutil.which("xdotool"):
        pytest.fail("the window is tested under Xvfb with xdotool; `./run test` installs both")
    screen = Screen()
    yield screen
    screen.close()


def rows(home, sql):
    """Read the database from outside, without waiting for anybody."""
    try:
        connection = sqlite3.connect(f"file:{home / 'kotonoha.db'}?mode=ro", uri=True)
    except sqlite3.OperationalError:
        return []
    try:
        return connection.execute(sql).fetchall()
    except sqlite3.OperationalError:
        return []
    finally:
        connection.close()


def answers(home):
    return rows(home, "SELECT status, text FROM messages WHERE role = 'assistant' ORDER BY id")


def type_question(screen, home):
    """Type it until it is there, as the draft tells.

    xdotool changes the keyboard for each Japanese character, and a window on a busy machine may read a key by
    the map of the next one.
    """
    for _ in range(8):
        screen.press("ctrl+a", "Delete")
        screen.type(QUESTION)
        with contextlib.suppress(AssertionError):
            until(lambda: [(f'"{QUESTION}"',)] == rows(home, DRAFT), seconds=5)
            return
    raise AssertionError(rows(home, DRAFT))


def test_chat_kill_and_start_again(screen, home, starter_model, tmp_path):
    paths.models()
    shutil.copy(starter_model, home / "models" / starter_model.name)
    first = Application(screen, home)
    screen.find_window("言の葉")
    until(lambda: rows(home, "SELECT 1 FROM models"))
    type_question(screen, home)
    screen.press("Return")
    question = until(lambda: rows(home, "SELECT text FROM messages WHERE role = 'user'"))
    assert question == [(QUESTION,)]
    until(lambda: [text for status, text in answers(home) if status == "streaming" and text])
    first.kill()
    (status, kept), *_ = answers(home)
    assert status == "streaming" and kept

    second = Application(screen, home)
    screen.find_window("言の葉")
    until(lambda: [s for s, _ in answers(home) if s == "interrupted"])
    assert answers(home)[0][1] == kept

    until(lambda: kept.strip() in _read_chat(screen))

    # The composer has the focus in the chat that was open: a draft typed now belongs to it.
    until(lambda: rows(home, "SELECT 1 FROM settings WHERE name = 'last_chat_id' AND value = '1'"))
    until(lambda: _typed(screen, home))
    third = Application(screen, home)  # a second start raises the first window and ends
    assert third.process.wait(60) == 0
    third.process.communicate()
    code, errors = second.quit()
    assert code == 0
    assert "Traceback" not in errors
    assert rows(home, "SELECT draft FROM chats") == [("続きを",)]


def _read_chat(screen):
    """Click into the answer, select the whole conversation, copy it, and look at the clipboard."""
    window = screen.find_window("言の葉")
    for y in (145, 175):
        screen.xdotool("mousemove", "--window", window, "445", str(y), "click", "1")
        screen.press("ctrl+a", "ctrl+c")
        text = screen.copied()
        if text:
            return text
    return ""


def _typed(screen, home):
    """Type until it arrives: the window may not have the focus yet."""
    if rows(home, "SELECT draft FROM chats") == [("続きを",)]:
        return True
    screen.press("ctrl+l", "ctrl+a")
    screen.type("続きを")
    for _ in range(40):
        if rows(home, "SELECT draft FROM chats") == [("続きを",)]:
            return True
        screen.xdotool("sleep", "0.05")
    return False
