"""Claude's export: ``conversations.json``, a list of conversations.

One is ``{uuid, name, created_at, updated_at, chat_messages}``; a message ``{uuid, sender: "human" |
"assistant", text, content: [{type: "text" | "thinking" | "tool_use" | "tool_result", …}], created_at,
attachments: [{file_name, extracted_content}], files: [{file_name}], parent_message_uuid}``, the last only
in newer exports. Undocumented; the shape is that of real exports until 2026, as public readers of them
tell.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from desktop.exchange.shapes import (
    Object,
    as_json,
    content_text,
    digest,
    file_note,
    joined,
    mapping,
    objects,
    seconds,
    string,
    tool_text,
)
from desktop.exchange.tree import Node, messages_of, role_of
from desktop.store.attachments import MOST_OF_ONE
from desktop.store.records import AttachmentRecord, ChatRecord

# What a file is (``documents.Kind``), of which the export has the text alone.
_KINDS = {
    ".md": "markdown",
    ".csv": "table",
    ".tsv": "table",
    ".pdf": "pdf",
    ".docx": "word",
    ".xlsx": "excel",
}
_KINDS |= {".pptx": "powerpoint", ".html": "html", ".htm": "html", ".eml": "mail"}


def matches(value: Object) -> bool:
    """Return whether this is one conversation."""
    return isinstance(value.get("chat_messages"), list)


def read(value: Object, now: float) -> ChatRecord:
    """Return the conversation; where messages do not name their parents, each follows the one before."""
    created = seconds(value.get("created_at")) or now
    title = string(value.get("name"))
    nodes = list(_nodes(objects(value.get("chat_messages")), string(value.get("model"))))
    last = string(value.get("current_leaf_message_uuid")) or (nodes[-1].key if nodes else "")
    messages, leaf = messages_of(nodes, last, created)
    return ChatRecord(
        origin=f"claude:{string(value.get('uuid')) or digest(title, repr(created))}",
        title=title,
        created=created,
        updated=seconds(value.get("updated_at")) or created,
        messages=messages,
        leaf=leaf,
        pinned=created if value.get("is_starred") is True else None,
    )


def _nodes(messages: list[Object], model: str) -> Iterator[Node]:
    tree = any(string(message.get("parent_message_uuid")) for message in messages)
    above = ""
    for message in messages:
        text, thinking = _text(message)
        role = role_of(message.get("sender"))
        key = string(message.get("uuid")) or digest(above, role or "", text)
        yield Node(
            key,
            string(message.get("parent_message_uuid")) if tree else above,
            role,
            text,
            seconds(message.get("created_at")),
            model if role == "assistant" else "",
            thinking,
            tuple(_attachments(message)),
        )
        above = key


def _text(message: Object) -> tuple[str, str]:
    parts: list[str] = []
    thoughts: list[str] = []
    for block in objects(message.get("content")):
        match block.get("type"):
            case "text":
                parts.append(string(block.get("text")))
            case "thinking":
                thoughts.append(string(block.get("thinking")))
            case "tool_use":
                parts.append(tool_text(string(block.get("name")), *_given(mapping(block.get("input")))))
            case "tool_result":
                parts.append(tool_text(string(block.get("name")), content_text(block.get("content"))))
    text = joined(parts) or string(message.get("text"))
    files = [file_note(string(each.get("file_name"))) for each in objects(message.get("files"))]
    attached = [string(each.get("file_name")) for each in objects(message.get("attachments"))]
    without = [] if joined([text, *files]) else attached[:1]  # a message says something
    return joined([text, *files, *(file_note(name) for name in [*without, *attached[MOST_OF_ONE:]])]), joined(
        thoughts
    )


def _attachments(message: Object) -> Iterator[AttachmentRecord]:
    for each in objects(message.get("attachments"))[:MOST_OF_ONE]:
        name = string(each.get("file_name")) or "?"
        text = string(each.get("extracted_content"))
        data = text.encode("utf-8", "replace")
        size = each.get("file_size")
        yield AttachmentRecord(
            name=name,
            kind=_KINDS.get(PurePosixPath(name).suffix.lower(), "text"),
            size_bytes=size if isinstance(size, int) and size >= 0 else len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            text=text,
        )


def _given(values: Object) -> tuple[str, str]:
    """Return what a tool was given and its language: an only text (an artifact, a program), else JSON."""
    texts = [each for each in values.values() if isinstance(each, str) and "\n" in each]
    if len(texts) == 1:
        return texts[0], string(values.get("language"))
    return (as_json(values), "json") if values else ("", "")
