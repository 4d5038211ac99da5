"""What a model's file recommends, and who wins over it."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from gguf_files import TEXT, UINT32, entry, model, text, written

from desktop.chat.options import sampling_of
from desktop.engine.protocol import Sampling
from desktop.gguf.reader import read
from desktop.models import library
from desktop.models.recommended import kept, recommended
from desktop.store import Preferences, Preset, Store

INT32, FLOAT32, BOOL, FLOAT64 = 5, 6, 7, 12
CHATS = entry("tokenizer.chat_template", TEXT, text("{{ messages }}"))


def floating(name: str, value: float, kind: int = FLOAT32) -> bytes:
    return entry(f"general.sampling.{name}", kind, struct.pack("<f" if kind == FLOAT32 else "<d", value))


def whole(name: str, value: int, kind: int = INT32) -> bytes:
    return entry(f"general.sampling.{name}", kind, struct.pack("<i" if kind == INT32 else "<I", value))


def values(folder: Path, *entries: bytes) -> dict[str, float | int]:
    return recommended(read(written(folder, model(*entries))))


def test_what_a_file_recommends(tmp_path: Path) -> None:
    given = values(
        tmp_path,
        CHATS,
        *(floating("temp", 0.6), floating("top_p", 0.95), whole("top_k", 20), floating("min_p", 0.0)),
        *(floating("xtc_probability", 0.5), floating("xtc_threshold", 0.1), whole("penalty_last_n", 128)),
        *(floating("penalty_repeat", 1.05), whole("mirostat", 2, UINT32), floating("mirostat_tau", 6.0)),
        *(floating("mirostat_eta", 0.2), entry("general.sampling.sequence", TEXT, text("kp"))),
    )
    assert given == {
        "temperature": 0.6,
        "top_p": 0.95,
        "top_k": 20,
        "min_p": 0.0,
        "xtc_probability": 0.5,
        "xtc_threshold": 0.1,
        "repeat_last": 128,
        "repeat_penalty": 1.05,
        "mirostat": 2,
        "mirostat_tau": 6.0,
        "mirostat_eta": 0.2,
    }
    assert Sampling(**given).top_k == 20  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong",
    [
        floating("temp", float("nan")),
        floating("temp", float("inf")),
        floating("temp", -1.0),
        floating("top_p", 1e30),
        floating("penalty_repeat", 0.0),
        whole("top_k", -5),
        floating("top_k", 0.5),
        whole("mirostat", 9),
        entry("general.sampling.temp", TEXT, text("hot")),
        entry("general.sampling.top_k", BOOL, b"\1"),
        floating("top_p", 1e300, FLOAT64),
    ],
)
def test_what_cannot_be_used_is_left_out(tmp_path: Path, wrong: bytes) -> None:
    assert values(tmp_path, CHATS, wrong) == {}


def test_a_model_without_a_template_is_kept_from_circles(tmp_path: Path) -> None:
    assert values(tmp_path) == {"repeat_penalty": 1.1}
    assert values(tmp_path, floating("penalty_repeat", 1.3)) == {"repeat_penalty": 1.3}


@pytest.mark.parametrize("text", ["", "[]", "nonsense", "[" * 100_000, '{"heat": 1, "top_p": 7}'])
def test_a_spoilt_column_recommends_nothing(text: str) -> None:
    assert kept(text) == {}


def test_the_library_keeps_it(tmp_path: Path, home: Path) -> None:
    path = written(tmp_path, model(CHATS, floating("temp", 0.6)))
    store = Store.open(tmp_path / "store.db")
    try:
        assert kept(library.register(store, path).recommended) == {"temperature": 0.6}
        choice = library.resolve(store, str(path))
        assert choice is not None
        assert kept(choice.recommended) == {"temperature": 0.6}
        store.models.remove(choice.id or 0)
        outside = library.resolve(store, str(path))
        assert outside is not None
        assert (outside.id, kept(outside.recommended)) == (None, {"temperature": 0.6})
    finally:
        store.close()


def test_who_wins() -> None:
    advice: dict[str, float | int] = {"temperature": 0.6, "top_k": 20, "top_p": 0.9, "heat": 1}
    preset = Preset(1, None, "", "", "", {"top_p": 0.5, "seed": 4})
    assert sampling_of(Preferences(), None) == Sampling()
    assert sampling_of(Preferences(), None, advice) == Sampling(temperature=0.6, top_k=20, top_p=0.9)
    preferences = Preferences(top_k=0, top_p=1.0, xtc_probability=0.5, max_tokens=9, loop_guard=False)
    assert sampling_of(preferences, preset, advice) == Sampling(
        temperature=0.6, top_k=0, top_p=0.5, seed=4, xtc_probability=0.5, max_tokens=9, loop_guard=False
    )
