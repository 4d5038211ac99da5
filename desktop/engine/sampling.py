"""llama.cpp's sampler chain, built from ``Sampling`` in the order that its docstring states."""

from __future__ import annotations

import math
import secrets

import llama_cpp.llama_cpp as llama

from desktop.engine.protocol import Sampling

_SEEDS = 0xFFFFFFFF  # llama.cpp takes 32 bits, and this value itself means "random"


class Sampler:
    """A sampler chain of C objects; ``close`` frees it.

    The repeat penalty looks at the answer alone. Punishing the words of the question would spoil translating,
    correcting and quoting, which repeat it rightly.
    """

    def __init__(self, sampling: Sampling, n_vocab: int) -> None:
        self._chain = llama.llama_sampler_chain_init(llama.llama_sampler_chain_default_params())
        for sampler in _samplers(sampling, n_vocab):
            llama.llama_sampler_chain_add(self._chain, sampler)

    def sample(self, context: int) -> int:
        """Return the next token, drawn from the logits of the last decoded one, and remember it."""
        return int(llama.llama_sampler_sample(self._chain, context, -1))

    def accept(self, token: int) -> None:
        """Remember a token of the answer that was not drawn here."""
        llama.llama_sampler_accept(self._chain, token)

    def close(self) -> None:
        """Free the chain and its samplers."""
        if self._chain:
            llama.llama_sampler_free(self._chain)
            self._chain = None


def _samplers(sampling: Sampling, n_vocab: int) -> list[int]:
    """Return the C samplers; values out of range are taken as the nearest allowed ones."""
    penalty = _within(sampling.repeat_penalty, 0.01, 10.0, off=1.0)
    look_back = int(_within(sampling.repeat_last, 0, 4096, off=0))
    temperature = _within(sampling.temperature, 0.0, 10.0, off=0.0)
    chain: list[int] = []
    if penalty != 1.0 and look_back:
        chain.append(llama.llama_sampler_init_penalties(n_vocab, look_back, penalty, 0.0, 0.0))
    if temperature == 0.0:
        return [*chain, llama.llama_sampler_init_greedy()]
    top_k = int(_within(sampling.top_k, 0, n_vocab, off=0))
    top_p = _within(sampling.top_p, 0.0, 1.0, off=1.0)
    min_p = _within(sampling.min_p, 0.0, 1.0, off=0.0)
    if top_k:
        chain.append(llama.llama_sampler_init_top_k(top_k))
    if top_p < 1.0:
        chain.append(llama.llama_sampler_init_top_p(top_p, 1))
    if min_p > 0.0:
        chain.append(llama.llama_sampler_init_min_p(min_p, 1))
    seed = secrets.randbelow(_SEEDS) if sampling.seed is None else sampling.seed % _SEEDS
    return [*chain, llama.llama_sampler_init_temp(temperature), llama.llama_sampler_init_dist(seed)]


def _within(value: float, low: float, high: float, *, off: float) -> float:
    return off if math.isnan(value) else min(max(value, low), high)
