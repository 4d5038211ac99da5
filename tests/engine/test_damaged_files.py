"""Files that are no model, half a model, or one with flipped bytes: a sentence each, and a living engine."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from asking import GREEDY, asking, collect
from gguf_patch import header_size

from desktop.engine.client import Engine
from desktop.engine.failures import CODES, explain
from desktop.engine.protocol import Failed, Finished, ModelSettings
from desktop.jobs import Cancel

pytestmark = pytest.mark.slow

MUTATIONS, TRUNCATIONS = 36, 12
BRIEF = msgspec.structs.replace(GREEDY, max_tokens=2)


@pytest.fixture(scope="module")
def copy(smollm2: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of SmolLM2 that tests may spoil, if they mend it again."""
    path = tmp_path_factory.mktemp("damaged") / "model.gguf"
    path.write_bytes(smollm2.read_bytes())
    yield path
    path.unlink()


def code_of(engine: Engine, path: Path) -> str:
    """Ask two tokens of a model; return the failure's code, or the reason of a normal end."""
    end = asking(engine, ModelSettings(str(path), context_length=256))("Hi", sampling=BRIEF).events[-1]
    if isinstance(end, Failed):
        error = explain(end)
        assert error.ja and error.en
        return error.code
    assert isinstance(end, Finished)
    return end.reason


def test_files_that_are_no_models(engine: Engine, tmp_path: Path) -> None:
    empty, text, header = tmp_path / "empty.gguf", tmp_path / "text.gguf", tmp_path / "日本語 header.gguf"
    empty.write_bytes(b"")
    text.write_text("こんにちは")
    header.write_bytes(b"GGUF" + b"\xff" * 100)
    assert code_of(engine, tmp_path / "missing.gguf") == "model_missing"
    assert code_of(engine, empty / "below a file.gguf") == "model_missing"
    assert code_of(engine, tmp_path) == "model_unreadable"
    assert code_of(engine, Path("nul\0byte.gguf")) == "model_unreadable"
    assert code_of(engine, empty) == "model_invalid"
    assert code_of(engine, text) == "model_invalid"
    assert code_of(engine, header) == "model_invalid"


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "locked.gguf"
    path.write_bytes(b"GGUF")
    path.chmod(0)
    assert code_of(engine, path) == "model_unreadable"


def test_truncated_files(engine: Engine, copy: Path, smollm2: Path) -> None:
    whole = smollm2.read_bytes()
    header = header_size(whole)
    random_cuts = random.Random(1)
    cuts = [random_cuts.randrange(4, header) for _ in range(TRUNCATIONS // 2)]
    cuts += [random_cuts.randrange(header, len(whole)) for _ in range(TRUNCATIONS // 2)]
    try:
        for cut in sorted(cuts, reverse=True):
            os.truncate(copy, cut)
            assert code_of(engine, copy) == "model_invalid", cut
    finally:
        copy.write_bytes(whole)


def test_flipped_bytes(engine: Engine, copy: Path, smollm2: Path, smol: ModelSettings) -> None:
    whole = smollm2.read_bytes()
    header = header_size(whole)
    seen = set()
    for seed in range(MUTATIONS):
        flips = random.Random(seed)
        # Where most of the meaning is: the pairs before the vocabulary, and the tensors' table at the end.
        places = [
            flips.choice([flips.randrange(4, 1500), flips.randrange(header - 18_000, header)])
            for _ in range(4)
        ]
        with copy.open("r+b") as file:
            for place in places:
                file.seek(place)
                file.write(bytes([whole[place] ^ (1 << flips.randrange(8))]))
        seen.add(code_of(engine, copy))
        with copy.open("r+b") as file:
            for place in places:
                file.seek(place)
                file.write(whole[place : place + 1])
    assert "model_invalid" in seen
    assert seen <= CODES - {"engine_error", "engine_broken", "engine_unavailable"} | {"limit", "end"}
    assert code_of(engine, copy) in ("limit", "end")  # mended
    assert collect(engine.load(smol, Cancel())).finished.reason == "end"


def test_a_missing_file_does_not_cost_the_loaded_model(
    engine: Engine, smol: ModelSettings, tmp_path: Path
) -> None:
    collect(engine.load(smol, Cancel()))
    assert code_of(engine, tmp_path / "missing.gguf") == "model_missing"
    assert engine.loaded == smol


def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.gguf")
    engine = Engine()
    try:
        failed = collect(engine.load(ModelSettings(str(tmp_path / "pipe.gguf")), Cancel())).failed
    finally:
        engine.close()
    assert failed.code == "model_unreadable"


def test_another_file_under_the_same_name_is_loaded_anew(tmp_path: Path, smollm2: Path) -> None:
    path = tmp_path / "model.gguf"
    path.symlink_to(smollm2)
    engine = Engine()
    try:
        collect(engine.load(ModelSettings(str(path)), Cancel()))
        path.unlink()
        path.write_bytes(b"GGUF" + bytes(64))
        assert collect(engine.load(ModelSettings(str(path)), Cancel())).failed.code == "model_invalid"
    finally:
        engine.close()
