"""One row by its id, for every noun, with the one error for a row that is not there."""

from __future__ import annotations

from typing import Any, Literal

from desktop.store import failures
from desktop.store.connection import Connection

Table = Literal["chats", "messages", "presets", "models", "folders", "downloads"]

_NOUNS: dict[Table, tuple[str, str]] = {
    "chats": ("chat", "対話"),
    "messages": ("message", "メッセージ"),
    "presets": ("preset", "プリセット"),
    "models": ("model", "モデル"),
    "folders": ("folder", "フォルダー"),
    "downloads": ("download", "ダウンロード"),
}
_LARGEST_ID = 2**63 - 1


def fetch(connection: Connection, table: Table, id: int) -> dict[str, Any]:
    """Return the row; raise ``KotonohaError`` ``chat_missing``, ``message_missing``, … when there is none."""
    row = None
    if 0 < id <= _LARGEST_ID:
        row = connection.execute(f"SELECT * FROM {table} WHERE id = ?", (id,)).fetchone()  # noqa: S608
    if row is None or (table == "presets" and row["hidden"]):  # a built-in one that was deleted
        raise failures.missing(*_NOUNS[table])
    return dict(row)


def require(connection: Connection, table: Table, id: int | None) -> None:
    """Raise like ``fetch`` unless ``id`` is None or there."""
    if id is not None:
        fetch(connection, table, id)
