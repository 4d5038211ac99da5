"""The queue as it is kept: order, states, files, and what a restart finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.errors import KotonohaError
from desktop.store import Download, DownloadFile, Store
from desktop.store import downloads as downloads_module

FILES = (DownloadFile("a-00001-of-00002.gguf", 5), DownloadFile("a-00002-of-00002.gguf", 7))


def add(store: Store, label: str, folder: Path = Path("/モデル")) -> Download:
    return store.downloads.add("作者/名前", "main", label, folder, [DownloadFile(f"{label}.gguf", 3)])


def test_what_is_added_is_there_after_a_restart(path: Path, store: Store) -> None:
    added = store.downloads.add("作者/名前", "main", "Q4_K_M", Path("/モデル"), FILES)
    assert (added.files, added.state, added.size_bytes, added.error) == (FILES, "queued", 12, "")
    store.close()
    again = Store.open(path)
    assert again.downloads.list() == [added]
    again.close()


def test_the_same_files_are_queued_once(store: Store) -> None:
    first = add(store, "Q8_0")
    store.downloads.set_state(first.id, "failed", KotonohaError("disk_full", "満杯", "full"))
    assert store.downloads.get(first.id).error == "満杯"
    again = add(store, "Q8_0")
    assert (again.id, again.state, again.error_code) == (first.id, "queued", "")
    assert add(store, "Q8_0", Path("/ほか")).id != first.id
    store.downloads.set_state(first.id, "done")
    assert add(store, "Q8_0").id != first.id  # a finished one may be fetched anew


def test_order(store: Store) -> None:
    ids = [add(store, label).id for label in "abcd"]
    store.downloads.move(ids[3], 0)
    store.downloads.move(ids[0], 99)
    assert [each.label for each in store.downloads.list()] == ["d", "b", "c", "a"]
    assert add(store, "e").id == store.downloads.list()[-1].id


def test_a_file_is_finished(store: Store) -> None:
    id = store.downloads.add("作者/名前", "main", "", Path("/m"), FILES).id
    done = DownloadFile(FILES[1].path, 8, done=True, sha256="ab")
    assert store.downloads.set_file(id, done).files == (FILES[0], done)
    assert store.downloads.get(id).files == (FILES[0], done)


def test_forgetting(store: Store) -> None:
    one, two = add(store, "a"), add(store, "b")
    store.downloads.set_state(one.id, "done")
    assert store.downloads.get(one.id).finished is not None
    store.downloads.clear_finished()
    assert [each.id for each in store.downloads.list()] == [two.id]
    store.downloads.remove(two.id)
    for call in (store.downloads.get, store.downloads.remove):
        with pytest.raises(KotonohaError) as error:
            call(two.id)
        assert error.value.code == "download_missing"


def test_there_is_a_limit(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads_module, "MOST_DOWNLOADS", 2)
    add(store, "a")
    add(store, "b")
    for files in ([DownloadFile("c.gguf", 1)], []):
        with pytest.raises(KotonohaError) as error:
            store.downloads.add("作者/名前", "main", "c", Path("/m"), files)
        assert error.value.code == "downloads_too_many"
