"""Files that are sent along: of a message, or of a draft until then; without a chat, of the next new one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from desktop.errors import KotonohaError
from desktop.store import failures
from desktop.store.connection import Connection
from desktop.store.database import Database
from desktop.store.rows import fetch
from desktop.store.text import clean, line

MOST_OF_ONE = 20  # files of one message

_LIGHT = (
    "id, chat_id, message_id, name, kind, encoding, size_bytes, sha256, used, notes,"
    " length(text) AS characters"
)
_USED = (
    "id, message_id, name, kind, substr(text, 1, coalesce(used, length(text))) AS text,"
    " used < length(text) AS cut"
)
_LARGEST_ID = 2**63 - 1


class Attachment(msgspec.Struct, frozen=True):
    """A file as lists show it, without its text."""

    id: int
    chat_id: int | None
    message_id: int | None  # None: of a draft
    name: str
    kind: str  # one of ``documents.Kind``
    encoding: str
    size_bytes: int
    sha256: str
    characters: int  # of the whole text
    used: int | None  # characters of it that the model is given; None: all
    notes: tuple[tuple[str, str], ...]  # what is to be known of its reading, in Japanese and English


class Attached(msgspec.Struct, frozen=True):
    """A file as the model is given it."""

    id: int
    message_id: int | None
    name: str
    kind: str
    text: str  # what is used of it
    cut: bool  # there is more


class Attachments:
    """Methods on one file raise ``KotonohaError("attachment_missing")`` when it is not there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        chat_id: int | None,
        *,
        name: str,
        kind: str,
        text: str,
        size_bytes: int,
        sha256: str,
        encoding: str = "",
        notes: Sequence[tuple[str, str]] = (),
        content: bytes | None = None,
    ) -> Attachment:
        """Keep a file with the draft of a chat, None: of the next new one.

        Raises ``chat_missing``, ``text_too_long``, and ``too_many_attachments`` above ``MOST_OF_ONE``.
        """
        with self._database.write() as connection:
            _require_room(connection, chat_id)
            id = connection.execute(
                "INSERT INTO attachments"
                " (chat_id, name, kind, encoding, size_bytes, sha256, text, notes, content)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    chat_id,
                    line(name) or "?",
                    kind,
                    encoding,
                    size_bytes,
                    sha256,
                    clean(text),
                    json.dumps(list(notes), ensure_ascii=False),
                    content,
                ),
            ).lastrowid
            return _attachment(_row(connection, id or 0, _LIGHT))

    def get(self, id: int) -> Attachment:
        """Return the file, without its text."""
        with self._database.read() as connection:
            return _attachment(_row(connection, id, _LIGHT))

    def draft(self, chat_id: int | None) -> list[Attachment]:
        """Return what is attached to the draft of a chat, None: of the next new one."""
        with self._database.read() as connection:
            found = connection.execute(
                f"SELECT {_LIGHT} FROM attachments WHERE chat_id IS ? AND message_id IS NULL ORDER BY id",  # noqa: S608
                (chat_id,),
            )
            return [_attachment(dict(row)) for row in found]

    def sent(self, chat_id: int) -> dict[int, list[Attachment]]:
        """Return the files of each message of a chat that has some."""
        with self._database.read() as connection:
            found = connection.execute(
                f"SELECT {_LIGHT} FROM attachments WHERE message_id IN"  # noqa: S608
                " (SELECT id FROM messages WHERE chat_id = ?) ORDER BY id",
                (chat_id,),
            )
            by_message: dict[int, list[Attachment]] = {}
            for row in found:
                by_message.setdefault(row["message_id"], []).append(_attachment(dict(row)))
            return by_message

    def texts(self, chat_id: int) -> list[Attached]:
        """Return the files of a chat's messages as the model is given them."""
        return self._texts("message_id IN (SELECT id FROM messages WHERE chat_id = ?)", (chat_id,))

    def texts_of(self, ids: Sequence[int]) -> list[Attached]:
        """Return these files as the model is given them; what is gone is left out."""
        marks = ", ".join("?" * len(ids))
        return self._texts(f"id IN ({marks})", tuple(ids))

    def text(self, id: int) -> str:
        """Return the whole text of a file."""
        with self._database.read() as connection:
            text: str = _row(connection, id, "text")["text"]
            return text

    def content(self, id: int) -> bytes | None:
        """Return the file itself, where it was kept."""
        with self._database.read() as connection:
            content: bytes | None = _row(connection, id, "content")["content"]
            return content

    def use(self, id: int, characters: int | None) -> None:
        """Give the model so many characters of a draft's file; None: all of it."""
        self._change(id, used=None if characters is None else max(characters, 0))

    def reread(self, id: int, *, text: str, encoding: str, notes: Sequence[tuple[str, str]] = ()) -> None:
        """Keep another reading of a draft's file, in another encoding."""
        self._change(
            id,
            text=clean(text),
            encoding=encoding,
            notes=json.dumps(list(notes), ensure_ascii=False),
            used=None,
        )

    def remove(self, id: int) -> dict[str, Any]:
        """Take a file from a draft; return what ``put_back`` needs to undo that."""
        with self._database.write() as connection:
            row = _row(connection, id, "*")
            if row["message_id"] is not None:
                raise failures.missing("attachment", "ファイル")
            connection.execute("DELETE FROM attachments WHERE id = ?", (id,))
            return row

    def put_back(self, removed: dict[str, Any]) -> None:
        """Undo ``remove``. Raises ``chat_missing``, ``too_many_attachments``."""
        with self._database.write() as connection:
            _require_room(connection, removed["chat_id"])
            columns, marks = ", ".join(removed), ", ".join("?" * len(removed))
            connection.execute(
                f"INSERT INTO attachments ({columns}) VALUES ({marks})",  # noqa: S608
                tuple(removed.values()),
            )

    def _texts(self, where: str, values: tuple[object, ...]) -> list[Attached]:
        with self._database.read() as connection:
            found = connection.execute(
                f"SELECT {_USED} FROM attachments WHERE {where} ORDER BY id",  # noqa: S608
                values,
            )
            return [msgspec.convert(dict(row) | {"cut": bool(row["cut"])}, Attached) for row in found]

    def _change(self, id: int, **values: object) -> None:
        with self._database.write() as connection:
            if _row(connection, id, "message_id")["message_id"] is not None:  # what was sent stays as it was
                raise failures.missing("attachment", "ファイル")
            sets = ", ".join(f"{column} = ?" for column in values)
            connection.execute(
                f"UPDATE attachments SET {sets} WHERE id = ?",  # noqa: S608
                (*values.values(), id),
            )


def claim(connection: Connection, ids: Sequence[int], chat_id: int, message_id: int) -> None:
    """Give a draft's files to the message that is being sent, within its transaction.

    What was sent already, or is gone, is left alone.
    """
    for id in ids:
        connection.execute(
            "UPDATE attachments SET chat_id = ?, message_id = ? WHERE id = ? AND message_id IS NULL",
            (chat_id, message_id, id),
        )


def _require_room(connection: Connection, chat_id: int | None) -> None:
    if chat_id is not None:
        fetch(connection, "chats", chat_id)
    count = connection.execute(
        "SELECT count(*) AS n FROM attachments WHERE chat_id IS ? AND message_id IS NULL", (chat_id,)
    ).fetchone()["n"]
    if count >= MOST_OF_ONE:
        raise KotonohaError(
            "too_many_attachments",
            f"一度に添えられるファイルは{MOST_OF_ONE}個までです。いくつかを外すか、先に送ってください。",
            f"At most {MOST_OF_ONE} files can be attached at once. Remove some, or send these first.",
        )


def _row(connection: Connection, id: int, columns: str) -> dict[str, Any]:
    row = None
    if 0 < id <= _LARGEST_ID:
        row = connection.execute(f"SELECT {columns} FROM attachments WHERE id = ?", (id,)).fetchone()  # noqa: S608
    if row is None:
        raise failures.missing("attachment", "ファイル")
    return dict(row)


def _attachment(row: dict[str, Any]) -> Attachment:
    return msgspec.convert(row | {"notes": _notes(row["notes"])}, Attachment)


def _notes(kept: str) -> tuple[tuple[str, str], ...]:
    try:
        return msgspec.json.decode(kept, type=tuple[tuple[str, str], ...])
    except msgspec.DecodeError:  # a note is not worth refusing the file
        return ()
