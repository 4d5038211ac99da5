"""The catalogue of models: read, checked as a whole, and asked under which terms a model may be used.

``resources/catalog.json`` comes with the application and needs no network. A later edition may have been kept
in the home folder (``catalog_update``); where that one is damaged, the built-in is used and that is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from desktop import paths
from desktop.errors import KotonohaError
from desktop.models.catalog_entries import Catalog, Commercial, Entry, Origin, Step
from desktop.models.file_sizes import BITS, computed, uncertainty
from desktop.store.text import line

FORMAT = 1  # of the file; a later one is not read
MOST_BYTES = 4 << 20  # of the file; 40 models take about 70,000
FILE_NAME = "catalog.json"
_STRICTNESS: Mapping[Commercial, int] = MappingProxyType({"yes": 0, "conditional": 1, "no": 2})


class Loaded(NamedTuple):
    """A catalogue, and why it is not the edition that was kept; None where nothing is wrong."""

    catalog: Catalog
    problem: KotonohaError | None = None


class Use(NamedTuple):
    """Under which terms a model may be used: the strictest of its licences, and its maker's own words."""

    commercial: Commercial
    conditions: tuple[str, ...]  # of commercial use, one sentence each, in the language in use
    verified: bool  # what each licence says, and that the model stands under it
    names: str  # "Llama 3.1 Community License + Gemma Terms of Use"


class Size(NamedTuple):
    """How large a model's file is."""

    quantization: str
    bytes: int
    computed: bool  # from the number of weights, not seen
    uncertainty: float  # by which share of itself it may be larger; 0 where it was seen


def load(folder: Path | None = None) -> Loaded:
    """Return the newest catalogue that is whole: the one kept in ``folder`` (home), or the built-in.

    Raises ``KotonohaError("catalog_damaged")`` only where the built-in itself is.
    """
    own = builtin()
    try:
        path = (folder or paths.home()) / FILE_NAME
        if not path.is_file():
            return Loaded(own)
        kept = read(path)
    except KotonohaError as error:
        return Loaded(own, error)
    except OSError as error:
        return Loaded(own, damaged(str(error)))
    return Loaded(kept if kept.revision > own.revision else own)


def builtin() -> Catalog:
    """Return the catalogue that comes with the application. Raises what ``read`` raises."""
    return read(paths.RESOURCES / FILE_NAME)


def read(path: Path) -> Catalog:
    """Read the catalogue at ``path``. Raises what ``decode`` raises, also where it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise damaged(str(error)) from error
    return decode(data)


def decode(data: bytes) -> Catalog:
    """Return the catalogue that ``data`` is: types, limits, and that all it names is there, are checked.

    Raises ``KotonohaError``: ``"catalog_damaged"``, or ``"catalog_newer"`` for a form of a later version.
    """
    if len(data) > MOST_BYTES:
        raise damaged(f"> {MOST_BYTES:,} bytes")
    try:
        if msgspec.json.decode(data, type=_Head).format > FORMAT:
            raise KotonohaError(
                "catalog_newer",
                "このモデル一覧は新しい版の言の葉のものです。今の一覧を使います。言の葉を更新すると読めます。",
                "This list of models is for a later version of Kotonoha. The present list is used; "
                "update Kotonoha to read the new one.",
            )
        catalog = msgspec.json.decode(data, type=Catalog)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise damaged(str(error)) from error
    problem = next(_problems(catalog), None)
    if problem is not None:
        raise damaged(problem)
    return catalog


def damaged(detail: str) -> KotonohaError:
    """Return the error for a file that is no catalogue; ``detail`` is technical and may quote it."""
    detail = line(detail, 300)
    return KotonohaError(
        "catalog_damaged",
        f"モデル一覧のファイルが正しくないため、付属の一覧を使います。（{detail}）",
        f"The file with the list of models is not right, so the list that comes along is used. ({detail})",
    )


def use(catalog: Catalog, entry: Entry) -> Use:
    """Return under which terms the model may be used."""
    licences = [catalog.licence(terms.licence) for terms in entry.terms]
    conditions = [licence.condition for licence in licences] + [entry.restriction]
    allowed = [licence.commercial for licence in licences]
    allowed += ["conditional"] if entry.restriction is not None else []
    return Use(
        max(allowed, key=_STRICTNESS.__getitem__),
        tuple(str(condition) for condition in conditions if condition is not None),
        all(licence.verified for licence in licences) and all(terms.verified for terms in entry.terms),
        " + ".join(licence.name for licence in licences),
    )


def sizes(entry: Entry) -> tuple[Size, ...]:
    """Return the size of the model in each quantization that is usually published, the smallest first."""
    known = {size.quantization: size.bytes for size in entry.sizes}
    total = entry.parameters.total
    found = [
        Size(name, known[name], computed=False, uncertainty=0.0)
        if name in known
        else Size(name, computed(total, name), computed=True, uncertainty=uncertainty(total, name))
        for name in dict.fromkeys((*entry.quantizations, *known))
    ]
    return tuple(sorted(found, key=lambda size: size.bytes))


class _Head(msgspec.Struct):
    format: int


def _problems(catalog: Catalog) -> Iterator[str]:
    """Yield what the types do not say: what is named must be there once, and texts must be what they seem."""
    keys = Counter(licence.id for licence in catalog.licences)
    yield from (f"licence {id} is there twice" for id, count in keys.items() if count > 1)
    keys = Counter(model.key for model in catalog.models)
    keys.update(origin.key for origin in catalog.origins)
    keys.update(other.key for other in catalog.unavailable)
    yield from (f"{key} is there twice" for key, count in keys.items() if count > 1)
    for licence in catalog.licences:
        if (licence.condition is not None) != (licence.commercial == "conditional"):
            yield f"condition of {licence.id}"
    yield from _wrong_lineages({**_lineages(catalog.origins), **_lineages(catalog.models)})
    licences = {licence.id for licence in catalog.licences}
    yield from (problem for entry in catalog.models for problem in _wrong(entry, licences))
    models = {entry.key for entry in catalog.models}
    yield from (
        f"nearest to {each.key}" for each in catalog.unavailable if not models.issuperset(each.nearest)
    )
    for text in _texts(msgspec.to_builtins(catalog)):
        if line(text, len(text)) != text:  # nothing that is not seen, or turns the text behind it round
            yield f"characters in {text[:40]!r}"


def _wrong(entry: Entry, licences: Set[str]) -> Iterator[str]:
    if not licences >= {terms.licence for terms in entry.terms}:
        yield f"licence of {entry.key}"
    if entry.parameters.active > entry.parameters.total:
        yield f"parameters of {entry.key}"
    if not BITS.keys() >= {*entry.quantizations, *(size.quantization for size in entry.sizes)}:
        yield f"quantization of {entry.key}"


def _lineages(models: Iterable[Origin | Entry]) -> dict[str, tuple[Step, ...]]:
    return {model.key: model.lineage for model in models}


def _wrong_lineages(lineages: Mapping[str, tuple[Step, ...]]) -> Iterator[str]:
    """Yield what is wrong: each step has an origin that is there, and nothing comes from itself."""
    for key, steps in lineages.items():
        for step in steps:
            if (step.kind == "from_scratch") == bool(step.origin) or (
                step.origin and step.origin not in lineages
            ):
                yield f"lineage of {key}"
    try:
        TopologicalSorter({key: {step.origin for step in steps} for key, steps in lineages.items()}).prepare()
    except CycleError as error:
        yield f"lineage of {error.args[1][0]} is a circle"


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)
