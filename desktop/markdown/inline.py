"""The inside of one Markdown paragraph: text → spans (bold, code, links …). No Qt.

Emphasis and ruby are those of ``desktop.japanese``; mathematics and notes are in ``marks``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Literal

from markdown_it import MarkdownIt

from desktop.japanese import RUBY, Inline
from desktop.markdown import marks
from desktop.markdown.addresses import addresses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

MAX_NESTING = 24  # of block containers, and of inline delimiters: levels of recursion inside the parser
MAX_SPANS = 300  # styled runs in one paragraph; what comes after them stays plain
MAX_COMBINING = 8  # marks on one character; more only smear over the neighbouring lines
MAX_DIRECTIONS = 8  # controls of direction in a row; thousands take Qt longer than a blink to lay out

_MARKS = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
    f"{{{MAX_COMBINING}}})[\u0300-\u036f\u0483-\u0489\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff"
    "\u20d0-\u20ff\ufe20-\ufe2f]+"
)
_DIRECTIONS = re.compile(
    f"([\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]{{{MAX_DIRECTIONS}}})[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+"
)
_TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Controls, lone surrogates, noncharacters (Qt marks its frames and tables with U+FDD0 and U+FDD1), and
# U+FFFC, which stands for an object in a document of Qt.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffc\ufffe\uffff]")
_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style; ``href`` is the address of a link, escaped; ``\\n`` breaks the line.

    ``ruby`` is the reading above the text. With ``math`` the text is LaTeX, to be drawn within the line or as
    large as on a line of its own. ``note``: the label of a footnote. ``source``: how it was written, where
    the text alone does not say so.
    """

    text: str
    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False
    href: str = ""
    ruby: str = ""
    math: Literal["", "inline", "display"] = ""
    note: bool = False
    source: str = ""

    def written(self) -> str:
        """Return the text as it was written, without the marks of its style."""
        return self.source or self.text

    @property
    def bare(self) -> bool:
        """Whether it is an address that leads to itself, as it is written."""
        return bool(self.href) and self.href in (self.text, _parser.normalizeLink(self.text))


def printable(text: str) -> str:
    """Return ``text`` with every line end as ``\\n`` and what cannot be shown as U+FFFD."""
    return _UNPRINTABLE.sub("\ufffd", _LINE_ENDS.sub("\n", text))


def calm(text: str) -> str:
    """Return ``text`` without stacks of combining marks (Zalgo) and long runs of controls of direction."""
    return _DIRECTIONS.sub(r"\1", _MARKS.sub(r"\1", text))


def shown_safely(text: str) -> str:
    """Return text that is shown beside that of the window: it cannot turn the direction of writing."""
    return printable(_TURNS.sub("", calm(text)))


def parser() -> MarkdownIt:
    """Return a CommonMark parser with tables and strikethrough; HTML is text, and links are written in place.

    Left out: reference definitions, which would change text that was laid out long ago, and headings
    underlined with ``---`` or ``===``: while ``- item`` is being written under a paragraph, its first
    character would make the paragraph a heading for a moment.
    """
    md = MarkdownIt()
    md.inline = Inline()
    md.configure("commonmark", {"html": False, "maxNesting": MAX_NESTING})
    md.enable(["table", "strikethrough"])
    md.disable(["reference", "lheading", "html_block", "html_inline"])
    marks.install(md)
    return md


_parser = parser()


@lru_cache(maxsize=512)
def spans(source: str) -> tuple[Span, ...]:
    """Parse the inline Markdown of one paragraph, heading or table cell.

    Images are not fetched: their description and address are shown as text.
    """
    tokens: list[Token] = _parser.inline.parse(source, _parser, {}, [])
    found: list[Span] = []
    style = Span("")
    for token in tokens:
        match token.type:
            case "strong_open" | "strong_close":
                style = replace(style, bold=token.nesting > 0)
            case "em_open" | "em_close":
                style = replace(style, italic=token.nesting > 0)
            case "s_open" | "s_close":
                style = replace(style, strike=token.nesting > 0)
            case "link_open":
                style = replace(style, href=str(token.attrs.get("href", "")))
            case "link_close":
                style = replace(style, href="")
            case "softbreak" | "hardbreak":
                found.append(replace(style, text="\n"))
            case "code_inline":
                found.append(replace(style, text=calm(token.content), code=True))
            case "image":
                address = str(token.attrs.get("src", ""))
                words = f"{token.content} ({address})" if token.content else address
                found.append(replace(style, text=calm(words)))
            case "math_inline":
                display: Literal["inline", "display"] = "display" if token.info else "inline"
                source = token.markup
                found.append(replace(style, text=calm(token.content), math=display, source=calm(source)))
            case "note":
                found.append(replace(style, text=token.content, note=True, source=f"[^{token.content}]"))
            case _:
                found += _read(replace(style, text=calm(token.content)))
    return _joined(found)


def with_ruby(text: str) -> tuple[Span, ...]:
    """Return text that is no Markdown as spans, of which some have a reading."""
    found, end = list[Span](), 0
    for match in islice(RUBY.finditer(text), MAX_SPANS // 2) if "《" in text else ():
        if match.start() > end:
            found.append(Span(text[end : match.start()]))
        found.append(Span(match[1] or match[3], ruby=match[2] or match[4], source=match.group()))
        end = match.end()
    return (*found, Span(text[end:])) if end < len(text) else tuple(found)


def _read(span: Span) -> Iterator[Span]:
    """Part ``span`` into ruby, links and the text between them."""
    for part in with_ruby(span.text):
        styled = replace(span, text=part.text, ruby=part.ruby, source=part.source)
        yield from [styled] if part.ruby else _linked(styled)


def _linked(span: Span) -> list[Span]:
    """Make bare addresses in ``span`` links."""
    if span.href or "://" not in span.text:
        return [span]
    parts, end = [], 0
    for first, last in addresses(span.text):
        address = span.text[first:last]
        parts.append(replace(span, text=span.text[end:first]))
        parts.append(replace(span, text=address, href=_parser.normalizeLink(address)))
        end = last
    return [*parts, replace(span, text=span.text[end:])]


def _joined(found: list[Span]) -> tuple[Span, ...]:
    """Join neighbours of one style and drop the empty ones."""
    runs: list[Span] = []
    for span in found:
        if runs and not span.source and replace(runs[-1], text="") == replace(span, text=""):
            runs[-1] = replace(span, text=runs[-1].text + span.text)
        elif span.text:
            runs.append(span)
    if len(runs) > MAX_SPANS:
        runs[MAX_SPANS:] = [Span("".join(run.written() for run in runs[MAX_SPANS:]))]
    return tuple(runs)
