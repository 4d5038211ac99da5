"""What a search is narrowed to, and the conditions in SQL that this comes to.

In them a chat's row is called ``c``, a message's ``m``, and the index's ``search_index``.
"""

from __future__ import annotations

from typing import Any

import msgspec

from desktop.store import index
from desktop.store.connection import Connection
from desktop.store.text import fold

_MARGIN_SECONDS = 7 * 86400  # a key may be later than its message where a second is crowded


class Filters(msgspec.Struct, frozen=True):
    """What is searched; all of it must hold. Times are Unix seconds.

    Model and preset are those of an answer, and of the question above it. For a title, model, preset and star
    must be those of some message of the chat, and the times that of its last one.
    """

    model_name: str = ""
    preset_name: str = ""
    since: float | None = None
    until: float | None = None  # and before then
    folder_id: int | None = None
    tag: str = ""
    starred: bool = False
    archived: bool | None = None  # None: also
    chat_id: int | None = None


def of_chats(filters: Filters) -> list[str]:
    """Return what must hold for a chat."""
    conditions = ["c.deleted IS NULL"]
    if filters.chat_id is not None:
        conditions.append("c.id = :chat")
    if filters.folder_id is not None:
        conditions.append("c.folder_id = :folder")
    if filters.archived is not None:
        conditions.append(f"c.archived IS {'NOT ' if filters.archived else ''}NULL")
    if filters.tag:
        conditions.append("EXISTS (SELECT 1 FROM chat_tags AS t WHERE t.chat_id = c.id AND t.tag_id = :tag)")
    return conditions


def of_few(filters: Filters) -> list[str]:
    """Return what must hold for a chat, with what is quickly told of its messages; [] for all chats."""
    conditions = of_chats(filters)
    if filters.starred:
        conditions.append("c.id IN (SELECT chat_id FROM messages WHERE starred IS NOT NULL)")
    return conditions[1:] and conditions


def of_titles(filters: Filters) -> list[str]:
    """Return what must hold for a chat that is found by its title."""
    conditions = of_few(filters) or of_chats(filters)
    if filters.since is not None:
        conditions.append("c.updated >= :since")
    if filters.until is not None:
        conditions.append("c.updated < :until")
    if messages := _of_messages(filters):
        conditions.append(
            "EXISTS (SELECT 1 FROM messages AS m"  # noqa: S608
            f" WHERE m.chat_id = c.id AND m.deleted IS NULL AND {' AND '.join(messages)})"
        )
    return conditions


def of_texts(filters: Filters) -> list[str]:
    """Return what must hold for a message that is found by its text."""
    conditions = [*of_chats(filters), "m.deleted IS NULL", *_of_messages(filters)]
    if filters.since is not None:
        conditions += ["search_index.rowid >= :least", "m.created >= :since"]
    if filters.until is not None:
        conditions += ["search_index.rowid < :most", "m.created < :until"]
    return conditions


def values(filters: Filters, connection: Connection) -> dict[str, Any]:
    """Return the values that the conditions name."""
    tag = None
    if filters.tag:
        wanted = fold(filters.tag)
        tags = connection.execute("SELECT id, name FROM tags")
        tag = next((row["id"] for row in tags if fold(row["name"]) == wanted), None)
    return {
        "chat": filters.chat_id,
        "folder": filters.folder_id,
        "tag": tag,
        "model_name": filters.model_name,
        "preset_name": filters.preset_name,
        "since": filters.since,
        "until": filters.until,
        "least": index.key_at(filters.since or 0.0),
        "most": index.key_at((filters.until or 0.0) + _MARGIN_SECONDS),
    }


def _of_messages(filters: Filters) -> list[str]:
    conditions = []
    for column, value in (("model_name", filters.model_name), ("preset_name", filters.preset_name)):
        if value:
            conditions.append(
                f"(m.{column} = :{column} OR m.role = 'user' AND EXISTS (SELECT 1 FROM messages AS a"  # noqa: S608
                f" WHERE a.parent_id = m.id AND a.deleted IS NULL AND a.{column} = :{column}))"
            )
    if filters.starred:
        conditions.append("m.starred IS NOT NULL")
    return conditions
