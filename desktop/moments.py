"""Times that are stored, for people: one form everywhere, and which can be right at all."""

from __future__ import annotations

import datetime as dt
import time

EARLIEST = 946_684_800  # Unix seconds, 2000-01-01: no chat is older, also none that was imported
AHEAD_SECONDS = 7 * 86_400  # so far a clock may have been wrong


def is_plausible(when: float, now: float) -> bool:
    """Return whether a chat can be of this time, both in Unix seconds; a damaged row's may be anything."""
    return EARLIEST <= when <= now + AHEAD_SECONDS  # which NaN is not


def moment(when: float) -> str:
    """Return a time (Unix seconds) as local ``2026-11-24 16:07``; "" for one that cannot be right."""
    if not is_plausible(when, time.time()):
        return ""
    return dt.datetime.fromtimestamp(when).strftime("%Y-%m-%d %H:%M")
