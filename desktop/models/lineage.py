"""Where a model comes from and what came from it, as the rows of a small tree. No Qt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeAlias

from desktop.models.catalog_entries import Catalog, Entry, Origin, Step

Nodes: TypeAlias = "Mapping[str, Origin | Entry]"


class Row(NamedTuple):
    """One line of the tree."""

    key: str
    name: str
    depth: int  # 0: nothing is known to be before it
    steps: tuple[Step, ...]  # how it came to be from the row above it that has a depth of one less
    here: bool  # the model that was asked for
    entry: bool  # it can be had: it is a model of the catalogue
    repeated: bool = False  # what comes from it stands below an earlier row of the same key


def tree(catalog: Catalog, key: str) -> tuple[Row, ...]:
    """Return what the model comes from, the model, and what came from it, each below its origin.

    A model with several origins stands below each; what follows it, once. () for an unknown key.
    """
    nodes = nodes_of(catalog)
    if key not in nodes:
        return ()
    children: dict[str, list[str]] = {}
    for node in nodes.values():
        for origin in dict.fromkeys(step.origin for step in node.lineage if step.origin):
            children.setdefault(origin, []).append(node.key)
    before = ancestors(nodes, key)
    shown = before | _descendants(key, children)
    roots = [each for each in nodes if each in before and not any(s.origin for s in nodes[each].lineage)]
    return tuple(_rows(nodes, children, roots, shown, key))


def nodes_of(catalog: Catalog) -> Nodes:
    """Return every model of the catalogue by its key, those that only others came from included."""
    nodes: dict[str, Origin | Entry] = {origin.key: origin for origin in catalog.origins}
    return nodes | {entry.key: entry for entry in catalog.models}


def ancestors(nodes: Nodes, key: str) -> set[str]:
    """Return the keys of what the model comes from, and its own."""
    found, left = {key}, [key]
    while left:
        new = {step.origin for step in nodes[left.pop()].lineage if step.origin} - found
        found |= new
        left += new
    return found


def _rows(
    nodes: Nodes,
    children: dict[str, list[str]],
    roots: list[str],
    shown: set[str],
    here: str,
) -> Iterator[Row]:
    left = [(root, "", 0) for root in reversed(roots)]
    done: set[str] = set()
    while left:
        key, above, depth = left.pop()
        node = nodes[key]
        steps = tuple(step for step in node.lineage if step.origin == above)
        repeated = key in done
        yield Row(key, node.name, depth, steps, key == here, isinstance(node, Entry), repeated)
        if not repeated:
            done.add(key)
            below = [child for child in children.get(key, ()) if child in shown]
            left += [(child, key, depth + 1) for child in reversed(below)]


def _descendants(key: str, children: dict[str, list[str]]) -> set[str]:
    found, left = {key}, [key]
    while left:
        new = set(children.get(left.pop(), ())) - found
        found |= new
        left += new
    return found
