"""The shown branch as plain text for people: without the signs of Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.exchange.words import heading, title_of
from desktop.markdown.blocks import Block, parse, plain
from desktop.markdown.copied import OPENED, markers
from desktop.markdown.inline import Span
from desktop.moments import moment
from desktop.store.records import ChatRecord, shown


def write(record: ChatRecord) -> str:
    """Return the title and the messages, each below its speaker; thoughts are left out."""
    when = moment(record.created)
    parts = [title_of(record), *([when] if when else []), ""]
    for message in shown(record):
        if message.text.strip():
            blocks = plain(message.text) if message.role == "user" else parse(message.text)
            parts += [f"■ {heading(message)}", readable(blocks).strip("\n"), ""]
    return "\n".join(parts)


def readable(blocks: Sequence[Block]) -> str:
    """Return the text: markers of lists, ruby and addresses in brackets, tables with tabs."""
    parts: list[str] = []
    before: Block | None = None
    for block in blocks:
        text = _placed(block)
        if before is not None:
            parts.append(_between(before, block))
        parts.append(text)
        before = block
    return "".join(parts)


def _placed(block: Block) -> str:
    """Return a block below the text of its item, or behind the mark of its quote."""
    marker = markers(block)
    items = [container for container in block.path if container.kind == "item"]
    inset = " " * (2 * len(items) - 1 + len(items[-1].marker)) if items else ""
    lines = _text(block).split("\n")
    lines = [f"{marker or inset}{lines[0]}", *(f"{inset}{line}" if line else "" for line in lines[1:])]
    if any(container.kind == "quote" for container in block.path):
        lines = [f"> {line}" for line in lines]
    return "\n".join(line.rstrip() for line in lines)


def _between(before: Block, block: Block) -> str:
    if before.kind == block.kind == "footnote":
        return "\n"
    begins_list = block.joint == "\n" and not block.continues and not before.path
    return "\n\n" if begins_list else block.joint


def _text(block: Block) -> str:
    match block.kind:
        case "table":
            return "\n".join("\t".join(_line(cell) for cell in row) for row in block.rows)
        case "rule":
            return "―" * 10
    return "".join(map(_span, block.spans))


def _line(cell: Sequence[Span]) -> str:
    return " ".join("".join(map(_span, cell)).split())


def _span(span: Span) -> str:
    if span.ruby:
        return f"{span.text}（{span.ruby}）"
    if span.note:
        return f"[{span.text.strip()}]{' ' if span.source.endswith(': ') else ''}"
    if span.href.startswith(OPENED) and not span.bare:
        return f"{span.text}（{span.href}）"
    return span.text
