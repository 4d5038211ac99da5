"""Blocks → what the clipboard takes: plain text, Markdown, HTML that word processors understand. No Qt."""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

from desktop.markdown.blocks import Block, Container, Row
from desktop.markdown.highlight import highlight

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from desktop.markdown.inline import Span

# A bracket is not escaped by a backslash, which would make it the beginning of a formula.
_SPECIAL = re.compile(r"([\\`*<]|(?<![^\W_])_|_(?![^\W_]))")
_LINK = re.compile(r"\[(?=\^|[^\]]*\]\()")
_LINE_START = re.compile(
    r"^(\s*(?:\d+(?=[.)]\s))?)(#{1,6}(?=\s)|[>+-](?=\s)|(?<=\d)[.)](?=\s))", re.MULTILINE
)

_NOTE_START = re.compile(r"^(\[\^[^\]\s]+\]):", re.MULTILINE)

# Word keeps what is written at each element. The colours are those of paper, whatever the window's are.
OPENED = ("http://", "https://", "mailto:")
_CODE = "font-family:Consolas,Menlo,'MS Gothic',monospace;background:#f3f1eb"
_CELL = "border:1px solid #b8b3a8;padding:4px 8px"
_COLOURS = {
    "keyword": "#2f5d8c",
    "name": "#2f5d8c",
    "string": "#2f6b49",
    "number": "#7f5409",
    "comment": "#6e695f",
}


def shared(before: Block | None, block: Block) -> int:
    """Return how many containers of ``block`` go on from the block before."""
    count = 0
    for one, other in zip(before.path if before else (), block.path, strict=False):
        if (one.kind, one.line) != (other.kind, other.line):
            break
        count += 1
    return count


def markers(block: Block) -> str:
    """Return the markers of the items that begin with ``block``, as text."""
    items = [c for c in block.path[block.first_in :] if c.kind == "item"]
    if not items:
        return ""
    depth = sum(c.kind == "item" for c in block.path) - len(items)
    return "  " * depth + " ".join(item.marker for item in items) + " "


def as_text(blocks: Sequence[Block]) -> str:
    """Return plain text: markers of lists, ruby and formulas as written, tables with tabs."""
    parts = [markers(block) + block.text() for block in blocks[:1]]
    for before, block in pairwise(blocks):
        begins_list = block.joint == "\n" and not block.continues and not before.path
        parts += ["\n\n" if begins_list else block.joint, markers(block) + block.text()]
    return "".join(parts)


def as_markdown(blocks: Sequence[Block]) -> str:
    """Return Markdown that means the same."""
    lines: list[str] = []
    before: Block | None = None
    for block in _joined(blocks):
        if before is not None and not _is_tight(before, block):
            lines.append(_prefix(block.path[: shared(before, block)]).rstrip())
        first = _prefix(block.path, block.first_in)
        rest = _prefix(block.path)
        for number, line in enumerate(_block_markdown(block).split("\n")):
            lines.append((rest if number else first) + line)
        before = block
    return "\n".join(lines)


def _joined(blocks: Sequence[Block]) -> list[Block]:
    """Put together what was cut because it is long."""
    whole: list[Block] = []
    for block in blocks:
        if whole and block.continues and whole[-1].kind == block.kind:
            last = whole[-1]
            joint = (replace(block.spans[0], text=block.joint, source=""),) if block.spans else ()
            spans = (*last.spans, *joint, *block.spans)
            whole[-1] = replace(last, spans=spans, rows=(*last.rows, *block.rows[1:]))
        else:
            whole.append(block)
    return whole


def _is_tight(before: Block, block: Block) -> bool:
    """Return whether no empty line is between two blocks: the items of a list, the text of footnotes."""
    if block.kind == before.kind == "footnote":
        return True
    begins = any(c.kind == "item" for c in block.path[block.first_in :])
    return begins and any(c.kind == "item" for c in before.path)


def _prefix(path: Sequence[Container], first_in: int | None = None) -> str:
    """Return what a line in these containers begins with; markers from depth ``first_in`` on."""
    parts = []
    for depth, container in enumerate(path):
        if container.kind == "quote":
            parts.append("> ")
            continue
        marker = {"☐": "- [ ]", "☑": "- [x]"}.get(container.marker, container.marker)
        marker = marker if marker[0] in "-0123456789" else "-"
        if first_in is not None and depth >= first_in:
            parts.append(f"{marker} ")
        else:
            parts.append(" " * (2 if marker[0] == "-" else len(marker) + 1))
    return "".join(parts)


def _block_markdown(block: Block) -> str:
    match block.kind:
        case "heading":
            return "#" * block.level + " " + _spans_markdown(block.spans).replace("\n", " ")
        case "code":
            code = block.text()
            fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", code)), default=0))
            return f"{fence}{block.language}\n{code}\n{fence}"
        case "table":
            return _table_markdown(block)
        case "rule":
            return "---"
        case "math":
            return block.text()
    text = _LINE_START.sub(r"\1\\\2", _spans_markdown(block.spans))
    return text if block.kind == "footnote" else _NOTE_START.sub(r"\1\\:", text)


def _table_markdown(block: Block) -> str:
    sides = {"left": "---", "center": ":-:", "right": "--:"}
    rows = [
        [_spans_markdown(cell).replace("|", "\\|").replace("\n", " ") for cell in row] for row in block.rows
    ]
    rows.insert(1, [sides[align] for align in block.aligns])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _spans_markdown(spans: Sequence[Span]) -> str:
    parts = []
    for span in spans:
        if span.source:
            text = span.source
        elif span.code:
            ticks = "`" * (1 + max((len(run) for run in re.findall("`+", span.text)), default=0))
            room = " " if "`" in (span.text[:1], span.text[-1:]) else ""
            text = f"{ticks}{room}{span.text}{room}{ticks}"
        elif span.bare:
            parts.append(span.text)
            continue
        else:
            text = _LINK.sub("&#91;", _SPECIAL.sub(r"\\\1", span.text))
            if text.count("$") > 1:
                text = text.replace("$", "\\$")
        for mark, wanted in (("~~", span.strike), ("*", span.italic), ("**", span.bold)):
            core = text.strip()
            if wanted and core:
                begin = text.index(core)
                text = f"{text[:begin]}{mark}{core}{mark}{text[begin + len(core) :]}"
        parts.append(f"[{text}]({span.href})" if span.href else text)
    return "".join(parts)


def as_html(blocks: Sequence[Block]) -> str:
    """Return HTML with styles at each element."""
    return nested(blocks, _opened, _block_html)


def nested(
    blocks: Sequence[Block], opened: Callable[[Container], str], written: Callable[[Block, bool], str]
) -> str:
    """Return HTML of blocks within their quotes and lists.

    ``opened`` gives the tag of a quote or an item, and what the item shows of its marker; ``written`` gives
    a block: with true the first of an item, which needs no paragraph of its own.
    """
    out: list[str] = []
    path: tuple[Container, ...] = ()
    before: Block | None = None
    for block in _joined(blocks):
        same = shared(before, block)
        keeps = same < min(len(path), len(block.path)) and _is_same_list(path[same], block.path[same])
        _close(out, path, same, keep_list=keeps)
        for depth, container in enumerate(block.path[same:], same):
            if container.kind == "item" and not (keeps and depth == same):
                out.append(_list_opened(container))
            out.append(opened(container))
        first_of_item = bool(block.path) and block.path[-1].kind == "item" and same < len(block.path)
        out.append(written(block, first_of_item))
        path, before = block.path, block
    _close(out, path, 0, keep_list=False)
    return "".join(out)


def _is_same_list(one: Container, other: Container) -> bool:
    return one.kind == other.kind == "item" and _list_tag(one) == _list_tag(other)


def _list_tag(container: Container) -> str:
    return "ol" if container.marker[:1].isdigit() else "ul"


def _list_opened(container: Container) -> str:
    number = re.match(r"\d+", container.marker)
    start = f' start="{number[0]}"' if number else ""
    return f"<{_list_tag(container)}{start}>"


def _opened(container: Container) -> str:
    if container.kind == "quote":
        return '<blockquote style="border-left:2px solid #b8b3a8;margin:0 0 0 8px;padding-left:12px">'
    return f"<li>{container.marker} " if container.marker in ("☐", "☑") else "<li>"


def _close(out: list[str], path: Sequence[Container], depth: int, *, keep_list: bool) -> None:
    for index in range(len(path) - 1, depth - 1, -1):
        if path[index].kind == "quote":
            out.append("</blockquote>")
        else:
            out.append("</li>" if keep_list and index == depth else f"</li></{_list_tag(path[index])}>")


def _block_html(block: Block, bare: bool) -> str:  # noqa: PLR0911 - a kind a line
    match block.kind:
        case "heading":
            return f"<h{block.level}>{_spans_html(block.spans)}</h{block.level}>"
        case "code":
            return f'<pre style="{_CODE};padding:8px;white-space:pre-wrap">{_code_html(block)}</pre>'
        case "table":
            return _table_html(block)
        case "rule":
            return "<hr>"
        case "math":
            return f'<p style="text-align:center">{_spans_html(block.spans)}</p>'
        case "footnote":
            return f'<p style="font-size:85%">{_spans_html(block.spans)}</p>'
    return _spans_html(block.spans) if bare else f"<p>{_spans_html(block.spans)}</p>"


def _code_html(block: Block) -> str:
    code, parts, end = block.text(), list[str](), 0
    for run in highlight(code, block.language):
        text = escape(code[run.start : run.start + run.length])
        parts += [escape(code[end : run.start]), f'<span style="color:{_COLOURS[run.kind]}">{text}</span>']
        end = run.start + run.length
    return "".join([*parts, escape(code[end:])])


def _table_html(block: Block) -> str:
    def row(tag: str, cells: Row) -> str:
        styled = zip(cells, block.aligns, strict=False)
        inside = (
            f'<{tag} style="{_CELL};text-align:{align}">{_spans_html(cell)}</{tag}>' for cell, align in styled
        )
        return f"<tr>{''.join(inside)}</tr>"

    rows = [row("td" if number else "th", cells) for number, cells in enumerate(block.rows)]
    return f'<table style="border-collapse:collapse">{"".join(rows)}</table>'


def _spans_html(spans: Sequence[Span]) -> str:
    parts = []
    for span in spans:
        text = escape(span.text).replace("\n", "<br>")
        if span.ruby:
            text = f"<ruby>{text}<rt>{escape(span.ruby)}</rt></ruby>"
        elif span.math:
            text = f"<span style=\"font-family:'Cambria Math',serif\">{escape(span.source)}</span>"
        elif span.note:
            text = f"<sup>{text}</sup>"
        elif span.code:
            text = f'<span style="{_CODE}">{text}</span>'
        for tag, wanted in (("s", span.strike), ("i", span.italic), ("b", span.bold)):
            text = f"<{tag}>{text}</{tag}>" if wanted else text
        if span.href.startswith(OPENED):
            text = f'<a href="{escape(span.href)}">{text}</a>'
        parts.append(text)
    return "".join(parts)
