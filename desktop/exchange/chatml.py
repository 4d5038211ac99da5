"""ChatML JSONL for training: each chat's shown branch as a line ``{"messages": [{"role", "content"}]}``."""

from __future__ import annotations

import json

from desktop.store.records import ChatRecord, shown


def write(record: ChatRecord) -> str:
    """Return the line; "" for a chat without an answer.

    Questions and answers alternate and an answer is last, as training wants it: neighbours of one role
    become one message, and a question without an answer is left out at the end. Thoughts are left out.
    """
    turns: list[tuple[str, str]] = []
    for message in shown(record):
        if not message.text.strip():
            continue
        if turns and turns[-1][0] == message.role:
            turns[-1] = (message.role, f"{turns[-1][1]}\n\n{message.text}")
        else:
            turns.append((message.role, message.text))
    while turns and turns[-1][0] != "assistant":
        turns.pop()
    if len(turns) < 2 and not (turns and record.system_prompt.strip()):
        return ""
    system = [("system", record.system_prompt)] if record.system_prompt.strip() else []
    messages = [{"role": role, "content": text} for role, text in (*system, *turns)]
    return json.dumps({"messages": messages}, ensure_ascii=False) + "\n"
