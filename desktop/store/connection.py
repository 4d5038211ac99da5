"""How one connection to the file is opened, always the same way. Knows nothing of tables."""

from __future__ import annotations

import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pysqlite3 import dbapi2 as sqlite

from desktop.errors import KotonohaError

if TYPE_CHECKING:  # pysqlite3 has the same shapes, and no types of its own
    from sqlite3 import Connection
else:
    Connection = sqlite.Connection

OLDEST_SQLITE = (3, 51, 3)  # before it, two connections could corrupt a WAL: https://sqlite.org/wal.html
BUSY_SECONDS = 10.0
_BUSY = 5  # SQLITE_BUSY

__all__ = ["BUSY_SECONDS", "OLDEST_SQLITE", "Connection", "connect", "pragma", "require_sqlite", "use_wal"]


def require_sqlite(version: tuple[int, ...] = sqlite.sqlite_version_info) -> None:
    """Raise ``KotonohaError("sqlite_too_old")`` for a SQLite that may damage data."""
    if version < OLDEST_SQLITE:
        have, need = (".".join(map(str, v)) for v in (version, OLDEST_SQLITE))
        raise KotonohaError(
            "sqlite_too_old",
            f"SQLite {have} にはデータを壊す不具合があるため、開きません。データには触れていません。"
            f"{need} 以上が要ります。言の葉を入れ直してください。",
            f"SQLite {have} has a defect that can damage data, so the data was not opened or touched. "
            f"{need} or newer is needed. Please install Kotonoha again.",
        )


def connect(path: Path, mode: Literal["ro", "rw"]) -> Connection:
    """Open the existing file ``path``; rows have names, transactions are ours to begin and end.

    Waits up to ``BUSY_SECONDS`` for other connections. May be handed from thread to thread, not shared.
    """
    connection: Connection = sqlite.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.row_factory = sqlite.Row
    # One spoilt character is shown as U+FFFD and does not hide the chat around it.
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA trusted_schema = OFF")  # the file may come from a stranger
        connection.execute("PRAGMA cell_size_check = ON")  # notice damage early
        if sys.platform == "darwin":  # where a plain fsync does not reach the disk
            connection.execute("PRAGMA fullfsync = ON")
            connection.execute("PRAGMA checkpoint_fullfsync = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def use_wal(connection: Connection) -> None:
    """Switch the file to a write-ahead log, once and for all.

    Where the file system cannot do that, SQLite stays with its rollback journal, which is safe too.
    """
    patience = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA journal_size_limit = 67108864")  # bytes
            return
        except sqlite.OperationalError as error:
            # Two programs in their very first start: SQLite does not wait here by itself.
            if error.sqlite_errorcode & 0xFF != _BUSY or time.monotonic() > patience:
                raise
            time.sleep(0.02)


def pragma(connection: Connection, name: str) -> int | str:
    """Return the one value that ``PRAGMA name`` answers."""
    value: int | str = connection.execute(f"PRAGMA {name}").fetchone()[0]
    return value
