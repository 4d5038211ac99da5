"""Sees when an answer has run into a loop, which it would not leave by itself."""

from __future__ import annotations

import numpy as np

LONGEST_CYCLE = 96  # tokens; a longer one is a paragraph, which a model seldom repeats word for word
# How long an answer may repeat itself: tokens, and times over. What people ask for stays below: 14 × 14 zeros
# are 588 tokens, an empty table of 20 rows and 8 columns 359, 60 empty boxes of a list 299; a refrain comes
# four times. Half a million tokens of documents, code and tables never came near. A loop goes on until the
# context is full.
_LONG = 560
_OFTEN = 6


class LoopGuard:
    """Fed with every token of an answer."""

    def __init__(self) -> None:
        self._last = np.full(LONGEST_CYCLE, -1, np.int32)  # tokens, the newest first
        self._repeated = np.zeros(LONGEST_CYCLE, np.int32)  # tokens in a row that were there 1, 2 … before
        self._enough = np.maximum(_LONG, _OFTEN * np.arange(1, LONGEST_CYCLE + 1))

    def feed(self, token: int) -> bool:
        """Take the next token; return whether the answer does nothing but repeat itself."""
        self._repeated += 1
        self._repeated *= self._last == token
        self._last[1:] = self._last[:-1]
        self._last[0] = token
        return bool((self._repeated >= self._enough).any())
