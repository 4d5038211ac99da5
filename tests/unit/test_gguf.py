from __future__ import annotations

import ctypes
import random
import struct
from pathlib import Path

import gguf_files as gguf
import pytest

from desktop.errors import KotonohaError
from desktop.gguf.types import FILE_TYPES, TENSOR_TYPES
from desktop.models.gguf import read_header


def code_of(path: Path) -> str:
    with pytest.raises(KotonohaError) as caught:
        read_header(path)
    return caught.value.code


def test_a_real_model(smollm2: Path) -> None:
    header = read_header(smollm2)
    assert header.architecture == "llama"
    assert header.parameters == 134_515_008
    assert header.quantization == "Q4_1"
    assert header.trained_context_length == 8192
    assert header.has_chat_template
    assert header.kind == "model"
    assert header.size_bytes == smollm2.stat().st_size


def test_a_real_model_cut_short_anywhere(smollm2: Path, tmp_path: Path) -> None:
    with smollm2.open("rb") as file:
        head = file.read(4 << 20)
    for size in [0, 3, 4, 7, 8, 23, 24, 100, 5_000, 400_000, 1_500_000, len(head)]:
        assert code_of(gguf.written(tmp_path, head[:size])) == "model_invalid"


def test_one_byte_missing_at_the_end_is_found(tmp_path: Path) -> None:
    whole = gguf.model()
    assert read_header(gguf.written(tmp_path, whole)).parameters == 32
    assert code_of(gguf.written(tmp_path, whole[:-1])) == "model_invalid"


def test_values_of_every_kind_are_passed_over(tmp_path: Path) -> None:
    scalars = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
    extra = [gguf.entry(f"x.{kind}", kind, struct.pack("<" + form, 1)) for kind, form in scalars.items()]
    extra += [
        gguf.entry(
            f"x.array.{kind}", gguf.ARRAY, struct.pack("<IQ", kind, 3) + struct.pack("<" + form, 1) * 3
        )
        for kind, form in scalars.items()
    ]
    words = b"".join(gguf.text("語" * (i % 50)) for i in range(60_000))  # longer than one window
    extra.append(gguf.entry("tokens", gguf.ARRAY, struct.pack("<IQ", gguf.TEXT, 60_000) + words))
    extra.append(gguf.entry("long", gguf.TEXT, gguf.text("x" * (3 << 20))))
    extra.append(gguf.entry("tokenizer.chat_template", gguf.TEXT, gguf.text("{{ messages }}" * 10_000)))
    extra.append(gguf.entry("general.name", gguf.TEXT, gguf.text("日本\x1b[31mの\nモデル")))
    extra.append(gguf.entry("llama.context_length", gguf.UINT32, struct.pack("<I", 4096)))
    header = read_header(gguf.written(tmp_path, gguf.model(*extra)))
    assert header.name == "日本 [31mの モデル"
    assert header.has_chat_template
    assert header.trained_context_length == 4096
    assert header.quantization == "F32"


HOSTILE = {
    "another format": gguf.model(magic=b"GGML"),
    "the first version": gguf.model(version=1),
    "the other byte order": gguf.model(version=3 << 24),
    "countless entries": b"GGUF" + struct.pack("<IQQ", 3, 0, 2**64 - 1),
    "countless tensors": b"GGUF" + struct.pack("<IQQ", 3, 2**64 - 1, 0) + bytes(1000),
    "an endless key": b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 2**63) + bytes(1000),
    "an endless text": gguf.model(gguf.entry("a", gguf.TEXT, struct.pack("<Q", 2**62))),
    "an endless array": gguf.model(gguf.entry("a", gguf.ARRAY, struct.pack("<IQ", 12, 2**61))),
    "an endless word": gguf.model(gguf.entry("a", gguf.ARRAY, struct.pack("<IQQ", gguf.TEXT, 1, 2**64 - 1))),
    "an array of arrays": gguf.model(gguf.entry("a", gguf.ARRAY, struct.pack("<IQ", gguf.ARRAY, 1))),
    "a value of no kind": gguf.model(gguf.entry("a", 77, bytes(8))),
    "a tensor of many dimensions": gguf.model(tensors=(gguf.tensor("w", (1,) * 100),)),
    "a tensor without end": gguf.model(tensors=(gguf.tensor("w", (2**32, 2**32)),)),
    "a tensor far away": gguf.model(tensors=(gguf.tensor("w", (4,), offset=2**60),)),
    "an alignment of nothing": gguf.model(gguf.entry("general.alignment", gguf.UINT32, struct.pack("<I", 0))),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused(name: str, tmp_path: Path) -> None:
    assert code_of(gguf.written(tmp_path, HOSTILE[name])) == "model_invalid"


def test_changed_bytes_never_raise_anything_else(smollm2: Path, tmp_path: Path) -> None:
    content = bytearray(gguf.model(*(gguf.entry(f"k{i}", gguf.TEXT, gguf.text("v" * i)) for i in range(20))))
    chance = random.Random(1)
    for _ in range(2_000):
        changed = bytearray(content)
        for _ in range(chance.randint(1, 8)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        try:
            read_header(gguf.written(tmp_path, bytes(changed)))
        except KotonohaError as error:
            assert error.code in ("model_invalid", "model_unsupported")


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    assert code_of(tmp_path / "nothing.gguf") == "model_missing"
    assert code_of(tmp_path) == "model_unreadable"
    assert code_of(Path("nul\0byte.gguf")) == "model_unreadable"


def test_the_tables_agree_with_llama_cpp() -> None:
    llama = pytest.importorskip("llama_cpp.llama_cpp")
    (path,) = (Path(llama.__file__).parent / "lib").glob("libggml-base.so.0")
    library = ctypes.CDLL(str(path))
    library.ggml_type_name.restype = ctypes.c_char_p
    library.ggml_type_size.restype = ctypes.c_size_t
    library.ggml_blck_size.restype = ctypes.c_int64
    for kind, (name, block, block_bytes) in TENSOR_TYPES.items():
        assert library.ggml_type_name(kind).decode().upper() == name
        assert (library.ggml_blck_size(kind), library.ggml_type_size(kind)) == (block, block_bytes)
    prefixes = ("LLAMA_FTYPE_MOSTLY_", "LLAMA_FTYPE_ALL_")
    theirs = {
        getattr(llama, full): full.removeprefix(prefix)
        for full in dir(llama)
        for prefix in prefixes
        if full.startswith(prefix)
    }
    assert theirs == FILE_TYPES
