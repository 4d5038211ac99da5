"""Plain JSON: ``{"messages": [{"role", "content"}]}``, as ChatML JSONL and the usual APIs have it."""

from __future__ import annotations

from desktop.exchange.shapes import (
    Object,
    content_text,
    digest,
    identifier,
    joined,
    objects,
    seconds,
    split_thought,
    string,
)
from desktop.exchange.tree import Node, chain, messages_of
from desktop.store.records import ChatRecord


def matches(value: Object) -> bool:
    """Return whether this is one chat."""
    messages = objects(value.get("messages"))
    return bool(messages) and all("role" in message and "content" in message for message in messages)


def read(value: Object, now: float) -> ChatRecord:
    """Return the chat. Without an id it is named by all that it says, so one that grew is another chat."""
    created = seconds(value.get("created")) or seconds(value.get("created_at")) or now
    entries = objects(value.get("messages"))
    nodes = chain(_node(each) for each in entries if each.get("role") in ("user", "assistant"))
    messages, leaf = messages_of(nodes, nodes[-1].key if nodes else "", created)
    systems = [
        content_text(each.get("content")) for each in entries if each.get("role") in ("system", "developer")
    ]
    id = identifier(value.get("id")) or digest(joined(systems), *(node.key for node in nodes))
    return ChatRecord(
        origin=f"plain:{id}",
        title=string(value.get("title")),
        created=created,
        updated=created,
        messages=messages,
        leaf=leaf,
        system_prompt=joined(systems),
        model_name=string(value.get("model")),
    )


def _node(message: Object) -> Node:
    text = content_text(message.get("content"))
    if message.get("role") == "user":
        return Node("", "", "user", text, seconds(message.get("created_at")))
    thinking, text = split_thought(text)
    thinking = string(message.get("reasoning_content")) or thinking
    return Node(
        "", "", "assistant", text, seconds(message.get("created_at")), string(message.get("model")), thinking
    )
