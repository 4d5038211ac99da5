"""Is this file ours, whole, and not newer than we are? Only reads."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from desktop.store import failures
from desktop.store.connection import Connection, connect, pragma

APPLICATION_ID = 0x4B6F746F  # "Koto", in the file's header
SCHEMA_VERSION = 5  # the number of migrations, kept in the header's user_version
TABLES = frozenset(
    {
        "attachments",
        "chat_tags",
        "chats",
        "downloads",
        "folders",
        "messages",
        "measurements",
        "model_runs",
        "models",
        "presets",
        "search_index",
        "settings",
        "summaries",
        "edits",
        "tags",
    }
)
CHECK_AT_OPEN_BYTES = 64 * 2**20  # quick_check of 68 MB took 40 ms


def examine(path: Path, *, thoroughly: bool = False) -> None:
    """Look at the existing database without changing a byte of it.

    A file above ``CHECK_AT_OPEN_BYTES`` is read whole only when ``thoroughly`` is asked for. Raises
    ``KotonohaError``: ``database_newer``, ``database_damaged``, ``database_unreadable``,
    ``database_readonly`` or ``database_locked``.
    """
    with failures.told(path):
        if path.is_dir():
            raise failures.unreadable(path)
        with closing(_open_to_look(path)) as connection:
            version = int(pragma(connection, "user_version"))
            tables = {row["name"] for row in connection.execute("SELECT name FROM sqlite_schema")}
            if tables and pragma(connection, "application_id") != APPLICATION_ID:
                raise failures.foreign(path)
            if version > SCHEMA_VERSION:
                raise failures.newer()
            if version == SCHEMA_VERSION and not tables >= TABLES:
                raise failures.damaged(path)
            if thoroughly or path.stat().st_size <= CHECK_AT_OPEN_BYTES:
                check(connection, path)


def check(connection: Connection, path: Path) -> None:
    """Read every page in use; raise ``KotonohaError("database_damaged")`` unless all are well-formed.

    What stands on the pages of the search's index is not looked at: that takes twenty times as long, and the
    index can be made anew from the texts.
    """
    ordinary = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    names = [row["name"] for row in connection.execute(ordinary)]
    for name in ("sqlite_schema", *names):
        quoted = name.replace("'", "''")
        if pragma(connection, f"quick_check('{quoted}')") != "ok":
            raise failures.damaged(path)


def _open_to_look(path: Path) -> Connection:
    # Read-only, so that closing does not fold the WAL into the file. But a rollback journal, left by a crash
    # in the very first start, can be undone only by a connection that may write.
    return connect(path, "rw" if path.with_name(path.name + "-journal").exists() else "ro")
