from __future__ import annotations

import random
import threading
import unicodedata
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks import japanese
from desktop.jobs import Cancel, Cancelled
from desktop.store import Chat, Filters, Results, Store, folding, index, search
from desktop.store.folding import boundary, folded, ranges


def say(
    store: Store, chat_id: int, text: str, answer: str = "", *, model: str = "m", preset_name: str = ""
) -> tuple[int, int]:
    asked, reply = store.messages.send(chat_id, text, model, preset_name=preset_name)
    store.messages.finish(reply.id, answer, "done")
    return asked.id, reply.id


def ids(results: Results) -> list[int]:
    return [hit.message_id for chat in results.chats for hit in chat.hits]


def chats(results: Results) -> list[int]:
    return [chat.chat_id for chat in results.chats]


def plainly(text: str) -> str:
    """The folding said otherwise: by one character, at the end."""
    once = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(
        chr(ord(c) - ord("ァ") + ord("ぁ")) if "ァ" <= c <= "ヶ" or c in "ヽヾ" else c for c in once
    )


def varied(text: str, chance: random.Random) -> str:
    """The same to read, otherwise written."""
    way = chance.randrange(6)
    if way == 0:
        return unicodedata.normalize("NFD", text)
    if way == 1:
        return text.upper()
    if way == 2:
        return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    if way == 3:
        return "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in text)
    if way == 4:
        return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in text)
    return text


def test_ten_thousand_questions_find_what_looking_through_finds(store: Store) -> None:
    chance = random.Random(5)
    texts: dict[int, str] = {}
    titles: dict[int, str] = {}
    for _ in range(12):
        chat = store.chats.create()
        titles[chat.id] = japanese.sentence(chance).replace("\n", " ")[:40]
        store.chats.rename(chat.id, titles[chat.id])
        for _ in range(3):
            pair = japanese.message(chance), japanese.message(chance)
            texts |= dict(zip(say(store, chat.id, *pair), pair, strict=True))
    plain = {id: plainly(text) for id, text in texts.items()}
    plain_titles = {id: plainly(title) for id, title in titles.items()}
    everything = list(texts.values()) + list(titles.values())
    syntax = "\"*^-()+:{}'\\%_ AND OR NOT NEAR/あa.～ｱﾞ\ue02a\ue0ff1"
    found_any = 0
    for number in range(10_000):
        text = chance.choice(everything)
        at = chance.randrange(len(text))
        query = text[at : at + chance.randint(1, 8)]
        match number % 5:
            case 1 | 2:
                query = varied(query, chance)
            case 3:  # mostly found nowhere
                query = "".join(chance.choice(chance.choice(everything)) for _ in range(chance.randint(1, 4)))
            case 4 if number % 2:
                query = query[:3] + "".join(chance.choice(syntax) for _ in range(chance.randint(1, 3)))
            case 4:  # two words
                query = f"{query[:2]}　{chance.choice(texts[chance.choice(list(texts))])}"
        words = plainly(query).split()
        there = {id for id, text in plain.items() if words and all(word in text for word in words)}
        titled = {id for id, text in plain_titles.items() if words and all(word in text for word in words)}
        results = store.search.find(query, limit=1_000, hits=1_000)
        assert set(ids(results)) == there, query
        assert {chat.chat_id for chat in results.chats if chat.ranges} == titled, query
        assert (
            not results.more and results.complete and all(chat.hits or chat.ranges for chat in results.chats)
        )
        found_any += bool(there)
        marked = [(hit.snippet, hit.ranges) for chat in results.chats for hit in chat.hits]
        marked += [(chat.title, chat.ranges) for chat in results.chats if chat.ranges]
        for shown, places in marked[:5]:
            assert places
            for start, end in places:
                assert any(word in plainly(shown[start:end]) for word in words), (query, shown)
    assert 6_000 < found_any < 9_900


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("カナ", "かなを書く"),
        ("かな", "カナを書く"),
        ("ガギ", "ｶﾞｷﾞｸﾞ"),
        ("が", "ｶﾞ"),
        ("ABC", "ａｂｃ"),
        ("ａｂｃ", "xABCx"),
        ("が", "か\u3099"),
        ("か\u3099", "が"),
        ("キロ", "60㌔"),
        ("株", "㈱ことのは"),
        ("𠮷", "𠮷野家"),
        ("𠮷野", "𠮷野家"),
        ("STRASSE", "Straße"),
        ("😀", "はい😀"),
        ("*", "2 * 3"),
        ('"', 'say "hi"'),
        ("NEAR", "near by"),
        ("a-b", "xa-bx"),
        ("ー", "コーヒー"),
        ("。", "はい。"),
        ("？", "はい?"),
    ],
)
def test_the_same_written_otherwise(store: Store, chat: Chat, query: str, text: str) -> None:
    asked, _ = say(store, chat.id, text)
    results = store.search.find(query)
    assert ids(results) == [asked]
    (hit,) = results.chats[0].hits
    assert hit.snippet == text
    ((start, end),) = hit.ranges[:1]
    assert folded(query) in folded(text[start:end])


@pytest.mark.parametrize("query", ["", " ", "　\n", "か", "首都京", "都 ", "東京 大阪"])
def test_what_is_not_there(store: Store, chat: Chat, query: str) -> None:
    say(store, chat.id, "が、東", "京")
    assert store.search.find(query) == Results((), False, True)


def test_every_word_in_one_message_or_title(store: Store, chat: Chat) -> None:
    both, _ = say(store, chat.id, "猫と犬の話")
    say(store, chat.id, "猫の話", "犬の話")
    store.chats.rename(chat.id, "犬も猫も")
    results = store.search.find("犬　ネコ 猫")
    assert results.chats == ()
    results = store.search.find("犬　猫")
    (found,) = results.chats
    assert [hit.message_id for hit in found.hits] == [both]
    assert (found.title, found.ranges) == ("犬も猫も", ((0, 1), (2, 3)))


def test_the_passage_around_the_first_hit(store: Store, chat: Chat) -> None:
    text = "前" * 300 + "。\nここに京都\tの話があり、京都は二度。" + "後" * 300
    say(store, chat.id, text)
    (hit,) = store.search.find("京都").chats[0].hits
    assert hit.snippet.startswith("…前") and hit.snippet.endswith("後…") and "\n" not in hit.snippet
    assert [hit.snippet[start:end] for start, end in hit.ranges] == ["京都", "京都"]
    assert len(hit.snippet) <= search.SNIPPET_CHARACTERS + 2
    assert (hit.role, hit.created) == ("user", store.messages.get(hit.message_id).created)


def test_neighbouring_hits_are_marked_as_one() -> None:
    assert ranges("東京都", ("東京", "京都")) == ((0, 3),)
    assert ranges("ああああ", ("ああ",)) == ((0, 4),)
    assert ranges("60㌔だ", ("ろ",)) == ((2, 3),)
    assert ranges("ｶﾞ行", ("が",)) == ((0, 2),)
    assert boundary("か\u3099が", 1) == 2


def test_the_first_hit_of_a_long_text_is_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "_PAGE_CHARACTERS", 10)
    monkeypatch.setattr(folding, "_PIECE_CHARACTERS", 4)
    chance = random.Random(4)
    for _ in range(3_000):
        text = japanese.message(chance, 3)
        starts = [chance.randrange(len(text)) for _ in range(chance.randint(1, 3))]
        asked = " ".join(text[at : at + chance.randint(1, 30)] for at in starts)
        words = tuple(plainly(asked).split())
        if not words:
            continue
        if not all(word in plainly(text) for word in words):  # begins with a combining character
            assert folding.find(text, words) == -1
            continue
        first = min(plainly(text).index(word) for word in words)
        found = folding.find(text, words)
        assert found == max(
            at for at in range(len(text)) if boundary(text, at) == at and len(plainly(text[:at])) <= first
        ), (text, words)
        assert folding.find(text, (*words, "無い言葉")) == -1


def test_every_character_that_joins_the_one_before_is_known() -> None:
    for code in range(0x110000):
        first = unicodedata.normalize("NFKD", chr(code))[0]
        if (
            unicodedata.category(first)[0] == "M"
            or 0x1161 <= ord(first) < 0x1176
            or 0x11A8 <= ord(first) < 0x11C3
        ):
            assert folding._joins(chr(code)), hex(code)
        assert len(folded(chr(code))) >= 1 or 0xD800 <= code < 0xE000


def test_text_is_folded_in_pieces_as_in_the_whole() -> None:
    chance = random.Random(3)
    letters = [chr(code) for code in range(1, 0x2FA20) if not 0xD800 <= code < 0xE000]
    assigned = [c for c in letters if unicodedata.category(c) != "Cn"]
    combining = [c for c in assigned if unicodedata.category(c)[0] == "M"] + list("ﾞﾟᅡᆨ")
    for _ in range(3_000):
        text = "".join(chance.choice(chance.choice((assigned, combining))) for _ in range(30))
        at = boundary(text, chance.randrange(1, 30))
        assert folded(text[:at]) + folded(text[at:]) == folded(text) == plainly(text), ascii(text)


def test_the_newest_come_first_also_after_an_import(store: Store) -> None:
    old, new, imported = (store.chats.create().id for _ in range(3))
    say(store, old, "猫その一")
    say(store, new, "猫その二")
    with store._database.write() as connection:
        for number, created in enumerate((1_600_000_000.0, 1_600_000_000.0, 1_500_000_000.0, 2e12)):
            connection.execute(
                "INSERT INTO messages (chat_id, role, text, status, created)"
                " VALUES (?, 'user', ?, 'done', ?)",
                (imported, f"猫その{number}", created),
            )
        connection.execute("UPDATE messages SET created = created - 100 WHERE chat_id = ?", (old,))
    assert store.search.find("猫").complete is False
    store.search.forget()
    assert list(store.search.index_missing(Cancel()))[-1] == search.Indexed(8, 8)
    results = store.search.find("猫", hits=10)
    assert results.complete
    assert chats(results) == [imported, new, old]  # one of the imported is of the far future
    times = [hit.created for hit in results.chats[0].hits]
    assert times == sorted(times, reverse=True) and len(times) == 4


def test_many_of_the_same_second(store: Store, chat: Chat) -> None:
    with store._database.write() as connection:
        connection.executemany(
            "INSERT INTO messages (chat_id, role, text, status, created)"
            " VALUES (?, 'user', ?, 'done', 1500000000)",
            [(chat.id, f"同じ時刻の{number}番") for number in range(1_500)],
        )
    list(store.search.index_missing(Cancel()))
    for number in (0, 15, 16, 17, 999, 1_499):
        assert [hit.snippet for hit in store.search.find(f"の{number}番").chats[0].hits] == [
            f"同じ時刻の{number}番"
        ]
    with store._database.read() as connection:
        keys = connection.execute("SELECT count(DISTINCT search_key) AS n FROM messages").fetchone()["n"]
    assert keys == 1_500
    day = Filters(since=1_500_000_000, until=1_500_000_001)
    assert len(ids(store.search.find("番", day, hits=2_000))) == 1_500


def test_more_chats_and_more_messages_are_told(store: Store) -> None:
    for number in range(4):
        chat = store.chats.create().id
        for _ in range(number + 1):
            say(store, chat, "猫")
    results = store.search.find("猫", limit=3, hits=2)
    assert chats(results) == [4, 3, 2]
    assert results.more
    assert [(len(chat.hits), chat.more) for chat in results.chats] == [(2, True), (2, True), (2, False)]
    results = store.search.find("猫", limit=4, hits=4)
    assert not results.more
    assert [(len(chat.hits), chat.more) for chat in results.chats] == [
        (4, False),
        (3, False),
        (2, False),
        (1, False),
    ]


def test_older_hits_of_a_shown_chat_are_shown_behind_other_chats(store: Store) -> None:
    first = store.chats.create().id
    old, _ = say(store, first, "猫の初め")
    for _ in range(5):
        say(store, store.chats.create().id, "猫")
    new, _ = say(store, first, "猫の終わり")
    results = store.search.find("猫", limit=2)
    assert results.chats[0].chat_id == first
    assert [hit.message_id for hit in results.chats[0].hits] == [new, old]


def test_a_title_is_found_as_it_is_now(store: Store, chat: Chat) -> None:
    made, asked, _ = store.messages.send_first("中身", "m", title="ネコの題")
    assert chats(store.search.find("ねこ")) == [made.id]
    store.chats.rename(made.id, "犬の題")
    assert chats(store.search.find("ねこ")) == []
    assert chats(store.search.find("の題 犬")) == [made.id]
    copy = store.branches.copy(asked.id)
    assert set(chats(store.search.find("犬"))) == {made.id, copy.id}
    assert store.search.find("犬").complete


def test_the_index_follows_the_text(store: Store, chat: Chat) -> None:
    _, answer = store.messages.send(chat.id, "問い", "m")
    store.messages.write(answer.id, "書きかけの猫", "考えた鳥")
    assert store.search.find("猫").chats == ()  # found when it is finished
    assert store.search.find("問い").complete
    store.messages.finish(answer.id, "途中の猫", "stopped", thinking="考えた鳥")
    assert ids(store.search.find("猫")) == [answer.id]
    assert store.search.find("鳥").chats == ()
    store.messages.resume(answer.id)
    store.messages.finish(answer.id, "途中の犬", "done")
    assert ids(store.search.find("猫")) == []
    assert ids(store.search.find("犬")) == [answer.id]


def test_an_interrupted_answer_is_found_after_the_next_start(path: Path) -> None:
    with closing(Store.open(path)) as store:
        _, answer = store.messages.send(store.chats.create().id, "問い", "m")
        store.messages.write(answer.id, "途中の猫")
    with closing(Store.open(path)) as store:
        assert ids(store.search.find("猫")) == [answer.id]
        assert store.search.find("猫").complete


def test_nothing_of_the_bin(store: Store, chat: Chat) -> None:
    say(store, chat.id, "初め", "答え")
    asked, answer = say(store, chat.id, "猫を一", "猫を二")
    store.chats.rename(chat.id, "猫の題")
    cut = store.branches.delete(asked)
    assert ids(store.search.find("猫")) == []
    store.branches.restore(cut)
    assert set(ids(store.search.find("猫"))) == {asked, answer}
    store.chats.delete(chat.id)
    assert store.search.find("猫").chats == ()
    store.chats.restore(chat.id)
    assert len(ids(store.search.find("猫"))) == 2
    store.branches.delete(asked)
    store.branches.erase(asked)
    store.chats.delete(chat.id)
    store.chats.erase(chat.id)
    with store._database.read() as connection:
        assert connection.execute("SELECT count(*) AS n FROM search_index").fetchone()["n"] == 0


def test_what_is_filtered(store: Store) -> None:
    folder = store.folders.create("仕事")
    one, two, three = (store.chats.create().id for _ in range(3))
    a = say(store, one, "猫の一", "猫です", model="甲", preset_name="校正")
    b = say(store, two, "猫の二", "猫です", model="乙", preset_name="要約")
    c = say(store, three, "猫の三", "犬です", model="甲")
    store.chats.move(two, folder_id=folder.id)
    store.tags.add("動物", one, three)
    store.chats.archive(three)
    store.messages.star(b[1])
    store.chats.rename(one, "猫の題")
    with store._database.write() as connection:
        for chat_id, day in ((one, 1), (two, 2), (three, 3)):
            connection.execute(
                "UPDATE messages SET created = ?, search_key = NULL WHERE chat_id = ?",
                (day * 86400.0, chat_id),
            )
            connection.execute("UPDATE chats SET updated = ? WHERE id = ?", (day * 86400.0, chat_id))
    store.search.forget()
    list(store.search.index_missing(Cancel()))
    for filters, messages in (
        (Filters(), {*a, *b, c[0]}),
        (Filters(model_name="甲"), {*a, c[0]}),
        (Filters(model_name="丙"), set()),
        (Filters(preset_name="要約"), {*b}),
        (Filters(folder_id=folder.id), {*b}),
        (Filters(folder_id=99), set()),
        (Filters(tag="動物"), {*a, c[0]}),
        (Filters(tag="植物"), set()),
        (Filters(starred=True), {b[1]}),
        (Filters(archived=True), {c[0]}),
        (Filters(archived=False), {*a, *b}),
        (Filters(chat_id=two), {*b}),
        (Filters(since=2 * 86400.0), {*b, c[0]}),
        (Filters(until=2 * 86400.0), {*a}),
        (Filters(since=86400.5, until=3 * 86400.0), {*b}),
        (Filters(tag="動物", model_name="甲", archived=False, until=9e9), {*a}),
    ):
        results = store.search.find("猫", filters)
        assert set(ids(results)) == messages, filters
        assert [chat.chat_id for chat in results.chats if chat.ranges] == [one] * (a[0] in messages), filters


def test_an_old_database_is_indexed_while_it_is_used(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_BATCH_MESSAGES", 3)
    chat = store.chats.create().id
    asked = [say(store, chat, f"猫その{number}", "答え")[0] for number in range(5)]
    _, streaming = store.messages.send(chat, "最後の猫", "m")
    with store._database.write() as connection:
        index.empty(connection)
        connection.execute("UPDATE chats SET folded_title = NULL")
    assert store.search.find("猫") == Results((), False, False)
    job = store.search.index_missing(Cancel())
    assert next(job) == search.Indexed(3, 11)
    assert asked[4] in ids(store.search.find("猫"))  # the newest first
    late, _ = say(store, store.chats.create().id, "間に来た猫")
    assert next(job).done == 6
    assert list(job)[-1].done == 11
    results = store.search.find("猫", hits=10)
    assert results.complete and set(ids(results)) >= {*asked, late}
    assert list(store.search.index_missing(Cancel())) == []
    store.messages.finish(streaming.id, "猫でした", "done")
    assert streaming.id in ids(store.search.find("猫でした"))


def test_indexing_and_searching_are_cancelled(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_BATCH_MESSAGES", 1)
    say(store, store.chats.create().id, "猫", "猫")
    store.search.forget()
    cancel = Cancel()
    job = store.search.index_missing(cancel)
    next(job)
    cancel.set()
    with pytest.raises(Cancelled):
        next(job)
    with pytest.raises(Cancelled):
        store.search.find("猫", cancel=cancel)
    assert len(ids(store.search.find("猫"))) == 1


def test_a_batch_ends_where_there_is_much_text(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_BATCH_CHARACTERS", 100)
    chat = store.chats.create().id
    for _ in range(3):
        say(store, chat, "猫" * 90)
    store.search.forget()
    assert [event.done for event in store.search.index_missing(Cancel())] == [4, 6]


def test_searching_while_others_write(store: Store) -> None:
    chat = store.chats.create().id
    say(store, chat, "猫の零")
    failed: list[BaseException] = []

    def look() -> None:
        try:
            for _ in range(200):
                assert chat in chats(store.search.find("猫"))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(50):
        say(store, chat, f"猫その{number}", "猫です")
    for thread in threads:
        thread.join()
    assert failed == []


def _spoil(store: Store, block: str) -> None:
    """Damage the index alone: its records are no longer what FTS5 wrote."""
    with store._database.write() as connection:
        connection.execute(f"UPDATE search_index_data SET block = x'{block}'")


@pytest.mark.parametrize("block", ["ffffffffffffff", "0000000001"])
def test_a_damaged_index_is_made_anew_and_keeps_nobody_from_saving(path: Path, block: str) -> None:
    with closing(Store.open(path)) as store:
        chat = store.chats.create().id
        for number in range(20):
            say(store, chat, f"猫その{number}", "答え")
        _spoil(store, block)
    for action in ("find", "send", "erase"):
        with closing(Store.open(path)) as store:
            store.check()  # the data are whole
            if action == "find":
                assert store.search.find("猫") == Results((), False, False)
            elif action == "send":
                asked, _ = say(store, chat, "新しい猫")
                assert ids(store.search.find("新しい")) == [asked]
                assert not store.search.find("猫").complete
            else:
                store.chats.delete(chat)
                store.chats.erase(chat)
                assert store.chats.list() == store.chats.binned() == []
                break
            list(store.search.index_missing(Cancel()))
            results = store.search.find("猫その", hits=30)
            assert results.complete and len(ids(results)) == 20
            _spoil(store, block)


def test_an_index_that_holds_more_than_it_should_is_made_anew(store: Store, chat: Chat) -> None:
    say(store, chat.id, "猫の一", "答え")
    with store._database.write() as connection:
        connection.execute("UPDATE messages SET search_key = NULL")  # as if others had written here
    list(store.search.index_missing(Cancel()))
    say(store, chat.id, "猫の二", "答え")
    list(store.search.index_missing(Cancel()))
    results = store.search.find("猫")
    assert results.complete and len(ids(results)) == 2


def test_a_backup_is_without_the_index_and_can_be_searched(store: Store, tmp_path: Path) -> None:
    chat = store.chats.create().id
    asked, _ = say(store, chat, "控えの猫" + japanese.message(random.Random(2), 2_000))
    copy = store.backup(tmp_path / "copy.db")
    with closing(Store.open(copy, recover=False)) as restored:
        assert restored.search.find("猫") == Results((), False, False)
        list(restored.search.index_missing(Cancel()))
        assert ids(restored.search.find("控えの猫")) == [asked]
    assert ids(store.search.find("控えの猫")) == [asked]
    assert store.search.find("猫").complete
    again = store.backup(tmp_path / "again.db")
    assert again.stat().st_size < copy.stat().st_size  # which was indexed


def test_a_million_combining_characters_piled_on_one_hold_nobody_up(store: Store, chat: Chat) -> None:
    pile = "e" + "\u0301\u0323" * 250_000 + "猫" + "\u0301" * 250_000 + "\u0323" * 250_000
    asked, _ = say(store, chat.id, pile + "の話")
    assert ids(store.search.find("猫")) == [asked]
    store.chats.rename(chat.id, pile)
    assert store.search.find("\u0301\u0323" * 200).complete


def test_scripts_that_combine_much_are_found(store: Store, chat: Chat) -> None:
    hindi, thai = (
        "नमस्ते दुनिया, यह एक परीक्षा है।",
        "สวัสดีชาวโลกนี่คือการทดสอบการค้นหาข้อความภาษาไทยที่ไม่มีช่องว่างระหว่างคำเลยสักคำเดียว",
    )
    asked, answer = say(store, chat.id, hindi, thai)
    assert ids(store.search.find("परीक्षा")) == [asked]
    assert ids(store.search.find("ค้นหาข้อความ")) == [answer]
    assert ids(store.search.find(unicodedata.normalize("NFD", "परीक्षा"))) == [asked]


def test_a_huge_message_and_a_huge_question(
    store: Store, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "INDEXED_CHARACTERS", 1_000)
    asked, _ = say(store, chat.id, "猫" + "あ" * 998 + "い" + "犬")
    assert ids(store.search.find("あい")) == [asked]
    assert store.search.find("犬").chats == ()  # behind what is indexed
    assert store.search.find("猫 " * 100_000).chats != ()
    assert store.search.find("あ" * 100_000).chats != ()  # as much of it as counts
    assert store.search.find(" ".join(chr(0x4E00 + n) for n in range(500))).chats == ()
