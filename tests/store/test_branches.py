from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec
import pytest

from desktop.errors import KotonohaError
from desktop.store import Chat, Cut, Message, Store
from desktop.store.branches import NODE_CHARACTERS
from desktop.store.connection import connect


def turn(store: Store, chat: Chat, text: str, answer: str) -> tuple[Message, Message]:
    asked, answered = store.messages.send(chat.id, text, "ネコ 1B", preset_name="校正")
    return asked, store.messages.finish(answered.id, answer, "done")


def shown(store: Store, chat: Chat) -> list[str]:
    return [message.text for message in store.messages.path(chat.id)]


def count(store: Store, table: str) -> int:
    with store._database.read() as connection:
        number: int = connection.execute(f"SELECT count(*) AS n FROM {table}").fetchone()["n"]
    return number


def test_a_deleted_branch_is_nowhere_and_comes_back(store: Store, chat: Chat) -> None:
    first, reply = turn(store, chat, "一", "一の答え")
    second, deep = turn(store, chat, "二", "二の答え")
    store.messages.star(deep.id)
    cut = store.branches.delete(second.id)
    assert cut == Cut(second.id, deep.id)
    assert shown(store, chat) == ["一", "一の答え"]
    assert store.messages.leaf_under(first.id) == reply.id
    assert [node.id for node in store.branches.tree(chat.id)] == [first.id, reply.id]
    assert store.messages.starred() == []
    assert [m.id for m in store.branches.binned()] == [second.id]
    assert store.messages.get(deep.id).deleted is not None
    for call in (
        lambda: store.messages.path(chat.id, leaf_id=deep.id),
        lambda: store.messages.siblings(deep.id),
        lambda: store.messages.leaf_under(second.id),
        lambda: store.messages.answer_again(chat.id, second.id, "m"),
        lambda: store.messages.resume(deep.id),
        lambda: store.branches.delete(second.id),
        lambda: store.branches.copy(deep.id),
        lambda: store.chats.set_leaf(chat.id, deep.id),
    ):
        with pytest.raises(KotonohaError) as told:
            call()
        assert told.value.code == "message_missing"
    assert store.branches.restore(cut) == deep.id
    assert shown(store, chat) == ["一", "一の答え", "二", "二の答え"]
    assert [m.id for m in store.messages.starred()] == [deep.id]
    assert store.branches.binned() == []


def test_a_sibling_takes_the_place_of_what_was_shown(store: Store, chat: Chat) -> None:
    asked, one = turn(store, chat, "問い", "一つ目")
    two, three = (
        store.messages.finish(store.messages.answer_again(chat.id, asked.id, "m").id, text, "done")
        for text in ("二つ目", "三つ目")
    )
    store.chats.set_leaf(chat.id, one.id)
    _, below = turn(store, chat, "続き", "続きの答え")
    store.chats.set_leaf(chat.id, two.id)
    cut = store.branches.delete(two.id)
    assert store.chats.get(chat.id).leaf_id == below.id  # the sibling before, with what is below it
    assert store.messages.places(chat.id) == {one.id: (1, 2), three.id: (2, 2)}
    assert store.branches.delete(one.id).leaf_id == below.id
    assert shown(store, chat) == ["問い", "三つ目"]
    assert store.branches.delete(three.id).leaf_id == three.id
    assert shown(store, chat) == ["問い"]
    store.branches.restore(cut)
    assert shown(store, chat) == ["問い", "二つ目"]
    store.branches.restore(Cut(one.id))
    assert shown(store, chat) == ["問い", "一つ目", "続き", "続きの答え"]


def test_what_is_not_shown_is_deleted_without_moving(store: Store, chat: Chat) -> None:
    asked, one = turn(store, chat, "問い", "一つ目")
    two = store.messages.answer_again(chat.id, asked.id, "m")
    assert store.branches.delete(one.id) == Cut(one.id, None)
    assert store.chats.get(chat.id).leaf_id == two.id


def test_the_whole_of_a_chat(store: Store, chat: Chat) -> None:
    asked, answer = turn(store, chat, "問い", "答え")
    cut = store.branches.delete(asked.id)
    assert (shown(store, chat), store.chats.get(chat.id).leaf_id) == ([], None)
    assert cut.leaf_id == answer.id
    turn(store, chat, "別の初め", "別の答え")
    store.branches.restore(cut)
    assert shown(store, chat) == ["問い", "答え"]


def test_a_branch_in_a_deleted_branch_waits_for_it(store: Store, chat: Chat) -> None:
    asked, _ = turn(store, chat, "一", "答え")
    second, _ = turn(store, chat, "二", "答え二")
    inner = store.branches.delete(second.id)
    outer = store.branches.delete(asked.id)
    with pytest.raises(KotonohaError) as told:
        store.branches.restore(inner)
    assert told.value.code == "branch_in_bin"
    store.branches.restore(outer)
    assert shown(store, chat) == ["一", "答え"]  # the inner one keeps its own place in the bin
    store.branches.restore(inner)
    assert shown(store, chat) == ["一", "答え", "二", "答え二"]


def test_deleted_branches_go_for_good_after_thirty_days(
    store: Store, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, reply = turn(store, chat, "一", "答え")
    second, last = turn(store, chat, "二", "答え二")
    store.messages.keep_summary(last.id, "要約", "m")
    store.branches.delete(last.id)
    store.branches.delete(second.id)
    since = store.messages.get(second.id).deleted or 0.0
    store.chats.purge()
    assert count(store, "messages") == 4
    monkeypatch.setattr("time.time", lambda: since + 31 * 86400)
    assert store.chats.purge() == 0  # no chat
    assert (count(store, "messages"), count(store, "summaries"), count(store, "chats")) == (2, 0, 1)
    assert store.chats.get(chat.id).leaf_id == reply.id


def test_the_bin_tells_how_a_branch_begins(store: Store, chat: Chat) -> None:
    store.chats.rename(chat.id, "俳句の話")
    asked, _ = turn(store, chat, "\n　\n古池や" + "と長い文" * 100 + "\n二行目", "蛙飛びこむ水の音")
    again = store.messages.answer_again(chat.id, asked.id, "m")
    store.messages.finish(again.id, "", "done")
    store.branches.delete(again.id)
    (empty,) = store.branches.binned_lines()
    assert (empty.message_id, empty.line[:4]) == (again.id, "古池やと")  # what it would have answered
    store.branches.delete(asked.id)
    first, second = store.branches.binned_lines()
    assert (first.message_id, first.chat_id, first.chat_title) == (asked.id, chat.id, "俳句の話")
    assert first.line.startswith("古池やと長い文")
    assert len(first.line) <= NODE_CHARACTERS
    assert first.deleted == store.messages.get(asked.id).deleted
    assert second == empty
    assert [each.message_id for each in (first, second)] == [m.id for m in store.branches.binned()]
    store.chats.delete(chat.id)
    assert store.branches.binned_lines() == []


def test_erasing_a_branch(store: Store, chat: Chat) -> None:
    _, reply = turn(store, chat, "一", "答え")
    second, _ = turn(store, chat, "二", "答え二")
    store.branches.erase(second.id)
    assert count(store, "messages") == 4
    store.branches.delete(second.id)
    store.branches.erase(second.id)
    assert count(store, "messages") == 2
    assert store.messages.leaf_under(reply.id) == reply.id


def test_an_answer_that_is_being_written_may_be_deleted(store: Store, chat: Chat) -> None:
    asked, answer = store.messages.send(chat.id, "問い", "m")
    store.branches.delete(answer.id)
    store.messages.write(answer.id, "途中")
    assert store.messages.finish(answer.id, "終わり", "done").text == "終わり"
    assert shown(store, chat) == ["問い"]
    assert store.messages.path(chat.id)[-1].id == asked.id


def test_the_map_of_a_long_chat(store: Store, chat: Chat) -> None:
    with store._database.write() as connection:
        connection.executemany(
            "INSERT INTO messages (id, chat_id, parent_id, role, text, status, created)"
            " VALUES (?, ?, ?, ?, ?, 'done', ?)",
            (
                (n, chat.id, n - 1 or None, "user" if n % 2 else "assistant", f"\n  {n}番\n" + "あ" * 500, n)
                for n in range(1, 5_001)
            ),
        )
    nodes = store.branches.tree(chat.id)
    assert [(node.id, node.parent_id, node.line) for node in nodes] == [
        (n, n - 1 or None, f"{n}番") for n in range(1, 5_001)
    ]
    assert store.branches.delete(2_500).message_id == 2_500
    assert len(store.branches.tree(chat.id)) == 2_499
    store.branches.restore(Cut(2_500))
    assert store.chats.get(chat.id).leaf_id == 5_000
    with pytest.raises(KotonohaError):
        store.branches.tree(99)


def test_a_new_chat_from_here(store: Store, chat: Chat) -> None:
    model = store.models.add(path="/models/a.gguf", name="a")
    preset = store.presets.save("校正", "直して")
    folder = store.folders.create("仕事")
    store.chats.set_model(chat.id, model.id)
    store.chats.set_preset(chat.id, preset.id)
    store.chats.set_system_prompt(chat.id, "短く")
    store.chats.set_policy(chat.id, "stop")
    store.chats.move(chat.id, folder_id=folder.id)
    store.tags.add("猫", chat.id)
    asked, answer = turn(store, chat, "一", "答え")
    store.messages.keep_summary(answer.id, "要約", "m")
    store.messages.star(answer.id)
    with store._database.write() as connection:
        connection.execute(
            "INSERT INTO attachments (chat_id, message_id, name, kind, size_bytes, sha256, text, content)"
            " VALUES (?, ?, '表.csv', 'csv', 3, 'ab', '一,二', x'010203')",
            (chat.id, asked.id),
        )
        connection.execute("UPDATE messages SET origin = 'elsewhere' WHERE id = ?", (asked.id,))
        connection.execute("UPDATE chats SET origin = 'elsewhere', pinned = 1, archived = 1")
    store.chats.rename(chat.id, "首都の話")
    store.messages.answer_again(chat.id, asked.id, "m")
    _, running = store.messages.send(chat.id, "二", "m")
    store.chats.set_draft(chat.id, "書きかけ")
    before = store.chats.get(chat.id), store.branches.tree(chat.id)

    store.chats.set_leaf(chat.id, answer.id)
    _, running = store.messages.send(chat.id, "三", "m")
    store.messages.write(running.id, "まだ")
    made = store.branches.copy(running.id)
    assert (made.title, made.title_by_hand, made.model_id, made.preset_id) == (
        "首都の話",
        True,
        model.id,
        preset.id,
    )
    assert (made.system_prompt, made.policy, made.folder_id, made.tags) == (
        "短く",
        "stop",
        folder.id,
        ("猫",),
    )
    assert (made.draft, made.pinned, made.archived) == ("", None, None)
    path = store.messages.path(made.id)
    assert [m.text for m in path] == ["一", "答え", "三", "まだ"]
    assert [m.status for m in path] == ["done", "done", "done", "interrupted"]
    assert (path[1].preset_name, path[1].model_name, path[1].starred) == ("校正", "ネコ 1B", None)
    assert path[1].created == answer.created
    summary = store.messages.summary(made.id, path[-1].id)
    assert summary is not None and (summary.message_id, summary.text) == (path[1].id, "要約")
    with store._database.read() as connection:
        files = connection.execute("SELECT * FROM attachments WHERE chat_id = ?", (made.id,)).fetchall()
    assert [(f["message_id"], f["name"], f["content"]) for f in files] == [(path[0].id, "表.csv", b"\1\2\3")]
    assert store.messages.get(running.id).status == "streaming"
    assert [n.id for n in store.branches.tree(chat.id)][: len(before[1])] == [n.id for n in before[1]]
    assert msgspec.structs.replace(before[0], leaf_id=None, updated=0, draft="") == msgspec.structs.replace(
        store.chats.get(chat.id), leaf_id=None, updated=0, draft=""
    )


def spoil(path: Path, *statements: str) -> None:
    """Change the file as damage does, without regard for what refers to what."""
    with contextlib.closing(connect(path, "rw")) as connection:
        for statement in ("PRAGMA foreign_keys = OFF", *statements):
            connection.execute(statement)


def test_a_copy_of_a_chat_whose_folder_and_model_are_missing(store: Store, chat: Chat, path: Path) -> None:
    _, answer = turn(store, chat, "質問", "答え")
    folder = store.folders.create("仕事")
    store.chats.move(chat.id, folder_id=folder.id)
    store.tags.add("残る", chat.id)
    spoil(
        path,
        "DELETE FROM folders",
        f"UPDATE chats SET model_id = 999, preset_id = 998 WHERE id = {chat.id}",
        f"INSERT INTO chat_tags (chat_id, tag_id) VALUES ({chat.id}, 997)",
    )
    copy = store.branches.copy(answer.id)
    assert shown(store, copy) == ["質問", "答え"]
    assert (copy.folder_id, copy.model_id, copy.preset_id) == (None, None, None)
    assert copy.tags == ("残る",)


def test_what_hangs_on_a_missing_message_is_edited(store: Store, chat: Chat, path: Path) -> None:
    asked, answer = turn(store, chat, "質問", "答え")
    spoil(path, f"UPDATE messages SET parent_id = 0 WHERE id IN ({asked.id}, {answer.id})")
    edited = store.branches.edit_answer(answer.id, "直した答え")
    assert (edited.text, edited.parent_id) == ("直した答え", None)
    other, _ = store.branches.edit_question(asked.id, "別の質問", "ネコ 1B")
    assert (other.text, other.parent_id) == ("別の質問", None)
    assert shown(store, store.branches.copy(asked.id)) == ["質問"]


def test_a_copy_is_made_whole_or_not_at_all(store: Store, chat: Chat) -> None:
    _, answer = turn(store, chat, "一", "答え")
    store._database._writer.execute(
        "CREATE TEMP TRIGGER refuse BEFORE INSERT ON messages WHEN new.role = 'assistant'"
        " BEGIN SELECT raise(ABORT, 'no'); END"
    )
    with pytest.raises(Exception, match="no"):
        store.branches.copy(answer.id)
    assert (count(store, "chats"), count(store, "messages")) == (1, 2)


def test_stars(store: Store, chat: Chat) -> None:
    asked, answer = turn(store, chat, "一", "答え")
    store.messages.star(asked.id)
    since = store.messages.get(asked.id).starred
    store.messages.star(asked.id, answer.id)
    assert store.messages.get(asked.id).starred == since is not None
    assert [m.id for m in store.messages.starred()] == [answer.id, asked.id]
    assert [m.id for m in store.messages.starred(1)] == [answer.id]
    store.chats.delete(chat.id)
    assert store.messages.starred() == []
    store.chats.restore(chat.id)
    store.messages.unstar(answer.id)
    assert [m.id for m in store.messages.starred()] == [asked.id]
    with pytest.raises(KotonohaError):
        store.messages.unstar(asked.id, 99)
    assert [m.id for m in store.messages.starred()] == [asked.id]


def test_what_was_sent(store: Store, chat: Chat) -> None:
    for text in ("一", "二", "一", "三", "長" * 20_001, ""):
        store.messages.send(chat.id, text, "m")
    gone = store.chats.create()
    store.messages.send(gone.id, "捨てた", "m")
    store.chats.delete(gone.id)
    imported, _ = store.messages.send(chat.id, "よそで書いた", "m")
    with store._database.write() as connection:
        connection.execute("UPDATE messages SET origin = 'x' WHERE id = ?", (imported.id,))
    deleted, _ = store.messages.send(chat.id, "枝", "m")
    store.branches.delete(deleted.id)
    assert store.messages.sent() == ["三", "一", "二"]
    assert store.messages.sent(2) == ["三", "一"]


def test_why_an_answer_failed_is_kept_and_forgotten_when_it_goes_on(store: Store, chat: Chat) -> None:
    _, answer = store.messages.send(chat.id, "問い", "m", preset_name="校正")
    failed = store.messages.finish(
        answer.id, "途中", "failed", error="止まりました。", error_code="engine_died"
    )
    assert (failed.error_code, failed.preset_name) == ("engine_died", "校正")
    again = store.messages.resume(answer.id)
    assert (again.error, again.error_code, again.preset_name) == ("", "", "校正")
