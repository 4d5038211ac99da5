"""Our own JSON: complete, and read again without loss.

``{"format": "kotonoha-chats", "version": 1, "chats": [chat, …]}``; a chat has the fields of
``store.records.ChatRecord``, and its own ``"format": "kotonoha-chat-1"``.
"""

from __future__ import annotations

import msgspec

from desktop.errors import KotonohaError
from desktop.exchange.shapes import Object, plain, string
from desktop.store.records import FORMAT, ChatRecord

HEADER = b'{"format": "kotonoha-chats", "version": 1, "chats": [\n'
BETWEEN = b",\n"
FOOTER = b"\n]}\n"
_KIND = FORMAT.rstrip("0123456789")


def encode(record: ChatRecord) -> bytes:
    """Return one chat as JSON in one line, which can be read again. Raises ``chat_broken``."""
    value = plain(msgspec.to_builtins(record))
    read(value)
    return msgspec.json.encode(value)


def matches(value: Object) -> bool:
    """Return whether this is a chat of any version of ours."""
    return string(value.get("format")).startswith(_KIND)


def is_envelope(value: Object) -> bool:
    """Return whether this is what is left of a file of ours without its chats."""
    return value.get("format") == "kotonoha-chats"


def read(value: Object) -> ChatRecord:
    """Return the chat. Raises ``KotonohaError``: ``export_newer``, ``chat_broken``."""
    if value.get("format") != FORMAT:
        raise KotonohaError(
            "export_newer",
            "この対話は、新しい版の言の葉で書き出されています。言の葉を新しくしてから取り込んでください。",
            "This chat was exported by a newer version of Kotonoha. Please update Kotonoha, then import it.",
        )
    try:
        return msgspec.convert(value, ChatRecord)
    except (msgspec.ValidationError, RecursionError) as error:
        raise KotonohaError(
            "chat_broken",
            f"対話のデータが壊れています（{str(error)[:200]}）。",
            f"The chat's data is damaged ({str(error)[:200]}).",
        ) from error
