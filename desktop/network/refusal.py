"""A connection that was not made, told in the person's words."""

from __future__ import annotations

import errno
from typing import Literal

from desktop.errors import KotonohaError

Reason = Literal["network_offline", "network_unasked", "network_locked", "network_unrecorded"]

LONGEST_HOST = 255  # characters, as in DNS
_LONGEST_CAUSE = 100  # exceptions: a chain may be a ring

_SENTENCES: dict[Reason, tuple[str, str]] = {
    "network_offline": (
        "オフラインのため、{ja}には接続しませんでした。何も送っていません。ネットワークを使うときは、設定で「オフライン」を解除してください。",
        "Kotonoha is offline, so it did not connect to {en}. Nothing was sent. To use the network, turn off "
        "“Offline” in the settings.",
    ),
    "network_unasked": (
        "頼まれていない接続なので、{ja}には接続しませんでした。何も送っていません。",
        "Nobody asked for it, so there was no connection to {en}. Nothing was sent.",
    ),
    "network_locked": (
        "モデルや文書を扱うプロセスはネットワークを使わないので、{ja}には接続しませんでした。何も送っていません。",
        "The process that handles models or documents never uses the network, so it did not connect to {en}. "
        "Nothing was sent.",
    ),
    "network_unrecorded": (
        "通信の記録を書けないため、{ja}には接続しませんでした。何も送っていません。ディスクの空き容量を確かめてください。",
        "The record of connections cannot be written, so there was no connection to {en}. Nothing was sent. "
        "Check the free space on the disk.",
    ),
}


class OfflineError(KotonohaError, OSError):
    """No connection was made, because the switch is on, nobody asked, or it could not be recorded.

    ``code`` is ``network_offline``, ``network_unasked``, ``network_locked`` or ``network_unrecorded``. It is
    an ``OSError`` (``EACCES``) too, so that libraries pass it on as they do a network that is not there.
    """

    def __init__(self, reason: Reason, host: str = "") -> None:
        ja, en = _SENTENCES[reason]
        host = shown_host(host)
        where = {"ja": f"{host} " if host else "外部", "en": host or "the outside"}
        super().__init__(reason, ja.format(**where), en.format(**where))
        self.errno, self.filename = errno.EACCES, None  # OSError took the third argument for a file


def refusal_in(error: BaseException | None) -> OfflineError | None:
    """Return the refusal behind a library's error, which hides it among its causes; else None."""
    for _ in range(_LONGEST_CAUSE):
        if error is None or isinstance(error, OfflineError):
            return error
        reason = getattr(error, "reason", None)  # urllib's
        error = reason if isinstance(reason, OfflineError) else error.__cause__ or error.__context__
    return None


def shown_host(host: str) -> str:
    """Return what may be told and written of a host: without a user and a password before an @, bounded."""
    return plain(host.rpartition("@")[2], LONGEST_HOST)


def plain(text: str, longest: int) -> str:
    """Return the text with at most ``longest`` characters, and "?" for those that cannot be shown."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:longest])
