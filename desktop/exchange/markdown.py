"""The shown branch as Markdown for people, which can be read again.

Comments, which renderers do not show, carry what Markdown cannot say. Each begins with a mark that occurs
nowhere in the chat, so whatever a message holds stays text.
"""

from __future__ import annotations

import json
import re
from typing import Any

from desktop.errors import KotonohaError
from desktop.exchange.shapes import Object, digest, identifier, mapping, plain, seconds, string
from desktop.exchange.words import heading, title_of
from desktop.store.records import ChatRecord, MessageRecord, shown

_FIRST = re.compile(r"\s*<!-- kotonoha:chat (\{.*\}) -->[^\S\n]*(?:\n|$)")
_COMMENT = re.compile(r"<!-- kotonoha:([0-9a-f]{8}) (\{.*\}) -->")


def write(record: ChatRecord) -> str:
    """Return the shown branch; thoughts, figures and other branches are left out."""
    branch = [message for message in shown(record) if message.text.strip()]
    mark = _mark(branch)
    parts = [
        _comment(
            "chat",
            {
                "mark": mark,
                "origin": record.origin,
                "title": record.title,
                "created": record.created,
                "updated": record.updated,
                "system_prompt": record.system_prompt,
            },
        ),
        f"# {title_of(record)}\n\n",
    ]
    for message in branch:
        facts = {
            "key": message.key,
            "role": message.role,
            "created": message.created,
            "model": message.model_name,
        }
        parts += [
            _comment(mark, facts),
            f"## {heading(message)}\n\n",
            f"{message.text}\n\n",
        ]
    return "".join(parts)


def matches(text: str) -> bool:
    """Return whether a text begins as ours do."""
    return text.lstrip("\ufeff \t\r\n").startswith("<!-- kotonoha:chat ")


def read(text: str, now: float) -> ChatRecord:
    """Return the chat in a text of ours. Raises ``KotonohaError("chat_broken")``."""
    text = text.replace("\r\n", "\n")
    first = _FIRST.match(text)
    head = _object(first[1]) if first is not None else None
    if first is None or head is None:
        raise _broken()
    mark = string(head.get("mark"))
    created = seconds(head.get("created")) or now
    found = [each for each in _COMMENT.finditer(text, first.end()) if each[1] == mark]
    messages: list[MessageRecord] = []
    for place, each in enumerate(found):
        facts = _object(each[2])
        end = found[place + 1].start() if place + 1 < len(found) else len(text)
        body = text[each.end() : end].removeprefix("\n")
        if facts is None:
            raise _broken()
        first_line, _, below = body.partition("\n")
        body = (
            (below.removeprefix("\n") if first_line.startswith("## ") else body)
            .removesuffix("\n")
            .removesuffix("\n")
        )
        above = messages[-1].key if messages else None
        messages.append(
            MessageRecord(
                key=identifier(facts.get("key")) or digest(above or "", body),
                role="user" if facts.get("role") == "user" else "assistant",
                text=body,
                created=seconds(facts.get("created")) or created,
                parent=above,
                model_name=string(facts.get("model")),
            )
        )
    return ChatRecord(
        origin=string(head.get("origin")) or f"markdown:{digest(text)}",
        title=string(head.get("title")),
        created=created,
        updated=seconds(head.get("updated")) or created,
        messages=tuple(messages),
        leaf=messages[-1].key if messages else None,
        system_prompt=string(head.get("system_prompt")),
    )


def _mark(branch: list[MessageRecord]) -> str:
    number = 0
    while True:
        mark = digest("kotonoha", str(number), *(message.key for message in branch[:50]))[:8]
        if not any(f"<!-- kotonoha:{mark} " in message.text for message in branch):
            return mark
        number += 1


def _comment(kind: str, facts: dict[str, Any]) -> str:
    # A comment ends at the first "-->", and "--" may not be in it.
    text = json.dumps(plain(facts), ensure_ascii=False).replace("<", "\\u003c").replace(">", "\\u003e")
    return f"<!-- kotonoha:{kind} {text.replace('--', '-' + chr(92) + 'u002d')} -->\n"


def _object(text: str) -> Object | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return mapping(value) if isinstance(value, dict) else None


def _broken() -> KotonohaError:
    return KotonohaError(
        "chat_broken",
        "言の葉のMarkdownですが、見出しのコメントが壊れています。",
        "This is Markdown of Kotonoha, but the comments of its headings are damaged.",
    )
