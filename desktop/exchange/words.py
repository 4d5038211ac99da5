"""The few words of an export that people read."""

from __future__ import annotations

import datetime as dt

from desktop.exchange.shapes import file_note
from desktop.language import say
from desktop.store.records import ChatRecord, MessageRecord


def title_of(record: ChatRecord) -> str:
    """Return the chat's title in one line, or what stands for none."""
    return " ".join(record.title.split()) or say("無題の対話", "Untitled chat")


def speaker(message: MessageRecord) -> str:
    """Return who says it, in one line."""
    if message.role == "user":
        return say("あなた", "You")
    return " ".join(message.model_name.split()) or say("モデル", "Model")


def heading(message: MessageRecord) -> str:
    """Return in one line who says it, when, and what is attached."""
    files = "".join(f" {file_note(each.name)}" for each in message.attachments)
    return f"{speaker(message)} · {moment(message.created)}{files}"


def moment(seconds: float) -> str:
    """Return the local time to the minute; a damaged one is none."""
    try:
        return dt.datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):  # not a number, or in no year that can be shown
        return say("日時不明", "unknown time")
