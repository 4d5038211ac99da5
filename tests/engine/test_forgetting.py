"""What was computed of a conversation that is deleted for good goes at once, and does not come back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from asking import collect

from desktop.engine.client import Engine
from desktop.engine.protocol import ModelSettings, Sampling, Turn
from desktop.engine.states import used_bytes
from desktop.jobs import Cancel

pytestmark = pytest.mark.slow
SAMPLING = Sampling(temperature=0.0, max_tokens=4)
QUESTION = "What is the sea, and what is the wind? Tell me all about both of them, and about the shore."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "states"


@pytest.fixture
def engine(folder: Path) -> Iterator[Engine]:
    engine = Engine(states_folder=folder)
    yield engine
    engine.close()


def say(engine: Engine, model: ModelSettings, key: str) -> None:
    collect(engine.generate(model, [Turn("user", QUESTION)], SAMPLING, Cancel(), state_key=key))


def names(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("*.state")}


def test_a_saved_conversation_and_the_one_in_memory_are_forgotten(
    engine: Engine, smol: ModelSettings, folder: Path
) -> None:
    for key in ("chat-1", "chat-2", "chat-3"):
        say(engine, smol, key)
    assert {"chat-1", "chat-2"} >= names(folder) >= {"chat-1"}
    assert used_bytes(folder) > 0
    engine.forget("chat-1")
    engine.forget("chat-3")  # its state is in memory, and would be saved when another one comes
    assert "chat-1" not in names(folder)
    say(engine, smol, "chat-4")
    engine.close()
    assert names(folder) == {"chat-2", "chat-4"}


def test_the_size_can_be_changed_while_it_runs(engine: Engine, smol: ModelSettings, folder: Path) -> None:
    say(engine, smol, "chat-1")
    say(engine, smol, "chat-2")
    engine.configure(600.0, states_bytes=0)
    say(engine, smol, "chat-3")
    assert names(folder) == set()
    engine.configure(600.0)
    say(engine, smol, "chat-4")
    assert names(folder) == set()
    engine.configure(600.0, states_bytes=1 << 30)
    say(engine, smol, "chat-5")
    engine.close()
    assert names(folder) == {"chat-5"}


def test_without_a_folder_or_a_child_there_is_nothing_to_forget(folder: Path) -> None:
    Engine().forget("chat-1")
    folder.mkdir()
    (folder / "chat-1.state").write_bytes(b"x")
    (folder / "chat-2.state").write_bytes(b"x")
    Engine(states_folder=folder).forget("chat-1")
    assert names(folder) == {"chat-2"}
