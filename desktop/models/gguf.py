"""What a GGUF file says about itself, without loading it: its header, read with care.

The file comes from a stranger: every count and length is checked against a limit and against the bytes that
are there before anything is read or kept, and whether the file holds all of its tensors is computed.
Knows nothing of llama.cpp. Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import os
import struct
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from desktop.errors import KotonohaError

_MAGIC = b"GGUF"
_MOST_ENTRIES = 100_000  # metadata entries, and tensors; the largest models have some thousands
_LONGEST_KEY = 65_535  # bytes, by the specification
_LONGEST_TEXT = 4_096  # bytes kept of one value; only names are shown, and whether there is a template
_LONGEST_NAME = 200  # characters shown
_MOST_DIMENSIONS = 4
_WINDOW = 1 << 20  # bytes read at once

_WANTED = {
    "general.alignment",
    "general.architecture",
    "general.file_type",
    "general.name",
    "general.type",
    "tokenizer.chat_template",
}
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_TEXT, _ARRAY = 8, 9

# ggml's tensor types: name, weights a block, bytes a block. Ones that are not here are not measured.
TENSOR_TYPES: dict[int, tuple[str, int, int]] = {
    0: ("F32", 1, 4),
    1: ("F16", 1, 2),
    2: ("Q4_0", 32, 18),
    3: ("Q4_1", 32, 20),
    6: ("Q5_0", 32, 22),
    7: ("Q5_1", 32, 24),
    8: ("Q8_0", 32, 34),
    9: ("Q8_1", 32, 36),
    10: ("Q2_K", 256, 84),
    11: ("Q3_K", 256, 110),
    12: ("Q4_K", 256, 144),
    13: ("Q5_K", 256, 176),
    14: ("Q6_K", 256, 210),
    15: ("Q8_K", 256, 292),
    16: ("IQ2_XXS", 256, 66),
    17: ("IQ2_XS", 256, 74),
    18: ("IQ3_XXS", 256, 98),
    19: ("IQ1_S", 256, 50),
    20: ("IQ4_NL", 32, 18),
    21: ("IQ3_S", 256, 110),
    22: ("IQ2_S", 256, 82),
    23: ("IQ4_XS", 256, 136),
    24: ("I8", 1, 1),
    25: ("I16", 1, 2),
    26: ("I32", 1, 4),
    27: ("I64", 1, 8),
    28: ("F64", 1, 8),
    29: ("IQ1_M", 256, 56),
    30: ("BF16", 1, 2),
    34: ("TQ1_0", 256, 54),
    35: ("TQ2_0", 256, 66),
    39: ("MXFP4", 32, 17),
    40: ("NVFP4", 64, 36),
    41: ("Q1_0", 128, 18),
    42: ("Q2_0", 64, 18),
}

# llama.cpp's ``general.file_type``: the recipe of a whole file.
FILE_TYPES: dict[int, str] = {
    0: "F32",
    1: "F16",
    2: "Q4_0",
    3: "Q4_1",
    7: "Q8_0",
    8: "Q5_0",
    9: "Q5_1",
    10: "Q2_K",
    11: "Q3_K_S",
    12: "Q3_K_M",
    13: "Q3_K_L",
    14: "Q4_K_S",
    15: "Q4_K_M",
    16: "Q5_K_S",
    17: "Q5_K_M",
    18: "Q6_K",
    19: "IQ2_XXS",
    20: "IQ2_XS",
    21: "Q2_K_S",
    22: "IQ3_XS",
    23: "IQ3_XXS",
    24: "IQ1_S",
    25: "IQ4_NL",
    26: "IQ3_S",
    27: "IQ3_M",
    28: "IQ2_S",
    29: "IQ2_M",
    30: "IQ4_XS",
    31: "IQ1_M",
    32: "BF16",
    36: "TQ1_0",
    37: "TQ2_0",
    38: "MXFP4_MOE",
    39: "NVFP4",
    40: "Q1_0",
    41: "Q2_0",
}


@dataclass(frozen=True, slots=True)
class Header:
    """What a model file says about itself. Texts are one line, without control characters, and may be ""."""

    path: Path
    size_bytes: int
    name: str
    architecture: str  # "gemma3", "llama" …
    kind: str  # "model", "adapter", "mmproj" …
    parameters: int  # number of weights in this file
    quantization: str  # "Q4_K_M"; "" when unknown
    trained_context_length: int  # tokens; 0 when unknown
    has_chat_template: bool


def read_header(path: Path) -> Header:
    """Read the header of the GGUF file at ``path`` and check that the file is whole.

    Raises ``KotonohaError``: ``"model_missing"`` when it is not there or cannot be read, ``"model_invalid"``
    when it is not a GGUF file, is damaged, or ends too early.
    """
    try:
        with path.open("rb") as file:
            return _parse(path, file)
    except OSError as error:
        reason = error.strerror or str(error)
        raise KotonohaError(
            "model_missing",
            f"モデルのファイルを開けません: {path}（{reason}）。場所と名前を確かめてください。",
            f"The model file cannot be opened: {path} ({reason}). Check its place and name.",
        ) from error


def _parse(path: Path, file: BinaryIO) -> Header:
    source = _Source(path, file)
    if source.take(4) != _MAGIC:
        raise _invalid(path, "GGUF形式ではありません", "it is not in the GGUF format")
    version = source.number("I")
    if version not in (2, 3):
        raise _invalid(
            path, f"GGUFの版{version}には対応していません", f"version {version} of GGUF is not supported"
        )
    tensor_count = source.count(_MOST_ENTRIES)
    entry_count = source.count(_MOST_ENTRIES)
    values: dict[str, object] = {}
    for _ in range(entry_count):
        key = source.text(_LONGEST_KEY)
        value = source.value(source.number("I"))
        if key in _WANTED or key.endswith(".context_length"):
            values[key] = value

    weights = 0
    data_end = 0
    bytes_of_type: Counter[str] = Counter()
    for _ in range(tensor_count):
        elements, type_name, end = _tensor(source)
        weights += elements
        data_end = max(data_end, end)
        bytes_of_type[type_name] += elements
    alignment = values.get("general.alignment", 32)
    if not isinstance(alignment, int) or not 0 < alignment <= 1 << 20:
        raise source.damaged()
    data_start = -(-source.position // alignment) * alignment
    if tensor_count and data_start + data_end > source.size:
        raise _invalid(
            path,
            f"途中で切れています（あるはずの{data_start + data_end:,}バイトのうち{source.size:,}バイト）",
            f"it ends too early ({source.size:,} of {data_start + data_end:,} bytes)",
        )
    return _header(path, source.size, values, weights, bytes_of_type)


def _tensor(source: _Source) -> tuple[int, str, int]:
    """Return the weights of the next tensor, its type, and where its data end, from the start of all data."""
    source.text(_LONGEST_KEY)
    dimensions = source.number("I")
    if dimensions > _MOST_DIMENSIONS:
        raise source.damaged()
    elements = 1
    for _ in range(dimensions):
        elements *= source.number("Q")
    kind = source.number("I")
    offset = source.number("Q")
    if elements >= 1 << 63:
        raise source.damaged()
    name, block, block_bytes = TENSOR_TYPES.get(kind, ("", 1, 0))
    return elements, name, offset + elements // block * block_bytes


def _header(
    path: Path, size: int, values: dict[str, object], weights: int, bytes_of_type: Counter[str]
) -> Header:
    architecture = _line(values.get("general.architecture"))
    file_type = values.get("general.file_type")
    quantization = FILE_TYPES.get(file_type, "") if isinstance(file_type, int) else ""
    if not quantization and bytes_of_type:
        quantization = bytes_of_type.most_common(1)[0][0]
    context = values.get(f"{architecture}.context_length")
    return Header(
        path=path,
        size_bytes=size,
        name=_line(values.get("general.name")),
        architecture=architecture,
        kind=_line(values.get("general.type")) or "model",
        parameters=weights,
        quantization=quantization,
        trained_context_length=context if isinstance(context, int) and 0 < context < 1 << 31 else 0,
        has_chat_template=bool(values.get("tokenizer.chat_template")),
    )


def _line(value: object) -> str:
    """Return a value as a short line to show; "" for anything but text."""
    if not isinstance(value, str):
        return ""
    printable = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in value[: 4 * _LONGEST_NAME])
    return " ".join(printable.split())[:_LONGEST_NAME]


def _invalid(path: Path, ja: str, en: str) -> KotonohaError:
    return KotonohaError(
        "model_invalid",
        f"{path.name} はモデルとして使えません: {ja}。もう一度手に入れてください。",
        f"{path.name} cannot be used as a model: {en}. Get it once more.",
    )


class _Source:
    """The file, read forwards through a window; no read goes past its end."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.size = os.fstat(file.fileno()).st_size
        self._path = path
        self._file = file
        self._window = b""
        self._start = 0  # place of the window in the file, in bytes
        self._at = 0  # place in the window

    @property
    def position(self) -> int:
        return self._start + self._at

    def damaged(self) -> KotonohaError:
        return _invalid(self._path, "壊れているか、途中で切れています", "it is damaged or ends too early")

    def take(self, size: int) -> bytes:
        """Return the next ``size`` bytes."""
        self._need(size)
        self._at += size
        return self._window[self._at - size : self._at]

    def skip(self, size: int) -> None:
        """Pass over ``size`` bytes without reading what the window does not hold."""
        if size > self.size - self.position:
            raise self.damaged()
        if self._at + size <= len(self._window):
            self._at += size
            return
        self._start = self.position + size
        self._window, self._at = b"", 0
        self._file.seek(self._start)

    def number(self, form: str) -> int:
        (value,) = struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))
        return int(value)

    def count(self, most: int) -> int:
        """Return a count of things that take at least a byte each."""
        value = self.number("Q")
        if value > most or value > self.size - self.position:
            raise self.damaged()
        return value

    def text(self, longest: int) -> str:
        return self.take(self.count(longest)).decode("utf-8", "replace")

    def value(self, kind: int) -> object:
        """Return a metadata value: of a long text its beginning, of an array None."""
        if kind == _ARRAY:
            self._skip_array()
            return None
        if kind == _TEXT:
            size = self.count(self.size)
            kept = self.take(min(size, _LONGEST_TEXT)).decode("utf-8", "replace")
            self.skip(size - min(size, _LONGEST_TEXT))
            return kept
        form = self._form(kind)
        (value,) = struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))
        return value

    def _skip_array(self) -> None:
        kind = self.number("I")
        count = self.count(self.size)
        if kind == _TEXT:
            self._skip_texts(count)
        else:
            self.skip(count * struct.calcsize("<" + self._form(kind)))

    def _skip_texts(self, count: int) -> None:
        # A vocabulary has up to some 100,000 entries, so this loop is written for speed.
        length_at: Callable[[bytes, int], tuple[int]] = struct.Struct("<Q").unpack_from
        for _ in range(count):
            if self._at + 8 > len(self._window):
                self._need(8)
            end = self._at + 8 + length_at(self._window, self._at)[0]
            if end <= len(self._window):
                self._at = end
            else:
                self.skip(end - self._at)

    def _form(self, kind: int) -> str:
        form = _SCALARS.get(kind)
        if form is None:
            raise self.damaged()
        return form

    def _need(self, size: int) -> None:
        """Have the next ``size`` bytes in the window."""
        if self._at + size <= len(self._window):
            return
        if size > self.size - self.position:
            raise self.damaged()
        self._window = self._window[self._at :]
        self._start += self._at
        self._at = 0
        self._window += self._file.read(max(size, _WINDOW) - len(self._window))
        if len(self._window) < size:  # the file shrank while it was read
            raise self.damaged()
