"""Whole chats out of the database and into it, each in one transaction."""

from __future__ import annotations

import hashlib
import heapq
import json
import math
import time
from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args

import msgspec

from desktop.engine.protocol import Stats
from desktop.store import folders, index, tags
from desktop.store.chats import Policy
from desktop.store.connection import Connection
from desktop.store.database import Database
from desktop.store.messages import Status
from desktop.store.records import (
    AttachmentRecord,
    ChatRecord,
    FolderRecord,
    MessageRecord,
    SummaryRecord,
    begun_here,
    chat_origin,
    message_key,
)
from desktop.store.rows import fetch
from desktop.store.text import clean, fold, line

# "known": it was here, with every message. "binned": it was here, and is in the bin, where it stays.
Outcome = Literal["new", "grown", "known", "binned"]

_POLICIES = frozenset(get_args(Policy))
_STATUSES = frozenset(get_args(Status))
_ERROR_CHARACTERS = 4_000
_KEY_CHARACTERS = 200
_DIGEST_CHARACTERS = 32  # 128 bits
_MOST_TAGS = 100
_LATEST = 2.0**33  # seconds: the year 2242
_MOST = 2**53


class Added(msgspec.Struct, frozen=True):
    """What became of one chat. ``lost`` counts messages that could not be placed and so not be kept."""

    chat_id: int
    outcome: Outcome
    messages: int = 0
    lost: int = 0


class Transfer:
    """Reads and adds chats as ``ChatRecord``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ids(self) -> list[int]:
        """Return the ids of the chats that are not in the bin, oldest first."""
        with self._database.read() as connection:
            found = connection.execute("SELECT id FROM chats WHERE deleted IS NULL ORDER BY created, id")
            return [row["id"] for row in found]

    def record(self, chat_id: int) -> ChatRecord:
        """Return the chat with all its branches, also from the bin. Raises ``chat_missing``."""
        with self._database.read() as connection:
            return _read_chat(connection, fetch(connection, "chats", chat_id))

    def add(self, record: ChatRecord) -> Added:
        """Keep a chat, or of one that is here already the messages that are new.

        The branch that is shown grows when the new messages continue it. A chat in the bin is left alone, and
        so is what was changed here. Raises ``text_too_long``; nothing is kept then.
        """
        with self._database.write() as connection:
            chat = _find(connection, record.origin)
            if chat is not None and chat["deleted"] is not None:
                return Added(chat["id"], "binned")
            id = _insert_chat(connection, record) if chat is None else chat["id"]
            known = {
                message_key(row["origin"], row["id"], row["created"]): (row["id"], row["deleted"])
                for row in connection.execute(
                    "SELECT id, origin, created, deleted FROM messages WHERE chat_id = ?", (id,)
                )
            }
            fresh, lost = _parents_first(record.messages, known)
            for message in fresh:
                known[_key(message.key)] = _insert_message(connection, id, message, known)
            kept = [known[_key(message.key)] for message in fresh]
            index.put(connection, *(number for number, _ in kept))
            leaf = known.get(_key(record.leaf or ""))
            if leaf is None and chat is None:  # something is to be seen of it
                leaf = next((each for each in reversed(kept) if each[1] is None), None)
            _show(connection, id, leaf, grown=bool(fresh) and chat is not None)
            if chat is None:
                _attach(connection, record.attachments, id, None)
                return Added(id, "new", len(fresh), lost)
            if fresh:
                connection.execute(
                    "UPDATE chats SET updated = max(updated, ?) WHERE id = ?", (_time(record.updated), id)
                )
            return Added(id, "grown" if fresh else "known", len(fresh), lost)


def _find(connection: Connection, origin: str) -> dict[str, Any] | None:
    columns = "SELECT id, deleted FROM chats WHERE"
    row = connection.execute(f"{columns} origin = ? AND origin <> ''", (_key(origin),)).fetchone()
    here = begun_here(origin)
    if row is None and here is not None:
        row = connection.execute(f"{columns} id = ? AND created = ? AND origin = ''", here).fetchone()
    return None if row is None else dict(row)


def _show(
    connection: Connection, chat_id: int, leaf: tuple[int, float | None] | None, *, grown: bool
) -> None:
    """Make ``leaf`` the end of the shown branch; in a chat that has grown, only where it continues it."""
    if leaf is None or leaf[1] is not None:
        return
    continues = """leaf_id IS NULL OR leaf_id IN (
        WITH RECURSIVE above(id) AS (
            SELECT :leaf
            UNION SELECT messages.parent_id FROM above JOIN messages USING (id) WHERE parent_id IS NOT NULL
        ) SELECT id FROM above)"""
    where = continues if grown else "leaf_id IS NULL"
    connection.execute(
        f"UPDATE chats SET leaf_id = :leaf WHERE id = :chat AND ({where})",  # noqa: S608
        {"leaf": leaf[0], "chat": chat_id},
    )


def _parents_first(
    messages: Iterable[MessageRecord], known: Mapping[str, object]
) -> tuple[list[MessageRecord], int]:
    """Return the messages that are not known, each behind its parent, else in their order.

    A parent that is nowhere counts as none. What hangs on itself, has no key or that of another cannot be
    placed; the second value counts it.
    """
    fresh: dict[str, MessageRecord] = {}
    lost = 0
    for message in messages:
        key = _key(message.key)
        if key not in known:
            lost += not key or fresh.setdefault(key, message) != message
    fresh.pop("", None)
    places = {key: place for place, key in enumerate(fresh)}
    children: dict[str, list[str]] = {}
    ready: list[tuple[int, str]] = []
    for key, message in fresh.items():
        parent = _key(message.parent or "")
        if parent in fresh:
            children.setdefault(parent, []).append(key)
        else:
            ready.append((places[key], key))
    heapq.heapify(ready)
    ordered: list[MessageRecord] = []
    while ready:
        _, key = heapq.heappop(ready)
        ordered.append(fresh[key])
        for child in children.get(key, ()):
            heapq.heappush(ready, (places[child], child))
    return ordered, lost + len(fresh) - len(ordered)


def _insert_chat(connection: Connection, record: ChatRecord) -> int:
    title = line(record.title)
    model = connection.execute(
        "SELECT id FROM models WHERE name = ? ORDER BY used DESC, id", (line(record.model_name),)
    ).fetchone()
    preset = connection.execute(
        "SELECT id FROM presets WHERE NOT hidden AND (key = ? OR name = ?) ORDER BY key IS NOT ?, id",
        (record.preset_key or None, line(record.preset_name) or None, record.preset_key),
    ).fetchone()
    id = _insert(
        connection,
        "chats",
        title=title,
        title_by_hand=record.title_by_hand and bool(title),
        created=_time(record.created),
        updated=_time(record.updated),
        model_id=None if model is None else model["id"],
        preset_id=None if preset is None else preset["id"],
        system_prompt=clean(record.system_prompt),
        draft=clean(record.draft),
        policy=record.policy if record.policy in _POLICIES else "leave_out",
        pinned=_optional_time(record.pinned),
        archived=_optional_time(record.archived),
        folder_id=_folder(connection, record.folder),
        origin=_key(record.origin),
    )
    index.put_title(connection, id)
    for tag in record.tags[:_MOST_TAGS]:
        if name := line(tag, tags.NAME_CHARACTERS):
            _tag(connection, id, name)
    return id


def _folder(connection: Connection, folder: FolderRecord | None) -> int | None:
    name = "" if folder is None else line(folder.name, folders.NAME_CHARACTERS)
    if folder is None or not name:
        return None
    there = _called(connection, "folders", name)
    return there or _insert(connection, "folders", name=name, position=_count(folder.position))


def _tag(connection: Connection, chat_id: int, name: str) -> None:
    tag = _called(connection, "tags", name) or _insert(connection, "tags", name=name)
    connection.execute(
        "INSERT INTO chat_tags (chat_id, tag_id) VALUES (?, ?) ON CONFLICT DO NOTHING", (chat_id, tag)
    )


def _called(connection: Connection, table: Literal["folders", "tags"], name: str) -> int | None:
    """Return the id of the row of this name, in which neither width nor case matters."""
    rows = connection.execute(f"SELECT id, name FROM {table} ORDER BY id")  # noqa: S608
    return next((row["id"] for row in rows if fold(row["name"]) == fold(name)), None)


def _insert_message(
    connection: Connection,
    chat_id: int,
    message: MessageRecord,
    known: Mapping[str, tuple[int, float | None]],
) -> tuple[int, float | None]:
    """Insert one message below its parent; return its id, and since when it is deleted."""
    parent, parent_deleted = known.get(_key(message.parent or ""), (None, None))
    status = message.status if message.status in _STATUSES else "interrupted"
    # What goes on a branch that was deleted here stays out of sight with it.
    deleted = _optional_time(message.deleted) or parent_deleted
    id = _insert(
        connection,
        "messages",
        chat_id=chat_id,
        parent_id=parent,
        role=message.role,
        text=clean(message.text),
        status="interrupted" if status == "streaming" else status,  # nobody writes it here
        created=_time(message.created),
        model_name=line(message.model_name),
        thinking=clean(message.thinking),
        stats=_stats(message.stats),
        error=clean(message.error[:_ERROR_CHARACTERS]),
        error_code=line(message.error_code),
        left_out=_count(message.left_out),
        preset_name=line(message.preset_name),
        starred=_optional_time(message.starred),
        deleted=deleted,
        origin=_key(message.key),
    )
    if message.summary is not None:
        _insert(
            connection,
            "summaries",
            message_id=id,
            text=clean(message.summary.text),
            model_name=line(message.summary.model_name),
        )
    _attach(connection, message.attachments, chat_id, id)
    return id, deleted


def _attach(
    connection: Connection, attachments: Iterable[AttachmentRecord], chat_id: int, message_id: int | None
) -> None:
    for each in attachments:
        _insert(
            connection,
            "attachments",
            chat_id=chat_id if each.of_chat or message_id is None else None,
            message_id=message_id,
            name=line(each.name),
            kind=line(each.kind),
            encoding=line(each.encoding),
            size_bytes=_count(each.size_bytes),
            sha256=line(each.sha256),
            text=clean(each.text),
            used=None if each.used is None else _count(each.used),
            notes=json.dumps([(clean(ja), clean(en)) for ja, en in each.notes], ensure_ascii=False),
            content=each.content,
        )


def _insert(connection: Connection, table: str, **values: object) -> int:
    columns, marks = ", ".join(values), ", ".join("?" * len(values))
    id = connection.execute(
        f"INSERT INTO {table} ({columns}) VALUES ({marks})",  # noqa: S608
        tuple(values.values()),
    ).lastrowid
    return id or 0


def _read_chat(connection: Connection, chat: dict[str, Any]) -> ChatRecord:
    id = chat["id"]
    rows = connection.execute("SELECT * FROM messages WHERE chat_id = ? ORDER BY id", (id,)).fetchall()
    keys = {row["id"]: message_key(row["origin"], row["id"], row["created"]) for row in rows}
    summaries = {
        row["message_id"]: SummaryRecord(row["text"], row["model_name"])
        for row in connection.execute(
            "SELECT summaries.* FROM summaries JOIN messages ON messages.id = message_id WHERE chat_id = ?",
            (id,),
        )
    }
    files: dict[int | None, list[AttachmentRecord]] = {}
    for row in connection.execute(
        "SELECT * FROM attachments WHERE message_id IN (SELECT id FROM messages WHERE chat_id = :chat)"
        " OR (message_id IS NULL AND chat_id = :chat) ORDER BY id",
        {"chat": id},
    ):
        files.setdefault(row["message_id"], []).append(
            AttachmentRecord(
                name=row["name"],
                kind=row["kind"],
                size_bytes=row["size_bytes"],
                sha256=row["sha256"],
                text=row["text"],
                encoding=row["encoding"],
                used=row["used"],
                notes=_notes(row["notes"]),
                content=row["content"],
                of_chat=row["chat_id"] is not None,
            )
        )
    folder = connection.execute("SELECT * FROM folders WHERE id = ?", (chat["folder_id"],)).fetchone()
    model = connection.execute("SELECT name FROM models WHERE id = ?", (chat["model_id"],)).fetchone()
    preset = connection.execute("SELECT key, name FROM presets WHERE id = ?", (chat["preset_id"],)).fetchone()
    named = connection.execute(
        "SELECT name FROM tags JOIN chat_tags ON tags.id = tag_id WHERE chat_id = ? ORDER BY tags.id", (id,)
    )
    return ChatRecord(
        origin=chat_origin(chat["origin"], id, chat["created"]),
        title=chat["title"],
        created=chat["created"],
        updated=chat["updated"],
        messages=tuple(
            MessageRecord(
                key=keys[row["id"]],
                role=row["role"],
                text=row["text"],
                created=row["created"],
                parent=keys.get(row["parent_id"]),
                status=row["status"],
                model_name=row["model_name"],
                thinking=row["thinking"],
                stats=_dictionary(row["stats"]),
                error=row["error"],
                error_code=row["error_code"],
                left_out=row["left_out"],
                preset_name=row["preset_name"],
                starred=row["starred"],
                deleted=row["deleted"],
                summary=summaries.get(row["id"]),
                attachments=tuple(files.get(row["id"], ())),
            )
            for row in rows
        ),
        leaf=keys.get(chat["leaf_id"]),
        title_by_hand=bool(chat["title_by_hand"]),
        system_prompt=chat["system_prompt"],
        draft=chat["draft"],
        policy=chat["policy"],
        pinned=chat["pinned"],
        archived=chat["archived"],
        folder=None if folder is None else FolderRecord(folder["name"], folder["position"]),
        tags=tuple(row["name"] for row in named),
        model_name="" if model is None else model["name"],
        preset_key="" if preset is None else preset["key"] or "",
        preset_name="" if preset is None else preset["name"],
        attachments=tuple(files.get(None, ())),
    )


def _dictionary(kept: str | None) -> dict[str, Any] | None:
    if kept is None:
        return None
    try:
        return msgspec.json.decode(kept, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):  # figures are not worth refusing the message
        return None


def _notes(kept: str) -> tuple[tuple[str, str], ...]:
    try:
        return msgspec.json.decode(kept, type=tuple[tuple[str, str], ...])
    except (msgspec.DecodeError, RecursionError):
        return ()


def _stats(figures: dict[str, Any] | None) -> str | None:
    if figures is None:
        return None
    try:
        return msgspec.json.encode(msgspec.convert(figures, Stats)).decode()
    except (msgspec.ValidationError, RecursionError):
        return None


def _key(key: str) -> str:
    """Return what names a message or a chat; of a long one a beginning, and a digest of all of it."""
    if len(key) > _KEY_CHARACTERS:
        digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST_CHARACTERS]
        key = f"{key[: _KEY_CHARACTERS - _DIGEST_CHARACTERS - 1]}#{digest}"
    return clean(key)


def _time(seconds: float) -> float:
    """Return a time that can be shown; one that cannot be meant is now."""
    return float(seconds) if math.isfinite(seconds) and 0 <= seconds <= _LATEST else time.time()


def _optional_time(seconds: float | None) -> float | None:
    return None if seconds is None else _time(seconds)


def _count(number: int) -> int:
    return min(max(number, 0), _MOST)
