from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.errors import KotonohaError
from desktop.store import Chat, Store


def test_a_new_chat_is_empty_and_stays_after_closing(path: Path) -> None:
    store = Store.open(path)
    made = store.chats.create()
    store.close()
    again = Store.open(path)
    assert again.chats.list() == [made] == [again.chats.get(made.id)]
    assert (made.title, made.draft, made.leaf_id, made.deleted) == ("", "", None, None)
    assert made.created == made.updated > 1_700_000_000
    again.close()


def test_the_chat_used_last_comes_first(store: Store) -> None:
    first, second, third = (store.chats.create() for _ in range(3))
    assert [c.id for c in store.chats.list()] == [third.id, second.id, first.id]
    store.messages.send(first.id, "やあ", "m")
    assert [c.id for c in store.chats.list()] == [first.id, third.id, second.id]
    store.chats.rename(second.id, "題")
    store.chats.set_draft(second.id, "下書き")
    assert [c.id for c in store.chats.list()] == [first.id, third.id, second.id]


def test_a_title_given_by_hand_is_not_replaced_by_itself(store: Store, chat: Chat) -> None:
    store.chats.rename(chat.id, "自動", by_hand=False)
    assert (store.chats.get(chat.id).title, store.chats.get(chat.id).title_by_hand) == ("自動", False)
    store.chats.rename(chat.id, "  手で\n付けた ")
    store.chats.rename(chat.id, "自動", by_hand=False)
    assert (store.chats.get(chat.id).title, store.chats.get(chat.id).title_by_hand) == ("手で 付けた", True)
    store.chats.rename(chat.id, "")
    store.chats.rename(chat.id, "また自動", by_hand=False)
    assert store.chats.get(chat.id).title == "また自動"


def test_settings_of_a_chat(store: Store, chat: Chat) -> None:
    model = store.models.add(path="/models/a.gguf", name="a")
    preset = store.presets.save("校正", "直して")
    store.chats.set_model(chat.id, model.id)
    store.chats.set_preset(chat.id, preset.id)
    store.chats.set_draft(chat.id, "途中\nまで")
    store.chats.set_system_prompt(chat.id, "短く")
    now = store.chats.get(chat.id)
    assert (now.model_id, now.preset_id, now.draft, now.system_prompt) == (
        model.id,
        preset.id,
        "途中\nまで",
        "短く",
    )
    made = store.chats.create(model_id=model.id, preset_id=preset.id)
    assert (made.model_id, made.preset_id) == (model.id, preset.id)
    store.chats.set_model(chat.id, None)
    assert store.chats.get(chat.id).model_id is None


def test_the_bin_gives_back_and_is_emptied_after_thirty_days(
    store: Store, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = store.chats.create()
    asked, answer = store.messages.send(chat.id, "消す前に", "m")
    store.chats.delete(chat.id)
    assert [c.id for c in store.chats.list()] == [other.id]
    since = store.chats.binned()[0].deleted
    store.chats.delete(chat.id)
    assert store.chats.binned()[0].deleted == since is not None
    store.chats.restore(chat.id)
    assert store.chats.binned() == []
    assert [m.id for m in store.messages.path(chat.id)] == [asked.id, answer.id]
    store.chats.delete(chat.id)
    assert store.chats.purge() == 0
    monkeypatch.setattr("time.time", lambda now=since: now + 31 * 86400)
    assert store.chats.purge() == 1
    for gone in (lambda: store.chats.get(chat.id), lambda: store.messages.get(asked.id)):
        with pytest.raises(KotonohaError):
            gone()
    assert [c.id for c in store.chats.list()] == [other.id]


def test_purging_takes_a_long_chat_with_branches(store: Store, chat: Chat) -> None:
    for number in range(1_500):  # deeper than SQLite's limit for nested cascades
        asked, _ = store.messages.send(chat.id, str(number), "m")
    store.messages.answer_again(chat.id, asked.id, "m")
    kept = store.chats.create()
    store.messages.send(kept.id, "残る", "m")
    store.chats.delete(chat.id)
    assert store.chats.purge(0) == 1
    assert [m.text for m in store.messages.path(kept.id)] == ["残る", ""]
    store.check()


def test_sending_takes_a_chat_out_of_the_bin(store: Store, chat: Chat) -> None:
    store.chats.delete(chat.id)
    store.messages.send(chat.id, "まだ続き", "m")
    assert [c.id for c in store.chats.list()] == [chat.id]


@pytest.mark.parametrize("id", [0, -1, 99, 2**63, 10**30])
def test_a_chat_that_is_not_there(store: Store, chat: Chat, id: int) -> None:
    chats = store.chats
    calls: list[Callable[[], object]] = [
        lambda: chats.get(id),
        lambda: chats.rename(id, "x"),
        lambda: chats.set_draft(id, "x"),
        lambda: chats.set_model(id, None),
        lambda: chats.set_preset(id, None),
        lambda: chats.set_leaf(id, None),
        lambda: chats.delete(id),
        lambda: chats.restore(id),
        lambda: store.messages.path(id),
        lambda: store.messages.send(id, "x", "m"),
    ]
    for call in calls:
        with pytest.raises(KotonohaError) as told:
            call()
        assert told.value.code == "chat_missing"
        assert told.value.ja != told.value.en


def test_pointing_at_what_is_not_there(store: Store, chat: Chat) -> None:
    elsewhere, _ = store.messages.send(store.chats.create().id, "別の対話", "m")
    for code, call in (
        ("model_missing", lambda: store.chats.set_model(chat.id, 9)),
        ("preset_missing", lambda: store.chats.set_preset(chat.id, 9)),
        ("model_missing", lambda: store.chats.create(model_id=9)),
        ("preset_missing", lambda: store.chats.create(preset_id=9)),
        ("message_missing", lambda: store.chats.set_leaf(chat.id, 9)),
        ("message_missing", lambda: store.chats.set_leaf(chat.id, elsewhere.id)),
    ):
        with pytest.raises(KotonohaError) as told:
            call()
        assert told.value.code == code
    assert store.chats.get(chat.id) == chat
    assert len(store.chats.list()) == 2


def test_what_becomes_of_the_oldest_turns(store: Store, chat: Chat) -> None:
    assert chat.policy == "leave_out"
    store.chats.set_policy(chat.id, "summarise")
    assert store.chats.get(chat.id).policy == "summarise"
    with store._database.write() as connection:
        connection.execute("UPDATE chats SET policy = 'of a later version'")
    assert store.chats.list()[0].policy == "leave_out"
