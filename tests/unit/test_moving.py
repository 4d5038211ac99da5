"""Models move to another folder whole or not at all, whatever ends it, and no other file is touched."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from desktop import paths
from desktop.errors import KotonohaError
from desktop.jobs import Cancel, Cancelled, result_of
from desktop.models import moving
from desktop.models.moving import files_of, move, tidy
from desktop.store import Store


@pytest.fixture
def old(tmp_path):
    folder = tmp_path / "古い 場所"
    folder.mkdir()
    return folder


@pytest.fixture
def new(tmp_path):
    return tmp_path / "新しい 場所"


@pytest.fixture(params=["same drive", "other drive"])
def drive(request, monkeypatch):
    """The new place: where a file can have a second name, or where it is copied."""
    if request.param == "other drive":
        monkeypatch.setattr(moving, "_link", lambda *_: False)
    return request.param


@pytest.fixture
def other_drive(monkeypatch):
    monkeypatch.setattr(moving, "_link", lambda *_: False)


@pytest.fixture
def journal(home):
    return paths.home() / "moving.json"


def add(store: Store, path: Path, text: bytes) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)
    return store.models.add(path=path, name=path.stem, size_bytes=len(text)).id


def contents(*folders: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder.parent)): path.read_bytes()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
    }


def run(store, old, new, journal, cancel=None):
    return result_of(move(store, store.models.list(), old, new, journal=journal, cancel=cancel or Cancel()))


@pytest.mark.usefixtures("drive")
def test_models_move_and_nothing_else(store, old, new, journal, tmp_path):
    one = add(store, old / "一.gguf", b"GGUF1")
    deep = add(store, old / "elyza" / "模型 8B" / "二.gguf", b"GGUF22")
    outside = add(store, tmp_path / "別" / "三.gguf", b"GGUF333")
    (old / "手紙.txt").write_text("人のもの", encoding="utf-8")
    (old / "ほかの.gguf").write_bytes(b"GGUF not in the library")
    assert run(store, old, new, journal) == []
    assert contents(old, new) == {
        "古い 場所/手紙.txt": "人のもの".encode(),
        "古い 場所/ほかの.gguf": b"GGUF not in the library",
        "新しい 場所/一.gguf": b"GGUF1",
        "新しい 場所/elyza/模型 8B/二.gguf": b"GGUF22",
    }
    assert store.models.get(one).path == str(new / "一.gguf")
    assert store.models.get(deep).path == str(new / "elyza/模型 8B/二.gguf")
    assert store.models.get(outside).path == str(tmp_path / "別" / "三.gguf")
    assert not journal.exists()


@pytest.mark.usefixtures("drive")
def test_all_parts_of_a_split_model_go_together(store, old, new, journal):
    id = add(store, old / "m-00001-of-00003.gguf", b"1")
    for number in (2, 3):
        (old / f"m-0000{number}-of-00003.gguf").write_bytes(bytes([number]))
    assert len(files_of(old / "m-00001-of-00003.gguf")) == 3
    assert run(store, old, new, journal) == []
    assert sorted(path.name for path in new.iterdir()) == [f"m-0000{n}-of-00003.gguf" for n in (1, 2, 3)]
    assert list(old.iterdir()) == [] and store.models.get(id).path.startswith(str(new))


@pytest.mark.usefixtures("drive")
def test_a_name_that_is_taken_stays_as_it_is(store, old, new, journal):
    add(store, old / "a.gguf", b"ours")
    add(store, old / "b.gguf", b"too")
    new.mkdir()
    (new / "a.gguf").write_bytes(b"somebody's")
    (stayed,) = run(store, old, new, journal)
    assert stayed.name == "a" and "同じ名前" in stayed.error.ja
    assert contents(old, new) == {
        "古い 場所/a.gguf": b"ours",
        "新しい 場所/a.gguf": b"somebody's",
        "新しい 場所/b.gguf": b"too",
    }


def test_who_drafts_for_another_is_found_in_the_new_place(store, old, new, journal):
    add(store, old / "draft.gguf", b"1")
    id = add(store, old / "model.gguf", b"2")
    store.models.choose(id, draft_path=str(old / "draft.gguf"))
    assert run(store, old, new, journal) == []
    assert store.models.get(id).choices.draft_path == str(new / "draft.gguf")


@pytest.mark.parametrize("inside", ["below", ".."])
def test_a_folder_in_or_around_the_old_one_is_refused(store, old, journal, inside):
    add(store, old / "a.gguf", b"1")
    with pytest.raises(Exception, match="移せません"):
        run(store, old, old / inside, journal)
    assert contents(old) == {"古い 場所/a.gguf": b"1"}


@pytest.mark.usefixtures("drive")
def test_a_cancel_leaves_each_model_in_one_place(store, old, new, journal, monkeypatch):
    monkeypatch.setattr(moving, "_BLOCK", 10)
    for name in "abc":
        add(store, old / f"{name}.gguf", name.encode() * 95)
    steps = 0
    for stop in range(1, 70, 3):
        cancel, job = Cancel(), None
        job = move(store, store.models.list(), old, new, journal=journal, cancel=cancel)
        try:
            for steps, _ in enumerate(job, 1):
                if steps == stop:
                    cancel.set()
        except Cancelled:
            pass
        there = contents(old, new)
        assert sorted(Path(path).name for path in there) == ["a.gguf", "b.gguf", "c.gguf"]
        assert not journal.exists()
        for model in store.models.list():
            assert Path(model.path).read_bytes() == model.name.encode() * 95
    assert run(store, old, new, journal) == []


@pytest.mark.usefixtures("other_drive")
def test_a_full_disk_is_told_and_leaves_everything(store, old, new, journal, monkeypatch):
    add(store, old / "a.gguf", b"1" * 100)

    def full(*_):
        raise OSError(errno.ENOSPC, "no space")
        yield

    monkeypatch.setattr(moving, "_copy", full)
    (stayed,) = run(store, old, new, journal)
    assert stayed.error.code == "disk_full"
    assert contents(old, new) == {"古い 場所/a.gguf": b"1" * 100}


@pytest.mark.usefixtures("other_drive")
def test_a_copy_that_differs_is_not_kept(store, old, new, journal, monkeypatch):
    add(store, old / "a.gguf", b"1" * 100)
    advise = os.posix_fadvise

    def spoil(descriptor, *rest):
        os.pwrite(descriptor, b"X", 50)
        advise(descriptor, *rest)

    monkeypatch.setattr(os, "posix_fadvise", spoil)
    (stayed,) = run(store, old, new, journal)
    assert stayed.error.code == "folder_unusable"
    assert contents(old, new) == {"古い 場所/a.gguf": b"1" * 100}


@pytest.mark.parametrize("journal_text", [b"", b"{", b"[]", b'{"model_id": 1}', b"\xff" * 9])
def test_a_damaged_journal_harms_nothing(store, old, journal, journal_text):
    add(store, old / "a.gguf", b"1")
    journal.write_bytes(journal_text)
    tidy(store, journal)
    assert contents(old) == {"古い 場所/a.gguf": b"1"} and not journal.exists()


KILLED = """
import sys
from pathlib import Path
from desktop import paths
from desktop.jobs import Cancel
from desktop.models import moving
from desktop.store import Store

moving._BLOCK = 16 << 10
store = Store.open(paths.database())
old, new = map(Path, sys.argv[1:3])
if sys.argv[3] == "other drive":
    moving._link = lambda *_: False
journal = paths.home() / "moving.json"
for step in moving.move(store, store.models.list(), old, new, journal=journal, cancel=Cancel()):
    print(step.done, flush=True)
"""


@pytest.mark.slow
def test_a_kill_at_any_point_loses_and_doubles_nothing(store, old, new, journal, drive):
    random_ = random.Random(6)
    texts = {f"{n}.gguf": random_.randbytes(300_000) for n in range(4)}
    for name, text in texts.items():
        add(store, old / name, text)
    for _ in range(30):
        child = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(KILLED), str(old), str(new), drive],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        )
        assert child.stdout is not None
        for _ in range(random_.randrange(1, 40)):
            if not child.stdout.readline():
                break
        child.send_signal(signal.SIGKILL)
        child.wait(60)
        child.stdout.close()
        tidy(store, journal)
        there = contents(old, new)
        assert sorted(Path(path).name for path in there) == sorted(texts)
        for model in store.models.list():
            assert Path(model.path).read_bytes() == texts[Path(model.path).name]
        if not any(old.iterdir()):
            old, new = new, old
    assert not journal.exists()


def test_two_moves_at_once_do_not_touch_each_other(store, old, new, journal, tmp_path, other_drive):
    id = add(store, old / "a.gguf", b"1" * 100)
    first = move(store, store.models.list(), old, new, journal=journal, cancel=Cancel())
    next(first)
    next(first)
    with pytest.raises(KotonohaError) as told:
        run(store, old, tmp_path / "三つめ", journal)
    assert told.value.code == "move_running"
    tidy(store, journal)  # as a second start of the application does
    assert result_of(first) == []
    assert Path(store.models.get(id).path).read_bytes() == b"1" * 100
    assert contents(old, new) == {"新しい 場所/a.gguf": b"1" * 100}


@pytest.mark.usefixtures("drive")
def test_a_place_that_another_row_has_is_told(store, old, new, journal):
    id = add(store, old / "a.gguf", b"1")
    store.models.add(path=new / "a.gguf", name="前にそこにあったもの")
    (stayed,) = run(store, old, new, journal)
    assert stayed.error.code == "model_path_taken"
    assert contents(old, new) == {"古い 場所/a.gguf": b"1"}
    assert store.models.get(id).path == str(old / "a.gguf") and not journal.exists()


def test_a_model_whose_parts_lie_elsewhere_stays_whole(store, old, new, journal, tmp_path):
    add(store, old / "m-00001-of-00002.gguf", b"1")
    (tmp_path / "part").write_bytes(b"2")
    (old / "m-00002-of-00002.gguf").symlink_to(tmp_path / "part")
    (stayed,) = run(store, old, new, journal)
    assert stayed.error.code == "model_scattered" and (old / "m-00001-of-00002.gguf").exists()


def test_a_split_model_with_a_strange_name_moves_whole(store, old, new, journal):
    add(store, old / "m\nn-00001-of-00002.gguf", b"1")
    (old / "m\nn-00002-of-00002.gguf").write_bytes(b"2")
    assert run(store, old, new, journal) == []
    assert len(list(new.iterdir())) == 2 and list(old.iterdir()) == []


def test_a_folder_without_room_or_that_cannot_be_written_to_is_told_before_anything_moves(
    store, old, new, journal, monkeypatch
):
    add(store, old / "a.gguf", b"1" * 100)
    monkeypatch.setattr(moving.shutil, "disk_usage", lambda _: moving.shutil._ntuple_diskusage(100, 90, 10))
    stat = Path.stat

    def on_another_drive(self, **more):
        told = stat(self, **more)
        return os.stat_result((*told[:2], told.st_dev + 1, *told[3:])) if self == new else told

    monkeypatch.setattr(Path, "stat", on_another_drive)
    with pytest.raises(KotonohaError) as full:
        run(store, old, new, journal)
    assert full.value.code == "disk_full"
    monkeypatch.undo()

    def refused(**_):
        raise PermissionError(errno.EACCES, "not yours")

    monkeypatch.setattr(moving.tempfile, "TemporaryFile", refused)
    with pytest.raises(KotonohaError) as told:
        run(store, old, new, journal)
    assert told.value.code == "folder_unusable"
    assert contents(old) == {"古い 場所/a.gguf": b"1" * 100}
