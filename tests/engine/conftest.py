"""The real models, and the real child process that runs them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

# As in the child. It is read when llama.cpp is loaded, so it stands before the imports.
os.environ.setdefault("GOMP_SPINCOUNT", "2000")

import pytest
from asking import Ask, asking

from desktop.engine.client import Engine
from desktop.engine.protocol import ModelSettings


@pytest.fixture(scope="session")
def starter(starter_model: Path) -> ModelSettings:
    """Gemma 3 270M: a base model without a chat template, with a sliding window of 512 tokens."""
    return ModelSettings(str(starter_model), context_length=2048)


@pytest.fixture(scope="session")
def smol(smollm2: Path) -> ModelSettings:
    """SmolLM2 135M Instruct: a chat model with ChatML."""
    return ModelSettings(str(smollm2), context_length=2048)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    engine = Engine()
    yield engine
    engine.close()


@pytest.fixture
def own_engine() -> Iterator[Engine]:
    """An engine for one test, which may kill it."""
    engine = Engine()
    yield engine
    engine.close()


@pytest.fixture
def ask_starter(engine: Engine, starter: ModelSettings) -> Ask:
    return asking(engine, starter)


@pytest.fixture
def ask_smol(engine: Engine, smol: ModelSettings) -> Ask:
    return asking(engine, smol)
