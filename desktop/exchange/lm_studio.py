"""LM Studio's conversations: one ``….conversation.json`` each, in its folder ``conversations``.

``{name, createdAt (ms), pinned, systemPrompt, perChatPredictionConfig: {fields: [{key, value}]},
lastUsedModel, messages: [{versions: [version], currentlySelected}]}``. A version is ``{type: "singleStep",
role, content: [{type: "text", text}]}`` or ``{type: "multiStep", role, senderInfo: {senderName}, steps:
[{type: "contentBlock", content, style: {type: "thinking"}}]}``. Undocumented; the shape is that of real
files, as public readers of them tell.
"""

from __future__ import annotations

from desktop.exchange.shapes import (
    Object,
    as_json,
    content_text,
    digest,
    file_note,
    joined,
    mapping,
    objects,
    part_text,
    seconds,
    sequence,
    split_thought,
    string,
    tool_text,
)
from desktop.exchange.tree import Node, messages_of, role_of
from desktop.store.records import ChatRecord


def matches(value: Object) -> bool:
    """Return whether this is a conversation: its messages have versions."""
    messages = objects(value.get("messages"))
    return bool(messages) and all(isinstance(message.get("versions"), list) for message in messages)


def read(value: Object, now: float) -> ChatRecord:
    """Return the conversation; versions that are not selected become branches.

    Messages have no ids: each is named by its place and its text.
    """
    created = seconds(value.get("createdAt")) or now
    systems = [string(value.get("systemPrompt"))]
    config = mapping(value.get("perChatPredictionConfig"))
    systems += [
        string(each.get("value"))
        for each in objects(config.get("fields"))
        if each.get("key") == "llm.prediction.systemPrompt"
    ]
    nodes: list[Node] = []
    above = ""
    for message in objects(value.get("messages")):
        versions = objects(message.get("versions"))
        selected = message.get("currentlySelected")
        chosen = (
            selected if isinstance(selected, int) and 0 <= selected < len(versions) else len(versions) - 1
        )
        below = above
        for place, version in enumerate(versions):
            if version.get("role") == "system":
                systems.append(content_text(version.get("content")))
            node = _node(above, version)
            nodes.append(node)
            below = node.key if place == chosen else below
        above = below
    messages, leaf = messages_of(nodes, above, created)
    first = next((node.text for node in nodes if node.text), "")
    model = mapping(value.get("lastUsedModel"))
    return ChatRecord(
        origin=f"lmstudio:{int(created * 1000)}" if value.get("createdAt") else f"lmstudio:{digest(first)}",
        title=string(value.get("name")),
        created=created,
        updated=seconds(value.get("assistantLastMessagedAt")) or created,
        messages=messages,
        leaf=leaf,
        system_prompt=joined(dict.fromkeys(systems)),
        pinned=created if value.get("pinned") is True else None,
        model_name=string(model.get("name")) or string(model.get("identifier")),
    )


def _node(above: str, version: Object) -> Node:
    role = version.get("role")
    parts: list[str] = []
    thoughts: list[str] = []
    for step in objects(version.get("steps")):
        if step.get("type") == "contentBlock":
            text = joined(_part(each) for each in sequence(step.get("content")))
            (thoughts if mapping(step.get("style")).get("type") == "thinking" else parts).append(text)
    parts += [_part(each) for each in sequence(version.get("content"))] or [string(version.get("content"))]
    thought, text = split_thought(joined(parts)) if role == "assistant" else ("", joined(parts))
    thinking = joined([*thoughts, thought])
    return Node(
        digest(above, string(role), text, thinking),
        above,
        role_of(role),
        text,
        None,
        string(mapping(version.get("senderInfo")).get("senderName")),
        thinking,
    )


def _part(part: object) -> str:
    item = mapping(part)
    match item.get("type"):
        case "file":
            return file_note(string(item.get("name")) or string(item.get("fileIdentifier")))
        case "toolCallRequest":
            return tool_text(string(item.get("name")), as_json(item.get("parameters")), "json")
        case "toolCallResult":
            return tool_text(string(item.get("name")), string(item.get("content")))
    return part_text(part)
