"""Thoughts, seams and loops in the answers of real models."""

from __future__ import annotations

import msgspec
import pytest
from asking import GREEDY, Answer, asking, collect

from desktop.engine.client import Engine
from desktop.engine.protocol import ModelSettings, Piece, Prompting, Sampling, Thought, Turn
from desktop.jobs import Cancel

pytestmark = pytest.mark.slow

# ChatML whose answers begin inside a block of thoughts, as those of Qwen and DeepSeek do.
THINKING = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content.split('</think>')[-1] }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n<think>\n{% endif %}"
)
QUESTION = "Which is larger, the sea or a lake?"


def ask(engine: Engine, model: ModelSettings, sampling: Sampling, **prompting: object) -> Answer:
    how = Prompting(**prompting)  # type: ignore[arg-type]
    return collect(engine.generate(model, [Turn("user", QUESTION)], sampling, Cancel(), prompting=how))


def thoughts(answer: Answer) -> str:
    return "".join(event.text for event in answer.events if isinstance(event, Thought))


def test_a_budget_ends_the_thoughts_and_the_answer_follows(engine: Engine, smol: ModelSettings) -> None:
    sampling = msgspec.structs.replace(GREEDY, max_tokens=60, thinking_budget=4)
    answer = ask(engine, smol, sampling, template=THINKING)
    kinds = [type(event) for event in answer.events if isinstance(event, Piece | Thought)]
    assert kinds == sorted(kinds, key=[Thought, Piece].index)  # first the thoughts, then the answer
    assert thoughts(answer).strip()
    assert answer.text.strip()
    assert "think>" not in answer.text + thoughts(answer)
    stats = answer.finished.stats
    assert stats is not None
    assert stats.thought_tokens == 4
    assert stats.thought_seconds > 0
    again = ask(engine, smol, sampling, template=THINKING)
    assert (again.text, thoughts(again)) == (answer.text, thoughts(answer))


def test_without_a_budget_a_model_may_think_up_to_the_limit(engine: Engine, smol: ModelSettings) -> None:
    answer = ask(engine, smol, msgspec.structs.replace(GREEDY, max_tokens=6), template=THINKING)
    assert (answer.text, answer.finished.reason) == ("", "limit")
    assert thoughts(answer)


def test_thinking_can_be_switched_off(engine: Engine, smol: ModelSettings) -> None:
    answer = ask(engine, smol, GREEDY, template=THINKING, thinking=False)
    assert thoughts(answer) == ""
    assert answer.text.strip()


def test_a_broken_template_says_where(engine: Engine, smol: ModelSettings) -> None:
    failed = ask(engine, smol, GREEDY, template="{{ messages[0].content }}\n{% if %}").failed
    assert failed.code == "template_failed"
    assert "2" in failed.detail
    assert ask(engine, smol, GREEDY).text


@pytest.mark.parametrize("cut", [1, 2, 3, 5, 8, 13, 21, 34])
def test_an_answer_cut_anywhere_goes_on_without_a_seam(engine: Engine, smol: ModelSettings, cut: int) -> None:
    """Cut in the middle of a word, the word is finished, not begun anew."""
    whole = asking(engine, smol)(QUESTION).text
    rest = asking(engine, smol)(QUESTION, whole[:cut])
    assert (whole[:cut] + rest.text)[: cut + 4] == whole[: cut + 4]


def test_a_japanese_word_is_finished(engine: Engine, starter: ModelSettings) -> None:
    assert asking(engine, starter)("日本の首都はどこですか？", "日本の首都は東").text.startswith("京")


def test_a_loop_is_ended_and_named(engine: Engine, starter: ModelSettings) -> None:
    sampling = Sampling(temperature=0.0, max_tokens=900)
    line = "はい、はい、はい、はい、はい、はい、はい、はい、はい、はい、はい、はい、"
    turns = [Turn("user", "「はい、」と書き続けてください。"), Turn("assistant", line)]
    guarded = collect(engine.generate(starter, turns, sampling, Cancel()))
    assert guarded.finished.reason == "repeating"
    assert guarded.finished.stats is not None
    assert guarded.finished.stats.generated_tokens < 600
    free = msgspec.structs.replace(sampling, loop_guard=False, max_tokens=600)
    assert collect(engine.generate(starter, turns, free, Cancel())).finished.reason == "limit"


def test_a_grammar_binds_the_answer_and_not_the_thoughts(engine: Engine, smol: ModelSettings) -> None:
    sampling = msgspec.structs.replace(
        GREEDY, max_tokens=60, thinking_budget=4, grammar='root ::= "the " ("sea" | "lake")'
    )
    answer = ask(engine, smol, sampling, template=THINKING)
    assert answer.text in ("the sea", "the lake")
    assert thoughts(answer).strip() not in ("the sea", "the lake", "")


def test_a_continued_answer_grows_whatever_its_limit(engine: Engine, smol: ModelSettings) -> None:
    text = "The sea"
    for _ in range(4):
        more = asking(engine, smol)(QUESTION, text, sampling=msgspec.structs.replace(GREEDY, max_tokens=1))
        assert more.text
        text += more.text
