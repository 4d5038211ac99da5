"""Small GGUF files, right and wrong, written by hand after the specification."""

from __future__ import annotations

import struct
from pathlib import Path

TEXT, UINT32, ARRAY = 8, 4, 9


def text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def entry(key: str, kind: int, value: bytes) -> bytes:
    return text(key) + struct.pack("<I", kind) + value


def tensor(name: str, shape: tuple[int, ...], kind: int = 0, offset: int = 0) -> bytes:
    return (
        text(name)
        + struct.pack("<I", len(shape))
        + b"".join(struct.pack("<Q", size) for size in shape)
        + struct.pack("<IQ", kind, offset)
    )


def model(
    *extra: bytes,
    tensors: tuple[bytes, ...] = (tensor("weights", (4, 8)),),
    data: int = 128,
    architecture: str = "llama",
    version: int = 3,
    magic: bytes = b"GGUF",
) -> bytes:
    entries = [entry("general.architecture", TEXT, text(architecture)), *extra]
    head = magic + struct.pack("<IQQ", version, len(tensors), len(entries))
    head += b"".join(entries) + b"".join(tensors)
    return head + bytes(-len(head) % 32) + bytes(data)


def written(folder: Path, content: bytes, name: str = "model.gguf") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path
