"""Chats as PDFs: what is in one, and what writes it for ``exchange.exporting``, which knows no Qt."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from desktop.exchange.words import title_of
from desktop.jobs import Cancel
from desktop.language import say
from desktop.moments import moment
from desktop.store.records import ChatRecord, MessageRecord, shown
from desktop.ui.exchange.printing import Part, Sheet, save_pdf


def sheet_of(record: ChatRecord) -> Sheet:
    """Return what is printed of a chat: the branch that is shown."""
    parts = [_part(message) for message in shown(record) if message.text.strip()]
    return Sheet(title_of(record), moment(record.created), parts)


def _part(message: MessageRecord) -> Part:
    asked = message.role == "user"
    facts = () if asked else (message.model_name, message.preset_name)
    note = " · ".join(fact for fact in (*facts, moment(message.created)) if fact)
    return Part(say("あなた", "You") if asked else say("言の葉", "Kotonoha"), note, message.text, asked)


def pdf_writer(cancel: Cancel) -> Callable[[ChatRecord], bytes]:
    """Return what makes a PDF of a chat; b"" of one without messages. It raises as ``save_pdf`` does."""

    def write(record: ChatRecord) -> bytes:
        sheet = sheet_of(record)
        if not sheet.parts:
            return b""
        with tempfile.TemporaryDirectory(prefix="kotonoha-", ignore_cleanup_errors=True) as folder:
            path = Path(folder) / "chat.pdf"
            for _ in save_pdf(sheet, path, cancel):
                cancel.raise_if_set()
            return path.read_bytes()

    return write
