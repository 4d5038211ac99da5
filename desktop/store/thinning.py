"""Which of many backups are kept: the newest few, and one for each recent day, week and month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TypeVar

NEWEST, DAYS, WEEKS, MONTHS = 7, 7, 4, 12

T = TypeVar("T")

_PERIODS: tuple[tuple[int, Callable[[dt.datetime], tuple[int, ...]]], ...] = (
    (DAYS, lambda when: (when.year, when.month, when.day)),
    (WEEKS, lambda when: when.isocalendar()[:2]),
    (MONTHS, lambda when: (when.year, when.month)),
)


def surplus(backups: Sequence[tuple[dt.datetime, T]]) -> list[T]:
    """Return those that may go, of backups that come newest first.

    Kept are the newest of each of the last days that have one, of the last weeks and of the last months,
    and the newest altogether. Days without a backup do not count, so a long absence loses nothing.
    """
    kept = set(range(min(NEWEST, len(backups))))
    for most, period in _PERIODS:
        newest: dict[tuple[int, ...], int] = {}
        for place, (when, _) in enumerate(backups):
            newest.setdefault(period(when), place)
        kept.update(list(newest.values())[:most])
    return [each for place, (_, each) in enumerate(backups) if place not in kept]
