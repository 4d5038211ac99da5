"""The map of a chat as rows: each message in a lane, its branch straight down, others beside it. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from desktop.store import Node

_Through = tuple[tuple[int, bool], ...]


@dataclass(frozen=True)
class MapRow:
    """One message on the map.

    ``through`` are the lanes, other than its own, whose lines pass this row, and whether each is of the
    branch that is shown. ``begins`` is the lane that its line comes from where it is the first of a branch
    beside another; None where it comes from above.
    """

    node: Node
    lane: int
    through: _Through
    begins: int | None
    goes_on: bool  # another message of the same lane follows
    shown: bool  # it is on the branch that is shown


def rows_of(nodes: Sequence[Node], shown: Iterable[int]) -> list[MapRow]:
    """Return the rows from top to bottom: what is shown goes straight on, other versions stand before it.

    ``nodes`` have parents before children; ``shown`` are the ids of the shown branch. A node whose parent is
    not among them is a beginning.
    """
    path = set(shown)
    known = {node.id for node in nodes}
    children: dict[int | None, list[Node]] = {}
    for node in nodes:
        children.setdefault(node.parent_id if node.parent_id in known else None, []).append(node)

    rows: list[MapRow] = []
    # What is still to be drawn: the node, its lane, the lanes that pass, where its line comes from.
    waiting: list[tuple[Node, int, _Through, int | None]] = []

    def push(below: list[Node], lane: int, through: _Through, *, first: bool) -> None:
        if not below:
            return
        main = next((node for node in below if node.id in path), below[-1])
        others = [node for node in below if node is not main]
        waiting.append((main, lane, through, None))
        for other in reversed(others):
            passing = through if first else (*through, (lane, main.id in path))
            waiting.append((other, lane + 1, passing, None if first else lane))

    push(children.get(None, []), 0, (), first=True)
    while waiting:
        node, lane, through, begins = waiting.pop()
        below = children.get(node.id, [])
        rows.append(MapRow(node, lane, through, begins, bool(below), node.id in path))
        push(below, lane, through, first=False)
    return rows
