from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from desktop.errors import KotonohaError
from desktop.store import Preferences, Store


def test_defaults_and_changes_last(path: Path) -> None:
    store = Store.open(path)
    assert store.settings.get() == Preferences()
    changed = store.settings.change(theme="dark", zoom=125, temperature=1, enter_sends=False, max_tokens=500)
    assert changed == msgspec.structs.replace(
        Preferences(), theme="dark", zoom=125, temperature=1.0, enter_sends=False, max_tokens=500
    )
    store.close()
    again = Store.open(path)
    assert again.settings.get() == changed
    assert again.settings.change(max_tokens=None, theme="system").max_tokens is None
    assert again.settings.get().zoom == 125
    again.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("language", "fr"),
        ("theme", None),
        ("enter_sends", "yes"),
        ("idle_minutes", -1),
        ("idle_minutes", 1.5),
        ("temperature", float("nan")),
        ("temperature", float("inf")),
        ("top_p", 2),
        ("top_k", True),
        ("max_tokens", 0),
        ("zoom", 0),
        ("model_id", 2**63),
        ("window", "x" * 100_001),
    ],
)
def test_a_value_that_cannot_be_used_changes_nothing(store: Store, name: str, value: object) -> None:
    with pytest.raises(KotonohaError) as told:
        store.settings.change(**{"list_folded": True, name: value})
    assert told.value.code == "setting_invalid"
    assert store.settings.get() == Preferences()


def test_samplers_are_the_persons_choice_or_left_to_the_model(path: Path) -> None:
    store = Store.open(path)
    assert store.settings.get().temperature is None
    chosen = store.settings.change(temperature=0.7, top_k=0, mirostat=2, xtc_probability=0.5)
    assert (chosen.temperature, chosen.top_k, chosen.mirostat) == (0.7, 0, 2)
    assert store.settings.change(temperature=None).temperature is None
    with store._database.write() as connection:  # as the first version kept it
        connection.execute("INSERT OR REPLACE INTO settings VALUES ('temperature', '0.9'), ('mirostat', '3')")
    kept = store.settings.get()
    assert (kept.temperature, kept.mirostat, kept.top_k) == (0.9, None, 0)
    store.close()


def test_an_unknown_name_is_our_own_mistake(store: Store) -> None:
    with pytest.raises(TypeError):
        store.settings.change(colour="red")


def test_spoilt_values_fall_back_alone(store: Store) -> None:
    store.settings.change(theme="dark", zoom=150)
    with store._database.write() as connection:
        connection.executemany(
            "INSERT OR REPLACE INTO settings VALUES (?, ?)",
            [("theme", '"neon"'), ("top_k", "many"), ("temperature", "99"), ("future", "1"), ("top_p", "")],
        )
    assert store.settings.get() == msgspec.structs.replace(Preferences(), zoom=150)


def test_what_is_gone_is_not_remembered(store: Store) -> None:
    chat = store.chats.create()
    assert store.settings.change(last_chat_id=chat.id).last_chat_id == chat.id
    store.chats.delete(chat.id)
    assert store.settings.get().last_chat_id is None
    store.chats.restore(chat.id)
    assert store.settings.get().last_chat_id == chat.id
    store.chats.delete(chat.id)
    store.chats.purge(0)
    assert store.settings.get().last_chat_id is None
