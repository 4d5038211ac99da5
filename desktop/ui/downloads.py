"""The downloads as long as the application runs, whichever windows there are: what is wanted, how far it is.

The hub's queue is asked and told only in jobs, one order after the other; its own job runs while there is
something to fetch and the switch allows it. What has come is put into the library.
"""

from __future__ import annotations

import shutil
import threading
from collections import deque
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QObject, Signal

from desktop.errors import KotonohaError, sentence
from desktop.jobs import Cancel, Cancelled
from desktop.models import library
from desktop.store import Download, DownloadFile, Model, Store

if TYPE_CHECKING:
    from desktop.hub.queue import Item, Queue
    from desktop.hub.repository import Variant
    from desktop.ui.session import Session

LIVE = ("running", "waiting", "checking")  # states of which only the queue's job knows
_REFUSED = ("network_offline", "network_unasked")  # what the switch stopped has not failed


class Row(NamedTuple):
    """One download, and how far it is."""

    download: Download
    item: Item


class Looking(NamedTuple):
    """A repository that is being asked which files it has."""

    name: str  # of the model, for people
    repositories: tuple[str, ...]
    cancel: Cancel


class _Read(NamedTuple):
    downloads: list[Download]
    items: dict[int, Item]
    free_bytes: int | None


class Downloads(QObject):
    """``rows`` is the list in its order, ``looking`` what is still being asked for."""

    changed = Signal()  # the rows, their order or states, or what is looked for
    progressed = Signal(int)  # id: a row is further
    arrived = Signal(object)  # Model: it is in the library now
    said = Signal(str)  # what became of an order, or why not

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.rows: list[Row] = []
        self.looking: list[Looking] = []
        self.free_bytes: int | None = None  # where models are kept
        self._session = session
        self._queue: Queue | None = None
        self._making = threading.Lock()
        self._job: Cancel | None = None
        self._held = False  # the job failed: not before something new is wanted
        self._stale = False  # models are kept elsewhere now
        self._live: dict[int, Item] = {}
        self._unfinished: set[int] = set()
        self._orders: deque[tuple[Callable[[Queue], Any], Callable[[Any], None] | None]] = deque()
        self._ordering = False
        self._reading = self._read_again = False
        session.online.closing.connect(self._stop)
        session.online.changed.connect(self._switched)
        session.preferences_changed.connect(self._follow)
        session.models_changed.connect(self.changed)

    def begin(self) -> None:
        """Read what was wanted before, and go on with it where the switch allows."""
        self.refresh()

    # What is wanted

    def get(self, repository: str, label: str, files: Sequence[DownloadFile], revision: str = "main") -> None:
        """Fetch files that belong together. ``label`` is what people read beside the repository: "Q4_K_M"."""

        def done(added: Download) -> None:
            self._unfinished.add(added.id)

        self._order(lambda queue: queue.add(repository, label, files, revision), done)

    def look_for(self, name: str, repositories: Sequence[str], quantization: str = "") -> None:
        """Ask the repositories, in their order, for this quantization, and fetch it; else what they suggest.

        ``quantization`` "" is what the first one suggests.
        """
        cancel: Cancel | None = None

        def work(cancel: Cancel) -> tuple[str, Variant]:
            return _found(self._session, repositories, quantization, cancel)

        def end() -> None:
            self.looking = [each for each in self.looking if each.cancel is not cancel]
            self._session.online.use(cancel, using=False)
            self.changed.emit()

        def done(found: tuple[str, Variant]) -> None:
            end()
            repository, variant = found
            label = variant.quantization.name
            if quantization and label.casefold() != quantization.casefold():
                words = self.tr("{name}: {wanted} は配布されていないので、{found} を入手します。")
                self.said.emit(words.format(name=name, wanted=quantization, found=label or variant.name))
            self.get(repository, label or variant.name, variant.files)

        def failed(error: Exception) -> None:
            end()
            self.said.emit(self.tr("{name}: {problem}").format(name=name, problem=sentence(error)))

        def quiet(cancel: Cancel) -> tuple[str, Variant] | None:
            try:
                return work(cancel)
            except Cancelled:
                return None

        cancel = self._session.jobs.run(
            quiet, owner=self, on_done=lambda found: done(found) if found else end(), on_failed=failed
        )
        self.looking.append(Looking(name, tuple(repositories), cancel))
        self._session.online.use(cancel, using=True)
        self.changed.emit()

    def pause(self, id: int) -> None:
        """Let it rest; what has come stays."""
        self._order(lambda queue: queue.pause(id))

    def resume(self, id: int) -> None:
        """Go on with one that rests, or failed."""
        self._order(lambda queue: queue.resume(id))

    def remove(self, id: int) -> None:
        """Cancel it, with what has come; of a finished one only the line goes."""
        self._order(lambda queue: queue.remove(id))

    def move(self, id: int, place: int) -> None:
        """Put it at this place of the list, counted from 0."""
        self._order(lambda queue: queue.move(id, place))

    def pause_all(self) -> None:
        """Let everything rest that is not finished."""
        ids = [row.download.id for row in self.rows if row.item.state in ("queued", *LIVE)]
        self._order(lambda queue: _each(queue.pause, ids[::-1]))  # the last first, so that none starts

    def resume_all(self) -> None:
        """Go on with everything that rests."""
        ids = [row.download.id for row in self.rows if row.item.state == "paused"]
        self._order(lambda queue: _each(queue.resume, ids))

    def clear_finished(self) -> None:
        """Take those that are finished off the list; their files stay."""
        self._order(lambda _: self._session.store.downloads.clear_finished())

    # What is known

    def row(self, id: int) -> Row | None:
        """Return one download."""
        return next((row for row in self.rows if row.download.id == id), None)

    def progress_of(self, repositories: Collection[str], label: str = "") -> Row | None:
        """Return the unfinished download from one of these repositories; ``label`` "" is any of its files."""
        names = {name.casefold() for name in repositories}
        for row in self.rows:
            same = row.download.repository.casefold() in names
            if same and row.item.state != "done" and label in ("", row.download.label):
                return row
        return None

    def is_looking(self, repositories: Collection[str]) -> bool:
        """Return whether one of these repositories is being asked for its files."""
        return any(set(each.repositories) & set(repositories) for each in self.looking)

    def model_of(self, download: Download) -> Model | None:
        """Return the model of the library that a finished download is."""
        path, digest = str(path_of(download)), download.files[0].sha256
        for model in self._session.models:
            if model.path == path or (digest and model.sha256 == digest):
                return model
        return None

    def add_to_library(self, download: Download) -> None:
        """Put a finished one into the library, and tell with ``arrived``."""
        store = self._session.store

        def done(model: Model) -> None:
            self._session.refresh_models()
            self.arrived.emit(model)

        def failed(error: Exception) -> None:
            self.said.emit(sentence(error))

        self._session.jobs.run(
            lambda _: _register(store, download), owner=self, on_done=done, on_failed=failed
        )

    def refresh(self) -> None:
        """Read the list again."""
        if self._reading:
            self._read_again = True
            return
        self._reading = True
        self._session.jobs.run(
            lambda _: self._read(), owner=self, on_done=self._take, on_failed=self._fail_to_read
        )

    # Inside

    def _made(self) -> Queue:
        """Return the queue; not for the window's thread."""
        from desktop.hub.queue import Queue
        from desktop.hub.speed import Throttle

        with self._making:
            if self._queue is None:
                chosen = self._session.preferences
                self._queue = Queue(
                    self._session.store,
                    self._session.online.hub,
                    library.folder_of(chosen),
                    at_once=chosen.downloads_at_once,
                    throttle=Throttle(chosen.download_limit),
                )
            return self._queue

    def _order(self, work: Callable[[Queue], Any], on_done: Callable[[Any], None] | None = None) -> None:
        self._held = False
        self._orders.append((work, on_done))
        self._carry_out()

    def _carry_out(self) -> None:
        """Do what was ordered, one after the other: a click on "resume" must not overtake "pause"."""
        if self._ordering or not self._orders:
            return
        self._ordering = True
        work, on_done = self._orders.popleft()

        def end() -> None:
            self._ordering = False
            self.refresh()
            self._carry_out()

        def done(result: object) -> None:
            if on_done is not None:
                on_done(result)
            end()

        def failed(error: Exception) -> None:
            if not (isinstance(error, KotonohaError) and error.code == "download_missing"):
                self.said.emit(sentence(error))
            end()

        self._session.jobs.run(lambda _: work(self._made()), owner=self, on_done=done, on_failed=failed)

    def _read(self) -> _Read:
        queue, downloads = self._made(), self._session.store.downloads
        for each in downloads.list():
            if each.state == "failed" and each.error_code in _REFUSED:
                queue.resume(each.id)
        items = {item.id: item for item in queue.items()}
        folder = library.folder_of(self._session.preferences)
        try:
            free = shutil.disk_usage(folder).free
        except OSError:
            free = None
        return _Read(downloads.list(), items, free)

    def _take(self, read: _Read) -> None:
        self._reading = False
        self.free_bytes = read.free_bytes
        self.rows = []
        for download in read.downloads:
            item = read.items.get(download.id)
            if item is None:
                continue
            if download.state == "queued":
                item = self._live.get(download.id, item)
            self.rows.append(Row(download, item))
        arrived = [row.download for row in self.rows if row.download.state == "done"]
        for download in arrived:
            if download.id in self._unfinished:
                self._unfinished.discard(download.id)
                self.add_to_library(download)
        self._unfinished |= {row.download.id for row in self.rows if row.download.state != "done"}
        self.changed.emit()
        if self._read_again:
            self._read_again = False
            self.refresh()
        self._start()

    def _fail_to_read(self, error: Exception) -> None:
        self._reading = self._read_again = False
        self._session.jobs.failed.emit(error)

    def _start(self) -> None:
        wanted = any(row.download.state == "queued" for row in self.rows)
        if self._job is not None or self._held or not wanted or self._session.online.is_offline:
            return

        def job(cancel: Cancel) -> Generator[Item, None, None]:
            try:
                yield from self._made().run(cancel, stay=False)
            except Cancelled:
                return

        def failed(error: Exception) -> None:
            self._held = True
            self._session.jobs.failed.emit(error)
            self._end()

        self._job = self._session.jobs.run(
            job, owner=self, on_event=self._hear, on_done=lambda _: self._end(), on_failed=failed
        )
        self._session.online.use(self, using=True)

    def _stop(self) -> None:
        """Stop what runs; it stays wanted."""
        for each in self.looking:
            each.cancel.set()
        if self._job is not None:
            self._job.set()

    def _end(self) -> None:
        self._job = None
        self._live.clear()
        self._session.online.use(self, using=False)
        if self._stale:
            self._stale = False
            self._queue = None
        self.refresh()

    def _hear(self, item: Item) -> None:
        if item.state in LIVE:
            known, self._live[item.id] = self.row(item.id), item
            if known is None:
                self.refresh()
                return
            at = self.rows.index(known)
            self.rows[at] = Row(known.download, item)
            self.progressed.emit(item.id)
        else:
            self._live.pop(item.id, None)
            self.refresh()

    def _switched(self) -> None:
        self.changed.emit()
        self._start()

    def _follow(self, names: set[str]) -> None:
        queue, chosen = self._queue, self._session.preferences
        if queue is not None and names & {"downloads_at_once", "download_limit"}:
            queue.at_once, queue.throttle.limit = chosen.downloads_at_once, chosen.download_limit
        if "models_folder" not in names:
            return
        if self._job is None:
            self._queue = None
        else:  # what is under way goes on in the folder that it began in
            self._stale = True
            self._stop()


def path_of(download: Download) -> Path:
    """Return where the model of a download is: the file itself, or the first part of a split one."""
    from desktop.hub.names import place

    models = [file for file in download.files if "mmproj" not in file.path.rpartition("/")[2].casefold()]
    file = (models or download.files)[0]
    return place(Path(download.folder), download.repository, file.path)


def _register(store: Store, download: Download) -> Model:
    model = library.register(store, path_of(download))
    store.models.tell_source(model.id, download.repository)
    if len(download.files) == 1 and download.files[0].sha256:  # the library's is of all parts together
        store.models.keep_hash(model.id, download.files[0].sha256)
    return store.models.get(model.id)


def _found(
    session: Session, repositories: Sequence[str], quantization: str, cancel: Cancel
) -> tuple[str, Variant]:
    """Return the first repository that has the quantization, else the first one's suggestion."""
    from desktop.hub.repository import look

    hub, second, failure = session.online.hub(), None, None
    for repository in repositories:
        try:
            seen = look(hub, repository, cancel)
        except KotonohaError as error:
            if error.code not in ("repository_missing", "hub_gated", "hub_name_unusable"):
                raise
            failure = failure or error
            continue
        variant = seen.variant(quantization) if quantization else seen.suggestion
        if variant is not None and variant.is_whole:
            return repository, variant
        if second is None and seen.suggestion is not None:
            second = repository, seen.suggestion
    if second is not None:
        return second
    raise failure or KotonohaError(
        "hub_nothing_usable",
        "配布サイトのこのページには、使えるファイルがありません。別のモデルを選んでください。",
        "This page of the hub has no file that can be used. Please choose another model.",
    )


def _each(work: Callable[[int], None], ids: Iterator[int] | Sequence[int]) -> None:
    for id in ids:
        try:
            work(id)
        except KotonohaError as error:
            if error.code != "download_missing":
                raise
