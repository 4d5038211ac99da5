"""The drafts of chats that are not there yet, of several windows."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("draft", "left"),
    [(None, ("い", "ろ", "は")), (0, ("", "ろ", "は")), (1, ("い", "", "は")), (9, ("い", "ろ", "は"))],
    ids=["none", "first", "second", "beyond"],
)
def test_sending_empties_the_draft_that_it_was(store, draft, left):
    store.settings.change(new_chat_draft="い", other_drafts=("ろ", "は"))
    store.messages.send_first("質問", "m", title="題", draft=draft)
    kept = store.settings.get()
    assert (kept.new_chat_draft, *kept.other_drafts) == left


def test_what_cannot_be_kept_in_a_draft_is_replaced(store):
    store.settings.change(other_drafts=("a\0b", "\ud800"))
    assert store.settings.get().other_drafts == ("a\ufffdb", "\ufffd")


def test_a_draft_in_the_file_that_cannot_be_read_is_no_draft(store):
    with store.settings._database.write() as connection:
        connection.execute("INSERT INTO settings (name, value) VALUES ('other_drafts', '[1, null]')")
    assert store.settings.get().other_drafts == ()
    store.messages.send_first("質問", "m", title="題", draft=1)
