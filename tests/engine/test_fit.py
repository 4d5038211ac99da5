from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest

from desktop.engine.fit import MAX_CHARACTERS, PromptTooLong, answer_room, fit
from desktop.engine.protocol import Turn

CONTEXT = 400
LIMIT = 300


def encode(turns: Sequence[Turn]) -> list[int]:
    """One token a character, four a turn."""
    return [ord(letter) for turn in turns for letter in f"<{turn.role[0]}>{turn.text}>"]


def fitted(turns: Sequence[Turn]) -> tuple[list[int], int]:
    return fit(turns, limit=LIMIT, context_length=CONTEXT, encode=encode, count=len)


def conversation(exchanges: int, size: int = 20) -> list[Turn]:
    turns = [Turn("system", "S" * 10)]
    for number in range(exchanges):
        turns += [Turn("user", f"{number:02}" + "u" * size), Turn("assistant", f"{number:02}" + "a" * size)]
    return [*turns, Turn("user", "last")]


def test_what_fits_is_left_alone() -> None:
    turns = conversation(3)
    assert fitted(turns) == (encode(turns), 0)


def test_the_oldest_exchanges_go_and_the_system_turn_stays() -> None:
    turns = conversation(12)
    tokens, left_out = fitted(turns)
    assert left_out > 0
    assert left_out % 2 == 0
    assert tokens == encode([turns[0], *turns[1 + left_out :]])
    assert turns[1 + left_out].role == "user"
    assert len(tokens) <= LIMIT


def test_the_beginning_stays_the_same_for_several_turns() -> None:
    gone = [fitted(conversation(exchanges))[1] for exchanges in range(40)]
    assert gone == sorted(gone)
    moves = sum(before != after for before, after in itertools.pairwise(gone))
    # An exchange has 52 tokens here and a chunk 100: without chunks, nearly every turn would move it.
    assert moves <= len(gone) * 52 / 100 + 1


def test_a_first_turn_of_the_assistant_goes_alone() -> None:
    turns = [Turn("assistant", "g" * 250), Turn("user", "u" * 100)]
    tokens, left_out = fitted(turns)
    assert (tokens, left_out) == (encode(turns[1:]), 1)


def test_a_last_turn_that_is_too_long_says_by_how_much() -> None:
    with pytest.raises(PromptTooLong, match=r"^404 / 300 tokens$"):
        fitted([*conversation(2)[1:-1], Turn("user", "x" * 400)])
    with pytest.raises(PromptTooLong, match=r"^404 / 300 tokens$"):
        fitted([Turn("user", "x" * 400)])


def test_a_system_turn_that_is_too_long_is_not_dropped() -> None:
    with pytest.raises(PromptTooLong):
        fitted([Turn("system", "x" * 300), Turn("user", "a")])


def test_huge_texts_are_not_tokenized_at_all() -> None:
    huge = "x" * (MAX_CHARACTERS + 1)
    with pytest.raises(PromptTooLong, match="characters"):
        fitted([Turn("user", huge)])

    def no_huge(turns: Sequence[Turn]) -> list[int]:
        assert all(turn.text is not huge for turn in turns)
        return encode(turns)

    turns = [Turn("user", huge), Turn("assistant", "a"), Turn("user", "b")]
    tokens, left_out = fit(turns, limit=LIMIT, context_length=CONTEXT, encode=no_huge, count=len)
    assert (tokens, left_out) == (encode(turns[2:]), 2)


def test_room_for_the_answer() -> None:
    assert answer_room(8192, None) == 512
    assert answer_room(1024, None) == 256
    assert answer_room(8192, 100) == 100
    assert answer_room(8192, 100_000) == 2048
    assert answer_room(8192, 0) == 1
