"""Announces answers while they are written: each sentence once it is whole, never token by token."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop.engine.protocol import Event, Piece
from desktop.models.loading import Step
from desktop.store import Message
from desktop.ui.controls.announce import announce
from desktop.ui.conversation.conversation import Conversation
from desktop.ui.reading import Sentences
from desktop.ui.turns import Running, Turns


class Announcer(QObject):
    """Announces the answer of the chat that is open, in the window that is in front."""

    def __init__(self, turns: Turns, conversation: Conversation, place: QWidget) -> None:
        super().__init__(place)
        self._conversation = conversation
        self._place = place
        self._sentences: dict[Running, Sentences] = {}
        turns.began.connect(self._begin)
        turns.progressed.connect(self._take)
        turns.ended.connect(self._end)
        turns.unsaved.connect(self._end)

    def _begin(self, running: Running, _begun: object) -> None:
        self._sentences[running] = Sentences()
        self._say(running, [self.tr("答えを書いています。")])

    def _take(self, running: Running, event: Event | Step) -> None:
        if isinstance(event, Piece) and running in self._sentences:
            self._say(running, self._sentences[running].feed(event.text))

    def _end(self, running: Running, message: Message, _error: object = None) -> None:
        sentences = self._sentences.pop(running, None)
        if sentences is not None:
            ended = message.error or self.tr("答えが終わりました。")
            self._say(running, [*sentences.finish(), ended])

    def _say(self, running: Running, sentences: list[str]) -> None:
        if running.chat_id != self._conversation.chat_id or not self._place.window().isActiveWindow():
            return
        for sentence in sentences:
            announce(self._place, sentence)
