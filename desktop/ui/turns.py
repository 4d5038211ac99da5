"""The answers that are being written, in whichever chat."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field

import msgspec
from PySide6.QtCore import QObject, Signal

from desktop.chat.options import sampling_of, system_prompt_of
from desktop.chat.titles import title_of
from desktop.chat.turn import answer
from desktop.engine.protocol import Event, Piece
from desktop.errors import KotonohaError, sentence
from desktop.jobs import Cancel
from desktop.store import Chat, Message, Model
from desktop.ui.session import Session


@dataclass(frozen=True)
class Begun:
    """The messages of a turn are saved; ``question`` is None where an old one is answered again."""

    question: Message | None
    answer: Message


@dataclass
class Active:
    """A running answer. ``pieces`` is its text so far, which may be ahead of the store."""

    cancel: Cancel
    message: Message | None = None
    pieces: list[str] = field(default_factory=list)
    progress: str = ""


class Turns(QObject):
    """Starts, follows and stops answers; at most one in each chat."""

    began = Signal(int, object)  # chat id, Begun
    progressed = Signal(int, int, object)  # chat id, message id, engine event
    ended = Signal(int, object)  # chat id, the finished Message
    refused = Signal(int, object)  # chat id, the exception: nothing was saved
    unsaved = Signal(int, object, object)  # chat id, the answer as far as it is known, the exception

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._active: dict[int, Active] = {}

    def active(self, chat_id: int | None) -> Active | None:
        """Return the running answer of a chat."""
        return self._active.get(chat_id) if chat_id is not None else None

    def stop(self, chat_id: int | None) -> None:
        """Stop the answer of a chat; what was written stays."""
        active = self.active(chat_id)
        if active is not None:
            active.cancel.set()

    def send(self, chat: Chat, text: str) -> None:
        """Save the person's message, then answer it."""
        store = self._session.store
        titled = bool(chat.title)

        def begin(model: Model) -> Begun:
            if not titled:
                store.chats.rename(chat.id, title_of(text), by_hand=False)
            return Begun(*store.messages.send(chat.id, text, model.name))

        self._start(chat, begin)

    def answer_again(self, chat: Chat, parent_id: int) -> None:
        """Answer an old question once more, beside the earlier answers."""
        messages = self._session.store.messages
        self._start(chat, lambda model: Begun(None, messages.answer_again(chat.id, parent_id, model.name)))

    def resume(self, chat: Chat, message: Message) -> None:
        """Continue an answer that ended too early, from the text of ``message``, saved or not."""
        messages = self._session.store.messages

        def begin(_: Model) -> Begun:
            messages.write(message.id, message.text)
            return Begun(None, messages.resume(message.id))

        self._start(chat, begin)

    def _start(self, chat: Chat, begin: Callable[[Model], Begun]) -> None:
        if chat.id in self._active:
            return
        session = self._session
        model = session.model_for(chat)
        if model is None:
            self.refused.emit(chat.id, no_model())
            return
        preset = session.preset_for(chat)
        settings = session.model_settings(model)
        sampling = sampling_of(session.preferences, preset)
        system = system_prompt_of(session.preferences, preset, chat)

        def job(cancel: Cancel) -> Generator[Begun | Event, None, Message]:
            begun = begin(model)
            yield begun
            yield from answer(
                session.store,
                session.engine,
                message=begun.answer,
                model=settings,
                sampling=sampling,
                system=system,
                cancel=cancel,
            )
            session.store.models.touch(model.id)
            return session.store.messages.get(begun.answer.id)

        self._active[chat.id] = Active(
            session.jobs.run(
                job,
                on_event=lambda event: self._take(chat.id, event),
                on_done=lambda message: self._end(chat.id, message),
                on_failed=lambda error: self._fail(chat.id, error),
            )
        )

    def _take(self, chat_id: int, event: Begun | Event) -> None:
        active = self._active[chat_id]
        if isinstance(event, Begun):
            active.message = event.answer
            active.pieces = [event.answer.text]
            self.began.emit(chat_id, event)
            self._session.refresh_chats()
            return
        assert active.message is not None
        if isinstance(event, Piece):
            active.pieces.append(event.text)
        self.progressed.emit(chat_id, active.message.id, event)

    def _end(self, chat_id: int, message: Message) -> None:
        self._active.pop(chat_id, None)
        self.ended.emit(chat_id, message)

    def _fail(self, chat_id: int, error: Exception) -> None:
        active = self._active.pop(chat_id)
        if active.message is None:
            self.refused.emit(chat_id, error)
            return
        known = msgspec.structs.replace(
            active.message, text="".join(active.pieces), status="failed", error=sentence(error)
        )
        self.unsaved.emit(chat_id, known, error)


def no_model() -> KotonohaError:
    """Return what to say when there is no model to answer."""
    return KotonohaError(
        "no_model",
        "モデルがまだありません。書いたものは残っています。"
        "右上の「モデルを選ぶ」から .gguf ファイルを追加してください。",
        "There is no model yet. What you wrote is still here. "
        "Add a .gguf file with “Choose a model” at the top right.",
    )
