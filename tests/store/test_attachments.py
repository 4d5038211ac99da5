"""Files of drafts and messages: kept, moved with the message, erased with the chat, undone."""

from __future__ import annotations

import pytest

from desktop.errors import KotonohaError
from desktop.store.attachments import MOST_OF_ONE


def add(store, chat_id, name="資料.txt", text="中身の文章", **more):
    return store.attachments.add(
        chat_id, name=name, kind="text", text=text, size_bytes=len(text), sha256="0" * 64, **more
    )


def names(files):
    return [each.name for each in files]


def test_a_file_belongs_to_the_draft_until_it_is_sent(store, chat):
    file = add(store, chat.id, encoding="cp932", notes=[("注意", "note")], content=b"\x93\xfa")
    assert store.attachments.draft(chat.id) == [file]
    assert (file.characters, file.used, file.notes) == (5, None, (("注意", "note"),))
    assert store.attachments.content(file.id) == b"\x93\xfa"
    asked, _ = store.messages.send(chat.id, "まとめて", "m", attachments=[file.id])
    assert store.attachments.draft(chat.id) == []
    assert names(store.attachments.sent(chat.id)[asked.id]) == ["資料.txt"]
    (text,) = store.attachments.texts(chat.id)
    assert (text.message_id, text.text, text.cut) == (asked.id, "中身の文章", False)


def test_the_next_new_chat_has_a_draft_of_its_own(store, chat):
    mine, other = add(store, None, "新しい.txt"), add(store, chat.id, "前の.txt")
    assert store.attachments.draft(None) == [mine]
    made, asked, _ = store.messages.send_first("質問", "m", title="題", attachments=[mine.id])
    assert store.attachments.draft(None) == []
    assert store.attachments.draft(chat.id) == [other]
    assert names(store.attachments.sent(made.id)[asked.id]) == ["新しい.txt"]


def test_what_could_not_be_sent_stays_with_the_draft(store):
    file = add(store, None)
    with pytest.raises(KotonohaError):
        store.messages.send_first("質問", "m", title="題", model_id=99, attachments=[file.id])
    assert store.attachments.draft(None) == [file]


def test_what_was_sent_is_not_sent_again_nor_changed(store, chat):
    file = add(store, chat.id)
    first, _ = store.messages.send(chat.id, "一", "m", attachments=[file.id, 12345])
    second, _ = store.messages.send(chat.id, "二", "m", attachments=[file.id])
    assert set(store.attachments.sent(chat.id)) == {first.id}
    for change in (
        lambda: store.attachments.remove(file.id),
        lambda: store.attachments.use(file.id, 2),
        lambda: store.attachments.reread(file.id, text="別", encoding="utf-8"),
    ):
        with pytest.raises(KotonohaError) as refused:
            change()
        assert refused.value.code == "attachment_missing"
    assert second.id not in store.attachments.sent(chat.id)


def test_it_is_erased_with_its_chat(store, chat):
    file = add(store, chat.id)
    store.messages.send(chat.id, "質問", "m", attachments=[file.id])
    draft = add(store, chat.id, "下書き.txt")
    store.chats.delete(chat.id)
    store.chats.erase(chat.id)
    for gone in (file.id, draft.id):
        with pytest.raises(KotonohaError) as missing:
            store.attachments.text(gone)
        assert missing.value.code == "attachment_missing"


def test_removing_can_be_undone_with_everything(store, chat):
    first, second = add(store, chat.id, "一.txt", content=b"1"), add(store, chat.id, "二.txt")
    store.attachments.use(first.id, 3)
    removed = store.attachments.remove(first.id)
    assert names(store.attachments.draft(chat.id)) == ["二.txt"]
    store.attachments.put_back(removed)
    assert names(store.attachments.draft(chat.id)) == ["一.txt", "二.txt"]
    assert store.attachments.draft(chat.id)[0].used == 3
    assert store.attachments.content(first.id) == b"1"
    assert second.id in [each.id for each in store.attachments.draft(chat.id)]


def test_a_part_of_a_file_can_be_used(store, chat):
    file = add(store, chat.id, text="一二三四五")
    store.attachments.use(file.id, 2)
    (text,) = store.attachments.texts_of([file.id])
    assert (text.text, text.cut) == ("一二", True)
    assert store.attachments.text(file.id) == "一二三四五"
    store.attachments.use(file.id, None)
    assert store.attachments.texts_of([file.id])[0].text == "一二三四五"


def test_another_reading_takes_the_place_of_the_first(store, chat):
    file = add(store, chat.id, text="文字化け")
    store.attachments.use(file.id, 1)
    store.attachments.reread(file.id, text="正しい文章", encoding="euc_jis_2004")
    (again,) = store.attachments.draft(chat.id)
    assert (again.encoding, again.characters, again.used) == ("euc_jis_2004", 5, None)


def test_there_are_not_too_many_and_hostile_text_is_made_safe(store, chat):
    for number in range(MOST_OF_ONE):
        add(store, chat.id, f"{number}.txt")
    with pytest.raises(KotonohaError) as refused:
        add(store, chat.id, "多すぎ.txt")
    assert refused.value.code == "too_many_attachments"
    file = add(store, None, "行\n替え\0.txt", "半分\ud800と\0")
    assert file.name == "行 替え\ufffd.txt"
    assert store.attachments.text(file.id) == "半分\ufffdと\ufffd"


def test_a_chat_that_is_not_there_gets_no_file(store):
    with pytest.raises(KotonohaError) as refused:
        add(store, 4242)
    assert refused.value.code == "chat_missing"
