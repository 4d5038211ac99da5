"""What may be loaded: known architectures, models and not their parts, and split models that are complete."""

from __future__ import annotations

import ctypes
import struct
from pathlib import Path

import gguf_files as gguf
import pytest

from desktop.errors import KotonohaError
from desktop.gguf.architectures import ARCHITECTURES
from desktop.gguf.check import loadable, whole
from desktop.models.gguf import read_header

UINT16, INT32, FLOAT32 = 2, 5, 6


def refusal(path: Path) -> KotonohaError:
    with pytest.raises(KotonohaError) as caught:
        loadable(path)
    return caught.value


def test_the_architectures_are_those_of_llama_cpp() -> None:
    llama = pytest.importorskip("llama_cpp.llama_cpp")
    name_of = llama._lib["_Z13llm_arch_name8llm_arch"]  # const char * llm_arch_name(llm_arch)
    name_of.restype = ctypes.c_char_p
    name_of.argtypes = [ctypes.c_int]
    theirs = set()
    for number in range(1_000):
        name = name_of(number).decode()
        if name == "(unknown)":
            break
        theirs.add(name)
    assert theirs - {"clip"} == ARCHITECTURES


def test_an_unknown_architecture_is_named(tmp_path: Path) -> None:
    path = gguf.written(tmp_path, gguf.model(architecture="tomorrow7"))
    error = refusal(path)
    assert error.code == "model_unsupported"
    assert "tomorrow7" in error.ja
    assert "この版は知りません" in error.ja
    assert 'does not know the architecture "tomorrow7"' in error.en
    with pytest.raises(KotonohaError, match="tomorrow7"):
        read_header(path)


@pytest.mark.parametrize("extra", [gguf.entry("general.type", gguf.TEXT, gguf.text("adapter")), b""])
def test_parts_of_models_are_not_loaded(extra: bytes, tmp_path: Path) -> None:
    content = gguf.model(extra) if extra else gguf.model(architecture="clip")
    path = gguf.written(tmp_path, content)
    assert refusal(path).code == "model_unsupported"
    assert whole(path).architecture in ("llama", "clip")  # well-formed all the same


def array(kind: int, count: int, values: bytes) -> bytes:
    return struct.pack("<IQ", kind, count) + values


def words(*texts: str) -> bytes:
    return gguf.entry(
        "tokenizer.ggml.tokens", gguf.ARRAY, array(gguf.TEXT, len(texts), b"".join(map(gguf.text, texts)))
    )


def scores(count: int, kind: int = FLOAT32) -> bytes:
    return gguf.entry("tokenizer.ggml.scores", gguf.ARRAY, array(kind, count, bytes(4 * count)))


# What llama.cpp only asserts, and so ends its process.
DEADLY = {
    "a word twice": gguf.model(words("a", "b", "a")),
    "a word twice, up to its end for C": gguf.model(words("a", "a\0b")),
    "words that are one word": gguf.model(gguf.entry("tokenizer.ggml.tokens", gguf.TEXT, gguf.text("a"))),
    "fewer scores than words": gguf.model(words("a", "b"), scores(1)),
    "scores of another type": gguf.model(words("a", "b"), scores(2, kind=INT32)),
    "scores of nothing": gguf.model(scores(2)),
    "a key twice": gguf.model(words("a"), words("b")),
    "a tensor twice": gguf.model(tensors=(gguf.tensor("w", (8,)), gguf.tensor("w", (8,), offset=32))),
    "a tensor over another": gguf.model(tensors=(gguf.tensor("v", (8,)), gguf.tensor("w", (8,)))),
    "a hole between tensors": gguf.model(tensors=(gguf.tensor("v", (8,)), gguf.tensor("w", (8,), offset=64))),
    "half a block": gguf.model(tensors=(gguf.tensor("w", (33,), kind=2),)),
    "a removed type": gguf.model(tensors=(gguf.tensor("w", (32,), kind=4),)),
    "a type of tomorrow": gguf.model(tensors=(gguf.tensor("w", (32,), kind=500),)),
    "a tensor of nothing": gguf.model(tensors=(gguf.tensor("w", (0,)),)),
    "a long name": gguf.model(tensors=(gguf.tensor("w" * 64, (8,)),)),
    "an odd alignment": gguf.model(gguf.entry("general.alignment", gguf.UINT32, struct.pack("<I", 48))),
    "an alignment in words": gguf.model(gguf.entry("general.alignment", gguf.TEXT, gguf.text("32"))),
}


@pytest.mark.parametrize("name", DEADLY)
def test_what_llama_cpp_would_die_of_is_refused(name: str, tmp_path: Path) -> None:
    error = refusal(gguf.written(tmp_path, DEADLY[name]))
    assert error.code == "model_invalid"
    assert "もう一度手に入れてください" in error.ja


def test_words_without_letters_are_let_be(tmp_path: Path) -> None:
    loadable(gguf.written(tmp_path, gguf.model(words("", "a", "", "\0x", "b" * (2 << 19)))))
    assert (
        refusal(gguf.written(tmp_path, gguf.model(words("a", "b" * ((1 << 20) + 1))))).code == "model_invalid"
    )


def test_tensors_in_order_are_right(tmp_path: Path) -> None:
    tensors = (gguf.tensor("v", (9,)), gguf.tensor("w", (32, 2), kind=2, offset=64))
    contents = loadable(gguf.written(tmp_path, gguf.model(words("a", "b"), scores(2), tensors=tensors)))
    assert [(tensor.name, tensor.type, tensor.bytes) for tensor in contents.tensors] == [
        ("v", "F32", 36),
        ("w", "Q4_0", 36),
    ]


def part(number: int, count: int, total: int = 3, tensor: str | None = None) -> bytes:
    return gguf.model(
        gguf.entry("split.no", UINT16, struct.pack("<H", number)),
        gguf.entry("split.count", UINT16, struct.pack("<H", count)),
        gguf.entry("split.tensors.count", INT32, struct.pack("<i", total)),
        tensors=(gguf.tensor(tensor or f"w{number}", (4, 8)),),
    )


@pytest.fixture
def parts(tmp_path: Path) -> list[Path]:
    """A whole model in three files."""
    return [
        gguf.written(tmp_path, part(number, 3), f"日本語-{number + 1:05}-of-00003.gguf")
        for number in range(3)
    ]


def test_a_split_model_is_one_model(parts: list[Path]) -> None:
    contents = loadable(parts[0])
    assert [tensor.name for tensor in contents.tensors] == ["w0", "w1", "w2"]
    assert contents.size_bytes == sum(path.stat().st_size for path in parts)
    assert read_header(parts[0]).parameters == 3 * 32


def test_another_part_than_the_first_names_the_first(parts: list[Path]) -> None:
    error = refusal(parts[1])
    assert error.code == "model_invalid"
    assert f"2番目です。最初のファイル {parts[0].name} を選んでください" in error.ja
    assert f"number 2 of 3 parts. Choose the first one, {parts[0].name}." in error.en


def test_a_missing_part_is_named(parts: list[Path]) -> None:
    parts[2].unlink()
    error = refusal(parts[0])
    assert error.code == "model_missing"
    assert parts[2].name in error.ja


def test_a_damaged_part_is_named(parts: list[Path]) -> None:
    parts[1].write_bytes(parts[1].read_bytes()[:-1])
    error = refusal(parts[0])
    assert error.code == "model_invalid"
    assert error.ja.startswith(parts[1].name)


@pytest.mark.parametrize(
    "wrong",
    [part(2, 3), part(1, 4), gguf.model(), part(1, 3, tensor="w0")],
    ids=["no", "count", "none", "twice"],
)
def test_a_part_that_does_not_belong(wrong: bytes, parts: list[Path]) -> None:
    parts[1].write_bytes(wrong)
    assert refusal(parts[0]).code == "model_invalid"


def test_a_part_too_few_tensors(parts: list[Path]) -> None:
    parts[0].write_bytes(part(0, 3, total=4))
    assert "組が合いません" in refusal(parts[0]).ja


def test_a_renamed_part(parts: list[Path]) -> None:
    assert "名前が変わっています" in refusal(parts[0].rename(parts[0].with_name("model.gguf"))).ja
    assert "番号が合いません" in refusal(gguf.written(parts[1].parent, part(0, 3), parts[1].name)).ja
