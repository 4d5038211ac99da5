"""The answers that are being written, in whichever chat. Outlives the window."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field

import msgspec
from PySide6.QtCore import QObject, Signal

from desktop.chat.options import sampling_of, system_prompt_of
from desktop.chat.turn import Begun, answer, begin
from desktop.engine.protocol import Event, Piece
from desktop.errors import KotonohaError, sentence
from desktop.jobs import Cancel
from desktop.models.loading import Step
from desktop.store import Chat, Message, Model
from desktop.ui.session import Session


@dataclass(eq=False)
class Running:
    """A turn, from the click to its end."""

    chat_id: int | None  # None until a new chat is saved
    text: str = ""  # the person's message
    message: Message | None = None  # the answer; None until both are saved
    pieces: list[str] = field(default_factory=list)  # its text so far, which may be ahead of the store
    progress: str = ""
    prompt_tokens: int = 0
    context_length: int = 0  # tokens; 0 until the prompt is ready
    typed_after: str = ""  # what the person typed after it before leaving the chat
    cancel: Cancel = field(default_factory=Cancel)

    @property
    def written(self) -> str:
        """The text of the answer so far."""
        return "".join(self.pieces)


class Turns(QObject):
    """Starts, follows and stops answers; at most one in each chat."""

    began = Signal(object, object)  # Running, Begun: both messages are saved
    progressed = Signal(object, object)  # Running, engine event or Step
    ended = Signal(object, object)  # Running, the finished Message
    refused = Signal(object, object)  # Running, the exception: nothing was saved
    unsaved = Signal(object, object, object)  # Running, the answer as far as it is known, the exception

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._running: list[Running] = []
        self._unsaved: set[int] = set()

    def active(self, chat_id: int | None) -> Running | None:
        """Return the running answer of a chat."""
        found = (one for one in self._running if chat_id is not None and one.chat_id == chat_id)
        return next(found, None)

    def is_unsaved(self, message_id: int) -> bool:
        """Return whether the end of this answer could not be saved."""
        return message_id in self._unsaved

    def stop(self, chat_id: int | None) -> None:
        """Stop the answer of a chat; what was written stays."""
        active = self.active(chat_id)
        if active is not None:
            active.cancel.set()

    def send(self, chat: Chat | None, text: str, preset_id: int | None) -> Running | None:
        """Save the person's message, in a new chat where there is none, then answer it.

        These three return None when the chat is being answered already, and raise
        ``KotonohaError("no_model")``.
        """
        store = self._session.store
        running = Running(chat.id if chat else None, text)
        chat_id, preset = running.chat_id, chat.preset_id if chat else preset_id
        return self._start(running, chat, preset, lambda model: begin(store, chat_id, text, model, preset_id))

    def answer_again(self, chat: Chat, parent_id: int) -> Running | None:
        """Answer an old question once more, beside the earlier answers."""
        messages = self._session.store.messages
        return self._start(
            Running(chat.id),
            chat,
            chat.preset_id,
            lambda model: Begun(chat, None, messages.answer_again(chat.id, parent_id, model.name)),
        )

    def resume(self, chat: Chat, message: Message) -> Running | None:
        """Continue an answer that ended too early, from the text of ``message``, saved or not."""
        messages, unsaved = self._session.store.messages, self.is_unsaved(message.id)
        return self._start(
            Running(chat.id),
            chat,
            chat.preset_id,
            lambda _: Begun(chat, None, messages.resume(message.id, message.text, unsaved=unsaved)),
        )

    def _start(
        self, running: Running, chat: Chat | None, preset_id: int | None, begin: Callable[[Model], Begun]
    ) -> Running | None:
        if self.active(running.chat_id) is not None:
            return None
        session = self._session
        model = session.model_for(chat)
        if model is None:
            raise _no_model()
        preset = session.preset(preset_id)
        target = session.target(model)
        sampling = sampling_of(session.preferences, preset)
        system = system_prompt_of(session.preferences, preset, chat)
        session.cool(target)

        def job(cancel: Cancel) -> Generator[Begun | Event | Step, None, Message]:
            begun = begin(model)
            yield begun
            yield from answer(
                session.store,
                session.loader,
                message=begun.answer,
                target=target,
                sampling=sampling,
                system=system,
                cancel=cancel,
            )
            session.store.models.touch(model.id)
            return session.store.messages.get(begun.answer.id)

        self._running.append(running)
        running.cancel = session.jobs.run(
            job,
            on_event=lambda event: self._take(running, event),
            on_done=lambda message: self._end(running, message),
            on_failed=lambda error: self._fail(running, error),
        )
        return running

    def _take(self, running: Running, event: Begun | Event | Step) -> None:
        if isinstance(event, Begun):
            if running.chat_id is None:
                self._session.first_sent()
            running.chat_id = event.chat.id
            running.message = event.answer
            running.pieces = [event.answer.text]
            self._unsaved.discard(event.answer.id)
            self.began.emit(running, event)
            self._session.refresh_chats()
            return
        if isinstance(event, Piece):
            running.pieces.append(event.text)
        elif isinstance(event, Step) and event.warning:
            self._session.warned.emit(event.sentence)
        self.progressed.emit(running, event)

    def _end(self, running: Running, message: Message) -> None:
        self._running.remove(running)
        self.ended.emit(running, message)
        self._session.refresh_chats()

    def _fail(self, running: Running, error: Exception) -> None:
        self._running.remove(running)
        if running.message is None:
            self.refused.emit(running, error)
            return
        self._unsaved.add(running.message.id)
        known = msgspec.structs.replace(
            running.message, text=running.written, status="failed", error=sentence(error)
        )
        self.unsaved.emit(running, known, error)


def _no_model() -> KotonohaError:
    return KotonohaError(
        "no_model",
        "モデルがまだありません。書いたものは残っています。"
        "右上の「モデルを選ぶ」から .gguf ファイルを追加してください。",
        "There is no model yet. What you wrote is still here. "
        "Add a .gguf file with “Choose a model” at the top right.",
    )
