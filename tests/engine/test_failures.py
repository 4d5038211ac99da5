from __future__ import annotations

import re
from pathlib import Path

import pytest

import desktop.engine
from desktop.engine.failures import CODES, explain
from desktop.engine.protocol import Failed


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_failure_says_what_is_safe_in_both_languages(code: str) -> None:
    error = explain(Failed(1, code, "detail"))
    assert error.code == code
    assert "書いたものは残っています。" in error.ja
    assert error.ja.endswith("ください。") or error.ja.endswith("し直します。")
    assert "What you wrote is safe." in error.en
    assert not re.search(r"[ぁ-んァ-ヶ一-龠]", error.en)


def test_every_code_in_the_sources_has_a_sentence() -> None:
    used = set()
    for file in Path(desktop.engine.__file__).parent.glob("*.py"):
        source = file.read_text(encoding="utf-8")
        used |= set(
            re.findall(
                r'"((?:engine|model|template|prompt|schema|grammar|decode|draft)_[a-z_]+'
                r'|context_exceeded|out_of_memory)"',
                source,
            )
        )
    assert used == CODES


def test_the_figures_of_a_long_prompt_are_told() -> None:
    too_long = explain(Failed(1, "prompt_too_long", "9,000 / 8,192 tokens"))
    assert "（9,000 / 8,192 トークン）" in too_long.ja and "(9,000 / 8,192 tokens)" in too_long.en


def test_an_unknown_code_is_still_a_sentence() -> None:
    error = explain(Failed(1, "never_heard_of", "x"))
    assert error.code == "never_heard_of"
    assert "予期しない" in error.ja
