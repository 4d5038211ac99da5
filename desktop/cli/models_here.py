"""What models of the hub come to on this machine: judged by what is known of them before they are fetched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from types import MappingProxyType

from desktop.engine.client import Engine
from desktop.errors import KotonohaError
from desktop.hub.repository import Repository, Variant
from desktop.hub.search import Found
from desktop.jobs import Cancel
from desktop.language import say
from desktop.models.catalog import Size, load
from desktop.models.catalog_entries import (
    Catalog,
    Context,
    Entry,
    Name,
    Parameters,
    Thinking,
    Words,
)
from desktop.models.catalog_entries import Repository as Published
from desktop.models.file_sizes import BITS, computed, uncertainty
from desktop.models.fits import Fit, Verdict, fit, this_machine
from desktop.models.outlook import list_devices
from desktop.models.speed import Machine
from desktop.store import Store

USUAL = ("Q4_K_M", "Q6_K", "Q8_0")  # told of a model whose files are not known
_RANK: Mapping[Verdict, int] = MappingProxyType({"no": 0, "slow": 1, "tight": 2, "well": 3})
_FEWEST, _MOST = 1_000_000, 1 << 46  # weights that a model can have
_UNKNOWN_BITS = 4.9  # a weight, where a file's name says nothing


def machine(store: Store, cancel: Cancel) -> Machine:
    """Ask the engine for the devices, and measure the machine the first time. Raises ``KotonohaError``."""
    with closing(Engine()) as engine:
        return this_machine(store, list_devices(engine, cancel))


def machine_or_none(store: Store, cancel: Cancel) -> Machine | None:
    """Return the machine; None where the engine cannot say, and one does without."""
    try:
        return machine(store, cancel)
    except KotonohaError:
        return None


def known_models() -> Mapping[str, Entry]:
    """Return the models of the catalogue by the repositories of their files; none if it is damaged."""
    try:
        catalog: Catalog = load().catalog
    except KotonohaError:
        return {}
    return {each.name.casefold(): entry for entry in catalog.models for each in entry.gguf}


def fits_of(about: Found, known: Mapping[str, Entry], here: Machine) -> tuple[tuple[Size, Fit], ...]:
    """Return the usual quantizations of a model whose files are not known, and how each would fit."""
    entry = known.get(about.repository.casefold()) or _entry(about, about.parameters)
    if entry is None:
        return ()
    total = entry.parameters.total
    sizes = [Size(name, computed(total, name), True, uncertainty(total, name)) for name in USUAL]
    return tuple((size, fit(entry, size, here)) for size in sizes)


def fit_of(about: Found, variant: Variant, known: Mapping[str, Entry], here: Machine) -> Fit | None:
    """Return how a model of the hub would fit; None where the hub does not say how large it is."""
    if not variant.size_bytes:
        return None
    bits = variant.quantization.bits or _UNKNOWN_BITS
    # What a hub says of the number of weights may be that of another file.
    entry = known.get(about.repository.casefold()) or _entry(about, int(variant.size_bytes * 8 / bits))
    if entry is None:
        return None
    nearest = min(BITS, key=lambda name: abs(BITS[name] - bits))
    name = variant.quantization.name if variant.quantization.name in BITS else nearest
    return fit(entry, Size(name, variant.size_bytes, computed=False, uncertainty=0.0), here)


def choose(
    found: Repository, known: Mapping[str, Entry], here: Machine | None
) -> tuple[list[Variant], Fit | None]:
    """Return the quantization to have here, or several where nothing decides between them; and how it fits.

    The usual one (``Repository.suggestion``) where none fits better, else the largest of those that fit best.
    Raises ``KotonohaError``: ``"repository_without_models"``, ``"model_too_large"``.
    """
    whole = [variant for variant in found.variants if variant.is_whole]
    if not whole:
        raise KotonohaError(
            "repository_without_models",
            f"{found.about.repository} には、使えるGGUFモデルのファイルがありません。",
            f"{found.about.repository} has no usable GGUF model file.",
        )
    usual = found.suggestion
    if usual is None:
        return whole, None
    judged = [] if here is None else _judged(found.about, whole, known, here)
    if not judged:
        return same_as(usual, whole), None
    best = max(_RANK[fit.verdict] for _, fit in judged)
    if best == 0:
        variant, fitting = judged[0]
        raise KotonohaError(
            "model_too_large",
            f"このPCに向くものがありません。{variant.quantization.name}: {fitting.sentence()}"
            "それでも入手するときは、名前のあとに「:量子化」を付けてください。",
            f"Nothing in it suits this machine. {variant.quantization.name}: {fitting.sentence()} To fetch "
            "it nevertheless, put “:QUANT” behind the name.",
        )
    fitting_best = [(variant, fit) for variant, fit in judged if _RANK[fit.verdict] == best]
    variant, fitting = next(
        ((variant, fit) for variant, fit in fitting_best if variant == usual), fitting_best[-1]
    )
    return same_as(variant, whole), fitting


def same_as(variant: Variant, variants: Sequence[Variant]) -> list[Variant]:
    """Return all that are of the same quantization."""
    return [each for each in variants if each.quantization.name == variant.quantization.name]


def verdict_words(verdict: Verdict) -> str:
    """Return the verdict as the window says it."""
    return {
        "well": say("快適", "comfortable"),
        "tight": say("ぎりぎり", "tight"),
        "slow": say("重い", "slow"),
        "no": say("動かない", "does not run"),
    }[verdict]


def _judged(
    about: Found, variants: Sequence[Variant], known: Mapping[str, Entry], here: Machine
) -> list[tuple[Variant, Fit]]:
    """Return how those whose quantization is known fit, from small to large; what loses less is larger."""
    judged = []
    for variant in variants:
        fitting = fit_of(about, variant, known, here) if variant.quantization.bits else None
        if fitting is not None:
            judged.append((variant, fitting))
    return judged


def _entry(about: Found, parameters: int) -> Entry | None:
    """Return what the catalogue would say of a model that it does not know, as far as ``fit`` reads it."""
    if not _FEWEST <= parameters <= _MOST:
        return None
    words, name = Words("-", "-"), Name("-", "-")
    tokens = about.context_length
    return Entry(
        key="-",
        name=about.repository,
        maker=name,
        repository=Published(about.repository, verified=False),
        kind="chat",
        summary=words,
        parameters=Parameters(parameters, parameters, verified=False),
        lineage=(),
        terms=(),
        languages=(),
        japanese="supported",
        context=Context(tokens, verified=False) if 0 < tokens <= 100_000_000 else None,
        template=None,
        thinking=Thinking("no", verified=False),
    )
