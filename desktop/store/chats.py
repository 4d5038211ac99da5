"""Chats: their titles, drafts, settings, their order, and the bin."""

from __future__ import annotations

import builtins
import time
from collections.abc import Sequence
from typing import Any, Literal, get_args

import msgspec

from desktop.store import failures, index
from desktop.store.connection import Connection
from desktop.store.database import Database
from desktop.store.rows import Table, fetch, require
from desktop.store.tags import drop_unused
from desktop.store.text import clean, line

BIN_SECONDS = 30 * 86400

# What becomes of the oldest turns when a chat is longer than the context.
Policy = Literal["leave_out", "stop", "summarise"]
_POLICIES = frozenset(get_args(Policy))
_CHATS = """
SELECT chats.*, (
    SELECT json_group_array(name ORDER BY name) FROM chat_tags JOIN tags ON tags.id = tag_id
    WHERE chat_id = chats.id
) AS tags FROM chats WHERE """
_PURGE_BRANCHES = """
WITH RECURSIVE gone(id) AS (
    SELECT id FROM messages WHERE deleted <= ?
    UNION SELECT messages.id FROM gone JOIN messages ON messages.parent_id = gone.id
) DELETE FROM messages WHERE id IN gone
"""


class Chat(msgspec.Struct, frozen=True):
    """One chat. Times are Unix seconds."""

    id: int
    title: str
    title_by_hand: bool
    created: float
    updated: float
    model_id: int | None
    preset_id: int | None
    system_prompt: str
    draft: str
    leaf_id: int | None  # the last message of the branch that is shown
    deleted: float | None  # since when it is in the bin
    policy: Policy = "leave_out"
    folder_id: int | None = None
    pinned: float | None = None  # since when it is kept at the top
    archived: float | None = None  # since when it is out of the way
    tags: tuple[str, ...] = ()  # by name


class Chats:
    """Methods on chats raise ``KotonohaError("chat_missing")`` when one is not there, in the bin or out.

    Those that take several ids change all of these chats, or none, in one transaction.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, *, model_id: int | None = None, preset_id: int | None = None) -> Chat:
        """Make an empty chat. Raises ``model_missing``, ``preset_missing``."""
        with self._database.write() as connection:
            return insert_chat(connection, model_id, preset_id)

    def get(self, id: int) -> Chat:
        """Return the chat, also from the bin."""
        with self._database.read() as connection:
            return get_chat(connection, id)

    def list(self) -> list[Chat]:
        """Return the chats that are not in the bin, archived ones too, the one used last first."""
        return self._all("deleted IS NULL ORDER BY updated DESC, id DESC")

    def binned(self) -> builtins.list[Chat]:
        """Return the chats in the bin, the one deleted last first."""
        return self._all("deleted IS NOT NULL ORDER BY deleted DESC, id DESC")

    def rename(self, id: int, title: str, *, by_hand: bool = True) -> None:
        """Set the title (one line, at most 200 characters).

        A title given by hand is only replaced by hand; an empty one lets a title come by itself again.
        """
        title = line(title)
        with self._database.write() as connection:
            hand = fetch(connection, "chats", id)["title_by_hand"]
            if by_hand or not hand:
                connection.execute(
                    "UPDATE chats SET title = ?, title_by_hand = ? WHERE id = ?",
                    (title, by_hand and bool(title), id),
                )
                index.put_title(connection, id)

    def set_draft(self, id: int, text: str) -> None:
        """Keep what is written and not yet sent."""
        self._set(id, "draft", clean(text))

    def set_system_prompt(self, id: int, text: str) -> None:
        """Set this chat's own system prompt."""
        self._set(id, "system_prompt", clean(text))

    def set_model(self, id: int, model_id: int | None) -> None:
        """Choose the model; raises ``model_missing``."""
        self._point(id, "model_id", "models", model_id)

    def set_preset(self, id: int, preset_id: int | None) -> None:
        """Choose the preset; raises ``preset_missing``."""
        self._point(id, "preset_id", "presets", preset_id)

    def set_policy(self, id: int, policy: Policy) -> None:
        """Choose what becomes of the oldest turns when the chat is longer than the context."""
        self._set(id, "policy", policy)

    def set_leaf(self, id: int, leaf_id: int | None) -> None:
        """Show the branch that ends in this message, or None: nothing yet. Raises ``message_missing``."""
        with self._database.write() as connection:
            fetch(connection, "chats", id)
            if leaf_id is not None:
                leaf = fetch(connection, "messages", leaf_id)
                if leaf["chat_id"] != id or leaf["deleted"] is not None:
                    raise failures.missing("message", "メッセージ")
            connection.execute("UPDATE chats SET leaf_id = ? WHERE id = ?", (leaf_id, id))

    def pin(self, *ids: int) -> None:
        """Keep the chats at the top; one that is there already keeps its place."""
        self._since("pinned", ids)

    def unpin(self, *ids: int) -> None:
        """Let the chats go down with time again."""
        self._until("pinned", ids)

    def archive(self, *ids: int) -> None:
        """Put the chats out of the way; nothing else of them changes."""
        self._since("archived", ids)

    def unarchive(self, *ids: int) -> None:
        """Have the chats among the others again."""
        self._until("archived", ids)

    def move(self, *ids: int, folder_id: int | None) -> None:
        """Put the chats into this folder, or into none. Raises ``folder_missing``."""
        with self._database.write() as connection:
            require(connection, "folders", folder_id)
            _update(connection, ids, "folder_id = ?", folder_id)

    def delete(self, *ids: int) -> None:
        """Put the chats into the bin; one that is there already keeps its date."""
        self._since("deleted", ids)

    def restore(self, *ids: int) -> None:
        """Take the chats out of the bin."""
        self._until("deleted", ids)

    def erase(self, *ids: int) -> None:
        """Delete for good, messages and all, chats that are in the bin; others are left alone."""
        with self._database.write() as connection:
            for id in ids:
                _delete(connection, "id = ? AND deleted IS NOT NULL", id)
            drop_unused(connection)

    def purge(self, older_than_seconds: float = BIN_SECONDS) -> int:
        """Delete for good, messages and all, what has been in the bin for so long; return how many chats.

        Branches that were deleted go too. Each chat is a transaction of its own, so that nobody waits long.
        """
        limit = time.time() - older_than_seconds
        with self._database.read() as connection:
            old = connection.execute(
                "SELECT id FROM chats WHERE deleted <= ? ORDER BY id", (limit,)
            ).fetchall()
        count = 0
        for row in old:
            with self._database.write() as connection:  # it may have been restored meanwhile
                count += _delete(connection, "id = ? AND deleted <= ?", row["id"], limit)
        with self._database.write() as connection:
            index.mending(connection, lambda: connection.execute(_PURGE_BRANCHES, (limit,)))
            drop_unused(connection)
        return count

    def _all(self, where: str) -> builtins.list[Chat]:
        with self._database.read() as connection:
            return [_chat(dict(row)) for row in connection.execute(_CHATS + where)]

    def _since(self, column: str, ids: Sequence[int]) -> None:
        with self._database.write() as connection:
            _update(connection, ids, f"{column} = coalesce({column}, ?)", time.time())

    def _until(self, column: str, ids: Sequence[int]) -> None:
        with self._database.write() as connection:
            _update(connection, ids, f"{column} = ?", None)

    def _set(self, id: int, column: str, value: str) -> None:
        with self._database.write() as connection:
            fetch(connection, "chats", id)
            connection.execute(f"UPDATE chats SET {column} = ? WHERE id = ?", (value, id))  # noqa: S608

    def _point(self, id: int, column: str, table: Table, target: int | None) -> None:
        with self._database.write() as connection:
            fetch(connection, "chats", id)
            require(connection, table, target)
            connection.execute(f"UPDATE chats SET {column} = ? WHERE id = ?", (target, id))  # noqa: S608


def insert_chat(
    connection: Connection,
    model_id: int | None,
    preset_id: int | None,
    title: str = "",
    policy: Policy = "leave_out",
) -> Chat:
    """Make an empty chat within a transaction; for ``Chats`` and ``Messages``."""
    now = time.time()
    require(connection, "models", model_id)
    require(connection, "presets", preset_id)
    id = connection.execute(
        "INSERT INTO chats (title, created, updated, model_id, preset_id, policy) VALUES (?, ?, ?, ?, ?, ?)",
        (line(title), now, now, model_id, preset_id, policy),
    ).lastrowid
    index.put_title(connection, id or 0)
    return get_chat(connection, id or 0)


def get_chat(connection: Connection, id: int) -> Chat:
    """Return the chat within a transaction; for ``Chats`` and ``Messages``."""
    fetch(connection, "chats", id)
    return _chat(dict(connection.execute(_CHATS + "id = ?", (id,)).fetchone()))


def _update(connection: Connection, ids: Sequence[int], change: str, value: float | None) -> None:
    for id in ids:
        fetch(connection, "chats", id)
        connection.execute(f"UPDATE chats SET {change} WHERE id = ?", (value, id))  # noqa: S608


def _delete(connection: Connection, where: str, *values: float) -> int:
    """Delete chats for good; return how many."""
    return index.mending(
        connection,
        lambda: connection.execute(f"DELETE FROM chats WHERE {where}", values).rowcount,  # noqa: S608
    )


def _chat(row: dict[str, Any]) -> Chat:
    policy = row["policy"] if row["policy"] in _POLICIES else "leave_out"  # of a later version
    tags = msgspec.json.decode(row["tags"])
    return msgspec.convert(row | {"policy": policy, "tags": tags}, Chat, strict=False)
