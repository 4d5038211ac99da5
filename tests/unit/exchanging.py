"""Importing for tests: the report, and what is in the store afterwards, in plain values."""

from __future__ import annotations

from pathlib import Path

from desktop.exchange.importing import ImportReport, import_chats
from desktop.jobs import Cancel, result_of
from desktop.store import Message, Store

FIXTURES = Path(__file__).parents[1] / "fixtures" / "exchange"


def imported(store: Store, *paths: Path) -> ImportReport:
    """Import and return the report."""
    return result_of(import_chats(store, paths, Cancel()))


def fixture(store: Store, name: str) -> ImportReport:
    """Import one of the fixtures."""
    return imported(store, FIXTURES / name)


def chat_called(store: Store, title: str) -> int:
    """Return the id of the chat of this title."""
    (found,) = [chat.id for chat in store.chats.list() if chat.title == title]
    return found


def said(store: Store, title: str) -> list[tuple[str, str]]:
    """Return role and text of the shown branch of the chat of this title."""
    return [(each.role, each.text) for each in store.messages.path(chat_called(store, title))]


def shown(store: Store, title: str) -> list[Message]:
    """Return the shown branch of the chat of this title."""
    return store.messages.path(chat_called(store, title))
