"""Saved states: a chat that is reopened after the engine's restart against one that is computed anew."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from time import perf_counter

from benchmarks.small_models import starter_path
from desktop.engine.client import Engine
from desktop.engine.protocol import Finished, ModelSettings, Piece, Sampling, Turn
from desktop.jobs import Cancel

ROUNDS = 3
SAMPLING = Sampling(temperature=0.2, seed=1, max_tokens=8)
FACT = "海は地球の表面の七割をおおい、雲をつくり、魚と鳥と人を養っています。"
# Some 1,800 tokens in all.
CHAT = tuple(
    Turn("assistant" if number % 2 else "user", f"{number + 1}番目の話です。{FACT * 6}")
    for number in range(9)
)


def figures() -> dict[str, float]:
    """Measure on the starter model; the median of rounds, each with a folder of its own."""
    model = ModelSettings(str(starter_path()), context_length=4096)
    ratios = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            cold, reopened = _round(model, Path(folder)), _round(model, Path(folder))
        ratios.append(reopened / cold)
    return {"reopened_first_token": statistics.median(ratios)}


def _round(model: ModelSettings, folder: Path) -> float:
    """Return the seconds to the first token of the chat, in an engine that has just loaded the model."""
    engine = Engine(states_folder=folder)
    try:
        list(engine.load(model, Cancel()))
        return _first_token(engine, model, CHAT, "chat-1")
    finally:
        engine.close()


def _first_token(engine: Engine, model: ModelSettings, turns: tuple[Turn, ...], key: str) -> float:
    began = perf_counter()
    first = 0.0
    for event in engine.generate(model, turns, SAMPLING, Cancel(), state_key=key):
        if isinstance(event, Piece):
            first = first or perf_counter() - began
        elif isinstance(event, Finished) and not first:
            raise RuntimeError("nothing was answered")
    return first
