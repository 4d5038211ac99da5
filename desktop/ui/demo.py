"""``kotonoha demo``: the real window without a screen, real questions to a real model, and a picture."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QEventLoop, QObject
from PySide6.QtWidgets import QApplication

from desktop import paths
from desktop.chat.turn import Begun
from desktop.engine.protocol import Event, Piece
from desktop.errors import KotonohaError
from desktop.language import say
from desktop.store import Message
from desktop.ui.app import App, create_application
from desktop.ui.turns import Running
from desktop.ui.window import Window

CHATS = (
    ("人工知能とは何ですか？",),
    ("富士山の高さはどれくらいですか？",),
    ("日本の首都はどこですか？", "日本で一番高い山は何ですか？"),
)
MOST_TOKENS = 160
WAIT_MS = 300_000
SIZE = (1280, 820)


def main(picture: Path | None) -> int:
    """Ask the questions, print the answers as they stream, save a picture; return the exit code.

    The chats are kept in a temporary database: the person's own is not touched. The models are the person's.
    """
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ.setdefault("QT_SCALE_FACTOR", "2")
    picture = (picture or Path("kotonoha.png")).absolute()
    qt = create_application()
    try:
        with tempfile.TemporaryDirectory(prefix="kotonoha-demo-", ignore_cleanup_errors=True) as folder:
            app = App(paths.home(), database=Path(folder) / "kotonoha.db")
            try:
                app.start()
                Demo(qt, app).run(picture)
            finally:
                app.end()
    except KotonohaError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


class Demo(QObject):
    """Drives the window as a person would, and listens."""

    def __init__(self, qt: QApplication, app: App) -> None:
        super().__init__()
        self._qt = qt
        self._app = app
        self._ended: list[Message] = []
        self._refused: Exception | None = None

    def run(self, picture: Path) -> None:
        """Ask everything and save the picture. Raises ``KotonohaError`` when an answer fails."""
        app = self._app
        self._until(lambda: app.window is not None and app.session is not None and bool(app.session.models))
        window, session, turns = app.window, app.session, app.turns
        assert window is not None and session is not None and turns is not None
        window.resize(*SIZE)
        session.change(max_tokens=MOST_TOKENS, temperature=0.0)
        turns.began.connect(self._began)
        turns.progressed.connect(self._event)
        turns.ended.connect(self._end)
        turns.refused.connect(self._refuse)
        turns.unsaved.connect(lambda running, _message, error: self._refuse(running, error))
        for questions in CHATS:
            window.conversation.open_new()
            for question in questions:
                self._ask(window, question)
        self._settle()
        if not window.grab().save(str(picture)):
            raise KotonohaError(
                "picture_not_saved",
                f"画像を保存できません: {picture}",
                f"The picture cannot be saved: {picture}",
            )
        sys.stdout.write(say(f"画面を保存しました: {picture}\n", f"The window is saved: {picture}\n"))

    def _ask(self, window: Window, question: str) -> None:
        window.page.composer.set_text(question)
        before = len(self._ended)
        window.page.composer.button.click()
        self._until(lambda: len(self._ended) > before)
        ended = self._ended[-1]
        sys.stdout.write("\n\n")
        if ended.status == "failed":
            raise KotonohaError("demo_failed", ended.error, ended.error)

    def _began(self, _running: Running, begun: Begun) -> None:
        if begun.question is not None:
            sys.stdout.write(f"{say('あなた', 'You')}: {begun.question.text}\n{say('言の葉', 'Kotonoha')}: ")
            sys.stdout.flush()

    def _event(self, _running: Running, event: Event) -> None:
        if isinstance(event, Piece):
            sys.stdout.write(event.text)
            sys.stdout.flush()

    def _end(self, _running: Running, message: Message) -> None:
        self._ended.append(message)

    def _refuse(self, _running: Running, error: Exception) -> None:
        self._refused = error

    def _settle(self) -> None:
        deadline = QDeadlineTimer(600)
        self._until(deadline.hasExpired)

    def _until(self, condition: Callable[[], bool]) -> None:
        deadline = QDeadlineTimer(WAIT_MS)
        while not condition():
            self._qt.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 100)
            if self._refused is not None:
                raise self._refused
            if deadline.hasExpired():
                raise KotonohaError(
                    "demo_timeout",
                    "モデルが時間内に答えませんでした。空きメモリを確かめて、もう一度試してください。",
                    "The model did not answer in time. Check free memory and try again.",
                )
