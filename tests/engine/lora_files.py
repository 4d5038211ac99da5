"""LoRA adapters with random weights, written by hand after the GGUF specification and llama-adapter.cpp."""

from __future__ import annotations

import random
import struct
from pathlib import Path

TEXT, FLOAT = 8, 6


def _text(value: str) -> bytes:
    return struct.pack("<Q", len(value)) + value.encode()


def write_lora(
    path: Path,
    *,
    architecture: str,
    width: int,
    rank: int = 4,
    strength: float = 0.3,
    seed: int = 1,
    kind: str = "adapter",
    names: tuple[str, ...] = ("blk.0.attn_q.weight", "blk.1.attn_q.weight"),
    halves: tuple[str, ...] = ("lora_a", "lora_b"),
) -> Path:
    """Write an adapter of square matrices of ``width`` × ``width``, which add ``strength`` × a random one."""
    chance = random.Random(seed)
    strings = [
        ("general.architecture", architecture),
        ("general.type", kind),
        ("adapter.type", "lora"),
    ]
    entries = [_text(key) + struct.pack("<I", TEXT) + _text(value) for key, value in strings]
    entries.append(_text("adapter.lora.alpha") + struct.pack("<If", FLOAT, float(rank)))
    infos, data = [], b""
    for name in names:
        for half in halves:
            shape = (width, rank) if half == "lora_a" else (rank, width)
            infos.append(_text(f"{name}.{half}") + struct.pack("<IQQIQ", 2, *shape, 0, len(data)))
            numbers = [chance.gauss(0, strength) for _ in range(width * rank)]
            data += struct.pack(f"<{len(numbers)}f", *numbers)
            data += bytes(-len(data) % 32)
    head = b"GGUF" + struct.pack("<IQQ", 3, len(infos), len(entries)) + b"".join(entries) + b"".join(infos)
    path.write_bytes(head + bytes(-len(head) % 32) + data)
    return path
