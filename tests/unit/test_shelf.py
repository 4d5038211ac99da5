"""The library as it is: files that vanish or change are noticed, checked whole, folders added."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from desktop import paths
from desktop.errors import KotonohaError
from desktop.jobs import Cancel, Cancelled, result_of
from desktop.models import library
from desktop.models.shelf import add_all, shelf, verify
from desktop.store import Store


@pytest.fixture
def ours(store: Store, smollm2: Path):
    path = paths.models() / "模型 1.gguf"
    os.link(smollm2, path) if _same_drive(smollm2, path.parent) else shutil.copyfile(smollm2, path)
    return library.register(store, path)


def _same_drive(one: Path, other: Path) -> bool:
    return one.stat().st_dev == other.stat().st_dev


def state(store):
    return {each.model.name: (each.state, each.ours) for each in shelf(store, paths.models()).models}


def test_what_is_there_and_whose_it_is(store, ours, smollm2, tmp_path):
    elsewhere = tmp_path / "ほかのアプリ" / "b.gguf"
    elsewhere.parent.mkdir()
    elsewhere.symlink_to(smollm2)
    other = library.register(store, elsewhere)
    store.models.rename(other.id, "よそのもの")
    told = shelf(store, paths.models())
    assert state(store) == {ours.name: ("there", True), "よそのもの": ("there", False)}
    assert told.used_bytes == smollm2.stat().st_size
    assert told.free_bytes is not None and told.free_bytes > 0


def test_a_file_that_vanished_or_changed_is_noticed(store, smollm2, tmp_path):
    path = tmp_path / "a.gguf"
    path.symlink_to(smollm2)
    name = library.register(store, path).name
    path.unlink()
    assert state(store) == {name: ("gone", False)}
    path.mkdir()
    assert state(store) == {name: ("gone", False)}
    path.rmdir()
    path.write_bytes(b"GGUF")
    assert state(store) == {name: ("changed", False)}


def test_a_whole_file_is_checked_and_its_hash_kept(store, ours, smollm2):
    job = verify(store, ours, Cancel())
    steps = []
    try:
        while True:
            steps.append(next(job))
    except StopIteration as end:
        assert end.value is True
    assert steps[-1].done == steps[-1].total == smollm2.stat().st_size
    kept = store.models.get(ours.id)
    assert kept.sha256 == hashlib.sha256(smollm2.read_bytes()).hexdigest() and kept.verified


def test_one_wrong_byte_is_found(store, smollm2, tmp_path):
    path = tmp_path / "a.gguf"
    shutil.copyfile(smollm2, path)
    model = library.register(store, path)
    assert result_of(verify(store, model, Cancel())) is True
    with path.open("r+b") as file:
        file.seek(-1000, os.SEEK_END)
        byte = file.read(1)
        file.seek(-1000, os.SEEK_END)
        file.write(bytes([byte[0] ^ 1]))
    for _ in range(2):  # it does not become right by being looked at
        assert result_of(verify(store, store.models.get(model.id), Cancel())) is False


def test_a_damaged_or_missing_file_is_told(store, smollm2, tmp_path):
    path = tmp_path / "a.gguf"
    shutil.copyfile(smollm2, path)
    model = library.register(store, path)
    with path.open("r+b") as file:
        file.truncate(1_000_000)
    with pytest.raises(KotonohaError) as told:
        result_of(verify(store, model, Cancel()))
    assert told.value.code == "model_invalid"
    path.unlink()
    with pytest.raises(KotonohaError) as told:
        result_of(verify(store, model, Cancel()))
    assert told.value.code == "model_missing"


def test_checking_can_be_cancelled(store, ours):
    cancel = Cancel()
    job = verify(store, ours, cancel)
    next(job)
    cancel.set()
    with pytest.raises(Cancelled):
        result_of(job)
    assert store.models.get(ours.id).sha256 == ""


def test_folders_and_files_are_added_where_they_are(store, smollm2, tmp_path):
    folder = tmp_path / "外付け ドライブ" / "モデル"
    folder.mkdir(parents=True)
    (folder / "良い.gguf").symlink_to(smollm2)
    (folder / "悪い.gguf").write_bytes(b"GGUF and nothing more")
    (folder / "手紙.txt").write_text("人のもの", encoding="utf-8")
    single = tmp_path / "一つ.gguf"
    single.symlink_to(smollm2)
    added = result_of(add_all(store, [folder, single, tmp_path / "ない.gguf"], Cancel()))
    assert [Path(model.path).name for model in added.models] == ["良い.gguf", "一つ.gguf"]
    assert [(path.name, error.code) for path, error in added.refused] == [
        ("悪い.gguf", "model_invalid"),
        ("ない.gguf", "model_missing"),
    ]
    assert len(store.models.list()) == 2
