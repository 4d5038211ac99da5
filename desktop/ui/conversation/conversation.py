"""The conversation that is open: brings the store's messages and the running answer onto the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal

from desktop.chat.asked import summary_of
from desktop.chat.branch import covered_turns, first_seen
from desktop.chat.turn import Begun
from desktop.engine.protocol import (
    Event,
)
from desktop.errors import KotonohaError, sentence
from desktop.models.loading import Step
from desktop.store import Chat, Message, Model, Policy, Summary
from desktop.store.attachments import Attachment
from desktop.ui.answers.answer_views import AnswerViews
from desktop.ui.branches.branching import Branching
from desktop.ui.composer.writing import Writing
from desktop.ui.controls.links import LinkDialog
from desktop.ui.controls.text_dialog import TextDialog
from desktop.ui.conversation.attachments import Attachments
from desktop.ui.conversation.chat_page import ChatPage
from desktop.ui.conversation.choices import Choices
from desktop.ui.conversation.entries import Entries
from desktop.ui.conversation.fullness import Fullness
from desktop.ui.conversation.live import LiveAnswer
from desktop.ui.conversation.shown import Shown, read
from desktop.ui.session import Session
from desktop.ui.turns import Running, Setup, Turns

SEVERAL = 3  # answers that are made at once


@dataclass(frozen=True, eq=False)
class _Request:
    """A request to open a chat."""

    chat_id: int


class Conversation(QObject):
    """Connects one ``ChatPage`` with the session and its turns."""

    opened = Signal(object)  # chat id, None for a new chat
    titled = Signal(str)  # the title that is shown
    said = Signal(str, object)  # a small thing that was done, and what takes it back or None

    def __init__(self, page: ChatPage, session: Session, turns: Turns) -> None:
        super().__init__(page)
        self._page = page
        self._session = session
        self._turns = turns
        self._shown = Shown()
        self._new_preset_id: int | None = None  # of the chat that is not there yet
        self._opening: _Request | None = None  # the latest request to open, until it is answered
        self._pending: Running | None = None  # the first turn of a chat that is not saved yet
        self._started: Running | None = None  # the turn that was begun here last
        self._waiting = False  # something was typed while a turn of another window was being saved
        self._making: list[Path] | None = None  # files for which a chat is being made

        self.choices = Choices(page, session)
        self.attachments = Attachments(
            page,
            session,
            turns,
            self._setup,
            lambda: session.new_drafts.place(self) == 0,
        )
        self.attachments.chat_wanted.connect(self._make_chat)
        self.fullness = Fullness(
            page,
            session,
            turns,
            self.attachments,
            shown=lambda: self._shown,
            setup=lambda: self._setup() if self._opening is None else None,
        )
        self._entries = Entries(lambda: self._shown, turns, self.attachments, self)
        self._live = LiveAnswer(page)
        self.branching = Branching(
            session,
            turns,
            chat=lambda: self._shown.chat if self._opening is None else None,
            path=lambda: self._shown.path,
            entry=self._entries.of,
            begin=self._begin,
            parent=page,
        )
        self._views = AnswerViews(
            session,
            turns,
            chat=lambda: self._shown.chat,
            message=self._message,
            parent=page,
        )
        self.writing = Writing(page.composer, session)
        self._connect()
        self._listen()
        self._take_preferences({"enter_sends", "zoom"})

    def _connect(self) -> None:
        page, session = self._page, self._session
        composer, transcript = page.composer, page.transcript
        composer.sent.connect(self.send)
        composer.stop_requested.connect(self.stop)
        composer.draft_changed.connect(self._save_draft)
        composer.too_long.connect(self._say_too_long)
        composer.edit.textChanged.connect(self._warm)
        self.fullness.policy_changed.connect(self._tell_others)
        self._live.prompt_known.connect(self._show_prompt_known)
        self._live.finished.connect(self.fullness.show)
        transcript.regenerate_requested.connect(self._answer_again)
        transcript.continue_requested.connect(self._resume)
        transcript.sibling_requested.connect(self._show_sibling)
        transcript.policy_requested.connect(self._go_on)
        transcript.several_requested.connect(self._answer_more)
        transcript.probabilities_requested.connect(self._views.show_probabilities)
        transcript.prompt_requested.connect(self._views.show_prompt)
        transcript.summary_requested.connect(self._show_summary)
        transcript.set_jobs(session.jobs)
        transcript.link_activated.connect(lambda address: LinkDialog(address, page).open())
        transcript.copied.connect(lambda: self.said.emit(self.tr("コピーしました。"), None))
        transcript.starred.connect(self.branching.star)
        transcript.file_opened.connect(self.attachments.open)
        transcript.edit_requested.connect(self.branching.edit)
        transcript.delete_requested.connect(self.branching.delete)
        transcript.branch_to_chat.connect(self.branching.copy)
        transcript.compare_requested.connect(self.branching.compare)
        transcript.quoted.connect(lambda text: composer.insert(f"{text}\n\n"))
        self.branching.changed.connect(self._show_changed)
        self.branching.marked.connect(self._renew)
        self.branching.opened.connect(self.open)
        self.branching.said.connect(self.said)
        self.branching.left.connect(composer.insert)
        page.map.clicked.connect(self.branching.show_map)
        page.welcome.suggestion_chosen.connect(composer.insert)
        self.choices.model_chosen.connect(self._take_model)
        self.choices.preset_chosen.connect(self._take_preset)
        self.choices.said.connect(lambda text: self.said.emit(text, None))
        self.choices.failed.connect(self._complain)

    def _listen(self) -> None:
        """Hear what happens in the other windows, too."""
        session, turns = self._session, self._turns
        turns.began.connect(self._began)
        turns.progressed.connect(self._event)
        turns.ended.connect(self._ended)
        turns.refused.connect(self._refused)
        turns.unsaved.connect(self._unsaved)
        session.models_changed.connect(self._show_choices)
        session.presets_changed.connect(self._show_choices)
        session.preferences_changed.connect(self._take_preferences)
        session.warming.connect(self._show_loading)
        session.draft_kept.connect(self._take_draft)
        session.chat_changed.connect(self._follow)

    @property
    def chat_id(self) -> int | None:
        """The open chat; None for a new one."""
        return self._shown.chat.id if self._shown.chat else None

    @property
    def wanted_id(self) -> int | None:
        """The chat that is open, or being opened; None for a new one."""
        return self._opening.chat_id if self._opening is not None else self.chat_id

    def last_answer(self) -> Message | None:
        """Return the answer at the end of the branch that is shown, once it is written."""
        last = self._shown.path[-1] if self._shown.path else None
        ended = last is not None and last.role == "assistant" and self._running() is None
        return last if ended else None

    # Opening

    def open_new(self) -> None:
        """Show an empty chat; it is saved when the first message is sent."""
        self.leave()
        self._opening = None
        self._shown = Shown()
        self._new_preset_id, self.fullness.new_policy = None, "leave_out"
        self._show_all()
        draft = self._session.new_drafts.begin(self)  # which also says whose files are shown
        self.attachments.show(None)
        self._page.composer.set_text(draft, is_draft=True)
        self._page.composer.setFocus()
        self.opened.emit(None)

    def show(self, chat_id: int | None) -> None:
        """Show a chat, or a new one."""
        if chat_id is None:
            self.open_new()
        else:
            self.open(chat_id)

    def open(self, chat_id: int, at: int = 0, words: Sequence[str] = ()) -> None:
        """Show a chat. Until it is read, what is typed waits for it.

        ``words`` are marked. With ``at``, the branch with that message is shown, and in it the first one.
        """
        self.leave()
        request = self._opening = _Request(chat_id)

        def show(opened: Shown) -> None:
            if request is not self._opening:
                return
            self._opening = None
            typed = self._page.composer.text()
            self._take(opened)
            self.attachments.show(chat_id)
            self._page.composer.set_text(
                (opened.chat.draft if opened.chat else "") + typed, is_draft=not typed
            )
            self.opened.emit(chat_id)
            if at or words:
                self._page.transcript.show_words(at, words)

        def failed(error: Exception) -> None:
            if request is self._opening:
                self.open_new()
                self._complain(error)

        self._read(chat_id, show, failed, at=0 if self._turns.active(chat_id) else at)
        self._show_state()

    def reload(self, *, follow: bool = False) -> None:
        """Read the open chat again, after its branch changed; what is in sight stays there."""
        if self._shown.chat is None or self._opening is not None:
            return
        chat_id = self._shown.chat.id

        def show(opened: Shown) -> None:
            if self.chat_id == chat_id:
                self._take(opened, keep=True)
                if follow:
                    self._page.transcript.scroll_to_end()

        self._read(chat_id, show)

    def leave(self) -> None:
        """Save what is typed for the chat that is shown, and clear the composer."""
        composer, running = self._page.composer, self._running()
        if running is not None and running.message is None:
            if running.owner is self:
                running.typed_after = composer.typed_after(running.text)
            elif self._waiting or composer.has_unsaved_draft():
                running.typed_after += composer.text()
            if running is self._pending:  # its text stays where it is until it is saved
                self._session.new_drafts.hand_over(self, running)
        elif self._opening is not None:
            self._session.add_to_draft(self._opening.chat_id, composer.text())
        elif composer.has_unsaved_draft():
            composer.flush_draft()
        self._pending, self._waiting, self._making = None, False, None
        self._page.banner.hide()
        self.attachments.leave()
        composer.set_text("", is_draft=True)

    def keep_typed(self) -> None:
        """Save what was just typed: another window may show the same chat."""
        if self._page.composer.has_unsaved_draft():
            self._page.composer.flush_draft()

    def _show_changed(self) -> None:
        """Show what was changed here, here and in other windows."""
        self.reload()
        self._tell_others()

    def _tell_others(self) -> None:
        if self._shown.chat is not None:
            self._session.chat_changed.emit(self._shown.chat.id, self)

    def _follow(self, chat_id: int, changer: object) -> None:
        """Show what was changed in another window."""
        if changer is not self and chat_id == self.chat_id:
            self.reload()

    def _read(
        self,
        chat_id: int,
        show: Callable[[Shown], None],
        failed: Callable[[Exception], None] | None = None,
        *,
        again: bool = False,
        at: int = 0,
    ) -> None:
        """Read a chat; with ``at``, the branch with that message."""
        store = self._session.store

        def done(opened: Shown) -> None:
            # An answer may have ended between the reading and now.
            if not again and opened.path and self._is_foreign(opened.path[-1]):
                self._read(chat_id, show, failed, again=True)
            else:
                show(opened)

        self._session.jobs.store(lambda: read(store, chat_id, at), owner=self, on_done=done, on_failed=failed)

    def _take(self, opened: Shown, *, keep: bool = False) -> None:
        self._shown = opened
        self._show_all(keep=keep)

    def _renew(self, message: Message) -> None:
        """Show another state of a message here, and tell the other windows."""
        if self._message(message.id) is not None:
            self._shown.path = [message if message.id == old.id else old for old in self._shown.path]
            self._page.transcript.update_entry(self._entries.of(message))
            self._tell_others()

    def _show_all(self, *, keep: bool = False) -> None:
        transcript, active = self._page.transcript, self._turns.active(self.chat_id)
        self._page.show_welcome(not self._shown.path)
        transcript.show_entries([self._entries.of(message) for message in self._shown.path], keep=keep)
        self._show_divider()
        if active is not None and active.message is not None:
            transcript.set_progress(active.message.id, active.progress)
        elif self._shown.path and self._is_foreign(self._shown.path[-1]):
            transcript.set_progress(self._shown.path[-1].id, self.tr("別のところで書いています…"))
        self._page.composer.set_status("")
        self._show_state()
        self._show_title()
        self._show_choices()
        self.fullness.forget()
        self.fullness.show()
        self.fullness.count.later()

    def _show_state(self) -> None:
        """Let the composer's button say what can be done now."""
        running = self._running()
        # Between two of several answers there is still something to stop.
        stops = running is not None and (running.message is not None or running.place[0] > 1)
        self._page.composer.set_ready(self._opening is None and (running is None or stops))
        self._page.composer.set_answering(stops)
        self._page.map.setVisible(self._shown.chat is not None)

    def _running(self) -> Running | None:
        """Return the turn of the chat that is shown."""
        return self._pending or self._turns.active(self.chat_id)

    def _is_shown(self, running: Running) -> bool:
        return running is self._pending or (
            running.chat_id is not None and running.chat_id == self.chat_id and self._opening is None
        )

    def _is_foreign(self, message: Message) -> bool:
        """Return whether somebody else, such as the command line, is writing this answer."""
        active = self._turns.active(message.chat_id)
        ours = active is not None and active.message is not None and active.message.id == message.id
        return message.status == "streaming" and not ours and not self._turns.is_unsaved(message.id)

    def _show_title(self) -> None:
        title = (self._shown.chat.title if self._shown.chat else "") or self.tr("新しい対話")
        self._page.title.setText(title)
        self.titled.emit(title)

    def rename_shown(self, chat_id: int, title: str) -> None:
        """Show the new title of the open chat."""
        if self.chat_id == chat_id:
            self._page.title.setText(title)
            self.titled.emit(title)

    # Sending, stopping, asking again

    def send(self, text: str) -> None:
        """Send ``text`` as the person's next message."""
        if self._opening is None and self._running() is None:
            files = self.attachments.ids()
            self._begin(
                lambda: self._turns.send(
                    self._shown.chat, text, self._new_preset_id, files, self.fullness.new_policy, owner=self
                )
            )

    def _begin(self, start: Callable[[], Running | None]) -> None:
        self._page.banner.hide()
        self.fullness.count.stop()
        self._page.composer.setFocus()  # the button that was pressed may go away
        try:
            running = start()
        except KotonohaError as error:
            self._page.composer.flush_draft()
            self._complain(error)
            return
        if self._shown.chat is None:
            self._pending = running
        self._started = running
        self._show_state()

    def stop(self) -> None:
        """Stop the answer of the open chat."""
        self._turns.stop(self.chat_id)

    def stop_in(self, chat_ids: Sequence[int]) -> None:
        """Stop the answers of any chats."""
        for chat_id in chat_ids:
            self._turns.stop(chat_id)

    def _answer_again(self, message_id: int) -> None:
        chat, message = self._shown.chat, self._shown.message(message_id)
        if chat is not None and message is not None and message.parent_id is not None:
            parent_id = message.parent_id
            self._begin(lambda: self._turns.answer_again(chat, parent_id))

    def _resume(self, message_id: int) -> None:
        chat, message = self._shown.chat, self._shown.message(message_id)
        if chat is not None and message is not None:
            self._begin(lambda: self._turns.resume(chat, message))

    def _answer_more(self, message_id: int) -> None:
        """Answer the same question until there are three answers, or three more."""
        chat, message = self._shown.chat, self._shown.message(message_id)
        if chat is not None and message is not None and message.parent_id is not None:
            parent_id, (_, there) = message.parent_id, self._shown.places.get(message_id, (1, 1))
            count = SEVERAL - 1 if there == 1 else SEVERAL
            self._begin(lambda: self._turns.answer_more(chat, parent_id, count))

    def _go_on(self, message_id: int, policy: Policy) -> None:
        """Answer again what was too long for the context, in the way that was chosen."""
        self.fullness.choose(policy, then=lambda: self._answer_again(message_id))

    def _show_sibling(self, message_id: int, step: int) -> None:
        if self._shown.chat is None or self._turns.active(self._shown.chat.id):
            return
        self._page.composer.setFocus()
        store, chat_id = self._session.store, self._shown.chat.id

        def walk() -> None:
            siblings = store.messages.siblings(message_id)
            wanted = siblings.index(message_id) + step
            if 0 <= wanted < len(siblings):
                store.chats.set_leaf(chat_id, store.messages.leaf_under(siblings[wanted]))

        self._session.jobs.store(walk, owner=self, on_done=lambda _: self._show_changed())

    # What the turns say

    def _began(self, running: Running, begun: Begun) -> None:
        if not self._is_shown(running):
            self.attachments.refresh()
            return
        if running is self._pending:
            self._pending, self._shown.chat = None, begun.chat
            self._show_title()
            self.opened.emit(begun.chat.id)
        self.attachments.show(begun.chat.id)
        self._show_state()
        self._live.begin(running)
        self.writing.read_sent()
        self._read_files(begun.chat.id)
        if begun.question is None:
            self.reload(follow=running is self._started)  # another branch, or an answer that goes on
            return
        self._take_sent(running, begun.question.text)
        if begun.question.parent_id != (self._shown.path[-1].id if self._shown.path else None):
            self.reload(follow=running is self._started)  # of a branch that another window shows
            return
        self._page.show_welcome(False)
        for message in (begun.question, begun.answer):
            self._shown.path.append(message)
            self._page.transcript.add_entry(self._entries.of(message))
        self._page.transcript.set_progress(begun.answer.id, running.progress)

    def _take_sent(self, running: Running, sent: str) -> None:
        """Remove what was sent from the composer; what was typed after it, or besides it, stays."""
        composer = self._page.composer
        if running.owner is self:
            typed = composer.typed_after(sent)
            composer.set_text(typed, is_draft=not typed)  # the sending has emptied the draft
        elif self._waiting or composer.has_unsaved_draft() or not isinstance(running.owner, Conversation):
            composer.flush_draft()  # the draft was emptied with the sending
        else:
            composer.set_text("", is_draft=True)  # it was the same draft
        self._waiting = False
        if running.typed_after:
            composer.insert(running.typed_after)
            running.typed_after = ""

    def _event(self, running: Running, event: Event | Step) -> None:
        if not self._is_shown(running) or running.message is None:
            return
        self._live.take(running, event)

    def _show_prompt_known(self) -> None:
        self.fullness.forget()
        self.fullness.show()
        self._show_divider()
        self._read_summary()

    def _show_loading(self, fraction: float) -> None:
        running = self._turns.active(self.chat_id)
        if running is not None:
            self._live.show_loading(running, fraction)

    def _ended(self, running: Running, message: Message) -> None:
        if not self._is_shown(running):
            return
        self._show_state()
        self._page.composer.set_status("")
        self._shown.path = [message if message.id == old.id else old for old in self._shown.path]
        self._page.transcript.update_entry(self._entries.of(message))
        self.fullness.forget()

    def _refused(self, running: Running, error: Exception) -> None:
        shown, composer = self._is_shown(running), self._page.composer
        if running is self._pending:
            self._pending = None
        if shown:
            self._show_state()
            if self._waiting:
                self._waiting = False
                composer.flush_draft()
        if running.owner is not self:
            return
        if shown:
            for text in (running.text, running.typed_after):
                if text not in composer.text():  # the chat was left and opened again
                    composer.insert(text)
            composer.flush_draft()
            running.kept = True
        self._complain(error)
        running.told = True

    def _unsaved(self, running: Running, message: Message, error: Exception) -> None:
        self._ended(running, message)
        if running.owner is self or self._is_shown(running):
            self._complain(error)
            running.told = True

    # Model and preset

    def _take_model(self, model: Model) -> None:
        self._session.change(model_id=model.id)
        if self._shown.chat is not None:
            chat_id, store = self._shown.chat.id, self._session.store
            self._session.jobs.store(lambda: store.chats.set_model(chat_id, model.id))
            self._shown.chat = msgspec.structs.replace(self._shown.chat, model_id=model.id)
            self._tell_others()
        self._show_choices()
        self.fullness.renew()
        self._warm()

    def _take_preset(self, preset_id: int | None) -> None:
        self._new_preset_id = preset_id
        if self._shown.chat is not None:
            chat_id, store = self._shown.chat.id, self._session.store
            self._session.jobs.store(lambda: store.chats.set_preset(chat_id, preset_id))
            self._shown.chat = msgspec.structs.replace(self._shown.chat, preset_id=preset_id)
            self._tell_others()
        self._show_choices()
        self.fullness.renew()

    def _show_choices(self) -> None:
        preset_id = self._shown.chat.preset_id if self._shown.chat else self._new_preset_id
        self.choices.show(self._session.model_for(self._shown.chat), preset_id)

    def _warm(self) -> None:
        """Load the model while the person is still writing."""
        model = self._session.model_for(self._shown.chat)
        if model is not None and self._page.composer.text().strip():
            self._session.warm(model)

    def _read_files(self, chat_id: int) -> None:
        """Show the files that have just gone with a question."""
        store = self._session.store

        def show(files: dict[int, list[Attachment]]) -> None:
            if self.chat_id != chat_id:
                return
            fresh, self._shown.files = files.keys() - self._shown.files.keys(), files
            for message in self._shown.path:
                if message.id in fresh:
                    self._page.transcript.update_entry(self._entries.of(message))

        self._session.jobs.store(lambda: store.attachments.sent(chat_id), owner=self, on_done=show)

    # Small things

    def _setup(self) -> Setup | None:
        """Return what the chat would be answered with now."""
        return self._turns.setup(self._shown.chat, self._new_preset_id)

    def _message(self, message_id: int) -> Message | None:
        return self._shown.message(message_id)

    def _show_divider(self) -> None:
        """Show where what the model was given begins."""
        active, left_out = self._turns.active(self.chat_id), 0
        if active is not None and active.context_length:
            left_out = active.left_out
        else:
            left_out = next((m.left_out for m in reversed(self._shown.path) if m.stats), 0)
        covered = covered_turns(self._shown.path, self._shown.summary) if self._shown.summary else 0
        self._page.transcript.set_divider(
            first_seen(self._shown.path, left_out) if left_out else None, summarised=0 < covered <= left_out
        )

    def _read_summary(self) -> None:
        """Read what stands for the beginning of the chat now that it is being answered."""
        chat, path, store = self._shown.chat, list(self._shown.path), self._session.store
        if chat is None or chat.policy != "summarise":
            return

        def show(summary: Summary | None) -> None:
            if self.chat_id == chat.id:
                self._shown.summary = summary
                self._show_divider()

        self._session.jobs.store(lambda: summary_of(store, path, chat.policy), owner=self, on_done=show)

    def _show_summary(self) -> None:
        if self._shown.summary is not None:
            TextDialog(self.tr("ここまでの要約"), self._shown.summary.text, self._page).open()

    def _save_draft(self, text: str) -> None:
        running = self._running()
        if self._opening is not None or (running is not None and running.message is None):
            self._waiting = running is not None and running.owner is not self
            return  # it waits for its chat
        if self._shown.chat is None:
            self._session.new_drafts.keep(self, text)
        else:
            self._session.keep_draft(self._shown.chat.id, text, self)

    def _take_draft(self, chat_id: int, text: str, writer: object) -> None:
        """Show what was typed for this chat in another window."""
        composer = self._page.composer
        if writer is self or chat_id != self.chat_id or self._opening is not None:
            return
        busy = self._waiting or composer.has_unsaved_draft() or composer.edit.is_composing()
        if not busy and composer.text() != text:
            composer.set_text(text, is_draft=True)

    def _make_chat(self, paths: list[Path]) -> None:
        """Make the chat now for which there are files: those of a new one belong to another window."""
        if self._making is not None:
            self._making += paths
            return
        files = self._making = list(paths)
        preset_id, policy = self._new_preset_id, self.fullness.new_policy
        session, store = self._session, self._session.store
        self._page.composer.set_reading(True)

        def make() -> Chat:
            chat = store.chats.create(preset_id=preset_id)
            store.chats.set_policy(chat.id, policy)
            return store.chats.get(chat.id)

        def done(chat: Chat) -> None:
            if files is not self._making or self._pending is not None:  # it was left
                session.jobs.store(lambda: store.chats.delete(chat.id))
                return
            self._making, self._shown.chat = None, chat
            self._page.composer.flush_draft()
            session.new_drafts.keep(self, "")
            self.opened.emit(chat.id)
            self._show_all()
            self.attachments.show(chat.id)
            self.attachments.add(files)
            session.refresh_chats()

        def failed(error: Exception) -> None:
            if files is self._making:
                self._making = None
                self._page.composer.set_reading(False)
                self._complain(error)

        session.jobs.store(make, owner=self, on_done=done, on_failed=failed)

    def _take_preferences(self, names: set[str]) -> None:
        preferences = self._session.preferences
        if "enter_sends" in names:
            self._page.composer.set_enter_sends(preferences.enter_sends)
        if "zoom" in names:
            self._page.set_zoom(preferences.zoom)

    def _say_too_long(self) -> None:
        self._complain(
            KotonohaError(
                "message_too_long",
                "貼り付けた文章が長すぎます。40万字、2万行までに分けてください。"
                "書いてあったものはそのままです。",
                "What was pasted is too long. Split it into at most 400,000 characters and 20,000 lines. "
                "What was there is unchanged.",
            )
        )

    def _complain(self, error: Exception) -> None:
        self._page.banner.show_message(sentence(error))
