"""The bytes of a vocabulary's tokens, and which tokens may come next where bytes are prescribed.

They are read once a model, when they are first needed: for 262,144 tokens that takes some tenths of a second.
"""

from __future__ import annotations

import ctypes
from bisect import bisect_left, bisect_right
from functools import cached_property

import llama_cpp.llama_cpp as llama
import numpy as np
import numpy.typing as npt

from desktop.engine.grammar import Grammar, State

Tokens = npt.NDArray[np.int32]
_LONGEST = 256  # bytes of a token


class Pieces:
    """The tokens of one vocabulary as bytes; control tokens have none."""

    def __init__(self, vocab: int, n_vocab: int) -> None:
        """``vocab`` is the C pointer, which must stay valid."""
        self._vocab = vocab
        self._n_vocab = n_vocab
        self._buffer = ctypes.create_string_buffer(_LONGEST)

    def piece(self, token: int) -> bytes:
        """Return the bytes of a token; none for a control token."""
        buffer = self._buffer
        length = llama.llama_token_to_piece(self._vocab, token, buffer, _LONGEST, 0, False)
        return buffer.raw[:length] if length > 0 else b""

    def is_end(self, token: int) -> bool:
        """Return whether this token ends an answer."""
        return bool(llama.llama_vocab_is_eog(self._vocab, token))

    @cached_property
    def ends(self) -> Tokens:
        """The tokens that end an answer."""
        return np.array([t for t in range(self._n_vocab) if self.is_end(t)], dtype=np.int32)

    @cached_property
    def _sorted(self) -> tuple[list[bytes], Tokens]:
        """The pieces of ordinary tokens, in order, and these tokens."""
        pieces = [self.piece(token) for token in range(self._n_vocab)]
        for token in self.ends:
            pieces[token] = b""
        order = [token for token in sorted(range(self._n_vocab), key=pieces.__getitem__) if pieces[token]]
        return [pieces[token] for token in order], np.array(order, dtype=np.int32)

    def beginning(self, data: bytes) -> Tokens:
        """Return the tokens that begin with these bytes; where there are none, the longest part of them.

        Shorter ones beside longer ones would be wrong: "cap" is likely where "capital" is not.
        """
        pieces, tokens = self._sorted
        low, high = self._range(data)
        if low < high:
            return tokens[low:high]
        for end in range(len(data) - 1, 0, -1):
            low = bisect_left(pieces, data[:end])
            high = bisect_right(pieces, data[:end], low)
            if low < high:
                return tokens[low:high]
        return tokens[:0]

    def seam(self, token: int, most: int) -> bytes:
        """Return the bytes to draw again where a text that ends with this token is continued.

        They are the token's, at most ``most`` of them, where the model could have written a longer one in its
        place; else none.
        """
        data = self.piece(token)
        if not 0 < len(data) <= most:
            return b""
        low, high = self._range(data)
        # In order, what goes on comes after what ends.
        return data if low < high and len(self._sorted[0][high - 1]) > len(data) else b""

    def allowed(self, grammar: Grammar, state: State) -> Tokens:
        """Return the tokens that may come next in a grammar, those that end the answer among them."""
        pieces, tokens = self._sorted
        found: list[Tokens] = [self.ends] if state.done else []
        work: list[tuple[int, int, int, State]] = [(0, len(pieces), 0, state)]
        while work:
            at, last, depth, here = work.pop()
            if at < last and len(pieces[at]) == depth:
                end = bisect_right(pieces, pieces[at], at, last)
                if depth:
                    found.append(tokens[at:end])
                at = end
            while at < last:
                prefix = pieces[at][: depth + 1]
                end = bisect_left(pieces, _after(prefix), at, last)
                step = pieces[at][depth:] if end - at == 1 else prefix[-1:]
                following = grammar.advance(here, step)
                if following is not None:
                    work.append((at, end, depth + len(step), following))
                at = end
        return np.concatenate(found) if found else np.empty(0, dtype=np.int32)

    def _range(self, prefix: bytes) -> tuple[int, int]:
        """Return where in the order the pieces that begin so stand."""
        pieces, _ = self._sorted
        low = bisect_left(pieces, prefix)
        return low, bisect_left(pieces, _after(prefix), low)


def _after(prefix: bytes) -> bytes:
    """Return what comes in the order right after everything that begins so."""
    stem = prefix.rstrip(b"\xff")
    return stem[:-1] + bytes([stem[-1] + 1]) if stem else b"\xff" * (_LONGEST + 1)
