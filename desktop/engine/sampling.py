"""llama.cpp's sampler chain, built from ``Sampling`` in the order that its docstring states.

What the answer must be, by a grammar or by the beginning of a cut word, is a mask over the logits.
"""

from __future__ import annotations

import ctypes
import math
import secrets
from functools import cached_property
from typing import Any

import llama_cpp.llama_cpp as llama
import numpy as np
import numpy.typing as npt

from desktop.engine.grammar import Grammar, State
from desktop.engine.pieces import Pieces, Tokens
from desktop.engine.protocol import Sampling
from desktop.errors import KotonohaError

Pointer = Any  # a C pointer, as ctypes gives it
_SEEDS = 0xFFFFFFFF  # llama.cpp takes 32 bits, and this value itself means "random"
_MOST_LOOK_BACK = 4096  # tokens
_LARGEST_BIAS = 1000.0
_MOST_BREAKERS, _LONGEST_BREAKER = 32, 40  # the latter is llama.cpp's, in bytes
# Free draws that a grammar may refuse before it is asked about the whole vocabulary, which takes longer.
_TRIES = 16
_MOST_MASKS = 64
_MIROSTAT_TOKENS = 100  # that version 1 estimates from, as in llama.cpp and the paper


class Sampler:
    """A sampler chain of C objects; ``close`` frees it.

    The repeat penalties look at the answer alone. Punishing the words of the question would spoil
    translating, correcting and quoting, which repeat it rightly.
    """

    def __init__(
        self,
        sampling: Sampling,
        *,
        vocab: int,
        n_vocab: int,
        context_length: int = _MOST_LOOK_BACK,
        grammar: Grammar | None = None,
        begun: bytes = b"",
        healing: bytes = b"",
        pieces: Pieces | None = None,
    ) -> None:
        """Build the chain; ``vocab`` is the C pointer.

        ``begun`` is the text of the answer that is there already, without ``healing``: the bytes with which
        the drawn text shall begin. Raise ``KotonohaError("grammar_invalid")`` where the grammar does not
        allow them.
        """
        self.seed = secrets.randbelow(_SEEDS) if sampling.seed is None else sampling.seed % _SEEDS
        self.constrained = True  # False: what is drawn is no part of the answer, and the grammar is not asked
        self._n_vocab = n_vocab
        self._pieces = pieces or Pieces(vocab, n_vocab)
        self._healing = healing
        self._grammar = grammar
        self._masks: dict[object, Tokens] = {}
        self._state: State | None = None
        if grammar is not None:
            self._state = grammar.advance(grammar.start, begun)
            if self._state is None or grammar.advance(self._state, healing) is None:
                raise _continues_badly()
        self._chain: Pointer | None = _chain(_samplers(sampling, vocab, n_vocab, context_length, self.seed))

    def sample(self, context: int, index: int = -1) -> int:
        """Return the next token, drawn from the logits of one output, and remember it; -1 is the last one.

        The logits are changed where only some tokens may come.
        """
        if self._healing:
            keep = self._pieces.beginning(self._healing)
            if len(keep):
                self._mask(context, index, keep)
        if self._grammar is not None and self._state is not None and self.constrained:
            token = self._bound(self._grammar, self._state, context, index)
        else:
            token = int(llama.llama_sampler_sample(self._chain, context, index))
        if self._healing:
            self._healing = self._healing[len(self._pieces.piece(token)) :]
        return token

    def accept(self, token: int) -> None:
        """Remember a token of the answer that was not drawn here, for the penalties."""
        llama.llama_sampler_accept(self._chain, token)

    def close(self) -> None:
        """Free the chain and its samplers."""
        if self._chain:
            llama.llama_sampler_free(self._chain)
        self._chain = None

    def _bound(self, grammar: Grammar, state: State, context: int, index: int) -> int:
        """Draw a token that the grammar allows.

        Where few characters may come, only what begins with them is drawn from. Elsewhere asking about a
        whole vocabulary takes longer than computing a token, and most tokens that the model would say anyway
        are allowed: so draw freely, and where that is refused, draw again without it.
        """
        grammar.rest()
        ask = 0 if grammar.is_narrow(state) else _TRIES
        for attempt in range(ask + 1):
            if attempt == ask:
                self._mask(context, index, self._allowed(grammar, state))
            token = self._draw(context, index)
            following = self._after(grammar, state, token)
            if following is not None:
                llama.llama_sampler_accept(self._chain, token)
                self._state = following
                return token
            self._logits(context, index)[token] = -math.inf
        raise _dead_end()

    def _draw(self, context: int, index: int) -> int:
        """Draw a token without remembering it; only the random numbers go on (and Mirostat's estimate)."""
        candidates = self._candidates
        candidates["id"] = self._ids
        candidates["logit"] = self._logits(context, index)
        candidates["p"] = 0.0
        data = candidates.ctypes.data_as(ctypes.POINTER(llama.llama_token_data))
        array = llama.llama_token_data_array(data=data, size=self._n_vocab, selected=-1, sorted=False)
        llama.llama_sampler_apply(self._chain, ctypes.byref(array))
        return int(array.data[array.selected].id)

    @cached_property
    def _ids(self) -> Tokens:
        return np.arange(self._n_vocab, dtype=np.int32)

    @cached_property
    def _candidates(self) -> npt.NDArray[np.void]:
        """C's ``llama_token_data`` for each token; filled anew for each draw."""
        return np.zeros(self._n_vocab, dtype=[("id", np.int32), ("logit", np.float32), ("p", np.float32)])

    def _after(self, grammar: Grammar, state: State, token: int) -> State | None:
        """Return where a token leads in the grammar; None where it may not come."""
        if self._pieces.is_end(token):
            return state if state.done else None
        piece = self._pieces.piece(token)
        return grammar.advance(state, piece) if piece else None

    def _allowed(self, grammar: Grammar, state: State) -> Tokens:
        if state not in self._masks:
            if len(self._masks) >= _MOST_MASKS:
                self._masks.clear()
            self._masks[state] = self._pieces.allowed(grammar, state)
        return self._masks[state]

    def _mask(self, context: int, index: int, keep: Tokens) -> None:
        """Let only these tokens be drawn. Raise ``KotonohaError`` where none of them could be before."""
        logits = self._logits(context, index)
        kept = logits[keep]
        if not np.isfinite(kept).any():
            raise _dead_end()
        logits.fill(-np.inf)
        logits[keep] = kept

    def _logits(self, context: int, index: int) -> npt.NDArray[np.float32]:
        """Return the logits of one output as they lie in the context."""
        return np.ctypeslib.as_array(llama.llama_get_logits_ith(context, index), (self._n_vocab,))


def _continues_badly() -> KotonohaError:
    return KotonohaError(
        "grammar_invalid",
        "続きを書けません。ここまでの文章が、答えの文法かJSONスキーマに合っていません。"
        "文法を外すか、答えを書き直させてください。",
        "The answer cannot be continued: the text so far does not follow the grammar or JSON schema. "
        "Remove the grammar, or ask for a new answer.",
    )


def _dead_end() -> KotonohaError:
    return KotonohaError(
        "grammar_invalid",
        "答えの文法かJSONスキーマが求める文字を、このモデルは書けません。文法を変えるか、別のモデルを選んでください。",
        "The model cannot write what the grammar or JSON schema demands. Change it, or choose another model.",
    )


def _chain(samplers: list[Pointer]) -> Pointer:
    """Return a chain that owns ``samplers``."""
    params = llama.llama_sampler_chain_default_params()
    params.no_perf = True
    chain = llama.llama_sampler_chain_init(params)
    for sampler in samplers:
        llama.llama_sampler_chain_add(chain, sampler)
    return chain


def _samplers(sampling: Sampling, vocab: int, n_vocab: int, context_length: int, seed: int) -> list[Pointer]:
    """Return the C samplers; values out of range are taken as the nearest allowed ones."""
    chain = [*_bias(sampling, n_vocab), *_penalties(sampling, n_vocab, context_length)]
    chain += _dry(sampling, vocab, context_length)
    temperature = _within(sampling.temperature, 0.0, 10.0, off=0.0)
    if temperature == 0.0:
        return [*chain, llama.llama_sampler_init_greedy()]
    version = int(_within(sampling.mirostat, 0, 2, off=0))
    if version:
        return [*chain, *_mirostat(sampling, version, temperature, n_vocab, seed)]
    chain += _truncations(sampling, n_vocab, seed)
    spread = _within(sampling.dynamic_range, 0.0, 10.0, off=0.0)
    if spread:
        exponent = _within(sampling.dynamic_exponent, 0.0, 10.0, off=1.0)
        chain.append(llama.llama_sampler_init_temp_ext(temperature, spread, exponent))
    else:
        chain.append(llama.llama_sampler_init_temp(temperature))
    target = _within(sampling.adaptive_target, -1.0, 1.0, off=-1.0)
    if target >= 0.0:
        decay = _within(sampling.adaptive_decay, 0.0, 0.99, off=0.9)
        return [*chain, llama.llama_sampler_init_adaptive_p(target, decay, seed)]
    return [*chain, llama.llama_sampler_init_dist(seed)]


def _bias(sampling: Sampling, n_vocab: int) -> list[Pointer]:
    biases = {
        token: _within(bias, -_LARGEST_BIAS, _LARGEST_BIAS, off=0.0)
        for token, bias in sampling.logit_bias
        if 0 <= token < n_vocab
    }
    if not biases:
        return []
    array = (llama.llama_logit_bias * len(biases))(
        *(llama.llama_logit_bias(token=token, bias=bias) for token, bias in biases.items())
    )
    return [llama.llama_sampler_init_logit_bias(n_vocab, len(biases), array)]


def _penalties(sampling: Sampling, n_vocab: int, context_length: int) -> list[Pointer]:
    most = min(_MOST_LOOK_BACK, context_length)
    look_back = int(_within(sampling.repeat_last, -1, most, off=0))
    look_back = most if look_back < 0 else look_back  # as in llama.cpp, -1 is all of it
    repeat = _within(sampling.repeat_penalty, 0.01, 10.0, off=1.0)
    frequency = _within(sampling.frequency_penalty, -10.0, 10.0, off=0.0)
    presence = _within(sampling.presence_penalty, -10.0, 10.0, off=0.0)
    if not look_back or (repeat, frequency, presence) == (1.0, 0.0, 0.0):
        return []
    return [llama.llama_sampler_init_penalties(n_vocab, look_back, repeat, frequency, presence)]


def _dry(sampling: Sampling, vocab: int, context_length: int) -> list[Pointer]:
    multiplier = _within(sampling.dry_multiplier, 0.0, 100.0, off=0.0)
    base = _within(sampling.dry_base, 1.0, 100.0, off=1.75)
    allowed = int(_within(sampling.dry_allowed_length, 0, context_length, off=2))
    look_back = int(_within(sampling.dry_last, -1, context_length, off=-1))
    look_back = context_length if look_back < 0 else look_back
    if not multiplier or not look_back:
        return []
    words = [word.encode("utf-8", "replace").split(b"\0")[0] for word in sampling.dry_breakers]
    words = [word[:_LONGEST_BREAKER] for word in words[:_MOST_BREAKERS] if word]
    breakers = (ctypes.c_char_p * max(len(words), 1))(*words)
    return [llama.llama_sampler_init_dry(vocab, multiplier, base, allowed, look_back, breakers, len(words))]


def _mirostat(sampling: Sampling, version: int, temperature: float, n_vocab: int, seed: int) -> list[Pointer]:
    tau = _within(sampling.mirostat_tau, 0.0, 100.0, off=5.0)
    eta = _within(sampling.mirostat_eta, 0.0, 1.0, off=0.1)
    if version == 1:
        draw = llama.llama_sampler_init_mirostat(n_vocab, seed, tau, eta, _MIROSTAT_TOKENS)
    else:
        draw = llama.llama_sampler_init_mirostat_v2(seed, tau, eta)
    return [llama.llama_sampler_init_temp(temperature), draw]


def _truncations(sampling: Sampling, n_vocab: int, seed: int) -> list[Pointer]:
    chain = []
    sigma = _within(sampling.top_n_sigma, -1.0, 100.0, off=-1.0)
    if sigma > 0.0:
        chain.append(llama.llama_sampler_init_top_n_sigma(sigma))
    if top_k := int(_within(sampling.top_k, 0, n_vocab, off=0)):
        chain.append(llama.llama_sampler_init_top_k(top_k))
    typical = _within(sampling.typical_p, 0.0, 1.0, off=1.0)
    if typical < 1.0:
        chain.append(llama.llama_sampler_init_typical(typical, 1))
    top_p = _within(sampling.top_p, 0.0, 1.0, off=1.0)
    if top_p < 1.0:
        chain.append(llama.llama_sampler_init_top_p(top_p, 1))
    if min_p := _within(sampling.min_p, 0.0, 1.0, off=0.0):
        chain.append(llama.llama_sampler_init_min_p(min_p, 1))
    probability = _within(sampling.xtc_probability, 0.0, 1.0, off=0.0)
    threshold = _within(sampling.xtc_threshold, 0.0, 1.0, off=1.0)
    if probability and threshold <= 0.5:
        chain.append(llama.llama_sampler_init_xtc(probability, threshold, 1, seed))
    return chain


def _within(value: float, low: float, high: float, *, off: float) -> float:
    # Only NaN differs from itself; math.isnan fails for whole numbers that are too large for a float.
    return off if value != value else min(max(value, low), high)  # noqa: PLR0124
