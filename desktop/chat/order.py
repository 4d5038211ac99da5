"""In which sections the list shows the chats: pinned, folders, days, archive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from desktop.chat.days import DayGroup, group_of
from desktop.store import Chat, Folder

Kind = Literal["pinned", "folder", "day", "archive"]


class Section(NamedTuple):
    """A heading and the chats below it. ``key`` stays the same from day to day, for what is folded."""

    kind: Kind
    chats: tuple[Chat, ...]
    folder: Folder | None = None
    day: DayGroup | None = None

    @property
    def key(self) -> str:
        """What it is called where its state is kept."""
        return f"folder:{self.folder.id}" if self.folder else self.kind

    @property
    def folds(self) -> bool:
        """Whether its chats can be folded away."""
        return self.kind != "day"


def sections(chats: Sequence[Chat], folders: Sequence[Folder], now: float) -> list[Section]:
    """Return the sections from top to bottom; ``chats`` are given newest first, ``now`` in Unix seconds.

    A folder is there also when it is empty, so that something can be put into it. A chat is in one section
    only: in the archive, else pinned, else in its folder, else at its day; last those of no day.
    """
    pinned: list[Chat] = []
    archive: list[Chat] = []
    filed: dict[int, list[Chat]] = {folder.id: [] for folder in folders}
    days: list[tuple[DayGroup, list[Chat]]] = []
    undated: list[Chat] = []
    for chat in chats:
        if chat.archived is not None:
            archive.append(chat)
        elif chat.pinned is not None:
            pinned.append(chat)
        elif chat.folder_id in filed:
            filed[chat.folder_id].append(chat)
        else:
            group = group_of(chat.updated, now)
            if group.kind == "unknown":  # of the future, or of long ago: newest first says nothing of them
                undated.append(chat)
                continue
            if not days or days[-1][0] != group:
                days.append((group, []))
            days[-1][1].append(chat)
    if undated:
        days.append((DayGroup("unknown"), undated))
    return [
        *([Section("pinned", tuple(pinned))] if pinned else []),
        *(Section("folder", tuple(filed[folder.id]), folder=folder) for folder in folders),
        *(Section("day", tuple(some), day=group) for group, some in days),
        *([Section("archive", tuple(archive))] if archive else []),
    ]
