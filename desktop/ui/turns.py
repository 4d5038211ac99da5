"""The answers that are being written, in whichever chat. Outlives the window."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Generator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec
from PySide6.QtCore import QObject, Signal

from desktop.chat.options import sampling_of, system_prompt_of
from desktop.chat.pace import Pace
from desktop.chat.turn import Begun, answer, begin
from desktop.engine.protocol import Event, Piece, PromptProgress, Sampling, Started, Thought
from desktop.errors import KotonohaError, sentence
from desktop.jobs import Cancel
from desktop.models.loading import Step, Target
from desktop.models.recommended import kept
from desktop.store import Chat, Message, Model, Policy
from desktop.ui.session import Session

_GOES_ON = ("done", "limit", "looped")  # ends of an answer after which the next of several is written


class Setup(NamedTuple):
    """What a chat is answered with now."""

    model: Model
    target: Target
    sampling: Sampling
    system: str


@dataclass(eq=False)
class Running:
    """A turn, from the click to its end."""

    chat_id: int | None  # None until a new chat is saved
    text: str = ""  # the person's message
    owner: QObject | None = None  # whose click it was; only there its text is taken from the composer
    draft: int | None = None  # the place of the draft that a new chat is made of
    kept: bool = False  # what was refused stands where it was written
    told: bool = False  # what went wrong
    message: Message | None = None  # the answer; None until both are saved
    pieces: list[str] = field(default_factory=list)  # its text so far, which may be ahead of the store
    thoughts: list[str] = field(default_factory=list)  # what was thought before, likewise
    thinking_since: float | None = None  # monotonic, in seconds
    thought_seconds: float = 0.0  # 0 until the answer begins
    progress: str = ""
    pace: Pace | None = None  # of reading the prompt
    read: tuple[int, int | None] = (0, None)  # percent of it, and the seconds left where they are known
    warning: str = ""  # why it is answered with less than was wished
    prompt_tokens: int = 0
    reused: int = 0  # of them computed before
    left_out: int = 0  # the oldest turns of the branch, which the model does not see
    context_length: int = 0  # tokens; 0 until the prompt is ready
    typed_after: str = ""  # what the person typed after it before leaving the chat
    place: tuple[int, int] = (1, 1)  # which of how many answers that were asked for at once
    cancel: Cancel = field(default_factory=Cancel)

    @property
    def written(self) -> str:
        """The text of the answer so far."""
        return "".join(self.pieces)

    @property
    def thought(self) -> str:
        """What was thought so far."""
        return "".join(self.thoughts)


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

    def busy(self) -> bool:
        """Return whether any chat is being answered."""
        return bool(self._running)

    def stop(self, chat_id: int | None) -> None:
        """Stop the answer of a chat, and those that would follow; what was written stays."""
        active = self.active(chat_id)
        if active is not None:
            active.cancel.set()

    def send(
        self,
        chat: Chat | None,
        text: str,
        preset_id: int | None,
        attachments: Sequence[int] = (),
        policy: Policy = "leave_out",
        *,
        owner: QObject | None = None,
    ) -> Running | None:
        """Save the person's message with files of the draft, in a new chat where there is none; answer it.

        A new chat gets the preset and the policy, and the new draft of ``owner`` is emptied. These methods
        return None when the chat is being answered already, and raise ``KotonohaError("no_model")``.
        """
        store = self._session.store
        running = Running(chat.id if chat else None, text, owner)
        if chat is None:
            running.draft = self._session.new_drafts.place(owner)
        chat_id, preset = running.chat_id, chat.preset_id if chat else preset_id
        return self._start(
            running,
            chat,
            preset,
            lambda model: begin(
                store,
                chat_id,
                text,
                model,
                preset_id,
                preset_name=self._preset_name(preset),
                attachments=attachments,
                policy=policy,
                draft=running.draft,
            ),
        )

    def answer_again(self, chat: Chat, parent_id: int) -> Running | None:
        """Answer an old question once more, beside the earlier answers."""
        messages = self._session.store.messages
        return self._start(
            Running(chat.id),
            chat,
            chat.preset_id,
            lambda model: Begun(
                chat,
                None,
                messages.answer_again(
                    chat.id, parent_id, model.name, preset_name=self._preset_name(chat.preset_id)
                ),
            ),
        )

    def edit(self, chat: Chat, message_id: int, text: str, without: Collection[int] = ()) -> Running | None:
        """Ask an old question in other words, beside the old ones, with its files but for some."""
        branches = self._session.store.branches

        def begin(model: Model) -> Begun:
            _, answer = branches.edit_question(
                message_id,
                text,
                model.name,
                preset_name=self._preset_name(chat.preset_id),
                without=without,
            )
            return Begun(chat, None, answer)

        return self._start(Running(chat.id), chat, chat.preset_id, begin)

    def answer_more(self, chat: Chat, parent_id: int, count: int) -> Running | None:
        """Answer an old question ``count`` times more, one after the other; stopping ends the rest."""
        return self._answer_next(chat, parent_id, (1, count))

    def _answer_next(self, chat: Chat, parent_id: int, place: tuple[int, int]) -> Running | None:
        running = self.answer_again(chat, parent_id)
        if running is not None:
            running.place = place
        return running

    def resume(self, chat: Chat, message: Message) -> Running | None:
        """Continue an answer that ended too early, from the text of ``message``, saved or not."""
        messages, unsaved = self._session.store.messages, self.is_unsaved(message.id)
        return self._start(
            Running(chat.id),
            chat,
            chat.preset_id,
            lambda _: Begun(chat, None, messages.resume(message.id, message.text, unsaved=unsaved)),
        )

    def setup(self, chat: Chat | None, preset_id: int | None, model: Model | None = None) -> Setup | None:
        """Return what a chat is answered with now, by its own model or another; None without a model."""
        session = self._session
        model = model or session.model_for(chat)
        if model is None:
            return None
        preset = session.preset(chat.preset_id if chat else preset_id)
        return Setup(
            model,
            session.target(model),
            sampling_of(session.preferences, preset, kept(model.recommended)),
            system_prompt_of(session.preferences, preset, chat),
        )

    def _preset_name(self, preset_id: int | None) -> str:
        preset = self._session.preset(preset_id)
        return preset.name if preset is not None else ""

    def _start(
        self, running: Running, chat: Chat | None, preset_id: int | None, begin: Callable[[Model], Begun]
    ) -> Running | None:
        if self.active(running.chat_id) is not None:
            return None
        session = self._session
        setup = self.setup(chat, preset_id)
        if setup is None:
            raise _no_model()
        session.cool(setup.target)

        def job(cancel: Cancel) -> Generator[Begun | Event | Step, None, Message]:
            begun = begin(setup.model)
            yield begun
            yield from answer(
                session.store,
                session.loader,
                message=begun.answer,
                target=setup.target,
                sampling=setup.sampling,
                system=setup.system,
                cancel=cancel,
            )
            session.store.models.touch(setup.model.id)
            return session.store.messages.get(begun.answer.id)

        self._running.append(running)
        running.cancel = session.jobs.run(
            job,
            on_event=lambda event: self._take(running, event),
            on_done=lambda message: self._end(running, chat, message),
            on_failed=lambda error: self._fail(running, error),
        )
        return running

    def _take(self, running: Running, event: Begun | Event | Step) -> None:
        if isinstance(event, Begun):
            self._let_draft_go(running)
            running.chat_id = event.chat.id
            running.message = event.answer
            running.pieces = [event.answer.text]
            running.thoughts = [event.answer.thinking] if event.answer.text else []
            self._unsaved.discard(event.answer.id)
            self.began.emit(running, event)
            if running.typed_after:  # no window shows the chat
                self._session.keep_draft(event.chat.id, running.typed_after)
            self._session.refresh_chats()
            return
        now = time.monotonic()
        match event:
            case Piece(text=text):
                if running.thinking_since is not None:
                    running.thought_seconds += now - running.thinking_since
                    running.thinking_since = None
                running.pieces.append(text)
            case Thought(text=text):
                running.thinking_since = running.thinking_since or now
                running.thoughts.append(text)
            case Started(reused_tokens=reused):
                running.reused, running.pace = reused, Pace(reused, now)
            case PromptProgress(done=done, total=total) if running.pace is not None:
                running.read = running.pace.update(done, total, now)
            case Step(sentence=warning, warning=True):
                running.warning = warning
                self._session.warned.emit(warning)
        self.progressed.emit(running, event)

    def _end(self, running: Running, chat: Chat | None, message: Message) -> None:
        self._running.remove(running)
        number, count = running.place
        goes_on = number < count and message.status in _GOES_ON and not running.cancel.is_set()
        if goes_on and chat is not None and message.parent_id is not None:
            try:
                self._answer_next(chat, message.parent_id, (number + 1, count))
            except KotonohaError as error:  # the model was removed meanwhile
                self._session.jobs.failed.emit(error)
        self.ended.emit(running, message)
        self._session.refresh_chats()

    def _fail(self, running: Running, error: Exception) -> None:
        self._running.remove(running)
        if running.message is None:
            self.refused.emit(running, error)
            self._keep(running)
            self._tell(running, error)
            return
        self._unsaved.add(running.message.id)
        known = msgspec.structs.replace(
            running.message, text=running.written, status="failed", error=sentence(error)
        )
        self.unsaved.emit(running, known, error)
        self._tell(running, error)

    def _let_draft_go(self, running: Running) -> None:
        """The draft of a new chat went off with its first message."""
        if running.draft is not None:
            self._session.new_drafts.empty(running.draft)
            self._session.new_drafts.release(running)

    def _keep(self, running: Running) -> None:
        """Keep as a draft what could not be sent and stands in no window."""
        drafts, text = self._session.new_drafts, "\n".join(filter(None, (running.text, running.typed_after)))
        if not running.kept and text:
            if running.chat_id is not None:
                self._session.keep_draft(running.chat_id, text)
            else:
                drafts.keep(running, text)
        drafts.release(running)

    def _tell(self, running: Running, error: Exception) -> None:
        """Have it said in the window in front where the one that asked is gone."""
        if not running.told:
            self._session.jobs.failed.emit(error)


def _no_model() -> KotonohaError:
    return KotonohaError(
        "no_model",
        "モデルがまだありません。書いたものは残っています。"
        "右上の「モデルを選ぶ」から .gguf ファイルを追加してください。",
        "There is no model yet. What you wrote is still here. "
        "Add a .gguf file with “Choose a model” at the top right.",
    )
