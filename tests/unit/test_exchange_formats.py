from __future__ import annotations

import json
from pathlib import Path

import pytest
from exchanging import FIXTURES, chat_called, fixture, imported, said, shown

from desktop.exchange.html_text import to_markdown
from desktop.exchange.shapes import fenced, seconds, split_thought
from desktop.exchange.tree import Node, messages_of
from desktop.store import Store


def test_chatgpt_with_branches_tools_thoughts_and_instructions(store: Store) -> None:
    report = fixture(store, "chatgpt.json")
    assert (len(report.added), report.messages, report.skipped_count) == (2, 7, 0)
    assert said(store, "紅葉の相談") == [
        ("user", "紅葉の見ごろを教えてください。"),
        ("assistant", "例年は11月中旬から下旬です。"),
        ("user", "（画像）\n\nこの写真の木は？ 表にして計算も。\n\n（添付: 庭.jpg）"),
        (
            "assistant",
            "```python\nprint(1 + 1)\n```\n\n（ツール: python）\n\n```\n2\n```\n\n"
            "イロハモミジです。計算の結果は2です。",
        ),
    ]
    chat = store.chats.get(chat_called(store, "紅葉の相談"))
    assert chat.system_prompt == "京都で旅館を営んでいます。\n\n敬語で答えてください。"
    assert (chat.created, chat.updated, chat.title_by_hand) == (1731399999.5, 1731400105.0, True)
    branch = shown(store, "紅葉の相談")
    assert [each.created for each in branch] == [1731400000.25, 1731400005.5, 1731400100.0, 1731400101.0]
    assert branch[3].thinking == "葉の形から楓と考える。"
    assert [each.model_name for each in branch] == ["", "gpt-4o", "", "o3"]
    other = [store.messages.get(id).text for id in store.messages.siblings(branch[1].id)]
    assert other == ["例年は11月中旬から下旬です。", "地域により異なります。"]


def test_a_chat_without_a_title_gets_one_that_may_be_replaced(store: Store) -> None:
    fixture(store, "chatgpt.json")
    chat = next(chat for chat in store.chats.list() if chat.created == 1731500000.0)
    assert chat.title == "俳句を一つ詠んでもらえますか。季語は時雨でお願いします。"
    assert not chat.title_by_hand
    assert chat.archived is not None
    assert [each.role for each in store.messages.path(chat.id)] == ["user", "assistant"]


def test_claude_with_parents_and_without(store: Store) -> None:
    report = fixture(store, "claude.json")
    assert (len(report.added), report.empty, report.skipped_count) == (2, 1, 0)
    branch = shown(store, "議事録の要約")  # the last message of the file ends the shown branch
    assert [each.text for each in branch][1:] == ["予算、人事の二件です。"]
    assert branch[0].text == "添付を要約してください。\n\n（添付: 図.png）"
    (file,) = store.attachments.sent(branch[0].chat_id)[branch[0].id]
    assert (file.name, file.kind, file.size_bytes) == ("議事録.txt", "text", 30)
    assert store.attachments.text(file.id) == "一、予算の件\n二、人事の件"
    first, _ = store.messages.siblings(branch[1].id)
    answer = store.messages.get(first)
    assert answer.thinking == "二つの議題がある。"
    assert answer.text == (
        "議題は予算と人事です。\n\n（ツール: artifacts）\n\n"
        "```python\ndef total(a, b):\n    return a + b\n```\n\n"
        "（ツール: artifacts）\n\n```\nOK\n```\n\n以上です。"
    )
    assert answer.created == 1741064780.0
    assert said(store, "昔の形式です") == [("user", "昔の形式です"), ("assistant", "承知しました")]


def test_gemini_becomes_a_chat_a_day(store: Store) -> None:
    report = fixture(store, "gemini.json")
    assert (len(report.added), report.messages) == (2, 6)
    assert [chat.title for chat in store.chats.list()] == [
        "2026-04-13 翌日の質問です",
        "2026-04-12 東北の県は？",
    ]
    assert said(store, "2026-04-12 東北の県は？") == [
        ("user", "東北の県は？"),
        (
            "assistant",
            "### 東北\n\n次の**6県**です。\n\n- 青森\n- 岩手\n   - 盛岡\n\n```\na < b\n\n\nc\n```",
        ),
        ("user", "表にしてください"),
        ("assistant", "表です。\n\n| 県 | 県庁 |\n| --- | --- |\n| 岩手 | 盛岡 |"),
    ]


def test_gemini_as_html_in_both_ways_of_writing_a_date(store: Store) -> None:
    fixture(store, "gemini.html")
    (chat,) = store.chats.list()
    assert [(each.text, each.created) for each in store.messages.path(chat.id)] == [
        ("1行目\n2行目 <b>", 1775963100.0),
        ("答えです。", 1775963100.0),
        ("続きを教えて", 1775963400.0),
        ("続きは**次のとおり**です。\n\n1. 一つ目\n2. 二つ目", 1775963400.0),
    ]


def test_open_webui_with_tags_branches_and_both_kinds_of_thoughts(store: Store) -> None:
    fixture(store, "open_webui.json")
    assert said(store, "献立") == [
        ("user", "夕飯の献立を考えて。\n\n（添付: 冷蔵庫.csv）"),
        ("assistant", "湯豆腐をおすすめします。"),
        ("user", "作り方は？"),
    ]
    branch = shown(store, "献立")
    first, second = (store.messages.get(id) for id in store.messages.siblings(branch[1].id))
    assert (first.text, first.thinking) == ("鰤大根はいかがでしょう。", "旬の魚がよい。\n大根もある。")
    assert (first.model_name, second.thinking) == ("Qwen3 8B", "鍋がよい。")
    chat = store.chats.get(branch[0].chat_id)
    assert (chat.system_prompt, chat.pinned is None, chat.tags) == (
        "栄養士として答える。",
        False,
        ("家庭", "料理"),
    )


def test_lm_studio_with_versions(store: Store) -> None:
    fixture(store, "lm_studio.conversation.json")
    assert said(store, "旅行の計画") == [
        ("user", "三泊四日で金沢。\n\n（添付: 1740.png）"),
        ("assistant", "近江町市場から始めましょう。"),
        ("user", "雨なら？"),
    ]
    branch = shown(store, "旅行の計画")
    first = store.messages.get(store.messages.siblings(branch[1].id)[0])
    assert (first.text, first.thinking) == ("兼六園から始めましょう。", "候補を挙げる")
    assert first.model_name == "gemma-3-4b"
    chat = store.chats.get(branch[0].chat_id)
    assert (chat.created, chat.system_prompt) == (1740000000.123, "簡潔に。")


def test_jan_from_its_folder_and_from_the_messages_alone(store: Store) -> None:
    report = fixture(store, "jan")
    assert report.skipped_count == 0
    assert said(store, "読書会") == [
        ("user", "次の本は？"),
        ("assistant", "『草枕』はいかがですか。\n\n（画像）"),
    ]
    chat = store.chats.get(chat_called(store, "読書会"))
    assert (chat.created, chat.system_prompt) == (1731400000.0, "司会として話す。")
    assert shown(store, "読書会")[1].created == 1731400110.0
    alone = imported(store, FIXTURES / "jan" / "threads" / "jan_1731400000" / "messages.jsonl")
    assert (alone.known, alone.added) == (1, ())  # the messages name their thread


def test_plain_json_and_lines_of_it(store: Store, tmp_path: Path) -> None:
    fixture(store, "plain.json")
    assert said(store, "素のJSON") == [("user", "こんにちは\n\n（画像）"), ("assistant", "こんにちは。")]
    assert shown(store, "素のJSON")[1].thinking == "挨拶だ"
    assert store.chats.get(chat_called(store, "素のJSON")).system_prompt == "短く。"
    lines = tmp_path / "train.jsonl"
    line = {"messages": [{"role": "user", "content": "問い{}"}, {"role": "assistant", "content": "答え"}]}
    lines.write_text("\n".join(json.dumps(line).replace("{}", str(number)) for number in range(3)))
    assert len(imported(store, lines).added) == 3


def test_a_format_is_known_by_its_shape_not_by_its_name(store: Store, tmp_path: Path) -> None:
    for number, name in enumerate(("chatgpt.json", "claude.json", "open_webui.json", "gemini.html")):
        copy = tmp_path / f"{number}.dat"
        copy.write_bytes(b"\xef\xbb\xbf  \n" + (FIXTURES / name).read_bytes())
        assert imported(store, copy).added, name


def test_roles_alternate_in_every_branch() -> None:
    nodes = [
        Node("s", "", None),
        Node("a", "s", "user", "甲"),
        Node("b", "a", "user", "乙"),
        Node("x", "b", "assistant", "", thinking="黙考"),
        Node("c", "x", "assistant", "一"),
        Node("d", "c", "assistant", "二"),
        Node("e", "c", "user", "枝"),
        Node("h", "d", None, "隠し"),
        Node("f", "h", "user", "三"),
    ]
    messages, leaf = messages_of(nodes, "h", 5.0)
    assert leaf == "d"
    assert [(each.key, each.parent, each.role, each.text, each.thinking) for each in messages] == [
        ("b", None, "user", "甲\n\n乙", ""),
        ("c", "b", "assistant", "一", "黙考"),
        ("d", "b", "assistant", "一\n\n二", "黙考"),
        ("f", "d", "user", "三", ""),
        ("e", "c", "user", "枝", ""),
    ]
    by_key = {each.key: each for each in messages}
    assert all(each.parent is None or by_key[each.parent].role != each.role for each in messages)


def test_circles_and_deep_trees_end() -> None:
    circle = [Node("a", "b", "user", "甲"), Node("b", "a", "assistant", "乙"), Node("c", "", "user", "丙")]
    opened, leaf = messages_of(circle, "a", 0.0)
    assert {each.key: (each.parent, each.text) for each in opened} == {
        "a": (None, "甲"),
        "b": ("a", "乙"),
        "c": (None, "丙"),
    }
    assert leaf == "a"
    itself, _ = messages_of([Node("a", "a", "user", "甲")], "a", 0.0)
    assert [(each.text, each.parent) for each in itself] == [("甲", None)]
    deep = [
        Node(str(n), str(n - 1) if n else "", "user" if n % 2 else "assistant", "x", float(n + 1))
        for n in range(50_000)
    ]
    assert len(messages_of(deep, "49999", 0.0)[0]) == 50_000


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        (1700000000, 1700000000.0),
        (1700000000.5, 1700000000.5),
        (1700000000123, 1700000000.123),
        (1700000000123456789, pytest.approx(1700000000.123456)),
        ("2023-11-14T22:13:20Z", 1700000000.0),
        ("2023-11-15T07:13:20+09:00", 1700000000.0),
        ("1700000000", 1700000000.0),
    ],
)
def test_times(value: object, meant: object) -> None:
    assert seconds(value) == meant


@pytest.mark.parametrize(
    "value", ["", "きのう", None, True, -5, float("nan"), float("inf"), [], 0, "9" * 30, 1e300, "2023-99-99"]
)
def test_no_times(value: object) -> None:
    assert seconds(value) is None


def test_code_with_fences_in_it_stays_one_block() -> None:
    assert fenced("a\n````\nb", "c++") == "`````c++\na\n````\nb\n`````"
    assert fenced("x", "evil\nlanguage") == "```\nx\n```"
    assert split_thought("<think>考え</think>\n\n答え") == ("考え", "答え")
    assert split_thought("途中の <think>x</think>") == ("", "途中の <think>x</think>")


def test_html_of_a_stranger_becomes_words() -> None:
    assert to_markdown('<a href="https://example.jp/">例</a><script>x</script><style>y</style>') == (
        "[例](https://example.jp/)"
    )
    assert to_markdown("<ul>" * 5_000 + "<li>深い") == "- 深い"
    assert to_markdown("<pre>a\n\n\n\nb") == "```\na\n\n\n\nb\n```"
