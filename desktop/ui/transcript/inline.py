"""The inside of one Markdown paragraph: text → spans (bold, code, links …). No Qt.

CommonMark decides by the neighbouring characters whether ``**`` opens or closes. Its rule was made for
languages that put spaces between words: in ``これは**「強調」**です`` the first ``**`` is between a letter
and a bracket, and opens nothing. Chinese, Japanese and Korean text has no such spaces, so here a delimiter
beside such a character may also open or close. ``_`` keeps CommonMark's rule: it never emphasizes in a word.

Ruby is written as Aozora Bunko does: ``｜電子書《でんししょ》``, or without the bar after a run of kanji.
Mathematics and notes are in ``marks``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from markdown_it import MarkdownIt
from markdown_it.common.utils import isWhiteSpace
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline.state_inline import Scanned, StateInline

from desktop.ui.transcript import marks

if TYPE_CHECKING:
    from markdown_it.token import Token
    from markdown_it.utils import EnvType

MAX_NESTING = 24  # of block containers, and of inline delimiters: levels of recursion inside the parser
MAX_SPANS = 300  # styled runs in one paragraph; what comes after them stays plain
MAX_COMBINING = 8  # marks on one character; more only smear over the neighbouring lines

_CJK = re.compile(
    "[\u1100-\u11ff\u2e80-\u2fff\u3001-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff01-\uffee"
    "\U0001b000-\U0001b16f\U0001f200-\U0001f2ff\U00020000-\U0003ffff]"
)
_MARKS = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
    f"{{{MAX_COMBINING}}})[\u0300-\u036f\u0483-\u0489\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff"
    "\u20d0-\u20ff\ufe20-\ufe2f]+"
)
# Controls, lone surrogates, noncharacters (Qt marks its frames and tables with U+FDD0 and U+FDD1), and
# U+FFFC, which stands for an object in a document of Qt.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffc\ufffe\uffff]")
_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029]")
_ADDRESS = re.compile(r"https?://[!-~]+")
# With the bar anything has a reading; without it, kanji have one in kana, so that 映画《七人の侍》 stays.
_RUBY = re.compile(
    r"｜([^｜《》\n]{1,20})《([^《》\n]{1,40})》"
    "|([\u3005-\u3007\u3400-\u9fff\uf900-\ufaffヶ\U00020000-\U0003ffff]{1,20})《([ぁ-ゖァ-ヺー・]{1,40})》"
)


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style; ``href`` is the address of a link, ``\\n`` breaks the line.

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


def printable(text: str) -> str:
    """Return ``text`` with every line end as ``\\n`` and what cannot be shown as U+FFFD."""
    return _UNPRINTABLE.sub("\ufffd", _LINE_ENDS.sub("\n", text))


def calm(text: str) -> str:
    """Return ``text`` without stacks of combining marks (Zalgo)."""
    return _MARKS.sub(r"\1", text)


class _State(StateInline):
    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N803
        can_open, can_close, length = super().scanDelims(start, canSplitWord)
        if self.src[start] == "_":
            return Scanned(can_open, can_close, length)
        before = self.src[start - 1] if start else " "
        end = start + length
        after = self.src[end] if end < self.posMax else " "
        if _CJK.match(before) or _CJK.match(after):
            can_open = can_open or not isWhiteSpace(ord(after))
            can_close = can_close or not isWhiteSpace(ord(before))
        return Scanned(can_open, can_close, length)


class _Inline(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        state = _State(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


def parser() -> MarkdownIt:
    """Return a CommonMark parser with tables and strikethrough; HTML is text, and links are written in place.

    Left out: reference definitions, which would change text that was laid out long ago, and headings
    underlined with ``---`` or ``===``: while ``- item`` is being written under a paragraph, its first
    character would make the paragraph a heading for a moment.
    """
    md = MarkdownIt()
    md.inline = _Inline()
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


def _read(span: Span) -> list[Span]:
    """Part ``span`` into ruby, links and the text between them."""
    if "《" not in span.text:
        return _linked(span)
    parts, end = list[Span](), 0
    for match in _RUBY.finditer(span.text):
        parts += _linked(replace(span, text=span.text[end : match.start()]))
        base, reading = match[1] or match[3], match[2] or match[4]
        parts.append(replace(span, text=base, ruby=reading, source=match.group()))
        end = match.end()
    return [*parts, *_linked(replace(span, text=span.text[end:]))]


def _linked(span: Span) -> list[Span]:
    """Make bare addresses in ``span`` links."""
    if span.href or "://" not in span.text:
        return [span]
    parts, end = [], 0
    for match in _ADDRESS.finditer(span.text):
        address = match.group().rstrip(".,:;!?'\"*_~")
        while address.endswith(")") and address.count(")") > address.count("("):
            address = address[:-1]
        parts.append(replace(span, text=span.text[end : match.start()]))
        parts.append(replace(span, text=address, href=address))
        end = match.start() + len(address)
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
