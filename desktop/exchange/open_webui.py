"""Open WebUI's export: a list of chats.

One is ``{id, title, created_at, updated_at, pinned, archived, meta: {tags}, chat}``.

``chat`` is ``{title, system, params: {system}, models, tags, history: {currentId, messages: {id: {parentId,
role, content, timestamp, model, files}}}}``; older ones have only the shown branch, as the list
``chat.messages``. Undocumented; the shape is that of real exports, as public readers of them tell.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from desktop.exchange.shapes import (
    Object,
    content_text,
    digest,
    file_note,
    identifier,
    joined,
    mapping,
    objects,
    seconds,
    sequence,
    split_thought,
    string,
)
from desktop.exchange.tree import Node, messages_of, role_of
from desktop.store.records import ChatRecord

# How it keeps what a model thought within the answer.
_REASONING = re.compile(
    r'<details type="reasoning"[^<>]{0,500}>\s*<summary>[^<]{0,500}</summary>(.*?)</details>\s*', re.S
)


def matches(value: Object) -> bool:
    """Return whether this is one chat, in its envelope or without."""
    chat = mapping(value.get("chat")) or value
    return isinstance(mapping(chat.get("history")).get("messages"), dict) or (
        "chat" in value and isinstance(chat.get("messages"), list)
    )


def read(value: Object, now: float) -> ChatRecord:
    """Return the chat."""
    chat = mapping(value.get("chat")) or value
    history = mapping(chat.get("history"))
    created = seconds(value.get("created_at")) or seconds(chat.get("timestamp")) or now
    title = string(value.get("title")) or string(chat.get("title"))
    tree = mapping(history.get("messages"))
    entries = [(key, mapping(each)) for key, each in tree.items()]
    leaf = string(history.get("currentId"))
    if not tree:
        entries = list(_in_a_row(objects(chat.get("messages"))))
        leaf = entries[-1][0] if entries else ""
    system = string(chat.get("system")) or string(mapping(chat.get("params")).get("system"))
    systems = [
        system,
        *(content_text(each.get("content")) for _, each in entries if each.get("role") == "system"),
    ]
    messages, shown = messages_of((_node(key, each) for key, each in entries), leaf, created)
    models = [each for each in sequence(chat.get("models")) if isinstance(each, str)]
    id = identifier(value.get("id")) or identifier(chat.get("id"))
    return ChatRecord(
        origin=f"openwebui:{id or digest(title, repr(created))}",
        title="" if title == "New Chat" else title,
        created=created,
        updated=seconds(value.get("updated_at")) or created,
        messages=messages,
        leaf=shown,
        system_prompt=joined(dict.fromkeys(systems)),
        pinned=created if value.get("pinned") is True else None,
        archived=created if value.get("archived") is True else None,
        tags=tuple(_tags([*sequence(mapping(value.get("meta")).get("tags")), *sequence(chat.get("tags"))])),
        model_name=models[0] if models else "",
    )


def _node(key: str, message: Object) -> Node:
    role = message.get("role")
    text = content_text(message.get("content"))
    thinking = ""
    if role == "assistant":
        found = _REASONING.search(text)
        if found is not None:
            thought = [
                each.removeprefix(">").removeprefix(" ")
                for each in html.unescape(found[1]).strip().splitlines()
            ]
            thinking, text = "\n".join(thought), text[: found.start()] + text[found.end() :]
        else:
            thinking, text = split_thought(text)
    files = [file_note(string(each.get("name"))) for each in objects(message.get("files"))]
    return Node(
        key,
        string(message.get("parentId")),
        role_of(role),
        joined([text, *files]),
        seconds(message.get("timestamp")),
        string(message.get("modelName")) or string(message.get("model")),
        thinking,
    )


def _in_a_row(messages: list[Object]) -> Iterator[tuple[str, Object]]:
    above = ""
    for message in messages:
        key = string(message.get("id")) or digest(above, content_text(message.get("content")))
        yield key, message | {"parentId": above}
        above = key


def _tags(tags: Iterable[object]) -> dict[str, None]:
    names = (string(each) or string(mapping(each).get("name")) for each in tags)
    return dict.fromkeys(name for name in names if name)
