"""Which application a file, folder or zip comes from, told by its first chat; reads as little as it can."""

from __future__ import annotations

import time
from collections.abc import Generator
from pathlib import Path

import msgspec

from desktop.errors import KotonohaError
from desktop.exchange.recognise import Companion, Unreadable, chats
from desktop.exchange.sources import Counted, members, told
from desktop.jobs import Cancel

NAMES = {
    "kotonoha": "言の葉",
    "chatgpt": "ChatGPT",
    "claude": "Claude",
    "gemini": "Gemini",
    "openwebui": "Open WebUI",
    "lmstudio": "LM Studio",
    "jan": "Jan",
    "markdown": "Markdown",
    "plain": "JSON",
}
_MOST_MEMBERS = 200  # files of a folder that are looked at


class Peeked(msgspec.Struct, frozen=True):
    """What something that was chosen is: a key of ``NAMES``, "" where it is none; and why, if it is known."""

    path: Path
    format: str
    size_bytes: int  # of the files that an import would read
    error: KotonohaError | None = None


def peek(paths: list[Path], cancel: Cancel) -> Generator[Peeked, None, None]:
    """Yield what each of ``paths`` is. Raises ``Cancelled``."""
    for path in paths:
        yield _peek(path, cancel)


def _peek(path: Path, cancel: Cancel) -> Peeked:
    size = 0
    try:
        with members(path) as found:
            size = sum(member.size for member in found)
            for member in found[:_MOST_MEMBERS]:
                with told(member.name):
                    opened = member.open()
                with opened:
                    for chat in chats(Counted(member, opened, cancel), lambda _: {}, time.time()):
                        if not isinstance(chat, Companion | Unreadable):
                            return Peeked(path, chat.origin.partition(":")[0], size)
    except KotonohaError as error:
        return Peeked(path, "", size, error)
    return Peeked(path, "", size)
