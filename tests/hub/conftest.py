"""A hub on loopback with one repository, and a Hub that asks it."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from fake_hub import FakeHub, Repo

from desktop.hub.hub import Hub

NAME = "ことのは/日本語-Q4_K_M.gguf"
REPOSITORY = "kotonoha/nihongo-GGUF"


def noise(size: int, seed: int = 1) -> bytes:
    """Bytes that are the same each time, and nowhere alike."""
    return random.Random(seed).randbytes(size)


@pytest.fixture
def content() -> bytes:
    return noise((5 << 20) + 1234)


@pytest.fixture
def fake(content: bytes) -> Iterator[FakeHub]:
    repo = Repo(REPOSITORY, {NAME: content, "README.md": "# 日本語\n".encode()})
    with FakeHub(repo) as fake:
        yield fake


@pytest.fixture
def hub(fake: FakeHub) -> Iterator[Hub]:
    hub = Hub(fake.url, proxy="")
    yield hub
    hub.close()
