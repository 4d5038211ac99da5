"""Guessing the next tokens, so that several are computed at once; a wrong guess costs time and nothing else.

A batch of a few tokens takes less time than as many single ones. Each token is still drawn from the model's
own distribution, and a guess counts only where it is what was drawn. Nothing here looks at a clock: what is
guessed depends on the text alone, so that a fixed seed gives the same text again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

LONGEST = 8  # tokens guessed at once
_SHORTEST = 3
_GRAMS = (6, 3)  # tokens that must have stood together before; the longest match is tried first
_SURE = 6  # a shorter match is believed only while guesses come true
_REMEMBERED = 16_384  # tokens of a prompt, the last ones
# What a batch of so many tokens takes, in single ones, and what guessing wrong may cost of the whole time.
# Measured on a processor with Gemma 3 270M, where larger models gain more. A GPU takes all of them at once.
_CPU_COSTS = (0.0, 1.0, 1.8, 2.4, 2.9, 3.3, 3.7, 4.1, 4.5, 4.8)
_GPU_COSTS = (0.0, 1.0, 1.2, 1.25, 1.3, 1.35, 1.4, 1.45, 1.5, 1.6)
_CREDIT, _ALLOWANCE = 1.95, 0.005  # single tokens at the beginning, and for each one computed since


class Source(Protocol):
    """Where guesses come from."""

    def add(self, tokens: Sequence[int]) -> None:
        """Take tokens that the text goes on with."""

    def guess(self, most: int, *, sure: bool) -> list[int]:
        """Return at most so many tokens that may come next; with ``sure``, only what is likely."""


class PromptLookup:
    """Guesses that the text goes on as it did where its last tokens stood before, in question or answer."""

    def __init__(self) -> None:
        self._tokens: list[int] = []
        self._after: dict[tuple[int, ...], int] = {}  # some tokens → where the latest of them were followed

    def add(self, tokens: Sequence[int]) -> None:
        """Take tokens that the text goes on with."""
        for token in tokens[-_REMEMBERED:]:
            self._tokens.append(token)
            at = len(self._tokens)
            # What stands at the very end is not followed by anything yet.
            for size in _GRAMS:
                if at > size:
                    self._after[tuple(self._tokens[at - 1 - size : at - 1])] = at - 1

    def guess(self, most: int, *, sure: bool) -> list[int]:
        """Return at most so many tokens that may come next; with ``sure``, only what is likely."""
        for size in _GRAMS:
            if sure and size < _SURE:
                break
            at = self._after.get(tuple(self._tokens[-size:]))
            if at is not None:
                return self._tokens[at : at + most]
        return []


class Drafter:
    """Decides how much to guess: nothing where it does not pay, more while it comes true."""

    def __init__(self, source: Source, *, gpu: bool = False, guess_cost: float = 0.0) -> None:
        """``guess_cost`` is what guessing one token takes, in tokens of the model itself."""
        self._source = source
        batches = _GPU_COSTS if gpu else _CPU_COSTS
        self._costs = [cost + max(at - 1, 0) * guess_cost for at, cost in enumerate(batches)]
        self._credit = _CREDIT  # single tokens that wrong guesses may still cost
        self._length = _SHORTEST
        self._lucky = False

    def add(self, tokens: Sequence[int]) -> None:
        """Take tokens that the text goes on with."""
        self._source.add(tokens)

    def draft(self, most: int) -> list[int]:
        """Return the tokens to compute behind the next one, at most ``most``; often none."""
        length = min(self._length, most)
        while length > 0 and self._costs[length + 1] - 1 > self._credit:
            length -= 1
        return self._source.guess(length, sure=not self._lucky) if length > 0 else []

    def record(self, drafted: int, accepted: int) -> None:
        """Learn how many of the guessed tokens came true."""
        self._credit += accepted + 1 - self._costs[drafted + 1] + _ALLOWANCE
        self._credit = min(self._credit, 4 * _CREDIT)
        if drafted:
            self._lucky = accepted == drafted
            self._length = min(2 * self._length, LONGEST) if self._lucky else _SHORTEST
