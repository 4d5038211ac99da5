"""Vectors of texts, with the pooling that the file declares."""

from __future__ import annotations

import ctypes
import math
from pathlib import Path

import llama_cpp.llama_cpp as llama
import pytest
from asking import Answer, collect
from gguf_patch import with_number

from desktop.engine.client import Engine
from desktop.engine.protocol import Embedded, Loaded, ModelSettings
from desktop.jobs import Cancel

pytestmark = pytest.mark.slow

POOLING = {"mean": 1, "cls": 2, "last": 3}
TEXTS = ("海は広い。", "The wind carries sand over the dunes.", "")


def vectors(answer: Answer) -> list[tuple[float, ...]]:
    assert answer.finished.reason == "end"
    return [vector for event in answer.events if isinstance(event, Embedded) for vector in event.vectors]


def by_hand(path: Path, text: str, pooling: str) -> list[float]:
    """Pool the embeddings of the single tokens."""
    model = llama.llama_model_load_from_file(str(path).encode(), llama.llama_model_default_params())
    params = llama.llama_context_default_params()
    params.n_ctx, params.embeddings, params.pooling_type = 256, True, llama.LLAMA_POOLING_TYPE_NONE
    context = llama.llama_init_from_model(model, params)
    tokens = (llama.llama_token * 256)()
    data = text.encode()
    vocab = llama.llama_model_get_vocab(model)
    count = llama.llama_tokenize(vocab, data, len(data), tokens, 256, True, False)
    batch = llama.llama_batch_get_one(tokens, count)
    batch.logits = (ctypes.c_int8 * count)(*[1] * count)
    assert llama.llama_decode(context, batch) == 0
    size = llama.llama_model_n_embd(model)
    rows = [list(llama.llama_get_embeddings_ith(context, at)[:size]) for at in range(count)]
    llama.llama_free(context)
    llama.llama_model_free(model)
    if pooling != "mean":
        rows = rows[:1] if pooling == "cls" else rows[-1:]
    vector = [sum(column) / len(rows) for column in zip(*rows, strict=True)]
    length = math.hypot(*vector)
    return [number / length for number in vector]


@pytest.mark.parametrize("pooling", POOLING)
def test_the_declared_pooling_is_used(engine: Engine, smollm2: Path, tmp_path: Path, pooling: str) -> None:
    path = with_number(smollm2, tmp_path / "model.gguf", "llama.pooling_type", POOLING[pooling])
    found = vectors(collect(engine.embed(ModelSettings(str(path), context_length=256), TEXTS, Cancel())))
    assert len(found) == len(TEXTS)
    for text, vector in zip(TEXTS[:2], found, strict=False):
        assert math.hypot(*vector) == pytest.approx(1, abs=1e-5)
        assert sum(a * b for a, b in zip(vector, by_hand(path, text, pooling), strict=True)) > 0.995


def test_many_texts_keep_their_order_and_long_ones_are_cut(engine: Engine, smol: ModelSettings) -> None:
    model = ModelSettings(smol.path, context_length=256)
    texts = [f"Text number {number}." for number in range(40)] + ["sand and wind " * 400]
    answer = collect(engine.embed(model, texts, Cancel()))
    found = vectors(answer)
    assert len(found) == 41
    alone = vectors(collect(engine.embed(model, texts[17:18], Cancel())))[0]
    assert sum(a * b for a, b in zip(found[17], alone, strict=True)) > 0.99
    truncated = [cut for event in answer.events if isinstance(event, Embedded) for cut in event.truncated]
    assert truncated == [False] * 40 + [True]


def test_the_model_that_writes_stays_loaded(own_engine: Engine, smol: ModelSettings) -> None:
    collect(own_engine.load(smol, Cancel()))
    own = ModelSettings(smol.path, context_length=256)
    assert vectors(collect(own_engine.embed(own, TEXTS, Cancel())))
    assert own_engine.loaded == smol
    assert not any(isinstance(event, Loaded) for event in collect(own_engine.load(smol, Cancel())).events)


def test_a_reranker_makes_no_vectors(engine: Engine, smollm2: Path, tmp_path: Path) -> None:
    path = with_number(smollm2, tmp_path / "model.gguf", "llama.pooling_type", 4)
    failed = collect(engine.embed(ModelSettings(str(path)), TEXTS, Cancel())).failed
    assert failed.code == "model_unsupported"


def test_a_missing_file_is_told(engine: Engine) -> None:
    assert collect(engine.embed(ModelSettings("none.gguf"), ["a"], Cancel())).failed.code == "model_missing"
