"""Models are found as people type, and by what they must be; and where they come from is a tree."""

from __future__ import annotations

import itertools
from typing import Any

import catalogs
import pytest
from catalogs import encoded, entry

from desktop.models.catalog import builtin, decode
from desktop.models.catalog_search import Filters, Search
from desktop.models.lineage import Row, tree

CATALOG = builtin()
SEARCH = Search(CATALOG)


def keys(words: str = "", **filters: Any) -> list[str]:
    return [model.key for model in SEARCH.find(words, Filters(**filters))]


@pytest.mark.parametrize("words", ["サラシナ", "さらしな", "ｻﾗｼﾅ", "更級", "ＳＡＲＡＳＨＩＮＡ", "sarashina"])
def test_width_kana_and_case_do_not_matter(words: str) -> None:
    found = keys(words)
    assert found[0] == "sarashina2.2-3b-instruct-v0.1"
    assert len(found) == 5


def test_all_words_must_be_there_in_any_language() -> None:
    assert keys("swallow apache") == [
        "tinyswallow-1.5b-instruct",
        "qwen3-swallow-8b-rl-v0.2",
        "gpt-oss-swallow-20b-rl-v0.1",
    ]
    assert "calm3-22b-chat" in keys("サイバーエージェント")
    assert "calm3-22b-chat" in keys("cyberagent 会話")
    assert keys("cyberagent 埋め込み") == []
    assert keys("  ") == keys() == [model.key for model in CATALOG.models]


def test_names_come_before_texts() -> None:
    assert keys("llama 2")[:2] == ["elyza-japanese-llama-2-7b-instruct", "llama-2-7b-chat"]


def test_a_model_is_found_by_what_it_comes_from() -> None:
    assert "tinyswallow-1.5b-instruct" in keys("Qwen2.5-32B")
    assert set(keys("ModernBERT")) == {"ruri-v3-30m", "ruri-v3-70m", "ruri-v3-130m", "ruri-v3-310m"}


def test_filters() -> None:
    everything = set(keys())
    assert {"ruri-v3-30m", "multilingual-e5-small"} <= set(keys(kind="embedding"))
    assert set(keys(kind="base")) >= {"plamo-2.1-8b-cpt", "gemma-3-270m"}
    assert everything - set(keys(commercial="conditional")) == {
        "sarashina2.1-1b",
        "sarashina2-8x70b",
        "sarashina-embedding-v1-1b",
        "sarashina-embedding-v2-1b",
        "plamo-100b",
    }
    free = set(keys(commercial="yes"))
    assert "llm-jp-4-8b-thinking" in free
    assert not free & {"llama-3-elyza-jp-8b", "tinyswallow-1.5b-instruct", "plamo-100b"}
    assert set(keys(licence="gemma")) > {"llama-3.1-swallow-8b-instruct-v0.5", "gemma-2-baku-2b-it"}
    assert {"nemotron-nano-9b-v2-japanese", "gpt-oss-20b"} <= set(keys(thinking=True))
    assert everything == set(keys(thinking=True)) | set(keys(thinking=False))
    assert "gpt-oss-20b" not in keys(made_for_japanese=True)
    assert set(keys(made_for_japanese=False)) == everything - set(keys(made_for_japanese=True))
    small = keys(most_parameters=2_000_000_000, kind="chat")
    assert "lfm2.5-1.2b-jp-202606" in small and "sarashina2.2-3b-instruct-v0.1" not in small
    assert "sarashina2.2-3b-instruct-v0.1" in keys(most_bytes=2_500_000_000)
    assert "llama-3-elyza-jp-8b" not in keys(most_bytes=4_900_000_000)


def test_a_book_pasted_as_words_is_cut() -> None:
    assert keys("あ" * 1_000_000) == []
    assert keys("日本語 " * 100_000) == keys("日本語")


def names(key: str) -> list[tuple[int, str, str]]:
    return [(row.depth, row.name, "+".join(step.kind for step in row.steps)) for row in tree(CATALOG, key)]


def test_the_tree_of_elyza() -> None:
    assert names("elyza-japanese-llama-2-7b-instruct") == [
        (0, "Llama 2", "from_scratch"),
        (1, "ELYZA-japanese-Llama-2 7B Instruct", "continued+tuned"),
    ]
    root, here = tree(CATALOG, "elyza-japanese-llama-2-7b-instruct")
    assert (root.here, root.entry) == (False, False)
    assert (here.here, here.entry) == (True, True)


def test_what_came_from_a_model_stands_below_it() -> None:
    assert names("gpt-oss-20b") == [
        (0, "gpt-oss-20b", "from_scratch"),
        (1, "GPT-OSS Swallow 20B RL v0.1", "continued+tuned"),
    ]
    assert {row.key for row in tree(CATALOG, "llama-2")} == {
        "llama-2",
        "elyza-japanese-llama-2-7b-instruct",
        "llama-2-7b-chat",
    }
    # Brothers are not shown.
    assert "llama-2-7b-chat" not in {row.key for row in tree(CATALOG, "elyza-japanese-llama-2-7b-instruct")}


def test_a_distilled_model_stands_below_both_its_origins() -> None:
    assert names("tinyswallow-1.5b-instruct") == [
        (0, "Qwen2.5", "from_scratch"),
        (1, "Qwen2.5-32B-Instruct", "tuned"),
        (2, "TinySwallow 1.5B Instruct", "distilled"),
        (1, "TinySwallow 1.5B Instruct", "tuned"),
    ]


def test_every_model_has_a_tree_with_itself_in_it() -> None:
    for model in CATALOG.models:
        rows = tree(CATALOG, model.key)
        assert any(row.here for row in rows) and rows[0].depth == 0
        assert all(after.depth <= before.depth + 1 for before, after in itertools.pairwise(rows))
    assert tree(CATALOG, "unheard-of") == ()


def step(origin: str) -> dict[str, Any]:
    return {"kind": "merged", "verified": True, "origin": origin}


def test_merges_of_merges_do_not_multiply() -> None:
    scratch = {"kind": "from_scratch", "verified": True}
    models = [entry("m0", lineage=[scratch]), entry("n0", lineage=[scratch])]
    for i in range(1, 40):  # two parents each: 2 to the 40th paths
        for name in "mn":
            models.append(entry(f"{name}{i}", lineage=[step(f"m{i - 1}"), step(f"n{i - 1}")]))
    catalog = decode(encoded(catalogs.catalog(*models)))
    rows: tuple[Row, ...] = tree(catalog, "m39")
    assert len(rows) < 300
    assert {row.key for row in rows} == {f"{name}{i}" for name in "mn" for i in range(39)} | {"m39"}
    assert any(row.repeated for row in rows)
