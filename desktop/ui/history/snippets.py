"""Passages of messages as they are shown in a list: without the signs of Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

Range = tuple[int, int]  # from … to, in characters

# Each with the groups of what is not shown. A passage begins and ends anywhere: half of a pair is met, too.
_SIGNS = (
    re.compile(r"(\*\*|~~|```[\w+-]*|`|\$\$)"),
    re.compile(r"(?<![*0-9A-Za-z])(\*)(?=[^\s*])[^*]*[^\s*](\*)(?![*0-9A-Za-z])"),
    re.compile(r"(?:^|(?<=\s)|(?<=…))((?:#{1,6}|>+)\s+)"),
    re.compile(r"(?<=\s)(\[[ xX]\]\s)"),
    re.compile(r"(!?\[)[^\[\]]*(\]\([^()\s]*\))"),
    re.compile(r"(\|[\s:|-]*)(?=\s|$)"),
)


def plain(text: str, ranges: Sequence[Range]) -> tuple[str, tuple[Range, ...]]:
    """Return the text without Markdown's signs, and the ranges where they are then.

    What is in a range was looked for, and stays. Rows of spaces become one.
    """
    shown = [True] * len(text)
    for pattern in _SIGNS:
        for found in pattern.finditer(text):
            for group in range(1, pattern.groups + 1):
                shown[found.start(group) : found.end(group)] = [False] * (
                    found.end(group) - found.start(group)
                )
    for start, end in ranges:
        shown[start:end] = [True] * (end - start)
    after_space = True
    for at, character in enumerate(text):
        if shown[at]:
            shown[at] = not (after_space and character.isspace())
            after_space = character.isspace()
    places = [0]  # of each character in what is shown
    for one in shown:
        places.append(places[-1] + one)
    kept = "".join(character for character, one in zip(text, shown, strict=True) if one)
    return kept, tuple((places[start], places[end]) for start, end in ranges)
