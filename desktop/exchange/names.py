"""File names from titles of people, that Windows, macOS and Linux all take."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path

MOST_BYTES = 150  # of UTF-8; file systems take 255, and a number and a suffix follow
# What Windows does not allow, as its full-width sister, which reads the same.
_FORBIDDEN = str.maketrans('<>:"/\\|?*', "＜＞：”／＼｜？＊")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)", re.IGNORECASE)


def safe(title: str, otherwise: str) -> str:
    """Return a name without a suffix for a file; ``otherwise`` where nothing of the title can stay."""
    text = unicodedata.normalize("NFC", title[:1000]).translate(_FORBIDDEN)
    text = "".join(each if unicodedata.category(each)[0] != "C" else " " for each in text)
    text = _cut(" ".join(text.split()).lstrip(".").strip())
    if _RESERVED.match(text):
        text = f"_{text}"
    return text or otherwise


def unused(folder: Path | None, name: str, suffix: str, taken: set[str]) -> str:
    """Return ``name`` with its suffix, numbered where it is taken or in the folder; then it is taken.

    Names that differ in case, width or composition alone are the same file somewhere.
    """
    number = 1
    while True:
        candidate = f"{name}{'' if number == 1 else f' ({number})'}{suffix}"
        key = unicodedata.normalize("NFKC", candidate).casefold()
        if key not in taken and not (folder is not None and os.path.lexists(folder / candidate)):
            taken.add(key)
            return candidate
        number += 1


def _cut(text: str) -> str:
    data = text.encode("utf-8", "replace")
    if len(data) > MOST_BYTES:
        text = data[:MOST_BYTES].decode("utf-8", "ignore")
        while text and unicodedata.combining(text[-1]):
            text = text[:-1]
    return text.rstrip(" .")
