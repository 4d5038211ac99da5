"""The window as a process: how soon it takes typing, and how much memory it takes without a model."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

import psutil

RUNS = 5

# What the person sees first: the window is on the screen and a key that is pressed is in the composer.
_CHILD = """
import sys
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from desktop import paths
from desktop.ui.app import App, create_application

qt = create_application()
app = App(paths.home())
app.start()
while app.window is None or not app.window.isVisible():
    qt.processEvents()
QTest.keyClick(app.window.page.composer.edit, Qt.Key.Key_A)
qt.processEvents()
assert app.window.page.composer.text().endswith("a")
print("ready", flush=True)
QTest.qWait(1500)  # what is loaded in the background belongs to the memory
print("settled", flush=True)
sys.stdin.readline()
app.end()
"""


def figures() -> dict[str, float]:
    """Return ``window_ready_s`` (seconds, median) and ``window_memory_mb`` (resident, MB, median)."""
    seconds, megabytes = [], []
    with tempfile.TemporaryDirectory() as home:
        for run in range(RUNS + 1):
            ready, memory = _start(home)
            if run:  # the first one makes the database and warms the disk's cache
                seconds.append(ready)
                megabytes.append(memory)
    return {
        "window_ready_s": statistics.median(seconds),
        "window_memory_mb": statistics.median(megabytes),
    }


def _start(home: str) -> tuple[float, float]:
    environment = {**os.environ, "KOTONOHA_HOME": home}
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", _CHILD],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None and process.stdout is not None
    line = process.stdout.readline()
    ready = time.perf_counter() - began
    assert line == "ready\n", line
    process.stdout.readline()
    memory = psutil.Process(process.pid).memory_info().rss / 1e6
    process.communicate("\n")
    return ready, memory
