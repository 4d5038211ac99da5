"""An answer that was cut anywhere goes on as if it had not been cut."""

from __future__ import annotations

import msgspec
import pytest
from asking import GREEDY, Ask

pytestmark = pytest.mark.slow

QUESTION = "What is the capital of Japan?"
MIXED = "Hello world,  東京の猫と犬。\n 1 2 3 😀です"


@pytest.fixture(params=["starter", "smol"])
def ask(request: pytest.FixtureRequest) -> Ask:
    asked: Ask = request.getfixturevalue(f"ask_{request.param}")
    return asked


@pytest.mark.parametrize("cut", range(2, len(MIXED), 4))
def test_no_character_is_lost_or_doubled_at_any_cut(ask: Ask, cut: int) -> None:
    literal = MIXED.replace("\n", "\\n")
    sampling = msgspec.structs.replace(GREEDY, max_tokens=60, grammar=f'root ::= "{literal}"')
    answer = ask(QUESTION, MIXED[:cut], sampling=sampling)
    assert MIXED[:cut] + answer.text == MIXED
    assert answer.finished.reason == "end"


@pytest.mark.parametrize(
    ("begun", "rest"),
    [
        ("The cap", "ital"),
        ("The capit", "al"),
        ("The capital of Japan is Tok", "yo"),
        ("The capital", " of Japan"),
    ],
)
def test_a_word_goes_on_as_the_model_writes_it(ask_smol: Ask, begun: str, rest: str) -> None:
    assert ask_smol(QUESTION, begun).text.startswith(rest)


@pytest.mark.parametrize(("begun", "rest"), [("日本の首都は東", "京"), ("東京で", "す"), ("東京", "です")])
def test_japanese_goes_on_as_the_model_writes_it(ask_starter: Ask, begun: str, rest: str) -> None:
    assert ask_starter("日本の首都はどこですか？", begun).text.startswith(rest)


def test_the_space_behind_an_answer_of_one_token_stays(ask: Ask) -> None:
    sampling = msgspec.structs.replace(GREEDY, grammar='root ::= "います 。"')
    assert ask(QUESTION, "います", sampling=sampling).text == " 。"


def test_what_is_healed_was_asked_of_the_model_without_its_last_token(ask_smol: Ask) -> None:
    whole = ask_smol(
        QUESTION, "The capital of Japan is", sampling=msgspec.structs.replace(GREEDY, max_tokens=1)
    )
    cut = ask_smol(QUESTION, "The capital of Japan i", sampling=msgspec.structs.replace(GREEDY, max_tokens=1))
    assert cut.started.prompt_tokens == whole.started.prompt_tokens
    assert cut.text.startswith("s")


def test_a_stop_text_is_found_across_the_seam(ask: Ask) -> None:
    sampling = msgspec.structs.replace(GREEDY, grammar='root ::= "海は広い。以上です。"', stop=("以上です",))
    answer = ask(QUESTION, "海は広い。以上", sampling=sampling)
    assert (answer.text, answer.finished.reason) == ("", "stop_text")
