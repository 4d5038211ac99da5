"""How far blocks stand apart, and how far to the right they begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop.markdown.blocks import Block, Container
    from desktop.ui.transcript.look import Look

MAX_INDENTS = 8  # deeper nesting is not moved further to the right


def gap(before: Block | None, block: Block, look: Look) -> int:  # noqa: PLR0911 - a case a line
    """Return the space above ``block``."""
    if before is None or block.continues:
        return 0
    if block.kind == "heading":
        return look.px(16 if block.level <= 2 else 12)
    if before.kind == "heading":
        return look.px(5)
    if "rule" in (block.kind, before.kind):
        return look.px(14)
    if "code" in (block.kind, before.kind) or "table" in (block.kind, before.kind):
        return look.px(10)
    if block.kind == before.kind == "footnote":
        return look.px(4)
    begins_item = any(container.kind == "item" for container in block.path[block.first_in :])
    return look.px(4 if begins_item and any(c.kind == "item" for c in before.path) else 10)


def indent(path: tuple[Container, ...], depth: int, look: Look) -> int:
    """Return where the inside of the first ``depth`` containers begins."""
    width = 0.0
    for container in path[: min(depth, MAX_INDENTS)]:
        if container.kind == "quote":
            width += 16
        else:
            width += 24 + max(0, len(container.marker) - 2) * 8
    return look.px(width)
