"""Searching a hub for models in the GGUF format. Every field of what it answers may be anything."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal

from desktop.hub import names
from desktop.hub.answers import count, field, moment, tagged, tags, text
from desktop.hub.hub import Hub
from desktop.jobs import Cancel
from desktop.network import Purpose

if TYPE_CHECKING:
    from huggingface_hub import ModelInfo

Sort = Literal["downloads", "likes", "last_modified", "trending_score", "created_at"]
MOST_FOUND = 500
_LONGEST_WORDS = 200  # characters
_EXPAND = ["author", "downloads", "likes", "lastModified", "gated", "tags", "gguf"]


@dataclass(frozen=True, slots=True)
class Found:
    """One repository as a list shows it. Numbers are 0, texts "" where the hub does not say."""

    repository: str
    downloads: int  # of the last 30 days
    likes: int
    updated: float | None  # Unix seconds
    licence: str  # the hub's short name: "apache-2.0"
    gated: bool  # conditions are to be accepted at the hub first
    parameters: int
    architecture: str
    context_length: int  # tokens
    base_models: tuple[str, ...]
    tags: tuple[str, ...]

    @property
    def is_japanese(self) -> bool:
        """Whether its makers say that it is for Japanese."""
        return "ja" in self.tags


def search(
    hub: Hub,
    words: str,
    cancel: Cancel,
    *,
    sort: Sort = "downloads",
    japanese: bool = False,
    licence: str = "",
    most_parameters: int = 0,
    limit: int = 100,
) -> list[Found]:
    """Return at most ``limit`` repositories with GGUF files, the first by ``sort`` first.

    ``most_parameters`` leaves out those that are known to have more; 0 is no bound. Raises like ``Hub.ask``.
    """
    filters = ["gguf"] + ["ja"] * japanese + ([f"license:{text(licence, 60)}"] if licence else [])
    limit = max(1, min(limit, MOST_FOUND))
    answers = hub.ask(
        Purpose.SEARCH,
        "",
        cancel,
        lambda api: list(
            islice(
                api.list_models(
                    search=text(words, _LONGEST_WORDS) or None,
                    filter=filters,
                    sort=sort,
                    limit=limit,
                    expand=list(_EXPAND),  # type: ignore[arg-type]
                ),
                limit,
            )
        ),
    )
    found: dict[str, Found] = {}
    for answer in answers:
        one = found_in(answer)
        if one is not None and not (0 < most_parameters < one.parameters):
            found.setdefault(one.repository.casefold(), one)
    return list(found.values())


def found_in(answer: ModelInfo) -> Found | None:
    """Return what a hub says of one repository; None where its name cannot be used."""
    if not names.is_repository(answer.id):
        return None
    known = tags(answer.tags)
    return Found(
        repository=answer.id,
        downloads=count(answer.downloads),
        likes=count(answer.likes),
        updated=moment(answer.last_modified),
        licence=tagged(known, "license"),
        gated=answer.gated not in (None, False),
        parameters=count(field(answer.gguf, "total")),
        architecture=text(field(answer.gguf, "architecture"), 60),
        context_length=count(field(answer.gguf, "context_length")),
        base_models=tuple(
            tag.rpartition(":")[2] for tag in known if tag.startswith("base_model:") and tag.count(":") == 1
        ),
        tags=known,
    )
