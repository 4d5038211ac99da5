"""Editing a message makes another version beside it; nothing of the old one is lost."""

from __future__ import annotations

import pytest

from desktop.errors import KotonohaError
from desktop.store import Chat, Message, Store


@pytest.fixture
def talk(store: Store, chat: Chat) -> list[Message]:
    messages: list[Message] = []
    for text, answer in (("一", "一の答え"), ("二", "二の答え")):
        asked, answered = store.messages.send(chat.id, text, "ネコ 1B", preset_name="校正")
        messages += (asked, store.messages.finish(answered.id, answer, "done", thinking="考えた"))
    return messages


def shown(store: Store, chat: Chat) -> list[str]:
    return [message.text for message in store.messages.path(chat.id)]


def test_an_edited_question_is_asked_beside_the_old_one(
    store: Store, chat: Chat, talk: list[Message]
) -> None:
    kept = store.attachments.add(
        chat.id, name="表.csv", kind="csv", size_bytes=3, sha256="0" * 64, text="a,b", content=b"a,b"
    )
    third, _ = store.messages.send(chat.id, "三", "ネコ 1B", attachments=[kept.id])
    for old, text in ((talk[0], "一改"), (third, "三改")):
        asked, answer = store.branches.edit_question(old.id, text, "イヌ 2B", preset_name="敬語")
        assert (asked.parent_id, answer.parent_id) == (old.parent_id, asked.id)
        assert (answer.status, answer.model_name, answer.preset_name) == ("streaming", "イヌ 2B", "敬語")
        assert shown(store, chat)[-2:] == [text, ""]
        assert store.messages.siblings(old.id) == [old.id, asked.id]
        assert store.messages.get(old.id) == old
    names = {id: [file.name for file in files] for id, files in store.attachments.sent(chat.id).items()}
    assert names == {third.id: ["表.csv"], asked.id: ["表.csv"]}
    assert [hit.message_id for found in store.search.find("三改").chats for hit in found.hits] == [asked.id]


def test_an_edited_question_goes_without_the_files_that_were_taken_away(store: Store, chat: Chat) -> None:
    files = [
        store.attachments.add(chat.id, name=name, kind="text", size_bytes=3, sha256=name * 64, text=name)
        for name in "abc"
    ]
    old, _ = store.messages.send(chat.id, "三つ", "ネコ 1B", attachments=[file.id for file in files])
    asked, _ = store.branches.edit_question(old.id, "一つ", "ネコ 1B", without=[files[0].id, files[2].id, 99])
    names = {id: [file.name for file in files] for id, files in store.attachments.sent(chat.id).items()}
    assert names == {old.id: ["a", "b", "c"], asked.id: ["b"]}


def test_an_edited_answer_stands_beside_the_old_one(store: Store, chat: Chat, talk: list[Message]) -> None:
    store.messages.star(talk[1].id)
    edited = store.branches.edit_answer(talk[1].id, "書き換えた答え\0")
    assert (edited.text, edited.status, edited.thinking, edited.starred) == (
        "書き換えた答え\ufffd",
        "done",
        "",
        None,
    )
    assert edited.model_name == "ネコ 1B"
    assert shown(store, chat) == ["一", edited.text]
    assert store.messages.places(chat.id)[edited.id] == (2, 2)
    store.chats.set_leaf(chat.id, talk[3].id)
    assert shown(store, chat) == ["一", "一の答え", "二", "二の答え"]


def test_what_cannot_be_edited(store: Store, chat: Chat, talk: list[Message]) -> None:
    _, streaming = store.messages.send(chat.id, "三", "m")
    for call in (
        lambda: store.branches.edit_question(talk[1].id, "x", "m"),
        lambda: store.branches.edit_answer(talk[0].id, "x"),
        lambda: store.branches.edit_answer(streaming.id, "x"),
        lambda: store.branches.edit_answer(99, "x"),
    ):
        with pytest.raises(KotonohaError) as told:
            call()
        assert told.value.code == "message_missing"
