"""Messages: each chat is a tree of them, of which one branch is shown. Asking again overwrites nothing."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from typing import Any, Literal, get_args

import msgspec

from desktop.engine.protocol import Stats
from desktop.errors import KotonohaError
from desktop.store import failures, index
from desktop.store.attachments import claim
from desktop.store.chats import Chat, Policy, insert_chat
from desktop.store.connection import Connection
from desktop.store.database import Database
from desktop.store.rows import fetch
from desktop.store.settings import empty_draft
from desktop.store.text import clean, line

Status = Literal["done", "streaming", "stopped", "limit", "interrupted", "failed", "looped"]

_STATUSES = frozenset(get_args(Status))
_RESUMABLE = ("interrupted", "stopped", "limit", "failed")
_ERROR_CHARACTERS = 4_000
SENT_CHARACTERS = 20_000

# A parent is older than its child (the schema checks it), so the order of ids is the order from root to leaf.
_PATH = """
WITH RECURSIVE branch(id, parent_id) AS (
    SELECT id, parent_id FROM messages WHERE id = :leaf AND chat_id = :chat AND deleted IS NULL
    UNION ALL
    SELECT messages.id, messages.parent_id FROM branch JOIN messages ON messages.id = branch.parent_id
    WHERE messages.id < branch.id
)
SELECT messages.* FROM branch JOIN messages USING (id) ORDER BY id
"""

_LEAF_UNDER = """
WITH RECURSIVE below(id) AS (
    SELECT :id UNION ALL SELECT messages.id FROM below JOIN messages ON messages.parent_id = below.id
    WHERE messages.id > below.id AND messages.deleted IS NULL
)
SELECT max(id) AS id FROM below
"""

_PLACES = """
SELECT id, k, n FROM (
    SELECT id, row_number() OVER siblings AS k, count(*) OVER (PARTITION BY parent_id) AS n
    FROM messages WHERE chat_id = ? AND deleted IS NULL
    WINDOW siblings AS (PARTITION BY parent_id ORDER BY id)
) WHERE n > 1
"""


class Message(msgspec.Struct, frozen=True):
    """One message. ``status``, ``model_name`` and what follows speak of answers."""

    id: int
    chat_id: int
    parent_id: int | None
    role: Literal["user", "assistant"]
    text: str
    status: Status
    created: float  # Unix seconds
    model_name: str
    stats: Stats | None
    error: str  # of a failed answer
    left_out: int  # the oldest turns of the branch that the model did not see
    thinking: str = ""  # what the model thought first; it is never sent back
    preset_name: str = ""
    error_code: str = ""  # of a failed answer: the KotonohaError's
    starred: float | None = None  # since when
    deleted: float | None = None  # since when its branch is in the bin


class Summary(msgspec.Struct, frozen=True):
    """What a branch says up to and including a message, in a model's words."""

    message_id: int
    text: str
    model_name: str


class Messages:
    """Methods on one message raise ``KotonohaError("message_missing")`` when it is not there.

    A message whose branch is in the bin is not there, but for ``get``, ``write``, ``finish`` and the star.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, id: int) -> Message:
        """Return the message."""
        with self._database.read() as connection:
            return message_of(fetch(connection, "messages", id))

    def path(self, chat_id: int, *, leaf_id: int | None = None) -> list[Message]:
        """Return the branch from the first message to ``leaf_id``; without it, the branch that is shown.

        Raises ``chat_missing`` and ``message_missing``.
        """
        with self._database.read() as connection:
            leaf = leaf_of(connection, chat_id) if leaf_id is None else leaf_id
            if leaf is None:
                return []
            fetch(connection, "messages", leaf)
            branch = [message_of(row) for row in path_to(connection, chat_id, leaf)]
        if not branch:
            raise failures.missing("message", "メッセージ")
        return branch

    def siblings(self, id: int) -> list[int]:
        """Return the ids of the messages in the same place of the tree, this one included, oldest first."""
        with self._database.read() as connection:
            row = there(connection, id)
            return siblings_of(connection, row)

    def places(self, chat_id: int) -> dict[int, tuple[int, int]]:
        """Return, for each message of the chat that has siblings, which of how many it is, counted from 1."""
        with self._database.read() as connection:
            found = connection.execute(_PLACES, (chat_id,))
            return {row["id"]: (row["k"], row["n"]) for row in found}

    def leaf_under(self, id: int) -> int:
        """Return the newest message below ``id``, or itself: the leaf to show when its branch is chosen."""
        with self._database.read() as connection:
            there(connection, id)
            return leaf_under(connection, id)

    def send(
        self,
        chat_id: int,
        text: str,
        model_name: str,
        *,
        preset_name: str = "",
        attachments: Sequence[int] = (),
    ) -> tuple[Message, Message]:
        """Keep the person's message below the shown leaf, and an empty answer to it, which becomes the leaf.

        One transaction, which also empties the draft, moves the chat to the top and out of the bin, and gives
        the draft's ``attachments`` to the message.
        """
        with self._database.write() as connection:
            leaf = leaf_of(connection, chat_id)
            sent = send_below(connection, chat_id, leaf, text, model_name=model_name, preset_name=preset_name)
            claim(connection, attachments, chat_id, sent[0].id)
            connection.execute("UPDATE chats SET draft = '', deleted = NULL WHERE id = ?", (chat_id,))
            return sent

    def send_first(
        self,
        text: str,
        model_name: str,
        *,
        title: str,
        model_id: int | None = None,
        preset_id: int | None = None,
        preset_name: str = "",
        attachments: Sequence[int] = (),
        policy: Policy = "leave_out",
        draft: int | None = None,
    ) -> tuple[Chat, Message, Message]:
        """Make a chat with its first message and an empty answer to it.

        One transaction, which also gives ``attachments`` of a draft to the message, and empties the ``draft``
        of the chat that was not there yet: 0 the first window's, n the nth of the others.
        Raises ``model_missing``, ``preset_missing``.
        """
        with self._database.write() as connection:
            chat = insert_chat(connection, model_id, preset_id, title, policy)
            asked, answer = send_below(
                connection, chat.id, None, text, model_name=model_name, preset_name=preset_name
            )
            claim(connection, attachments, chat.id, asked.id)
            if draft is not None:
                empty_draft(connection, draft)
            return msgspec.structs.replace(chat, leaf_id=answer.id, updated=answer.created), asked, answer

    def answer_again(
        self, chat_id: int, parent_id: int, model_name: str, *, preset_name: str = ""
    ) -> Message:
        """Keep another empty answer to the person's message ``parent_id``; it becomes the leaf."""
        now = time.time()
        with self._database.write() as connection:
            fetch(connection, "chats", chat_id)
            asked = message_of(there(connection, parent_id))
            if asked.chat_id != chat_id or asked.role != "user":
                raise failures.missing("message", "メッセージ")
            return _insert_answer(connection, asked, now, model_name=model_name, preset_name=preset_name)

    def resume(self, id: int, text: str | None = None, *, unsaved: bool = False) -> Message:
        """Make an answer that ended early ``streaming`` again.

        Its text stays; a longer ``text`` that begins with it takes its place: what had been seen and could
        not be saved. ``unsaved`` says that this answer is still ``streaming`` only because its end could not
        be saved, and not because somebody is writing it. Raises ``not_resumable``.
        """
        with self._database.write() as connection:
            row = there(connection, id)
            resumable = row["status"] in _RESUMABLE or (unsaved and row["status"] == "streaming")
            if row["role"] != "assistant" or not resumable:
                raise KotonohaError(
                    "not_resumable",
                    "この答えは続きを書けません。答えはそのまま残っています。もう一度尋ねてください。",
                    "This answer cannot be continued. It is kept as it is. Please ask again.",
                )
            kept = clean(text) if text is not None else ""
            connection.execute(
                "UPDATE messages SET status = 'streaming', error = '', error_code = '', text = ?"
                " WHERE id = ?",
                (kept if kept.startswith(row["text"]) else row["text"], id),
            )
            connection.execute("UPDATE chats SET updated = ? WHERE id = ?", (time.time(), row["chat_id"]))
            return message_of(fetch(connection, "messages", id))

    def write(self, id: int, text: str, thinking: str = "") -> None:
        """Keep an answer so far, and what was thought. It is on the disk when this returns."""
        text, thinking = clean(text), clean(thinking)
        with self._database.write() as connection:
            fetch(connection, "messages", id)
            connection.execute(
                "UPDATE messages SET text = ?, thinking = ? WHERE id = ?", (text, thinking, id)
            )

    def finish(
        self,
        id: int,
        text: str,
        status: Status,
        *,
        stats: Stats | None = None,
        error: str = "",
        left_out: int = 0,
        thinking: str = "",
        error_code: str = "",
    ) -> Message:
        """Keep the whole answer and how it ended."""
        if status == "streaming":
            raise ValueError("a finished answer is not streaming")
        text, error = clean(text), clean(error[:_ERROR_CHARACTERS])
        kept = None if stats is None else msgspec.json.encode(stats).decode()
        with self._database.write() as connection:
            fetch(connection, "messages", id)
            connection.execute(
                "UPDATE messages SET text = ?, thinking = ?, status = ?, stats = ?, error = ?, left_out = ?,"
                " error_code = ? WHERE id = ?",
                (text, clean(thinking), status, kept, error, left_out, line(error_code), id),
            )
            index.put(connection, id)
            return message_of(fetch(connection, "messages", id))

    def summary(self, chat_id: int, leaf_id: int) -> Summary | None:
        """Return the newest summary on the branch that ends in ``leaf_id``."""
        with self._database.read() as connection:
            found = connection.execute(
                f"SELECT summaries.* FROM summaries JOIN ({_PATH}) AS path ON path.id = message_id"  # noqa: S608
                " ORDER BY message_id DESC LIMIT 1",
                {"leaf": leaf_id, "chat": chat_id},
            ).fetchone()
            return None if found is None else msgspec.convert(dict(found), Summary)

    def keep_summary(self, message_id: int, text: str, model_name: str) -> Summary:
        """Keep what the branch says up to and including a message, in place of an earlier summary of it."""
        summary = Summary(message_id, clean(text), line(model_name))
        with self._database.write() as connection:
            fetch(connection, "messages", message_id)
            connection.execute(
                "INSERT OR REPLACE INTO summaries (message_id, text, model_name) VALUES (?, ?, ?)",
                (summary.message_id, summary.text, summary.model_name),
            )
        return summary

    def recover(self) -> int:
        """Mark as ``interrupted`` what nobody is writing any more; return how many answers."""
        with self._database.write() as connection:
            found = connection.execute(
                "UPDATE messages SET status = 'interrupted' WHERE status = 'streaming' RETURNING id"
            ).fetchall()
            index.put(connection, *sorted(row["id"] for row in found))
            return len(found)

    def star(self, *ids: int) -> None:
        """Mark the messages; one that is marked keeps its time."""
        self._mark(ids, time.time())

    def unstar(self, *ids: int) -> None:
        """Take the mark off the messages."""
        self._mark(ids, None)

    def starred(self, limit: int = 200) -> list[Message]:
        """Return the marked messages that are in no bin, the one marked last first."""
        with self._database.read() as connection:
            found = connection.execute(
                "SELECT messages.* FROM messages JOIN chats ON chats.id = chat_id"
                " WHERE starred IS NOT NULL AND messages.deleted IS NULL AND chats.deleted IS NULL"
                " ORDER BY starred DESC, messages.id DESC LIMIT ?",
                (limit,),
            )
            return [message_of(dict(row)) for row in found]

    def sent(self, limit: int = 100) -> list[str]:
        """Return what the person has sent, each text once, the newest first.

        Left out are texts above ``SENT_CHARACTERS``, imported ones, and those in the bin. Looks at no more
        than 20 times ``limit`` messages.
        """
        with self._database.read() as connection:
            found = connection.execute(
                "SELECT text FROM messages JOIN chats ON chats.id = chat_id"
                " WHERE role = 'user' AND length(text) BETWEEN 1 AND ? AND messages.origin = ''"
                " AND messages.deleted IS NULL AND chats.deleted IS NULL ORDER BY messages.id DESC LIMIT ?",
                (SENT_CHARACTERS, limit * 20),
            )
            return list(itertools.islice(dict.fromkeys(row["text"] for row in found), limit))

    def _mark(self, ids: Sequence[int], since: float | None) -> None:
        with self._database.write() as connection:
            for id in ids:
                starred = fetch(connection, "messages", id)["starred"]
                kept = since and (starred or since)
                connection.execute("UPDATE messages SET starred = ? WHERE id = ?", (kept, id))


def leaf_of(connection: Connection, chat_id: int) -> int | None:
    """Return the message that the shown branch ends in: in a damaged row, the newest of the chat."""
    leaf: int | None = fetch(connection, "chats", chat_id)["leaf_id"]
    own = "SELECT max(id) AS id FROM messages WHERE chat_id = ? AND deleted IS NULL"
    if leaf is not None:
        found: int | None = connection.execute(f"{own} AND id = ?", (chat_id, leaf)).fetchone()["id"]
        leaf = found or connection.execute(own, (chat_id,)).fetchone()["id"]
    return leaf


def there(connection: Connection, id: int) -> dict[str, Any]:
    """Return the row of a message that is not in the bin with its branch."""
    row = fetch(connection, "messages", id)
    if row["deleted"] is not None:
        raise failures.missing("message", "メッセージ")
    return row


def path_to(connection: Connection, chat_id: int, leaf_id: int) -> list[dict[str, Any]]:
    """Return the rows from the first message to this one; none where it is not there."""
    return [dict(row) for row in connection.execute(_PATH, {"leaf": leaf_id, "chat": chat_id})]


def siblings_of(connection: Connection, row: dict[str, Any]) -> list[int]:
    """Return the ids in the same place of the tree as this row of a message, oldest first."""
    found = connection.execute(
        "SELECT id FROM messages WHERE chat_id = ? AND parent_id IS ? AND deleted IS NULL ORDER BY id",
        (row["chat_id"], row["parent_id"]),
    )
    return [sibling["id"] for sibling in found]


def leaf_under(connection: Connection, id: int) -> int:
    """Return the newest message below ``id``, or itself."""
    leaf: int = connection.execute(_LEAF_UNDER, {"id": id}).fetchone()["id"]
    return leaf


def send_below(
    connection: Connection, chat_id: int, leaf: int | None, text: str, *, model_name: str, preset_name: str
) -> tuple[Message, Message]:
    """Add the person's message below ``leaf``, and an empty answer to it."""
    now = time.time()
    asked = _insert(
        connection,
        chat_id=chat_id,
        parent_id=leaf,
        role="user",
        text=clean(text),
        status="done",
        created=now,
    )
    index.put(connection, asked.id)
    return asked, _insert_answer(connection, asked, now, model_name=model_name, preset_name=preset_name)


def _insert(connection: Connection, **values: object) -> Message:
    columns, marks = ", ".join(values), ", ".join("?" * len(values))
    id = connection.execute(
        f"INSERT INTO messages ({columns}) VALUES ({marks})",  # noqa: S608
        tuple(values.values()),
    ).lastrowid
    return message_of(fetch(connection, "messages", id or 0))


def _insert_answer(
    connection: Connection, asked: Message, now: float, *, model_name: str, preset_name: str
) -> Message:
    """Add an empty answer below ``asked`` and show it."""
    answer = _insert(
        connection,
        chat_id=asked.chat_id,
        parent_id=asked.id,
        role="assistant",
        text="",
        status="streaming",
        created=now,
        model_name=line(model_name),
        preset_name=line(preset_name),
    )
    connection.execute(
        "UPDATE chats SET leaf_id = ?, updated = ? WHERE id = ?", (answer.id, now, answer.chat_id)
    )
    return answer


def message_of(row: dict[str, Any]) -> Message:
    """Return the message that a row of the table is."""
    status = row["status"] if row["status"] in _STATUSES else "interrupted"  # of a later version
    return msgspec.convert(row | {"stats": _stats(row["stats"]), "status": status}, Message)


def _stats(kept: str | None) -> Stats | None:
    if kept is None:
        return None
    try:
        return msgspec.json.decode(kept, type=Stats)
    except msgspec.DecodeError:  # figures are not worth refusing the message
        return None
