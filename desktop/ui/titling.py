"""Has chats named by the model in quiet moments: after an answer, when nobody types and nothing runs."""

from __future__ import annotations

import logging
from typing import NamedTuple

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication

from desktop.chat.titling import name_chat
from desktop.jobs import Cancel
from desktop.store import Message
from desktop.ui.session import Session
from desktop.ui.turns import Running, Setup, Turns

log = logging.getLogger(__name__)
QUIET_MS = 4_000
MOST_WAITING = 20


class _Wish(NamedTuple):
    chat_id: int
    question_id: int  # whose answer has ended


class Titling(QObject):
    """At most one title at a time; everything that the person does comes first."""

    def __init__(self, session: Session, turns: Turns) -> None:
        super().__init__(turns)
        self._session = session
        self._turns = turns
        self._waiting: list[_Wish] = []  # the newest last
        self._tried: set[_Wish] = set()
        self._running: tuple[_Wish, Cancel] | None = None
        self._quiet = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._quiet.timeout.connect(self._try)
        turns.began.connect(self.hold)  # the question waits for the engine until then
        turns.ended.connect(self._add)
        # Of whatever field has the focus, also while an input method composes in it.
        QGuiApplication.inputMethod().cursorRectangleChanged.connect(self.hold)

    def hold(self, *_: object) -> None:
        """Stop at once, and go on after a quiet moment."""
        if self._running is not None:
            wish, cancel = self._running
            self._running = None
            cancel.set()
            self._waiting.append(wish)
        if self._waiting:
            self._quiet.start()

    def is_waiting(self) -> bool:
        """Return whether a chat is to be named, or being named."""
        return bool(self._waiting) or self._running is not None

    def _add(self, running: Running, message: Message) -> None:
        if running.chat_id is None or message.parent_id is None:
            return
        wish = _Wish(running.chat_id, message.parent_id)
        if wish not in self._tried and wish not in self._waiting:
            self._waiting = [*self._waiting, wish][-MOST_WAITING:]
        self.hold()

    def _try(self) -> None:
        if self._turns.busy():
            return  # the end of that answer comes back here
        session = self._session
        if not session.preferences.auto_titles:
            self._waiting.clear()
            return
        while self._waiting:
            wish = self._waiting.pop()
            chat = next((chat for chat in session.chats if chat.id == wish.chat_id), None)
            setup = self._turns.setup(chat, None) if chat is not None else None
            if chat is None or setup is None or chat.title_by_hand:
                continue
            self._start(wish, setup)
            return

    def _start(self, wish: _Wish, setup: Setup) -> None:
        store, loader = self._session.store, self._session.loader
        cancel = self._session.jobs.run(
            lambda cancel: name_chat(
                store, loader, wish.chat_id, target=setup.target, system=setup.system, cancel=cancel
            ),
            owner=self,
            on_done=lambda title: self._end(wish, named=title is not None),
            on_failed=self._fail,
        )
        self._running = wish, cancel

    def _end(self, wish: _Wish, *, named: bool) -> None:
        if self._running is not None and self._running[0] == wish:
            self._running = None
        self._tried.add(wish)
        if named:
            self._session.refresh_chats()
        if self._waiting:
            self._quiet.start()

    def _fail(self, error: Exception) -> None:
        self._running = None  # the chat keeps the title that it has
        log.warning("a chat was not named: %s", type(error).__name__)
