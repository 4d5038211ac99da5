"""The passphrase of the backups, where one was chosen: in a file of its own beside the database.

Not among the settings, so that it is in no backup and in nothing that prints settings. The file is for the
owner alone, and in plain text like the chats beside it: it protects copies that are kept elsewhere.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from desktop.errors import KotonohaError
from desktop.store import failures
from desktop.store.snapshot import sync_folder

LONGEST = 1_000  # characters


def kept(database: Path) -> str | None:
    """Return the passphrase with which new backups are encrypted, None where they are not."""
    with failures.told(database):
        try:
            data = _file(database).read_bytes()[: 4 * LONGEST]
        except FileNotFoundError:
            return None
    return data.decode("utf-8", "surrogateescape") or None


def keep(database: Path, passphrase: str) -> None:
    """Encrypt new backups with ``passphrase``. Raises ``passphrase_empty`` or ``passphrase_too_long``."""
    if not passphrase.strip():
        raise KotonohaError(
            "passphrase_empty",
            "合言葉が空です。何も変えていません。合言葉を入れてください。",
            "The passphrase is empty. Nothing was changed. Please enter a passphrase.",
        )
    if len(passphrase) > LONGEST:
        raise KotonohaError(
            "passphrase_too_long",
            f"合言葉が長すぎます（{LONGEST:,}文字まで）。何も変えていません。短くしてください。",
            f"The passphrase is too long (at most {LONGEST:,} characters). Nothing was changed. "
            "Please shorten it.",
        )
    with failures.told(database):
        descriptor, name = tempfile.mkstemp(".part", "passphrase-", database.parent)  # for the owner only
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(passphrase.encode("utf-8", "surrogateescape"))
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(_file(database))
            sync_folder(database.parent)
        finally:
            Path(name).unlink(missing_ok=True)


def forget(database: Path) -> None:
    """Encrypt new backups no more; those that are there keep their passphrase."""
    with failures.told(database):
        _file(database).unlink(missing_ok=True)


def _file(database: Path) -> Path:
    return database.with_name(f"{database.stem}-passphrase")
