"""A chat as it is shown: one of its branches, with what the store knows of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop.chat.asked import summary_of
from desktop.store import Chat, Message, Store, Summary
from desktop.store.attachments import Attachment


@dataclass
class Shown:
    """What is on the page; without a chat, the place where a new one begins."""

    chat: Chat | None = None
    path: list[Message] = field(default_factory=list)
    places: dict[int, tuple[int, int]] = field(default_factory=dict)  # (k, n) of messages with siblings
    summary: Summary | None = None  # that the last answer was given
    files: dict[int, list[Attachment]] = field(default_factory=dict)  # by the message that they went with

    def message(self, message_id: int) -> Message | None:
        """Return a message of the branch."""
        return next((message for message in self.path if message.id == message_id), None)


def read(store: Store, chat_id: int, at: int = 0) -> Shown:
    """Read a chat, with ``at`` the branch with that message; raise ``chat_missing``. For a job."""
    chat = store.chats.get(chat_id)
    path = store.messages.path(chat_id)
    if at and all(message.id != at for message in path):
        store.chats.set_leaf(chat_id, store.messages.leaf_under(at))
        path = store.messages.path(chat_id)
    return Shown(
        chat,
        path,
        store.messages.places(chat_id),
        summary_of(store, path, chat.policy),
        store.attachments.sent(chat_id),
    )
