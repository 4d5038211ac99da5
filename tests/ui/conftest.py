"""The application with a scripted child."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot
from scripted import Scripted, start

from desktop.ui import titling


@pytest.fixture(scope="session", autouse=True)
def emptied_clipboard() -> Iterator[None]:
    """Empty the clipboard at the end.

    Without a screen, Qt keeps what is on it in a static variable, and would free an object of Python's when
    Python is no more, which ends in a crash. The clipboards of real screens go with the application.
    """
    yield
    if QGuiApplication.instance() is not None:
        QGuiApplication.clipboard().clear()


@pytest.fixture(autouse=True)
def unnamed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model names chats only in the tests that are about it, which set an interval of their own."""
    monkeypatch.setattr(titling, "QUIET_MS", 3_600_000)


@pytest.fixture
def scripted(
    qtbot: QtBot, home: Path, tmp_path: Path, starter_model: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Scripted]:
    """The application, started, with a child that follows a script."""
    made = start(qtbot, home, tmp_path / "script", starter_model, monkeypatch)
    yield made
    for file in (tmp_path / "script").glob("hold-*"):
        file.unlink()
    made.window.close()
    made.app.end()
    made.window.deleteLater()
