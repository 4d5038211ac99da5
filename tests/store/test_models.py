from __future__ import annotations

from pathlib import Path

import pytest

from desktop.errors import KotonohaError
from desktop.store import Store


def test_the_same_file_twice_is_one_model(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "模型 1.gguf"
    made = store.models.add(
        path=file,
        name="ネコ 7B",
        size_bytes=5_000_000_000,
        architecture="llama",
        parameters=7_000_000_000,
        quantization="Q4_K_M",
        trained_context_length=8192,
    )
    assert (made.path, made.size_bytes, made.used) == (str(file), 5_000_000_000, None)
    store.models.touch(made.id)
    used = store.models.get(made.id).used
    assert used is not None
    again = store.models.add(path=tmp_path / "x" / ".." / "模型 1.gguf", name="ネコ 7B 改", parameters=1)
    assert (again.id, again.name, again.parameters, again.added, again.used) == (
        made.id, "ネコ 7B 改", 1, made.added, used,
    )  # fmt: skip
    assert store.models.list() == [again] == [store.models.by_path(file)]
    assert store.models.by_path(tmp_path / "other.gguf") is None


def test_by_name(store: Store) -> None:
    for name in ("Zebra 1B", "apple 2B", "Apple 2B", "ＬＬＭ-jp 13B", "サルビア"):
        store.models.add(path=f"/m/{name}.gguf", name=name)
    assert [m.name for m in store.models.list()] == [
        "apple 2B",
        "Apple 2B",
        "Zebra 1B",
        "サルビア",
        "ＬＬＭ-jp 13B",
    ]
    for wanted, name in (
        ("Apple 2B", "Apple 2B"),
        ("apple 2B", "apple 2B"),
        ("zebra 1b", "Zebra 1B"),
        ("llm", "ＬＬＭ-jp 13B"),
        ("13b", "ＬＬＭ-jp 13B"),
        ("ｻﾙﾋﾞｱ", "サルビア"),
        ("B", None),
        ("app", None),
        ("", None),
        ("ない", None),
    ):
        found = store.models.find(wanted)
        assert (found.name if found else None) == name, wanted


def test_forgetting_a_model_leaves_its_chats(store: Store) -> None:
    model = store.models.add(path="/m/a.gguf", name="a")
    chat = store.chats.create(model_id=model.id)
    store.messages.send(chat.id, "残る", "a")
    store.settings.change(model_id=model.id)
    store.models.remove(model.id)
    assert store.chats.get(chat.id).model_id is None
    assert store.settings.get().model_id is None
    assert [m.text for m in store.messages.path(chat.id)] == ["残る", ""]
    assert store.models.add(path="/m/b.gguf", name="b").id != model.id
    for call in (store.models.get, store.models.touch, store.models.remove):
        with pytest.raises(KotonohaError) as told:
            call(model.id)
        assert told.value.code == "model_missing"


@pytest.mark.parametrize("file", ["/m/\udcff.gguf", "/m/a\0b.gguf"], ids=["not Unicode", "NUL"])
def test_a_path_that_no_engine_could_open(store: Store, file: str) -> None:
    for call in (lambda: store.models.add(path=file, name="x"), lambda: store.models.by_path(file)):
        with pytest.raises(KotonohaError) as told:
            call()
        assert told.value.code == "model_path_unusable"
    assert store.models.list() == []
