from __future__ import annotations

import datetime as dt
import io
import os
import stat
from pathlib import Path

import pytest

from desktop.errors import KotonohaError
from desktop.jobs import Cancel, Cancelled, result_of
from desktop.store import Store, sealed
from desktop.store.backups import backups, fits, is_sealed, make, restorable, restore, tidy
from desktop.store.thinning import surplus

WORDS = "春はあけぼの"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cheap scrypt; the real one takes half a second."""
    monkeypatch.setattr(sealed, "_LOG2_N", 4)


def written(store: Store, text: str) -> None:
    store.messages.send(store.chats.create().id, text, "m")


def texts(path: Path) -> list[str]:
    store = Store.open(path)
    try:
        return sorted(m.text for chat in store.chats.list() for m in store.messages.path(chat.id) if m.text)
    finally:
        store.close()


def test_three_years_of_daily_backups_leave_days_weeks_and_months() -> None:
    days = [dt.datetime(2026, 11, 24, 9) - dt.timedelta(days=age) for age in range(3 * 365)]
    gone = surplus([(day, day) for day in days])
    kept = [day.date().isoformat() for day in days if day not in gone]
    assert kept[:7] == [f"2026-11-{day}" for day in (24, 23, 22, 21, 20, 19, 18)]
    assert kept[7:9] == ["2026-11-15", "2026-11-08"]  # the ends of the weeks before
    assert kept[9:] == [
        *("2026-10-31", "2026-09-30", "2026-08-31", "2026-07-31", "2026-06-30", "2026-05-31"),
        *("2026-04-30", "2026-03-31", "2026-02-28", "2026-01-31", "2025-12-31"),
    ]


def test_thinning_day_by_day_comes_to_the_same_shape() -> None:
    kept: list[tuple[dt.datetime, dt.datetime]] = []
    for age in reversed(range(800)):
        day = dt.datetime(2026, 11, 24, 9) - dt.timedelta(days=age)
        kept.insert(0, (day, day))
        gone = surplus(kept)
        kept = [each for each in kept if each[1] not in gone]
    assert len(kept) <= 7 + 4 + 12
    assert kept[-1][0] < dt.datetime(2026, 1, 1)  # something of nearly a year ago is there


def test_a_backup_is_listed_and_restored_and_what_was_there_is_kept(store: Store) -> None:
    written(store, "一つ目")
    made = result_of(make(store.path, Cancel()))
    written(store, "二つ目")
    store.close()
    assert [(each.path, each.sealed) for each in backups(store.path)] == [(made, False)]
    assert backups(store.path)[0].size_bytes == made.stat().st_size
    aside = result_of(restore(store.path, made, Cancel()))
    assert texts(store.path) == ["一つ目"]
    assert aside is not None
    assert aside.name.startswith("kotonoha-replaced-")
    assert texts(aside) == ["一つ目", "二つ目"]


def test_a_sealed_backup_needs_its_passphrase(store: Store, tmp_path: Path) -> None:
    written(store, "秘密の話")
    to = tmp_path / "usb"
    to.mkdir()
    events = list(job := make(store.path, Cancel(), to, WORDS))
    del job
    assert events[-1].done == events[-1].total
    (made,) = to.iterdir()
    assert made.name.endswith(".db.sealed")
    assert is_sealed(made)
    assert "秘密".encode() not in made.read_bytes()
    assert b"SQLite" not in made.read_bytes()
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    written(store, "そのあと")
    store.close()
    beside = sorted(path.name for path in store.path.parent.iterdir())
    for passphrase, code in (
        (None, "passphrase_needed"),
        ("夏は夜", "passphrase_wrong"),
        ("", "passphrase_empty"),
    ):
        with pytest.raises(KotonohaError) as told:
            result_of(restore(store.path, made, Cancel(), passphrase))
        assert told.value.code == code
    assert texts(store.path) == ["そのあと", "秘密の話"]
    assert sorted(path.name for path in store.path.parent.iterdir()) == beside
    result_of(restore(store.path, made, Cancel(), WORDS))
    assert texts(store.path) == ["秘密の話"]


def test_sealed_backups_stand_in_the_list_too(store: Store) -> None:
    result_of(make(store.path, Cancel()))
    result_of(make(store.path, Cancel(), None, WORDS))
    assert sorted(each.sealed for each in backups(store.path)) == [False, True]
    assert not list(store.path.parent.glob("*.part"))


def test_what_can_be_gone_back_to_is_the_newest_whole_one_and_a_newer_sealed_one(store: Store) -> None:
    def made(day: int, words: str | None) -> Path:
        path = result_of(make(store.path, Cancel(), None, words))
        suffix = ".db.sealed" if words else ".db"
        return path.rename(path.with_name(f"kotonoha-202601{day:02d}-120000{suffix}"))

    def offered(*besides: Path) -> list[Path]:
        return [each.path for each in restorable(store.path, besides)]

    first, second = made(1, WORDS), made(2, None)
    assert offered() == [second]
    third, fourth = made(3, WORDS), made(4, WORDS)
    assert offered() == [fourth, second]
    assert offered(fourth) == [third, second]
    fourth.write_bytes(second.read_bytes())  # called so, and not sealed
    assert offered() == [third, second]
    second.write_bytes(b"\xa5" * 40_000)
    assert offered() == [third]
    third.unlink()
    assert offered() == [first]
    assert fits(first, WORDS) and not fits(first, "違う")
    with pytest.raises(KotonohaError, match="壊れている"):
        fits(second, WORDS)


def test_the_same_words_in_another_width_open_it(store: Store) -> None:
    made = result_of(make(store.path, Cancel(), None, "ＡＢＣ ガギグ"))
    store.close()
    result_of(restore(store.path, made, Cancel(), "ABC ｶﾞｷﾞｸﾞ"))


def test_nothing_is_replaced_while_the_database_is_open(store: Store) -> None:
    written(store, "使用中")
    made = result_of(make(store.path, Cancel()))
    with pytest.raises(KotonohaError) as told:
        result_of(restore(store.path, made, Cancel()))
    assert told.value.code == "database_locked"
    written(store, "まだ使える")


def test_a_cancel_leaves_nothing_behind(store: Store, tmp_path: Path) -> None:
    to = tmp_path / "控え.db.sealed"
    cancel = Cancel()
    job = make(store.path, cancel, to, WORDS)
    next(job)
    cancel.set()
    with pytest.raises(Cancelled):
        list(job)
    assert not list(tmp_path.glob("*.sealed"))
    assert not list(tmp_path.glob("**/*.part"))


def test_a_damaged_database_can_be_replaced(store: Store) -> None:
    written(store, "無事")
    made = result_of(make(store.path, Cancel()))
    store.close()
    store.path.write_bytes(b"not a database at all" * 500)
    aside = result_of(restore(store.path, made, Cancel()))
    assert texts(store.path) == ["無事"]
    assert aside is not None
    assert aside.read_bytes().startswith(b"not a database")


def opened(data: bytes, passphrase: str = WORDS) -> bytes:
    target = io.BytesIO()
    list(sealed.unseal(io.BytesIO(data), target, passphrase, Cancel()))
    return target.getvalue()


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 3 * 65_536])
def test_any_size_comes_back(size: int) -> None:
    plain = bytes(range(256)) * (size // 256 + 1)
    target = io.BytesIO()
    list(sealed.seal(io.BytesIO(plain[:size]), target, WORDS, Cancel()))
    assert opened(target.getvalue()) == plain[:size]


def test_every_change_is_refused() -> None:
    target = io.BytesIO()
    list(sealed.seal(io.BytesIO(b"\x01" * 150_000), target, WORDS, Cancel()))
    data = target.getvalue()
    piece = 65_536 + 16
    head = len(data) - 150_000 - 3 * 16
    changed = [
        data[:cut] for cut in (0, 10, head - 1, head, head + 5, head + piece, head + 2 * piece, len(data) - 1)
    ]
    changed.append(data + b"\0")
    changed.append(data[:head] + data[head + piece :])  # a piece left out
    changed.append(
        data[:head]
        + data[head + piece : head + 2 * piece]
        + data[head : head + piece]
        + data[head + 2 * piece :]
    )
    for place in (*range(head), head + 7, head + piece + 7, len(data) - 3):
        changed.append(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
    for each in changed:
        with pytest.raises(KotonohaError) as told:
            opened(each)
        assert told.value.code in ("backup_damaged", "passphrase_wrong", "backup_newer")


def test_a_header_cannot_ask_for_all_the_memory() -> None:
    for log2_n, r, p in (
        (31, 8, 1),
        (17, 255, 1),
        (20, 8, 1),
        (17, 8, 255),
        (0, 8, 1),
        (17, 0, 1),
        (17, 8, 0),
    ):
        header = sealed._HEADER.pack(sealed.MAGIC, 1, log2_n, r, p, bytes(16), bytes(7), 65_536)
        with pytest.raises(KotonohaError) as told:
            opened(header + bytes(100))
        assert told.value.code == "backup_damaged"


def test_the_real_cost_of_a_guess_is_what_is_written_down() -> None:
    """Whoever lowers it makes every passphrase weaker."""
    import inspect

    assert "_LOG2_N, _R, _P = 17, 8, 1" in inspect.getsource(sealed)


@pytest.mark.skipif(os.name == "nt", reason="pipes with names of files")
def test_pipes_and_links_are_neither_replaced_nor_waited_for(store: Store, tmp_path: Path) -> None:
    pipe, link = tmp_path / "pipe.db", tmp_path / "link.db"
    os.mkfifo(pipe)
    mine = tmp_path / "大事.db"
    mine.write_text("大事")
    link.symlink_to(mine)
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.db"))
    for to in (pipe, link, odd):
        for passphrase in (None, WORDS):
            with pytest.raises(KotonohaError) as told:
                result_of(make(store.path, Cancel(), to, passphrase))
            assert told.value.code == "backup_unwritable"
    assert (pipe.is_fifo(), link.is_symlink(), mine.read_text()) == (True, True, "大事")
    store.close()
    for backup in (pipe, odd):
        with pytest.raises(KotonohaError) as told:
            is_sealed(backup)
        assert told.value.code == "database_unreadable"
        with pytest.raises(KotonohaError) as told:
            result_of(restore(store.path, backup, Cancel()))
        assert told.value.code == "database_unreadable"


def test_no_plain_copy_stays_of_what_was_killed(store: Store) -> None:
    written(store, "秘密の話")
    made = result_of(make(store.path, Cancel(), None, WORDS))
    folder = store.path.parent
    before = {path.name for path in folder.iterdir()}
    endings = ("-x1.part", "-x1.part.part", "-x1.part.part-journal")
    restoring = (".restored", ".restored.part", ".restored.part-journal", ".restored-wal")

    def leave(names: tuple[str, ...]) -> None:
        for name in names:
            (folder / f"kotonoha.db{name}").write_text("秘密")

    leave(endings)
    (folder / "mine.part").write_text("大事")
    result_of(make(store.path, Cancel(), None, WORDS))
    assert {path.name for path in folder.iterdir()} == before | {"mine.part"}
    store.close()
    leave(endings + restoring)
    result_of(restore(store.path, made, Cancel(), WORDS))
    assert not [path for path in folder.iterdir() if path.name != "mine.part" and "part" in path.name]
    leave(endings + restoring)
    Store.open(store.path).close()
    left = {path.name for path in folder.iterdir() if "part" in path.name or "restored" in path.name}
    assert left == {"mine.part"}


def test_the_copy_of_a_backup_that_is_being_made_stays(store: Store) -> None:
    written(store, "いま")
    job = make(store.path, Cancel(), None, WORDS)
    next(job)
    (copy,) = store.path.parent.glob("*.part")
    tidy(store.path)
    assert copy.exists()
    waiting = Cancel()
    waiting.set()
    with pytest.raises(Cancelled):
        list(make(store.path, waiting, None, WORDS))
    list(job)
    assert not list(store.path.parent.glob("*.part"))
