"""Moving the models to another folder. It may end at any point: by a cancel, kill -9 or a lost drive.

Only files of models in the library are touched, never others that lie beside them. Each model is copied, read
back and compared, then its row is changed, and only then the old files go. What is under way stands in a
journal; ``tidy`` finishes or undoes it, so that no file is lost and none is there twice.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
from filelock import FileLock, Timeout

from desktop.errors import KotonohaError
from desktop.jobs import Cancel
from desktop.store import Model, Store
from desktop.store.snapshot import sync_folder

_BLOCK = 4 << 20  # bytes
_FIRST_PART = re.compile(r"(?P<stem>.+)-00001-of-(?P<count>\d{5})\.gguf", re.IGNORECASE | re.DOTALL)
_LARGEST_JOURNAL = 1_000_000  # bytes


class MoveProgress(NamedTuple):
    """How far the move is. Bytes are counted twice: they are written, and read back."""

    name: str  # of the model
    done: int
    total: int


class NotMoved(NamedTuple):
    """A model that stayed where it was, and why."""

    name: str
    error: KotonohaError


class _Journal(msgspec.Struct):
    """One model under way: its files where they are, and where they go."""

    model_id: int
    old: list[str]
    new: list[str]


def files_of(path: Path) -> list[Path]:
    """Return the files of a model: one, or all the parts of a split one, as far as they are there."""
    name = _FIRST_PART.fullmatch(path.name)
    if name is None:
        return [path]
    count = int(name["count"])
    parts = [
        path.with_name(f"{name['stem']}-{n:05}-of-{count:05}.gguf") for n in range(1, min(count, 9999) + 1)
    ]
    return [path, *(part for part in parts[1:] if part.is_file())]


def move(
    store: Store, models: Sequence[Model], old: Path, new: Path, *, journal: Path, cancel: Cancel
) -> Generator[MoveProgress, None, list[NotMoved]]:
    """Move the models that lie below ``old`` to the same places below ``new``; return those that stayed.

    ``journal`` is a file of the application's own, which ``tidy`` reads after a crash. Raises
    ``KotonohaError("folder_unusable")`` where ``new`` is not a folder to write to, or lies in ``old``;
    ``Cancelled`` between two blocks, with what was half moved where it was; ``"move_running"``.
    """
    old, new = Path(os.path.realpath(old)), Path(os.path.realpath(new))
    if new == old:
        return []
    if old in new.parents or new in old.parents:
        raise _unusable(
            new, "いまのフォルダーの中や外側には移せません。", "It lies in the folder of now, or around it."
        )
    try:
        new.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=new):  # can it be written to?
            pass
    except OSError as error:
        raise _unusable(new, f"（{error.strerror}）", f"({error.strerror})") from error
    lock = _lock(journal)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise KotonohaError(
            "move_running",
            "別のウィンドウがモデルを移しています。終わるまで待ってください。",
            "Another window is moving the models. Wait until it has ended.",
        ) from error
    try:
        _tidy(store, journal)
        return (yield from _move_all(store, models, old, new, journal=journal, cancel=cancel))
    finally:
        lock.release()


def _move_all(
    store: Store, models: Sequence[Model], old: Path, new: Path, *, journal: Path, cancel: Cancel
) -> Generator[MoveProgress, None, list[NotMoved]]:
    mine = [model for model in models if old in Path(os.path.realpath(model.path)).parents]
    sizes = {model.id: sum(_size(file) for file in files_of(Path(model.path))) for model in mine}
    _require_room(old, new, sum(sizes.values()))
    total, done, stayed = 2 * sum(sizes.values()), 0, []
    for model in mine:
        yield MoveProgress(model.name, done, total)
        try:
            for step in _move_one(store, model, old, new, journal=journal, cancel=cancel):
                yield MoveProgress(model.name, min(done + step, total), total)
        except (OSError, KotonohaError) as error:
            _tidy(store, journal)
            stayed.append(NotMoved(model.name, _explained(error, new)))
        except BaseException:  # a cancel, or the end of the program
            _tidy(store, journal)
            raise
        done += 2 * sizes[model.id]
    return stayed


def tidy(store: Store, journal: Path) -> None:
    """Finish or undo the move that a crash ended; one that is under way goes on."""
    if not journal.exists():
        return
    lock = _lock(journal)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return
    try:
        _tidy(store, journal)
    finally:
        lock.release()


def _lock(journal: Path) -> FileLock:
    return FileLock(journal.with_suffix(".lock"), thread_local=False)


def _tidy(store: Store, journal: Path) -> None:
    try:
        if not journal.is_file() or journal.stat().st_size > _LARGEST_JOURNAL:
            return
        noted = msgspec.json.decode(journal.read_bytes(), type=_Journal)
    except (OSError, msgspec.MsgspecError):
        with contextlib.suppress(OSError):
            journal.unlink(missing_ok=True)  # a journal is whole or not there at all
        return
    model = next((each for each in store.models.list() if each.id == noted.model_id), None)
    there = [Path(file) for file in noted.new]
    arrived = all(file.is_file() for file in there)
    if model is not None and there and Path(model.path) == there[0] and arrived:
        leftovers = [Path(file) for file in noted.old]
    else:
        leftovers = [file for file, old in zip(there, noted.old, strict=False) if Path(old).is_file()]
    with contextlib.suppress(OSError):
        for file in [*leftovers, *(_part(file) for file in there)]:
            file.unlink(missing_ok=True)
        journal.unlink(missing_ok=True)


def _move_one(
    store: Store, model: Model, old: Path, new: Path, *, journal: Path, cancel: Cancel
) -> Generator[int, None, None]:
    """Move one model; yield how many bytes were written or read back."""
    sources = [Path(os.path.realpath(file)) for file in files_of(Path(model.path))]
    if not all(old in source.parents for source in sources):
        raise KotonohaError(
            "model_scattered",
            "一部のファイルが別の場所にあるため、移せません。モデルは元の場所にあります。",
            "Some of its files lie elsewhere, so it cannot be moved. The model is where it was.",
        )
    targets = [new / source.relative_to(old) for source in sources]
    for target in targets:
        if os.path.lexists(target):
            raise KotonohaError(
                "move_target_taken",
                f"移す先に同じ名前のファイル（{target.name}）があります。どちらもそのままです。",
                f"There is a file of the same name ({target.name}) in the new place. Both are as they were.",
            )
    _write_whole(journal, msgspec.json.encode(_Journal(model.id, [*map(str, sources)], [*map(str, targets)])))
    done = 0
    for source, target in zip(sources, targets, strict=True):
        target.parent.mkdir(parents=True, exist_ok=True)
        if _link(source, _part(target)):
            done += 2 * source.stat().st_size
            yield done
            continue
        for size in _copy(source, _part(target), cancel):
            done += size
            yield done
    for target in targets:
        _part(target).rename(target)
        sync_folder(target.parent)
    store.models.relocate(model.id, targets[0])
    for source in sources:
        source.unlink()
    journal.unlink()


def _link(source: Path, part: Path) -> bool:
    """Give the file a second name where the new place is on the same drive, which moves nothing."""
    try:
        part.hardlink_to(source)
    except OSError:
        return False
    return True


def _copy(source: Path, part: Path, cancel: Cancel) -> Generator[int, None, None]:
    """Copy a file and read the copy back; raise ``OSError`` where it is not the same."""
    written, there = hashlib.sha256(), hashlib.sha256()
    with source.open("rb") as file, part.open("xb") as copy:
        while block := file.read(_BLOCK):
            cancel.raise_if_set()
            copy.write(block)
            written.update(block)
            yield len(block)
        copy.flush()
        os.fsync(copy.fileno())
        if hasattr(os, "posix_fadvise"):  # read it back from the disk, where the system can be asked to
            os.posix_fadvise(copy.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    with part.open("rb") as copy:
        while block := copy.read(_BLOCK):
            cancel.raise_if_set()
            there.update(block)
            yield len(block)
    if written.digest() != there.digest():
        raise OSError(errno.EIO, "the copy differs")
    shutil.copystat(source, part)


def _part(target: Path) -> Path:
    return target.with_name(f".{target.name}.moving")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _write_whole(path: Path, data: bytes) -> None:
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    sync_folder(path.parent)


def _require_room(old: Path, new: Path, size: int) -> None:
    """Raise ``disk_full`` where the models do not fit; on the same drive they take no more room."""
    try:
        lacks = old.stat().st_dev != new.stat().st_dev and shutil.disk_usage(new).free < size
    except OSError:
        return  # the copying will tell
    if lacks:
        raise _full()


def _full() -> KotonohaError:
    return KotonohaError(
        "disk_full",
        "移す先の空きが足りません。モデルは元の場所にあります。",
        "There is not enough room in the new place. The models are where they were.",
    )


def _explained(error: Exception, new: Path) -> KotonohaError:
    if isinstance(error, KotonohaError):
        return error
    assert isinstance(error, OSError)
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return _full()
    return _unusable(new, f"（{error.strerror}）", f"({error.strerror})")


def _unusable(folder: Path, why_ja: str, why_en: str) -> KotonohaError:
    return KotonohaError(
        "folder_unusable",
        f"「{folder}」には移せません。{why_ja}モデルは元の場所にあります。",
        f"The models cannot be moved to “{folder}”. {why_en} They are where they were.",
    )
