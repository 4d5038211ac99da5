from __future__ import annotations

import re
import stat
import threading
from pathlib import Path

import pytest

from desktop.errors import KotonohaError
from desktop.store import Store, backups, rescue


def contents(path: Path) -> list[str]:
    store = Store.open(path, recover=False)
    try:
        return [m.text for chat in store.chats.list() for m in store.messages.path(chat.id)]
    finally:
        store.close()


def test_a_backup_has_what_is_still_in_the_wal(store: Store) -> None:
    chat = store.chats.create()
    _, answer = store.messages.send(chat.id, "問い", "m")
    store.messages.write(answer.id, "答えの途中")
    kept = store.backup()
    assert re.fullmatch(r"kotonoha-\d{8}-\d{6}\.db", kept.name)
    assert kept.parent == store.path.parent / "backups"
    assert [p.name for p in kept.parent.iterdir()] == [kept.name]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    store.messages.finish(answer.id, "答え", "done")
    assert contents(kept) == ["問い", "答えの途中"]


def test_the_newest_and_one_a_day_a_week_and_a_month_are_kept_and_nothing_else_is_touched(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = store.path.parent / "backups"
    folder.mkdir()
    others = [folder / name for name in ("kotonoha-mine.db", "notes.txt", "other-20200101-000000.db")]
    for other in others:
        other.write_text("mine")
    stamps = [f"202601{day:02d}-120000" for day in range(1, 9)]
    made = []
    for stamp in stamps:
        monkeypatch.setattr("time.strftime", lambda _, stamp=stamp: stamp)
        made.append(store.backup())
    made += [store.backup() for _ in range(3)]  # within one second
    assert [p.name for p in made[-3:]] == [f"kotonoha-20260108-120000-{n}.db" for n in (2, 3, 4)]
    # Days: the 2nd to the 8th. Weeks: 29 December to 4 January, and that of the 8th. The newest: seven.
    assert {p for p in folder.iterdir() if p not in others} == {*made[1:7], *made[-7:]}
    assert all(other.read_text() == "mine" for other in others)
    assert [each.path for each in backups.restorable(store.path)] == made[-1:]


def test_a_backup_where_the_person_wants_it(store: Store, tmp_path: Path) -> None:
    store.messages.send(store.chats.create().id, "大事", "m")
    wanted = tmp_path / "持ち出し" / "控え.db"
    assert store.backup(wanted) == wanted
    store.messages.send(store.chats.create().id, "もっと大事", "m")
    assert store.backup(wanted) == wanted
    assert sorted(contents(wanted)) == ["", "", "もっと大事", "大事"]
    assert [p.name for p in wanted.parent.iterdir()] == ["控え.db"]


def test_a_backup_never_goes_onto_the_data(store: Store, tmp_path: Path) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(store.path)
    for to in (store.path, tmp_path / "x" / ".." / "kotonoha.db", link):
        with pytest.raises(KotonohaError) as told:
            store.backup(to)
        assert told.value.code == "backup_onto_itself"
    folder = tmp_path / "folder.db"
    folder.mkdir()
    assert store.backup(folder).parent == folder  # under a name of its own
    store.check()


def test_a_failed_backup_leaves_the_last_one(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = store.backup(tmp_path / "控え.db")
    before = wanted.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(KotonohaError) as told:
        store.backup(wanted)
    assert told.value.code == "disk_full"
    assert wanted.read_bytes() == before
    assert not list(tmp_path.glob("*.part"))


def test_backups_while_others_write_are_whole_turns(store: Store) -> None:
    chat = store.chats.create()
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            store.messages.send(chat.id, "問い" * 50, "m")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [store.backup() for _ in range(7)]
    finally:
        stop.set()
        writer.join()
    sizes = []
    for kept in made:
        texts = contents(kept)
        assert texts == ["問い" * 50, ""] * (len(texts) // 2)
        sizes.append(len(texts))
    assert sizes == sorted(sizes)


def test_restoring_over_a_good_database_keeps_that_too(path: Path) -> None:
    store = Store.open(path)
    store.messages.send(store.chats.create().id, "前", "m")
    kept = store.backup()
    store.messages.send(store.chats.create().id, "後", "m")
    store.close()
    rescue.restore(path, kept)
    assert contents(path) == ["前", ""]
    (aside,) = path.parent.glob("kotonoha-damaged-*.db")
    assert sorted(contents(aside)) == ["", "", "前", "後"]
    assert not list(path.parent.glob("*.restored*"))


def test_a_restore_without_room_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store.open(path)
    kept = store.backup()
    store.close()
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(KotonohaError) as told:
        rescue.restore(path, kept)
    assert told.value.code == "disk_full"
    assert path.read_bytes() == before
    assert {p.name for p in path.parent.iterdir()} == {"kotonoha.db", "backups"}


def test_no_backups(path: Path) -> None:
    assert backups.restorable(path) == []
    assert not rescue.has_backups(path)
