"""Tags: words that a person gives to chats. One comes with its first chat and goes with its last."""

from __future__ import annotations

import builtins

import msgspec

from desktop.errors import KotonohaError
from desktop.store.connection import Connection
from desktop.store.database import Database
from desktop.store.rows import fetch
from desktop.store.text import fold, line

NAME_CHARACTERS = 50


class Tag(msgspec.Struct, frozen=True):
    """One tag, and on how many chats it is, not counting those in the bin."""

    name: str
    chats: int


class Tags:
    """Tags are called by their names, in which neither width nor case matters."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self) -> builtins.list[Tag]:
        """Return the tags by name, also those that only chats in the bin have."""
        with self._database.read() as connection:
            found = connection.execute(
                "SELECT name, count(chats.id) AS chats FROM tags"
                " LEFT JOIN chat_tags ON tag_id = tags.id"
                " LEFT JOIN chats ON chats.id = chat_id AND deleted IS NULL GROUP BY tags.id"
            )
            return sorted((Tag(row["name"], row["chats"]) for row in found), key=lambda tag: fold(tag.name))

    def add(self, name: str, *chat_ids: int) -> str:
        """Give the chats this tag and return its name. Raises ``chat_missing``, ``tag_unnamed``."""
        name = _named(name)
        with self._database.write() as connection:
            for id in chat_ids:
                fetch(connection, "chats", id)
            known = _find(connection, name)
            if known is None and chat_ids:
                connection.execute("INSERT INTO tags (name) VALUES (?)", (name,))
                known = _find(connection, name)
            if known is None:
                return name
            connection.executemany(
                "INSERT INTO chat_tags (chat_id, tag_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
                [(id, known[0]) for id in chat_ids],
            )
            return known[1]

    def remove(self, name: str, *chat_ids: int) -> None:
        """Take this tag off the chats; those that do not have it stay as they are."""
        with self._database.write() as connection:
            known = _find(connection, line(name, NAME_CHARACTERS))
            if known is not None:
                connection.executemany(
                    "DELETE FROM chat_tags WHERE chat_id = ? AND tag_id = ?",
                    [(id, known[0]) for id in chat_ids],
                )
            drop_unused(connection)

    def rename(self, name: str, new: str) -> str:
        """Call a tag ``new``; where there is one of this name, both become one. Raises ``tag_unnamed``."""
        new = _named(new)
        with self._database.write() as connection:
            old, other = _find(connection, line(name, NAME_CHARACTERS)), _find(connection, new)
            if old is None:
                return new
            if other is None or other == old:
                connection.execute("UPDATE tags SET name = ? WHERE id = ?", (new, old[0]))
                return new
            connection.execute(
                "UPDATE OR IGNORE chat_tags SET tag_id = ? WHERE tag_id = ?", (other[0], old[0])
            )
            connection.execute("DELETE FROM tags WHERE id = ?", (old[0],))
            return other[1]


def drop_unused(connection: Connection) -> None:
    """Forget the tags that are on no chat, within a transaction."""
    connection.execute("DELETE FROM tags WHERE id NOT IN (SELECT tag_id FROM chat_tags)")


def _find(connection: Connection, name: str) -> tuple[int, str] | None:
    wanted = fold(name)
    for row in connection.execute("SELECT id, name FROM tags"):
        if fold(row["name"]) == wanted:
            return row["id"], row["name"]
    return None


def _named(name: str) -> str:
    name = line(name, NAME_CHARACTERS)
    if not name:
        raise KotonohaError(
            "tag_unnamed",
            "タグに名前がありません。まだ付けていません。名前を入れてください。",
            "The tag has no name. Nothing was tagged. Please type a name.",
        )
    return name
