"""Branches: a message with all that is below it. The map of them, the bin, and a chat made of one."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Any, Literal

import msgspec

from desktop.errors import KotonohaError
from desktop.store import failures, index
from desktop.store.chats import Chat, get_chat
from desktop.store.connection import Connection
from desktop.store.database import Database
from desktop.store.messages import (
    Message,
    leaf_of,
    leaf_under,
    message_of,
    path_to,
    send_below,
    siblings_of,
    there,
)
from desktop.store.rows import fetch
from desktop.store.text import clean, line

NODE_CHARACTERS = 80
_LOOKED_AT = 400  # characters of a text that are searched for its first line

# Parents are older than their children, so nothing is met twice, in a damaged file either.
_BELOW = """
WITH RECURSIVE below(id) AS (
    SELECT :id UNION ALL SELECT messages.id FROM below JOIN messages ON messages.parent_id = below.id
    WHERE messages.id > below.id AND messages.deleted IS :was
)
UPDATE messages SET deleted = :becomes WHERE id IN below
"""
_BINNED = (
    "FROM messages JOIN chats ON chats.id = messages.chat_id"
    " LEFT JOIN messages AS parents ON parents.id = messages.parent_id"
    " WHERE messages.deleted IS NOT NULL AND chats.deleted IS NULL"
    " AND parents.deleted IS NOT messages.deleted"
    " ORDER BY messages.deleted DESC, messages.id DESC"
)
# What a copy does not have of the row that it is like.
_LEFT_BEHIND = frozenset({"id", "origin", "search_key", "starred", "deleted", "pinned", "archived"})


class Node(msgspec.Struct, frozen=True):
    """One message on the map of a chat."""

    id: int
    parent_id: int | None
    role: Literal["user", "assistant"]
    line: str  # the first line of the text, at most NODE_CHARACTERS
    status: str
    created: float  # Unix seconds
    starred: float | None
    model_name: str


class Cut(msgspec.Struct, frozen=True):
    """A branch that was deleted, with what undoing it needs."""

    message_id: int
    leaf_id: int | None = None  # the message that was shown last, where it was in the branch


class BinnedBranch(msgspec.Struct, frozen=True):
    """A branch in the bin, as a line in a list."""

    message_id: int  # the first of it
    chat_id: int
    chat_title: str
    line: str  # how it begins, at most NODE_CHARACTERS; where that is empty, the question above it
    deleted: float  # Unix seconds


class Branches:
    """Methods on one message raise ``message_missing`` when it is not there, or is in the bin."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tree(self, chat_id: int) -> list[Node]:
        """Return the messages of the chat, parents before children. Raises ``chat_missing``."""
        with self._database.read() as connection:
            fetch(connection, "chats", chat_id)
            found = connection.execute(
                "SELECT id, parent_id, role, substr(text, 1, ?) AS text, status, created, starred, model_name"
                " FROM messages WHERE chat_id = ? AND deleted IS NULL ORDER BY id",
                (_LOOKED_AT, chat_id),
            )
            return [
                Node(
                    row["id"],
                    row["parent_id"],
                    row["role"],
                    _first_line(row["text"]),
                    row["status"],
                    row["created"],
                    row["starred"],
                    row["model_name"],
                )
                for row in found
            ]

    def delete(self, id: int) -> Cut:
        """Put a message and all below it into the bin, for ``BIN_SECONDS``.

        Where the shown branch ends in there, the chat shows a sibling's instead (the one before, else the one
        behind), or, where there is none, ends in the parent.
        """
        with self._database.write() as connection:
            row = there(connection, id)
            chat_id, shown = row["chat_id"], leaf_of(connection, row["chat_id"])
            siblings = siblings_of(connection, row)
            connection.execute(_BELOW, {"id": id, "was": None, "becomes": time.time()})
            if shown is None or fetch(connection, "messages", shown)["deleted"] is None:
                return Cut(id, None)
            at = siblings.index(id)
            others = siblings[:at][::-1] + siblings[at + 1 :]
            leaf = leaf_under(connection, others[0]) if others else row["parent_id"]
            connection.execute("UPDATE chats SET leaf_id = ? WHERE id = ?", (leaf, chat_id))
            return Cut(id, shown)

    def restore(self, cut: Cut) -> int:
        """Have a deleted branch again, as it was, and show it; return the message that is shown last.

        Without ``leaf_id`` the newest of the branch is shown. One that is there already stays. Raises
        ``branch_in_bin`` where it hangs on a message that is itself in the bin.
        """
        with self._database.write() as connection:
            row = fetch(connection, "messages", cut.message_id)
            parent = row["parent_id"]
            if parent is not None and fetch(connection, "messages", parent)["deleted"] is not None:
                raise KotonohaError(
                    "branch_in_bin",
                    "この枝は、ごみ箱にある別の枝の続きです。ごみ箱の中で無事です。先に元の枝を戻してください。",
                    "This branch continues another one that is in the bin. It is safe there. Please restore "
                    "that one first.",
                )
            if row["deleted"] is not None:
                connection.execute(_BELOW, {"id": row["id"], "was": row["deleted"], "becomes": None})
            leaf = cut.leaf_id
            if leaf is None or row["id"] not in {m["id"] for m in path_to(connection, row["chat_id"], leaf)}:
                leaf = leaf_under(connection, row["id"])
            connection.execute("UPDATE chats SET leaf_id = ? WHERE id = ?", (leaf, row["chat_id"]))
            return leaf

    def edit_question(
        self,
        id: int,
        text: str,
        model_name: str,
        *,
        preset_name: str = "",
        without: Collection[int] = (),
    ) -> tuple[Message, Message]:
        """Keep another version of the person's message beside it, and an empty answer.

        It has the files of the old one but for those ``without`` which it is sent. It is shown; the old one
        stays, with all below it.
        """
        with self._database.write() as connection:
            row = _of(connection, id, "user")
            asked, answer = send_below(
                connection,
                row["chat_id"],
                _parent_of(connection, row),
                text,
                model_name=model_name,
                preset_name=preset_name,
            )
            _copy_files(connection, id, row["chat_id"], asked.id, without)
            return asked, answer

    def edit_answer(self, id: int, text: str) -> Message:
        """Keep another version of an answer beside it, as the person wrote it; it is shown."""
        now = time.time()
        own = {
            "text": clean(text),
            "status": "done",
            "created": now,
            "stats": None,
            "error": "",
            "thinking": "",
        }
        with self._database.write() as connection:
            row = _of(connection, id, "assistant")
            edited = _insert_like(connection, "messages", id, own)
            index.put(connection, edited)
            connection.execute(
                "UPDATE chats SET leaf_id = ?, updated = ? WHERE id = ?", (edited, now, row["chat_id"])
            )
            return message_of(fetch(connection, "messages", edited))

    def edit_of(self, id: int) -> str | None:
        """Return the text of an edit that was begun and never ended, None where there is none."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT edits.text FROM edits JOIN messages ON messages.id = message_id"
                " WHERE message_id = ? AND edits.text <> messages.text",
                (id,),
            ).fetchone()
            return None if row is None else str(row["text"])

    def keep_edit(self, id: int, text: str) -> None:
        """Keep what an open editor has of this message; a message that is gone needs none."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO edits (message_id, text) SELECT id, ? FROM messages WHERE id = ?",
                (clean(text), id),
            )

    def end_edit(self, id: int, kept: str) -> None:
        """Forget what an editor had ``kept``, which was used or is elsewhere; another editor's stays."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM edits WHERE message_id = ? AND text = ?", (id, clean(kept)))

    def binned(self) -> list[Message]:
        """Return the first messages of the branches in the bin, the one deleted last first.

        Left out are those of chats that are in the bin themselves.
        """
        with self._database.read() as connection:
            found = connection.execute(f"SELECT messages.* {_BINNED}")
            return [message_of(dict(row)) for row in found]

    def binned_lines(self) -> list[BinnedBranch]:
        """Return the branches of ``binned`` as lines, which takes little for long texts."""
        with self._database.read() as connection:
            found = connection.execute(
                "SELECT messages.id, messages.chat_id, chats.title, messages.deleted,"
                " substr(messages.text, 1, :most) AS text, substr(parents.text, 1, :most) AS above"
                f" {_BINNED}",
                {"most": _LOOKED_AT},
            )
            return [
                BinnedBranch(
                    row["id"],
                    row["chat_id"],
                    row["title"],
                    _first_line(row["text"]) or _first_line(row["above"] or ""),
                    row["deleted"],
                )
                for row in found
            ]

    def erase(self, id: int) -> None:
        """Delete for good a branch that is in the bin; any other is left alone."""
        with self._database.write() as connection:
            if fetch(connection, "messages", id)["deleted"] is not None:
                index.mending(
                    connection,
                    lambda: connection.execute(
                        "WITH RECURSIVE below(id) AS (SELECT ? UNION SELECT messages.id FROM below"
                        " JOIN messages ON messages.parent_id = below.id)"
                        " DELETE FROM messages WHERE id IN below",
                        (id,),
                    ),
                )

    def copy(self, id: int) -> Chat:
        """Make a new chat of the branch from the first message to this one, in one transaction.

        It has the old one's title, model, preset, system prompt, policy, folder and tags, and the messages'
        texts, times, files and summaries; the old chat stays as it is. An answer that is being written is
        copied as far as it is.
        """
        now = time.time()
        with self._database.write() as connection:
            old = there(connection, id)["chat_id"]
            chat_id = _insert_like(
                connection, "chats", old, {"created": now, "updated": now, "draft": "", "leaf_id": None}
            )
            connection.execute(
                "INSERT INTO chat_tags (chat_id, tag_id) SELECT ?, tag_id FROM chat_tags"
                " WHERE chat_id = ? AND tag_id IN (SELECT id FROM tags)",
                (chat_id, old),
            )
            copies: list[int] = []
            for row in path_to(connection, old, id):
                copies.append(_copy_message(connection, row["id"], chat_id, copies[-1] if copies else None))
            index.put(connection, *copies)
            connection.execute("UPDATE chats SET leaf_id = ? WHERE id = ?", (copies[-1], chat_id))
            return get_chat(connection, chat_id)


def _copy_message(connection: Connection, id: int, chat_id: int, parent_id: int | None) -> int:
    """Copy a message with what belongs to it; return the copy's id."""
    own: dict[str, Any] = {"chat_id": chat_id, "parent_id": parent_id}
    copy = _insert_like(connection, "messages", id, own)
    connection.execute(
        "UPDATE messages SET status = 'interrupted' WHERE id = ? AND status = 'streaming'", (copy,)
    )
    connection.execute(
        "INSERT INTO summaries (message_id, text, model_name)"
        " SELECT ?, text, model_name FROM summaries WHERE message_id = ?",
        (copy, id),
    )
    _copy_files(connection, id, chat_id, copy)
    return copy


def _copy_files(
    connection: Connection, id: int, chat_id: int, copy: int, without: Collection[int] = ()
) -> None:
    """Give a message, in this chat, the files that another has, but for some."""
    files = connection.execute(
        "SELECT id FROM attachments WHERE message_id = ? ORDER BY id", (id,)
    ).fetchall()
    for file in files:
        if file["id"] not in without:
            _insert_like(connection, "attachments", file["id"], {"chat_id": chat_id, "message_id": copy})


def _of(connection: Connection, id: int, role: Literal["user", "assistant"]) -> dict[str, Any]:
    """Return the row of a message of this role that can be edited."""
    row = there(connection, id)
    if row["role"] != role or row["status"] == "streaming":
        raise failures.missing("message", "メッセージ")
    return row


def _parent_of(connection: Connection, row: dict[str, Any]) -> int | None:
    """Return the message above this row, None also where it is missing, as in a damaged file."""
    found = connection.execute("SELECT id FROM messages WHERE id = ?", (row["parent_id"],)).fetchone()
    return found["id"] if found else None


def _insert_like(
    connection: Connection, table: Literal["chats", "messages", "attachments"], id: int, own: dict[str, Any]
) -> int:
    """Copy a row but for the columns that are ``own`` or left behind; return the copy's id.

    Where a row that it refers to is missing, as in a damaged file, the copy refers to none.
    """
    names = [row["name"] for row in connection.execute(f"PRAGMA table_info({table})")]
    alike = [name for name in names if name not in own and name not in _LEFT_BEHIND]
    found = connection.execute(f"PRAGMA foreign_key_list({table})")
    targets = {row["from"]: row["table"] for row in found}
    values = [
        f"(SELECT target.id FROM {targets[name]} AS target WHERE target.id = {table}.{name})"  # noqa: S608
        if name in targets
        else name
        for name in alike
    ]
    columns, marks = ", ".join([*own, *alike]), ", ".join(["?"] * len(own) + values)
    made = connection.execute(
        f"INSERT INTO {table} ({columns}) SELECT {marks} FROM {table} WHERE id = ?",  # noqa: S608
        (*own.values(), id),
    ).lastrowid
    return made or 0


def _first_line(text: str) -> str:
    return line(next((part for part in text.splitlines() if part.strip()), ""), NODE_CHARACTERS)
