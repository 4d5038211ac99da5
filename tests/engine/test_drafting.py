"""Guessing ahead: more tokens at once where text repeats itself, no loss elsewhere, the same distribution."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

import msgspec
import pytest
from asking import GREEDY, Answer, collect, is_near_tie

from desktop.engine.client import Engine
from desktop.engine.drafting import LONGEST, Drafter, PromptLookup
from desktop.engine.protocol import ModelSettings, Sampling, Turn
from desktop.jobs import Cancel

COPY = "次の文章をそのまま書き写してください。\n\n「春は海がしずかで、夏は風がつよく、秋は山が赤く。」"
COPIES = {
    "starter": [
        COPY,
        "次の文章の誤字を直してください。\n\n今日わ天気がいいので、私は公園に行きます。公園には大きな池があり、鳥がいます。",
        "四季について教えてください。",
    ],
    "smol": [
        "Correct this text:\n\nYesterday I goed to the market with my sister and we buyed many fruits.",
        "Repeat this text:\n\nThe wind carries the sand over the dunes, and the sea carries it back again.",
        "Tell me about the four seasons.",
    ],
}


def test_text_goes_on_as_it_did_before() -> None:
    lookup = PromptLookup()
    lookup.add([0, 1, 2, 3, 4, 5, 6, 7, 9, 9, 0, 1, 2, 3, 4, 5])
    assert lookup.guess(2, sure=True) == [6, 7]
    lookup.add([6, 7])
    assert lookup.guess(3, sure=True) == [9, 9, 0]
    lookup.add([100])
    assert lookup.guess(3, sure=True) == []


def test_the_latest_place_counts_and_short_matches_only_while_lucky() -> None:
    lookup = PromptLookup()
    lookup.add([1, 2, 3, 10, 1, 2, 3, 20, 1, 2, 3])
    assert lookup.guess(1, sure=False) == [20]
    assert lookup.guess(1, sure=True) == []


class Guessing:
    """A source that always guesses, and is right as often as it is told."""

    def __init__(self, right: float) -> None:
        self.right = right
        self.chance = random.Random(1)

    def add(self, tokens: Sequence[int]) -> None:
        """Take them."""

    def guess(self, most: int, *, sure: bool) -> list[int]:
        return [1] * most

    def accepted(self, drafted: int) -> int:
        return next((at for at in range(drafted) if self.chance.random() > self.right), drafted)


@pytest.mark.parametrize(("right", "least", "most"), [(0.0, 0.96, 1.0), (0.5, 0.96, 1.2), (1.0, 1.5, 3.0)])
def test_what_guessing_costs_is_bounded_and_what_it_gains_is_not(
    right: float, least: float, most: float
) -> None:
    costs = (0.0, 1.0, 1.8, 2.4, 2.9, 3.3, 3.7, 4.1, 4.5, 4.8)  # single tokens
    source = Guessing(right)
    drafter = Drafter(source)
    written = time = 0.0
    while written < 2000:
        drafted = len(drafter.draft(LONGEST))
        accepted = source.accepted(drafted)
        drafter.record(drafted, accepted)
        written += accepted + 1
        time += costs[drafted + 1]
    assert least <= written / time <= most


def ask(engine: Engine, model: ModelSettings, text: str, sampling: Sampling, **options: bool) -> Answer:
    return collect(engine.generate(model, [Turn("user", text)], sampling, Cancel(), **options))  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize("which", ["starter", "smol"])
def test_a_copied_text_is_guessed_and_is_the_same_but_at_near_ties(
    request: pytest.FixtureRequest, engine: Engine, which: str
) -> None:
    """A batch rounds otherwise than single tokens, which can tip a balance and nothing more."""
    model: ModelSettings = request.getfixturevalue(which)
    sampling = msgspec.structs.replace(GREEDY, max_tokens=60)
    accepted = 0
    for question in COPIES[which]:
        plain = ask(engine, model, question, sampling, drafting=False, reproducible=False)
        guessed = ask(engine, model, question, sampling, reproducible=False)
        assert plain.finished.stats is not None
        assert guessed.finished.stats is not None
        assert plain.finished.stats.drafted_tokens == 0
        accepted += guessed.finished.stats.accepted_tokens
        assert guessed.text == plain.text or is_near_tie(
            engine, model, [Turn("user", question)], (plain.text, guessed.text)
        )
        assert ask(engine, model, question, sampling, reproducible=False).text == guessed.text
        exact = ask(engine, model, question, sampling)
        assert exact.finished.stats is not None
        assert exact.finished.stats.drafted_tokens == 0
        assert exact.text == ask(engine, model, question, sampling, drafting=False).text
    assert accepted >= 4


@pytest.mark.slow
def test_a_fixed_seed_gives_the_same_text_again(engine: Engine, starter: ModelSettings) -> None:
    sampling = Sampling(temperature=0.6, seed=7, max_tokens=40)
    texts = {ask(engine, starter, COPY, sampling).text for _ in range(3)}
    assert len(texts) == 1


@pytest.mark.slow
def test_the_distribution_is_that_of_the_model(engine: Engine, smol: ModelSettings) -> None:
    """The fourth word after three copied ones: as often this and that, guessed or not."""
    question = "Repeat: red red red blue red red red blue red red red"
    counts: list[Counter[str]] = []
    for drafting in (False, True):
        counts.append(Counter())
        for seed in range(60):
            sampling = Sampling(temperature=1.5, seed=seed, max_tokens=4, top_k=5)
            counts[-1][ask(engine, smol, question, sampling, drafting=drafting).text] += 1
    distance = sum(abs(counts[0][text] - counts[1][text]) for text in {*counts[0], *counts[1]})
    assert distance <= 12  # of 120: the same seeds draw the same words but at near ties


@pytest.mark.slow
def test_a_draft_model_of_the_same_vocabulary_guesses(own_engine: Engine, smol: ModelSettings) -> None:
    question = "Tell me about the sea."
    sampling = msgspec.structs.replace(GREEDY, max_tokens=40)
    plain = ask(own_engine, smol, question, sampling)
    with_draft = msgspec.structs.replace(smol, draft_path=smol.path)
    drafted = ask(own_engine, with_draft, question, sampling, reproducible=False)
    assert drafted.finished.stats is not None
    assert drafted.finished.stats.accepted_tokens > 0
    assert drafted.text == plain.text


@pytest.mark.slow
def test_a_draft_model_of_another_vocabulary_is_told(
    own_engine: Engine, smol: ModelSettings, starter: ModelSettings
) -> None:
    mixed = msgspec.structs.replace(starter, draft_path=smol.path)
    assert collect(own_engine.load(mixed, Cancel())).failed.code == "draft_mismatch"
    assert ask(own_engine, starter, "こんにちは", GREEDY).text
