from __future__ import annotations

from desktop.engine.protocol import Turn
from desktop.engine.transcript import STOPS, transcript


def test_a_question_ends_where_the_answer_begins() -> None:
    text = transcript([Turn("system", "猫の話だけをします。"), Turn("user", " 日本の首都は？\n")])
    assert text.endswith("\n\nユーザー: 日本の首都は？\nアシスタント:")
    assert text.index("猫の話だけをします。") < text.index("ユーザー: ")


def test_the_next_prompt_goes_on_from_the_last_with_its_answer() -> None:
    first = transcript([Turn("user", "あ")])
    second = transcript([Turn("user", "あ"), Turn("assistant", "い"), Turn("user", "う")])
    assert second == f"{first} い\n\nユーザー: う\nアシスタント:"


def test_an_unfinished_answer_is_continued_as_it_stands() -> None:
    text = transcript([Turn("user", "あ"), Turn("assistant", "東京は、 ")])
    assert text.endswith("アシスタント: 東京は、 ")


def test_every_form_of_the_next_turn_is_a_stop() -> None:
    assert {"\nユーザー:", "\n\nユーザー：", "\nアシスタント:"} <= set(STOPS)
