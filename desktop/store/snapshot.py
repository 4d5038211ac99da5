"""A consistent copy of a database into one file, also while it is being written to."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

from desktop.errors import KotonohaError
from desktop.store import failures, index
from desktop.store.connection import connect
from desktop.store.replacing import may_replace


def snapshot(source: Path, target: Path) -> None:
    """Copy the database ``source``, its WAL included, to ``target``, replacing what is there in one step.

    The source is opened read-only. Reading every row also notices most damage, so a damaged file does not
    become a good-looking copy. Left out is the search's index, which is larger than all else and is made anew
    from the texts. Raises ``KotonohaError`` for either file, and ``backup_unwritable`` for what must not be
    replaced; ``target`` is then as it was.
    """
    require_replaceable(target)
    part = target.with_name(target.name + ".part")
    with failures.told(target):
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)  # for the owner only; VACUUM INTO takes an empty file
    try:
        with failures.told(source), closing(connect(source, "ro")) as connection:
            connection.execute("VACUUM INTO ?", (str(part),))
        with failures.told(part), closing(connect(part, "rw")) as connection:
            index.leave_out(connection)
        with failures.told(target):
            with part.open("r+b") as file:
                os.fsync(file.fileno())
            part.replace(target)
            sync_folder(target.parent)
    finally:
        part.unlink(missing_ok=True)


def require_replaceable(target: Path) -> None:
    """Raise ``KotonohaError("backup_unwritable")`` where ``target`` is a device, a pipe or a link."""
    with failures.told(target):
        if may_replace(target):
            return
    raise KotonohaError(
        "backup_unwritable",
        f"ここには控えを書けません（{target}）。ふつうのファイルの名前ではありません。何も変えていません。"
        "別の名前を選んでください。",
        f"A backup cannot be written there ({target}): it is not the name of a regular file. Nothing was "
        "changed. Please choose another name.",
    )


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` last through a power cut, where the system has a way to ask for it."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
