"""Opening: what is made, what is refused, and that a refused file is left as it was."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from pysqlite3 import dbapi2 as sqlite

from desktop.errors import KotonohaError
from desktop.store import Store, connection, health
from desktop.store.database import Database


def refused(path: Path) -> str:
    with pytest.raises(KotonohaError) as told:
        Store.open(path)
    assert told.value.ja
    assert told.value.en
    return told.value.code


def everything(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def raw(path: Path) -> sqlite.Connection:
    return closing(sqlite.connect(path, isolation_level=None))


def test_a_new_database_is_as_promised(path: Path, store: Store) -> None:
    writer = store._database._writer
    for name, value in (
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("trusted_schema", 0),
        ("application_id", health.APPLICATION_ID),
        ("user_version", health.SCHEMA_VERSION),
    ):
        assert writer.execute(f"PRAGMA {name}").fetchone()[0] == value
    with pytest.raises(KotonohaError) as told, store._database.read() as reader:
        reader.execute("DELETE FROM chats")
    assert told.value.code == "database_readonly"
    if os.name == "posix":
        for file in (path, path.with_name("kotonoha.db-wal"), path.with_name("kotonoha.db-shm")):
            assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_missing_folders_are_made(tmp_path: Path) -> None:
    path = tmp_path / "新しい %20 #?" / "a" / "言の葉.db"
    Store.open(path).close()
    store = Store.open(path)
    assert store.path == path
    assert [p.name for p in path.parent.iterdir() if p.name.endswith(".db")] == ["言の葉.db"]
    store.close()


def test_answers_that_nobody_writes_any_more(path: Path) -> None:
    store = Store.open(path)
    chat = store.chats.create()
    _, answer = store.messages.send(chat.id, "？", "m")
    store.messages.write(answer.id, "ここまで")
    store.close()
    command_line = Store.open(path, recover=False)
    assert command_line.messages.get(answer.id).status == "streaming"
    command_line.close()
    window = Store.open(path)
    assert (window.messages.get(answer.id).status, window.messages.get(answer.id).text) == (
        "interrupted",
        "ここまで",
    )
    window.close()


def test_closing(path: Path) -> None:
    store = Store.open(path)
    chat = store.chats.create()
    store.chats.list()
    store.close()
    store.close()
    assert [p.name for p in path.parent.iterdir()] == ["kotonoha.db"]
    for call in (store.chats.list, lambda: store.chats.set_draft(chat.id, "x"), store.check):
        with pytest.raises(KotonohaError) as told:
            call()
        assert told.value.code == "database_closed"


@pytest.mark.parametrize("still_in_wal", [False, True])
def test_a_newer_schema_is_refused_and_not_touched(tmp_path: Path, still_in_wal: bool) -> None:
    made = tmp_path / "made" / "kotonoha.db"
    store = Store.open(made)
    store.chats.create()
    folder = tmp_path / "copy"
    with raw(made) as other:
        other.execute(f"PRAGMA user_version = {health.SCHEMA_VERSION + 1}")
        if still_in_wal:
            shutil.copytree(made.parent, folder)
    store.close()
    if not still_in_wal:
        shutil.copytree(made.parent, folder)
    (folder / "kotonoha.db-shm").unlink(missing_ok=True)
    before = everything(folder)
    assert ("kotonoha.db-wal" in before) == still_in_wal
    assert refused(folder / "kotonoha.db") == "database_newer"
    after = everything(folder)
    after.pop("kotonoha.db-shm", None)  # the WAL's index, made again at will
    if not still_in_wal:
        after.pop("kotonoha.db-wal", None) if after.get("kotonoha.db-wal") == b"" else None
    assert after == before


def test_another_programs_database_is_refused_and_not_touched(path: Path) -> None:
    with raw(path) as other:
        other.execute("CREATE TABLE chats (x)")
    before = path.read_bytes()
    assert refused(path) == "database_unreadable"
    assert path.read_bytes() == before


def test_a_folder_in_the_place_of_the_file(path: Path) -> None:
    path.mkdir()
    assert refused(path) == "database_unreadable"
    assert list(path.iterdir()) == []


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("x")
    assert refused(tmp_path / "home" / "kotonoha.db") == "database_unreadable"


def test_a_start_that_was_cut_short_is_taken_up_again(path: Path) -> None:
    path.touch()
    Store.open(path).close()
    path.unlink()
    with raw(path) as other:  # the header is there, the tables are not
        other.execute("PRAGMA journal_mode = WAL")
    assert path.stat().st_size > 0
    store = Store.open(path)
    store.chats.create()
    store.close()


def test_a_wal_without_its_database_is_kept(path: Path) -> None:
    wal = path.with_name("kotonoha.db-wal")
    wal.write_bytes(b"messages may be in here")
    assert refused(path) == "database_damaged"
    assert wal.read_bytes() == b"messages may be in here"
    assert not path.exists()


def test_an_empty_file_beside_backups_is_not_a_fresh_start(path: Path) -> None:
    store = Store.open(path)
    store.chats.create()
    store.backup()
    store.close()
    path.write_bytes(b"")
    assert refused(path) == "database_damaged"
    assert path.read_bytes() == b""


def test_an_old_sqlite_is_refused_before_the_file_is_made(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sqlite.sqlite_version_info >= (3, 51, 3)
    connection.require_sqlite((3, 51, 3))
    monkeypatch.setattr(
        "desktop.store.database.require_sqlite", lambda: connection.require_sqlite((3, 51, 2))
    )
    assert refused(path) == "sqlite_too_old"
    assert not path.exists()


def test_another_program_holds_the_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store.open(path)
    chat = store.chats.create()
    store.close()
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.05)
    store = Store.open(path)
    with raw(path) as other:
        other.execute("BEGIN IMMEDIATE")
        assert refused(path) == "database_locked"
        with pytest.raises(KotonohaError) as told:
            store.chats.set_draft(chat.id, "x")
        assert told.value.code == "database_locked"
        assert store.chats.list() == [chat]  # readers do not wait
        other.execute("ROLLBACK")
    store.chats.set_draft(chat.id, "もう書ける")
    store.close()
    with raw(path) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        other.execute("UPDATE chats SET draft = ''")
        assert refused(path) == "database_locked"


@contextmanager
def as_ordinary_person() -> Iterator[None]:
    """Root may write everywhere: be somebody else."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder whose parents anybody may enter, which belongs to an ordinary person."""
    folder = Path(tempfile.mkdtemp(prefix="kotonoha-"))
    if os.name == "posix" and os.geteuid() == 0:
        os.chown(folder, 65534, 65534)
    yield folder
    folder.chmod(0o700)
    shutil.rmtree(folder)


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such permissions")
def test_a_folder_that_may_not_be_written(home: Path) -> None:
    path = home / "kotonoha.db"
    with as_ordinary_person():
        home.chmod(0o500)
        assert refused(path) == "database_readonly"
        assert refused(home / "new" / "kotonoha.db") == "database_readonly"
        home.chmod(0o700)
        store = Store.open(path)
        chat = store.chats.create()
        store.close()
        home.chmod(0o500)
        assert refused(path) == "database_readonly"
        assert [p.name for p in home.iterdir()] == ["kotonoha.db"]
        home.chmod(0o700)
        path.chmod(0o400)
        before = path.read_bytes()
        assert refused(path) == "database_readonly"
        assert path.read_bytes() == before
        path.chmod(0o000)
        assert refused(path) == "database_unreadable"
        path.chmod(0o600)
        store = Store.open(path)
        assert store.chats.list() == [chat]
        store.close()


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such permissions")
def test_a_folder_that_may_not_be_written_any_more(home: Path) -> None:
    with as_ordinary_person():
        store = Store.open(home / "kotonoha.db")
        home.chmod(0o500)
        with pytest.raises(KotonohaError) as told:
            store.backup()
        assert told.value.code == "database_readonly"
        home.chmod(0o700)
        store.close()


def test_opening_what_is_up_to_date_loads_no_more_than_needed(path: Path) -> None:
    Store.open(path).close()
    code = (
        "import sys, pathlib; from desktop.store import Store; s = Store.open(pathlib.Path(sys.argv[1]));"
        "s.chats.list(); "
        "print([m for m in ('sqlite_utils', 'numpy', 'PySide6', 'llama_cpp') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_a_failed_opening_leaves_no_connection(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Store.open(path).close()
    monkeypatch.setattr(Database, "_bring_up_to_date", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        Store.open(path)
    assert [p.name for p in path.parent.iterdir()] == ["kotonoha.db"]
