"""What may be replaced by a new file: a file, never a device, a pipe or a link to something else."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO


def may_replace(target: Path) -> bool:
    """Return whether there is nothing at ``target``, a regular file or a folder, under a name in UTF-8.

    Renaming onto a device or a pipe would take it away from the whole machine, and SQLite knows only names
    in UTF-8. Raises ``OSError`` where the name is too long or its folder may not be read.
    """
    if not is_utf8(target):
        return False
    try:
        mode = target.lstat().st_mode
    except FileNotFoundError:
        return True
    return stat.S_ISREG(mode) or target.is_dir()


def is_utf8(path: Path) -> bool:
    """Return whether a name can be written as UTF-8, which Linux does not ask of a file's name."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def open_regular(path: Path) -> BinaryIO | None:
    """Open a file for reading; return None where it is a pipe or a device, which would keep us waiting.

    Raises ``OSError``.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    return os.fdopen(descriptor, "rb")
