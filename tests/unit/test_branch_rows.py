"""The rows of the map of a chat, drawn here as text."""

from __future__ import annotations

from desktop.store import Node
from desktop.ui.branches.branch_rows import rows_of


def node(id: int, parent: int | None) -> Node:
    return Node(id, parent, "user", str(id), "done", 0.0, None, "")


def drawn(parents: dict[int, int | None], shown: list[int]) -> list[str]:
    """Return each row as its lanes ("|" others, "o" or "*" its own), the number, and "<" where it begins."""
    lines = []
    for row in rows_of([node(id, parent) for id, parent in parents.items()], shown):
        lanes = [" "] * (max([row.lane, *(lane for lane, _ in row.through)]) + 1)
        for lane, is_shown in row.through:
            lanes[lane] = "!" if is_shown else "|"
        lanes[row.lane] = "*" if row.shown else "o"
        mark = "" if row.begins is None else f" <{row.begins}"
        lines.append("".join(lanes) + f" {row.node.id}{mark}" + ("" if row.goes_on else " ."))
    return lines


def test_a_chat_without_branches_is_one_line() -> None:
    assert drawn({1: None, 2: 1, 3: 2}, [1, 2, 3]) == ["* 1", "* 2", "* 3 ."]


def test_other_versions_stand_beside_the_shown_one() -> None:
    parents = {1: None, 2: 1, 3: 2, 4: 1, 5: 3, 6: 2}
    assert drawn(parents, [1, 2, 3, 5]) == ["* 1", "!o 4 <0 .", "* 2", "!o 6 <0 .", "* 3", "* 5 ."]
    assert drawn(parents, [1, 4]) == ["* 1", "!o 2 <0", "!|o 3 <1", "!|o 5 .", "!o 6 .", "* 4 ."]


def test_other_beginnings_come_from_nowhere() -> None:
    assert drawn({1: None, 2: 1, 3: None, 4: 3}, [3, 4]) == [" o 1", " o 2 .", "* 3", "* 4 ."]


def test_nothing_is_lost_in_a_deep_or_broken_chat() -> None:
    deep: dict[int, int | None] = {number: number - 1 or None for number in range(1, 5001)}
    assert len(drawn(deep, list(deep))) == 5000
    assert len(drawn({5: 4, 6: 5, 7: 99}, [])) == 3
    assert drawn({}, []) == []
