"""llama.cpp's sampler chain, built from ``Sampling`` in the order that its docstring states."""

from __future__ import annotations

import ctypes
import json
import math
import secrets
from typing import Any

import llama_cpp.llama_cpp as llama

from desktop.engine.protocol import Sampling

Pointer = Any  # a C pointer, as ctypes gives it
MAX_SCHEMA = 64 * 1024  # characters
_SEEDS = 0xFFFFFFFF  # llama.cpp takes 32 bits, and this value itself means "random"


class SchemaInvalid(Exception):  # noqa: N818 - the person's schema is at fault
    """The JSON schema cannot be made into a grammar."""


def grammar_of(schema: str) -> str:
    """Return llama.cpp's grammar (GBNF) for a JSON schema. Raise ``SchemaInvalid``."""
    from llama_cpp.llama_grammar import json_schema_to_gbnf

    if len(schema) > MAX_SCHEMA:
        raise SchemaInvalid(f"{len(schema)}/{MAX_SCHEMA} characters")
    try:
        if not isinstance(json.loads(schema), dict):
            raise SchemaInvalid("not an object")
        return str(json_schema_to_gbnf(schema))
    except SchemaInvalid:
        raise
    except Exception as error:  # the converter asserts and indexes as it goes
        raise SchemaInvalid(f"{type(error).__name__}: {error}"[:500]) from None


class Sampler:
    """A sampler chain of C objects; ``close`` frees it.

    The repeat penalty looks at the answer alone. Punishing the words of the question would spoil translating,
    correcting and quoting, which repeat it rightly.
    """

    def __init__(self, sampling: Sampling, *, vocab: int, n_vocab: int, grammar: str = "") -> None:
        """Build the chain; ``vocab`` is the C pointer. Raise ``SchemaInvalid`` where C refuses it."""
        rules = llama.llama_sampler_init_grammar(vocab, grammar.encode(), b"root") if grammar else None
        if grammar and not rules:
            raise SchemaInvalid("the grammar made of it is not valid")
        self._free = _chain(_samplers(sampling, n_vocab))
        self._grammar = rules
        self._bound = _chain([rules, self._free]) if rules else None

    def sample(self, context: int, index: int = -1) -> int:
        """Return the next token, drawn from the logits of one output, and remember it; -1 is the last one."""
        if self._bound is None:
            return int(llama.llama_sampler_sample(self._free, context, index))
        # Asking the grammar about a whole vocabulary takes longer than computing a token, and most tokens
        # that the model would say anyway are allowed: so draw freely, and only if refused again from all.
        trial = llama.llama_sampler_clone(self._free)
        token = int(llama.llama_sampler_sample(trial, context, index))
        if not self._allowed(token):
            llama.llama_sampler_free(trial)
            return int(llama.llama_sampler_sample(self._bound, context, index))
        llama.llama_sampler_accept(self._grammar, token)
        llama.llama_sampler_free(llama.llama_sampler_chain_remove(self._bound, 1))
        llama.llama_sampler_chain_add(self._bound, trial)
        self._free = trial
        return token

    def accept(self, token: int) -> None:
        """Remember a token of the answer that was not drawn here."""
        llama.llama_sampler_accept(self._free, token)

    def close(self) -> None:
        """Free the chain and its samplers."""
        if chain := self._bound or self._free:
            llama.llama_sampler_free(chain)
        self._bound = self._free = self._grammar = None

    def _allowed(self, token: int) -> bool:
        one = (llama.llama_token_data * 1)(llama.llama_token_data(id=token, logit=1.0, p=0.0))
        candidates = llama.llama_token_data_array(data=one, size=1, selected=-1, sorted=False)
        llama.llama_sampler_apply(self._grammar, ctypes.byref(candidates))
        return bool(one[0].logit != -math.inf)


def _chain(samplers: list[Pointer]) -> Pointer:
    """Return a chain that owns ``samplers``."""
    chain = llama.llama_sampler_chain_init(llama.llama_sampler_chain_default_params())
    for sampler in samplers:
        llama.llama_sampler_chain_add(chain, sampler)
    return chain


def _samplers(sampling: Sampling, n_vocab: int) -> list[Pointer]:
    """Return the C samplers; values out of range are taken as the nearest allowed ones."""
    penalty = _within(sampling.repeat_penalty, 0.01, 10.0, off=1.0)
    look_back = int(_within(sampling.repeat_last, 0, 4096, off=0))
    temperature = _within(sampling.temperature, 0.0, 10.0, off=0.0)
    chain: list[Pointer] = []
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
