"""A hub on loopback with one repository, a Hub that asks it, and a person who has turned "offline" off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_hub import FakeHub, Repo
from fetching import NAME, REPOSITORY, noise

from desktop import network
from desktop.hub.hub import Hub


@pytest.fixture(autouse=True)
def online() -> Iterator[None]:
    network.set_offline(False)
    yield
    network.set_offline(True)


@pytest.fixture
def content() -> bytes:
    return noise((3 << 20) + 1234)


@pytest.fixture
def fake(content: bytes) -> Iterator[FakeHub]:
    repo = Repo(REPOSITORY, {NAME: content, "README.md": "---\nlicense: mit\n---\n# 日本語\n".encode()})
    with FakeHub(repo) as fake:
        yield fake


@pytest.fixture
def hub(fake: FakeHub) -> Iterator[Hub]:
    hub = Hub(fake.url, proxy="")
    yield hub
    hub.close()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "モデル 一覧" / "言の葉.gguf"
