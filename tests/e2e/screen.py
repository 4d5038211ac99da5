"""A virtual screen with a window manager, and what a person does there: look, click, type, copy."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WAIT = 120  # seconds, a guard against hanging


class Screen:
    """Xvfb and openbox on a display number of their own."""

    def __init__(self, size: str = "1280x820") -> None:
        read, write = os.pipe()
        self._xvfb = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{size}x24", "-nolisten", "tcp"],
            pass_fds=[write],
            stderr=subprocess.DEVNULL,
        )
        os.close(write)
        with os.fdopen(read) as answer:
            number = answer.readline().strip()
        if not number:
            raise RuntimeError("Xvfb did not start")
        self.environment = {**os.environ, "DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
        self._manager = subprocess.Popen(
            ["openbox"], env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def close(self) -> None:
        """End both."""
        for process in (self._manager, self._xvfb):
            process.terminate()
            process.wait(WAIT)

    def xdotool(self, *words: str) -> str:
        """Run xdotool and return what it printed."""
        done = subprocess.run(
            ["xdotool", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=WAIT,
            check=False,  # it fails while there is no such window yet
        )
        return done.stdout.strip()

    def find_window(self, title: str) -> str:
        """Wait for a window with this title and return its id."""
        return until(lambda: self.xdotool("search", "--onlyvisible", "--name", title).split("\n")[-1])

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        self.xdotool("key", "--delay", "40", *keys)

    def type(self, text: str) -> None:
        """Type a text, Japanese included."""
        self.xdotool("type", "--delay", "60", text)

    def copied(self) -> str:
        """Return the text on the clipboard, as another program sees it."""
        code = (
            "from PySide6.QtGui import QGuiApplication; app = QGuiApplication([]);"
            "print(app.clipboard().text(), end='')"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=WAIT,
            check=True,
        )
        return done.stdout

    def picture(self, path: Path) -> None:
        """Save what is on the screen."""
        if shutil.which("import"):
            subprocess.run(
                ["import", "-window", "root", str(path)], env=self.environment, timeout=WAIT, check=True
            )


class Application:
    """The real application as a process of its own."""

    def __init__(self, screen: Screen, home: Path) -> None:
        self._home = home
        environment = {**screen.environment, "KOTONOHA_HOME": str(home), "LANG": "ja_JP.UTF-8"}
        environment["PYTHONPATH"] = str(ROOT)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "desktop"],
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
            cwd=home.parent,
        )

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()

    def quit(self) -> tuple[int, str]:
        """Ask it to end; return its exit code and what it wrote to standard error."""
        self.process.send_signal(signal.SIGTERM)
        _, errors = self.process.communicate(timeout=WAIT)
        return self.process.returncode, errors


def until(condition, seconds: float = WAIT):
    """Return the first true value of ``condition``; fail when there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError("it did not happen in time")
        time.sleep(0.05)
