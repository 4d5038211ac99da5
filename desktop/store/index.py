"""What the search knows of the messages' texts: an inverted index of pairs of characters.

Japanese has no spaces, so every pair of neighbouring characters is a term: 東京都 is indexed as 東京 京都 都,
and asked for as the phrase "東京 京都". A single character is asked for as a prefix. FTS5 keeps terms and
places, not the texts (``content=''``): https://sqlite.org/fts5.html#contentless_tables.

A row's number, ``messages.search_key``, grows with the time of the message, so that the newest come first
without sorting, and is NULL where the text as it stands is not indexed. Everything here can be made anew from
the texts.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeVar

from pysqlite3 import dbapi2 as sqlite

from desktop.store.connection import Connection
from desktop.store.folding import folded

T = TypeVar("T")

INDEX = (
    "CREATE VIRTUAL TABLE search_index USING fts5("
    "text, content = '', contentless_delete = 1, prefix = '1', tokenize = 'ascii')"
)
INDEXED_CHARACTERS = 1_000_000  # of one message; what is behind them is not found
_SLOTS = 16  # keys a second, at first
_MOST_SECONDS = 2**40
# Of https://sqlite.org/rescode.html. Ordinary tables have extended codes for each constraint.
_CORRUPT, _CONSTRAINT, _CORRUPT_INDEX = 11, 19, 267

# The tokenizer "ascii" parts words at what is neither a letter nor a digit of ASCII; so those become others.
_OPAQUE = {code: 0xE000 + code for code in range(128) if not chr(code).isalnum()}
_CHAT = "\ue0ff"  # begins the term that says which chat a message is of


def put(connection: Connection, *ids: int) -> None:
    """Index the texts of messages as they stand, in place of earlier ones, within a transaction.

    Many at once, oldest first, is much cheaper than one at a time.
    """

    def work() -> None:
        for id in ids:
            row = connection.execute(
                "SELECT chat_id, created, search_key, substr(text, 1, ?) AS text FROM messages WHERE id = ?",
                (INDEXED_CHARACTERS, id),
            ).fetchone()
            key = row["search_key"]
            if key is None:
                key = _key(connection, row["created"])
                connection.execute("UPDATE messages SET search_key = ? WHERE id = ?", (key, id))
            else:
                connection.execute("DELETE FROM search_index WHERE rowid = ?", (key,))
            connection.execute(
                "INSERT INTO search_index (rowid, text) VALUES (?, ?)",
                (key, terms(row["text"], row["chat_id"])),
            )

    mending(connection, work)


def mending(connection: Connection, work: Callable[[], T]) -> T:
    """Do what changes the index too, within a transaction.

    An index that turns out to be damaged is emptied, to be filled again by ``Search.index_missing``, and
    ``work`` is done again: it must not keep anybody from saving or erasing.
    """
    try:
        return _whole(connection, work)
    except sqlite.DatabaseError as error:
        if not damaged(error):
            raise
    empty(connection)
    return _whole(connection, work)


def _whole(connection: Connection, work: Callable[[], T]) -> T:
    connection.execute("SAVEPOINT indexing")
    try:
        result = work()
        connection.execute("RELEASE indexing")  # FTS5 writes here, and may find damage
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK TO indexing")
            connection.execute("RELEASE indexing")
        raise
    return result


def put_title(connection: Connection, id: int) -> None:
    """Keep the title of a chat as the search compares it, within a transaction."""
    title = connection.execute("SELECT title FROM chats WHERE id = ?", (id,)).fetchone()["title"]
    connection.execute("UPDATE chats SET folded_title = ? WHERE id = ?", (folded(title), id))


def empty(connection: Connection) -> None:
    """Forget everything, so that it is indexed again, within a transaction."""
    connection.execute("DROP TABLE search_index")
    connection.execute(INDEX)
    connection.execute("UPDATE messages SET search_key = NULL WHERE search_key IS NOT NULL")


def leave_out(connection: Connection) -> None:
    """Empty the index of a copy that nobody uses yet, and make the file smaller by it.

    Without a journal: when this is cut short, the copy is worth nothing.
    """
    tables = {row["name"] for row in connection.execute("SELECT name FROM sqlite_schema")}
    if "search_index" not in tables:  # of an earlier version
        return
    if connection.execute("SELECT 1 FROM messages WHERE search_key IS NOT NULL LIMIT 1").fetchone() is None:
        return
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN")
    empty(connection)
    connection.execute("COMMIT")
    connection.execute("VACUUM")


def damaged(error: Exception) -> bool:
    """Return whether SQLite says that the index, and only the index, is damaged."""
    code = getattr(error, "sqlite_errorcode", None)
    return code in (_CORRUPT_INDEX, _CONSTRAINT) or (code == _CORRUPT and str(error).startswith("fts5:"))


def terms(text: str, chat_id: int) -> str:
    """Return the terms of a text, in order, with spaces between them."""
    found = [f"{_CHAT}{chat_id}"]
    for word in folded(text).split():
        plain = word.translate(_OPAQUE)
        found += [plain[at : at + 2] for at in range(len(plain))]
    return " ".join(found)


def matching(words: tuple[str, ...], chat_ids: tuple[int, ...] = ()) -> str:
    """Return FTS5's question for texts that have all the folded ``words``, in one of these chats if named."""
    asked = []
    for word in words:
        plain = word.translate(_OPAQUE)
        pairs = " ".join(plain[at : at + 2] for at in range(len(plain) - 1))
        asked.append(f'"{pairs}"' if pairs else f'"{plain}" *')
    if chat_ids:
        asked.append("(" + " OR ".join(f'"{_CHAT}{id}"' for id in chat_ids) + ")")
    return " AND ".join(asked)


def key_at(seconds: float) -> int:
    """Return the least key of messages that were made at this time or later (Unix seconds)."""
    return int(max(0.0, min(seconds, _MOST_SECONDS))) * _SLOTS


def _key(connection: Connection, created: float) -> int:
    """Return a key that nobody has: the next one of its second, or where that is full, one soon after."""
    least, width = key_at(created), _SLOTS
    taken: int | None = connection.execute(
        "SELECT max(search_key) AS key FROM messages WHERE search_key >= ? AND search_key < ?",
        (least, least + width),
    ).fetchone()["key"]
    key = least if taken is None else taken + 1
    while connection.execute("SELECT 1 FROM messages WHERE search_key = ?", (key,)).fetchone():
        width *= 2
        key = least + random.randrange(width)  # noqa: S311 - any will do
    return key
