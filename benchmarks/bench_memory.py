"""The estimate of a model's memory against what the engine's child uses, with the context empty and full.

A figure is |estimated / used - 1|. Used is the child's resident memory: the weights are mapped from the file,
so their pages count although the system could drop them; weights copied into another order count twice.
"""

from __future__ import annotations

from pathlib import Path

import psutil

from benchmarks.small_models import smollm2_path, starter_path
from desktop.engine.client import Engine
from desktop.engine.protocol import Alive, CacheType, Event, Finished, ModelSettings, Sampling, Turn
from desktop.gguf.check import loadable
from desktop.jobs import Cancel
from desktop.models.memory import estimate

CONTEXTS = (1024, 4096)  # tokens
QUANTIZED: dict[str, CacheType] = {"gemma3": "q4_0", "smollm2": "q8_0"}  # each with the longer context


def figures() -> dict[str, float]:
    """Measure both models, each in a child of its own for every context and cache."""
    errors = {}
    for name, path in (("gemma3", starter_path()), ("smollm2", smollm2_path())):
        contents = loadable(path)
        ways: list[tuple[int, CacheType]] = [(length, "f16") for length in CONTEXTS]
        for length, cache_type in (*ways, (CONTEXTS[-1], QUANTIZED[name])):
            expected = estimate(contents, length, cache_type).total
            way = f"{length}" if cache_type == "f16" else f"{length}_{cache_type}"
            for state, used in _used(path, length, cache_type).items():
                errors[f"memory_error_{name}_{way}_{state}"] = abs(expected / used - 1)
    errors["memory_error_worst_full"] = max(error for name, error in errors.items() if name.endswith("_full"))
    return errors


def _used(path: Path, length: int, cache_type: CacheType) -> dict[str, int]:
    """Return the child's resident bytes after loading, and after an answer with the context nearly full."""
    model = ModelSettings(str(path), context_length=length, cache_type=cache_type)
    engine = Engine()
    try:
        _finished(list(engine.load(model, Cancel())))
        assert engine.pid is not None
        child = psutil.Process(engine.pid)
        loaded = child.memory_info().rss
        count = length
        while True:  # the longest count from 1 up that is not refused as too long
            text = " ".join(map(str, range(1, count)))
            events = list(
                engine.generate(
                    model, [Turn("user", text)], Sampling(temperature=0.0, max_tokens=8), Cancel()
                )
            )
            last = events[-1]
            if isinstance(last, Finished) and last.stats is not None:
                break
            count = int(count * 0.8)
        assert last.stats.prompt_tokens > length // 2
        return {"loaded": loaded, "full": child.memory_info().rss}
    finally:
        engine.close()


def _finished(events: list[Event]) -> None:
    last = [event for event in events if not isinstance(event, Alive)][-1]
    assert isinstance(last, Finished), last
