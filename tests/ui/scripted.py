"""The application with a scripted child in place of a model's, for what small models cannot show."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from desktop import paths
from desktop.engine.client import Engine
from desktop.engine.protocol import Request
from desktop.ui import app as app_module
from desktop.ui.app import App

CHILD = Path(__file__).with_name("scripted_child.py")
WAIT = 60_000  # ms, a guard against hanging


class Scripted:
    """The application, its window, and the folder that the child looks into."""

    def __init__(self, qtbot: Any, app: App, folder: Path) -> None:
        self.qtbot = qtbot
        self.app = app
        self.folder = folder

    @property
    def window(self) -> Any:
        return self.app.window

    @property
    def page(self) -> Any:
        return self.app.window.page

    @property
    def messages(self) -> Any:
        return self.app.session.store.messages

    def hold(self, name: str) -> Callable[[], None]:
        """Make the child wait at a place; return what lets it go on."""
        file = self.folder / name
        file.write_text("")
        return partial(file.unlink, missing_ok=True)

    def requests(self, kind: type) -> list[Any]:
        """Return the requests of a kind that the child was given."""
        log = self.folder / "requests"
        lines = log.read_bytes().splitlines() if log.exists() else []
        asked = [msgspec.json.decode(line, type=Request) for line in lines]
        return [each for each in asked if isinstance(each, kind)]

    def until(self, condition: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=WAIT)

    def begin(self, text: str) -> None:
        """Send a question and wait until it is saved."""
        self.page.composer.edit.insertPlainText(text)
        self.page.composer.button.click()
        self.until(lambda: self.active() is not None and self.active().message is not None)

    def ask(self, text: str) -> Any:
        """Send a question, wait for the end of its answer, return it."""
        self.page.composer.edit.insertPlainText(text)
        self.page.composer.button.click()
        self.settle()
        return self.path()[-1]

    def active(self) -> Any:
        return self.app.turns.active(self.window.conversation.chat_id)

    def settle(self) -> None:
        """Wait until no answer is being written and the store has nothing left to do."""
        self.until(lambda: not self.app.turns.busy())
        done: list[None] = []
        self.app.session.jobs.store(lambda: None, on_done=done.append)
        self.until(lambda: done)

    def path(self) -> list[Any]:
        return self.messages.path(self.window.conversation.chat_id)


def start(qtbot: Any, home: Path, folder: Path, starter_model: Path, monkeypatch: Any) -> Scripted:
    """Start the application with the scripted child."""
    folder.mkdir()
    monkeypatch.setenv("KOTONOHA_SCRIPT", str(folder))
    monkeypatch.setattr(app_module, "Engine", partial(Engine, command=[sys.executable, str(CHILD)]))
    paths.models()
    os.link(starter_model, home / "models" / starter_model.name)
    app = App(paths.home())
    app.start()
    qtbot.waitUntil(lambda: app.window is not None and bool(app.session.models), timeout=WAIT)
    return Scripted(qtbot, app, folder)
