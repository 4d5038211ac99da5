"""The title of a chat, made of the person's first message."""

from __future__ import annotations

import unicodedata

LONGEST = 32  # characters
_SENTENCE_ENDS = "。！？!?\n"


def title_of(text: str) -> str:
    """Return the first sentence of ``text``, cut to ``LONGEST`` characters; "" when it has none."""
    head = text.strip()[:2_000]
    for i, character in enumerate(head):
        if character in _SENTENCE_ENDS and i >= 4:
            head = head[:i] if character in "。\n" else head[: i + 1]
            break
    printable = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in head)
    title = " ".join(printable.split()).lstrip("#>*- ")
    return title if len(title) <= LONGEST else title[: LONGEST - 1].rstrip() + "…"
