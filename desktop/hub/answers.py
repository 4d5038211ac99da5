"""What a hub's answers are made into before anybody sees them: short texts, sane numbers, known shapes."""

from __future__ import annotations

import re
from datetime import datetime

_LARGEST = 2**53
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
MOST_TAGS = 200


def text(value: object, characters: int = 200) -> str:
    """Return one short line; "" for anything but text."""
    if not isinstance(value, str):
        return ""
    return " ".join(_UNSEEN.sub("", printable(value[: characters * 4])).split())[:characters]


def printable(value: str) -> str:
    """Return the text with U+FFFD where it cannot be written down."""
    return value.encode("utf-8", "replace").decode("utf-8", "replace")


def without_unseen(value: str) -> str:
    """Return the text without control characters and those that turn its direction round; lines stay."""
    return _UNSEEN.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))


def count(value: object) -> int:
    """Return a number that may count something; 0 for anything else."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LARGEST:
        return 0
    return value


def moment(value: object) -> float | None:
    """Return a time in Unix seconds; None for anything else."""
    try:
        return value.timestamp() if isinstance(value, datetime) else None
    except (OverflowError, OSError, ValueError):
        return None


def tags(value: object) -> tuple[str, ...]:
    """Return the tags that are short texts."""
    if not isinstance(value, list):
        return ()
    return tuple(filter(None, (text(tag, 100) for tag in value[:MOST_TAGS])))


def tagged(known: tuple[str, ...], name: str) -> str:
    """Return the value of the first tag ``name:value``; "" where there is none."""
    return next((tag.removeprefix(f"{name}:") for tag in known if tag.startswith(f"{name}:")), "")


def field(value: object, name: str) -> object:
    """Return an entry of what may be a dict."""
    return value.get(name) if isinstance(value, dict) else None
