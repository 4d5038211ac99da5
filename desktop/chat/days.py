"""How the list of chats is grouped by day."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from desktop.moments import is_plausible


class DayGroup(NamedTuple):
    """A heading: ``kind`` is today, yesterday, week, month (``year`` and ``month`` say which), or unknown."""

    kind: str
    year: int = 0
    month: int = 0


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
