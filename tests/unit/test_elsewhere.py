"""Models of other applications are found where these keep them, and nothing strange stops the search."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from desktop.jobs import Cancel, Cancelled
from desktop.models import elsewhere
from desktop.models.elsewhere import find, gguf_files

HASH = "ab" * 32
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the folders of Linux")


def model(path: Path, text: bytes = b"") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"GGUF" + text)
    return path


def found(home: Path, **environment: str) -> dict[Path, tuple[str, str, str]]:
    return {
        each.path: (each.application, each.name, each.sha256)
        for each in find(Cancel(), home=home, environment=environment)
    }


def test_lm_studio(tmp_path):
    path = model(tmp_path / ".lmstudio/models/elyza/Llama-3-ELYZA-JP-8B-GGUF/Llama-3-ELYZA-JP-8B-q4_k_m.gguf")
    old = model(tmp_path / ".cache/lm-studio/models/日本語 の人/模型/模型-Q4_K_M.gguf", b"2")
    assert found(tmp_path) == {
        path: ("LM Studio", "elyza/Llama-3-ELYZA-JP-8B-q4_k_m", ""),
        old: ("LM Studio", "日本語 の人/模型-Q4_K_M", ""),
    }


def test_lm_studio_that_was_moved(tmp_path):
    moved = tmp_path / "外付け ドライブ" / "lm"
    path = model(moved / "models/a/b/c.gguf")
    (tmp_path / ".lmstudio-home-pointer").write_text(f"{moved}\n", encoding="utf-8")
    assert found(tmp_path) == {path: ("LM Studio", "a/c", "")}


def test_jan(tmp_path):
    folder = tmp_path / ".local/share/Jan/data/llamacpp/models/janhq/Jan-v1-4B"
    path = model(folder / "model.gguf")
    (folder / "model.yml").write_text(
        "model_path: llamacpp/models/x\nname: Jan v1 4B\nsize_bytes: 4\n", encoding="utf-8"
    )
    other = model(tmp_path / ".config/Jan/data/llamacpp/models/人/モデル/model.gguf", b"2")
    assert found(tmp_path) == {path: ("Jan", "Jan v1 4B", ""), other: ("Jan", "人/モデル", "")}


def ollama(folder: Path, name: str, manifest: object) -> None:
    file = folder / "manifests" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(manifest if isinstance(manifest, str) else json.dumps(manifest), encoding="utf-8")


def test_ollama(tmp_path):
    folder = tmp_path / ".ollama/models"
    layers = [
        {"mediaType": "application/vnd.ollama.image.model", "digest": f"sha256:{HASH}", "size": 4},
        {"mediaType": "application/vnd.ollama.image.license", "digest": f"sha256:{'cd' * 32}", "size": 4},
    ]
    ollama(folder, "registry.ollama.ai/library/gemma3/270m", {"layers": layers})
    ollama(folder, "hf.co/elyza/Llama-3-ELYZA-JP-8B-GGUF/latest", {"layers": layers})  # the same file
    path = model(folder / "blobs" / f"sha256-{HASH}")
    model(folder / "blobs" / f"sha256-{'cd' * 32}", b"no model")
    (entry,) = found(tmp_path).items()
    assert entry[0] == path
    assert entry[1][0::2] == ("Ollama", HASH)
    assert entry[1][1] in ("gemma3:270m", "elyza/Llama-3-ELYZA-JP-8B-GGUF:latest")


def test_ollama_elsewhere_and_its_own_folder_is_not_looked_into(tmp_path):
    layers = [{"mediaType": "application/vnd.ollama.image.model", "digest": f"sha256:{HASH}"}]
    for folder in (tmp_path / ".ollama/models", tmp_path / "D"):
        ollama(folder, "registry.ollama.ai/library/a/b", {"layers": layers})
        model(folder / "blobs" / f"sha256-{HASH}")
    assert list(found(tmp_path, OLLAMA_MODELS=str(tmp_path / "D"))) == [
        tmp_path / "D/blobs" / f"sha256-{HASH}"
    ]


MODEL = "application/vnd.ollama.image.model"


@pytest.mark.parametrize(
    "manifest",
    [
        *("", "{", "[]", "null", "7", "[" * 100_000),
        *('{"layers": null}', '{"layers": [1]}', '{"layers": [{"mediaType": 1}]}'),
        {"layers": [{"mediaType": MODEL, "digest": "sha256:../../../../secret"}]},
        {"layers": [{"mediaType": MODEL, "digest": 7}]},
        {"layers": [{"mediaType": MODEL}]},
    ],
)
def test_a_hostile_manifest_names_nothing(tmp_path, manifest):
    model(tmp_path / "secret")
    ollama(tmp_path / ".ollama/models", "registry.ollama.ai/library/a/b", manifest)
    ollama(tmp_path / ".ollama/models", "at-the-top", manifest)
    assert found(tmp_path) == {}


def test_gpt4all(tmp_path):
    path = model(tmp_path / ".local/share/nomic.ai/GPT4All/Llama-3.2-1B-Instruct-Q4_0.gguf")
    assert found(tmp_path) == {path: ("GPT4All", "Llama-3.2-1B-Instruct-Q4_0", "")}


def test_the_cache_of_hugging_face(tmp_path):
    repository = tmp_path / ".cache/huggingface/hub/models--elyza--Llama-3-ELYZA-JP-8B-GGUF"
    blob = model(repository / "blobs" / HASH)
    path = repository / "snapshots/0123/Llama-3-ELYZA-JP-8B-q4_k_m.gguf"
    path.parent.mkdir(parents=True)
    path.symlink_to(os.path.relpath(blob, path.parent))
    name = "elyza/Llama-3-ELYZA-JP-8B-GGUF/Llama-3-ELYZA-JP-8B-q4_k_m"
    assert found(tmp_path) == {path: ("Hugging Face", name, HASH)}
    for variable, value in (("HF_HOME", ".cache/huggingface"), ("HF_HUB_CACHE", ".cache/huggingface/hub")):
        assert path in found(tmp_path, **{variable: str(tmp_path / value)})


def test_a_file_that_two_applications_share_is_found_once(tmp_path):
    path = model(tmp_path / ".lmstudio/models/a/b/c.gguf")
    other = tmp_path / ".local/share/nomic.ai/GPT4All/c.gguf"
    other.parent.mkdir(parents=True)
    other.hardlink_to(path)
    assert list(found(tmp_path)) == [path]


def test_what_is_no_model_is_left_out(tmp_path):
    folder = tmp_path / ".lmstudio/models/a/b"
    whole = model(folder / "big-00001-of-00003.gguf")
    for number in (2, 3):
        model(folder / f"big-0000{number}-of-00003.gguf", bytes([number]))
    (folder / "page.gguf").write_text("<html>", encoding="utf-8")
    (folder / "empty.gguf").touch()
    (folder / "folder.gguf").mkdir()
    (folder / "nowhere.gguf").symlink_to(folder / "gone")
    (folder / "loop.gguf").symlink_to(folder / "loop.gguf")
    os.mkfifo(folder / "pipe.gguf")
    assert list(found(tmp_path)) == [whole]


def test_links_to_folders_lead_nowhere_and_depth_and_number_end(tmp_path, monkeypatch):
    inside = model(tmp_path / "a/b.gguf")
    (tmp_path / "a/round").symlink_to(tmp_path)
    deep = tmp_path.joinpath(*"abcdefghijk")
    model(deep / "deep.gguf", b"3")
    assert list(gguf_files(tmp_path, Cancel())) == [inside]
    for number in range(20):
        model(tmp_path / "many" / f"{number:02}.gguf", bytes([number]))
    monkeypatch.setattr(elsewhere, "MOST_FILES", 5)
    assert len(list(gguf_files(tmp_path, Cancel()))) == 5


def test_it_can_be_cancelled(tmp_path):
    model(tmp_path / ".lmstudio/models/a/b/c.gguf")
    cancel = Cancel()
    cancel.set()
    with pytest.raises(Cancelled):
        list(find(cancel, home=tmp_path, environment={}))


def test_a_home_without_any_of_them(tmp_path):
    assert found(tmp_path) == {}


def test_what_is_strange_in_one_place_does_not_end_the_search(tmp_path):
    (tmp_path / ".lmstudio-home-pointer").write_text("/with\0nothing", encoding="utf-8")
    layers = [{"mediaType": MODEL, "digest": f"sha256:{HASH}"}]
    ollama(tmp_path / ".ollama/models", "x", {"layers": layers})  # without registry, name and tag
    model(tmp_path / ".ollama/models/blobs" / f"sha256-{HASH}")
    snapshot = tmp_path / ".cache/huggingface/hub/models--a--b/snapshots/1"
    snapshot.mkdir(parents=True)
    (snapshot / "round.gguf").symlink_to(snapshot / "round.gguf")
    path = model(tmp_path / ".local/share/nomic.ai/GPT4All/a.gguf")
    assert list(found(tmp_path)) == [path]
    assert list(found(tmp_path, HF_HOME="~nobody-of-this-name/x", OLLAMA_MODELS="~/\0")) == [path]
