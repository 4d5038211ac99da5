"""Models: the rows about GGUF files on this machine. The files themselves are not touched."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from desktop.errors import KotonohaError
from desktop.store.choices import Choices, Run, changed, decoded, encoded
from desktop.store.database import Database
from desktop.store.rows import fetch
from desktop.store.text import clean, find, line

_BELOW = ("model_runs", "measurements")  # tables whose rows go with their model


class Model(msgspec.Struct, frozen=True):
    """One model file. Times are Unix seconds."""

    id: int
    name: str
    path: str
    size_bytes: int
    architecture: str
    parameters: int  # number of weights
    quantization: str
    trained_context_length: int  # tokens
    added: float
    used: float | None
    choices: Choices = Choices()
    recommended: str = "{}"  # JSON: the sampling that the file recommends
    named: bool = False  # by the person
    note: str = ""  # the person's
    source: str = ""  # a repository of the hub, or the application that keeps the file
    licence: str = ""  # as the file says
    sha256: str = ""  # of the file, when it was last read whole
    verified: float | None = None  # since when it is known to be so


class TakenOff(NamedTuple):
    """A model that is no longer in the library, with all that was known of it."""

    row: dict[str, Any]
    chats: tuple[int, ...]  # that it answered in
    below: dict[str, list[dict[str, Any]]]  # rows of other tables


class Models:
    """Methods on one model raise ``KotonohaError("model_missing")`` when it is not there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self) -> list[Model]:
        """Return the models by name."""
        with self._database.read() as connection:
            models = [_model(dict(row)) for row in connection.execute("SELECT * FROM models")]
        return sorted(models, key=lambda model: (model.name.casefold(), model.id))

    def get(self, id: int) -> Model:
        """Return the model."""
        with self._database.read() as connection:
            return _model(fetch(connection, "models", id))

    def by_path(self, path: str | os.PathLike[str]) -> Model | None:
        """Return the model whose file this is."""
        key = _absolute(path)
        with self._database.read() as connection:
            row = connection.execute("SELECT * FROM models WHERE path = ?", (key,)).fetchone()
            return None if row is None else _model(dict(row))

    def find(self, name: str) -> Model | None:
        """Return the model called ``name``: exactly, but for case and width, or the only one like it."""
        return find(name, self.list(), inside=True)

    def add(
        self,
        *,
        path: str | os.PathLike[str],
        name: str,
        size_bytes: int = 0,
        architecture: str = "",
        parameters: int = 0,
        quantization: str = "",
        trained_context_length: int = 0,
        recommended: str = "{}",
        licence: str = "",
    ) -> Model:
        """Keep what is known about the file; the same path again updates its row and keeps its id.

        A name that the person gave stays.

        Raises ``KotonohaError("model_path_unusable")`` for a path that is not valid Unicode.
        """
        key = _absolute(path)
        facts = (
            line(name),
            size_bytes,
            line(architecture),
            parameters,
            line(quantization),
            trained_context_length,
            recommended,
            line(licence),
        )
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO models (path, name, size_bytes, architecture, parameters, quantization,"
                " trained_context_length, recommended, licence, added) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (path) DO UPDATE SET (name, size_bytes, architecture, parameters, quantization,"
                " trained_context_length, recommended, licence) = (iif(named, name, excluded.name),"
                " excluded.size_bytes, excluded.architecture, excluded.parameters, excluded.quantization,"
                " excluded.trained_context_length, excluded.recommended, excluded.licence)",
                (key, *facts, time.time()),
            )
            row = connection.execute("SELECT * FROM models WHERE path = ?", (key,)).fetchone()
            return _model(dict(row))

    def rename(self, id: int, name: str) -> None:
        """Call the model so from now on; "" gives it back the name that it had when it was added again."""
        self._set(id, name=line(name), named=1) if line(name) else self._set(id, named=0)

    def write_note(self, id: int, note: str) -> None:
        """Keep what the person says of the model."""
        self._set(id, note=clean(note))

    def tell_source(self, id: int, source: str) -> None:
        """Keep where the file comes from."""
        self._set(id, source=line(source))

    def keep_hash(self, id: int, sha256: str) -> None:
        """Note that the whole file was read now, and what its hash is."""
        self._set(id, sha256=sha256, verified=time.time())

    def by_hash(self, sha256: str) -> Sequence[Model]:
        """Return the models whose files were the same when they were read last."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT * FROM models WHERE sha256 = ? AND sha256 <> ''", (sha256,))
            return [_model(dict(row)) for row in rows]

    def chats(self) -> dict[int, int]:
        """Return how many chats each model answers in, by its id; those in the bin are not counted."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT model_id, count(*) AS chats FROM chats"
                " WHERE model_id IS NOT NULL AND deleted IS NULL GROUP BY model_id"
            ).fetchall()
            return {row["model_id"]: row["chats"] for row in rows}

    def _set(self, id: int, **columns: object) -> None:
        with self._database.write() as connection:
            fetch(connection, "models", id)
            names = ", ".join(f"{name} = ?" for name in columns)
            connection.execute(f"UPDATE models SET {names} WHERE id = ?", (*columns.values(), id))  # noqa: S608

    def touch(self, id: int) -> None:
        """Note that the model is used now."""
        with self._database.write() as connection:
            fetch(connection, "models", id)
            connection.execute("UPDATE models SET used = ? WHERE id = ?", (time.time(), id))

    def choose(self, id: int, **fields: object) -> Model:
        """Set these fields of its ``Choices``, or none and raise ``KotonohaError("setting_invalid")``."""
        with self._database.write() as connection:
            model = _model(fetch(connection, "models", id))
            choices = changed(model.choices, fields)
            connection.execute("UPDATE models SET choices = ? WHERE id = ?", (encoded(choices), id))
        return msgspec.structs.replace(model, choices=choices)

    def run(self, id: int, machine: str) -> Run | None:
        """Return how the model was loaded on this machine when it answered; None: it never did."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT settings FROM model_runs WHERE model_id = ? AND machine = ?", (id, machine)
            ).fetchone()
            return None if row is None else decoded(row["settings"], Run)

    def last_run(self, id: int) -> Run | None:
        """Return how the model was loaded when it answered last, on whichever machine; None: it never did."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT settings FROM model_runs WHERE model_id = ?", (id,)).fetchall()
            runs = [decoded(row["settings"], Run) for row in rows]
            return max(runs, key=lambda run: run.when, default=None)

    def remember(self, id: int, machine: str, run: Run) -> None:
        """Keep how the model was loaded on this machine."""
        with self._database.write() as connection:
            fetch(connection, "models", id)
            connection.execute(
                "INSERT OR REPLACE INTO model_runs (model_id, machine, settings) VALUES (?, ?, ?)",
                (id, machine, encoded(run)),
            )

    def relocate(self, id: int, path: str | os.PathLike[str]) -> None:
        """Note that the model lies elsewhere now, also for drafting. Raises ``model_path_unusable``."""
        key = _absolute(path)
        with self._database.write() as connection:
            before = fetch(connection, "models", id)["path"]
            other = connection.execute(
                "SELECT id FROM models WHERE path = ? AND id <> ?", (key, id)
            ).fetchone()
            if other is not None:
                raise KotonohaError(
                    "model_path_taken",
                    "移す先の場所に、別のモデルが登録されています。一覧から外してから、もう一度移してください。",
                    "Another model of the list has that place. Take it off the list, then move again.",
                )
            connection.execute("UPDATE models SET path = ? WHERE id = ?", (key, id))
            for row in connection.execute("SELECT * FROM models").fetchall():
                choices = _model(dict(row)).choices
                if choices.draft_path == before:
                    moved = encoded(msgspec.structs.replace(choices, draft_path=key))
                    connection.execute("UPDATE models SET choices = ? WHERE id = ?", (moved, row["id"]))

    def take_off(self, id: int) -> TakenOff:
        """Forget the model as ``remove`` does; return what ``put_back`` needs."""
        with self._database.write() as connection:
            row = fetch(connection, "models", id)
            chats = connection.execute("SELECT id FROM chats WHERE model_id = ?", (id,)).fetchall()
            below = {
                table: [
                    dict(each)
                    for each in connection.execute(f"SELECT * FROM {table} WHERE model_id = ?", (id,))  # noqa: S608
                ]
                for table in _BELOW
            }
            connection.execute("DELETE FROM models WHERE id = ?", (id,))
        return TakenOff(row, tuple(each["id"] for each in chats), below)

    def put_back(self, taken: TakenOff) -> None:
        """Undo ``take_off``, with all that was set and its chats; one that was added anew stays."""
        with self._database.write() as connection:
            there = connection.execute(
                "SELECT id FROM models WHERE path = ?", (taken.row["path"],)
            ).fetchone()
            if there is not None:
                return
            for table, rows in {"models": [taken.row], **taken.below}.items():
                for row in rows:
                    names, marks = ", ".join(row), ", ".join("?" * len(row))
                    connection.execute(
                        f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608 - our own names
                        tuple(row.values()),
                    )
            connection.executemany(
                "UPDATE chats SET model_id = ? WHERE id = ? AND model_id IS NULL",
                [(taken.row["id"], chat) for chat in taken.chats],
            )

    def remove(self, id: int) -> None:
        """Forget the model; chats that used it stay, without one."""
        with self._database.write() as connection:
            fetch(connection, "models", id)
            connection.execute("DELETE FROM models WHERE id = ?", (id,))


def _absolute(path: str | os.PathLike[str]) -> str:
    text = os.path.abspath(os.fspath(path))  # noqa: PTH100 - not resolve(): a link keeps the name that it was given
    if "\0" in text or not _is_unicode(text):
        raise KotonohaError(
            "model_path_unusable",
            "ファイルかフォルダーの名前に使えない文字があり、このモデルは使えません。名前を変えてからお試しください。",
            "The name of the file or its folder has characters that cannot be used. Please rename it and "
            "try again.",
        )
    return text


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _model(row: dict[str, Any]) -> Model:
    own = {"choices": decoded(row["choices"], Choices), "named": bool(row["named"])}
    return msgspec.convert(row | own, Model)
