"""Search over titles and texts, as one types, without differences of width, case and kana.

Searched are questions and answers, not what was thought; never what is in the bin.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any, Literal

import msgspec
from pysqlite3 import dbapi2 as sqlite

from desktop.jobs import Cancel
from desktop.store import filters as narrowing
from desktop.store import index
from desktop.store.connection import Connection
from desktop.store.database import Database
from desktop.store.filters import Filters
from desktop.store.folding import boundary, find, folded, ranges

QUERY_CHARACTERS = 500
WORDS = 16
SNIPPET_CHARACTERS = 100
_BEFORE = 24  # characters of a snippet before its first hit
_FEW_CHATS = 200  # so many are asked for by name
_NEWEST = 2**63 - 1
_PAUSE_SECONDS = 0.001
_BATCH_MESSAGES, _BATCH_CHARACTERS = 500, 500_000
_LINES = {ord(character): " " for character in "\n\r\t\v\f\x1c\x1d\x1e\x1f\x85\u2028\u2029"}

Range = tuple[int, int]  # from … to, in characters (code points: Qt counts an emoji as two)


class Hit(msgspec.Struct, frozen=True):
    """A message with all the words, and the passage around the first of them, in one line."""

    message_id: int
    role: Literal["user", "assistant"]
    created: float
    snippet: str
    ranges: tuple[Range, ...]  # in the snippet


class FoundChat(msgspec.Struct, frozen=True):
    """A chat with all the words in its title, or in one of its messages."""

    chat_id: int
    title: str
    ranges: tuple[Range, ...]  # in the title
    hits: tuple[Hit, ...]  # the newest
    more: bool  # there are more messages


class Results(msgspec.Struct, frozen=True):
    """The chats with the newest hits first."""

    chats: tuple[FoundChat, ...]
    more: bool  # there are more chats
    complete: bool  # False where messages were not looked at, because they wait for ``index_missing``


class Indexed(msgspec.Struct, frozen=True):
    """How far ``index_missing`` has come, in messages."""

    done: int
    total: int


class Search:
    """Finds chats and messages by their words."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(
        self,
        text: str,
        filters: Filters | None = None,
        *,
        limit: int = 30,
        hits: int = 3,
        cancel: Cancel | None = None,
    ) -> Results:
        """Return up to ``limit`` chats that have every word of ``text``, with up to ``hits`` messages each.

        Words are parted by spaces; without any, nothing is found. Of ``text``, the first
        ``QUERY_CHARACTERS`` and ``WORDS`` words count. Raises ``Cancelled``.
        """
        words = tuple(dict.fromkeys(folded(text[:QUERY_CHARACTERS]).split()))[:WORDS]
        asked = _Asked(words, filters or Filters(), limit, hits, cancel or Cancel())
        if not words:
            return Results((), False, True)
        with self._database.read() as connection:
            try:
                chats, more = asked.chats(connection)
                return Results(chats, more, not _waiting(connection))
            except sqlite.DatabaseError as error:
                if not index.damaged(error):
                    raise
        self.forget()
        return Results((), False, False)

    def index_missing(self, cancel: Cancel) -> Generator[Indexed, None, None]:
        """Index what is not indexed yet, the newest first: a job.

        Each batch is a transaction of its own, between which others may write. What is being written waits
        for its end. Raises ``Cancelled``.
        """
        with self._database.read() as connection:
            total = connection.execute(f"SELECT count(*) AS n {_MISSING}").fetchone()["n"]
        done, before = 0, _NEWEST
        while True:
            cancel.raise_if_set()
            with self._database.write() as connection:
                _index_titles(connection)
                batch, before = _batch(connection, before)
                index.put(connection, *batch)
                if not batch and not _waiting(connection):
                    return
            if not batch:
                before = _NEWEST  # what came meanwhile
                continue
            done += len(batch)
            yield Indexed(done, max(done, total))
            time.sleep(_PAUSE_SECONDS)  # whoever waits for the lock comes first

    def forget(self) -> None:
        """Empty the index, so that ``index_missing`` makes it anew."""
        with self._database.write() as connection:
            index.empty(connection)


# Of the messages that are in place and wait for the index; streaming ones wait for their end.
_MISSING = "FROM messages WHERE search_key IS NULL AND status <> 'streaming'"


class _Asked(msgspec.Struct, frozen=True):
    """One question, and the way to its answer."""

    words: tuple[str, ...]
    filters: Filters
    limit: int
    hits: int
    cancel: Cancel

    def chats(self, connection: Connection) -> tuple[tuple[FoundChat, ...], bool]:
        """Return the chats found, and whether there are more."""
        few = self._few(connection)
        if few == ():
            return (), False
        titles = self._titles(connection)
        newest, last = self._scan(connection, few or ())
        order = {chat_id: keys[0][0] for chat_id, keys in newest.items()}
        for chat_id, changed in titles.items():
            order[chat_id] = max(changed, order.get(chat_id, changed))
        chosen = sorted(order, key=lambda chat_id: (order[chat_id], chat_id), reverse=True)[: self.limit]
        if last is not None:
            self._fill(connection, chosen, newest, last)
        found = (self._found(connection, id, newest.get(id, []), titled=id in titles) for id in chosen)
        return tuple(chat for chat in found if chat is not None), len(order) > self.limit

    def _values(self, connection: Connection) -> dict[str, Any]:
        return narrowing.values(self.filters, connection)

    def _few(self, connection: Connection) -> tuple[int, ...] | None:
        """Return the ids of the chats that the filters leave, or None where these are many or all."""
        conditions = narrowing.of_few(self.filters)
        if not conditions:
            return None
        found = connection.execute(
            f"SELECT id FROM chats AS c WHERE {' AND '.join(conditions)} LIMIT :few",  # noqa: S608
            self._values(connection) | {"few": _FEW_CHATS + 1},
        )
        ids = tuple(row["id"] for row in found)
        return ids if len(ids) <= _FEW_CHATS else None

    def _titles(self, connection: Connection) -> dict[int, int]:
        """Return the newest chats whose titles have all the words, each with the key of its last change."""
        has = " AND ".join(f"instr(folded_title, :word{n})" for n in range(len(self.words)))
        where = " AND ".join(narrowing.of_titles(self.filters))
        found = connection.execute(
            f"SELECT id, updated FROM chats AS c WHERE id IN (SELECT id FROM chats WHERE {has})"  # noqa: S608
            f" AND {where} ORDER BY updated DESC, id DESC LIMIT :limit",
            self._values(connection)
            | {f"word{n}": word for n, word in enumerate(self.words)}
            | {"limit": self.limit + 1},
        )
        return {row["id"]: index.key_at(row["updated"]) for row in found}

    def _scan(
        self, connection: Connection, few: tuple[int, ...]
    ) -> tuple[dict[int, list[tuple[int, int]]], int | None]:
        """Go from the newest message back until there are more chats than wanted.

        Return for each chat its newest messages, as (key, id), and the key where it stopped, None at the end.
        """
        newest: dict[int, list[tuple[int, int]]] = {}
        for row in self._messages(connection, few):
            kept = newest.setdefault(row["chat_id"], [])
            if len(newest) > self.limit:
                kept.append((row["search_key"], row["id"]))
                return newest, row["search_key"]
            if len(kept) <= self.hits:
                kept.append((row["search_key"], row["id"]))
        return newest, None

    def _fill(
        self,
        connection: Connection,
        chosen: list[int],
        newest: dict[int, list[tuple[int, int]]],
        last: int,
    ) -> None:
        """Add the older messages of those chats that have too few to show."""
        wanting = {id for id in chosen if len(newest.get(id, ())) <= self.hits}
        if not wanting:
            return
        for row in self._messages(connection, tuple(wanting), before=last):
            kept = newest.setdefault(row["chat_id"], [])
            if len(kept) <= self.hits:
                kept.append((row["search_key"], row["id"]))
                if len(kept) > self.hits:
                    wanting.discard(row["chat_id"])
                    if not wanting:
                        return

    def _messages(
        self, connection: Connection, chat_ids: tuple[int, ...], before: int | None = None
    ) -> Generator[sqlite.Row, None, None]:
        """Yield the messages that have all the words, from the newest back."""
        conditions = narrowing.of_texts(self.filters)
        if before is not None:
            conditions.append("search_index.rowid < :before")
        found = connection.execute(
            "SELECT m.id, m.chat_id, m.search_key FROM search_index"  # noqa: S608
            " CROSS JOIN messages AS m ON m.search_key = search_index.rowid"
            " CROSS JOIN chats AS c ON c.id = m.chat_id"
            f" WHERE search_index MATCH :asked AND {' AND '.join(conditions)}"
            " ORDER BY search_index.rowid DESC",
            self._values(connection) | {"asked": index.matching(self.words, chat_ids), "before": before},
        )
        for row in found:
            self.cancel.raise_if_set()
            yield row

    def _found(
        self, connection: Connection, chat_id: int, keys: list[tuple[int, int]], *, titled: bool
    ) -> FoundChat | None:
        hits = []
        for _, id in keys[: self.hits]:
            row = connection.execute(
                "SELECT role, created, substr(text, 1, ?) AS text FROM messages WHERE id = ?",
                (index.INDEXED_CHARACTERS, id),
            ).fetchone()
            passage = _passage(row["text"], self.words)
            if passage is not None:
                hits.append(Hit(id, row["role"], row["created"], *passage))
        if not hits and not titled:  # the index holds more for the same than it is
            return None
        title = connection.execute("SELECT title FROM chats WHERE id = ?", (chat_id,)).fetchone()["title"]
        marked = ranges(title, self.words) if titled else ()
        return FoundChat(chat_id, title, marked, tuple(hits), len(keys) > self.hits)


def _passage(text: str, words: tuple[str, ...]) -> tuple[str, tuple[Range, ...]] | None:
    """Return the text around the first hit in one line, and where the words stand in it."""
    at = find(text, words)
    if at < 0:
        return None
    start = boundary(text, max(0, at - _BEFORE))
    end = boundary(text, max(start + SNIPPET_CHARACTERS, at + max(map(len, words))))
    passage = text[start:end].translate(_LINES)
    before, behind = "…" if start else "", "…" if end < len(text) else ""
    shift = len(before)
    marked = tuple((first + shift, last + shift) for first, last in ranges(passage, words))
    return f"{before}{passage}{behind}", marked


def _waiting(connection: Connection) -> bool:
    """Return whether anything is not indexed that could be."""
    return (
        connection.execute(f"SELECT 1 {_MISSING} LIMIT 1").fetchone() is not None
        or connection.execute("SELECT 1 FROM chats WHERE folded_title IS NULL LIMIT 1").fetchone() is not None
    )


def _index_titles(connection: Connection) -> None:
    for row in connection.execute("SELECT id FROM chats WHERE folded_title IS NULL").fetchall():
        index.put_title(connection, row["id"])


def _batch(connection: Connection, before: int) -> tuple[list[int], int]:
    """Return the newest messages that wait, up to ``before``, oldest first; and where the next begin.

    Not too much text at once.
    """
    found = connection.execute(
        "SELECT id, created, length(text) AS size FROM messages NOT INDEXED"
        " WHERE id <= ? AND search_key IS NULL AND status <> 'streaming' ORDER BY id DESC LIMIT ?",
        (before, _BATCH_MESSAGES),
    )
    batch: list[tuple[float, int]] = []
    size = 0
    for row in found:
        batch.append((row["created"], row["id"]))
        size += row["size"]
        before = row["id"] - 1
        if size > _BATCH_CHARACTERS:
            break
    return [id for _, id in sorted(batch)], before
