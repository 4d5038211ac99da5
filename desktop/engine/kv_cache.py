"""What the context's KV cache holds, and how much of it the next prompt can go on from.

llama.cpp trims a sliding-window cache without a word even where the window's part is already gone, and
recurrent models cannot be trimmed at all. So every reuse is checked against what the cache says it holds;
whatever is not certain is computed again.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

import llama_cpp.llama_cpp as llama


class KVCache:
    """Sequence 0 of one context. ``tokens`` are those computed, by position."""

    def __init__(self, context: int, *, window: int, trimmable: bool, batch: int) -> None:
        """``window`` is the sliding window in tokens, 0 where there is none; ``batch`` a whole batch."""
        self._context = context
        self._memory = llama.llama_get_memory(context)
        self.window = window
        self._trimmable = trimmable
        self._batch = batch
        self.tokens: list[int] = []
        # So many of them were computed in whole batches from the first position on, as a cold start does it.
        self.canonical = 0
        # What a smaller batch behind them ended at: a cold start computes a prompt of just this length so.
        self._whole = 0
        # llama.cpp begins a loaded cache at its first cell again and writes over what the window has passed,
        # in the order of the cells. Where that is not the order of the positions, gaps come about.
        self._in_order = True
        self._gapless = True

    def reuse(self, prompt: Sequence[int], *, canonical: bool = False) -> int:
        """Keep what ``prompt`` begins with; return how many of its tokens are computed already.

        The last token is always left to compute, because its logits begin the answer. With ``canonical`` only
        what a cold start would have computed in the same batches is kept: other batches round otherwise.
        """
        shared = _shared(self.tokens, prompt)
        if canonical and not shared == len(prompt) - 1 == self._whole:
            shared = min(shared, self.canonical)
        length = self.trim(shared)
        self._gapless = self._gapless and self._in_order
        return length

    def extend(self, tokens: Sequence[int]) -> None:
        """Note that these were computed, at once."""
        if len(self.tokens) == self.canonical:
            self._whole = self.canonical + len(tokens)
            if len(tokens) == self._batch:
                self.canonical += self._batch
        self.tokens += tokens

    def can_go_back(self) -> bool:
        """Return whether the last few tokens can be forgotten again."""
        return self._trimmable and self.first >= 0

    @property
    def first(self) -> int:
        """The position from which on every layer holds all; -1: only the whole can be gone on from."""
        return int(llama.llama_memory_seq_pos_min(self._memory, 0)) if self._gapless else -1

    def usable(self, tokens: Sequence[int], first: int, prompt: Sequence[int]) -> int:
        """Return how many tokens ``reuse`` would keep of a cache that holds ``tokens`` from ``first`` on."""
        shared = _shared(tokens, prompt)
        if shared == len(tokens):
            return shared
        return shared if self._trimmable and 0 <= first <= self._reach(shared) else 0

    def state_size(self) -> int:
        """Return the size in bytes of ``state``."""
        return int(llama.llama_state_get_size(self._context))

    def state(self) -> ctypes.Array[ctypes.c_uint8]:
        """Return a copy of all that the cache holds; empty where that failed. Raise ``MemoryError``."""
        # Not llama_state_seq_get_data: it leaves out what a sliding window has passed, though the cache holds
        # it, and nothing in the middle could be edited after it is loaded.
        size = self.state_size()
        state = (ctypes.c_uint8 * size)()
        return state if llama.llama_state_get_data(self._context, state, size) == size else _NOTHING

    def load(self, state: bytearray, tokens: Sequence[int], first: int, canonical: int) -> bool:
        """Hold what ``state`` held, in place of everything else; return False, empty, where it cannot be.

        ``state`` must be what ``state()`` gave of the same model with the same settings, byte for byte.
        """
        self.clear()
        size = len(state)
        data = (ctypes.c_uint8 * size).from_buffer(state)
        if (
            llama.llama_state_set_data(self._context, data, size) != size
            or llama.llama_memory_seq_pos_max(self._memory, 0) != len(tokens) - 1
        ):
            self.clear()
            return False
        self.tokens = list(tokens)
        # A window goes on in other cells than those of a cache that was computed here, and rounds otherwise.
        self.canonical = 0 if self.window else canonical
        self._in_order, self._gapless = first == 0, first >= 0
        return True

    def trim(self, length: int) -> int:
        """Forget the positions from ``length`` on; return how many are really left, which may be none."""
        if length <= 0 or not self._trim(length):
            self.clear()
        if len(self.tokens) < self.canonical:
            self.canonical = len(self.tokens) // self._batch * self._batch
        if len(self.tokens) < self._whole:
            self._whole = 0
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
        self.tokens, self.canonical, self._whole = [], 0, 0
        self._in_order = self._gapless = True

    def _trim(self, length: int) -> bool:
        last = llama.llama_memory_seq_pos_max(self._memory, 0)
        if last == length - 1:  # nothing to forget: llama.cpp keeps what the next token looks at
            del self.tokens[length:]
            return True
        if last < length or not (
            self._trimmable
            and 0 <= self.first <= self._reach(length)
            and llama.llama_memory_seq_rm(self._memory, 0, length, -1)
        ):
            return False
        del self.tokens[length:]
        # Where the window's part is gone, the lowest position is none at all.
        return llama.llama_memory_seq_pos_max(
            self._memory, 0
        ) == length - 1 and 0 <= self.first <= self._reach(length)

    def _reach(self, length: int) -> int:
        """Return the highest position that the cache may begin with to be complete up to ``length``."""
        return max(0, length - self.window) if self.window else 0


_NOTHING = (ctypes.c_uint8 * 0)()


def _shared(tokens: Sequence[int], prompt: Sequence[int]) -> int:
    """Return how many tokens are the same at the beginning, the prompt's last one aside."""
    shared = 0
    for known, wanted in zip(tokens, prompt[:-1], strict=False):
        if known != wanted:
            break
        shared += 1
    return shared
