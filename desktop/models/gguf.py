"""What a model file says about itself, as it is shown to people."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from desktop.gguf.check import require_known, whole
from desktop.gguf.reader import Contents
from desktop.gguf.types import FILE_TYPES

_LONGEST_NAME = 200  # characters shown


@dataclass(frozen=True, slots=True)
class Header:
    """What a model file says about itself. Texts are one line, without control characters, and may be ""."""

    path: Path
    size_bytes: int  # of all parts, where the model is split
    name: str
    architecture: str  # "gemma3", "llama" …
    kind: str  # "model", "adapter", "mmproj" …
    parameters: int  # number of weights
    quantization: str  # "Q4_K_M"; "" when unknown
    trained_context_length: int  # tokens; 0 when unknown
    has_chat_template: bool


def read_header(path: Path) -> Header:
    """Return what the GGUF file at ``path`` says, for people. Raises what ``read_contents`` raises."""
    return header_of(read_contents(path))


def read_contents(path: Path) -> Contents:
    """Read the header of the GGUF file at ``path`` and check that the file, with all its parts, is whole.

    Raises ``KotonohaError``: ``"model_missing"`` when a file is not there, ``"model_unreadable"`` when it
    cannot be read, ``"model_invalid"`` when it is not a GGUF file, is damaged, ends too early or is not the
    first part of a split model, ``"model_unsupported"`` when this version does not know the architecture.
    """
    contents = whole(path)
    if contents.architecture not in ("", "clip"):  # a vision part is no model, but is known
        require_known(contents)
    return contents


def header_of(contents: Contents) -> Header:
    """Return what the file's contents say, for people."""
    weights: Counter[str] = Counter()
    for tensor in contents.tensors:
        weights[tensor.type] += tensor.elements
    quantization = FILE_TYPES.get(contents.integer("general.file_type", -1), "")
    if not quantization and weights:
        quantization = weights.most_common(1)[0][0]
    return Header(
        path=contents.path,
        size_bytes=contents.size_bytes,
        name=_line(contents.text("general.name")),
        architecture=_line(contents.architecture),
        kind=_line(contents.text("general.type")) or "model",
        parameters=weights.total(),
        quantization=quantization,
        trained_context_length=contents.integer(f"{contents.architecture}.context_length"),
        has_chat_template=bool(contents.text("tokenizer.chat_template")),
    )


def _line(value: str) -> str:
    """Return a text as a short line to show."""
    printable = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in value[: 4 * _LONGEST_NAME])
    return " ".join(printable.split())[:_LONGEST_NAME]
