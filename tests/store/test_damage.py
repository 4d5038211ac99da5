"""Damaged files and full disks: noticed, told, never overwritten, nothing acknowledged lost."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.errors import KotonohaError
from desktop.store import Store, backups, health, rescue

TEXT = "吾輩は猫である。名前はまだ無い。" * 20


@pytest.fixture
def filled(path: Path) -> Path:
    store = Store.open(path)
    chat = store.chats.create()
    for number in range(300):
        _, answer = store.messages.send(chat.id, f"{number} {TEXT}", "m")
        store.messages.finish(answer.id, TEXT, "done")
    store.close()
    return path


def truncated(content: bytes) -> bytes:
    return content[: len(content) // 2]


def cut_in_a_page(content: bytes) -> bytes:
    return content[:5_000]


def text(content: bytes) -> bytes:
    return "これはデータベースではありません。\n".encode() * 100


def zeroed_header(content: bytes) -> bytes:
    return bytes(100) + content[100:]


def zeroed_pages(content: bytes) -> bytes:
    return content[: 4096 * 60] + bytes(4096 * 20) + content[4096 * 80 :]  # after those of the schema


def noise(content: bytes) -> bytes:
    return content[:4096] + random.Random(1).randbytes(len(content) - 4096)


def zeroed_schema(content: bytes) -> bytes:
    return content[:100] + bytes(3996) + content[4096:]


@pytest.mark.parametrize(
    "spoil", [truncated, cut_in_a_page, text, zeroed_header, zeroed_pages, noise, zeroed_schema]
)
def test_a_damaged_file_is_refused_and_left_as_it_is(filled: Path, spoil: Callable[[bytes], bytes]) -> None:
    filled.write_bytes(spoil(filled.read_bytes()))
    before = filled.read_bytes()
    for _ in range(2):
        with pytest.raises(KotonohaError) as told:
            Store.open(filled)
        assert told.value.code == "database_damaged"
        assert str(filled) in told.value.ja
    assert filled.read_bytes() == before


def test_flipped_bits_never_crash_and_never_lose_the_file(filled: Path) -> None:
    whole = filled.read_bytes()
    chance = random.Random(7)
    noticed = 0
    for _ in range(60):
        spoilt = bytearray(whole)
        for _ in range(20):  # in the structure of pages, where it matters: their first bytes
            page = chance.randrange(len(whole) // 4096)
            spoilt[page * 4096 + chance.randrange(100 if page == 0 else 0, 200)] ^= 1 << chance.randrange(8)
        filled.write_bytes(spoilt)
        try:
            store = Store.open(filled)
        except KotonohaError as error:
            assert error.code in {"database_damaged", "database_newer", "database_unreadable"}
            assert filled.read_bytes() == spoilt
            noticed += 1
            continue
        try:
            for chat in store.chats.list():
                store.messages.path(chat.id)
        except KotonohaError as error:
            assert error.code in {"database_damaged", "message_missing"}
        finally:
            store.close()
    assert noticed > 30


def test_damage_that_shows_only_in_use(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "CHECK_AT_OPEN_BYTES", 0)  # as for a file too large to read at every start
    filled.write_bytes(zeroed_pages(filled.read_bytes()))
    store = Store.open(filled, recover=False)
    for call in (store.check, lambda: store.messages.path(1), store.backup):
        with pytest.raises(KotonohaError) as told:
            call()
        assert told.value.code == "database_damaged"
    assert list((filled.parent / "backups").iterdir()) == []
    store.close()


def test_set_aside_and_back_to_the_backup(path: Path) -> None:
    store = Store.open(path)
    chat = store.chats.create()
    store.messages.send(chat.id, "控えにある", "m")
    kept = store.backup()
    store.messages.send(chat.id, "控えにない", "m")
    store.close()
    spoilt = cut_in_a_page(path.read_bytes())
    path.write_bytes(spoilt)
    path.with_name("kotonoha.db-wal").write_bytes(b"a WAL that must not be played into the backup")

    assert [each.path for each in backups.restorable(path)] == [kept]
    rescue.restore(path, kept)
    store = Store.open(path)
    assert [m.text for m in store.messages.path(chat.id)] == ["控えにある", ""]
    store.close()
    aside = list(path.parent.glob("kotonoha-damaged-*.db"))
    assert [p.read_bytes() for p in aside] == [spoilt]
    assert aside[0].with_name(aside[0].name + "-wal").read_bytes().startswith(b"a WAL")
    assert kept.exists()


def test_setting_aside_twice_in_a_second_overwrites_nothing(path: Path) -> None:
    for content in (b"one", b"two", b"three"):
        path.write_bytes(content)
        aside = rescue.set_aside(path)
        assert aside.read_bytes() == content
        assert not path.exists()
    assert {p.read_bytes() for p in path.parent.iterdir()} == {b"one", b"two", b"three"}
    Store.open(path).close()


@pytest.mark.parametrize("spoil", [truncated, text, zeroed_pages])
def test_a_damaged_backup_is_passed_over_and_not_restored(
    path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    store = Store.open(path)
    chat = store.chats.create()
    for number in range(300):
        store.messages.send(chat.id, f"{number} {TEXT}", "m")
    first, second = store.backup(), store.backup()
    store.close()
    assert [each.path for each in backups.restorable(path)] == [second]
    second.write_bytes(spoil(second.read_bytes()))
    before = path.read_bytes()
    assert [each.path for each in backups.restorable(path)] == [first]
    with pytest.raises(KotonohaError) as told:
        rescue.restore(path, second)
    assert told.value.code == "database_damaged"
    assert path.read_bytes() == before
    assert {p.name for p in path.parent.iterdir()} == {"backups", "kotonoha.db"}
    first.unlink()
    assert backups.restorable(path) == []


def test_restoring_what_is_missing(path: Path) -> None:
    Store.open(path).close()
    with pytest.raises(KotonohaError) as told:
        rescue.restore(path, path.with_name("none.db"))
    assert told.value.code == "database_unreadable"
    Store.open(path).close()


def test_a_full_database_tells_and_goes_on_later(store: Store) -> None:
    chat = store.chats.create()
    asked, answer = store.messages.send(chat.id, "保存済み", "m")
    writer = store._database._writer
    pages = writer.execute("PRAGMA page_count").fetchone()[0]
    writer.execute(f"PRAGMA max_page_count = {pages}")
    for call in (
        lambda: store.messages.write(answer.id, TEXT * 100),
        lambda: store.messages.send(chat.id, TEXT * 100, "m"),
        lambda: store.chats.set_draft(chat.id, TEXT * 100),
    ):
        with pytest.raises(KotonohaError) as told:
            call()
        assert told.value.code == "disk_full"
    assert store.messages.path(chat.id) == [asked, answer]
    writer.execute("PRAGMA max_page_count = 1000000")
    store.messages.write(answer.id, TEXT * 100)
    assert store.messages.get(answer.id).text == TEXT * 100
    store.check()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    command = [mount or "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if mount is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_that_is_really_full(small_disk: Path) -> None:
    path = small_disk / "kotonoha.db"
    store = Store.open(path)
    chat = store.chats.create()
    sent = []
    with pytest.raises(KotonohaError) as told:
        while True:
            sent += store.messages.send(chat.id, TEXT, "m")
    assert told.value.code == "disk_full"
    assert len(sent) > 20
    with pytest.raises(KotonohaError) as told:
        store.backup()
    assert told.value.code == "disk_full"
    assert list((small_disk / "backups").iterdir()) == []
    store.close()
    store = Store.open(path, recover=False)
    assert store.messages.path(chat.id) == sent
    store.close()


def test_a_fresh_start_on_a_full_disk(small_disk: Path) -> None:
    filler = small_disk / "filler"
    filler.write_bytes(bytes(2**20 - 8192))
    with pytest.raises(KotonohaError) as told:
        Store.open(small_disk / "kotonoha.db")
    assert told.value.code == "disk_full"
    filler.unlink()
    Store.open(small_disk / "kotonoha.db").close()


def test_a_write_that_the_system_refuses(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    code = f"""
import pathlib, resource, signal, sys
from desktop.errors import KotonohaError
from desktop.store import Store
store = Store.open(pathlib.Path(sys.argv[1]))
chat = store.chats.create()
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, {resource.RLIM_INFINITY}))
count = 0
try:
    while True:
        store.messages.send(chat.id, "{TEXT}", "m")
        count += 1
except KotonohaError as error:
    print(error.code, count, len(store.messages.path(chat.id)))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "kotonoha.db"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    told, count, kept = done.stdout.split()
    assert told == "database_unreadable"
    assert 0 < int(count) * 2 == int(kept)
    store = Store.open(tmp_path / "kotonoha.db")
    assert len(store.messages.path(1)) == int(kept)
    store.close()
