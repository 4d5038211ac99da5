"""Blocks of Markdown as HTML for a page that has ``html_style.STYLE``: classes, no styles of their own."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from desktop.exchange.mathml import mathml
from desktop.markdown.blocks import Block, Container, Row
from desktop.markdown.copied import OPENED, nested
from desktop.markdown.highlight import highlight
from desktop.markdown.inline import Span

MOST_COLOURED = 100_000  # characters of code; more of it has one colour

_JOINED = "&NoBreak;"  # before the mark of a note, which begins no line
_BOXES = {"☐": "☐\ufe0e", "☑": "☑\ufe0e"}  # as a sign of the text, not as an emoji


def as_html(blocks: Sequence[Block], name: str) -> str:
    """Return the HTML of one message; ``name`` is its own on the page, and begins the ids of its notes."""
    return _Writer(blocks, name).written()


class _Writer:
    def __init__(self, blocks: Sequence[Block], name: str) -> None:
        self._blocks = blocks
        self._name = name
        self._notes: dict[str, int] = {}  # label → its number; of the notes that have a text
        self._marked: set[str] = set()  # labels of which the first mark was written
        self._told: set[str] = set()  # and of which the note was
        for block in blocks:
            if block.kind == "footnote":
                self._notes.setdefault(_label(block.spans[0]), len(self._notes) + 1)
        self._referred = {
            _label(span)
            for block in blocks
            for span in (*block.spans[block.kind == "footnote" :], *_cells(block.rows))
            if span.note
        }

    def written(self) -> str:
        return nested(self._blocks, _opened, self._block)

    def _block(self, block: Block, bare: bool) -> str:  # noqa: PLR0911 - a kind a line
        match block.kind:
            case "heading":
                level = min(block.level + 2, 6)  # the page has the first, each message the second
                return f"<h{level}>{self._spans(block.spans)}</h{level}>\n"
            case "code":
                return _code(block)
            case "table":
                return self._table(block)
            case "rule":
                return "<hr>\n"
            case "math":
                return f'<div class="formula">{self._spans(block.spans)}</div>\n'
            case "footnote":
                return self._note(block)
        return self._spans(block.spans) if bare else f"<p>{self._spans(block.spans)}</p>\n"

    def _note(self, block: Block) -> str:
        label, told = _label(block.spans[0]), self._spans(block.spans[1:])
        sign = f"<sup>{escape(label)}</sup>"
        if label in self._told:  # a second one of this name, to which no mark leads
            return f'<p class="note">{sign} {told}</p>\n'
        self._told.add(label)
        here, mark = self._id(label)
        back = (
            f' <a class="back" href="#{mark}" role="doc-backlink">↩\ufe0e</a>'
            if label in self._referred
            else ""
        )
        return f'<p class="note" id="{here}" role="doc-footnote">{sign} {told}{back}</p>\n'

    def _mark(self, span: Span) -> str:
        label = _label(span)
        if label not in self._notes:
            return f"{_JOINED}<sup>{escape(label)}</sup>"
        note, mark = self._id(label)
        named = "" if label in self._marked else f' id="{mark}"'
        self._marked.add(label)
        return f'{_JOINED}<sup{named}><a href="#{note}" role="doc-noteref">{escape(label)}</a></sup>'

    def _id(self, label: str) -> tuple[str, str]:
        number = self._notes[label]
        return f"{self._name}-note-{number}", f"{self._name}-mark-{number}"

    def _table(self, block: Block) -> str:
        def row(tag: str, cells: Row) -> str:
            placed = zip(cells, block.aligns, strict=False)
            return "".join(
                f"<{tag}{'' if align == 'left' else f' class={align}'}>{self._spans(cell)}</{tag}>"
                for cell, align in placed
            )

        head, *body = block.rows
        rows = "\n".join(f"<tr>{row('td', cells)}</tr>" for cells in body)
        return (
            f'<div class="table"><table>\n<thead><tr>{row("th", head)}</tr></thead>\n'
            f"<tbody>\n{rows}\n</tbody>\n</table></div>\n"
        )

    def _spans(self, spans: Sequence[Span]) -> str:
        parts = []
        for span in spans:
            text = self._mark(span) if span.note else _inside(span)
            for tag, wanted in (("s", span.strike), ("em", span.italic), ("strong", span.bold)):
                text = f"<{tag}>{text}</{tag}>" if wanted else text
            parts.append(_linked(span, text))
        return "".join(parts)


def plain(blocks: Sequence[Block]) -> str:
    """Return what a person wrote: its lines as they are, with ruby."""
    parts = []
    for number, block in enumerate(blocks):
        parts += [block.joint] if number else []
        parts += [_ruby(span) if span.ruby else escape(span.text, quote=False) for span in block.spans]
    return f'<p class="plain">{"".join(parts)}</p>'


def _label(span: Span) -> str:
    return span.text.strip()


def _cells(rows: Sequence[Row]) -> list[Span]:
    return [span for row in rows for cell in row for span in cell]


def _opened(container: Container) -> str:
    if container.kind == "quote":
        return "<blockquote>\n"
    box = _BOXES.get(container.marker)
    return f'<li class="task"><span class="box">{box}</span> ' if box else "<li>"


def _inside(span: Span) -> str:
    if span.ruby:
        return _ruby(span)
    if span.math:
        made = mathml(span.text, display=span.math == "display")
        return made or f'<code class="math">{escape(span.written(), quote=False)}</code>'
    text = escape(span.text, quote=False)
    return f"<code>{text}</code>" if span.code else text.replace("\n", "<br>\n")


def _ruby(span: Span) -> str:
    base, reading = escape(span.text, quote=False), escape(span.ruby, quote=False)
    return f"<ruby>{base}<rp>（</rp><rt>{reading}</rt><rp>）</rp></ruby>"


def _linked(span: Span, text: str) -> str:
    if not span.href:
        return text
    address = escape(span.href)
    if span.href.startswith(OPENED):
        bare = ' class="bare"' if span.bare else ""
        return f'<a{bare} href="{address}">{text}</a>'
    return f'<span title="{address}">{text}</span>'  # leads nowhere from a page, or nobody knows where


def _code(block: Block) -> str:
    code, parts, end = block.text(), list[str](), 0
    for run in highlight(code, block.language) if len(code) <= MOST_COLOURED else ():
        text = escape(code[run.start : run.start + run.length], quote=False)
        parts += [escape(code[end : run.start], quote=False), f'<span class="{run.kind}">{text}</span>']
        end = run.start + run.length
    parts.append(escape(code[end:], quote=False))
    language = escape(block.language)
    named = f' data-language="{language}"' if language else ""
    of = f' class="language-{language}"' if language else ""
    return f"<pre{named}><code{of}>{''.join(parts)}\n</code></pre>\n"
