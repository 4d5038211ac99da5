"""The conversation that is open: brings the store's messages and the running answer onto the page."""

from __future__ import annotations

import time
from dataclasses import dataclass

import msgspec
from PySide6.QtCore import QObject, Signal

from desktop.chat.turn import first_seen
from desktop.engine.protocol import (
    Event,
    Finished,
    Loaded,
    Loading,
    Piece,
    PromptProgress,
    Started,
    Stats,
)
from desktop.errors import KotonohaError, sentence
from desktop.store import Chat, Message, Model, Store
from desktop.ui.chat_page import ChatPage
from desktop.ui.choices import Choices
from desktop.ui.links import LinkDialog
from desktop.ui.session import Session
from desktop.ui.transcript import Entry
from desktop.ui.turns import Begun, Turns, no_model

WORTH_SAYING = 256  # prompt tokens from which their progress is shown


@dataclass(frozen=True)
class Opened:
    """What the store knows of a chat."""

    chat: Chat
    path: list[Message]
    places: dict[int, tuple[int, int]]  # message id → (k, n) where it has siblings


class Conversation(QObject):
    """Connects one ``ChatPage`` with the session and its turns."""

    opened = Signal(object)  # chat id, None for a new chat
    said = Signal(str)  # a small thing that was done

    def __init__(self, page: ChatPage, session: Session, turns: Turns) -> None:
        super().__init__(page)
        self._page = page
        self._session = session
        self._turns = turns
        self._chat: Chat | None = None
        self._path: list[Message] = []
        self._places: dict[int, tuple[int, int]] = {}
        self._new_preset_id: int | None = None  # of the chat that is not there yet
        self._sending = False
        self._opening = 0  # only the latest request to open counts
        self._context_length = 0
        self._first_piece_at, self._first_tokens = 0.0, 0

        self.choices = Choices(page, session)
        composer, transcript = page.composer, page.transcript
        composer.sent.connect(self.send)
        composer.stop_requested.connect(self.stop)
        composer.draft_changed.connect(self._save_draft)
        composer.too_long.connect(self._say_too_long)
        composer.edit.textChanged.connect(self._warm)
        transcript.regenerate_requested.connect(self._answer_again)
        transcript.continue_requested.connect(self._resume)
        transcript.sibling_requested.connect(self._show_sibling)
        transcript.link_activated.connect(lambda address: LinkDialog(address, page).exec())
        transcript.copied.connect(lambda: self.said.emit(self.tr("コピーしました。")))
        page.welcome.suggestion_chosen.connect(self._suggest)
        self.choices.model_chosen.connect(self._take_model)
        self.choices.preset_chosen.connect(self._take_preset)
        self.choices.said.connect(self.said)
        self.choices.failed.connect(self._complain)
        turns.began.connect(self._began)
        turns.progressed.connect(self._event)
        turns.ended.connect(self._ended)
        turns.refused.connect(self._refused)
        turns.unsaved.connect(self._unsaved)
        session.models_changed.connect(self._show_choices)
        session.presets_changed.connect(self._show_choices)
        session.preferences_changed.connect(self._take_preferences)
        session.warming.connect(self._show_loading)
        self._take_preferences()

    @property
    def chat_id(self) -> int | None:
        """The open chat; None for a new one."""
        return self._chat.id if self._chat else None

    # Opening

    def open_new(self) -> None:
        """Show an empty chat; it is saved when the first message is sent."""
        self._opening += 1
        self._leave()
        self._chat, self._path, self._places = None, [], {}
        self._new_preset_id = None
        self._show_all()
        self._page.composer.set_text(self._session.preferences.new_chat_draft, is_draft=True)
        self._page.composer.setFocus()
        self._session.change(last_chat_id=None)
        self.opened.emit(None)

    def open(self, chat_id: int) -> None:
        """Show a chat."""
        self._opening += 1
        self._leave()
        request = self._opening

        def show(opened: Opened) -> None:
            if request == self._opening:
                self._show_opened(opened)

        def failed(error: Exception) -> None:
            self._complain(error)
            self.open_new()

        self._session.jobs.store(lambda: _read(self._session.store, chat_id), on_done=show, on_failed=failed)

    def _leave(self) -> None:
        if self._page.composer.has_unsaved_draft():
            self._page.composer.flush_draft()
        self._page.composer.set_text("", is_draft=True)

    def _show_opened(self, opened: Opened) -> None:
        # What was typed while the chat was being read goes on from its draft.
        typed = self._page.composer.text()
        self._chat, self._path, self._places = opened.chat, opened.path, opened.places
        self._show_all()
        self._page.composer.set_text(opened.chat.draft + typed, is_draft=not typed)
        self._page.composer.setFocus()
        self._session.change(last_chat_id=opened.chat.id)
        self.opened.emit(opened.chat.id)

    def reload(self) -> None:
        """Read the open chat again, after its branch or its title changed."""
        if self._chat is None:
            return
        chat_id = self._chat.id

        def show(opened: Opened) -> None:
            if self.chat_id == chat_id:
                self._chat, self._path, self._places = opened.chat, opened.path, opened.places
                self._show_all()

        self._session.jobs.store(lambda: _read(self._session.store, chat_id), on_done=show)

    def _show_all(self) -> None:
        active = self._turns.active(self.chat_id)
        entries = [self._entry(message) for message in self._path]
        self._page.show_welcome(not entries)
        self._page.transcript.show_entries(entries, divider=self._divider())
        if active is not None and active.message is not None and entries:
            written = "".join(active.pieces)
            shown = self._path[-1].text
            if self._path[-1].id == active.message.id and written.startswith(shown):
                self._page.transcript.append_text(active.message.id, written[len(shown) :])
            self._page.transcript.set_progress(active.message.id, active.progress)
        self._page.composer.set_answering(active is not None)
        self._page.composer.set_status("")
        self._show_title()
        self._show_choices()
        self._show_meter()
        if active is None:
            self._page.banner.hide()

    def _show_title(self) -> None:
        title = self._chat.title if self._chat else ""
        self._page.title.setText(title or self.tr("新しい対話"))

    def rename_shown(self, chat_id: int, title: str) -> None:
        """Show the new title of the open chat."""
        if self.chat_id == chat_id:
            self._page.title.setText(title)

    # Sending, stopping, asking again

    def send(self, text: str) -> None:
        """Send ``text`` as the person's next message."""
        if self._sending or self._turns.active(self.chat_id):
            return
        self._page.banner.hide()
        self._sending = True
        self._page.composer.set_ready(False)
        if self._chat is not None:
            self._turns.send(self._chat, text)
            return
        store, preset_id = self._session.store, self._new_preset_id
        model = self._session.model_for(None)

        def create() -> Chat:
            return store.chats.create(model_id=model.id if model else None, preset_id=preset_id)

        def created(chat: Chat) -> None:
            self._chat = chat
            self._session.change(last_chat_id=chat.id, new_chat_draft="")
            self.opened.emit(chat.id)
            self._turns.send(chat, text)

        if model is None:
            self._not_sent(no_model())
            return
        self._session.jobs.store(create, on_done=created, on_failed=self._not_sent)

    def _not_sent(self, error: Exception | None = None) -> None:
        self._sending = False
        self._page.composer.set_ready(True)
        if error is not None:
            self._complain(error)

    def stop(self) -> None:
        """Stop the answer of the open chat."""
        self._turns.stop(self.chat_id)

    def stop_in(self, chat_id: int) -> None:
        """Stop the answer of any chat."""
        self._turns.stop(chat_id)

    def _answer_again(self, message_id: int) -> None:
        message = self._message(message_id)
        if self._chat is not None and message is not None and message.parent_id is not None:
            self._turns.answer_again(self._chat, message.parent_id)

    def _resume(self, message_id: int) -> None:
        message = self._message(message_id)
        if self._chat is not None and message is not None:
            self._turns.resume(self._chat, message)

    def _show_sibling(self, message_id: int, step: int) -> None:
        if self._chat is None or self._turns.active(self._chat.id):
            return
        store, chat_id = self._session.store, self._chat.id

        def walk() -> None:
            siblings = store.messages.siblings(message_id)
            wanted = siblings.index(message_id) + step
            if 0 <= wanted < len(siblings):
                store.chats.set_leaf(chat_id, store.messages.leaf_under(siblings[wanted]))

        self._session.jobs.store(walk, on_done=lambda _: self.reload())

    # What the turns say

    def _began(self, chat_id: int, begun: Begun) -> None:
        if chat_id != self.chat_id:
            return
        self._sending = False
        self._first_piece_at = 0.0
        self._page.composer.set_ready(True)
        self._page.composer.set_answering(True)
        if begun.question is None:
            self.reload()  # another branch, or an answer that goes on
            return
        self._page.composer.take(begun.question.text)
        self._page.show_welcome(False)
        for message in (begun.question, begun.answer):
            self._path.append(message)
            self._page.transcript.add_entry(self._entry(message))
        self._progress(begun.answer.id, self.tr("考えています…"))

    def _event(self, chat_id: int, message_id: int, event: Event) -> None:
        if chat_id != self.chat_id:
            return
        match event:
            case Loading(fraction=fraction):
                self._show_loading(fraction)
            case Loaded():
                self._progress(message_id, self.tr("考えています…"))
            case Started(left_out=left_out, prompt_tokens=tokens, context_length=length):
                self._context_length = length
                self._page.meter.set_tokens(tokens, length)
                self._page.transcript.set_divider(first_seen(self._path, left_out) if left_out else None)
            case PromptProgress(done=done, total=total) if total >= WORTH_SAYING:
                self._progress(
                    message_id,
                    self.tr("読んでいます… {done} / {total} トークン").format(
                        done=f"{done:,}", total=f"{total:,}"
                    ),
                )
            case Piece(text=piece, tokens=tokens):
                self._page.transcript.append_text(message_id, piece)
                self._show_speed(tokens)
            case Finished(stats=stats):
                if stats is not None:
                    self._show_meter(stats)
            case _:
                pass

    def _show_speed(self, tokens: int) -> None:
        now = time.monotonic()
        if not self._first_piece_at or tokens < 2:
            self._first_piece_at = now
            self._first_tokens = tokens
        elif now - self._first_piece_at > 0.3:
            speed = (tokens - self._first_tokens) / (now - self._first_piece_at)
            self._page.composer.set_status(self.tr("{speed} トークン/秒").format(speed=f"{speed:.1f}"))

    def _show_loading(self, fraction: float) -> None:
        active = self._turns.active(self.chat_id)
        if (
            active is not None
            and active.message is not None
            and "".join(active.pieces) == active.message.text
        ):
            self._progress(
                active.message.id,
                self.tr("モデルを読み込んでいます… {percent} %").format(percent=round(fraction * 100)),
            )

    def _progress(self, message_id: int, text: str) -> None:
        active = self._turns.active(self.chat_id)
        if active is not None:
            active.progress = text
        self._page.transcript.set_progress(message_id, text)

    def _ended(self, chat_id: int, message: Message) -> None:
        self._session.refresh_chats()
        if chat_id != self.chat_id:
            return
        self._page.composer.set_answering(False)
        self._page.composer.set_status("")
        self._path = [message if message.id == old.id else old for old in self._path]
        self._page.transcript.update_entry(self._entry(message))

    def _refused(self, chat_id: int, error: Exception) -> None:
        self._session.refresh_chats()
        if chat_id != self.chat_id:
            return
        self._not_sent(error)
        self._page.composer.set_answering(False)
        self._page.composer.set_status("")

    def _unsaved(self, chat_id: int, message: Message, error: Exception) -> None:
        self._ended(chat_id, message)
        if chat_id == self.chat_id:
            self._complain(error)

    # Model and preset

    def _take_model(self, model: Model) -> None:
        self._session.change(model_id=model.id)
        if self._chat is not None:
            chat_id, store = self._chat.id, self._session.store
            self._session.jobs.store(lambda: store.chats.set_model(chat_id, model.id))
            self._chat = msgspec.structs.replace(self._chat, model_id=model.id)
        self._show_choices()
        self._warm()

    def _take_preset(self, preset_id: int | None) -> None:
        self._new_preset_id = preset_id
        if self._chat is not None:
            chat_id, store = self._chat.id, self._session.store
            self._session.jobs.store(lambda: store.chats.set_preset(chat_id, preset_id))
            self._chat = msgspec.structs.replace(self._chat, preset_id=preset_id)
        self._show_choices()

    def _show_choices(self) -> None:
        preset_id = self._chat.preset_id if self._chat else self._new_preset_id
        self.choices.show(self._session.model_for(self._chat), preset_id)

    def _warm(self) -> None:
        """Load the model while the person is still writing."""
        model = self._session.model_for(self._chat)
        if model is not None and self._page.composer.text().strip():
            self._session.warm(model)

    # Small things

    def _entry(self, message: Message) -> Entry:
        active = self._turns.active(message.chat_id)
        writing = active is not None and active.message is not None and active.message.id == message.id
        # An answer whose end could not be saved is still streaming in the store, and nobody writes it.
        orphaned = message.status == "streaming" and not writing
        return Entry(
            id=message.id,
            role=message.role,
            text=message.text,
            status="interrupted" if orphaned else message.status,
            note=self._note(message.stats) if message.stats else "",
            error=message.error,
            position=self._places.get(message.id, (1, 1)),
        )

    def _note(self, stats: Stats) -> str:
        parts = []
        if stats.tokens_per_second:
            parts.append(self.tr("{speed} トークン/秒").format(speed=f"{stats.tokens_per_second:.1f}"))
        parts.append(
            self.tr("最初の文字まで {seconds} 秒").format(seconds=f"{stats.first_token_seconds:.2f}")
        )
        return "　".join(parts)

    def _divider(self) -> int | None:
        for message in reversed(self._path):
            if message.role == "assistant" and message.stats:
                return first_seen(self._path, message.left_out) if message.left_out else None
        return None

    def _show_meter(self, stats: Stats | None = None) -> None:
        if stats is None:
            stats = next((m.stats for m in reversed(self._path) if m.stats), None)
        length = self._context_length or self._session.preferences.context_length or 0
        used = stats.prompt_tokens + stats.generated_tokens if stats else 0
        self._page.meter.set_tokens(used, length if stats else 0)

    def _message(self, message_id: int) -> Message | None:
        return next((m for m in self._path if m.id == message_id), None)

    def _save_draft(self, text: str) -> None:
        if self._chat is None:
            self._session.change(new_chat_draft=text)
            return
        chat_id, store = self._chat.id, self._session.store
        self._session.jobs.store(lambda: store.chats.set_draft(chat_id, text))

    def _suggest(self, text: str) -> None:
        self._page.composer.set_text(text)
        self._page.composer.setFocus()

    def _take_preferences(self) -> None:
        preferences = self._session.preferences
        self._page.composer.set_enter_sends(preferences.enter_sends)
        self._page.composer.set_zoom(preferences.zoom)
        self._page.transcript.set_zoom(preferences.zoom)

    def _say_too_long(self) -> None:
        self._complain(
            KotonohaError(
                "message_too_long",
                "貼り付けた文章が長すぎます。40万字までに分けてください。書いてあったものはそのままです。",
                "What was pasted is too long. Split it into at most 400,000 characters. "
                "What was there is unchanged.",
            )
        )

    def _complain(self, error: Exception) -> None:
        self._page.banner.show_message(sentence(error))


def _read(store: Store, chat_id: int) -> Opened:
    chat = store.chats.get(chat_id)
    return Opened(chat, store.messages.path(chat_id), store.messages.places(chat_id))
