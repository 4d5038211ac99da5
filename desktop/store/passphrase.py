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
from desktop.store.replacing import open_regular
from desktop.store.snapshot import sync_folder

LONGEST = 1_000  # characters


def kept(database: Path) -> str | None:
    """Return the passphrase with which new backups are encrypted, None where they are not.

    Raises ``KotonohaError("passphrase_unreadable")`` where one was chosen and cannot be had: a backup that is
    to be encrypted is never made without.
    """
    if not is_wanted(database):
        return None
    file = _file(database)
    try:
        opened = open_regular(file)
        if opened is None:
            raise _unreadable(file)
        with opened:
            passphrase = opened.read(4 * LONGEST).decode("utf-8", "surrogateescape")
    except OSError as error:
        raise _unreadable(file) from error
    if not passphrase.replace("\0", "").strip():  # what a file system may leave after a power cut
        raise _unreadable(file)
    return passphrase


def is_wanted(database: Path) -> bool:
    """Return whether new backups are to be encrypted, also where the passphrase cannot be read."""
    return os.path.lexists(_file(database))


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


def _unreadable(file: Path) -> KotonohaError:
    return KotonohaError(
        "passphrase_unreadable",
        f"控えの合言葉を読めないので、控えを作りませんでした（{file}）。データは無事で、何も変えていません。"
        "このファイルの権限を直すか、ファイルを消してから、合言葉を設定で決め直してください。",
        f"The passphrase of the backups cannot be read, so no backup was made ({file}). The data is safe and "
        "unchanged. Please allow reading this file, or delete it and choose a passphrase in the settings "
        "again.",
    )
