"""The files of the draft: read, shown as chips, counted, taken away; too much is said before it is sent."""

from __future__ import annotations

import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QDropEvent

from desktop.chat.attached import block_of
from desktop.chat.branch import is_japanese
from desktop.documents import Document, Progress, read
from desktop.documents.encodings import shown
from desktop.engine.fit import answer_room
from desktop.engine.protocol import Inspected, Loading, ModelSettings, Sampling, Turn
from desktop.errors import sentence
from desktop.jobs import Cancel
from desktop.store.attachments import MOST_OF_ONE, Attached, Attachment
from desktop.ui.composer.attachment_view import AttachmentView
from desktop.ui.controls.attachment_chips import FileShown
from desktop.ui.controls.dropped import files_in
from desktop.ui.controls.open_file import OpenFile
from desktop.ui.conversation.chat_page import ChatPage
from desktop.ui.conversation.context_count import Counted, Tokens, estimate
from desktop.ui.session import Session
from desktop.ui.turns import Setup, Turns

_PATTERNS = (
    "*.txt *.md *.csv *.tsv *.pdf *.docx *.xlsx *.pptx *.html *.htm *.eml *.json *.xml *.yaml *.py *.js *.log"
)
_SHORTEST = 200  # characters of a file that are worth sending
_MOST_COMPLAINTS = 4
_AT_ONCE = 2  # files that are read at the same time, so that a slow one does not hold up all others
_PATIENCE = 2.0  # seconds in which a file keeps its place before those that were read faster
_SPARE = 32  # tokens left free when a file is shortened, for what the count cannot foresee
_ONE = Turn("user", ".")


@dataclass(eq=False)
class _Reading:
    """A file that waits to be read, or is."""

    key: int  # below 0
    chat_id: int | None
    path: Path
    fraction: float = 0.0
    started: float | None = None  # monotonic, in seconds
    over: threading.Event = field(default_factory=threading.Event)
    cancel: Cancel = field(default_factory=Cancel)

    def keep_place(self) -> None:
        """Let a file that stands behind wait for this one, while it does not take long."""
        if self.started is not None:
            self.over.wait(max(self.started + _PATIENCE - time.monotonic(), 0))


class Attachments(QObject):
    """Connects a page's composer with the files of the draft that is shown."""

    changed = Signal()  # other files, or another part of them, would be sent
    chat_wanted = Signal(list)  # paths, for which there must be a chat first

    def __init__(
        self,
        page: ChatPage,
        session: Session,
        turns: Turns,
        setup: Callable[[], Setup | None],
        has_new: Callable[[], bool],
    ) -> None:
        """``setup`` tells what the shown chat is answered with, ``has_new`` whether new files are its own.

        The files of a chat that is not there yet are those of one window only.
        """
        super().__init__(page)
        self._page = page
        self._session = session
        self._turns = turns
        self._setup = setup
        self._has_new = has_new
        self._chat_id: int | None = None
        self._shown = False  # whether a draft is shown at all
        self._files: list[Attachment] = []
        self._tokens: dict[tuple[int, int | None, str], Tokens] = {}
        self._queue: deque[_Reading] = deque()
        self._adding = threading.Lock()  # so that of two equal files the second one finds the first
        self._keys = itertools.count(-1, -1)
        self._counting = Cancel()
        self._complaints: list[str] = []  # about files of the same drop

        composer = page.composer
        composer.attach.clicked.connect(self.choose)
        composer.files_given.connect(self.add)
        composer.chips.removed.connect(self.remove)
        composer.chips.opened.connect(self.open)
        session.warmed.connect(self._count)
        session.models_changed.connect(self._count)
        turns.ended.connect(lambda *_: self._count())
        page.setAcceptDrops(True)
        page.installEventFilter(self)

    # What the conversation asks of it

    def show(self, chat_id: int | None) -> None:
        """Show the files of a chat's draft, None: of the next new one."""
        if chat_id != self._chat_id or not self._shown:
            self._forget_notices()
            self._files = []
        self._chat_id, self._shown = chat_id, True
        self.refresh()

    def leave(self) -> None:
        """Show no files: another chat is being read."""
        self._shown, self._files = False, []
        self._forget_notices()
        self._show()

    def refresh(self) -> None:
        """Read anew which files the draft has."""
        chat_id, store = self._chat_id, self._session.store

        def take(files: list[Attachment]) -> None:
            if self._shown and chat_id == self._chat_id:
                files = [] if self._is_elsewhere() else files
                different = files != self._files
                self._files = files
                if not files:
                    self._page.composer.set_fits(True)
                self._show()
                if different:
                    self._count()
                    self.changed.emit()

        self._session.jobs.store(lambda: store.attachments.draft(chat_id), owner=self, on_done=take)

    def ids(self) -> tuple[int, ...]:
        """Return the files that go with the next message."""
        return tuple(file.id for file in self._files)

    def take_count(self, counted: Counted | None) -> None:
        """Say so, and hold the sending back, where the message with its files is too long for the context."""
        composer = self._page.composer
        # Where the chat stops and asks, it is asked after the sending.
        if counted is None or counted.fits or (counted.policy == "stop" and not self._files):
            composer.set_fits(True)
            return
        composer.set_fits(False)
        setup = self._setup()
        most = setup.sampling.max_tokens if setup is not None else None
        limit = counted.context_length - answer_room(counted.context_length, most)
        if not self._files:
            composer.overflow.show_message(
                self.tr(
                    "このままではモデルに入りきりません（{count} トークン。答えの分を除くと {limit} まで）。"
                    "短くするか、分けて送るか、モデルの設定でコンテキストを長くしてください。"
                ).format(count=f"{counted.tokens:,}", limit=f"{limit:,}")
            )
            return
        # What is far beyond any context is counted in characters, of which there are more.
        excess = min(counted.tokens, sum(map(self._size, self._files)) + limit // 2) - limit
        composer.overflow.show_message(
            self.tr(
                "このままではモデルに入りきりません（{count} トークン。答えの分を除くと {limit} まで）。"
                "ファイルを外すか、先頭だけを使うか、モデルの設定でコンテキストを長くしてください。"
            ).format(count=f"{counted.tokens:,}", limit=f"{limit:,}"),
            self.tr("先頭だけ使う"),
            lambda: self._shorten(excess),
        )

    # What the person does

    def choose(self) -> None:
        """Ask for files."""
        kinds = self.tr("文章、表、PDF、Officeのファイル")
        dialog = OpenFile(self.tr("添えるファイルを選ぶ"), f"{kinds} ({_PATTERNS})", self._page)
        dialog.setFileMode(OpenFile.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda paths: self.add([Path(path) for path in paths]))
        dialog.finished.connect(lambda _: self._page.composer.setFocus())
        dialog.open()

    def add(self, paths: Sequence[Path]) -> None:
        """Read files and attach them to the draft that is shown."""
        if not self._shown:
            return
        if self._is_elsewhere():
            self.chat_wanted.emit(list(paths))
            return
        composer = self._page.composer
        composer.notice.hide()
        self._complaints.clear()
        room = MOST_OF_ONE - len(self._files) - len(self._readings())
        if len(paths) > room:
            composer.notice.show_message(
                self.tr("一度に添えられるファイルは{most}個までです。").format(most=MOST_OF_ONE)
            )
        for path in paths[: max(room, 0)]:
            self._queue.append(_Reading(next(self._keys), self._chat_id, path))
        self._show()
        self._read_next()

    def remove(self, key: int) -> None:
        """Take a file away, in a way that can be undone; one that is being read is given up."""
        reading = next((each for each in self._queue if each.key == key), None)
        if reading is not None:
            self._give_up(reading)
            return
        file = self._file(key)
        if file is None:
            return
        store = self._session.store

        def removed(row: dict[str, Any]) -> None:
            self._page.composer.notice.show_message(
                self.tr("「{name}」を外しました。").format(name=file.name),
                self.tr("元に戻す"),
                lambda: self._store(lambda: store.attachments.put_back(row)),
                caution=False,
            )
            self.refresh()

        self._session.jobs.store(
            lambda: store.attachments.remove(key), owner=self, on_done=removed, on_failed=self._complain
        )

    def sent_shown(self, files: Sequence[Attachment]) -> tuple[FileShown, ...]:
        """Return what the chips of a question say, of the files that went with it."""
        return tuple(self._file_shown(file) for file in files)

    def open(self, key: int) -> None:
        """Look into a file, of the draft or of a message that was sent."""
        attachments = self._session.store.attachments

        def read() -> tuple[Attachment, Attached]:
            return attachments.get(key), attachments.texts_of([key])[0]

        def show(found: tuple[Attachment, Attached]) -> None:
            view = AttachmentView(self._session, *found, self._page)
            view.changed.connect(self.refresh)
            view.open()

        self._session.jobs.store(read, owner=self, on_done=show, on_failed=self._complain)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take files that are dropped anywhere on the page; models are the window's."""
        if isinstance(event, QDropEvent) and event.type() in (
            QEvent.Type.DragEnter,
            QEvent.Type.DragMove,
            QEvent.Type.Drop,
        ):
            paths = files_in(event.mimeData())
            if not paths:
                event.ignore()
                return True
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            if event.type() == QEvent.Type.Drop:
                self.add(paths)
            return True
        return super().eventFilter(watched, event)

    # Reading

    def _readings(self) -> list[_Reading]:
        return [each for each in self._queue if each.chat_id == self._chat_id]

    def _read_next(self) -> None:
        """Read the files in their order, a few at a time."""
        running = [each for each in self._queue if each.started is not None]
        waiting = [each for each in self._queue if each.started is None]
        for reading in waiting[: max(_AT_ONCE - len(running), 0)]:
            self._read(reading, tuple(running))
            running.append(reading)

    def _read(self, reading: _Reading, earlier: Sequence[_Reading]) -> None:
        store = self._session.store
        reading.started = time.monotonic()

        def job(cancel: Cancel) -> Generator[Progress, None, Attachment | None]:
            try:
                document = yield from read(reading.path, cancel)
                for each in earlier:
                    each.keep_place()
                cancel.raise_if_set()
                with self._adding:
                    if any(
                        file.sha256 == document.sha256 for file in store.attachments.draft(reading.chat_id)
                    ):
                        return None
                    return keep(store.attachments.add, reading.chat_id, document)
            finally:
                reading.over.set()

        def progress(event: Progress) -> None:
            reading.fraction = event.fraction
            self._show()

        def done(file: Attachment | None) -> None:
            self._finish(reading)
            if file is None:
                self._page.composer.notice.show_message(
                    self.tr("「{name}」は、もう添えてあります。").format(name=reading.path.name),
                    caution=False,
                )
            self._warm()

        def failed(error: Exception) -> None:
            self._finish(reading)
            self._complain(error)

        reading.cancel = self._session.jobs.run(
            job, owner=self, on_event=progress, on_done=done, on_failed=failed
        )

    def _finish(self, reading: _Reading) -> None:
        if reading in self._queue:
            self._queue.remove(reading)
            self.refresh()
            self._show()
            self._read_next()

    def _give_up(self, reading: _Reading) -> None:
        reading.cancel.set()
        self._finish(reading)

    def _warm(self) -> None:
        """Load the model while the person is still writing, so that tokens can be counted."""
        setup = self._setup()
        if setup is not None and not self._turns.busy():
            self._session.warm(setup.model)

    # Counting

    def _count(self) -> None:
        """Count the tokens of each file that is not counted yet; a model is never loaded for it."""
        self._counting.set()
        setup = self._setup()
        missing = [file for file in self._files if not self._known(file)]
        if not missing or self._turns.busy():
            return
        store, loader = self._session.store, self._session.loader
        target = setup.target if setup is not None else None

        def count(cancel: Cancel) -> Iterator[tuple[int, Tokens]]:
            settings = loader.settings_in_use(target) if target is not None else None
            for file in store.attachments.texts_of([file.id for file in missing]):
                cancel.raise_if_set()
                block = block_of(file, japanese=is_japanese(file.text[:2_000]))
                number = None if settings is None else self._measure(settings, block, cancel)
                yield file.id, estimate(block) if number is None else Tokens(number, exact=True)

        def take(told: tuple[int, Tokens]) -> None:
            id, tokens = told
            file = self._file(id)
            if file is not None:
                self._tokens[_key(file)] = tokens
                self._show()

        self._counting = self._session.jobs.run(count, owner=self, on_event=take, on_failed=lambda _: None)

    def _measure(self, settings: ModelSettings, block: str, cancel: Cancel) -> int | None:
        """Return the tokens of a block: what a prompt of it has more than a prompt of one character."""
        sizes = []
        for turn in (_ONE, Turn("user", block)):
            found = None
            for event in self._session.engine.inspect(settings, (turn,), Sampling(), cancel):
                if isinstance(event, Loading):  # it was freed just now
                    cancel.set()
                elif isinstance(event, Inspected):
                    found = event.prompt_tokens
            if found is None:
                return None
            sizes.append(found)
        return max(sizes[1] - sizes[0] + 1, 1)

    def _known(self, file: Attachment) -> bool:
        tokens = self._tokens.get(_key(file))
        return tokens is not None and tokens.exact

    def _shorten(self, excess: int) -> None:
        """Use only the beginnings of the longest files, so that so many tokens fewer are sent."""
        store, uses = self._session.store, {}
        for file in sorted(self._files, key=self._size, reverse=True):
            if excess <= 0:
                break
            size, used = self._size(file), file.used or file.characters
            share = max(size - excess - _SPARE, 0) / size
            uses[file.id] = characters = min(max(int(used * share * 0.97), _SHORTEST), used)
            excess -= size - int(size * characters / used)

        def use() -> None:
            for id, characters in uses.items():
                store.attachments.use(id, characters)

        self._store(use)

    def _size(self, file: Attachment) -> int:
        tokens = self._tokens.get(_key(file))
        return max(tokens.number if tokens is not None else (file.used or file.characters), 1)

    # Showing

    def _show(self) -> None:
        composer = self._page.composer
        readings = self._readings() if self._shown else []
        composer.chips.show_files(
            [self._file_shown(file) for file in self._files]
            + [self._reading_shown(each) for each in readings]
        )
        composer.set_reading(bool(readings))

    def _file_shown(self, file: Attachment) -> FileShown:
        tokens = self._tokens.get(_key(file))
        details = []
        if file.encoding and file.encoding != "utf-8":
            details.append(shown(file.encoding).partition(" (")[0])
        if tokens is not None:
            text = self.tr("{count} トークン") if tokens.exact else self.tr("約{count} トークン")
            details.append(text.format(count=f"{tokens.number:,}"))
        if file.used is not None and file.used < file.characters:
            details.append(self.tr("先頭だけ"))
        return FileShown(file.id, file.name, file.kind, " · ".join(details), bool(file.notes))

    def _reading_shown(self, reading: _Reading) -> FileShown:
        percent = round(100 * reading.fraction)
        return FileShown(
            reading.key,
            reading.path.name,
            "",
            self.tr("読んでいます… {percent} %").format(percent=percent),
            busy=True,
        )

    # Small things

    def _is_elsewhere(self) -> bool:
        """Return whether the files of a new chat are those of another window."""
        return self._chat_id is None and not self._has_new()

    def _file(self, id: int) -> Attachment | None:
        return next((file for file in self._files if file.id == id), None)

    def _forget_notices(self) -> None:
        self._complaints.clear()
        self._page.composer.notice.hide()
        self._page.composer.set_fits(True)

    def _store(self, act: Callable[[], object]) -> None:
        self._session.jobs.store(act, owner=self, on_done=lambda _: self.refresh(), on_failed=self._complain)

    def _complain(self, error: Exception) -> None:
        self._complaints.append(sentence(error))
        self._page.composer.notice.show_message("\n".join(self._complaints[-_MOST_COMPLAINTS:]))


def keep(add: Callable[..., Attachment], chat_id: int | None, document: Document) -> Attachment:
    """Keep a document with a draft."""
    return add(
        chat_id,
        name=document.name,
        kind=document.kind,
        text=document.text,
        size_bytes=document.size_bytes,
        sha256=document.sha256,
        encoding=document.encoding,
        notes=[(note.ja, note.en) for note in document.notes],
        content=document.content,
    )


def _key(file: Attachment) -> tuple[int, int | None, str]:
    return file.id, file.used, file.encoding
