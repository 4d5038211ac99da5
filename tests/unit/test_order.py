"""The sections of the list of chats."""

from __future__ import annotations

import math
import time

import pytest

from desktop.chat.days import group_of
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


@pytest.mark.parametrize("when", [0.0, -1.0, -1e300, 1e10, 1e300, math.inf, -math.inf, math.nan])
def test_a_damaged_time_is_of_no_day(when: float) -> None:
    assert group_of(when, NOW).kind == "unknown"


@pytest.mark.parametrize(
    ("when", "kind"),
    [
        (NOW + 3 * DAY, "today"),  # by a clock that was ahead
        (NOW, "today"),
        (NOW - DAY, "yesterday"),
        (time.mktime((2022, 11, 30, 12, 0, 0, 0, 0, -1)), "month"),
    ],
)
def test_other_times_are_of_their_day(when: float, kind: str) -> None:
    assert group_of(when, NOW).kind == kind


@pytest.mark.parametrize("now", [0.0, -1e300, 1e300, math.inf, math.nan])
def test_a_damaged_clock_ends_nothing(now: float) -> None:
    assert group_of(NOW, now).kind in ("unknown", "month")
    assert [section.day.kind for section in sections([chat(1)], [], now) if section.day]


def test_chats_of_no_day_are_together_below_the_days() -> None:
    chats = [chat(1, -9_000), chat(2, -40), chat(3), chat(4, 80), chat(5, updated=0.0), chat(6, updated=-5.0)]
    assert told(chats, []) == [("today", [3]), ("month", [4]), ("unknown", [1, 2, 5, 6])]
