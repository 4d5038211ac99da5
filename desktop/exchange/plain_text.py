"""The shown branch as plain text for people."""

from __future__ import annotations

from desktop.exchange.words import heading, moment, title_of
from desktop.store.records import ChatRecord, shown


def write(record: ChatRecord) -> str:
    """Return the title and the messages, each below its speaker; thoughts are left out."""
    parts = [title_of(record), moment(record.created), ""]
    for message in shown(record):
        if message.text.strip():
            parts += [f"■ {heading(message)}", message.text.strip("\n"), ""]
    return "\n".join(parts)
