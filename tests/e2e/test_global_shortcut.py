"""The real application called by keys while another program has the focus, by day as it is used."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys

import pytest

from desktop.store import Store
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


def test_keys_call_it_from_another_program(screen, home, other):
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
