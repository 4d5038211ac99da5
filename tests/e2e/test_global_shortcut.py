"""The real application called by keys while another program has the focus, by day as it is used."""

from __future__ import annotations

import contextlib
import ctypes
import shutil
import struct
import subprocess
import sys

import pytest

from desktop.store import Store
from desktop.ui.global_shortcut.xcb import CLIENT_MESSAGE, Connection
from tests.e2e.screen import Application, Screen, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
OTHER = (
    "import sys; from PySide6.QtWidgets import QApplication, QLineEdit; app = QApplication([]);"
    "field = QLineEdit(); field.setWindowTitle('よそのアプリ'); field.textChanged.connect("
    "lambda text: print(text, flush=True)); field.show(); sys.exit(app.exec())"
)


@pytest.fixture
def screen(monkeypatch):
    if not shutil.which("Xvfb") or not shutil.which("xdotool"):
        pytest.fail("the window is tested under Xvfb with xdotool; `./run test` installs both")
    for name in ("WAYLAND_DISPLAY", "XDG_SESSION_TYPE", "SNAP"):  # of whoever runs the tests
        monkeypatch.delenv(name, raising=False)
    screen = Screen()
    yield screen
    screen.close()


class Manager(Connection):
    """Sees what the window manager is asked for."""

    def __init__(self, display):
        super().__init__(display)
        mask = (ctypes.c_uint32 * 1)(0x80000)  # SubstructureNotify
        to, root = ctypes.c_void_p(self._to), ctypes.c_uint32(self._root)
        self._xcb.xcb_change_window_attributes(to, root, ctypes.c_uint32(0x800), mask)
        self._xcb.xcb_flush(to)
        self._asked = []

    def asked(self, window):
        """Return who asked that this window be activated, and when: 1 a program, 2 a pager."""
        while event := self._xcb.xcb_poll_for_event(self._to):
            data = ctypes.string_at(event, 32)
            self._free(event)
            if data[0] & 0x7F == CLIENT_MESSAGE and data[1] == 32:
                _, about, _, source, time = struct.unpack_from("=5I", b"\0\0\0\0" + data[4:])
                self._asked.append((about, source, time))
        return [(source, time) for about, source, time in self._asked if about == int(window)]


@pytest.fixture
def manager(screen):
    manager = Manager(screen.environment["DISPLAY"])
    yield manager
    manager.close()


@pytest.fixture
def other(screen):
    """Another program, with a field."""
    process = subprocess.Popen(
        [sys.executable, "-c", OTHER], env=screen.environment, stdout=subprocess.PIPE, text=True
    )
    yield process
    process.terminate()
    process.communicate(timeout=60)


def in_front(screen):
    return screen.xdotool("getactivewindow", "getwindowname")


def test_keys_call_it_from_another_program(screen, home, other, manager):
    store = Store.open(home / "kotonoha.db")
    store.settings.change(quick_keys="Ctrl+Alt+K")
    store.close()
    application = Application(screen, home)
    screen.xdotool("windowminimize", screen.find_window("言の葉"))
    elsewhere = screen.find_window("よそのアプリ")
    for lock in ("Num_Lock", "Caps_Lock"):
        until(lambda: _focused(screen, elsewhere))
        screen.type("1")
        assert other.stdout.readline().strip()
        screen.press(lock)
        _press_until_called(screen)
        quick = screen.find_window("すぐに聞く")
        until(lambda: any(source == 2 and time for source, time in manager.asked(quick)))  # noqa: B023
        screen.press("Escape")
        until(lambda: in_front(screen) != "すぐに聞く")
        screen.press(lock)
    code, errors = application.quit()
    assert code == 0
    assert "Traceback" not in errors


def _focused(screen, window):
    screen.xdotool("windowactivate", "--sync", window)
    return in_front(screen) == "よそのアプリ"


def _press_until_called(screen):
    """The keys are grabbed a moment after the window is there."""
    for _ in range(8):
        screen.press("ctrl+alt+k")
        with contextlib.suppress(AssertionError):
            until(lambda: in_front(screen) == "すぐに聞く", seconds=5)
            return
    raise AssertionError(in_front(screen))
