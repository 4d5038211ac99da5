"""A chat as one value without ids of this database: what is exported, and what every import becomes.

Its JSON form (``format`` is the tag below) is documented by these fields: times are Unix seconds, bytes are
base64, what is left out has its default. A message is named by its ``key``, by which others call it parent.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

FORMAT = "kotonoha-chat-1"
_OWN = "kotonoha:"


class AttachmentRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file that was sent along: its text, and where it was kept, its bytes."""

    name: str
    kind: str
    size_bytes: int
    sha256: str
    text: str
    encoding: str = ""
    used: int | None = None  # characters of it that the model is given; None: all
    notes: tuple[tuple[str, str], ...] = ()  # on its reading, in Japanese and English
    content: bytes | None = None
    of_chat: bool = True  # its row names the chat too


class SummaryRecord(msgspec.Struct, frozen=True):
    """What the branch says up to and including the message that has this."""

    text: str
    model_name: str


class MessageRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message; the fields are those of its row."""

    key: str  # the same in every export of this message
    role: Literal["user", "assistant"]
    text: str
    created: float
    parent: str | None = None
    status: str = "done"
    model_name: str = ""
    thinking: str = ""
    stats: dict[str, Any] | None = None  # engine.protocol.Stats
    error: str = ""
    error_code: str = ""
    left_out: int = 0
    preset_name: str = ""
    starred: float | None = None
    deleted: float | None = None
    summary: SummaryRecord | None = None
    attachments: tuple[AttachmentRecord, ...] = ()


class FolderRecord(msgspec.Struct, frozen=True):
    """The folder that a chat lies in."""

    name: str
    position: int = 0


class ChatRecord(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="format", tag=FORMAT):
    """One chat with all its branches. ``origin`` is the same in every export of this chat."""

    origin: str
    title: str
    created: float
    updated: float
    messages: tuple[MessageRecord, ...]
    leaf: str | None = None  # the key of the message that the shown branch ends in
    title_by_hand: bool = False
    system_prompt: str = ""
    draft: str = ""
    policy: str = "leave_out"
    pinned: float | None = None
    archived: float | None = None
    folder: FolderRecord | None = None
    tags: tuple[str, ...] = ()
    model_name: str = ""
    preset_key: str = ""
    preset_name: str = ""
    attachments: tuple[AttachmentRecord, ...] = ()  # of the draft


def shown(record: ChatRecord) -> tuple[MessageRecord, ...]:
    """Return the branch that is shown, from the first message to the leaf, or without one to the last."""
    by_key = {message.key: message for message in record.messages}
    message = by_key.get(record.leaf or "") or (record.messages[-1] if record.messages else None)
    branch: list[MessageRecord] = []
    while message is not None and len(branch) < len(by_key):  # a circle ends too
        branch.append(message)
        message = by_key.get(message.parent or "")
    return tuple(reversed(branch))


def message_key(origin: str, id: int, created: float) -> str:
    """Return the key of a message: where it came from, else what no other database will have."""
    return origin or f"{id}@{created!r}"


def chat_origin(origin: str, id: int, created: float) -> str:
    """Return the origin of a chat, for one that was begun here too."""
    return origin or f"{_OWN}{id}@{created!r}"


def begun_here(origin: str) -> tuple[int, float] | None:
    """Return the id and the time of a chat that was begun in a database of ours, perhaps in this one."""
    id, found, created = origin.removeprefix(_OWN).partition("@")
    if not origin.startswith(_OWN) or not found or not id.isascii() or not id.isdigit() or len(id) > 18:
        return None
    try:
        return int(id), float(created)
    except ValueError:
        return None
