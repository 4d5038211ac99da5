from __future__ import annotations

import time
from pathlib import Path

import pytest

from desktop.engine.protocol import Adapter
from desktop.errors import KotonohaError
from desktop.store import Choices, Model, Run, Store


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


def test_what_was_set_by_hand(store: Store) -> None:
    model = store.models.add(path="/m/a.gguf", name="a", recommended='{"temperature": 0.6}')
    assert (model.choices, model.recommended) == (Choices(), '{"temperature": 0.6}')
    adapters = (Adapter("/m/lora.gguf", 0.5),)
    chosen = store.models.choose(model.id, context_length=4096, adapters=adapters, thinking=False)
    assert chosen == store.models.get(model.id)
    assert chosen.choices == Choices(context_length=4096, adapters=adapters, thinking=False)
    assert store.models.choose(model.id, context_length=None).choices.context_length is None
    again = store.models.add(path="/m/a.gguf", name="a")  # its file was read again
    assert (again.choices.adapters, again.recommended) == (adapters, "{}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("context_length", 0),
        ("context_length", "4096"),
        ("gpu_layers", -1),
        ("cache_type", "q2_k"),
        ("threads", 10**6),
        ("template", "x" * 1_000_001),
        ("thinking", 3),
        ("adapters", [{"path": "a", "scale": float("nan")}]),
        ("adapters", [{"scale": 1.0}]),
    ],
)
def test_what_cannot_be_set(store: Store, name: str, value: object) -> None:
    model = store.models.choose(store.models.add(path="/m/a.gguf", name="a").id, threads=2)
    with pytest.raises(KotonohaError) as told:
        store.models.choose(model.id, insist=True, **{name: value})
    assert told.value.code == "setting_invalid"
    assert store.models.get(model.id) == model


def test_stored_values_that_cannot_be_used_count_as_not_set(store: Store) -> None:
    model = store.models.add(path="/m/a.gguf", name="a")
    for kept, read in (
        ('{"context_length": 0, "threads": 2, "later": [1]}', Choices(threads=2)),
        ('{"adapters": [{"path": "a", "scale": "?"}], "thinking": true}', Choices(thinking=True)),
        ("no JSON", Choices()),
        ("[1]", Choices()),
        ("[" * 100_000, Choices()),
    ):
        with store._database.write() as connection:
            connection.execute("UPDATE models SET choices = ?", (kept,))
        assert store.models.get(model.id).choices == read
        assert store.models.list()[0].choices == read


def test_what_worked_on_a_machine(store: Store) -> None:
    model = store.models.add(path="/m/a.gguf", name="a")
    run = Run(12, 4096, "q8_0", False, 3, "out_of_memory", Choices(gpu_layers=24), 1 << 33, 5.5)
    assert store.models.run(model.id, "here") is None
    store.models.remember(model.id, "here", Run(24, 8192))
    store.models.remember(model.id, "here", run)
    assert store.models.run(model.id, "here") == run
    assert store.models.run(model.id, "there") is None
    with store._database.write() as connection:
        connection.execute('UPDATE model_runs SET settings = \'{"gpu_layers": 3, "cache_type": "f64"}\'')
    assert store.models.run(model.id, "here") == Run(gpu_layers=3)
    store.models.remove(model.id)
    assert store.models.run(model.id, "here") is None
    with pytest.raises(KotonohaError):
        store.models.remember(model.id, "here", run)


def test_a_name_of_the_persons_stays_when_the_file_is_read_again(store: Store, tmp_path: Path) -> None:
    model = store.models.add(path=tmp_path / "a.gguf", name="Gemma 3", licence="gemma")
    store.models.rename(model.id, " 仕事用の\nモデル ")
    again = store.models.add(path=tmp_path / "a.gguf", name="Gemma 3 · Q4", licence="gemma")
    assert (again.id, again.name, again.licence, again.named) == (model.id, "仕事用の モデル", "gemma", True)
    store.models.rename(model.id, "")
    assert store.models.add(path=tmp_path / "a.gguf", name="Gemma 3 · Q4").name == "Gemma 3 · Q4"


def test_what_is_known_of_a_file_is_kept(store: Store, tmp_path: Path) -> None:
    one = store.models.add(path=tmp_path / "a.gguf", name="一")
    two = store.models.add(path=tmp_path / "b.gguf", name="二")
    store.models.write_note(one.id, "会議の要約に\n使う")
    store.models.tell_source(one.id, "elyza/Llama-3-ELYZA-JP-8B-GGUF")
    before = time.time()
    for model in (one, two):
        store.models.keep_hash(model.id, "ab" * 32)
    kept = store.models.get(one.id)
    assert (kept.note, kept.source) == ("会議の要約に\n使う", "elyza/Llama-3-ELYZA-JP-8B-GGUF")
    assert kept.verified is not None and kept.verified >= before
    assert [model.name for model in store.models.by_hash("ab" * 32)] == ["一", "二"]
    assert store.models.by_hash("") == [] == store.models.by_hash("cd" * 32)


def test_in_how_many_chats_a_model_answers(store: Store, model: Model) -> None:
    unused = store.models.add(path="/nowhere/b.gguf", name="使わない")
    for _ in range(3):
        chat, _, _ = store.messages.send_first("質問", model.name, title="題")
        store.chats.set_model(chat.id, model.id)
    store.chats.delete(chat.id)
    assert store.models.chats().get(model.id) == 2 and unused.id not in store.models.chats()


def test_a_model_taken_off_comes_back_with_all_that_was_set(store: Store, model: Model) -> None:
    store.models.choose(model.id, gpu_layers=7)
    store.models.rename(model.id, "仕事用")
    store.models.write_note(model.id, "メモ")
    store.models.remember(model.id, "machine", Run(context_length=4_096))
    store.measurements.keep(model.id, "machine", {"points": []})
    chat, _, _ = store.messages.send_first("質問", model.name, title="題")
    store.chats.set_model(chat.id, model.id)
    before = store.models.get(model.id)
    taken = store.models.take_off(model.id)
    assert store.models.list() == [] and store.chats.get(chat.id).model_id is None
    store.models.put_back(taken)
    store.models.put_back(taken)  # a second press changes nothing
    assert store.models.get(model.id) == before
    assert store.chats.get(chat.id).model_id == model.id
    assert store.models.run(model.id, "machine") == Run(context_length=4_096)
    assert len(store.measurements.list()) == 1
