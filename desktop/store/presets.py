"""Presets: a system prompt and sampling values under a name. Some are built in, and may be changed too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from desktop import language as languages
from desktop.errors import KotonohaError
from desktop.language import Language
from desktop.store import sampling as ranges
from desktop.store.database import Database
from desktop.store.rows import fetch
from desktop.store.text import clean, find, line

_DESCRIPTION_CHARACTERS = 1_000


class Preset(msgspec.Struct, frozen=True):
    """One preset. ``sampling`` has some of the fields of ``engine.protocol.Sampling``."""

    id: int
    key: str | None  # of a built-in one
    name: str
    description: str
    system_prompt: str
    sampling: dict[str, float | int]


class Presets:
    """Methods on one preset raise ``KotonohaError("preset_missing")`` when it is not there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self) -> list[Preset]:
        """Return the built-in presets in their order, then the person's own, oldest first."""
        with self._database.read() as connection:
            found = connection.execute(
                "SELECT * FROM presets WHERE NOT hidden ORDER BY key IS NULL, position, id"
            )
            return [_preset(dict(row)) for row in found]

    def get(self, id: int) -> Preset:
        """Return the preset."""
        with self._database.read() as connection:
            return _preset(fetch(connection, "presets", id))

    def by_name(self, name: str) -> Preset | None:
        """Return the preset of this name or key: exactly, but for case and width, or the only one like it.

        Among equals the person's own comes first.
        """
        presets = sorted(self.list(), key=lambda preset: preset.key is not None)
        by_key = next((preset for preset in presets if preset.key == name), None)
        return by_key or find(name, presets)

    def save(
        self,
        name: str,
        system_prompt: str,
        description: str = "",
        sampling: Mapping[str, float | int] | None = None,
        id: int | None = None,
    ) -> Preset:
        """Keep a new preset, or change the one with ``id``.

        ``seed`` no longer updates a built-in one that was changed. Raises ``preset_unnamed``,
        ``sampling_invalid``.
        """
        name, description = line(name), line(description, _DESCRIPTION_CHARACTERS)
        if not name:
            raise KotonohaError(
                "preset_unnamed",
                "プリセットに名前がありません。まだ保存していません。名前を付けてください。",
                "The preset has no name. It is not saved yet. Please give it a name.",
            )
        values = (name, description, clean(system_prompt), _encode(sampling or {}))
        with self._database.write() as connection:
            if id is None:
                id = connection.execute(
                    "INSERT INTO presets (name, description, system_prompt, sampling) VALUES (?, ?, ?, ?)",
                    values,
                ).lastrowid
            else:
                fetch(connection, "presets", id)
                connection.execute(
                    "UPDATE presets SET name = ?, description = ?, system_prompt = ?, sampling = ?,"
                    " changed = key IS NOT NULL WHERE id = ?",
                    (*values, id),
                )
            return _preset(fetch(connection, "presets", id or 0))

    def delete(self, id: int) -> None:
        """Delete the preset for good, built-in ones too; chats that used it stay, without one."""
        with self._database.write() as connection:
            key = fetch(connection, "presets", id)["key"]
            if key is None:
                connection.execute("DELETE FROM presets WHERE id = ?", (id,))
            else:
                connection.execute("UPDATE chats SET preset_id = NULL WHERE preset_id = ?", (id,))
                connection.execute("UPDATE presets SET hidden = 1 WHERE id = ?", (id,))

    def seed(self, presets: Sequence[Mapping[str, Any]], language: Language | None = None) -> None:
        """Add and update built-in presets by key, as ``builtin_presets`` returns them, named in ``language``
        (None: the one in use).

        Those that the person changed or deleted are left alone.
        """
        language = language or languages.language()
        rows = [
            (
                str(preset["key"]),
                position,
                line(preset[f"name_{language}"]),
                line(preset[f"description_{language}"], _DESCRIPTION_CHARACTERS),
                clean(preset["system_prompt"]),
                _encode(preset.get("sampling") or {}),
            )
            for position, preset in enumerate(presets)
        ]
        with self._database.write() as connection:
            connection.executemany(
                "INSERT INTO presets (key, position, name, description, system_prompt, sampling)"
                " VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (key) DO UPDATE SET (position, name, description, system_prompt, sampling) ="
                " (excluded.position, excluded.name, excluded.description, excluded.system_prompt,"
                " excluded.sampling) WHERE NOT changed AND NOT hidden",
                rows,
            )


def _encode(values: Mapping[str, float | int]) -> str:
    try:
        kept = {name: ranges.checked(name, value) for name, value in values.items()}
    except msgspec.ValidationError as error:
        raise KotonohaError(
            "sampling_invalid",
            f"生成の設定に使えない値があります（{error}）。まだ保存していません。値を直してください。",
            f"A sampling value cannot be used ({error}). It is not saved yet. Please correct it.",
        ) from error
    return msgspec.json.encode(kept).decode()


def _preset(row: dict[str, Any]) -> Preset:
    try:
        values = msgspec.json.decode(row["sampling"])
    except msgspec.DecodeError:
        values = {}
    return msgspec.convert(row | {"sampling": ranges.usable(values)}, Preset)
