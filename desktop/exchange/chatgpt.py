"""ChatGPT's export: ``conversations.json`` (also in numbered parts), a list of trees.

A conversation is ``{conversation_id, title, create_time, update_time, current_node, mapping}``; ``mapping``
has a node ``{parent, children, message}`` for each id, and a message ``{author: {role}, content:
{content_type, …}, create_time, weight, recipient, metadata}``. Undocumented; the shape is that of real
exports until 2026, as public readers of them tell.
"""

from __future__ import annotations

import re

from desktop.exchange.shapes import (
    Object,
    audio_note,
    digest,
    fenced,
    file_note,
    identifier,
    image_note,
    joined,
    mapping,
    objects,
    quoted,
    seconds,
    sequence,
    string,
    tool_note,
)
from desktop.exchange.tree import Node, messages_of
from desktop.language import say
from desktop.store.records import ChatRecord

# References to sources that only their own page can show: private-use characters around "cite…".
_CITATION = re.compile("\ue200[^\ue200\ue201]{0,2000}\ue201")
_UNTITLED = frozenset({"New chat", "新しいチャット"})


def matches(value: Object) -> bool:
    """Return whether this is one conversation."""
    return isinstance(value.get("mapping"), dict)


def read(value: Object, now: float) -> ChatRecord:
    """Return the conversation; hidden messages are left out, custom instructions become its system prompt."""
    created = seconds(value.get("create_time")) or now
    tree = mapping(value.get("mapping"))
    nodes: list[Node] = []
    systems: dict[str, None] = {}
    for key, entry in tree.items():
        node = mapping(entry)
        message = mapping(node.get("message"))
        systems |= dict.fromkeys(_system_prompts(message))
        nodes.append(_node(key, string(node.get("parent")), message))
    messages, leaf = messages_of(nodes, string(value.get("current_node")), created)
    title = string(value.get("title"))
    id = identifier(value.get("conversation_id")) or identifier(value.get("id"))
    return ChatRecord(
        origin=f"chatgpt:{id or digest(title, repr(created), *list(tree)[:3])}",
        title="" if title in _UNTITLED else title,
        created=created,
        updated=seconds(value.get("update_time")) or created,
        messages=messages,
        leaf=leaf,
        system_prompt=joined(systems),
        archived=created if value.get("is_archived") is True else None,
        model_name=string(value.get("default_model_slug")),
    )


def _node(key: str, parent: str, message: Object) -> Node:
    metadata = mapping(message.get("metadata"))
    role = string(mapping(message.get("author")).get("role"))
    hidden = metadata.get("is_visually_hidden_from_conversation") is True or message.get("weight") == 0
    if hidden or role not in ("user", "assistant", "tool"):
        return Node(key, parent, None)
    text, thinking = _text(message)
    created = seconds(message.get("create_time"))
    if role == "user":
        files = [file_note(string(each.get("name"))) for each in objects(metadata.get("attachments"))]
        return Node(key, parent, "user", joined([text, *files]), created)
    return Node(key, parent, "assistant", text, created, string(metadata.get("model_slug")), thinking)


def _system_prompts(message: Object) -> list[str]:
    content = mapping(message.get("content"))
    metadata = mapping(message.get("metadata"))
    if content.get("content_type") == "user_editable_context":
        about = mapping(metadata.get("user_context_message_data"))
        return [
            string(about.get("about_user_message")) or string(content.get("user_profile")),
            string(about.get("about_model_message")) or string(content.get("user_instructions")),
        ]
    if mapping(message.get("author")).get("role") != "system" or message.get("weight") == 0:
        return []
    if metadata.get("is_visually_hidden_from_conversation") is True:
        return []
    return [_parts(content)]


def _text(message: Object) -> tuple[str, str]:
    """Return the text of a message as Markdown, and what was thought."""
    content = mapping(message.get("content"))
    kind = string(content.get("content_type"))
    text = string(content.get("text")) or _parts(content)
    author = mapping(message.get("author"))
    match kind:
        case "thoughts":
            thoughts = objects(content.get("thoughts"))
            return "", joined(string(each.get("content")) or string(each.get("summary")) for each in thoughts)
        case "reasoning_recap" | "model_editable_context" | "user_editable_context":
            return "", ""
        case "code":
            text = fenced(text, string(content.get("language"))) if text.strip() else ""
        case "execution_output" | "system_error":
            text = fenced(text) if text.strip() else ""
        case "tether_browsing_display":
            text = quoted(string(content.get("result")) or string(content.get("summary")))
        case "tether_quote":
            text = joined([quoted(text), string(content.get("title")), string(content.get("url"))], "\n")
        case _ if not text.strip() and kind not in ("", "text", "multimodal_text"):
            text = say(f"（表示できない内容: {kind[:60]}）", f"(content that cannot be shown: {kind[:60]})")
    if author.get("role") == "tool" and text.strip():
        text = joined([tool_note(string(author.get("name"))), text])
    return _CITATION.sub("", text), ""


def _parts(content: Object) -> str:
    return joined(_part(each) for each in sequence(content.get("parts")))


def _part(part: object) -> str:
    if isinstance(part, str):
        return part
    item = mapping(part)
    kind = string(item.get("content_type"))
    if "image" in kind:
        return image_note()
    if kind == "audio_transcription":
        return string(item.get("text"))
    if "audio" in kind or "video" in kind:
        return audio_note()
    return string(item.get("text"))
