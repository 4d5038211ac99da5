"""Names are found however they are typed, the nearest first."""

from __future__ import annotations

import random

import pytest

from desktop.jobs import Cancel, Cancelled
from desktop.ui.commands.matching import Candidate, key, match

NAMES = [
    "設定を開く",
    "モデルの設定",
    "新しい対話",
    "京都への旅の計画",
    "Ｐｙｔｈｏｎで集計",
    "カレーの作り方",
    "assistant",
]


def names(query: str, candidates: list[Candidate] | None = None, most: int = 50) -> list[str]:
    if candidates is None:
        candidates = [Candidate(name, name) for name in NAMES]
    return [one.name for one in match(query, candidates, most, Cancel())]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("設定", "設定を開く"),
        ("せっていを", "設定を開く"),
        ("ｾｯﾃｲ", "設定を開く"),
        ("もでる", "モデルの設定"),
        ("ﾓﾃﾞﾙ", "モデルの設定"),
        ("python", "Ｐｙｔｈｏｎで集計"),
        ("PYTHON", "Ｐｙｔｈｏｎで集計"),
        ("ｐｙ 集計", "Ｐｙｔｈｏｎで集計"),
        ("集計 py", "Ｐｙｔｈｏｎで集計"),
        ("京旅", "京都への旅の計画"),
        ("かれー", "カレーの作り方"),
        ("ast", "assistant"),
    ],
)
def test_what_one_types_finds_what_one_means(query: str, first: str) -> None:
    candidates = [
        Candidate(name, name, ("せっていをひらく",) if name == "設定を開く" else ()) for name in NAMES
    ]
    assert names(query, candidates)[0] == first


def test_every_word_must_be_there() -> None:
    assert names("設定 モデル") == ["モデルの設定"]
    assert names("設定 京都") == []
    assert names("") == NAMES


def test_the_nearest_comes_first_then_what_was_used_then_the_order() -> None:
    made = [
        Candidate("a", "この設定"),
        Candidate("b", "設定"),
        Candidate("c", "設定の一覧", bonus=5),
        Candidate("d", "設とか定とか"),
        Candidate("e", "別名", ("設定",)),
    ]
    assert [one.id for one in match("設定", made, 50, Cancel())] == ["c", "b", "a", "e", "d"]
    assert [one.id for one in match("設定", made, 2, Cancel())] == ["c", "b"]


def test_it_agrees_with_looking_at_every_name() -> None:
    """A name that holds the query as it is compared is always found, and nothing without its letters is."""
    chance = random.Random(5)
    letters = "あいアイ漢字設定ＡＢabｶﾅ゛ー。 "
    pool = ["".join(chance.choices(letters, k=chance.randint(1, 12))) for _ in range(400)]
    for _ in range(400):
        query = "".join(chance.choices(letters.replace(" ", ""), k=chance.randint(1, 4)))
        found = set(names(query, [Candidate(name, name) for name in pool], most=1_000))
        wanted = key(query)
        assert {name for name in pool if all(word in key(name) for word in wanted.split())} <= found
        assert all(set("".join(wanted.split())) <= set(key(name)) for name in found)


def test_hostile_texts_are_bounded_and_a_stop_is_heard() -> None:
    assert names("あ" * 1_000_000, [Candidate("x", "あ" * 1_000_000)]) != []
    assert names(" ".join("設定" for _ in range(10_000))) == ["設定を開く", "モデルの設定"]
    cancel = Cancel()
    cancel.set()
    with pytest.raises(Cancelled):
        match("あ", [Candidate("x", "あ")], 1, cancel)
