"""The open file: one writer behind one lock, and readers that never wait for it. Knows no noun."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop.jobs import Cancel, result_of
from desktop.store import failures, rescue
from desktop.store.connection import Connection, connect, pragma, require_sqlite, use_wal
from desktop.store.health import APPLICATION_ID, SCHEMA_VERSION, check, examine

_IDLE_READERS = 4


class Database:
    """The connections to one up-to-date file. All methods block and may be called from any thread."""

    def __init__(self, path: Path) -> None:
        """Create, check, and bring up to date what is at ``path``; see ``Store.open`` for the errors."""
        require_sqlite()
        self.path = path
        self._lock = threading.RLock()
        self._pool = threading.Lock()
        self._idle: list[Connection] = []
        self._closed = False
        with failures.told(path):
            if not self._prepare():
                examine(path)
            self._writer = connect(path, "rw")
        try:
            with failures.told(path):
                use_wal(self._writer)
                self._bring_up_to_date()
        except BaseException:
            self._writer.close()
            raise

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Run the block as one transaction that is on the disk when it ends, or undone when it raises."""
        with self._lock, failures.told(self.path):
            if self._closed:
                raise failures.closed()
            try:
                # IMMEDIATE: wait for another process here, rather than fail in the middle.
                self._writer.execute("BEGIN IMMEDIATE")
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Run the block on a connection of its own that cannot write and sees one moment of the data."""
        with failures.told(self.path):
            connection = self._borrow()
            try:
                connection.execute("BEGIN")
                yield connection
            finally:
                self._give_back(connection)

    def check(self) -> None:
        """Read the whole file; raise ``KotonohaError("database_damaged")`` unless it is well-formed."""
        with self.read() as connection:
            check(connection, self.path)

    def close(self) -> None:
        """Wait for the running write, then close; later calls raise ``KotonohaError("database_closed")``."""
        with self._lock, self._pool:
            if self._closed:
                return
            self._closed = True
            for reader in self._idle:
                reader.close()
            self._idle.clear()
            with failures.told(self.path):
                self._writer.close()

    def _borrow(self) -> Connection:
        with self._pool:
            if self._closed:
                raise failures.closed()
            if self._idle:
                return self._idle.pop()
        connection = connect(self.path, "rw")  # "ro" could not make the WAL's index after a crash
        try:
            connection.execute("PRAGMA query_only = ON")
        except BaseException:
            connection.close()
            raise
        return connection

    def _give_back(self, connection: Connection) -> None:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        with self._pool:
            if not self._closed and len(self._idle) < _IDLE_READERS:
                self._idle.append(connection)
                return
        connection.close()

    def _prepare(self) -> bool:
        """Make an empty file where there is none; return whether the file is new."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.path.exists() and self.path.stat().st_size:
            failures.require_access(self.path)
            return False
        wal = self.path.with_name(self.path.name + "-wal")
        if (wal.exists() and wal.stat().st_size) or (self.path.exists() and rescue.has_backups(self.path)):
            # There was more here once. Starting anew would delete what the WAL has and hide the backups.
            raise failures.damaged(self.path)
        self.path.touch(mode=0o600)  # for the owner only; SQLite gives its other files the same mode
        return True

    def _bring_up_to_date(self) -> None:
        version = pragma(self._writer, "user_version")
        if version == SCHEMA_VERSION:
            with self.write():
                return  # told now, not at the first message, if nothing can be written
        if version:
            from desktop.store.automatic import back_up  # only here: an ordinary start needs none of it

            # Encrypted where the person wishes that. Where it cannot be (the passphrase is not to be read, no
            # memory for the key), this raises and the file stays as it was: a step without a copy could lose
            # what was written, and a plain copy is what the person does not want to lie there.
            result_of(back_up(self.path, Cancel()))
        from sqlite_utils import Database as Utils

        from desktop.store.migrations import MIGRATIONS

        utils = Utils(self._writer, execute_plugins=False)
        with self.write() as connection:
            # Each step is a savepoint in one transaction: all of them, or the file as it was.
            MIGRATIONS.apply(utils)
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
