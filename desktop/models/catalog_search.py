"""Finding models in the catalogue by words and by what they must be. No Qt, nothing is read from disk."""

from __future__ import annotations

from typing import NamedTuple

from desktop.models.catalog import Use, sizes, use
from desktop.models.catalog_entries import Catalog, Commercial, Entry, Kind
from desktop.models.lineage import Nodes, ancestors, nodes_of
from desktop.store.folding import folded

_MOST_CHARACTERS, _MOST_WORDS = 200, 10  # of what is typed
_KIND_WORDS = {
    "chat": "会話 チャット chat",
    "base": "基盤 ベース base",
    "embedding": "埋め込み 検索 embedding",
}


class Filters(NamedTuple):
    """What a model must be; None: it does not matter."""

    kind: Kind | None = None
    made_for_japanese: bool | None = None
    commercial: Commercial | None = None  # at least: "conditional" also finds "yes"
    licence: str | None = None  # the id of one of its licences
    thinking: bool | None = None  # whether it can think
    most_parameters: int | None = None
    most_bytes: int | None = None  # of its smallest usual file


class Search:
    """A catalogue made ready to be searched as one types: each text is folded once."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._uses = {entry.key: use(catalog, entry) for entry in catalog.models}
        self._names = {
            entry.key: folded(" ".join((entry.name, entry.key, *entry.also_called)))
            for entry in catalog.models
        }
        nodes = nodes_of(catalog)
        self._texts = {
            entry.key: folded(_text(entry, self._uses[entry.key], nodes)) for entry in catalog.models
        }

    def find(self, words: str = "", filters: Filters = Filters()) -> tuple[Entry, ...]:  # noqa: B008
        """Return the models that have all the words, whatever their width, kana and case; see ``folded``.

        Those that have them in their name come first; the order is else the catalogue's.
        """
        wanted = folded(words[:_MOST_CHARACTERS]).split()[:_MOST_WORDS]
        found = [
            entry
            for entry in self.catalog.models
            if self._passes(entry, filters) and all(word in self._texts[entry.key] for word in wanted)
        ]
        return tuple(
            sorted(found, key=lambda entry: not all(word in self._names[entry.key] for word in wanted))
        )

    def _passes(self, entry: Entry, filters: Filters) -> bool:
        return all(
            wanted is None or fits
            for wanted, fits in (
                (filters.kind, entry.kind == filters.kind),
                (filters.made_for_japanese, (entry.japanese == "made_for") == filters.made_for_japanese),
                (filters.commercial, _allows(self._uses[entry.key], filters.commercial)),
                (filters.licence, filters.licence in {terms.licence for terms in entry.terms}),
                (filters.thinking, (entry.thinking.does != "no") == filters.thinking),
                (filters.most_parameters, entry.parameters.total <= (filters.most_parameters or 0)),
                (filters.most_bytes, sizes(entry)[0].bytes <= (filters.most_bytes or 0)),
            )
        )


def _allows(terms: Use, wanted: Commercial | None) -> bool:
    return {
        "yes": terms.commercial == "yes",
        "conditional": terms.commercial != "no",
        "no": True,
    }[wanted or "no"]


def _text(entry: Entry, terms: Use, nodes: Nodes) -> str:
    """Return all that can be searched of a model, in both languages, with what it comes from."""
    return "\n".join(
        (
            *(entry.key, entry.repository.name, entry.maker.ja, entry.maker.en, _KIND_WORDS[entry.kind]),
            *(entry.summary.ja, entry.summary.en, terms.names, *entry.also_called),
            *(repository.name for repository in entry.gguf),
            *(nodes[key].name for key in sorted(ancestors(nodes, entry.key))),
        )
    )
