"""What every test has: a home of its own, Japanese, no screen; and the two small real models."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest

from benchmarks.small_models import smollm2_path, starter_path
from desktop import paths
from desktop.language import set_language
from desktop.models import library
from desktop.store import Model, Store


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty home of its own for every test, and Japanese."""
    path = tmp_path / "home"
    monkeypatch.setenv("KOTONOHA_HOME", str(path))
    set_language("ja")
    yield path
    set_language(None)


@pytest.fixture(scope="session")
def starter_model() -> Path:
    """Gemma 3 270M, a base model without a chat template; put together once a machine."""
    return starter_path()


@pytest.fixture(scope="session")
def smollm2() -> Path:
    """SmolLM2 135M Instruct, found without importing its package, which wants more packages."""
    return smollm2_path()


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    """The database in the test's own home."""
    store = Store.open(paths.database())
    yield store
    store.close()


@pytest.fixture
def model(store: Store, smollm2: Path) -> Model:
    """SmolLM2 in the library."""
    return library.register(store, smollm2)
