"""The estimate of a model's memory against what the engine's child uses, with the context empty and full.

A figure is |estimated / used - 1|. Used is the child's resident memory: the weights are mapped from the file,
so their pages count although the system could drop them; weights copied into another order count twice.
``memory_vs_bare`` is the child's memory ÷ that of a Python process that has loaded the same model and the
same context by the bare library and done nothing else.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil

from benchmarks.small_models import smollm2_path, starter_path
from desktop.engine.client import Engine
from desktop.engine.protocol import Alive, CacheType, Event, Finished, ModelSettings, Sampling, Turn
from desktop.gguf.check import loadable
from desktop.jobs import Cancel
from desktop.models.memory import CPU_BATCH, estimate

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
    bare = _bare(starter_path(), CONTEXTS[-1])
    loaded = _used(starter_path(), CONTEXTS[-1], "f16")["loaded"]
    errors["memory_error_worst_full"] = max(error for name, error in errors.items() if name.endswith("_full"))
    return errors | {"memory_vs_bare": loaded / bare}


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


def _bare(path: Path, length: int) -> int:
    """Return the resident bytes of a process with the library and the model."""
    command = [sys.executable, "-m", "benchmarks.bench_memory", str(path), str(length)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _load_bare(path: str, length: int) -> None:
    """Load the model as ``engine/runtime.py`` does, and print the resident bytes."""
    import llama_cpp.llama_cpp as llama

    quiet = llama.llama_log_callback(lambda *_: None)
    llama.llama_log_set(quiet, None)
    model = llama.llama_model_load_from_file(path.encode(), llama.llama_model_default_params())
    params = llama.llama_context_default_params()
    params.n_ctx, params.n_seq_max, params.swa_full = length, 1, True
    params.n_batch = params.n_ubatch = CPU_BATCH
    params.n_outputs_max = 1
    context = llama.llama_init_from_model(model, params)
    assert context
    print(psutil.Process().memory_info().rss)


def _finished(events: list[Event]) -> None:
    last = [event for event in events if not isinstance(event, Alive)][-1]
    assert isinstance(last, Finished), last


if __name__ == "__main__":
    _load_bare(sys.argv[1], int(sys.argv[2]))
