"""What the person is asked when the database cannot be opened, by pressing the real buttons."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from desktop import paths
from desktop.jobs import Cancel, result_of
from desktop.store import Store, backups, passphrase
from desktop.ui.app import App
from desktop.ui.exchange.passphrase_dialog import PassphraseDialog
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
        assert Rescue(error).ask() == "quit"
    assert "新しい版" in said[0]
    assert buttons == ["終了"]
    assert path.read_bytes() == before


# Backups with a passphrase

WORDS = "ひみつの合言葉"


def sealed_backup(path, title, words=WORDS):
    store = Store.open(path)
    store.chats.rename(store.chats.create().id, title)
    made = result_of(backups.make(path, Cancel(), None, words))
    store.close()
    return made


def damage(path, at=100):
    with path.open("r+b") as file:
        file.seek(at)
        file.write(b"\xa5" * 20_000)


def titles(app):
    return {chat.title for chat in app.session.store.chats.list()}


def answer_passphrase(words, told):
    """Enter each of the passphrases in turn; note what is said of it."""

    def look():
        (dialog,) = [
            each for each in QApplication.topLevelWidgets() if isinstance(each, PassphraseDialog)
        ] or [None]
        waiting = dialog is None or not (dialog.isVisible() and dialog.isEnabled())
        if not waiting:
            if dialog.trouble.isVisible():
                told.append(dialog.trouble.text())
            dialog.first.setText(words.pop(0))
            dialog.accept_button.click()
        if words:
            QTimer.singleShot(20, look)

    QTimer.singleShot(0, look)


def test_with_encrypted_backups_alone_the_passphrase_is_asked_for(qtbot, home):
    path = paths.database()
    sealed_backup(path, "守られた対話")
    damage(path)
    broken, said, told = path.read_bytes(), [], []
    press("合言葉で開いて戻す…", said)
    answer_passphrase(["違う合言葉", "また違う", WORDS], told)
    app = start(qtbot)
    assert "合言葉で守られています" in said[0]
    assert len(told) == 2 and all("合言葉が違います" in each for each in told)
    assert titles(app) == {"守られた対話"}
    (aside,) = path.parent.glob("kotonoha-damaged-*.db")
    assert aside.read_bytes() == broken
    assert list(path.parent.glob("*.part")) == []
    end(app)


def test_the_kept_passphrase_is_not_asked_for(qtbot, home):
    path = paths.database()
    sealed_backup(path, "守られた対話")
    passphrase.keep(path, WORDS)
    damage(path)
    press("合言葉で開いて戻す…", [])
    app = start(qtbot)
    assert titles(app) == {"守られた対話"}
    assert not [each for each in QApplication.topLevelWidgets() if isinstance(each, PassphraseDialog)]
    end(app)


def test_who_does_not_know_the_passphrase_is_asked_again_what_to_do(qtbot, home):
    path = paths.database()
    made = sealed_backup(path, "守られた対話")
    damage(path)
    said = []
    press("合言葉で開いて戻す…", said)

    def leave():
        dialogs = [each for each in QApplication.topLevelWidgets() if isinstance(each, PassphraseDialog)]
        if dialogs and dialogs[0].isVisible():
            press("空の状態で始める", said)
            dialogs[0].reject()
        else:
            QTimer.singleShot(20, leave)

    QTimer.singleShot(0, leave)
    app = start(qtbot)
    assert len(said) == 2 and titles(app) == set()
    assert backups.is_sealed(made)
    end(app)


def test_an_encrypted_backup_that_is_no_good_gives_way_to_the_next(qtbot, home):
    path = paths.database()
    store = Store.open(path)
    store.chats.rename(store.chats.create().id, "控えにある対話")
    plain = store.backup()
    store.close()
    plain.rename(plain.with_name("kotonoha-20260101-000000.db"))
    older = sealed_backup(path, "守られた対話")
    older.rename(older.with_name("kotonoha-20260201-000000.db.sealed"))
    newest = sealed_backup(path, "いちばん新しい対話")
    data = bytearray(newest.read_bytes())
    data[-1] ^= 1
    newest.write_bytes(data)
    passphrase.keep(path, WORDS)
    damage(path)
    assert [each.sealed for each in backups.restorable(path)] == [True, False]
    said = []

    def again():
        if said:
            press("合言葉で開いて戻す…", said)
        else:
            QTimer.singleShot(20, again)

    press("合言葉で開いて戻す…", said)
    QTimer.singleShot(20, again)
    app = start(qtbot)
    assert "合言葉の要らない控え" in said[0]
    assert "この控えは壊れている" in said[1]
    assert titles(app) == {"控えにある対話", "守られた対話"}
    end(app)


ALONE = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from desktop.ui import app

def press(part):
    box = QApplication.activeModalWidget()
    if isinstance(box, QMessageBox):
        next(each for each in box.buttons() if part in each.text()).click()
    else:
        QTimer.singleShot(20, lambda: press(part))

def close():
    windows = [each for each in QApplication.topLevelWidgets() if type(each).__name__ == "Window"]
    if windows and windows[0].isVisible():
        print("there is a window", flush=True)
        windows[0].close()
    else:
        QTimer.singleShot(20, close)

def start(self, usual=app.App.start):
    usual(self)
    QTimer.singleShot(0, close)

app.App.start = start
QTimer.singleShot(0, lambda: press(sys.argv[1]))
sys.exit(app.main())
"""


@pytest.mark.parametrize(
    ("language", "button", "code", "said"),
    [
        ("ja_JP.UTF-8", "控えから戻す", 0, True),
        ("ja_JP.UTF-8", "空の状態", 0, True),
        ("ja_JP.UTF-8", "終了", 1, False),
        ("en_US.UTF-8", "Start empty", 0, True),
    ],
)
def test_the_application_itself_goes_on_after_the_question(damaged, language, button, code, said):
    # In a process with Qt's own loop, which would end with the last dialog, before there is a window.
    environment = dict(os.environ, LANG=language, LC_ALL=language, LANGUAGE=language[:2])
    ended = subprocess.run(
        [sys.executable, "-c", ALONE, button],
        env=environment,
        capture_output=True,
        text=True,
        timeout=WAIT / 1000,
        check=False,
    )
    assert (ended.returncode, "there is a window" in ended.stdout) == (code, said), ended.stderr


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
