"""What the context's KV cache holds, and how much of it the next prompt can go on from.

llama.cpp trims a sliding-window cache without a word even where the window's part is already gone, and
recurrent models cannot be trimmed at all. So every reuse is checked against what the cache says it holds;
whatever is not certain is computed again.
"""

from __future__ import annotations

from collections.abc import Sequence

import llama_cpp.llama_cpp as llama


class KVCache:
    """Sequence 0 of one context. ``tokens`` are those computed, by position."""

    def __init__(self, context: int, *, window: int, trimmable: bool) -> None:
        """``window`` is the sliding window in tokens, 0 where every layer keeps every position."""
        self._memory = llama.llama_get_memory(context)
        self._window = window
        self._trimmable = trimmable
        self.tokens: list[int] = []

    def reuse(self, prompt: Sequence[int]) -> int:
        """Keep what ``prompt`` begins with; return how many of its tokens are computed already.

        The last token is always left to compute, because its logits begin the answer.
        """
        shared = 0
        for known, wanted in zip(self.tokens, prompt[:-1], strict=False):
            if known != wanted:
                break
            shared += 1
        return self.trim(shared)

    def trim(self, length: int) -> int:
        """Forget the positions from ``length`` on; return how many are really left, which may be none."""
        if length <= 0 or not self._trim(length):
            self.clear()
        return len(self.tokens)

    def restore(self, length: int) -> None:
        """Go back to the first ``length`` tokens after a computation that failed or was aborted."""
        if self._trimmable:
            self.trim(length)
        else:  # a recurrent state may be half changed
            self.clear()

    def clear(self) -> None:
        """Forget everything."""
        llama.llama_memory_clear(self._memory, False)
        self.tokens = []

    def _trim(self, length: int) -> bool:
        last = llama.llama_memory_seq_pos_max(self._memory, 0)
        if last < length - 1:
            return False
        if last >= length and not (
            self._trimmable and llama.llama_memory_seq_rm(self._memory, 0, length, -1)
        ):
            return False
        del self.tokens[length:]
        first = llama.llama_memory_seq_pos_min(self._memory, 0)
        if llama.llama_memory_seq_pos_max(self._memory, 0) != length - 1:
            return False
        # A recurrent state has one position, the newest; it stands for all before it.
        return not self._trimmable or 0 <= first <= max(0, length - self._window if self._window else 0)
