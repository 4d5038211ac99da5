"""The model card: what a repository's makers say of it, as Markdown that is still to be rendered safely."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.errors import KotonohaError
from desktop.hub.answers import without_unseen
from desktop.hub.hub import Hub
from desktop.jobs import Cancel

MOST_BYTES = 512 << 10
_FRONT_CHARACTERS = 64 << 10


@dataclass(frozen=True, slots=True)
class Card:
    """``front_matter`` is the YAML before the text, unread; ``is_cut``: the text goes on at the hub."""

    markdown: str
    front_matter: str
    is_cut: bool


def card(hub: Hub, repository: str, cancel: Cancel) -> Card:
    """Fetch the card; an empty one where the repository has none. Raises like ``Hub.ask``."""
    try:
        content, is_cut = hub.beginning(repository, "main", "README.md", MOST_BYTES, cancel)
    except KotonohaError as error:
        if error.code == "hub_file_missing":
            return Card("", "", is_cut=False)
        raise
    return parted(content.decode("utf-8-sig", "replace"), is_cut=is_cut)


def parted(text: str, *, is_cut: bool = False) -> Card:
    """Split off the front matter: what stands between two lines of three hyphens at the very beginning."""
    text = without_unseen(text)
    head, _, rest = text[:_FRONT_CHARACTERS].partition("\n")
    if head.rstrip() != "---":
        return Card(text.strip(), "", is_cut)
    lines = rest.split("\n")
    for at, line in enumerate(lines):
        if line.rstrip() == "---":
            front = "\n".join(lines[:at])
            behind = len(head) + 1 + len(front) + (1 if at else 0) + len(line)
            return Card(text[behind:].strip(), front, is_cut)
    return Card(text.strip(), "", is_cut)
