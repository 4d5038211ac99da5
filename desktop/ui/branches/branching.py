"""What is done with the branches of the chat that is open. Everything can be undone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from desktop.chat.turn import Begun
from desktop.errors import KotonohaError, sentence
from desktop.store import Chat, Cut, Message, Node
from desktop.store.attachments import Attached, Attachment
from desktop.ui.branches.branch_map import BranchMap
from desktop.ui.branches.side_by_side import SideBySide
from desktop.ui.composer.attachment_view import AttachmentView
from desktop.ui.composer.message_editor import MessageEditor
from desktop.ui.session import Session
from desktop.ui.transcript import Entry
from desktop.ui.turns import Running, Turns


class Branching(QObject):
    """Edits, deletes, copies and shows branches. Knows the open chat only through what it is given."""

    changed = Signal()  # another branch is to be shown
    marked = Signal(object)  # the message, which has a star or none any more
    opened = Signal(int)  # a chat that was made is to be opened
    said = Signal(str, object)  # what was done, and the function that takes it back or None
    left = Signal(str)  # text that was edited and not used

    def __init__(
        self,
        session: Session,
        turns: Turns,
        *,
        chat: Callable[[], Chat | None],
        path: Callable[[], list[Message]],
        entry: Callable[[Message], Entry],
        begin: Callable[[Callable[[], Running | None]], None],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._turns = turns
        self._chat = chat
        self._path = path
        self._entry = entry
        self._begin = begin
        self._window = parent
        self._asking: dict[Running, MessageEditor] = {}
        self._editing: set[int] = set()  # messages whose editor is open, or about to be
        turns.began.connect(self._began)
        turns.refused.connect(self._refused)

    def edit(self, message_id: int) -> None:
        """Have a question asked anew in other words, or an answer put right by hand."""
        chat, message = self._chat(), self._message(message_id)
        if chat is None or message is None or self._turns.active(chat.id) is not None:
            return
        if message_id in self._editing:
            return  # a second click
        branches, jobs = self._session.store.branches, self._session.jobs
        self._editing.add(message_id)

        def read(begun: str | None) -> None:
            now = self._chat()
            if now is not None and now.id == chat.id and self._message(message_id) is not None:
                self._open_editor(chat, message, begun)
            else:  # another chat was opened meanwhile
                self._editing.discard(message_id)

        def failed(error: Exception) -> None:
            self._editing.discard(message_id)
            jobs.failed.emit(error)

        jobs.store(lambda: branches.edit_of(message_id), owner=self, on_done=read, on_failed=failed)

    def _open_editor(self, chat: Chat, message: Message, begun: str | None) -> None:
        branches, jobs = self._session.store.branches, self._session.jobs
        asks = message.role == "user"
        note = (
            self.tr("元の質問と答えは、別の枝としてそのまま残ります。")
            if asks
            else self.tr("元の答えは残ります。これからの会話は、書き換えた答えをもとに続きます。")
        )
        if begun is not None:
            note = self.tr("前に書きかけた文の続きです。") + note
        editor = MessageEditor(
            self.tr("質問を編集") if asks else self.tr("答えを編集"),
            message.text,
            self.tr("送り直す") if asks else self.tr("保存"),
            self._window,
            note=note,
            files=self._entry(message).files,
        )
        if begun is not None:
            editor.rewrite(begun)
        ask, put = partial(self._ask, editor, chat, message), partial(self._rewrite, editor, chat, message)
        editor.written.connect(ask if asks else put)
        kept = begun or ""

        def keep(typed: str) -> None:
            nonlocal kept
            kept = typed
            jobs.store(lambda: branches.keep_edit(message.id, typed))

        def end(_: int) -> None:
            self._editing.discard(message.id)
            jobs.store(lambda: branches.end_edit(message.id, kept))

        editor.paused.connect(keep)
        editor.finished.connect(end)
        editor.destroyed.connect(lambda: self._editing.discard(message.id))
        editor.left.connect(self.left)
        editor.files.opened.connect(partial(self._look_into, editor))
        editor.open()

    def _ask(self, editor: MessageEditor, chat: Chat, message: Message, text: str) -> None:
        def start() -> Running | None:
            try:
                running = self._turns.edit(chat, message.id, text, editor.files.without())
            except KotonohaError as error:
                editor.fail(sentence(error))
                raise
            if running is None:
                editor.fail(self.tr("この対話の答えを書いています。終わってから、もう一度送ってください。"))
            else:
                self._asking[running] = editor
            return running

        self._begin(start)

    def _look_into(self, editor: MessageEditor, file_id: int) -> None:
        files = self._session.store.attachments

        def read() -> tuple[Attachment, Attached]:
            return files.get(file_id), files.texts_of([file_id])[0]

        self._session.jobs.store(
            read,
            owner=editor,
            on_done=lambda found: AttachmentView(self._session, found[0], found[1], editor).open(),
            on_failed=lambda error: editor.fail(sentence(error)),
        )

    def _began(self, running: Running, _: Begun) -> None:
        if (editor := self._asking.pop(running, None)) is not None and isValid(editor):
            editor.accept()

    def _refused(self, running: Running, error: Exception) -> None:
        if (editor := self._asking.pop(running, None)) is not None and isValid(editor):
            editor.fail(sentence(error))

    def _rewrite(self, editor: MessageEditor, chat: Chat, message: Message, text: str) -> None:
        store, shown = self._session.store, [each.id for each in self._path()]
        if text == message.text:
            editor.accept()
            return

        def undo() -> None:
            self._session.jobs.store(
                lambda: store.chats.set_leaf(chat.id, shown[-1]),
                owner=self,
                on_done=lambda _: self._show_again(chat),
            )

        def done(_: Message) -> None:
            editor.accept()
            self.changed.emit()
            if shown:
                self.said.emit(self.tr("答えを書き換えました。"), undo)

        self._session.jobs.store(
            lambda: store.branches.edit_answer(message.id, text),
            owner=editor,
            on_done=done,
            on_failed=lambda error: editor.fail(sentence(error)),
        )

    def delete(self, message_id: int) -> None:
        """Put a message and all that follows it into the bin."""
        chat = self._chat()
        if chat is None or self._turns.active(chat.id) is not None:
            return
        branches, jobs = self._session.store.branches, self._session.jobs

        def undo(cut: Cut) -> None:
            jobs.store(lambda: branches.restore(cut), owner=self, on_done=lambda _: self._show_again(chat))

        def done(cut: Cut) -> None:
            self.changed.emit()
            self.said.emit(self.tr("枝をごみ箱に入れました。"), lambda: undo(cut))

        jobs.store(lambda: branches.delete(message_id), owner=self, on_done=done)

    def copy(self, message_id: int) -> None:
        """Start a new chat with everything up to this message."""
        old, store, jobs = self._chat(), self._session.store, self._session.jobs
        if old is None:
            return

        def undo(copy: Chat) -> None:
            def gone(_: object) -> None:
                self._session.refresh_chats()
                self.opened.emit(old.id)

            jobs.store(lambda: store.chats.delete(copy.id), owner=self, on_done=gone)

        def done(copy: Chat) -> None:
            self._session.refresh_chats()
            self.opened.emit(copy.id)
            self.said.emit(self.tr("ここまでを、新しい対話にしました。"), lambda: undo(copy))

        jobs.store(lambda: store.branches.copy(message_id), owner=self, on_done=done)

    def star(self, message_id: int, starred: bool) -> None:
        """Mark a message so that it is found again, or not any more."""
        messages = self._session.store.messages

        def mark() -> Message:
            (messages.star if starred else messages.unstar)(message_id)
            return messages.get(message_id)

        self._session.jobs.store(mark, owner=self, on_done=self.marked.emit)

    def show_map(self) -> None:
        """Show all branches of the chat."""
        chat = self._chat()
        if chat is None:
            return
        branches, shown = self._session.store.branches, [message.id for message in self._path()]

        def show(nodes: list[Node]) -> None:
            view = BranchMap(nodes, shown, self._window)
            view.chosen.connect(lambda message_id: self._go_to(chat.id, message_id))
            view.open()

        self._session.jobs.store(lambda: branches.tree(chat.id), owner=self, on_done=show)

    def compare(self, message_id: int) -> None:
        """Show two versions of an answer beside each other."""
        chat, store = self._chat(), self._session.store
        message = self._message(message_id)
        if chat is None or message is None:
            return
        question = next((each.text for each in self._path() if each.id == message.parent_id), "")

        def read() -> list[Message]:
            return [store.messages.get(id) for id in store.messages.siblings(message_id)]

        def show(versions: list[Message]) -> None:
            if len(versions) > 1:
                view = SideBySide(question, versions, message_id, self._entry, self._window)
                view.chosen.connect(lambda chosen: self._go_to(chat.id, chosen))
                view.open()

        self._session.jobs.store(read, owner=self, on_done=show)

    def _show_again(self, chat: Chat) -> None:
        """Show what was taken back: one may be elsewhere by now."""
        shown = self._chat()
        if shown is not None and shown.id == chat.id:
            self.changed.emit()
        else:
            self.opened.emit(chat.id)

    def _go_to(self, chat_id: int, message_id: int) -> None:
        """Show the branch of a message, unless it is shown already."""
        if self._turns.active(chat_id) is not None or self._message(message_id) is not None:
            return
        store = self._session.store

        def walk() -> None:
            store.chats.set_leaf(chat_id, store.messages.leaf_under(message_id))

        self._session.jobs.store(walk, owner=self, on_done=lambda _: self.changed.emit())

    def _message(self, message_id: int) -> Message | None:
        return next((message for message in self._path() if message.id == message_id), None)
