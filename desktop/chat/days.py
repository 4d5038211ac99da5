"""How the list of chats is grouped by day."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

EARLIEST = 946_684_800  # Unix seconds, 2000-01-01: no chat is older, also none that was imported
AHEAD_SECONDS = 7 * 86_400  # so far a clock may have been wrong


class DayGroup(NamedTuple):
    """A heading: ``kind`` is today, yesterday, week, month (``year`` and ``month`` say which), or unknown."""

    kind: str
    year: int = 0
    month: int = 0


def is_plausible(when: float, now: float) -> bool:
    """Return whether a chat can be of this time, both in Unix seconds; a damaged row's may be anything."""
    return EARLIEST <= when <= now + AHEAD_SECONDS  # which NaN is not


def group_of(when: float, now: float) -> DayGroup:
    """Return the group of a time, both in Unix seconds, by local calendar days.

    A time that is a little ahead is today; one that cannot be is unknown.
    """
    if not is_plausible(when, now):
        return DayGroup("unknown")
    try:
        day = dt.datetime.fromtimestamp(when).date()
        today = dt.datetime.fromtimestamp(now).date()
    except (OverflowError, ValueError, OSError):  # by a clock that is itself out of all bounds
        return DayGroup("unknown")
    age = (today - day).days
    if age <= 0:
        return DayGroup("today")
    if age == 1:
        return DayGroup("yesterday")
    if age <= 7:
        return DayGroup("week")
    return DayGroup("month", day.year, day.month)
