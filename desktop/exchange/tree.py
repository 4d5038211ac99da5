"""From a stranger's tree of messages to one of ours, where questions and answers alternate.

Tools, thoughts and hidden messages stand between the two elsewhere. Here they become one message with the
answer that they belong to, in every branch; a message that is left out hands its children to its parent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from desktop.errors import KotonohaError
from desktop.exchange.shapes import digest, joined, string
from desktop.store.records import AttachmentRecord, MessageRecord

Role = Literal["user", "assistant"]

_ROLES: dict[str, Role] = {"user": "user", "human": "user", "assistant": "assistant"}
MOST_CHARACTERS = 128 << 20  # of one chat; a text is repeated where branches begin within a merged message


@dataclass(frozen=True)
class Node:
    """One message of a stranger; ``role`` None is left out."""

    key: str
    parent: str  # "": none
    role: Role | None
    text: str = ""
    created: float | None = None
    model_name: str = ""
    thinking: str = ""
    attachments: tuple[AttachmentRecord, ...] = ()


@dataclass
class _Run:
    """A node at the end of a run of one role, the runs of which become one message."""

    node: Node
    created: float
    before: _Run | None = None  # of the same role
    above: _Run | None = None  # the run of the other role that this one answers
    kept: bool = False
    goes_on: bool = field(default=False)


def role_of(name: object) -> Role | None:
    """Return the role of that name; None of one whose messages are left out, such as the system's."""
    return _ROLES.get(string(name))


def messages_of(
    nodes: Iterable[Node], leaf: str, when: float
) -> tuple[tuple[MessageRecord, ...], str | None]:
    """Return the messages, oldest first, and the key of the one that ``leaf`` became.

    ``when`` (Unix seconds) stands for times that are not known. Nodes that hang on themselves are opened at
    the first of them, and other nodes of the same key get one of their own: nothing is lost. Raises
    ``KotonohaError("chat_too_large")``.
    """
    by_key, renamed = _named(nodes)
    children: dict[str, list[Node]] = {}
    for node in by_key.values():
        children.setdefault(node.parent if node.parent in by_key else "", []).append(node)
    runs: dict[str, _Run | None] = {}
    ends: list[_Run] = []
    for root in [*children.get("", ()), *by_key.values()]:  # the latter: of circles, which have none
        waiting: list[tuple[Node, _Run | None]] = [(root, None)]
        while waiting:
            node, above = waiting.pop()
            if node.key in runs:
                continue
            run = _run(node, above, when)
            runs[node.key] = run
            if run is not None and run is not above:
                ends.append(run)
            waiting += [(child, run) for child in reversed(children.get(node.key, ()))]
    shown = runs.get(renamed.get(leaf, leaf))
    if shown is not None:
        shown.kept = True
    kept = [run for run in ends if run.kept or not run.goes_on]
    kept.sort(key=lambda run: run.created)
    return _records(kept), None if shown is None else shown.node.key


def _named(nodes: Iterable[Node]) -> tuple[dict[str, Node], dict[str, str]]:
    """Return the nodes by keys that differ, and the latest such key of each that several had.

    What follows a node names the one before it, so a key means the latest that had it.
    """
    by_key: dict[str, Node] = {}
    renamed: dict[str, str] = {}
    for node in nodes:
        parent = renamed.get(node.parent, node.parent)
        key = node.key
        other = by_key.get(key)
        if other is not None and _says(other) != _says(node):
            key = f"{node.key}-{digest(*_says(node))}"
            renamed[node.key] = key
        if key != node.key or parent != node.parent:
            node = replace(node, key=key, parent=parent)  # noqa: PLW2901
        by_key.setdefault(key, node)
    return by_key, renamed


def _says(node: Node) -> tuple[str, ...]:
    return (node.role or "", node.text, node.thinking, *(each.sha256 for each in node.attachments))


def chain(messages: Iterable[Node]) -> list[Node]:
    """Return messages without ids, one below the other, each named by all that led to it."""
    nodes: list[Node] = []
    above = ""
    for message in messages:
        key = digest(above, message.role or "", message.text)
        nodes.append(
            Node(
                key, above, message.role, message.text, message.created, message.model_name, message.thinking
            )
        )
        above = key
    return nodes


def _run(node: Node, above: _Run | None, when: float) -> _Run | None:
    if node.role is None or not (node.text.strip() or node.thinking.strip() or node.attachments):
        return above
    created = node.created or (when if above is None else above.created)
    if above is not None and above.node.role == node.role:
        above.goes_on = True
        return _Run(node, above.created, above, above.above)
    if above is not None:
        above.kept = True
    return _Run(node, created, None, above)


def _records(runs: Sequence[_Run]) -> tuple[MessageRecord, ...]:
    records: list[MessageRecord] = []
    room = MOST_CHARACTERS
    for run in runs:
        parts: list[Node] = []
        part: _Run | None = run
        while part is not None:
            parts.append(part.node)
            room -= len(part.node.text) + len(part.node.thinking) + 100
            room -= sum(len(file.text) for file in part.node.attachments)
            if room < 0:
                raise too_large()
            part = part.before
        parts.reverse()
        assert run.node.role is not None
        records.append(
            MessageRecord(
                key=run.node.key,
                role=run.node.role,
                text=joined(each.text for each in parts),
                created=run.created,
                parent=None if run.above is None else run.above.node.key,
                model_name=next((each.model_name for each in reversed(parts) if each.model_name), ""),
                thinking=joined(each.thinking for each in parts),
                attachments=tuple(file for each in parts for file in each.attachments),
            )
        )
    return tuple(records)


def too_large() -> KotonohaError:
    """Return the refusal of a chat above the limits."""
    return KotonohaError(
        "chat_too_large",
        "この対話は大きすぎるため、取り込めません。",
        "This chat is too large to be imported.",
    )
