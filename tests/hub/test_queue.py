"""Several downloads: order, pause, cancel, failures, restarts, files that belong together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fake_hub import FakeHub, Fault
from fetching import NAME, QUICK, REPOSITORY, noise

from desktop import network, paths
from desktop.errors import KotonohaError
from desktop.hub.hub import Hub
from desktop.hub.part import PIECE_BYTES
from desktop.hub.queue import Item, Queue
from desktop.jobs import Cancel, Cancelled
from desktop.store import Download, DownloadFile, Store

SIZE = 4 * PIECE_BYTES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "モデル"


@pytest.fixture
def many(fake: FakeHub) -> FakeHub:
    """Six more files in the repository."""
    for number in range(6):
        fake.repos[REPOSITORY].files[f"{number}.gguf"] = noise(SIZE, number)
    return fake


def queue_of(store: Store, hub: Hub, folder: Path, at_once: int = 2) -> Queue:
    return Queue(store, lambda: hub, folder, at_once=at_once, patience=QUICK)


@pytest.fixture
def queue(store: Store, hub: Hub, folder: Path) -> Queue:
    return queue_of(store, hub, folder)


def add(queue: Queue, *names: str) -> Download:
    return queue.add(REPOSITORY, "Q4_K_M", [DownloadFile(name, SIZE) for name in names])


class Running:
    """The job in a thread, as the window has it, with its events."""

    def __init__(self, queue: Queue) -> None:
        self.cancel = Cancel()
        self.events: list[Item] = []
        self._news = threading.Condition()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._work, args=(queue,))
        self._thread.start()

    def _work(self, queue: Queue) -> None:
        try:
            for item in queue.run(self.cancel):
                with self._news:
                    self.events.append(item)
                    self._news.notify_all()
        except Cancelled:
            pass
        except BaseException as error:
            self._failure = error

    def until(self, found: Callable[[Item], bool]) -> Item:
        with self._news:
            assert self._news.wait_for(lambda: any(map(found, self.events)), timeout=60)
            return next(filter(found, self.events))

    def end(self) -> None:
        self.cancel.set()
        self._thread.join(60)
        assert not self._thread.is_alive()
        assert self._failure is None


@pytest.fixture
def running(queue: Queue) -> Iterator[Running]:
    running = Running(queue)
    yield running
    running.end()


def place(folder: Path, name: str) -> Path:
    return folder.joinpath(*REPOSITORY.split("/"), *name.split("/"))


def test_all_that_is_queued_comes_in_its_order(
    queue: Queue, many: FakeHub, folder: Path, store: Store
) -> None:
    queue.at_once = 1
    ids = [add(queue, f"{number}.gguf").id for number in range(4)]
    queue.move(ids[3], 0)
    events = list(queue.run(Cancel(), stay=False))
    done = [item for item in events if item.state == "done"]
    assert [item.id for item in done] == [ids[3], *ids[:3]]
    for number, item in zip((3, 0, 1, 2), done, strict=True):
        assert item.paths == (place(folder, f"{number}.gguf"),)
        assert item.paths[0].read_bytes() == many.repos[REPOSITORY].files[f"{number}.gguf"]
    assert {download.state for download in store.downloads.list()} == {"done"}
    assert all(file.sha256 for download in store.downloads.list() for file in download.files)


def test_no_more_than_so_many_at_once(queue: Queue, many: FakeHub, running: Running) -> None:
    many.always = Fault(stall_after=PIECE_BYTES)
    ids = [add(queue, f"{number}.gguf").id for number in range(4)]
    for id in ids[:2]:
        running.until(lambda item, id=id: item.id == id and item.done == PIECE_BYTES)
    assert not any(item.state == "running" and item.id in ids[2:] for item in running.events)
    many.always = Fault()
    queue.pause(ids[0])
    running.until(lambda item: item.id == ids[2] and item.state == "done")
    running.until(lambda item: item.id == ids[3] and item.state == "done")


def test_files_that_belong_together_are_one(queue: Queue, many: FakeHub, folder: Path) -> None:
    id = add(queue, "0.gguf", "1.gguf", "2.gguf").id
    events = [item for item in queue.run(Cancel(), stay=False) if item.id == id]
    assert {item.total for item in events} == {3 * SIZE}
    done = [item.done for item in events if item.state == "running"]
    assert done == sorted(done)
    assert events[-1].state == "done"
    assert [path.name for path in events[-1].paths] == ["0.gguf", "1.gguf", "2.gguf"]


def test_pause_and_resume(queue: Queue, many: FakeHub, running: Running, folder: Path, store: Store) -> None:
    many.store_faults = [Fault(stall_after=2 * PIECE_BYTES)]
    id = add(queue, "0.gguf").id
    running.until(lambda item: item.done == 2 * PIECE_BYTES)
    queue.pause(id)
    running.until(lambda item: item.state == "paused")
    assert store.downloads.get(id).state == "paused"
    many.seen.clear()
    queue.resume(id)
    running.until(lambda item: item.state == "done")
    assert [seen.first for seen in many.asked(store=True)] == [2 * PIECE_BYTES]
    queue.pause(id)  # of a finished one: nothing
    assert store.downloads.get(id).state == "done"


def test_cancel_removes_what_had_come(
    queue: Queue, many: FakeHub, running: Running, folder: Path, store: Store
) -> None:
    place(folder, "mine.gguf").parent.mkdir(parents=True)
    place(folder, "mine.gguf").write_bytes(b"mine")
    many.store_faults = [Fault(), Fault(stall_after=PIECE_BYTES)]
    id = add(queue, "0.gguf", "1.gguf", "2.gguf").id
    running.until(lambda item: item.done == SIZE + PIECE_BYTES)
    queue.remove(id)
    running.until(lambda item: item.state == "removed")
    assert store.downloads.list() == []
    assert [path.name for path in folder.rglob("*") if path.is_file()] == ["mine.gguf"]


def test_cancel_leaves_no_folders(queue: Queue, many: FakeHub, folder: Path) -> None:
    many.always = Fault(status=500)
    id = add(queue, NAME).id
    states = [item.state for item in queue.run(Cancel(), stay=False) if item.id == id]
    assert states[-1] == "failed"
    queue.remove(id)
    assert list(folder.iterdir()) == []


def test_a_finished_one_leaves_the_list_and_stays_on_the_disk(
    queue: Queue, many: FakeHub, folder: Path, store: Store
) -> None:
    id = add(queue, "0.gguf").id
    list(queue.run(Cancel(), stay=False))
    queue.remove(id)
    assert store.downloads.list() == []
    assert place(folder, "0.gguf").stat().st_size == SIZE


def test_a_failure_stands_in_the_list_and_may_be_tried_again(
    queue: Queue, many: FakeHub, store: Store
) -> None:
    many.always = Fault(status=503)
    one, gone = add(queue, "0.gguf").id, add(queue, "ない.gguf").id
    events = list(queue.run(Cancel(), stay=False))
    assert {item.id: item.code for item in events if item.state == "failed"} == {
        one: "hub_unwell",
        gone: "hub_file_missing",
    }
    assert any(item.state == "waiting" and "秒後に続けます" in item.note for item in events)
    assert store.downloads.get(one).error_code == "hub_unwell"
    many.always = Fault()
    queue.resume(one)
    assert [item.state for item in queue.run(Cancel(), stay=False)][-1] == "done"
    assert store.downloads.get(one).error == ""


def test_a_lost_line_is_told_in_a_sentence(queue: Queue, many: FakeHub) -> None:
    many.store_faults = [Fault(end_after=PIECE_BYTES)]
    add(queue, "0.gguf")
    notes = [item.note for item in queue.run(Cancel(), stay=False) if item.state == "waiting"]
    assert notes == ["回線が切れました。つながり次第続けます。"]


def test_after_a_restart_it_goes_on(hub: Hub, many: FakeHub, folder: Path, store: Store) -> None:
    many.store_faults = [Fault(), Fault(stall_after=PIECE_BYTES)]
    queue = queue_of(store, hub, folder, at_once=1)
    id = add(queue, "0.gguf", "1.gguf").id
    running = Running(queue)
    running.until(lambda item: item.done == SIZE + PIECE_BYTES)
    running.end()
    store.close()

    store = Store.open(paths.database())
    try:
        many.seen.clear()
        events = list(queue_of(store, hub, folder).run(Cancel(), stay=False))
        assert [(item.id, item.state) for item in events][-1] == (id, "done")
        assert [seen.first for seen in many.asked(store=True)] == [PIECE_BYTES]
    finally:
        store.close()


def test_offline_is_told_and_nothing_is_lost(queue: Queue, many: FakeHub, running: Running) -> None:
    many.store_faults = [Fault(stall_after=PIECE_BYTES)]
    id = add(queue, "0.gguf").id
    running.until(lambda item: item.done == PIECE_BYTES)
    network.set_offline(True)
    failed = running.until(lambda item: item.state == "failed")
    assert failed.code == "network_offline"
    network.set_offline(False)
    queue.resume(id)
    running.until(lambda item: item.state == "done")


def test_the_list_opens_with_what_has_come(
    queue: Queue, many: FakeHub, running: Running, hub: Hub, folder: Path, store: Store
) -> None:
    many.store_faults = [Fault(), Fault(stall_after=PIECE_BYTES)]
    id = add(queue, "0.gguf", "1.gguf").id
    running.until(lambda item: item.done == SIZE + PIECE_BYTES)
    queue.pause(id)
    (item,) = queue_of(store, hub, folder).items()
    assert (item.state, item.done, item.total) == ("paused", SIZE + PIECE_BYTES, 2 * SIZE)


def test_two_processes_share_one_list(
    queue: Queue, many: FakeHub, running: Running, hub: Hub, folder: Path, store: Store
) -> None:
    """The command line fetches what the window is fetching: it waits, and nothing is called a failure."""
    many.store_faults = [Fault(stall_after=PIECE_BYTES)]
    id = add(queue, "0.gguf").id
    running.until(lambda item: item.done == PIECE_BYTES)
    second = queue_of(store, hub, folder)
    other = second.add(REPOSITORY, "", [DownloadFile("5.gguf", SIZE)])
    events = list(second.run(Cancel(), stay=False, only=[other.id]))
    assert {item.id for item in events} == {other.id} and events[-1].state == "done"
    theirs = Running(second)
    many.free.set()
    running.until(lambda item: item.id == id and item.state == "done")
    theirs.end()
    assert not any(item.state == "failed" for item in (*running.events, *theirs.events))
    assert place(folder, "0.gguf").stat().st_size == SIZE


@pytest.mark.parametrize(
    ("repository", "name"),
    [
        ("../x", "a.gguf"),
        ("a/b/c", "a.gguf"),
        ("a/..", "a.gguf"),
        ("con/b", "a.gguf"),
        (REPOSITORY, "../a.gguf"),
        (REPOSITORY, "/etc/passwd"),
        (REPOSITORY, "a/../../b.gguf"),
        (REPOSITORY, "C:\\a.gguf"),
        (REPOSITORY, "a\0b.gguf"),
        (REPOSITORY, "a.gguf "),
        (REPOSITORY, "NUL.gguf"),
        (REPOSITORY, "a\u202efugg.exe"),
        (REPOSITORY, "言" * 100),
        (REPOSITORY, "/".join("abcdefghij")),
    ],
)
def test_names_that_lead_elsewhere_are_not_queued(
    repository: str, name: str, queue: Queue, store: Store
) -> None:
    with pytest.raises(KotonohaError) as error:
        queue.add(repository, "", [DownloadFile(name, 1)])
    assert error.value.code == "hub_name_unusable"
    assert store.downloads.list() == []


def test_a_defect_of_ours_is_one_failed_download(
    queue: Queue, many: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("desktop.hub.queue.fetch", broken)
    add(queue, "0.gguf")
    failed = list(queue.run(Cancel(), stay=False))[-1]
    assert (failed.state, failed.code) == ("failed", "defect")
