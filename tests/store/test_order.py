"""Folders, tags, pins, the archive, and many chats at once."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable

import pytest

from desktop.errors import KotonohaError
from desktop.store import Chat, Folder, Store, Tag, text


@pytest.fixture
def three(store: Store) -> tuple[int, int, int]:
    return store.chats.create().id, store.chats.create().id, store.chats.create().id


def test_pins_and_the_archive_keep_their_time(store: Store, chat: Chat) -> None:
    chats = store.chats
    for put, take, column in (
        (chats.pin, chats.unpin, "pinned"),
        (chats.archive, chats.unarchive, "archived"),
    ):
        assert getattr(chats.get(chat.id), column) is None
        put(chat.id)
        first = getattr(chats.get(chat.id), column)
        put(chat.id)
        assert getattr(chats.get(chat.id), column) == first is not None
        take(chat.id)
    assert store.chats.get(chat.id) == chat


def test_the_list_has_what_the_sidebar_shows(store: Store, three: tuple[int, int, int]) -> None:
    one, two, gone = three
    folder = store.folders.create("仕事")
    store.chats.move(one, two, folder_id=folder.id)
    store.chats.archive(two)
    store.chats.pin(one)
    store.tags.add("旅", one)
    store.tags.add("猫", one)
    store.chats.delete(gone)
    found = {chat.id: chat for chat in store.chats.list()}
    assert set(found) == {one, two}
    assert (found[one].folder_id, found[one].tags) == (folder.id, ("旅", "猫"))
    assert found[one].pinned is not None and found[one].archived is None
    assert found[two].archived is not None and found[two].tags == ()
    assert found[one] == store.chats.get(one)


def test_many_at_once_or_none(store: Store, three: tuple[int, int, int]) -> None:
    folder = store.folders.create("仕事")
    calls: list[Callable[[], object]] = [
        lambda: store.chats.delete(*three, 99),
        lambda: store.chats.pin(*three, 99),
        lambda: store.chats.archive(*three, 99),
        lambda: store.chats.move(*three, 99, folder_id=folder.id),
        lambda: store.tags.add("猫", *three, 99),
    ]
    before = store.chats.list()
    for call in calls:
        with pytest.raises(KotonohaError) as told:
            call()
        assert told.value.code == "chat_missing"
        assert store.chats.list() == before
    assert store.tags.list() == []
    store.chats.delete(*three)
    assert store.chats.list() == []
    store.chats.restore(*three[:2])
    store.chats.erase(*three)
    assert {chat.id for chat in store.chats.list()} == set(three[:2])
    assert store.chats.binned() == []


def test_folders_are_made_renamed_and_put_in_order(store: Store) -> None:
    one, two, three = (store.folders.create(name) for name in ("一", "二", "  三\n番 "))
    assert [f.name for f in store.folders.list()] == ["一", "二", "三 番"]
    store.folders.reorder([three.id, one.id])
    assert [f.id for f in store.folders.list()] == [three.id, one.id, two.id]
    assert store.folders.create("四").position == 3
    store.folders.rename(one.id, "壱")
    assert store.folders.list()[1] == Folder(one.id, "壱", 1)
    calls: list[Callable[[], object]] = [
        lambda: store.folders.create(" \n"),
        lambda: store.folders.rename(one.id, ""),
    ]
    for call in calls:
        with pytest.raises(KotonohaError) as told:
            call()
        assert told.value.code == "folder_unnamed"
    calls = [
        lambda: store.folders.rename(99, "x"),
        lambda: store.folders.delete(99),
        lambda: store.folders.reorder([99]),
    ]
    for call in calls:
        with pytest.raises(KotonohaError) as told:
            call()
        assert told.value.code == "folder_missing"


def test_a_deleted_folder_loses_no_chat_and_comes_back(store: Store, three: tuple[int, int, int]) -> None:
    folder, other = store.folders.create("仕事"), store.folders.create("家")
    store.chats.move(*three, folder_id=folder.id)
    with pytest.raises(KotonohaError) as told:
        store.chats.move(three[0], folder_id=99)
    assert told.value.code == "folder_missing"
    kept = store.folders.delete(folder.id)
    assert kept == list(three)
    assert [chat.folder_id for chat in store.chats.list()] == [None, None, None]
    store.chats.move(three[1], folder_id=other.id)
    store.folders.restore(folder, kept)
    assert store.folders.list() == [folder, other]
    assert [store.chats.get(id).folder_id for id in three] == [folder.id, other.id, folder.id]
    store.chats.move(three[0], folder_id=None)
    assert store.chats.get(three[0]).folder_id is None


def test_a_tag_lives_as_long_as_it_is_used(store: Store, three: tuple[int, int, int]) -> None:
    one, two, _ = three
    assert store.tags.add(" ＡＩ ", one) == "ＡＩ"
    assert store.tags.add("ai", two) == "ＡＩ"  # neither width nor case matters
    store.tags.add("ai", two)
    assert store.tags.list() == [Tag("ＡＩ", 2)]
    store.chats.delete(two)
    assert store.tags.list() == [Tag("ＡＩ", 1)]
    store.tags.remove("Ai", one)
    assert store.tags.list() == [Tag("ＡＩ", 0)]  # it comes back with its chat
    store.chats.erase(two)
    assert store.tags.list() == []
    store.tags.remove("無い", one)
    for nothing in ("　", "\u200b", "\u202e \ufeff", "\u200d \u200c"):
        with pytest.raises(KotonohaError) as told:
            store.tags.add(nothing, one)
        assert told.value.code == "tag_unnamed"


def test_names_are_without_what_is_not_seen(store: Store, chat: Chat) -> None:
    seen = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u0890\u0891\u08e2\U000110bd\U000110cd"
    every = [chr(code) for code in range(sys.maxunicode) if unicodedata.category(chr(code)) == "Cf"]
    for character in every:
        kept = character in seen + "\u200c\u200d"
        assert text.line(f"一{character}二") == (f"一{character}二" if kept else "一二"), hex(ord(character))
    family, word = "👨\u200d👩\u200d👧", "می\u200cخواهم"
    assert text.line(f" {family}\u200d \u200d {word} ") == f"{family} {word}"
    assert text.line("あ" * 199 + "\u200dい") == "あ" * 199
    store.chats.rename(chat.id, "\u202e逆さ\u2069")
    assert store.chats.get(chat.id).title == "逆さ"
    assert store.tags.add("仕\u200b事", chat.id) == store.tags.add("仕事", chat.id) == "仕事"
    store.tags.remove("\ufeff仕事", chat.id)
    assert store.tags.list() == []


def test_renaming_a_tag_to_another_makes_them_one(store: Store, three: tuple[int, int, int]) -> None:
    one, two, three_ = three
    store.tags.add("猫", one, two)
    store.tags.add("ねこ", two, three_)
    assert store.tags.rename("猫", "ネコ") == "ネコ"
    assert store.tags.rename("ネコ", "ねこ") == "ねこ"
    assert store.tags.list() == [Tag("ねこ", 3)]
    assert [store.chats.get(id).tags for id in three] == [("ねこ",)] * 3
    store.tags.rename("無い", "x")
    assert store.tags.list() == [Tag("ねこ", 3)]


def test_the_last_tag_goes_with_a_purge(store: Store, chat: Chat) -> None:
    store.tags.add("猫", chat.id)
    store.chats.delete(chat.id)
    assert store.chats.purge(0) == 1
    assert store.tags.list() == []
