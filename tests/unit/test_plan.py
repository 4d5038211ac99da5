"""What a model takes, and what goes where: arithmetic on headers, real and made up."""

from __future__ import annotations

import ast
import struct
from pathlib import Path

import gguf_files as gguf
import pytest
from gguf_sections import sections, sparse

from desktop.engine.protocol import Device
from desktop.gguf.check import loadable
from desktop.gguf.reader import Contents
from desktop.language import set_language
from desktop.models import memory
from desktop.models import plan as planning
from desktop.models.memory import estimate, layer_caches, layer_count, layer_weights
from desktop.models.plan import Plan, plan
from desktop.store import Choices

MIB, GIB = 1 << 20, 1 << 30


def cpu(free: int, total: int = 16 * GIB) -> Device:
    return Device("CPU", "a processor", "CPU", "cpu", total, free)


def gpu(free: int, total: int | None = None, backend: str = "CUDA") -> Device:
    return Device(f"{backend}0", "a card", backend, "gpu", total or free, free)


@pytest.fixture(scope="module")
def gemma(starter_model: Path) -> Contents:
    return loadable(starter_model)


@pytest.fixture(scope="module")
def smol(smollm2: Path) -> Contents:
    return loadable(smollm2)


# What llama.cpp itself says of both models ("KV buffer size"), in MiB.
def test_the_cache_is_what_llama_cpp_makes(gemma: Contents, smol: Contents) -> None:
    assert sum(layer_caches(smol, 1024)) == 22.5 * MIB
    assert sum(layer_caches(smol, 8192)) == 180 * MIB
    assert sum(layer_caches(smol, 2000)) == 45 * MIB  # rounded up to 2,048
    assert sum(layer_caches(gemma, 2048)) == (6 + 30) * MIB
    assert sum(layer_caches(gemma, 8192)) == (24 + 120) * MIB


# "KV buffer size" of llama.cpp with these types, in MiB.
def test_a_quantized_cache(gemma: Contents, smol: Contents) -> None:
    assert sum(layer_caches(smol, 8192, "q8_0")) == 95.625 * MIB
    assert sum(layer_caches(smol, 8192, "q4_0")) == 50.625 * MIB
    assert sum(layer_caches(gemma, 32768, "q8_0")) == (51 + 5.9765625) * MIB
    assert memory.can_quantize_cache(smol) and memory.can_quantize_cache(gemma)


def test_a_cache_that_cannot_be_quantized(tmp_path: Path) -> None:
    odd = made_up(tmp_path, "llama", number("llama.attention.key_length", 80))
    assert not memory.can_quantize_cache(odd)
    made = plan(odd, [cpu(8 * GIB)], Choices(cache_type="q8_0"))
    assert (made.cache_type, made.by_hand) == ("f16", ())


def test_a_large_cache_keeps_only_the_window(gemma: Contents) -> None:
    assert sum(layer_caches(gemma, 32768)) == (96 + 11.25) * MIB
    assert [size > 2 * MIB for size in layer_caches(gemma, 32768)] == [i % 6 == 5 for i in range(18)]


# "compute buffer size" at a batch of 128, in MiB: the heuristic is within 30 % and never below.
@pytest.mark.parametrize(
    ("name", "length", "told"), [("gemma", 2048, 5.44), ("gemma", 8192, 8.44), ("smol", 2048, 3.88)]
)
def test_the_compute_buffer(name: str, length: int, told: float, request: pytest.FixtureRequest) -> None:
    guessed = memory.compute_bytes(request.getfixturevalue(name), length) / MIB
    assert 0.95 * told < guessed < 1.3 * told


def test_the_weights_are_those_of_the_file(smol: Contents, smollm2: Path) -> None:
    assert layer_count(smol) == 30
    assert len(set(layer_weights(smol))) <= 2
    whole = estimate(smol, 2048)
    assert 0.97 < whole.weights / smollm2.stat().st_size < 1
    assert whole.total == whole.weights + whole.cache + whole.compute + whole.program


def test_the_cpu_alone(smol: Contents) -> None:
    made = plan(smol, [cpu(8 * GIB)])
    assert (made.gpu_layers, made.context_length, made.gpu_bytes, made.fits) == (0, 8192, 0, True)
    assert made.sentence() == "CPUだけで動かします（コンテキスト 8,192、約 0.4 GB）"
    set_language("en")
    assert made.sentence() == "Runs on the CPU alone (context 8,192, about 0.4 GB)"


MARGIN = 16 * GIB // 20


def test_the_context_shrinks_until_it_fits(smol: Contents) -> None:
    needed = estimate(smol, 4096).total
    for less, context_length, cache_type in ((0, 4096, "f16"), (2, 4096, "q8_0")):
        made = plan(smol, [cpu(MARGIN + needed + 1 - less)])
        assert (made.context_length, made.cache_type) == (context_length, cache_type)
    needed = estimate(smol, 4096, "q8_0").total
    made = plan(smol, [cpu(MARGIN + needed - 2)])
    assert (made.context_length, made.cache_type) == (2048, "f16")
    assert plan(smol, [cpu(8 * GIB)], Choices(context_length=3000)).context_length == 3000
    longest = plan(smol, [cpu(8 * GIB)], Choices(context_length=100_000))
    assert longest.context_length == 8192  # as it was trained


def test_what_is_set_by_hand_stays(smol: Contents) -> None:
    little = [cpu(MARGIN + estimate(smol, 8192).total - 10 * MIB)]
    made = plan(smol, little, Choices(context_length=8192))
    assert (made.context_length, made.cache_type, made.fits) == (8192, "q8_0", True)
    assert made.sentence() == (
        "CPUだけで動かします（コンテキスト 8,192、KVキャッシュ q8_0、約 0.3 GB）。手動: コンテキスト長"
    )
    made = plan(smol, little, Choices(context_length=8192, cache_type="f16"))
    assert (made.context_length, made.cache_type, made.fits, made.possible) == (8192, "f16", False, True)
    assert plan(smol, little, Choices(cache_type="q4_0")).context_length == 8192
    card = [gpu(512_000_000 + 40 * MIB), cpu(8 * GIB)]
    assert plan(smol, card).gpu_layers < 10
    made = plan(smol, card, Choices(gpu_layers=10, cache_type="q8_0"))
    assert (made.gpu_layers, made.fits) == (10, False)
    made = plan(smol, card, Choices(gpu_layers=0))
    assert (made.gpu_layers, made.memory) == (0, plan(smol, [cpu(8 * GIB)]).memory)
    assert plan(smol, [gpu(8 * GIB), cpu(8 * GIB)], Choices(gpu_layers=99)).gpu_layers == 31
    assert plan(smol, [cpu(8 * GIB)], Choices(gpu_layers=99)).gpu_layers == 0
    set_language("en")
    made = plan(smol, card, Choices(gpu_layers=0, cache_type="q8_0"))
    assert made.sentence().endswith(". Set by hand: GPU layers, KV cache")


def test_a_draft_model_takes_its_part(smol: Contents) -> None:
    free = MARGIN + estimate(smol, 8192).total + 50 * MIB
    assert plan(smol, [cpu(free)], beside=40 * MIB).cache_type == "f16"
    assert plan(smol, [cpu(free)], beside=60 * MIB).cache_type == "q8_0"
    card = gpu(512_000_000 + 200 * MIB)
    without, beside = (plan(smol, [card, cpu(8 * GIB)], beside=size) for size in (0, 100 * MIB))
    assert without.gpu_layers > beside.gpu_layers > 0
    assert beside.gpu_bytes <= 200 * MIB


def test_larger_than_the_machine(smol: Contents) -> None:
    assert not plan(smol, [cpu(64 * MIB, total=100 * MIB)]).possible
    assert plan(smol, [cpu(64 * MIB, total=1 * GIB)]).possible
    assert plan(smol, [cpu(64 * MIB, total=100 * MIB), gpu(1 * GIB)]).possible
    shared = gpu(1 * GIB, backend="Metal")
    assert not plan(smol, [cpu(64 * MIB, total=100 * MIB), shared]).possible


def test_nothing_fits(smol: Contents) -> None:
    made = plan(smol, [cpu(100 * MIB)])
    assert not made.fits
    assert made.context_length == 512
    assert (
        made.sentence() == "メモリが足りません（コンテキスト 512、KVキャッシュ q8_0 でも約 0.2 GB 要ります）"
    )
    assert not plan(smol, []).fits


def test_all_on_the_gpu(smol: Contents) -> None:
    made = plan(smol, [gpu(8 * GIB), cpu(8 * GIB)])
    assert (made.gpu_layers, made.layers, made.context_length) == (31, 30, 8192)
    assert made.ram_bytes < estimate(smol, 8192).total / 3
    assert made.sentence() == "すべてGPUで動かします（コンテキスト 8,192、GPU 約 0.3 GB）"


def test_some_layers_on_the_gpu(smol: Contents) -> None:
    made = [plan(smol, [gpu(512_000_000 + room), cpu(8 * GIB)]) for room in range(0, 400 * MIB, 10 * MIB)]
    layers = [each.gpu_layers for each in made]
    assert layers == sorted(layers)
    assert layers[0] == 0
    assert layers[-1] == 31
    assert 1 not in layers  # the last step alone gains nothing
    for room, each in zip(range(0, 400 * MIB, 10 * MIB), made, strict=True):
        assert each.gpu_bytes <= room
    some = next(each for each in made if 1 < each.gpu_layers <= 30)
    assert some.sentence().startswith(
        f"GPUに{some.gpu_layers - 1}/30層、残りはCPU（コンテキスト 8,192、GPU 約 "
    )


def test_a_gpu_that_computes_in_the_machines_memory_saves_none(smol: Contents) -> None:
    little = cpu(16 * GIB // 20 + 200 * MIB)
    assert plan(smol, [gpu(8 * GIB), little]).context_length == 8192
    assert plan(smol, [gpu(8 * GIB, backend="Metal"), little]).context_length < 8192


def test_the_numbers_are_those_of_the_engine() -> None:
    # Read, not imported: the engine's side loads llama.cpp.
    tree = ast.parse((Path(planning.__file__).parents[1] / "engine/runtime.py").read_text(encoding="utf-8"))
    theirs: dict[str, object] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            code = compile(ast.Module([node], []), "runtime", "exec")
            try:
                exec(code, {}, theirs)
            except NameError:  # not a plain number
                continue
    assert theirs["DEFAULT_CONTEXT"] == planning.USUAL_CONTEXT
    assert (theirs["CPU_BATCH"], theirs["GPU_BATCH"]) == (memory.CPU_BATCH, memory.GPU_BATCH)
    assert theirs["FULL_WINDOW_BYTES"] == memory.FULL_WINDOW_BYTES


def number(key: str, value: int) -> bytes:
    return gguf.entry(key, gguf.UINT32, struct.pack("<I", value))


def numbers(key: str, *values: int) -> bytes:
    return gguf.entry(key, gguf.ARRAY, struct.pack(f"<IQ{len(values)}I", gguf.UINT32, len(values), *values))


def made_up(folder: Path, architecture: str, *entries: bytes, layers: int = 4) -> Contents:
    """A model of tiny weights with an embedding of 64 and 4 heads."""
    infos = tuple(gguf.tensor(f"blk.{i}.w", (8,), offset=32 * i) for i in range(layers))
    usual = (number(f"{architecture}.{key}", value) for key, value in USUAL.items())
    content = gguf.model(*usual, *entries, tensors=infos, data=32 * layers, architecture=architecture)
    return loadable(gguf.written(folder, content))


USUAL = {"block_count": 4, "embedding_length": 64, "attention.head_count": 4}


def test_layers_of_their_own_kind(tmp_path: Path) -> None:
    hybrid = made_up(
        tmp_path,
        "lfm2",
        numbers("lfm2.attention.head_count_kv", 0, 2, 0, 2),
        number("lfm2.shortconv.l_cache", 3),
    )
    attention = 2 * 2 * (16 + 16) * 1024  # bytes × heads × (key + value) × tokens
    assert layer_caches(hybrid, 1024) == [2 * 64 * 4, attention, 2 * 64 * 4, attention]
    plain = made_up(tmp_path, "llama")
    assert layer_caches(plain, 1024) == [2 * attention] * 4  # as many key heads as heads


def test_absurd_numbers_do_no_harm(tmp_path: Path) -> None:
    absurd = made_up(tmp_path, "llama", *(number(f"llama.{key}", 2**31 - 1) for key in ABSURD))
    assert layer_count(absurd) == 4
    assert not plan(absurd, [cpu(8 * GIB)]).fits


ABSURD = ["attention.head_count_kv", "attention.key_length", "feed_forward_length", "context_length"]


def test_a_header_without_numbers(tmp_path: Path) -> None:
    made = plan(loadable(gguf.written(tmp_path, gguf.model())), [cpu(8 * GIB)])
    assert isinstance(made, Plan)
    assert (made.layers, made.memory.cache, made.fits) == (0, 0, True)


def test_a_spoiled_header_is_planned_all_the_same(smollm2: Path, tmp_path: Path) -> None:
    parts = sections(smollm2, words=600)
    parts.entries = [entry for entry in parts.entries if b"llama." not in entry]
    contents = loadable(sparse(tmp_path / "x.gguf", parts.header(), len(parts.header()) + parts.data))
    assert plan(contents, [gpu(8 * GIB), cpu(8 * GIB)]).layers == 0
