"""The one place where what SQLite and the file system say becomes what a person reads.

Knows codes and words. Does not know which statement was running.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from pysqlite3 import dbapi2 as sqlite

from desktop.errors import KotonohaError

# Primary result codes, https://sqlite.org/rescode.html; an extended code has them in its lowest byte.
_BUSY, _LOCKED, _READONLY, _IOERR, _CORRUPT, _FULL, _CANTOPEN, _TOOBIG, _NOTADB = (
    5,
    6,
    8,
    10,
    11,
    13,
    14,
    18,
    26,
)
_PERM, _AUTH = 3, 23
_FULL_BYTES = 2**18
_IOERR_SHORT_READ, _IOERR_CORRUPTFS = 522, 8458


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Raise ``KotonohaError`` for what the world did to the database ``path``; let defects of ours pass."""
    try:
        yield
    except sqlite.Error as error:
        known = _from_sqlite(error, path)
        if known is None:
            raise
        raise known from error
    except msgspec.ValidationError as error:  # a stored row that no version of ours has written
        raise damaged(path) from error
    except OSError as error:
        raise _from_system(error, path) from error


def _from_sqlite(error: Exception, path: Path) -> KotonohaError | None:
    code = getattr(error, "sqlite_errorcode", None) or 0
    primary = code & 0xFF
    if primary in (_CORRUPT, _NOTADB) or code in (_IOERR_SHORT_READ, _IOERR_CORRUPTFS):
        return damaged(path)
    if primary == _IOERR and _free_bytes(path) < _FULL_BYTES:  # as where the WAL's index finds no room
        return disk_full()
    if primary in (_IOERR, _PERM, _AUTH):
        return unreadable(path)
    if primary == _CANTOPEN:
        return _not_opened(path)
    if primary == _READONLY:
        return readonly(path)
    plain = {_BUSY: locked, _LOCKED: locked, _FULL: disk_full, _TOOBIG: too_long}
    return plain[primary]() if primary in plain else None


def _from_system(error: OSError, path: Path) -> KotonohaError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full()
    if error.errno == errno.EROFS:
        return readonly(path)
    if error.errno in (errno.EACCES, errno.EPERM):
        return _not_opened(path)
    return unreadable(path)


def _not_opened(path: Path) -> KotonohaError:
    """Tell a folder where nothing may be written from a file that may not be read."""
    if path.is_dir() or (path.exists() and not _may(path, os.R_OK)):
        return unreadable(path)
    nearest = path.parent
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    if not _may(nearest, os.W_OK) or (path.exists() and not _may(path, os.W_OK)):
        return readonly(path)
    return unreadable(path)


def require_access(path: Path) -> None:
    """Raise ``KotonohaError`` unless the existing file and its folder may be read and written.

    Asked before SQLite is, which would leave a read-only WAL beside a read-only file.
    """
    if not (_may(path, os.R_OK | os.W_OK) and _may(path.parent, os.W_OK)):
        raise _not_opened(path)


def _free_bytes(path: Path) -> int:
    try:
        return shutil.disk_usage(path.parent).free
    except OSError:
        return _FULL_BYTES


def _may(path: Path, mode: int) -> bool:
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def newer() -> KotonohaError:
    """Return the refusal of a schema that only a later version knows."""
    return KotonohaError(
        "database_newer",
        "このデータは、新しい版の言の葉で作られています。データには触れていません。言の葉を新しくしてから開いてください。",
        "This data was made by a newer version of Kotonoha. It has not been touched. Please update Kotonoha, "
        "then open it again.",
    )


def damaged(path: Path) -> KotonohaError:
    """Return the report of a file that is not whole."""
    return KotonohaError(
        "database_damaged",
        f"データのファイルが壊れています（{path}）。上書きはしていません。控えがあれば、そこから戻せます。",
        f"The data file is damaged ({path}). It has not been overwritten. If there is a backup, you can "
        "go back to it.",
    )


def readonly(path: Path) -> KotonohaError:
    """Return the report of a file or folder that cannot be written."""
    return KotonohaError(
        "database_readonly",
        f"保存先に書き込めません（{path.parent}）。これまでのデータは無事です。フォルダーの権限を直すか、"
        "別の場所を選んでください。",
        f"Nothing can be written here: {path.parent}. What was saved is safe. Please allow writing to the "
        "folder, or choose another place.",
    )


def locked() -> KotonohaError:
    """Return the report of another program that holds the file."""
    return KotonohaError(
        "database_locked",
        "ほかのプログラムがデータを使っています。データは無事です。そのプログラムを終えてから、もう一度お試しください。",
        "Another program is using the data. The data is safe. Please close that program and try again.",
    )


def disk_full() -> KotonohaError:
    """Return the report of a disk without room."""
    return KotonohaError(
        "disk_full",
        "ディスクの空きが足りず、保存できませんでした。これまでに保存したものは無事です。空きを増やしてから、"
        "もう一度お試しください。",
        "The disk is full, so this could not be saved. What was saved before is safe. Please free some "
        "space and try again.",
    )


def unreadable(path: Path) -> KotonohaError:
    """Return the report of a file that cannot be opened, read or written for another reason."""
    return KotonohaError(
        "database_unreadable",
        f"データのファイルを読み書きできません（{path}）。上書きはしていません。ディスクの接続や権限を確かめて"
        "ください。",
        f"The data file cannot be read or written ({path}). It has not been overwritten. Please check the "
        "disk and the permissions.",
    )


def foreign(path: Path) -> KotonohaError:
    """Return the refusal of another program's database."""
    return KotonohaError(
        "database_unreadable",
        f"これは言の葉のデータではありません（{path}）。何も変えていません。別の場所を選んでください。",
        f"This is not Kotonoha's data ({path}). Nothing was changed. Please choose another place.",
    )


def closed() -> KotonohaError:
    """Return the report of a call that came after ``close``."""
    return KotonohaError(
        "database_closed",
        "データはもう閉じられています。保存したものは無事です。言の葉を開き直してください。",
        "The data is already closed. What was saved is safe. Please open Kotonoha again.",
    )


def too_long() -> KotonohaError:
    """Return the refusal of a text above the limit."""
    return KotonohaError(
        "text_too_long",
        "文章が長すぎて保存できません。ほかのデータは無事です。いくつかに分けてください。",
        "The text is too long to save. Other data is safe. Please split it into parts.",
    )


def missing(noun: str, ja: str) -> KotonohaError:
    """Return the report of a row that is not there (any more), with the code ``<noun>_missing``."""
    return KotonohaError(
        f"{noun}_missing",
        f"その{ja}は見つかりません。削除されたのかもしれません。ほかのデータは無事です。",
        f"This {noun} was not found. It may have been deleted. Other data is safe.",
    )
