"""The header that a catalogue's model probably has, so that the same arithmetic holds before there is a file.

What ``memory`` and ``plan`` read of a real header is made up from the number of weights and the shape, where
that is known; else from the shape that models of its size usually have. Sizes are bytes.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

from desktop.gguf.reader import TEXT, Array, Contents, Tensor, Value
from desktop.models.catalog import Size
from desktop.models.catalog_entries import Entry
from desktop.models.file_sizes import BITS

_NAME = "imagined"  # the architecture
_MOST_LAYERS = 24  # more are taken together: the sums are the same, and sooner done
_HEAD_SIZE = 128
_OTHER_SHAPE = 2.0  # times the usual cache, where the shape is not known: the cautious guess
_EMBEDDING_BITS = BITS["Q6_K"]  # recipes keep the vocabulary at least so fine
_MOST_OF_FILE = 0.7  # that an embedding is taken for
_EXPERTS = 1_000  # of a mixture: only the share that is used counts


class _Shape(NamedTuple):
    layers: int
    width: int
    numbers: int  # of keys in one layer and position, and as many of values
    vocabulary: int  # tokens
    tied: bool


# The usual shape up to so many weights. Source: the configurations of Llama 2 to 3.1, Qwen2.5, Qwen3, Gemma 2
# and 3, Sarashina and LLM-jp.
_USUAL = (
    (200_000_000, _Shape(12, 576, 576, 64_000, tied=True)),
    (700_000_000, _Shape(24, 1_024, 512, 100_000, tied=True)),
    (2_200_000_000, _Shape(26, 2_048, 768, 110_000, tied=True)),
    (5_500_000_000, _Shape(32, 2_560, 1_024, 130_000, tied=True)),
    (10_500_000_000, _Shape(34, 4_096, 1_024, 130_000, tied=False)),
    (18_000_000_000, _Shape(40, 5_120, 1_280, 130_000, tied=False)),
    (45_000_000_000, _Shape(60, 5_632, 1_280, 140_000, tied=False)),
    (100_000_000_000, _Shape(80, 8_192, 1_280, 140_000, tied=False)),
)
_LARGEST = _Shape(100, 12_288, 2_048, 140_000, tied=False)


def imagined(entry: Entry, size: Size, *, cautious: bool = False) -> Contents:
    """Return the probable header of the model's file; ``cautious``: one that takes as much as may be."""
    shape = _shape(entry)
    file = int(size.bytes * (1 + size.uncertainty)) if cautious else size.bytes
    numbers = shape.numbers
    if cautious and entry.shape is None:
        numbers = int(numbers * _OTHER_SHAPE)
    layers = max(min(shape.layers, _MOST_LAYERS), 1)
    heads = max(round(numbers * shape.layers / layers / _HEAD_SIZE), 1)
    metadata: dict[str, Value] = {
        "general.architecture": _NAME,
        f"{_NAME}.block_count": layers,
        f"{_NAME}.embedding_length": shape.width,
        f"{_NAME}.feed_forward_length": 4 * shape.width,
        f"{_NAME}.attention.head_count": heads,
        f"{_NAME}.attention.head_count_kv": heads,
        f"{_NAME}.attention.key_length": _HEAD_SIZE,
        f"{_NAME}.attention.value_length": _HEAD_SIZE,
        f"{_NAME}.expert_count": _EXPERTS,
        f"{_NAME}.expert_used_count": _used_experts(entry),
        "tokenizer.ggml.tokens": Array(TEXT, shape.vocabulary),
        "tokenizer.ggml.merges": Array(TEXT, shape.vocabulary),
    }
    if entry.context is not None:
        metadata[f"{_NAME}.context_length"] = entry.context.tokens
    return Contents(Path(), file, metadata, _tensors(entry, size.quantization, file, layers, shape))


def _tensors(entry: Entry, quantization: str, file: int, layers: int, shape: _Shape) -> tuple[Tensor, ...]:
    """Return the vocabulary's tensors, and one for each layer with an equal part of the rest."""
    names = ["token_embd.weight"] if shape.tied else ["token_embd.weight", "output.weight"]
    bits = max(BITS[quantization], _EMBEDDING_BITS)
    weights = shape.vocabulary * shape.width
    most = _MOST_OF_FILE / len(names)
    embedding = int(min(weights * bits / 8, file * most))
    weights = int(min(weights, entry.parameters.total * most))
    left, weights_left = file - embedding * len(names), entry.parameters.total - weights * len(names)
    return (
        *(Tensor(name, (weights,), quantization, embedding) for name in names),
        *(
            Tensor(f"blk.{layer}.ffn_exps.weight", (weights_left // layers,), quantization, left // layers)
            for layer in range(layers)
        ),
    )


def _used_experts(entry: Entry) -> int:
    share = entry.parameters.active / entry.parameters.total
    return min(max(round(_EXPERTS * share), 1), _EXPERTS)


def _shape(entry: Entry) -> _Shape:
    known = entry.shape
    if known is None:
        # A mixture of experts is wide where its experts are: what it computes with counts as much.
        weights = math.sqrt(entry.parameters.total * entry.parameters.active)
        return next((shape for most, shape in _USUAL if weights < most), _LARGEST)
    cached = known.layers if known.cached_layers is None else min(known.cached_layers, known.layers)
    numbers = round(known.heads * known.head_size * cached / known.layers)
    return _Shape(known.layers, known.width, max(numbers, 1), known.vocabulary, known.tied)
