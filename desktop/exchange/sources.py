"""The files that may hold chats: one, those in a folder, those in a zip. Nothing is unpacked to the disk."""

from __future__ import annotations

import errno
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from desktop.errors import KotonohaError
from desktop.exchange.json_numbers import Reader
from desktop.jobs import Cancel

MOST_MEMBERS = 100_000
MOST_BYTES = 64 << 30  # of all that is in a zip, unpacked
_MOST_RATIO = 250  # unpacked to packed; chats reach 20
_SMALL = 64 << 20  # bytes; below it the ratio does not matter
_SUFFIXES = (".json", ".jsonl", ".html", ".htm", ".md", ".markdown")
_HEAD = 4096
# RuntimeError: it is encrypted, or (NotImplementedError) packed in a way that Python does not know. The last
# two: a name or a number in it that cannot be.
_OF_A_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, struct.error)


@dataclass(frozen=True)
class Member:
    """One file: its ``name`` within what was chosen, its ``size`` in bytes, and how it is opened."""

    name: str
    size: int
    open: Callable[[], BinaryIO]


class Counted:
    """A stream that counts what was read and stops, with ``Cancelled``, when that is asked for."""

    def __init__(self, member: Member, stream: BinaryIO, cancel: Cancel) -> None:
        self._name = member.name
        self._stream = stream
        self._cancel = cancel
        self._head: bytes | None = None
        self.done = 0  # bytes

    def head(self) -> bytes:
        """Return the beginning without reading it away."""
        if self._head is None:
            with told(self._name):
                self._head = self._stream.read(_HEAD)
        return self._head

    def read(self, size: int = -1, /) -> bytes:
        """Return up to ``size`` bytes."""
        self._cancel.raise_if_set()
        if self._head:
            data = self._head if size < 0 else self._head[:size]
            self._head = self._head[len(data) :]
        else:
            with told(self._name):
                data = self._stream.read(size)
        self.done += len(data)
        return data


def read_text(stream: Reader, limit: int) -> str:
    """Return all of a stream as UTF-8; raise ``KotonohaError("import_too_large")`` above ``limit`` bytes."""
    data = bytearray()
    while piece := stream.read(1 << 20):
        data += piece
        if len(data) > limit:
            raise KotonohaError(
                "import_too_large",
                f"ファイルが大きすぎます（{limit >> 20} MBまで）。",
                f"The file is too large (at most {limit >> 20} MB).",
            )
    return data.decode("utf-8-sig", "replace")


@contextmanager
def members(path: Path) -> Iterator[list[Member]]:
    """Give the files of what was chosen, which stay readable within the block.

    Raises ``KotonohaError``: ``import_missing``, ``import_unreadable``, ``zip_broken``, ``import_too_large``.
    """
    with ExitStack() as opened:
        with told(path.name):
            mode = path.stat().st_mode
            if stat.S_ISDIR(mode):
                found = _in_folder(path)
            elif not stat.S_ISREG(mode):  # a pipe would keep us waiting
                raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
            elif zipfile.is_zipfile(path) or _begins_as_zip(path):
                found = _in_zip(opened.enter_context(closing(zipfile.ZipFile(path))))
            else:
                found = [Member(path.name, path.stat().st_size, lambda: path.open("rb"))]
        yield found


@contextmanager
def told(name: str) -> Generator[None, None, None]:
    """Raise ``KotonohaError`` for what the file system or a zip did; let others pass."""
    try:
        yield
    except FileNotFoundError as error:
        raise KotonohaError(
            "import_missing", f"ファイルが見つかりません（{name}）。", f"The file was not found ({name})."
        ) from error
    except _OF_A_ZIP as error:
        raise KotonohaError(
            "zip_broken",
            f"zipを読めません（{name}: {error}）。もう一度ダウンロードしてください。",
            f"The zip cannot be read ({name}: {error}). Please download it again.",
        ) from error
    except OSError as error:
        raise KotonohaError(
            "import_unreadable",
            f"ファイルを読めません（{name}: {error.strerror or error}）。",
            f"The file cannot be read ({name}: {error.strerror or error}).",
        ) from error


def _begins_as_zip(path: Path) -> bool:
    """Return whether this was a zip before it was cut short."""
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def _in_folder(folder: Path) -> list[Member]:
    found: list[Member] = []
    for place, folders, names in os.walk(folder):  # which does not follow links
        folders.sort()
        for name in sorted(names):
            path = Path(place, name)
            if path.suffix.lower() in _SUFFIXES and path.is_file():
                opened = cast("Callable[[], BinaryIO]", lambda path=path: path.open("rb"))
                found.append(Member(path.relative_to(folder).as_posix(), path.stat().st_size, opened))
                _require(len(found), 0)
    return found


def _in_zip(archive: zipfile.ZipFile) -> list[Member]:
    infos = archive.infolist()
    _require(len(infos), sum(info.file_size for info in infos))
    found: list[Member] = []
    for info in infos:
        if info.is_dir() or not info.filename.lower().endswith(_SUFFIXES):
            continue
        if info.file_size > max(_SMALL, info.compress_size * _MOST_RATIO):
            raise _too_much()
        opened = cast("Callable[[], BinaryIO]", lambda info=info: archive.open(info))
        found.append(Member(info.filename, info.file_size, opened))
    return found


def _require(count: int, size: int) -> None:
    if count > MOST_MEMBERS or size > MOST_BYTES:
        raise _too_much()


def _too_much() -> KotonohaError:
    return KotonohaError(
        "import_too_large",
        "中身が多すぎるか、異常に大きいため、読みませんでした。",
        "There is too much in it, or it unpacks to an abnormal size, so it was not read.",
    )
