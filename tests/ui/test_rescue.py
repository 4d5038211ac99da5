"""What the person is asked when the database cannot be opened, by pressing the real buttons."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from desktop import paths
from desktop.store import Store
from desktop.ui.app import App
from desktop.ui.rescue import Rescue

WAIT = 60_000  # ms


def press(name, seen):
    """Press the button called ``name`` of the next dialog, and remember what the dialog said."""

    def look():
        box = QApplication.activeModalWidget()
        if not isinstance(box, QMessageBox):
            QTimer.singleShot(20, look)
            return
        seen.append(box.text())
        found = [one for one in box.buttons() if one.text() == name]
        (found or box.buttons())[0].click()  # a dialog left open would hang the test
        assert found, [one.text() for one in box.buttons()]

    QTimer.singleShot(0, look)


@pytest.fixture
def damaged(home):
    """A database with one backed-up chat, and then damage."""
    path = paths.database()
    store = Store.open(path)
    chat = store.chats.create()
    store.chats.rename(chat.id, "控えにある対話")
    store.backup()
    store.close()
    with path.open("r+b") as file:
        file.seek(100)
        file.write(b"\xa5" * 20_000)
    return path


def start(qtbot):
    app = App(paths.home())
    app.start()
    qtbot.waitUntil(lambda: app.window is not None, timeout=WAIT)
    return app


def end(app):
    app.window.close()
    app.end()


def test_a_damaged_database_goes_back_to_its_backup_and_is_kept(qtbot, damaged):
    broken, said = damaged.read_bytes(), []
    press("控えから戻す", said)
    app = start(qtbot)
    assert "壊れ" in said[0] and "控え" in said[0]
    assert [chat.title for chat in app.session.store.chats.list()] == ["控えにある対話"]
    (aside,) = damaged.parent.glob("kotonoha-damaged-*.db")
    assert aside.read_bytes() == broken
    end(app)


def test_or_starts_empty(qtbot, damaged):
    broken, said = damaged.read_bytes(), []
    press("空の状態で始める", said)
    app = start(qtbot)
    assert app.session.store.chats.list() == []
    (aside,) = damaged.parent.glob("kotonoha-damaged-*.db")
    assert aside.read_bytes() == broken
    end(app)


def test_or_ends_and_touches_nothing(qtbot, damaged):
    broken, said = damaged.read_bytes(), []
    app = App(paths.home())
    press("終了", said)
    app.start()
    qtbot.waitUntil(lambda: len(said) == 1, timeout=WAIT)
    qtbot.wait(100)
    assert app.window is None
    assert damaged.read_bytes() == broken
    app.end()


def test_a_newer_database_is_refused_and_only_ending_is_offered(qtbot, home):
    path = paths.database()
    Store.open(path).close()
    import sqlite3

    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 999")
    before, said, buttons = path.read_bytes(), [], []

    def look():
        box = QApplication.activeModalWidget()
        said.append(box.text())
        buttons.extend(button.text() for button in box.buttons())
        box.buttons()[0].click()

    QTimer.singleShot(200, look)
    try:
        Store.open(path)
    except Exception as error:
        assert Rescue(error).ask(None) == "quit"
    assert "新しい版" in said[0]
    assert buttons == ["終了"]
    assert path.read_bytes() == before


def test_a_first_start_makes_the_first_backup_and_a_second_on_that_day_none(qtbot, home):
    folder = home / "backups"
    for _ in range(2):
        app = start(qtbot)
        qtbot.waitUntil(lambda: len(list(folder.glob("*.db"))) == 1, timeout=WAIT)
        end(app)
        app.window.deleteLater()
    assert len(list(folder.glob("*.db"))) == 1


def test_states_of_chats_that_are_gone_go_and_another_database_touches_none(qtbot, home, tmp_path):
    states = paths.home() / "states"
    states.mkdir()
    (states / "chat-7.state").write_bytes(b"x")
    other = App(paths.home(), database=tmp_path / "kotonoha.db")  # as the demo does
    other.start()
    qtbot.waitUntil(lambda: other.window is not None, timeout=WAIT)
    end(other)
    assert (states / "chat-7.state").exists()
    app = start(qtbot)
    end(app)  # what was given to the store is done by then
    assert not (states / "chat-7.state").exists()
