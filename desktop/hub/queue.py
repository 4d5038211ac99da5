"""Several downloads at once, in order: started, paused, taken up again, also after a restart.

``run`` is the job that fetches; the other methods may be called at any time, from any thread but the
window's. What is wanted stands in the store; what is under way is known only here.
"""

from __future__ import annotations

import queue as queues
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec

from desktop.errors import KotonohaError, sentence
from desktop.hub import names
from desktop.hub.fetch import Checking, Event, Progress, Restarted, Wanted, discard, fetch
from desktop.hub.hub import Hub
from desktop.hub.part import held
from desktop.hub.speed import Throttle
from desktop.hub.transfer import Mended, Patience, Waiting
from desktop.jobs import Cancel, Cancelled
from desktop.language import say
from desktop.store import Download, DownloadFile, Store

_TICK_SECONDS = 0.1
_ELSEWHERE_SECONDS = 2.0  # until it is tried again, while another process fetches the same
ItemState = Literal["queued", "running", "waiting", "checking", "paused", "failed", "done", "removed"]


@dataclass(frozen=True, slots=True)
class Item:
    """What became of one download just now. Bytes are of all its files together, ``speed`` bytes a second."""

    id: int
    state: ItemState
    done: int = 0
    total: int = 0
    speed: float = 0.0
    seconds_left: float | None = None
    note: str = ""  # a sentence: what it waits for, or why it failed
    code: str = ""  # of the failure
    paths: tuple[Path, ...] = ()  # of a finished one, in the order of its files


@dataclass(slots=True)
class _Active:
    thread: threading.Thread
    cancel: Cancel = field(default_factory=Cancel)


class Queue:
    """The downloads of one store."""

    def __init__(
        self,
        store: Store,
        hub: Callable[[], Hub],
        folder: Path,
        *,
        at_once: int = 2,
        most_lines: int = 4,
        throttle: Throttle | None = None,
        patience: Patience | None = None,
    ) -> None:
        """``hub`` is asked anew for each download, so that changed settings hold for the next."""
        self.at_once = at_once
        self.throttle = throttle or Throttle()
        self._store = store
        self._hub = hub
        self._folder = folder
        self._most_lines = most_lines
        self._patience = patience
        self._lock = threading.Lock()
        self._active: dict[int, _Active] = {}
        self._events: queues.SimpleQueue[Item] = queues.SimpleQueue()
        self._changed = threading.Event()

    def add(
        self, repository: str, label: str, files: Sequence[DownloadFile], revision: str = "main"
    ) -> Download:
        """Queue files that belong together: all parts of a model, and its mmproj file.

        Raises ``KotonohaError``: ``hub_name_unusable``, ``downloads_too_many``.
        """
        names.require_revision(revision)
        for file in files:
            names.place(self._folder, repository, file.path)
        added = self._store.downloads.add(repository, revision, label, self._folder, files)
        self._tell(added)
        return added

    def pause(self, id: int) -> None:
        """Let it rest; what has come stays. Like all of these it may raise ``"download_missing"``."""
        with self._lock:  # between the look at the list and the start of what is next
            if self._store.downloads.get(id).state == "done":
                return
            paused = self._store.downloads.set_state(id, "paused")
        self._stop(id)
        self._tell(paused)

    def resume(self, id: int) -> None:
        """Go on with one that was paused, or failed."""
        if self._store.downloads.get(id).state in ("paused", "failed"):
            self._tell(self._store.downloads.set_state(id, "queued"))

    def move(self, id: int, place: int) -> None:
        """Put it at this place of the list, counted from 0. What runs already is not stopped for it."""
        self._store.downloads.move(id, place)
        self._changed.set()

    def remove(self, id: int) -> None:
        """Cancel it: what has come of an unfinished one is deleted. Of a finished one the files stay.

        Raises ``KotonohaError`` too where a file cannot be deleted; then it is paused.
        """
        with self._lock:
            download = self._store.downloads.get(id)
            if download.state != "done":
                self._store.downloads.set_state(id, "paused")
        if download.state != "done":
            self._stop(id)
            self._discard(self._store.downloads.get(id))
        self._store.downloads.remove(id)
        self._events.put(Item(id, "removed"))

    def items(self) -> list[Item]:
        """Return all downloads in their order, as they stand on the disk: for a list that opens."""
        return [self._item(download) for download in self._store.downloads.list()]

    def run(
        self, cancel: Cancel, *, stay: bool = True, only: Collection[int] | None = None
    ) -> Iterator[Item]:
        """Fetch what is queued, ``at_once`` at a time; without ``stay`` return when nothing is left to do.

        ``only`` leaves all others alone, for a command that fetches one. One queue has one such job.
        Cancelling it stops all downloads, which go on with the next one.
        """
        self._changed.set()
        try:
            while not cancel.is_set():
                if self._changed.is_set():
                    self._changed.clear()
                    waiting = self._start(only)
                    if not stay and not waiting and not self._active and self._events.empty():
                        return
                with suppress(queues.Empty):
                    yield self._events.get(timeout=_TICK_SECONDS)
            raise Cancelled
        finally:
            for active in list(self._active.values()):
                active.cancel.set()
            for active in list(self._active.values()):
                active.thread.join()

    def _start(self, only: Collection[int] | None) -> int:
        """Start what is next; return how many still wait for their turn."""
        with self._lock:
            queued = [
                each
                for each in self._store.downloads.list()
                if each.state == "queued" and (only is None or each.id in only)
            ]
            free = max(self.at_once - len(self._active), 0)
            due = [each for each in queued if each.id not in self._active]
            for download in due[:free]:
                cancel = Cancel()
                thread = threading.Thread(
                    target=self._carry_out, args=(download, cancel), name="download-item", daemon=True
                )
                self._active[download.id] = _Active(thread, cancel)
                thread.start()
            return len(due[free:])

    def _stop(self, id: int) -> None:
        with self._lock:
            active = self._active.get(id)
        if active is not None:
            active.cancel.set()
            active.thread.join()

    def _carry_out(self, download: Download, cancel: Cancel) -> None:
        ended: Item | None = None
        try:
            ended = self._fetch_all(download, cancel)
        except Cancelled:
            pass
        except Exception as error:  # told in the list; a defect of ours too, beside the other downloads
            known = error if isinstance(error, KotonohaError) else _defect(error)
            if known.code == "download_elsewhere":
                cancel.wait(
                    _ELSEWHERE_SECONDS
                )  # it stays queued; the other process may end before it is done
                return
            ended = Item(download.id, "failed", note=str(known), code=known.code)
            with suppress(KotonohaError):  # removed meanwhile, or the store cannot be written
                self._store.downloads.set_state(download.id, "failed", known)
        finally:
            with self._lock:
                del self._active[download.id]
            if ended is not None:
                self._events.put(ended)
            self._changed.set()

    def _fetch_all(self, download: Download, cancel: Cancel) -> Item:
        hub, paths = self._hub(), []
        for file in download.files:
            target = names.place(Path(download.folder), download.repository, file.path)
            paths.append(target)
            if file.done and target.is_file():
                continue
            wanted = Wanted(download.repository, file.path, download.revision)
            job = fetch(
                hub,
                wanted,
                target,
                cancel,
                most_lines=self._most_lines,
                throttle=self.throttle,
                patience=self._patience,
            )
            before = sum(each.size_bytes for each in download.files if each.done)
            others = download.size_bytes - file.size_bytes
            place = _Place(download.id, before, others)
            while True:
                try:
                    event = next(job)
                except StopIteration as end:
                    fetched = end.value
                    break
                if (item := place.item(event)) is not None:
                    self._events.put(item)
            known = DownloadFile(file.path, fetched.size_bytes, done=True, sha256=fetched.sha256)
            download = self._store.downloads.set_file(download.id, known)
        self._store.downloads.set_state(download.id, "done")
        total = download.size_bytes
        return Item(download.id, "done", total, total, paths=tuple(paths))

    def _discard(self, download: Download) -> None:
        """Delete what has come, of the files that this download itself has made."""
        for file in download.files:
            target = names.place(Path(download.folder), download.repository, file.path)
            discard(target)
            try:
                if file.done:
                    target.unlink(missing_ok=True)
            except OSError as error:
                from desktop.hub.failures import from_disk

                raise from_disk(error) from error
            for folder in (*target.relative_to(download.folder).parents,)[:-1]:
                with suppress(OSError):  # others have files there
                    (Path(download.folder) / folder).rmdir()

    def _tell(self, download: Download) -> None:
        self._events.put(self._item(download))
        self._changed.set()

    def _item(self, download: Download) -> Item:
        done = 0
        for file in download.files:
            target = names.place(Path(download.folder), download.repository, file.path)
            done += file.size_bytes if file.done else min(held(target), file.size_bytes)
        total, note, code = download.size_bytes, download.error, download.error_code
        return Item(download.id, download.state, done, total, note=note, code=code)


class _Place(msgspec.Struct):
    """Where a file stands among those of its download, and what its events mean for the whole."""

    id: int
    before: int  # bytes of the files that are finished
    others: int  # bytes of all other files
    done: int = 0
    total: int = 0

    def item(self, event: Event) -> Item | None:
        """Return what to tell; None: nothing new."""
        if isinstance(event, Progress):
            self.done, self.total = self.before + event.done, self.others + event.total
            left = (self.total - self.done) / event.speed if event.speed > 0 else None
            return Item(self.id, "running", self.done, self.total, event.speed, left)
        if isinstance(event, Checking):
            return Item(self.id, "checking", self.done, self.total)
        if isinstance(event, Waiting):
            return Item(self.id, "waiting", self.done, self.total, note=_going_on(event), code=event.why.code)
        if isinstance(event, Mended):
            note = say(
                "正しく届かなかった部分を取り直しています。", "A part that came wrong is fetched again."
            )
            return Item(self.id, "running", self.done, self.total, note=note)
        assert isinstance(event, Restarted)
        note = say(
            "配布サイトのファイルが新しくなったので、はじめから取り直します。",
            "There is a newer file at the hub, so it is fetched from the beginning.",
        )
        return Item(self.id, "running", 0, self.total, note=note)


def _going_on(event: Waiting) -> str:
    seconds = round(event.seconds)
    if event.why.code in ("line_lost", "hub_unreachable"):
        return f"{event.why}" + say("つながり次第続けます。", " It goes on as soon as there is one.")
    return f"{event.why}" + say(f"{seconds} 秒後に続けます。", f" It goes on in {seconds} seconds.")


def _defect(error: Exception) -> KotonohaError:
    text = sentence(error)
    return KotonohaError("defect", text, text)
