"""The sections of the list of chats."""

from __future__ import annotations

import time

from desktop.chat.order import sections
from desktop.store import Chat, Folder

NOW = time.mktime((2026, 11, 24, 12, 0, 0, 0, 0, -1))
DAY = 86_400


def chat(id: int, days: float = 0, **fields: object) -> Chat:
    values = {
        "title": str(id),
        "title_by_hand": False,
        "created": NOW,
        "updated": NOW - days * DAY,
        "model_id": None,
        "preset_id": None,
        "system_prompt": "",
        "draft": "",
        "leaf_id": None,
        "deleted": None,
    }
    return Chat(id=id, **(values | fields))  # type: ignore[arg-type]


def told(chats: list[Chat], folders: list[Folder]) -> list[tuple[str, list[int]]]:
    return [
        (section.day.kind if section.day else section.key, [each.id for each in section.chats])
        for section in sections(chats, folders, NOW)
    ]


def test_a_chat_is_in_one_section_only() -> None:
    folders = [Folder(3, "仕事", 0), Folder(1, "空", 1)]
    chats = [
        chat(1),
        chat(2, pinned=NOW, folder_id=3),
        chat(3, folder_id=3),
        chat(4, 1),
        chat(5, 1, archived=NOW, pinned=NOW, folder_id=3),
        chat(6, 3, folder_id=99),  # a folder that is gone
        chat(7, 80),
    ]
    assert told(chats, folders) == [
        ("pinned", [2]),
        ("folder:3", [3]),
        ("folder:1", []),
        ("today", [1]),
        ("yesterday", [4]),
        ("week", [6]),
        ("month", [7]),
        ("archive", [5]),
    ]


def test_nothing_is_nothing() -> None:
    assert told([], []) == []
