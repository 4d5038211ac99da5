"""The form of the catalogue: frozen values, each field with its limits and what it means.

``resources/catalog.schema.json`` is made of this (``json_schema``), docs/catalog.md says it in words. A fact
says whether somebody has checked it (``verified``); summaries, ratings and uses are opinions.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta

from desktop.language import say

Commercial = Literal["yes", "conditional", "no"]
Kind = Literal["chat", "base", "embedding"]
Japanese = Literal["made_for", "supported", "little"]
StepKind = Literal["from_scratch", "continued", "distilled", "tuned", "merged"]
Purpose = Literal["talk", "write", "translate", "documents", "reason", "code"]
Thinks = Literal["no", "always", "optional"]

# Patterns are such that Python's and JavaScript's engines agree on them, without backtracking.
_Key: TypeAlias = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=100)]
_KeyOrNothing: TypeAlias = Annotated[str, Meta(pattern=r"^([a-z0-9][a-z0-9._-]*)?$", max_length=100)]
_Line: TypeAlias = Annotated[str, Meta(min_length=1, max_length=120)]
_Prose: TypeAlias = Annotated[str, Meta(min_length=1, max_length=600)]
_Address: TypeAlias = Annotated[str, Meta(pattern=r"^https://[!-~]+$", max_length=300)]
_PART = r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*"
_Repository: TypeAlias = Annotated[str, Meta(pattern=f"^{_PART}/{_PART}$", max_length=200)]
_Weights: TypeAlias = Annotated[int, Meta(ge=1_000, le=100_000_000_000_000)]
_Small: TypeAlias = Annotated[int, Meta(ge=1, le=1 << 20)]
_Quantization: TypeAlias = Annotated[str, Meta(pattern=r"^[A-Z0-9_]+$", max_length=20)]
_Verified: TypeAlias = Annotated[bool, Meta(description="Whether it was checked; else from memory.")]


class _Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Name(_Struct, frozen=True):
    """A name in both languages."""

    ja: _Line
    en: _Line

    def __str__(self) -> str:
        return say(self.ja, self.en)


class Words(_Struct, frozen=True):
    """One or a few sentences in both languages."""

    ja: _Prose
    en: _Prose

    def __str__(self) -> str:
        return say(self.ja, self.en)


class Licence(_Struct, frozen=True):
    """A licence by its own name."""

    id: _Key
    name: _Line
    address: Annotated[_Address, Meta(description="Where its text is published.")]
    commercial: Annotated[Commercial, Meta(description="Whether commercial use is allowed.")]
    verified: _Verified
    condition: Annotated[
        Words | None,
        Meta(description="Of commercial use, one sentence; if and only if conditional."),
    ] = None


class Terms(_Struct, frozen=True):
    """A licence that a model stands under."""

    licence: Annotated[_Key, Meta(description="The id of a licence.")]
    verified: _Verified
    inherited_from: Annotated[
        str,
        Meta(max_length=100, description='An origin, or what training data are from; "": its own.'),
    ] = ""
    file: Annotated[
        str,
        Meta(
            pattern=f"^({_PART})?$",
            max_length=100,
            description='The text of the terms in the original repository; "": see the licence\'s address.',
        ),
    ] = ""


class Step(_Struct, frozen=True):
    """How a model came to be: what was done, and to what."""

    kind: StepKind
    verified: _Verified
    origin: Annotated[
        _KeyOrNothing, Meta(description='The key of an origin or a model; "" if and only if from scratch.')
    ] = ""


_Lineage: TypeAlias = Annotated[tuple[Step, ...], Meta(max_length=8)]


class Origin(_Struct, frozen=True):
    """A model that is in the catalogue only because others came from it."""

    key: _Key
    name: _Line
    maker: Name
    lineage: _Lineage = ()


class Repository(_Struct, frozen=True):
    """A repository on the hub. Which files it has, and their hashes, the hub says: never the catalogue."""

    name: _Repository
    verified: _Verified


class Parameters(_Struct, frozen=True):
    """The number of weights."""

    total: _Weights
    active: Annotated[_Weights, Meta(description="With which a token is computed.")]
    verified: _Verified


class Shape(_Struct, frozen=True):
    """What decides the size of the KV cache and of the vocabulary."""

    layers: _Small
    width: Annotated[_Small, Meta(description="Of the embedding.")]
    heads: Annotated[_Small, Meta(description="Of keys and values.")]
    head_size: _Small
    vocabulary: Annotated[int, Meta(ge=1, le=1 << 22, description="Tokens.")]
    verified: _Verified
    cached_layers: Annotated[
        Annotated[int, Meta(ge=0, le=1 << 20)] | None,
        Meta(description="How many layers keep keys and values; null: all."),
    ] = None
    tied: Annotated[bool, Meta(description="The last step uses the weights of the embedding.")] = False


class Context(_Struct, frozen=True):
    """The context length that the model was trained for."""

    tokens: Annotated[int, Meta(ge=1, le=100_000_000)]
    verified: _Verified


class Template(_Struct, frozen=True):
    """The form of its prompts, by the name that it is known under. The file's own is what is used."""

    name: _Line
    verified: _Verified


class Thinking(_Struct, frozen=True):
    """Whether it thinks before it answers; optional: it can be told to or not."""

    does: Thinks
    verified: _Verified


class FileSize(_Struct, frozen=True):
    """The size of a file as it is published."""

    quantization: _Quantization
    bytes: Annotated[int, Meta(ge=1_000, le=1 << 50)]


class Entry(_Struct, frozen=True):
    """One model that people can have."""

    key: Annotated[_Key, Meta(description="Stays the same in all editions.")]
    name: _Line
    maker: Name
    repository: Annotated[Repository, Meta(description="The original one, not GGUF.")]
    kind: Kind
    summary: Annotated[Words, Meta(description="What it is good at, and what not.")]
    parameters: Parameters
    lineage: Annotated[_Lineage, Meta(min_length=1)]
    terms: Annotated[tuple[Terms, ...], Meta(min_length=1, max_length=8, description="They apply together.")]
    languages: Annotated[
        tuple[Annotated[str, Meta(pattern="^[a-z]{2,3}$")], ...],
        Meta(max_length=50, description="Those that matter here, the main one first (ISO 639)."),
    ]
    japanese: Japanese
    context: Annotated[Context | None, Meta(description="null: not known.")]
    template: Annotated[Template | None, Meta(description="null: not known, or there is none.")]
    thinking: Thinking
    gguf: Annotated[
        tuple[Repository, ...],
        Meta(max_length=20, description="With GGUF files, the best first."),
    ] = ()
    quantizations: Annotated[
        tuple[_Quantization, ...],
        Meta(min_length=1, max_length=20, description="Usually published."),
    ] = ("Q4_K_M", "Q5_K_M", "Q6_K", "Q8_0")
    sizes: Annotated[
        tuple[FileSize, ...], Meta(max_length=20, description="Where known; the others are computed.")
    ] = ()
    shape: Shape | None = None
    good_at: Annotated[tuple[Purpose, ...], Meta(max_length=6)] = ()
    rating: Annotated[
        int,
        Meta(
            ge=0,
            le=10,
            description="The editors' opinion of its Japanese, within its kind; 0: none.",
        ),
    ] = 0
    also_called: Annotated[
        tuple[_Line, ...], Meta(max_length=10, description="Readings and other names, to be found by.")
    ] = ()
    gated: Annotated[bool, Meta(description="Its terms must be accepted first.")] = False
    restriction: Annotated[
        Words | None, Meta(description="What its maker says of commercial use, besides the licences.")
    ] = None
    notes: Annotated[tuple[Words, ...], Meta(max_length=8, description="What to know first.")] = ()
    starter: Annotated[bool, Meta(description="It comes with the application.")] = False


class Unavailable(_Struct, frozen=True):
    """What people look for and cannot have here."""

    key: _Key
    name: _Line
    maker: Name
    reason: Words
    nearest: Annotated[tuple[_Key, ...], Meta(min_length=1, max_length=5, description="Keys of models.")]


class Catalog(_Struct, frozen=True):
    """Everything, in the order in which it is shown."""

    format: Annotated[Literal[1], Meta(description="Of the file; a later one is not read.")]
    revision: Annotated[int, Meta(ge=1, le=1 << 31, description="Grows with each edition.")]
    date: Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    licences: Annotated[tuple[Licence, ...], Meta(max_length=500)]
    origins: Annotated[tuple[Origin, ...], Meta(max_length=2_000)]
    models: Annotated[tuple[Entry, ...], Meta(min_length=1, max_length=5_000)]
    unavailable: Annotated[tuple[Unavailable, ...], Meta(max_length=200)] = ()

    def entry(self, key: str) -> Entry | None:
        """Return the model of that key."""
        return next((entry for entry in self.models if entry.key == key), None)

    def licence(self, id: str) -> Licence:
        """Return the licence, which a checked catalogue has for each of its models."""
        return next(licence for licence in self.licences if licence.id == id)


def json_schema() -> dict[str, Any]:
    """Return the catalogue's form as JSON Schema (2020-12), which ``resources/catalog.schema.json`` holds."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Kotonoha's catalogue of models",
        **msgspec.json.decode(msgspec.json.encode(msgspec.json.schema(Catalog))),  # lists for tuples
    }
