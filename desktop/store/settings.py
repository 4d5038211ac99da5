"""Settings: one frozen value with a default for everything, of which only the changes are stored."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from desktop.errors import KotonohaError
from desktop.store.connection import Connection
from desktop.store.database import Database
from desktop.store.sampling import (
    Difference,
    LookBack,
    Multiplier,
    Penalty,
    Probability,
    Sigma,
    Spread,
    Surprise,
    Temperature,
    Tokens,
    TopK,
    Version,
)
from desktop.store.text import clean

ZOOM_LEAST, ZOOM_MOST = 50, 300  # percent
DOWNLOADS_MOST = 8
STATES_MOST_GB = 64  # GB are 2³⁰ bytes here, as the systems' own windows count memory
Density = Literal["roomy", "usual", "dense"]
_Id = Annotated[int, Meta(ge=1, le=2**63 - 1)]
_Name = Annotated[str, Meta(max_length=200)]
_Keys = Annotated[tuple[_Name, ...], Meta(max_length=4)]


class Preferences(msgspec.Struct, frozen=True):
    """What the person chose.

    The sampling fields mean what ``engine.protocol.Sampling``'s mean; None: as the model recommends, else
    llama.cpp's default.
    """

    language: Literal["system", "ja", "en"] = "system"
    theme: Literal["system", "light", "dark"] = "system"
    enter_sends: bool = True  # False: Ctrl+Enter
    idle_minutes: Annotated[int, Meta(ge=0, le=7 * 24 * 60)] = 10  # the model is freed then; 0: never
    states_gb: Annotated[int, Meta(ge=0, le=STATES_MOST_GB)] = 2  # of computed states of chats; 0: none
    model_id: _Id | None = None
    context_length: Tokens | None = None
    models_folder: Annotated[str, Meta(max_length=4_000)] = ""  # where models are kept; "": in our own folder
    starter: bool = True  # whether the trial model is put in place where it is missing
    offline: bool = True  # no connection leaves the application, until the person asks for something
    downloads_at_once: Annotated[int, Meta(ge=1, le=DOWNLOADS_MOST)] = 2
    download_limit: Annotated[int, Meta(ge=0, le=1 << 40)] = 0  # bytes a second for all together; 0: none
    hub_endpoint: Annotated[str, Meta(max_length=300)] = ""  # "": HF_ENDPOINT, else the official hub
    proxy: Annotated[str, Meta(max_length=500)] = ""  # "": as the system says
    temperature: Temperature | None = None
    top_k: TopK | None = None
    top_p: Probability | None = None
    min_p: Probability | None = None
    repeat_penalty: Penalty | None = None
    repeat_last: LookBack | None = None
    typical_p: Probability | None = None
    top_n_sigma: Sigma | None = None
    xtc_probability: Probability | None = None
    xtc_threshold: Probability | None = None
    dynamic_range: Spread | None = None
    frequency_penalty: Difference | None = None
    presence_penalty: Difference | None = None
    dry_multiplier: Multiplier | None = None
    dry_allowed_length: Tokens | None = None
    mirostat: Version | None = None
    mirostat_tau: Surprise | None = None
    mirostat_eta: Probability | None = None
    loop_guard: bool = True
    max_tokens: Tokens | None = None
    system_prompt: str = ""
    last_chat_id: _Id | None = None
    new_chat_draft: str = ""  # of the chat that gets its row with its first message
    other_drafts: Annotated[tuple[str, ...], Meta(max_length=1_000)] = ()  # the same, of further windows
    window: Annotated[str, Meta(max_length=100_000)] = ""  # geometry, base64
    auto_titles: bool = True  # chats are named by the model when it is idle
    daily_backup: bool = True
    list_folded: bool = False
    folded_sections: Annotated[tuple[_Name, ...], Meta(max_length=1_000)] = ("archive",)  # of that list
    tray: bool = False  # an icon there, with which the application stays when its window is closed
    quick_keys: _Name = ""  # which call the quick question from any program; "": none
    reduce_motion: bool = False
    zoom: Annotated[int, Meta(ge=ZOOM_LEAST, le=ZOOM_MOST)] = 100  # percent
    density: Density = "usual"  # how much space lines and rows have
    text_family: _Name = ""  # of what is read and written; "": the platform's
    code_family: _Name = ""
    shortcuts: Annotated[dict[_Name, _Keys], Meta(max_length=500)] = {}  # action → keys, where changed
    recent_actions: Annotated[tuple[_Name, ...], Meta(max_length=50)] = ()  # of the palette, newest first

    @property
    def states_bytes(self) -> int:
        """Return ``states_gb`` in bytes."""
        return self.states_gb << 30


_FIELDS = {field.name: field for field in msgspec.structs.fields(Preferences)}


class Settings:
    """The stored preferences."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self) -> Preferences:
        """Return the preferences; a stored value that cannot be used counts as not set.

        ``model_id`` and ``last_chat_id`` are None when the row is gone, or the chat in the bin.
        """
        with self._database.read() as connection:
            return _read(connection)

    def change(self, **fields: object) -> Preferences:
        """Store these fields of ``Preferences``, or none and raise ``KotonohaError("setting_invalid")``."""
        rows = [(name, _encode(name, value)) for name, value in fields.items()]
        with self._database.write() as connection:
            connection.executemany("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", rows)
            return _read(connection)


def _read(connection: Connection) -> Preferences:
    values: dict[str, Any] = {}
    for row in connection.execute("SELECT name, value FROM settings"):
        field = _FIELDS.get(row["name"])
        if field is not None:
            try:
                values[field.name] = msgspec.json.decode(row["value"], type=field.type)
            except msgspec.DecodeError:
                continue
    for name, there in (
        ("model_id", "SELECT 1 FROM models WHERE id = ?"),
        ("last_chat_id", "SELECT 1 FROM chats WHERE id = ? AND deleted IS NULL"),
    ):
        if values.get(name) is not None and connection.execute(there, (values[name],)).fetchone() is None:
            del values[name]
    return Preferences(**values)


def empty_draft(connection: Connection, place: int) -> None:
    """Empty the draft of a new chat, within its transaction: ``new_chat_draft`` or the nth of the others."""
    if place == 0:
        connection.execute("DELETE FROM settings WHERE name = 'new_chat_draft'")
        return
    drafts = list(_read(connection).other_drafts)
    if place <= len(drafts):
        drafts[place - 1] = ""
        connection.execute(
            "INSERT OR REPLACE INTO settings (name, value) VALUES ('other_drafts', ?)",
            (_encode("other_drafts", tuple(drafts)),),
        )


def _encode(name: str, value: object) -> str:
    if name not in _FIELDS:
        raise TypeError(f"no such preference: {name}")
    if isinstance(value, str):
        value = clean(value)
    elif isinstance(value, tuple):
        value = tuple(clean(each) if isinstance(each, str) else each for each in value)
    try:
        if isinstance(value, float) and not math.isfinite(value):
            raise msgspec.ValidationError("not a number")
        return msgspec.json.encode(msgspec.convert(value, _FIELDS[name].type)).decode()
    except msgspec.ValidationError as error:
        raise KotonohaError(
            "setting_invalid",
            f"設定の値が使えません（{name}: {error}）。元の設定のままです。",
            f"This setting has a value that cannot be used ({name}: {error}). The setting is as it was.",
        ) from error
