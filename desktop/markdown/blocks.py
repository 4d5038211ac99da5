"""Markdown → a flat list of blocks, at once or while the text streams in. No Qt.

Nested structure is flattened: a block is a leaf (paragraph, heading, code, table, rule) that knows the
quotes and list items it stands in. So each can be laid out, drawn and copied by itself, and the view needs
only those it shows.

**Streaming.** A top-level block, or a top-level list item, is closed when a later one has begun in a line
that is complete: no text to come can change it. Only the text after the closed ones is parsed again. That
is true because nothing looks back: see ``inline.parser`` for what is left out. A block that grows beyond
``WINDOW`` characters is cut there. All of this depends on the text alone and not on the pieces in which it
arrived, so streaming ends in the same blocks as parsing the whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from markdown_it.rules_core import StateCore

from desktop.markdown.inline import MAX_NESTING, Span, calm, parser, printable, spans, with_ruby
from desktop.markdown.marks import OPEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

WINDOW = 4_000  # characters that are parsed or laid out in one go: a few milliseconds
SMALL = 1_000  # characters that are tried first
MAX_COLUMNS, MAX_CELLS = 12, 300  # a larger table is shown as its source

MAX_LANGUAGE = 40  # characters of the word after a fence

Kind = Literal["paragraph", "heading", "code", "table", "rule", "math", "footnote"]
Align = Literal["left", "center", "right"]
Row = tuple[tuple[Span, ...], ...]

_TASK = re.compile(r"\[([ xX])\]\s+")
_BULLETS = ("•", "◦", "▪")


@dataclass(frozen=True, slots=True)
class Container:
    """A quote or a list item round a block; ``line``, counted from the start of the text, is its first."""

    kind: Literal["quote", "item"]
    line: int
    marker: str = ""  # of an item: "•", "3.", "☐", "☑"


@dataclass(frozen=True, slots=True)
class Block:
    """One leaf of the text, and where it stands."""

    kind: Kind
    spans: tuple[Span, ...] = ()
    level: int = 0  # of a heading, 1 to 6
    language: str = ""  # of code, as written after the fence
    rows: tuple[Row, ...] = ()  # of a table; the first is its head
    aligns: tuple[Align, ...] = ()
    path: tuple[Container, ...] = ()  # from the outside in
    first_in: int = 0  # from this depth of ``path`` on it is the first of its items and carries their markers
    joint: str = "\n\n"  # what separates it from the block before in copied text
    continues: bool = False  # the block before was cut, and this goes on with it
    more: bool = False  # this was cut, and the next goes on with it

    def text(self) -> str:
        """Return the plain text, without markers; ruby and formulas as they were written."""
        if self.kind == "table":
            return "\n".join(
                "\t".join("".join(s.written() for s in cell) for cell in row) for row in self.rows
            )
        return "".join(span.written() for span in self.spans)


def parse(text: str) -> list[Block]:
    """Parse all of ``text``."""
    splitter = Splitter()
    splitter.feed(text)
    while splitter.step():
        pass
    return splitter.blocks


def plain(text: str) -> list[Block]:
    """Return ``text`` as paragraphs with no markup but ruby, cut at line ends where there are some."""
    text, blocks, joint = calm(printable(text)), list[Block](), ""
    start = 0
    while True:
        end = len(text)
        skip = 0
        if end - start > WINDOW // 2:
            end = start + WINDOW // 2
            line_end = text.rfind("\n", start + 1, end)
            if line_end > 0:
                end, skip = line_end, 1
        more = end + skip < len(text)
        blocks.append(
            Block("paragraph", with_ruby(text[start:end]), joint=joint, continues=bool(blocks), more=more)
        )
        if not more:
            return blocks
        joint, start = "\n" if skip else "", end + skip


class Splitter:
    """Text that grows at its end, as blocks.

    ``feed`` only takes the text; each ``step`` parses at most ``WINDOW`` characters and returns whether
    more waits. ``take_changed`` says from where on ``blocks`` differ since it was last asked.
    """

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._changed = 0
        self._closed = 0  # blocks that stay
        self._text = ""  # source, of which the part after them begins here:
        self._start = 0
        self._opener = (
            ""  # lines that the source continues after a cut: the opening fence, the head of a table
        )
        self._joint: str | None = None  # between a block that was cut and the next
        self._line = 0  # where the window begins
        self._number: int | None = None  # of the ordered item with which the window begins
        self._held = ""  # a \r that may be half of a line end

    @property
    def waiting(self) -> int:
        """How many characters are beyond the window that the next step parses."""
        return max(0, len(self._text) - self._start - WINDOW)

    def feed(self, text: str) -> None:
        """Take more text. Call ``step`` until it returns False."""
        text = self._held + text
        self._held = "\r" if text.endswith("\r") else ""
        self._text = self._text[self._start :] + printable(text.removesuffix("\r"))
        self._start = 0

    def step(self) -> bool:
        """Parse one window; return whether more text waits."""
        # Most blocks end within a small window, which takes a millisecond or two.
        return self._step(min(SMALL, WINDOW)) if len(self._text) - self._start > SMALL else self._step(WINDOW)

    def _step(self, size: int) -> bool:
        window = self._text[self._start : self._start + size]
        full = len(self._text) - self._start > size
        units = self._units(window)
        complete = window.count("\n")
        base = self._line
        start = next((u.line for u in reversed(units[1:]) if u.line + u.needs <= complete), None)
        if start is not None:
            closed = [u for u in units if u.line < start]
            first_open = units[len(closed)]
            self._close(closed, _offset(window, start), start)
            self._number = first_open.number
            if not full:
                self._show(units[len(closed) :], base)
            return full
        if full and size < WINDOW:
            return self._step(WINDOW)
        if full:
            self._cut(window)
            return True
        self._show(units, base)
        return False

    def _units(self, window: str) -> list[_Unit]:
        return list(_units(self._opener + window, self._opener.count("\n"), self._number))

    def _cut(self, window: str) -> None:
        """Close what the window holds although it is not finished, and remember how to go on."""
        line_end = window.rfind("\n") + 1
        piece = window[:line_end] if line_end else window
        units = self._units(piece)
        opener = _continuation(units[-1].tokens, self._opener + piece) if units else ""
        goes_on = bool(units) and (bool(opener) or not line_end)
        self._close(units, len(piece), piece.count("\n"), more=goes_on)
        self._opener, self._number = opener, None
        if goes_on:
            self._joint = "\n" if line_end else ""

    def _close(self, units: Sequence[_Unit], offset: int, lines: int, *, more: bool = False) -> None:
        self._show(units, self._line, more=more)
        self._closed = len(self.blocks)
        self._start, self._line = self._start + offset, self._line + lines
        self._opener, self._joint = "", None

    def _show(self, units: Sequence[_Unit], base: int, *, more: bool = False) -> None:
        """Replace the open blocks by those of ``units``, whose window begins at line ``base``."""
        fresh = [block for unit in units for block in _leaves(unit, base)]
        if fresh and self._joint is not None:
            fresh[0] = replace(fresh[0], joint=self._joint, continues=True)
        if fresh and more:
            fresh[-1] = replace(fresh[-1], more=True)
        old = self.blocks[self._closed :]
        same = 0
        for before, now in zip(old, fresh, strict=False):
            if before != now:
                break
            same += 1
        self._changed = min(self._changed, self._closed + same)
        self.blocks[self._closed + same :] = fresh[same:]

    def take_changed(self) -> int:
        """Return the index of the first block that changed since the last call."""
        changed, self._changed = self._changed, len(self.blocks)
        return changed


@dataclass(frozen=True, slots=True)
class _Unit:
    """A top-level block, or one item of a top-level list; lines are counted from the start of the window."""

    line: int
    tokens: list[Token]
    source: str
    opened: int  # lines of an opener before the window
    number: int | None = None  # of an ordered item

    @property
    def needs(self) -> int:
        """How many complete lines prove that it begins there."""
        token = self.tokens[0]
        if token.type == "math_block":
            begin, end = token.map or [0, 0]
            return end - begin if token.info else OPEN
        return 2 if token.type == "table_open" else 1


_blocks_only = parser()
_blocks_only.core.ruler.enableOnly(["block"])


def _tokens(source: str) -> list[Token]:
    """Parse the block structure; the inside of paragraphs stays source."""
    state = StateCore(source, _blocks_only, {})
    _blocks_only.core.process(state)
    return state.tokens


def _offset(text: str, line: int) -> int:
    """Return where line number ``line`` begins in ``text``."""
    offset = 0
    for _ in range(line):
        offset = text.index("\n", offset) + 1
    return offset


def _units(source: str, opened: int, number: int | None) -> Iterator[_Unit]:
    tokens = _tokens(source)
    cuts: list[tuple[int, int | None]] = []  # index of the first token, number of the item
    count: int | None = None
    for index, token in enumerate(tokens):
        if token.level == 0 and token.nesting >= 0:
            if token.type == "ordered_list_open":
                first = number if index == 0 and number is not None else int(token.attrs.get("start", 1))
                count = first - 1
            elif token.type == "bullet_list_open":
                count = None
            else:
                cuts.append((index, None))
        elif token.level == 1 and token.type == "list_item_open":
            count = None if count is None else count + 1
            cuts.append((index, count))
    for (here, item), (after, _) in pairwise([*cuts, (len(tokens), None)]):
        token = tokens[here]
        begin, end = token.map or [0, 0]
        yield _Unit(
            max(0, begin - opened),
            tokens[here:after],
            "\n".join(source.split("\n")[begin:end]) if _too_deep(tokens[here:after]) else "",
            opened,
            item,
        )


def _too_deep(tokens: Sequence[Token]) -> bool:
    """Return whether the parser gave up inside: beyond its limit it drops the text."""
    return any(
        t.nesting > 0 and t.level + 1 >= MAX_NESTING and t.type in ("blockquote_open", "list_item_open")
        for t in tokens
    )


def _continuation(tokens: Sequence[Token], source: str) -> str:
    """Return the lines with which a block cut at the end of ``source`` goes on, or nothing."""
    leaf = next((t for t in reversed(tokens) if t.type in ("fence", "table_open", "paragraph_open")), None)
    if leaf is None or leaf.map is None:
        return ""
    lines = source.split("\n")
    begin, end = leaf.map
    if leaf.type == "fence":
        last = lines[end - 1].strip().lstrip("> ")
        ended = end - begin > 1 and len(last) >= len(leaf.markup) and set(last) == {leaf.markup[0]}
        language = (leaf.info.split() or [""])[0][:MAX_LANGUAGE]
        return "" if ended else f"{leaf.markup}{language}\n"
    if leaf.type == "table_open" and tokens[0] is leaf:
        return "\n".join(lines[begin : begin + 2]) + "\n"
    return ""


def _leaves(unit: _Unit, base: int) -> Iterator[Block]:
    """Flatten the tokens of one unit, whose window begins at line ``base``."""
    if unit.source:
        yield Block("paragraph", (Span(calm(unit.source)),))
        return
    walk = _Walk(unit, base)
    for index, token in enumerate(unit.tokens):
        if token.type in ("blockquote_close", "list_item_close"):
            if walk.fresh < len(walk.path):  # an empty item still shows its marker
                yield walk.placed(Block("paragraph"))
            walk.leave()
        elif token.nesting and walk.enter(token):
            continue
        elif (block := _leaf(unit.tokens, index, walk)) is not None:
            yield walk.placed(block)


class _Walk:
    """Where in quotes and lists the flattening stands."""

    def __init__(self, unit: _Unit, base: int) -> None:
        self.path: list[Container] = []
        self.fresh = 0  # depth from which on the containers have no leaf yet
        self._numbers = [unit.number]  # the next number of each list; None: bullets
        self._first = base - unit.opened

    def enter(self, token: Token) -> bool:
        """Follow a token that opens or closes a list or opens a container; return whether it did."""
        match token.type:
            case "bullet_list_open":
                self._numbers.append(None)
            case "ordered_list_open":
                self._numbers.append(int(token.attrs.get("start", 1)))
            case "bullet_list_close" | "ordered_list_close":
                if len(self._numbers) > 1:  # the outermost list is closed among the tokens of its last item
                    self._numbers.pop()
            case "blockquote_open":
                self.path.append(Container("quote", self._line(token)))
            case "list_item_open":
                self.path.append(Container("item", self._line(token), self._marker(token)))
            case _:
                return False
        return True

    def leave(self) -> None:
        """Step out of the innermost container."""
        self.path.pop()
        self.fresh = min(self.fresh, len(self.path))

    def placed(self, block: Block) -> Block:
        """Return ``block`` with its place."""
        first, self.fresh = self.fresh, len(self.path)
        joint = "\n" if any(c.kind == "item" for c in self.path) else "\n\n"
        return replace(block, path=tuple(self.path), first_in=first, joint=joint)

    def without_task(self, source: str) -> str:
        """Take a ``[x]`` off the first paragraph of an item and make it the item's marker."""
        if self.path and self.path[-1].kind == "item" and self.fresh < len(self.path):
            task = _TASK.match(source)
            if task:
                self.path[-1] = replace(self.path[-1], marker="☐" if task[1] == " " else "☑")
                return source[task.end() :]
        return source

    def _line(self, token: Token) -> int:
        return self._first + (token.map or [0])[0]

    def _marker(self, token: Token) -> str:
        number = self._numbers[-1]
        if number is None:
            depth = sum(c.kind == "item" for c in self.path)
            return _BULLETS[min(depth, len(_BULLETS) - 1)]
        self._numbers[-1] = number + 1
        return f"{number}{token.markup}"


def _leaf(  # noqa: PLR0911 - a kind a line
    tokens: Sequence[Token], index: int, walk: _Walk
) -> Block | None:
    token = tokens[index]
    match token.type:
        case "inline" if tokens[index - 1].type == "heading_open":
            return Block("heading", spans(token.content), level=int(tokens[index - 1].tag[1]))
        case "inline" if tokens[index - 1].type == "paragraph_open":
            return Block("paragraph", spans(walk.without_task(token.content)))
        case "inline" if tokens[index - 1].type == "footnote_open":
            label = Span(f"{token.info}\u2002", note=True, source=f"[^{token.info}]: ")
            return Block("footnote", (label, *spans(token.content)))
        case "math_block" if token.info:
            return Block("math", (Span(calm(token.content), math="display", source=calm(token.markup)),))
        case "math_block":
            return Block("paragraph", (Span(calm(token.markup)),))
        case "fence" | "code_block":
            language = calm((token.info.split() or [""])[0][:MAX_LANGUAGE])
            return Block("code", (Span(calm(token.content.removesuffix("\n"))),), language=language)
        case "hr":
            return Block("rule")
        case "table_open":
            return _table(tokens[index:])
    return None


def _table(tokens: Sequence[Token]) -> Block:
    rows: list[Row] = []
    sources: list[list[str]] = []
    aligns: list[Align] = []
    for index, token in enumerate(tokens):
        if token.type == "table_close":
            break
        if token.type == "tr_open":
            sources.append([])
        elif token.type == "inline":
            if len(sources) == 1:
                style = str(tokens[index - 1].attrs.get("style", ""))
                aligns.append("center" if "center" in style else "right" if "right" in style else "left")
            sources[-1].append(token.content)
    if len(aligns) > MAX_COLUMNS or sum(map(len, sources)) > MAX_CELLS:
        text = "\n".join(" | ".join(row) for row in sources)
        return Block("code", (Span(calm(text)),))
    rows = [tuple(spans(cell) for cell in row) for row in sources]
    return Block("table", rows=tuple(rows), aligns=tuple(aligns))
