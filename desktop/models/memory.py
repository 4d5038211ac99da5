"""How much memory a model takes, estimated from its header before it is loaded: arithmetic, no llama.cpp.

Sizes are bytes, lengths are tokens. ``benchmarks/bench_memory.py`` compares the estimate with what is used.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from desktop.engine.protocol import CacheType
from desktop.gguf.reader import Array, Contents

# As in engine/runtime.py, which a test compares.
CPU_BATCH, GPU_BATCH = 128, 512  # tokens of one computation
FULL_WINDOW_BYTES = 512 * 1024 * 1024  # below, sliding-window layers keep every position too

_CELLS = 256  # llama.cpp rounds caches up to a multiple of so many tokens
_HALF, _FLOAT = 2, 4  # bytes of a 16-bit and a 32-bit number
# Bytes of a number in the cache: quantized ones come in blocks of 32 with one 16-bit scale. Source: ggml.
_BLOCK_NUMBERS = 32
_CACHE_BYTES: dict[CacheType, float] = {"f16": 2, "q8_0": 34 / 32, "q4_0": 18 / 32}
# Measured; the program is Python with llama.cpp and without a model.
_PROGRAM = 58_000_000  # bytes
_WORD, _MERGE = 170, 130  # bytes that llama.cpp keeps of each in the vocabulary
_BLOCK = re.compile(r"blk\.(\d+)\.")

# Every so many layers one sees everything, the others a window. Source: ``set_swa_pattern`` in llama.cpp's
# models. Where it is not known, every layer is taken to see everything: that estimate errs on the safe side.
_PERIODS = {"cohere2": 4, "exaone4": 4, "gemma2": 2, "gemma3": 6, "gemma3n": 5, "gpt-oss": 2}


@dataclass(frozen=True, slots=True)
class Memory:
    """What one loaded model takes."""

    weights: int
    cache: int  # the KV cache, or the state of recurrent layers
    compute: int  # what one computation needs on the way
    program: int  # the engine without a model, and the vocabulary
    beside: int = 0  # a draft model and adapters

    @property
    def total(self) -> int:
        """Return the sum."""
        return self.weights + self.cache + self.compute + self.program + self.beside


def estimate(
    contents: Contents, context_length: int, cache_type: CacheType = "f16", *, batch: int = CPU_BATCH
) -> Memory:
    """Return what the model takes with a context of so many tokens, all on one device.

    The weights are counted once. llama.cpp also copies some types into the order that a processor likes best;
    the file's own pages of these are then not needed any more, and the system may drop them.
    """
    return Memory(
        weights=sum(tensor.bytes for tensor in contents.tensors),
        cache=sum(layer_caches(contents, context_length, cache_type, batch=batch)),
        compute=compute_bytes(contents, context_length, batch=batch),
        program=_PROGRAM + vocabulary_bytes(contents),
    )


def layer_count(contents: Contents) -> int:
    """Return the number of layers, at most as many as have weights."""
    blocks = {found[1] for tensor in contents.tensors if (found := _BLOCK.match(tensor.name))}
    return min(_integer(contents, "block_count"), len(blocks))


def layer_weights(contents: Contents) -> list[int]:
    """Return the bytes of each layer's weights."""
    weights = [0] * layer_count(contents)
    for tensor in contents.tensors:
        found = _BLOCK.match(tensor.name)
        if found and int(found[1]) < len(weights):
            weights[int(found[1])] += tensor.bytes
    return weights


def output_weights(contents: Contents) -> int:
    """Return the bytes of the last step's weights; 0 where it uses those of the embedding."""
    return sum(tensor.bytes for tensor in contents.tensors if tensor.name == "output.weight")


def embedding_weights(contents: Contents) -> int:
    """Return the bytes of the embedding, which always stays in the machine's own memory."""
    return sum(tensor.bytes for tensor in contents.tensors if tensor.name == "token_embd.weight")


def can_quantize_cache(contents: Contents) -> bool:
    """Return whether llama.cpp can keep this model's keys and values in blocks."""
    return all(
        size > 0 and size % _BLOCK_NUMBERS == 0
        for sliding in (False, True)
        for size in _key_and_value(contents, sliding=sliding)
    )


def layer_caches(
    contents: Contents, context_length: int, cache_type: CacheType = "f16", *, batch: int = CPU_BATCH
) -> list[int]:
    """Return the bytes of each layer's cache of keys and values.

    A layer that sees everything keeps ``context_length`` positions, one with a sliding window only that
    window and a batch, unless the whole is so small that the engine keeps all (``FULL_WINDOW_BYTES``).
    Recurrent layers keep a state of fixed size. Source: llama-kv-cache.cpp, llama-hparams.cpp.
    """
    layers = layer_count(contents)
    heads = _by_layer(contents, "attention.head_count_kv", layers)
    if not any(heads):
        heads = _by_layer(contents, "attention.head_count", layers)
    sliding = _sliding(contents, layers)
    cells = _rounded(context_length)
    everywhere = sum(_position_bytes(contents, count, sliding=False) for count in heads) * cells
    if everywhere > FULL_WINDOW_BYTES:
        window = min(cells, _rounded(_integer(contents, "attention.sliding_window") + batch))
    else:
        window = cells
    state = _state_bytes(contents)
    numbers = _CACHE_BYTES[cache_type] / _HALF
    shared = _integer(contents, "attention.shared_kv_layers")  # the last ones use the cache of earlier ones
    return [
        0
        if layer >= layers - shared
        else int(numbers * _position_bytes(contents, count, sliding=slides)) * (window if slides else cells)
        if count
        else state
        for layer, (count, slides) in enumerate(zip(heads, sliding, strict=True))
    ]


def compute_bytes(contents: Contents, context_length: int, *, batch: int = CPU_BATCH) -> int:
    """Return what one computation needs: a heuristic, with flash attention as the engine has it.

    Activations are about five vectors of the embedding and two of the feed-forward part for each token of the
    batch; besides there are the attention's masks and one row of logits.
    """
    embedding, inner = (
        _integer(contents, "embedding_length"),
        _largest(contents, "feed_forward_length"),
    )
    masks = 2 if _integer(contents, "attention.sliding_window") else 1
    row = _vocabulary(contents, "tokens") * _FLOAT
    return batch * (_FLOAT * (5 * embedding + 2 * inner) + masks * _HALF * _rounded(context_length)) + 2 * row


def vocabulary_bytes(contents: Contents) -> int:
    """Return what the vocabulary takes in memory."""
    return _vocabulary(contents, "tokens") * _WORD + _vocabulary(contents, "merges") * _MERGE


def _position_bytes(contents: Contents, heads: int, *, sliding: bool) -> int:
    """Return the bytes of one position's 16-bit keys and values in one layer."""
    return _HALF * heads * sum(_key_and_value(contents, sliding=sliding))


def _key_and_value(contents: Contents, *, sliding: bool) -> tuple[int, int]:
    """Return how many numbers a head's key and value have."""
    usual = _integer(contents, "embedding_length") // (_largest(contents, "attention.head_count") or 1)
    key = _integer(contents, "attention.key_length", usual)
    value = _integer(contents, "attention.value_length", usual)
    if sliding:
        key = _integer(contents, "attention.key_length_swa", key)
        value = _integer(contents, "attention.value_length_swa", value)
    return key, value


def _state_bytes(contents: Contents) -> int:
    """Return the bytes of a recurrent layer's state (Mamba, short convolutions, RWKV)."""
    state, inner = _integer(contents, "ssm.state_size"), _integer(contents, "ssm.inner_size")
    mixed = inner + 2 * _integer(contents, "ssm.group_count") * state
    embedding = _integer(contents, "embedding_length")
    numbers = state * inner + max(_integer(contents, "ssm.conv_kernel") - 1, 0) * mixed
    numbers += max(_integer(contents, "shortconv.l_cache") - 1, 0) * embedding
    numbers += _integer(contents, "wkv.head_size") * embedding
    return numbers * _FLOAT


def _sliding(contents: Contents, layers: int) -> list[bool]:
    """Return which layers have a sliding window."""
    if not _integer(contents, "attention.sliding_window"):
        return [False] * layers
    pattern = contents.metadata.get(f"{contents.architecture}.attention.sliding_window_pattern")
    if isinstance(pattern, Array):
        return [bool(value) for value in (*pattern.values, *[0] * layers)][:layers]
    period = _integer(contents, "attention.sliding_window_pattern", _PERIODS.get(contents.architecture, 0))
    return [period > 0 and layer % period < period - 1 for layer in range(layers)]


def _by_layer(contents: Contents, key: str, layers: int) -> Sequence[int]:
    """Return a number for each layer, from one value for all or an array with one for each."""
    value = contents.metadata.get(f"{contents.architecture}.{key}")
    if isinstance(value, Array):
        values = [min(max(number, 0), 1 << 20) for number in value.values]
        return (values + [max(values, default=0)] * layers)[:layers]
    return [_integer(contents, key)] * layers


def _largest(contents: Contents, key: str) -> int:
    value = contents.metadata.get(f"{contents.architecture}.{key}")
    if isinstance(value, Array):
        return min(max(value.values, default=0), 1 << 20)
    return _integer(contents, key)


def _vocabulary(contents: Contents, name: str) -> int:
    value = contents.metadata.get(f"tokenizer.ggml.{name}")
    return value.count if isinstance(value, Array) else 0


def _integer(contents: Contents, key: str, default: int = 0) -> int:
    return contents.integer(f"{contents.architecture}.{key}", default)


def _rounded(length: int) -> int:
    return -(-length // _CELLS) * _CELLS
