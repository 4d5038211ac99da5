from __future__ import annotations

import itertools
from contextlib import closing

import pytest

from desktop.engine.protocol import Stats
from desktop.errors import KotonohaError
from desktop.store import Chat, Store

STATS = Stats(
    prompt_tokens=12,
    reused_tokens=3,
    generated_tokens=40,
    first_token_seconds=0.25,
    prompt_tokens_per_second=180.5,
    tokens_per_second=33.5,
)


def test_one_turn(store: Store, chat: Chat) -> None:
    store.chats.set_draft(chat.id, "日本の首都は？")
    asked, answer = store.messages.send(chat.id, "日本の首都は？", "ネコ 1B")
    assert (asked.role, asked.text, asked.status, asked.parent_id) == ("user", "日本の首都は？", "done", None)
    assert (answer.role, answer.text, answer.status, answer.parent_id) == (
        "assistant",
        "",
        "streaming",
        asked.id,
    )
    assert (asked.model_name, answer.model_name) == ("", "ネコ 1B")
    now = store.chats.get(chat.id)
    assert (now.leaf_id, now.draft) == (answer.id, "")
    assert now.updated == asked.created >= chat.updated

    store.messages.write(answer.id, "東京")
    assert store.messages.get(answer.id).text == "東京"
    done = store.messages.finish(answer.id, "東京です。", "done", stats=STATS, left_out=2)
    assert done == store.messages.get(answer.id)
    assert (done.text, done.status, done.stats, done.left_out) == ("東京です。", "done", STATS, 2)
    assert store.messages.path(chat.id) == [asked, done]


def test_a_failed_answer_keeps_its_text_and_reason(store: Store, chat: Chat) -> None:
    _, answer = store.messages.send(chat.id, "？", "m")
    failed = store.messages.finish(answer.id, "途中", "failed", error="エンジンが止まりました。")
    assert (failed.text, failed.status, failed.error) == ("途中", "failed", "エンジンが止まりました。")
    again = store.messages.resume(answer.id)
    assert (again.text, again.status, again.error) == ("途中", "streaming", "")


def test_a_sentence_is_not_half_sent(store: Store, chat: Chat) -> None:
    store.chats.set_draft(chat.id, "大事な下書き")
    before = store.chats.get(chat.id)
    store._database._writer.execute(
        "CREATE TEMP TRIGGER refuse BEFORE INSERT ON messages WHEN new.role = 'assistant'"
        " BEGIN SELECT raise(ABORT, 'no'); END"
    )
    with pytest.raises(Exception, match="no"):
        store.messages.send(chat.id, "届かない", "m")
    assert store.chats.get(chat.id) == before
    assert store.messages.path(chat.id) == []


def test_answering_again_makes_a_sibling_and_keeps_the_first(store: Store, chat: Chat) -> None:
    asked, first = store.messages.send(chat.id, "案を一つ", "m")
    first = store.messages.finish(first.id, "一つ目", "done")
    second = store.messages.answer_again(chat.id, asked.id, "n")
    assert store.messages.siblings(first.id) == [first.id, second.id] == store.messages.siblings(second.id)
    assert store.messages.path(chat.id) == [asked, second]
    assert store.messages.path(chat.id, leaf_id=first.id) == [asked, first]
    assert store.messages.places(chat.id) == {first.id: (1, 2), second.id: (2, 2)}
    store.chats.set_leaf(chat.id, first.id)
    assert store.messages.path(chat.id) == [asked, first]


def test_editing_makes_a_branch_also_at_the_root(store: Store, chat: Chat) -> None:
    other = store.chats.create()
    store.messages.send(other.id, "別の対話の初め", "m")
    old, old_answer = store.messages.send(chat.id, "初め", "m")
    store.messages.send(chat.id, "続き", "m")
    store.chats.set_leaf(chat.id, None)
    assert store.messages.path(chat.id) == []
    new, new_answer = store.messages.send(chat.id, "書き直した初め", "m")
    assert store.messages.siblings(new.id) == [old.id, new.id]
    assert [m.id for m in store.messages.path(chat.id)] == [new.id, new_answer.id]
    assert [m.id for m in store.messages.path(chat.id, leaf_id=old_answer.id)] == [old.id, old_answer.id]
    leaf = store.messages.leaf_under(old.id)
    assert [m.text for m in store.messages.path(chat.id, leaf_id=leaf)] == ["初め", "", "続き", ""]
    assert store.messages.leaf_under(new_answer.id) == new_answer.id


@pytest.mark.parametrize("status", ["interrupted", "stopped", "limit", "failed"])
def test_an_answer_that_ended_early_is_continued(store: Store, chat: Chat, status: str) -> None:
    _, answer = store.messages.send(chat.id, "長い話を", "m")
    store.messages.finish(answer.id, "昔々", status)  # type: ignore[arg-type]
    again = store.messages.resume(answer.id)
    assert (again.text, again.status) == ("昔々", "streaming")


def test_what_cannot_be_continued(store: Store, chat: Chat) -> None:
    asked, answer = store.messages.send(chat.id, "？", "m")
    done = store.messages.finish(answer.id, "はい", "done")
    for id in (asked.id, answer.id):
        with pytest.raises(KotonohaError) as told:
            store.messages.resume(id)
        assert told.value.code == "not_resumable"
    assert store.messages.get(answer.id) == done
    with pytest.raises(ValueError, match="streaming"):
        store.messages.finish(answer.id, "x", "streaming")


def test_messages_that_are_not_there(store: Store, chat: Chat) -> None:
    asked, answer = store.messages.send(chat.id, "？", "m")
    other = store.chats.create()
    messages = store.messages
    for call in (
        lambda: messages.get(99),
        lambda: messages.siblings(99),
        lambda: messages.leaf_under(99),
        lambda: messages.resume(99),
        lambda: messages.write(99, "x"),
        lambda: messages.finish(99, "x", "done"),
        lambda: messages.path(chat.id, leaf_id=99),
        lambda: messages.path(other.id, leaf_id=answer.id),
        lambda: messages.answer_again(chat.id, 99, "m"),
        lambda: messages.answer_again(chat.id, answer.id, "m"),
        lambda: messages.answer_again(other.id, asked.id, "m"),
    ):
        with pytest.raises(KotonohaError) as told:
            call()
        assert told.value.code == "message_missing"


def test_a_path_of_five_thousand_is_whole_and_in_order(store: Store, chat: Chat) -> None:
    with store._database.write() as connection:
        connection.executemany(
            "INSERT INTO messages (id, chat_id, parent_id, role, text, status, created)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (n, chat.id, n - 1 or None, "user" if n % 2 else "assistant", f"{n}番", "done", float(n))
                for n in range(1, 5_001)
            ),
        )
    store.chats.set_leaf(chat.id, 5_000)
    store.messages.answer_again(chat.id, 2_499, "m")  # a branch that is not asked for
    path = store.messages.path(chat.id, leaf_id=5_000)
    assert [m.text for m in path] == [f"{n}番" for n in range(1, 5_001)]
    assert all(child.parent_id == parent.id for parent, child in itertools.pairwise(path))
    assert len(store.messages.path(chat.id)) == 2_500


def test_spoilt_figures_do_not_hide_the_message(store: Store, chat: Chat) -> None:
    _, answer = store.messages.send(chat.id, "？", "m")
    store.messages.finish(answer.id, "はい", "done", stats=STATS)
    with store._database.write() as connection:
        connection.execute(
            'UPDATE messages SET stats = \'{"prompt_tokens": "many"\' WHERE id = ?', (answer.id,)
        )
    assert (store.messages.get(answer.id).text, store.messages.get(answer.id).stats) == ("はい", None)


ODD = [
    ("\ud800", "\ufffd"),
    ("あ\udfff\ud83dい", "あ\ufffd\ufffdい"),
    ("\ud83d\ude00", "😀"),
    ("a\0b", "a\ufffdb"),
    ("\u202e逆\u200d👩\u200d💻\r\n\t", "\u202e逆\u200d👩\u200d💻\r\n\t"),
    ("か\u3099", "か\u3099"),  # as typed: normalizing is for searching
    ("'; DROP TABLE chats; --", "'; DROP TABLE chats; --"),
    ("", ""),
]


@pytest.mark.parametrize(("odd", "kept"), ODD)
def test_odd_text_is_kept_everywhere(store: Store, chat: Chat, odd: str, kept: str) -> None:
    asked, answer = store.messages.send(chat.id, odd, odd)
    assert asked.text == kept
    store.messages.write(answer.id, odd)
    assert store.messages.get(answer.id).text == kept
    done = store.messages.finish(answer.id, odd, "failed", error=odd)
    assert (done.text, done.error) == (kept, kept)
    store.chats.set_draft(chat.id, odd)
    store.chats.set_system_prompt(chat.id, odd)
    store.chats.rename(chat.id, odd)
    now = store.chats.get(chat.id)
    assert (now.draft, now.system_prompt) == (kept, kept)
    # A name is one line, in which nothing unseen turns the others round.
    assert now.title == " ".join(kept.replace("\u202e", "").split())
    assert store.settings.change(system_prompt=odd).system_prompt == kept
    preset = store.presets.save("名" + odd, odd, odd)
    assert preset.system_prompt == kept
    assert store.presets.by_name(preset.name) is not None
    store.models.find(odd)


def test_huge_text(store: Store, chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    book = "吾輩は猫である。" * 500_000
    asked, _ = store.messages.send(chat.id, book, "m")
    assert store.messages.get(asked.id).text == book
    store.chats.rename(chat.id, book)
    assert store.chats.get(chat.id).title == book[:200]
    monkeypatch.setattr("desktop.store.text.MOST_CHARACTERS", 100)
    with pytest.raises(KotonohaError) as told:
        store.messages.send(chat.id, "あ" * 101, "m")
    assert told.value.code == "text_too_long"
    assert len(store.messages.path(chat.id)) == 2


def _damage(store: Store, sql: str) -> None:
    """Write into the file behind the store's back, as a faulty disk or another program would."""
    import sqlite3

    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(sql)
        connection.commit()


def test_a_circle_in_the_tree_ends(store: Store, chat: Chat) -> None:
    asked, answer = store.messages.send(chat.id, "？", "m")
    _damage(store, f"UPDATE messages SET parent_id = {answer.id} WHERE id = {asked.id}")
    assert [m.id for m in store.messages.path(chat.id)] == [asked.id, answer.id]
    assert store.messages.leaf_under(asked.id) == answer.id


@pytest.mark.parametrize("leaf", [999, 2])
def test_a_wrong_leaf_shows_the_newest_branch(store: Store, chat: Chat, leaf: int) -> None:
    other = store.chats.create()
    asked, answer = store.messages.send(chat.id, "？", "m")
    there, _ = store.messages.send(other.id, "別の", "m")
    _damage(store, f"UPDATE chats SET leaf_id = {leaf if leaf == 999 else there.id} WHERE id = {chat.id}")
    assert [m.id for m in store.messages.path(chat.id)] == [asked.id, answer.id]


def test_a_status_of_a_later_version_is_shown_as_interrupted(store: Store, chat: Chat) -> None:
    _, answer = store.messages.send(chat.id, "？", "m")
    _damage(store, f"UPDATE messages SET status = 'dreaming' WHERE id = {answer.id}")
    assert store.messages.path(chat.id)[-1].status == "interrupted"


def test_what_was_thought_is_kept_beside_the_answer(store: Store, chat: Chat) -> None:
    _, answer = store.messages.send(chat.id, "？", "m")
    store.messages.write(answer.id, "", "まず")
    assert (store.messages.get(answer.id).text, store.messages.get(answer.id).thinking) == ("", "まず")
    looped = store.messages.finish(answer.id, "はははは", "looped", thinking="まず考える")
    assert (looped.text, looped.thinking, looped.status) == ("はははは", "まず考える", "looped")


def test_a_summary_belongs_to_the_branches_through_its_message(store: Store, chat: Chat) -> None:
    asked, first = store.messages.send(chat.id, "一", "m")
    store.messages.finish(first.id, "答え", "done")
    _, second = store.messages.send(chat.id, "二", "m")
    other = store.messages.answer_again(chat.id, asked.id, "m")
    assert store.messages.summary(chat.id, second.id) is None
    kept = store.messages.keep_summary(first.id, "要約", "m")
    assert store.messages.summary(chat.id, second.id) == kept == store.messages.summary(chat.id, first.id)
    assert store.messages.summary(chat.id, other.id) is None
    assert store.messages.summary(chat.id, asked.id) is None
    newer = store.messages.keep_summary(second.id, "新しい要約", "n")
    assert store.messages.summary(chat.id, second.id) == newer
    store.messages.keep_summary(first.id, "別の要約", "m")
    found = store.messages.summary(chat.id, first.id)
    assert found is not None and found.text == "別の要約"
    with pytest.raises(KotonohaError):
        store.messages.keep_summary(10**6, "", "m")
    store.chats.delete(chat.id)
    store.chats.erase(chat.id)
    with store._database.read() as connection:
        assert connection.execute("SELECT count(*) AS n FROM summaries").fetchone()["n"] == 0
