"""Messages of the store as the transcript shows them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from PySide6.QtCore import QObject

from desktop.engine.protocol import Stats
from desktop.store import Message
from desktop.ui.conversation.attachments import Attachments
from desktop.ui.conversation.shown import Shown
from desktop.ui.transcript import Entry
from desktop.ui.turns import Turns


class Entries(QObject):
    """Makes entries of messages, with what is known beside the store of those that are being written."""

    def __init__(
        self, shown: Callable[[], Shown], turns: Turns, attachments: Attachments, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._shown = shown
        self._turns = turns
        self._attachments = attachments

    def of(self, message: Message) -> Entry:
        """Return what the transcript shows of a message."""
        shown = self._shown()
        orphaned = message.status == "streaming" and self._turns.is_unsaved(message.id)
        entry = Entry(
            id=message.id,
            role=message.role,
            text=message.text,
            status="interrupted" if orphaned else message.status,
            note=self._note(message.stats) if message.stats else "",
            error=message.error,
            position=shown.places.get(message.id, (1, 1)),
            thinking=message.thinking,
            thought_seconds=message.stats.thought_seconds if message.stats else 0.0,
            exceeded=message.status == "failed" and message.error_code == "context_exceeded",
            asked=self._too_long(message),
            created=message.created,
            model=message.model_name,
            preset=message.preset_name,
            starred=message.starred is not None,
            files=self._attachments.sent_shown(shown.files.get(message.id, ())),
        )
        active = self._turns.active(message.chat_id)
        if active is None or active.message is None or active.message.id != message.id:
            return entry
        return dataclasses.replace(  # what is written reaches the store and this window at different times
            entry,
            text=active.written,
            thinking=active.thought,
            thought_seconds=active.thought_seconds,
            note=active.warning,
        )

    @staticmethod
    def _too_long(message: Message) -> int | None:
        """Return the question of an answer that fails again unless it is made shorter."""
        too_long = message.status == "failed" and message.error_code == "prompt_too_long"
        return message.parent_id if too_long else None

    def _note(self, stats: Stats) -> str:
        parts = []
        if stats.tokens_per_second:
            parts.append(self.tr("{speed} トークン/秒").format(speed=f"{stats.tokens_per_second:.1f}"))
        parts.append(
            self.tr("最初の文字まで {seconds} 秒").format(seconds=f"{stats.first_token_seconds:.2f}")
        )
        return "　".join(parts)
