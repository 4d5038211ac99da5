"""The person's language for text that is not the window's: errors, the command line, the engine.

The window itself is translated by Qt Linguist (resources/i18n). The core knows no Qt, so its few sentences
carry both languages where they stand: ``say("保存しました。", "Saved.")``.
"""

from __future__ import annotations

import locale
import os
import platform
from typing import Literal

Language = Literal["ja", "en"]

_current: Language | None = None


def system_language() -> Language:
    """Return the language of the person's environment; Japanese when it says nothing."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANGUAGE", "LANG"):
        value = os.environ.get(name, "")
        if value and not value.startswith(("C", "POSIX")):
            return "ja" if value.startswith("ja") else "en"
    if platform.system() not in ("Windows", "Darwin"):
        return "ja"  # "C" says nothing, though Python calls it en_US
    try:
        code = locale.getlocale()[0] or ""
    except ValueError:
        code = ""
    return "ja" if code in ("", "C") or code.startswith(("ja", "Japanese")) else "en"


def set_language(language: Language | Literal["system"] | None) -> None:
    """Choose the language of ``say`` for this process; "system" and None follow the system."""
    global _current  # noqa: PLW0603
    _current = None if language == "system" else language


def language() -> Language:
    """Return the language in use."""
    return _current or system_language()


def say(ja: str, en: str) -> str:
    """Return the sentence in the language in use."""
    return ja if language() == "ja" else en
