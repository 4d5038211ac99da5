"""Thousands of spoiled headers of both models: each is read or refused with a sentence, in little memory."""

from __future__ import annotations

import random
import struct
import tracemalloc
from collections import Counter
from pathlib import Path

import pytest
from gguf_sections import Sections, sections, sparse

from desktop.engine.client import Engine
from desktop.engine.failures import explain
from desktop.engine.protocol import Alive, Failed, Finished, Loaded, ModelSettings
from desktop.errors import KotonohaError
from desktop.gguf.check import loadable
from desktop.jobs import Cancel

WORDS = 600  # kept of the vocabulary: the bytes and some more
MUTATIONS, WHOLE_MUTATIONS, LOADED = 1_100, 15, 24  # of each model
MOST_MEMORY = 32 << 20  # bytes
LENGTHS = (0, 1, 255, 2**16, 2**31 - 1, 2**31, 2**32, 2**40, 2**62, 2**63 - 1, 2**63, 2**64 - 1)


def spoiled(parts: Sections, chance: random.Random) -> tuple[bytes, int]:
    """Return a header with something wrong in it, and the size of its file."""
    entries, infos = list(parts.entries), list(parts.infos)
    way = chance.randrange(7)
    if way == 0:
        section = chance.choice([entries, infos])
        chance.choice(
            [
                lambda: chance.shuffle(section),
                lambda: section.insert(chance.randrange(len(section)), chance.choice(section)),
                lambda: section.pop(chance.randrange(len(section))),
                lambda: section.insert(0, chance.choice(entries + infos)),
            ]
        )()
    header = bytearray(Sections(entries, infos, parts.data).header())
    size = len(header) + parts.data
    # Where most of the meaning is: the counts and the values before the vocabulary, and the tensors' table.
    table = sum(map(len, infos))
    place = chance.choice(
        [
            chance.randrange(min(1_500, len(header))),
            len(header) - 1 - chance.randrange(table),
            chance.randrange(len(header)),
        ]
    )
    if way == 1:
        for _ in range(chance.randint(1, 8)):
            header[chance.randrange(len(header))] ^= 1 << chance.randrange(8)
    elif way == 2:
        header[place] ^= 1 << chance.randrange(8)
    elif way == 3:
        size = chance.choice([chance.randrange(len(header)), chance.randrange(size), size - 1, size + 1])
    elif way == 4:
        header[place : place + 8] = struct.pack("<Q", chance.choice(LENGTHS))
    elif way == 5:
        header[place:place] = chance.randbytes(chance.randint(1, 40))
    elif way == 6:
        del header[place : place + chance.randint(1, 40)]
    return bytes(header), size


@pytest.fixture(scope="module", params=["starter_model", "smollm2"])
def model(request: pytest.FixtureRequest) -> Path:
    path = request.getfixturevalue(request.param)
    assert isinstance(path, Path)
    return path


def outcome(path: Path) -> str:
    """Return "ok" or the code of the refusal; fails on any other exception."""
    try:
        loadable(path)
    except KotonohaError as error:
        assert path.name in error.ja
        assert path.name in error.en
        assert error.code in ("model_invalid", "model_unsupported")
        return error.code
    return "ok"


@pytest.mark.slow
def test_spoiled_headers_are_read_or_refused(model: Path, tmp_path: Path) -> None:
    parts, chance = sections(model, WORDS), random.Random(4)
    seen: Counter[str] = Counter()
    for number in range(MUTATIONS):
        watched = number % 20 == 0  # watching slows it down
        path = sparse(tmp_path / "spoiled.gguf", *spoiled(parts, chance))
        if watched:
            tracemalloc.start()
        seen[outcome(path)] += 1
        if watched:
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert peak < MOST_MEMORY
    assert seen.total() == MUTATIONS
    assert seen["model_invalid"] > MUTATIONS / 4
    assert seen["ok"] > MUTATIONS / 20


@pytest.mark.slow
def test_spoiled_headers_with_the_whole_vocabulary(model: Path, tmp_path: Path) -> None:
    parts, chance = sections(model), random.Random(5)
    seen = Counter(
        outcome(sparse(tmp_path / "spoiled.gguf", *spoiled(parts, chance))) for _ in range(WHOLE_MUTATIONS)
    )
    assert seen["model_invalid"]


@pytest.mark.slow
def test_what_is_not_refused_is_loaded_or_failed_by_the_real_engine(model: Path, tmp_path: Path) -> None:
    parts, chance = sections(model, WORDS), random.Random(6)
    engine = Engine()
    ends: Counter[str] = Counter()
    try:
        path = sparse(tmp_path / "mended.gguf", parts.header(), len(parts.header()) + parts.data)
        assert load(engine, path) == "loaded"  # the cut vocabulary alone does no harm
        while ends.total() < LOADED:
            path = sparse(tmp_path / "spoiled.gguf", *spoiled(parts, chance))
            if outcome(path) == "ok":
                ends[load(engine, path)] += 1
    finally:
        engine.close()
    assert ends["loaded"]
    assert set(ends) <= {"loaded", "model_invalid", "model_unsupported", "out_of_memory"}


def load(engine: Engine, path: Path) -> str:
    """Load the file; return "loaded", or the code of the failure, which has its sentence."""
    events = [
        event
        for event in engine.load(ModelSettings(str(path), context_length=256), Cancel())
        if not isinstance(event, Alive)
    ]
    last = events[-1]
    if isinstance(last, Failed):
        error = explain(last)
        assert error.ja
        assert error.en
        return error.code
    assert isinstance(last, Finished)
    assert any(isinstance(event, Loaded) for event in events)
    return "loaded"


@pytest.mark.slow
def test_the_sentence_of_the_reader_comes_through_the_engine_which_lives_on(
    smollm2: Path, tmp_path: Path
) -> None:
    parts = sections(smollm2, WORDS)
    at = next(i for i, entry in enumerate(parts.entries) if b"tokenizer.ggml.tokens" in entry)
    words = bytearray(parts.entries[at])
    place = words.index(struct.pack("<Q", 1) + b"!")  # the words follow each other: ! and "
    assert words[place + 17 : place + 18] == b'"'
    words[place + 17 : place + 18] = b"!"  # llama.cpp would end its process for that
    parts.entries[at] = bytes(words)
    path = sparse(tmp_path / "twice.gguf", parts.header(), len(parts.header()) + parts.data)
    engine = Engine()
    try:
        for _ in range(2):
            last = list(engine.load(ModelSettings(str(path)), Cancel()))[-1]
            assert isinstance(last, Failed)
            error = explain(last)
            assert error.code == "model_invalid"
            assert error.ja.startswith("twice.gguf はモデルとして使えません: 語彙に同じ語が2つあります。")
            assert error.ja.endswith("書いたものは残っています。")
            assert error.en.endswith("What you wrote is safe.")
        assert engine.pid is not None
    finally:
        engine.close()
