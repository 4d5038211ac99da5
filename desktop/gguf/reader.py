"""The header of one GGUF file: its metadata and its tensors, every count and length bounded.

llama.cpp's own reader asserts some of this and aborts the process; here it is a reason. What is demanded of
tensors is what llama.cpp demands: they follow each other in order, each aligned, and the file holds all.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from desktop.gguf.source import Damaged, Source
from desktop.gguf.types import TENSOR_TYPES

_MAGIC = b"GGUF"
_MOST_ENTRIES = 10_000  # metadata entries; models have about 50
_MOST_TENSORS = 65_536  # the largest models have some thousands
_MOST_WORDS = 1 << 20  # texts in one array: a vocabulary has up to 262,144, its merges some more
_LONGEST_KEY = 1_024  # bytes; the specification allows 65,535, and nobody needs them
_LONGEST_TENSOR_NAME = 63  # bytes, ggml's GGML_MAX_NAME less its end
_LONGEST_TEXT = 4_096  # bytes kept of one value
_LONGEST_TEMPLATE = 1 << 20  # bytes kept of a chat template, which people can change
_MOST_DIMENSIONS = 4
_MOST_LAYERS = 4_096  # kept values of an array that has one a layer
_LARGEST_ALIGNMENT = 1 << 20  # bytes

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
UINT32, INT32, FLOAT32, TEXT, ARRAY = 4, 5, 6, 8, 9

# Arrays with one value a layer, by the end of their key.
_BY_LAYER = (
    ".attention.head_count",
    ".attention.head_count_kv",
    ".attention.sliding_window_pattern",
    ".feed_forward_length",
)
# What llama.cpp takes for granted of these, or aborts: the kind of the array's values.
_VOCABULARY = {
    "tokenizer.ggml.tokens": (TEXT,),
    "tokenizer.ggml.merges": (TEXT,),
    "tokenizer.ggml.scores": (FLOAT32,),
    "tokenizer.ggml.token_type": (INT32, UINT32),
}


@dataclass(frozen=True, slots=True)
class Array:
    """An array in the metadata: the kind of its values and their number. ``values`` only of one a layer."""

    kind: int
    count: int
    values: tuple[int, ...] = ()


Value = int | float | bool | str | Array


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor. ``shape`` is in ggml's order: the contiguous dimension comes first."""

    name: str
    shape: tuple[int, ...]
    type: str  # "Q4_K" …, a name in TENSOR_TYPES
    bytes: int

    @property
    def elements(self) -> int:
        """Return the number of weights."""
        return math.prod(self.shape)


@dataclass(frozen=True, slots=True)
class Contents:
    """What one file holds. Of long texts in ``metadata`` only the beginning is kept."""

    path: Path
    size_bytes: int
    metadata: Mapping[str, Value]
    tensors: tuple[Tensor, ...]

    def text(self, key: str) -> str:
        """Return a text of the metadata; "" where there is none."""
        value = self.metadata.get(key)
        return value if isinstance(value, str) else ""

    def integer(self, key: str, default: int = 0) -> int:
        """Return an integer of the metadata, from 0 to 2³¹ - 1; ``default`` where there is none."""
        value = self.metadata.get(key)
        fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 31
        return int(value) if fits else default  # type: ignore[arg-type]

    @property
    def architecture(self) -> str:
        """Return ``general.architecture``: "gemma3", "llama" …"""
        return self.text("general.architecture")


def read(path: Path) -> Contents:
    """Read the header of the file at ``path``. Raises ``Damaged`` and ``OSError``."""
    with path.open("rb") as file:
        return _parse(path, file)


def _parse(path: Path, file: BinaryIO) -> Contents:
    source = Source(file)
    if source.take(min(4, source.size)) != _MAGIC:
        raise Damaged("GGUF形式ではありません", "it is not in the GGUF format")
    version = source.integer("I")
    if version not in (2, 3):
        raise Damaged(f"GGUFの版{version}には対応していません", f"version {version} of GGUF is not supported")
    tensor_count = source.count(_MOST_TENSORS)
    entry_count = source.count(_MOST_ENTRIES)
    metadata: dict[str, Value] = {}
    for _ in range(entry_count):
        key = source.text(_LONGEST_KEY)
        if key in metadata:
            raise Damaged(f"同じ項目（{key[:80]}）が2つあります", f"{key[:80]} is there twice")
        metadata[key] = _value(source, key)
    _check_vocabulary(metadata)
    alignment = _alignment(metadata)
    tensors = _tensors(source, tensor_count, alignment)
    data_start = _padded(source.position, alignment)
    end = data_start + sum(_padded(tensor.bytes, alignment) for tensor in tensors[:-1])
    end += tensors[-1].bytes if tensors else 0
    if tensors and end > source.size:
        raise Damaged(
            f"途中で切れています（あるはずの{end:,}バイトのうち{source.size:,}バイト）",
            f"it ends too early ({source.size:,} of {end:,} bytes)",
        )
    return Contents(path, source.size, metadata, tensors)


def _value(source: Source, key: str) -> Value:
    kind = source.integer("I")
    if kind == TEXT:
        template = key == "tokenizer.chat_template"
        return source.beginning(_LONGEST_TEMPLATE if template else _LONGEST_TEXT)
    if kind == ARRAY:
        return _array(source, key)
    return source.number(_form(kind))


def _array(source: Source, key: str) -> Array:
    kind = source.integer("I")
    if kind == TEXT:
        count = source.count(_MOST_WORDS)
        if not source.words(count, distinct=key == "tokenizer.ggml.tokens"):
            raise Damaged("語彙に同じ語が2つあります", "a word of its vocabulary is there twice")
        return Array(kind, count)
    count = source.count(source.size)
    size = struct.calcsize("<" + _form(kind))
    if kind != FLOAT32 and count <= _MOST_LAYERS and key.endswith(_BY_LAYER):
        values = struct.unpack(f"<{count}{_form(kind)}", source.take(count * size))
        return Array(kind, count, tuple(int(value) for value in values if math.isfinite(value)))
    source.skip(count * size)
    return Array(kind, count)


def _check_vocabulary(metadata: Mapping[str, Value]) -> None:
    words = metadata.get("tokenizer.ggml.tokens")
    for key, kinds in _VOCABULARY.items():
        value = metadata.get(key)
        if value is None:
            continue
        if not isinstance(value, Array) or value.kind not in kinds:
            raise Damaged(f"{key} の型が違います", f"{key} is of the wrong type")
        if key.endswith((".scores", ".token_type")) and not (
            isinstance(words, Array) and words.count <= value.count
        ):
            raise Damaged(f"{key} の数が語彙より少ないです", f"{key} has fewer values than the vocabulary")


def _alignment(metadata: Mapping[str, Value]) -> int:
    value = metadata.get("general.alignment", 32)
    if not isinstance(value, int) or not 0 < value <= _LARGEST_ALIGNMENT or value & (value - 1):
        raise Damaged
    return value


def _tensors(source: Source, count: int, alignment: int) -> tuple[Tensor, ...]:
    tensors: dict[str, Tensor] = {}
    expected = 0
    for _ in range(count):
        tensor, offset = _tensor(source)
        if tensor.name in tensors:
            raise Damaged(
                f"同じ重み（{tensor.name}）が2つあります", f"the tensor {tensor.name} is there twice"
            )
        if offset != expected:
            raise Damaged(
                f"重み（{tensor.name}）の位置が正しくありません",
                f"the tensor {tensor.name} is in a wrong place",
            )
        expected = _padded(expected + tensor.bytes, alignment)
        if expected >= 1 << 63:
            raise Damaged
        tensors[tensor.name] = tensor
    return tuple(tensors.values())


def _tensor(source: Source) -> tuple[Tensor, int]:
    """Return the next tensor, and where its data begin, from the start of all data."""
    name = source.text(_LONGEST_TENSOR_NAME)
    dimensions = source.integer("I")
    if dimensions > _MOST_DIMENSIONS:
        raise Damaged
    shape = tuple(source.integer("Q") for _ in range(dimensions))
    kind = source.integer("I")
    offset = source.integer("Q")
    elements = math.prod(shape)
    if not 0 < elements < 1 << 63:
        raise Damaged
    if kind not in TENSOR_TYPES:
        raise Damaged(
            f"重みの型（{kind}）をこの版は知りません", f"this version does not know the tensor type {kind}"
        )
    type_name, block, block_bytes = TENSOR_TYPES[kind]
    if (shape[0] if shape else 1) % block:
        raise Damaged
    return Tensor(name, shape, type_name, elements // block * block_bytes), offset


def _form(kind: int) -> str:
    form = _SCALARS.get(kind)
    if form is None:
        raise Damaged
    return form


def _padded(size: int, alignment: int) -> int:
    return -(-size // alignment) * alignment
