"""Jan's threads: folders with ``thread.json`` and ``messages.jsonl``, a message a line.

A message is ``{object: "thread.message", id, thread_id, role, content: [{type: "text", text: {value}}],
created_at}`` (seconds or milliseconds); a thread ``{object: "thread", id, title, created, updated,
assistants: [{instructions, model: {id}}]}``. Source: ``docs/specs/messages.md`` and ``threads.md`` of
janhq/jan.
"""

from __future__ import annotations

from desktop.exchange.shapes import (
    Object,
    content_text,
    digest,
    identifier,
    joined,
    mapping,
    objects,
    seconds,
    split_thought,
    string,
)
from desktop.exchange.tree import Node, messages_of, role_of
from desktop.store.records import ChatRecord

THREAD = "thread.json"  # beside the messages


def is_message(value: Object) -> bool:
    """Return whether this is one line of ``messages.jsonl``."""
    return value.get("object") == "thread.message" or (
        "thread_id" in value and "role" in value and isinstance(value.get("content"), list)
    )


def is_thread(value: Object) -> bool:
    """Return whether this is a ``thread.json``, which has no messages of its own."""
    return value.get("object") == "thread" or isinstance(value.get("assistants"), list)


def read(thread: Object, lines: list[Object], now: float) -> ChatRecord:
    """Return the chat of a thread and its messages, each of which follows the one before."""
    times = [moment for each in lines if (moment := seconds(each.get("created_at")))]
    created = seconds(thread.get("created")) or min(times, default=now)
    assistants = objects(thread.get("assistants"))
    models = [identifier(mapping(each.get("model")).get("id")) for each in assistants]
    model = next(filter(None, models), identifier(mapping(thread.get("model")).get("id")))
    nodes: list[Node] = []
    systems = [string(each.get("instructions")) for each in assistants]
    above = ""
    for line in lines:
        role = line.get("role")
        text = content_text(line.get("content"))
        if role == "system":
            systems.append(text)
        thinking, text = split_thought(text) if role == "assistant" else ("", text)
        key = identifier(line.get("id")) or digest(above, string(role), text)
        nodes.append(
            Node(
                key,
                above,
                "assistant" if role == "tool" else role_of(role),
                text,
                seconds(line.get("created_at")),
                model if role == "assistant" else "",
                thinking,
            )
        )
        above = key
    messages, leaf = messages_of(nodes, above, created)
    id = identifier(thread.get("id")) or next((identifier(each.get("thread_id")) for each in lines), "")
    return ChatRecord(
        origin=f"jan:{id or digest(repr(created), *(node.key for node in nodes[:1]))}",
        title=string(thread.get("title")),
        created=created,
        updated=seconds(thread.get("updated")) or max(times, default=created),
        messages=messages,
        leaf=leaf,
        system_prompt=joined(dict.fromkeys(systems)),
        model_name=model,
    )
