"""The models on this machine as they are now: what is known of each, whether its file is the same."""

from __future__ import annotations

import hashlib
import os
import shutil
import statistics
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Literal, NamedTuple

from desktop.errors import KotonohaError
from desktop.jobs import Cancel
from desktop.models import library
from desktop.models.elsewhere import gguf_files
from desktop.models.gguf import read_contents
from desktop.models.moving import files_of
from desktop.store import Model, Store

State = Literal["there", "gone", "changed"]
_BLOCK = 4 << 20  # bytes


class Shelved(NamedTuple):
    """A model of the library."""

    model: Model
    chats: int  # that it answers in
    tokens_per_second: float | None  # the median of its last answers
    state: State
    ours: bool  # whether it lies in our own folder of models; else another application may need it


class Shelf(NamedTuple):
    """All models, and the drive that our own folder is on."""

    models: list[Shelved]
    used_bytes: int  # by those in our own folder
    free_bytes: int | None


class Checked(NamedTuple):
    """How much of a file was read, in bytes."""

    done: int
    total: int


class Added(NamedTuple):
    """What became of files that were to be added."""

    models: list[Model]
    refused: list[tuple[Path, KotonohaError]]


def shelf(store: Store, folder: Path) -> Shelf:
    """Return the library as it is now; ``folder`` is our own one. Looks at each file, and reads none."""
    chats, speeds = store.models.chats(), store.speeds.recent()
    home = Path(os.path.realpath(folder))
    models, used = [], 0
    for model in store.models.list():
        files = files_of(Path(model.path))
        sizes = [_size(file) for file in files]
        state: State = "there"
        if sizes[0] is None:
            state = "gone"
        elif sum(size or 0 for size in sizes) != model.size_bytes:
            state = "changed"
        ours = home in Path(os.path.realpath(model.path)).parents
        used += sum(size or 0 for size in sizes) if ours else 0
        last = speeds.get(model.name)
        speed = statistics.median(last) if last else None
        models.append(Shelved(model, chats.get(model.id, 0), speed, state, ours))
    try:
        free = shutil.disk_usage(home).free
    except OSError:
        free = None
    return Shelf(models, used, free)


def verify(store: Store, model: Model, cancel: Cancel) -> Generator[Checked, None, bool]:
    """Read the whole model; return whether it is as it was before. The first time keeps its hash.

    Raises what ``gguf.read_contents`` raises where the file is damaged, gone or cannot be read.
    """
    path = Path(model.path)
    contents = read_contents(path)
    files = files_of(path)
    digest, done = hashlib.sha256(), 0
    try:
        for file in files:
            with file.open("rb") as source:
                while block := source.read(_BLOCK):
                    cancel.raise_if_set()
                    digest.update(block)
                    done += len(block)
                    yield Checked(done, contents.size_bytes)
    except OSError as error:
        raise _unreadable(path, error) from error
    sha256 = digest.hexdigest()
    same = store.models.get(model.id).sha256 in ("", sha256)
    if same:  # else the next look is to find it, too
        store.models.keep_hash(model.id, sha256)
    path = Path(store.models.get(model.id).path)  # it may have been moved meanwhile
    library.register(store, path)  # what is shown of it may have changed with it
    return same


def add_all(store: Store, paths: Iterable[Path], cancel: Cancel) -> Generator[Path, None, Added]:
    """Add model files, and those in folders, where they are; yield each that is looked at."""
    added, refused = [], []
    for given in paths:
        for path in gguf_files(given, cancel) if given.is_dir() else [given]:
            cancel.raise_if_set()
            yield path
            try:
                added.append(library.register(store, path))
            except KotonohaError as error:
                refused.append((path, error))
    return Added(added, refused)


def throw_away(store: Store, model: Model) -> list[Path]:
    """Put the model's files into the bin of the system; return those that it did not take, which stay.

    The model leaves the library when all are gone.
    """
    from send2trash import send2trash

    kept = []
    for file in files_of(Path(model.path)):
        try:
            send2trash(file)
        except OSError:  # also where the drive has no bin
            if file.exists():
                kept.append(file)
    if not kept:
        store.models.remove(model.id)
    return kept


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size if path.is_file() else None
    except OSError:
        return None


def _unreadable(path: Path, error: OSError) -> KotonohaError:
    return KotonohaError(
        "model_unreadable",
        f"{path.name} を最後まで読めませんでした。（{error.strerror}）"
        "ドライブがつながっているか確かめてください。",
        f"{path.name} could not be read to its end. ({error.strerror}) Check that its drive is connected.",
    )
