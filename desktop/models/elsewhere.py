"""Models that other applications keep on this machine, to be used where they are.

The layouts are those that the applications document: LM Studio (publisher/model/file.gguf), Jan
(model.gguf beside a model.yml), Ollama (manifests that name blobs), GPT4All (one folder), and the cache of
Hugging Face (snapshots that link to blobs). Nothing is copied or changed, and nothing there is trusted.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from desktop.jobs import Cancel

MOST_FOLDERS = 20_000  # looked into, of one application
MOST_FILES = 5_000  # found
DEEPEST = 8  # folders below an application's own
LARGEST_MANIFEST = 1_000_000  # bytes
_MAGIC = b"GGUF"
_DIGEST = re.compile(r"sha256[:-]([0-9a-f]{64})")
_LATER_PART = re.compile(r"-(?!00001)\d{5}-of-\d{5}\.gguf$", re.IGNORECASE)
_MODEL_LAYER = "application/vnd.ollama.image.model"


class Found(NamedTuple):
    """A model file of another application."""

    path: Path
    application: str  # "LM Studio", "Jan", "Ollama", "GPT4All" or "Hugging Face"
    name: str  # as it is called there
    size_bytes: int
    sha256: str  # as the application says, "" where it does not


class _Place(NamedTuple):
    application: str
    folder: Path
    models: Callable[[Path, Cancel], Iterator[tuple[Path, str, str]]]  # path, name, sha256


def find(
    cancel: Cancel, *, home: Path | None = None, environment: Mapping[str, str] | None = None
) -> Generator[Found, None, None]:
    """Yield the models of other applications, each file once. Folders that cannot be read are left out.

    ``home`` and ``environment`` are those of the person, to be given otherwise only by tests.
    """
    seen: set[tuple[int, int]] = set()
    for place in _places(home or Path.home(), os.environ if environment is None else environment):
        if "\0" in str(place.folder):
            continue  # a setting that names no folder
        for path, name, sha256 in place.models(place.folder, cancel):
            cancel.raise_if_set()
            facts = _model_file(path)
            if facts is not None and facts[0] not in seen:
                seen.add(facts[0])
                yield Found(path, place.application, name, facts[1], sha256)


def gguf_files(folder: Path, cancel: Cancel) -> Iterator[Path]:
    """Yield the model files below a folder, of split ones the first part. Links to folders lead nowhere."""
    waiting, folders, files = [(folder, 0)], 0, 0
    while waiting:
        cancel.raise_if_set()
        at, depth = waiting.pop()
        folders += 1
        try:
            entries = sorted(os.scandir(at), key=lambda entry: entry.name)
        except (OSError, ValueError):  # ValueError: a name that no file can have
            continue
        for entry in entries:
            try:
                is_folder = entry.is_dir(follow_symlinks=False)
            except OSError:
                continue
            if is_folder and depth < DEEPEST and folders + len(waiting) < MOST_FOLDERS:
                waiting.append((Path(entry.path), depth + 1))
            elif entry.name.lower().endswith(".gguf") and not _LATER_PART.search(entry.name):
                yield Path(entry.path)
                files += 1
                if files >= MOST_FILES:
                    return


def _places(home: Path, environment: Mapping[str, str]) -> Iterator[_Place]:
    """Yield where the applications keep their models, the places of their settings first."""

    def folder(name: str, *usual: Path) -> Iterator[Path]:
        chosen = environment.get(name, "")
        yield from [Path(os.path.expanduser(chosen))] if chosen else usual  # noqa: PTH111 - ~nobody stays

    yield _Place("LM Studio", _lm_studio(home) / "models", _by_folders)
    yield _Place("LM Studio", home / ".cache" / "lm-studio" / "models", _by_folders)
    data = _data_folder(home, environment)
    for jan in (data / "Jan" / "data", home / ".config" / "Jan" / "data", home / "jan"):
        yield _Place("Jan", jan / "llamacpp" / "models", _jan)
        yield _Place("Jan", jan / "models", _jan)
    system = Path("/usr/share/ollama/.ollama/models") if home == Path.home() else home / "no-such-folder"
    for ollama in folder("OLLAMA_MODELS", home / ".ollama" / "models", system):
        yield _Place("Ollama", ollama, _ollama)
    local = Path(environment.get("LOCALAPPDATA") or data) if sys.platform == "win32" else data
    yield _Place("GPT4All", local / "nomic.ai" / "GPT4All", _by_files)
    cache = Path(environment.get("XDG_CACHE_HOME") or home / ".cache") / "huggingface"
    for hugging_face in folder("HF_HOME", cache):
        for hub in folder("HF_HUB_CACHE", hugging_face / "hub"):
            yield _Place("Hugging Face", hub, _hub_cache)


def _data_folder(home: Path, environment: Mapping[str, str]) -> Path:
    match sys.platform:
        case "darwin":
            return home / "Library" / "Application Support"
        case "win32":
            return Path(environment.get("APPDATA") or home / "AppData" / "Roaming")
        case _:
            return Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share")


def _lm_studio(home: Path) -> Path:
    """Return LM Studio's folder, which may have been moved: a file then tells where it is."""
    told = _text(home / ".lmstudio-home-pointer").strip()
    return Path(told) if told and Path(told).is_absolute() else home / ".lmstudio"


def _by_folders(folder: Path, cancel: Cancel) -> Iterator[tuple[Path, str, str]]:
    for path in gguf_files(folder, cancel):
        publisher = path.parent.parent
        name = (
            f"{publisher.name}/{path.stem}"
            if publisher != folder and folder in publisher.parents
            else path.stem
        )
        yield path, name, ""


def _by_files(folder: Path, cancel: Cancel) -> Iterator[tuple[Path, str, str]]:
    for path in gguf_files(folder, cancel):
        yield path, path.stem, ""


def _jan(folder: Path, cancel: Cancel) -> Iterator[tuple[Path, str, str]]:
    """Jan calls every file model.gguf; the folders above it have the name, and model.yml may."""
    for path in gguf_files(folder, cancel):
        told = re.search(r"^name:[ \t]*(.+?)[ \t]*$", _text(path.parent / "model.yml"), re.MULTILINE)
        name = told[1].strip("'\"") if told else str(path.parent.relative_to(folder).as_posix())
        yield path, name if name not in ("", ".") else path.stem, ""


def _ollama(folder: Path, cancel: Cancel) -> Iterator[tuple[Path, str, str]]:
    """Ollama keeps files by their hash; a manifest for each name and tag tells which one is the model."""
    manifests = folder / "manifests"
    for path in _files(manifests, cancel):
        try:
            told = json.loads(_text(path) or "null")
            layers = told["layers"] if isinstance(told, dict) else []
            digests = [layer["digest"] for layer in layers if layer.get("mediaType") == _MODEL_LAYER]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            continue
        for digest in digests:
            if isinstance(digest, str) and (hash_ := _DIGEST.fullmatch(digest)):
                parts = path.relative_to(manifests).parts[1:]  # without the registry
                parts = parts[1:] if parts[:1] == ("library",) else parts
                if len(parts) < 2:
                    continue
                yield (
                    folder / "blobs" / f"sha256-{hash_[1]}",
                    ":".join(("/".join(parts[:-1]), parts[-1])),
                    hash_[1],
                )


def _hub_cache(folder: Path, cancel: Cancel) -> Iterator[tuple[Path, str, str]]:
    """The cache keeps snapshots of repositories, whose files link to blobs called by their sha256."""
    for path in gguf_files(folder, cancel):
        repository = next((part for part in path.parts if part.startswith("models--")), "")
        if "snapshots" not in path.parts or not repository:
            continue
        blob = Path(os.path.realpath(path)).name
        sha256 = blob if re.fullmatch("[0-9a-f]{64}", blob) else ""
        yield path, f"{repository.removeprefix('models--').replace('--', '/')}/{path.stem}", sha256


def _files(folder: Path, cancel: Cancel) -> Iterator[Path]:
    count = 0
    for at, folders, names in os.walk(folder):
        cancel.raise_if_set()
        folders.sort()
        for name in sorted(names):
            count += 1
            if count > MOST_FOLDERS:
                return
            yield Path(at, name)


def _model_file(path: Path) -> tuple[tuple[int, int], int] | None:
    """Return what identifies a model's file, and its size; None where it is none or cannot be read."""
    try:
        status = path.stat()
        if not path.is_file():
            return None
        with path.open("rb") as file:
            return ((status.st_dev, status.st_ino), status.st_size) if file.read(4) == _MAGIC else None
    except (OSError, ValueError):
        return None


def _text(path: Path) -> str:
    """Return a small text file; "" where it is none, too large or cannot be read."""
    try:
        if not path.is_file() or path.stat().st_size > LARGEST_MANIFEST:
            return ""
        return path.read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError):
        return ""
