"""How the list of chats is grouped by day."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple


class DayGroup(NamedTuple):
    """A heading of the list: ``kind`` is today, yesterday, week, or month (then year and month say which)."""

    kind: str
    year: int = 0
    month: int = 0


def group_of(when: float, now: float) -> DayGroup:
    """Return the group of a time, both in Unix seconds, by local calendar days. A future time is today."""
    try:
        day = dt.datetime.fromtimestamp(when).date()
    except (OverflowError, ValueError, OSError):  # a damaged row must not hide the others
        return DayGroup("today") if when > now else DayGroup("month", 1970, 1)
    today = dt.datetime.fromtimestamp(now).date()
    age = (today - day).days
    if age <= 0:
        return DayGroup("today")
    if age == 1:
        return DayGroup("yesterday")
    if age <= 7:
        return DayGroup("week")
    return DayGroup("month", day.year, day.month)
