from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.store import Chat, Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kotonoha.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = Store.open(path)
    yield store
    store.close()


@pytest.fixture
def chat(store: Store) -> Chat:
    return store.chats.create()
