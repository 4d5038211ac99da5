"""A loop is seen; what people write on purpose is none."""

from __future__ import annotations

import random

import pytest

from desktop.engine.repetition import LONGEST_CYCLE, LoopGuard


def ends_at(tokens: list[int]) -> int | None:
    guard = LoopGuard()
    return next((at for at, token in enumerate(tokens, 1) if guard.feed(token)), None)


@pytest.mark.parametrize("cycle", [1, 2, 7, 40, LONGEST_CYCLE])
def test_a_cycle_is_seen_in_the_end(cycle: int) -> None:
    chance = random.Random(cycle)
    before = [chance.randrange(50_000) for _ in range(100)]
    again = [chance.randrange(50_000) for _ in range(cycle)]
    found = ends_at(before + again * 1000)
    assert found is not None
    assert found - len(before) == max(560, 6 * cycle) + cycle


@pytest.mark.parametrize(
    "tokens",
    [
        [7] * 500,  # a long laugh
        [1, 2] * 200,  # a row of zeros
        ([1, 2] * 14 + [3]) * 14,  # a square of zeros
        [1, 2, 3, 4, 5, 6] * 60,  # a ruled table
        [token for line in range(600) for token in (1, 2, 1000 + line, 3)],  # a numbered list
        list(range(96)) * 6,  # a refrain
    ],
    ids=["laugh", "zeros", "square", "table", "list", "refrain"],
)
def test_honest_repetition_is_left_alone(tokens: list[int]) -> None:
    assert ends_at(tokens) is None


def test_ordinary_text_is_left_alone() -> None:
    chance = random.Random(1)
    assert ends_at([min(int(chance.expovariate(0.02)), 500) for _ in range(20_000)]) is None
