"""What the pages of the catalogue need to know besides the catalogue: how models fit here, which are here.

No Qt. Made in a job, read by the window.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from desktop.jobs import Cancel
from desktop.models.catalog import Size, sizes
from desktop.models.catalog_entries import Catalog, Entry
from desktop.models.fits import Verdict
from desktop.models.recommend import Judged, Wishes, recommend, survey
from desktop.models.speed import Machine
from desktop.store import Model

_RANK: Mapping[Verdict, int] = MappingProxyType({"well": 3, "tight": 2, "slow": 1, "no": 0})
_USUAL = "Q4_K_M"
# Where the model's own name ends in the name of a file: "-Q4_K_M", ".i1-IQ3_XS", "-f16" …
_QUANTIZED = re.compile(r"[-._ ](?:ud-|i1-|imat-)?(?:i?q\d|tq\d|b?f16|f32|mxfp4|nvfp4)", re.IGNORECASE)
_GGUF = re.compile(r"[-._ ]gguf$", re.IGNORECASE)
_NOT_NAMED = re.compile(r"[^a-z0-9]+")
_SHORTEST_NAME = 6  # characters, folded; a shorter one says too little


class Survey(NamedTuple):
    """How each model of the catalogue fits on this machine, by its key."""

    machine: Machine
    all: Mapping[str, tuple[Judged, ...]]  # the smallest first; of what is too large, only that
    best: Mapping[str, Judged]  # in the quantization to have here


def survey_all(catalog: Catalog, machine: Machine, cancel: Cancel) -> Survey:
    """Judge every model once. About a millisecond each; raises ``Cancelled``."""
    found: dict[str, list[Judged]] = {}
    for judged in survey(catalog, machine, cancel):
        found.setdefault(judged.entry.key, []).append(judged)
    every = [judged for each in found.values() for judged in each]
    wanted = {
        each.entry.key: Judged(each.entry, each.size, each.fit)
        for each in recommend(catalog, every, Wishes(), most=len(catalog.models))
    }
    return Survey(
        machine,
        {key: tuple(each) for key, each in found.items()},
        {key: wanted.get(key) or _best(each) for key, each in found.items()},
    )


def usual_size(entry: Entry) -> Size:
    """Return the size to show while it is not known which is best here."""
    found = sizes(entry)
    return next((size for size in found if size.quantization == _USUAL), found[0])


def installed(catalog: Catalog, models: Sequence[Model]) -> dict[str, Model]:
    """Return which models of the catalogue are here, by their keys; of several, the one used last.

    They are told by the repository that a file came from, the size that a published file is known to have,
    and its name without the quantization.
    """
    here: dict[str | int, Model] = {}
    for model in sorted(models, key=lambda each: each.used or 0.0):
        here |= dict.fromkeys(_marks(model), model)
    found = {}
    for entry in catalog.models:
        marks = [here[mark] for mark in _entry_marks(entry) if mark in here]
        if marks:
            found[entry.key] = max(marks, key=lambda each: each.used or 0.0)
    return found


def beginning(text: str, least: int = 24) -> str:
    """Return the first sentences of a text in either language, until they have ``least`` characters."""
    ends = (end.end() for end in re.finditer(r"。|\.(?= [A-Z])", text))
    return text[: next((end for end in ends if end >= least), len(text))]


def _best(judged: Iterable[Judged]) -> Judged:
    """Return the largest of those that fit best."""
    return max(judged, key=lambda each: (_RANK[each.fit.verdict], each.size.bytes))


def _marks(model: Model) -> set[str | int]:
    marks: set[str | int] = {model.size_bytes, model.source.casefold()}
    names = {_folded(Path(model.path).stem)}
    if not model.named:  # what a person calls it says nothing
        names.add(_folded(model.name))
    return (marks | {name for name in names if len(name) >= _SHORTEST_NAME}) - {"", 0}


def _entry_marks(entry: Entry) -> set[str | int]:
    repositories = [entry.repository.name, *(each.name for each in entry.gguf)]
    names = [entry.name, entry.key, *(name.rpartition("/")[2] for name in repositories)]
    return {
        *(name.casefold() for name in repositories),
        *(_folded(name) for name in names),
        *(size.bytes for size in entry.sizes),
    }


def _folded(name: str) -> str:
    """Return the name of a model as its makers, and those who convert it, all write it."""
    name = _QUANTIZED.split(_GGUF.sub("", name), maxsplit=1)[0]
    return _NOT_NAMED.sub("", name.casefold())
