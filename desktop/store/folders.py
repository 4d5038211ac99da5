"""Folders: an order of the person's own among chats. A chat is in one of them or in none."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any

import msgspec

from desktop.errors import KotonohaError
from desktop.store.database import Database
from desktop.store.rows import fetch
from desktop.store.text import line

NAME_CHARACTERS = 100


class Folder(msgspec.Struct, frozen=True):
    """One folder, at ``position`` from above."""

    id: int
    name: str
    position: int


class Folders:
    """Methods on one folder raise ``KotonohaError("folder_missing")`` when it is not there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self) -> list[Folder]:
        """Return the folders in their order."""
        with self._database.read() as connection:
            found = connection.execute("SELECT * FROM folders ORDER BY position, id")
            return [_folder(dict(row)) for row in found]

    def create(self, name: str) -> Folder:
        """Make an empty folder below the others. Raises ``folder_unnamed``."""
        name = _named(name)
        with self._database.write() as connection:
            id = connection.execute(
                "INSERT INTO folders (name, position) SELECT ?, coalesce(max(position) + 1, 0) FROM folders",
                (name,),
            ).lastrowid
            return _folder(fetch(connection, "folders", id or 0))

    def rename(self, id: int, name: str) -> None:
        """Set the name (one line, at most ``NAME_CHARACTERS``). Raises ``folder_unnamed``."""
        name = _named(name)
        with self._database.write() as connection:
            fetch(connection, "folders", id)
            connection.execute("UPDATE folders SET name = ? WHERE id = ?", (name, id))

    def reorder(self, ids: Sequence[int]) -> None:
        """Put the folders into this order; those that are not named come behind, in the order they had."""
        with self._database.write() as connection:
            for id in ids:
                fetch(connection, "folders", id)
            rest = connection.execute("SELECT id FROM folders ORDER BY position, id")
            order = dict.fromkeys([*ids, *(row["id"] for row in rest)])
            connection.executemany(
                "UPDATE folders SET position = ? WHERE id = ?",
                [(position, id) for position, id in enumerate(order)],
            )

    def delete(self, id: int) -> builtins.list[int]:
        """Delete the folder; its chats stay, in none. Return their ids, for undoing it."""
        with self._database.write() as connection:
            fetch(connection, "folders", id)
            chats = connection.execute("SELECT id FROM chats WHERE folder_id = ? ORDER BY id", (id,))
            ids = [row["id"] for row in chats]
            connection.execute("DELETE FROM folders WHERE id = ?", (id,))
            return ids

    def restore(self, folder: Folder, chat_ids: Sequence[int] = ()) -> None:
        """Undo ``delete``: have the folder again as it was, with those of its chats that are in no other."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO folders (id, name, position) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (folder.id, folder.name, folder.position),
            )
            connection.executemany(
                "UPDATE chats SET folder_id = ? WHERE id = ? AND folder_id IS NULL",
                [(folder.id, id) for id in chat_ids],
            )


def _named(name: str) -> str:
    name = line(name, NAME_CHARACTERS)
    if not name:
        raise KotonohaError(
            "folder_unnamed",
            "フォルダーに名前がありません。まだ保存していません。名前を付けてください。",
            "The folder has no name. It is not saved yet. Please give it a name.",
        )
    return name


def _folder(row: dict[str, Any]) -> Folder:
    return msgspec.convert(row, Folder)
