"""LoRA adapters: each with a scale, changed between two answers, and never mixed up in the cache."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest
from asking import GREEDY, Answer, collect
from lora_files import write_lora

from desktop.engine.client import Engine
from desktop.engine.protocol import Adapter, Loaded, ModelSettings, Turn
from desktop.jobs import Cancel

pytestmark = pytest.mark.slow

SAMPLING = msgspec.structs.replace(GREEDY, max_tokens=32)
QUESTION = "Tell me about the sea and the wind, and why water is salt. " * 10  # more than one whole batch


def ask(engine: Engine, model: ModelSettings, *adapters: Adapter, key: str = "") -> Answer:
    events = engine.generate(
        model,
        [Turn("user", QUESTION)],
        SAMPLING,
        Cancel(),
        adapters=adapters,
        state_key=key,
    )
    return collect(events)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return [
        write_lora(tmp_path / f"{seed}.gguf", architecture="llama", width=576, seed=seed, strength=0.4)
        for seed in (1, 2)
    ]


def test_adapters_change_the_answer_without_loading_again(
    own_engine: Engine, smol: ModelSettings, files: list[Path]
) -> None:
    one, two = (Adapter(str(path)) for path in files)
    plain = ask(own_engine, smol)
    changed = {
        name: ask(own_engine, smol, *adapters)
        for name, adapters in {
            "one": [one],
            "two": [two],
            "both": [one, two],
            "half": [Adapter(one.path, 0.5)],
            "against": [Adapter(one.path, -1.0)],
        }.items()
    }
    assert len({plain.text, *(answer.text for answer in changed.values())}) == 6
    for answer in changed.values():
        assert not any(isinstance(event, Loaded) for event in answer.events)
        assert answer.started.reused_tokens == 0  # what was computed with others is of no use
    assert ask(own_engine, smol).text == plain.text
    assert ask(own_engine, smol, Adapter(one.path, 0.0)).started.reused_tokens > 0  # it changes nothing
    again = ask(own_engine, smol, one)
    assert again.text == changed["one"].text
    other = Engine()
    try:
        assert ask(other, smol, one).text == again.text
    finally:
        other.close()


def test_a_chat_that_comes_back_has_the_state_of_its_adapters(
    smol: ModelSettings, files: list[Path], tmp_path: Path
) -> None:
    engine = Engine(states_folder=tmp_path / "states")
    try:
        adapter = Adapter(str(files[0]))
        first = ask(engine, smol, adapter, key="chat-1")
        plain = ask(engine, smol, key="chat-2")
        assert (plain.started.reused_tokens, plain.text != first.text) == (0, True)
        back = ask(engine, smol, adapter, key="chat-1")
        assert (back.started.reused_tokens > 0, back.text) == (True, first.text)
        other = ask(engine, smol, key="chat-1")  # its state is of the adapter, so of no use
        assert (other.started.reused_tokens, other.text) == (0, plain.text)
    finally:
        engine.close()


@pytest.mark.parametrize(
    "change",
    [
        {"architecture": "gemma3"},
        {"kind": "model"},
        {"width": 512},
        {"names": ("blk.99.attn_q.weight",)},
        {"halves": ("lora_a",)},
        {"names": ()},
    ],
    ids=str,
)
def test_an_adapter_that_does_not_fit_is_told_and_nothing_else_suffers(
    engine: Engine, smol: ModelSettings, tmp_path: Path, change: dict[str, object]
) -> None:
    options: dict[str, object] = {"architecture": "llama", "width": 576} | change
    path = write_lora(tmp_path / "bad.gguf", **options)  # type: ignore[arg-type]
    failed = ask(engine, smol, Adapter(str(path))).failed
    assert failed.code == "adapter_invalid"
    assert "bad.gguf" in failed.ja
    pid = engine.pid
    assert ask(engine, smol).finished.reason == "limit"
    assert engine.pid == pid


def test_a_damaged_or_missing_adapter_is_told(engine: Engine, smol: ModelSettings, tmp_path: Path) -> None:
    whole = write_lora(tmp_path / "a.gguf", architecture="llama", width=576).read_bytes()
    (tmp_path / "cut.gguf").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.gguf").write_text("hello")
    codes = [
        ask(engine, smol, Adapter(str(tmp_path / name))).failed.code
        for name in ("none.gguf", "cut.gguf", "text.gguf")
    ]
    assert codes == ["adapter_missing", "model_invalid", "model_invalid"]


def test_a_pipe_and_too_many_adapters_are_told(engine: Engine, smol: ModelSettings, tmp_path: Path) -> None:
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.gguf")
        assert ask(engine, smol, Adapter(str(tmp_path / "pipe.gguf"))).failed.code == "adapter_missing"
    many = [Adapter(str(tmp_path / f"{number}.gguf")) for number in range(33)]
    failed = ask(engine, smol, *many).failed
    assert (failed.code, "33" in failed.ja) == ("adapter_invalid", True)
