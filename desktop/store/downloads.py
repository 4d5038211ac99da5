"""Downloads: what is to be fetched from a hub, in order. Does not know how, nor what is fetched just now."""

from __future__ import annotations

import builtins
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from desktop.errors import KotonohaError
from desktop.language import say
from desktop.store import failures
from desktop.store.connection import Connection
from desktop.store.database import Database
from desktop.store.rows import fetch
from desktop.store.text import clean, line

MOST_DOWNLOADS = 1_000
MOST_FILES = 1_000  # of one download
State = Literal["queued", "paused", "failed", "done"]


class DownloadFile(msgspec.Struct, frozen=True):
    """One file of a download; ``sha256`` is "" until it is finished, and where the hub names none."""

    path: str  # within the repository
    size_bytes: int
    done: bool = False
    sha256: str = ""


class Download(msgspec.Struct, frozen=True):
    """One row of the queue: files of a repository that belong together. Times are Unix seconds."""

    id: int
    repository: str
    revision: str
    label: str  # what people read beside the repository: "Q4_K_M"
    folder: str  # the folder of models; the files go into folders of their own in it
    files: tuple[DownloadFile, ...]
    state: State
    error_code: str
    error_ja: str
    error_en: str
    added: float
    finished: float | None

    @property
    def error(self) -> str:
        """What happened, in the person's language; "" where nothing did."""
        return say(self.error_ja, self.error_en)

    @property
    def size_bytes(self) -> int:
        """The size of all files, as far as the hub said it."""
        return sum(file.size_bytes for file in self.files)


class Downloads:
    """Methods on one download raise ``KotonohaError("download_missing")`` when it is not there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self) -> builtins.list[Download]:
        """Return the downloads in their order, finished ones too."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT * FROM downloads ORDER BY position, id")
            return [_download(dict(row)) for row in rows]

    def get(self, id: int) -> Download:
        """Return the download."""
        with self._database.read() as connection:
            return _download(fetch(connection, "downloads", id))

    def add(
        self, repository: str, revision: str, label: str, folder: Path, files: Sequence[DownloadFile]
    ) -> Download:
        """Put a download at the end; one of the same files that is not finished is queued again instead.

        Raises ``KotonohaError("downloads_too_many")``.
        """
        paths = {file.path for file in files}
        with self._database.write() as connection:
            rows = [_download(dict(row)) for row in connection.execute("SELECT * FROM downloads")]
            for known in rows:
                same = (known.repository, known.folder) == (repository, str(folder))
                if same and known.state != "done" and {file.path for file in known.files} == paths:
                    _set(connection, known.id, "queued")
                    return _download(fetch(connection, "downloads", known.id))
            if len(rows) >= MOST_DOWNLOADS or not 0 < len(files) <= MOST_FILES:
                raise _too_many()
            id = connection.execute(
                "INSERT INTO downloads (position, repository, revision, label, folder, files, added)"
                " VALUES ((SELECT coalesce(max(position), 0) + 1 FROM downloads), ?, ?, ?, ?, ?, ?)",
                (
                    line(repository),
                    line(revision),
                    line(label),
                    clean(str(folder)),
                    _encoded(files),
                    time.time(),
                ),
            ).lastrowid
            assert id is not None
            return _download(fetch(connection, "downloads", id))

    def set_state(self, id: int, state: State, error: KotonohaError | None = None) -> Download:
        """Set what is to become of it, and why it failed."""
        with self._database.write() as connection:
            fetch(connection, "downloads", id)
            _set(connection, id, state, error)
            return _download(fetch(connection, "downloads", id))

    def set_file(self, id: int, file: DownloadFile) -> Download:
        """Keep what is known of one of its files now."""
        with self._database.write() as connection:
            download = _download(fetch(connection, "downloads", id))
            files = [file if known.path == file.path else known for known in download.files]
            connection.execute("UPDATE downloads SET files = ? WHERE id = ?", (_encoded(files), id))
            return msgspec.structs.replace(download, files=tuple(files))

    def move(self, id: int, place: int) -> None:
        """Put it at the ``place``, counted from 0, among all."""
        with self._database.write() as connection:
            fetch(connection, "downloads", id)
            ids = [row["id"] for row in connection.execute("SELECT id FROM downloads ORDER BY position, id")]
            ids.remove(id)
            ids.insert(max(place, 0), id)
            connection.executemany(
                "UPDATE downloads SET position = ? WHERE id = ?", [(at, each) for at, each in enumerate(ids)]
            )

    def remove(self, id: int) -> None:
        """Forget it; its files are not touched."""
        with self._database.write() as connection:
            fetch(connection, "downloads", id)
            connection.execute("DELETE FROM downloads WHERE id = ?", (id,))

    def clear_finished(self) -> None:
        """Forget those that are finished."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM downloads WHERE state = 'done'")


def _set(connection: Connection, id: int, state: State, error: KotonohaError | None = None) -> None:
    told = ("", "", "") if error is None else (error.code, clean(error.ja), clean(error.en))
    finished = time.time() if state == "done" else None
    connection.execute(
        "UPDATE downloads SET state = ?, error_code = ?, error_ja = ?, error_en = ?, finished = ?"
        " WHERE id = ?",
        (state, *told, finished, id),
    )


def _encoded(files: Sequence[DownloadFile]) -> str:
    return msgspec.json.encode(list(files)).decode()


def _download(row: dict[str, Any]) -> Download:
    del row["position"]
    try:
        files = msgspec.json.decode(row["files"], type=tuple[DownloadFile, ...])
    except msgspec.DecodeError as error:
        raise failures.missing("download", "ダウンロード") from error
    return msgspec.convert(row | {"files": files}, Download)


def _too_many() -> KotonohaError:
    return KotonohaError(
        "downloads_too_many",
        "一度に並べられる数を超えています。終わったものを一覧から消してから、もう一度お試しください。",
        "That is more than can stand in the list. Remove finished ones from it, and try again.",
    )
