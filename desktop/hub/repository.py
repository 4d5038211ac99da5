"""The files of one repository, put together as people choose them: a quantization, with all its parts."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.hub import failures, names
from desktop.hub.answers import count
from desktop.hub.hub import Hub
from desktop.hub.quantizations import BEST, Quantization, quantization
from desktop.hub.search import Found, found_in
from desktop.jobs import Cancel
from desktop.network import Purpose
from desktop.store import DownloadFile

if TYPE_CHECKING:
    from huggingface_hub import ModelInfo

MOST_FILES = 5_000  # GGUF files that are looked at
_MOST_PARTS = 1_000
_SUFFIX = ".gguf"
_PART = re.compile(r"(.*)-([0-9]{5})-of-([0-9]{5})\Z", re.ASCII | re.DOTALL)
# Parts beside a model, by llama.cpp's own conventions for their names.
_MMPROJ = re.compile(r"(?<![a-z])mmproj(?![a-z])", re.IGNORECASE)
_IMATRIX = re.compile(r"(?<![a-z])imatrix\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Variant:
    """A model in one quantization: one file, or all parts of a split one, in their order."""

    name: str  # of its file, without part numbers and suffix
    quantization: Quantization
    files: tuple[DownloadFile, ...]
    is_whole: bool  # all parts are there

    @property
    def size_bytes(self) -> int:
        """The size of all files; 0 where the hub does not say it."""
        return sum(file.size_bytes for file in self.files)


@dataclass(frozen=True, slots=True)
class Repository:
    """What one repository has. ``variants`` are from small to large."""

    about: Found
    commit: str
    variants: tuple[Variant, ...]
    mmproj: tuple[DownloadFile, ...]  # what a model needs to see pictures: one of them beside a variant
    imatrix: tuple[DownloadFile, ...]  # made while quantizing; of no use for chatting
    is_cut: bool  # there are more files than are looked at

    @property
    def suggestion(self) -> Variant | None:
        """The usual choice: Q4_K_M, else the nearest to it that is not smaller, else the largest."""
        whole = [variant for variant in self.variants if variant.is_whole and variant.quantization.bits]
        best = [variant for variant in whole if variant.quantization.name == BEST]
        target = quantization(f".{BEST}").bits
        larger = [variant for variant in whole if variant.quantization.bits >= target]
        return next(iter(best or larger or whole[::-1]), None)

    def variant(self, name: str) -> Variant | None:
        """Return the variant of a quantization ("Q4_K_M"), or of a file's name, whatever its case."""
        wanted = name.casefold()
        for variant in self.variants:
            if wanted in (variant.quantization.name.casefold(), variant.name.casefold()):
                return variant
        return None


def look(hub: Hub, repository: str, cancel: Cancel) -> Repository:
    """Ask what a repository has. Raises like ``Hub.ask``; ``hub_name_unusable``."""
    names.require_repository(repository)
    answer = hub.ask(
        Purpose.DETAILS,
        repository,
        cancel,
        lambda api: api.model_info(repository, files_metadata=True, timeout=None),
    )
    about = found_in(answer)
    if about is None or about.repository.casefold() != repository.casefold():
        raise failures.odd("id")
    commit = answer.sha if isinstance(answer.sha, str) and re.fullmatch("[0-9a-f]{40}", answer.sha) else ""
    files, is_cut = _files(answer)
    mmproj = tuple(file for file in files if _MMPROJ.search(_stem(file.path)))
    imatrix = tuple(file for file in files if _IMATRIX.search(_stem(file.path)))
    beside = {file.path for file in (*mmproj, *imatrix)}
    variants = variants_of(file for file in files if file.path not in beside)
    return Repository(about, commit, variants, mmproj, imatrix, is_cut)


def variants_of(files: Iterable[DownloadFile]) -> tuple[Variant, ...]:
    """Return the models among the files, parts of split ones together, from small to large."""
    single: list[Variant] = []
    split: defaultdict[tuple[str, int], dict[int, DownloadFile]] = defaultdict(dict)
    for file in files:
        part = _PART.fullmatch(file.path[: -len(_SUFFIX)])
        if part is None:
            single.append(Variant(_stem(file.path), _quantization(file.path), (file,), is_whole=True))
        elif 0 < int(part[2]) <= int(part[3]) <= _MOST_PARTS:
            split[part[1], int(part[3])].setdefault(int(part[2]), file)
    for (path, parts), found in split.items():
        own = tuple(found[number] for number in sorted(found))
        name = path.rpartition("/")[2]
        single.append(Variant(name, _quantization(path + _SUFFIX), own, is_whole=len(own) == parts))
    return tuple(sorted(single, key=lambda variant: (variant.size_bytes, variant.name)))


def _files(answer: ModelInfo) -> tuple[list[DownloadFile], bool]:
    """Return the GGUF files whose names can be used, each once, though names differ only in case."""
    found: dict[str, DownloadFile] = {}
    for sibling in answer.siblings or ():
        path = sibling.rfilename
        if not names.is_path(path) or not path.lower().endswith(_SUFFIX):
            continue
        if len(found) >= MOST_FILES:
            return list(found.values()), True
        size = count(sibling.lfs.size if sibling.lfs is not None else sibling.size)
        found.setdefault(path.casefold(), DownloadFile(path, size))
    return list(found.values()), False


def _stem(path: str) -> str:
    return path.rpartition("/")[2][: -len(_SUFFIX)]


def _quantization(path: str) -> Quantization:
    """Return what the file's name says, or where it says nothing, its folder's."""
    folder, _, name = path.rpartition("/")
    found = quantization(name[: -len(_SUFFIX)])
    return found if found.name or not folder else quantization(folder.rpartition("/")[2])
