"""The few words of an export that people read."""

from __future__ import annotations

from desktop.exchange.shapes import file_note
from desktop.language import say
from desktop.moments import moment
from desktop.store.records import ChatRecord, MessageRecord


def counted(number: int, noun: str) -> str:
    """Return how many there are, in English: "1 chat", "1,000 chats"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


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
    return " · ".join(part for part in (speaker(message), moment(message.created)) if part) + files
