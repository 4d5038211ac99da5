"""What CommonMark does not know, as rules of markdown-it: mathematics and footnotes. No Qt.

Formulas stand between ``$``, ``\\(`` and ``\\)``, or, larger, between ``$$``, ``\\[`` and ``\\]``, alone on
their lines or within one. Money is not mathematics: see ``_is_formula``. A footnote is ``[^label]``, and
``[^label]: text`` where a line begins; both are shown where they stand, as nothing may look back.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.ruler import RuleOptionsType
    from markdown_it.rules_block.state_block import StateBlock
    from markdown_it.rules_inline.state_inline import StateInline

MAX_FORMULA = 1_000  # characters
OPEN = 1_000_000_000  # lines: a formula that is not closed yet may still turn out to be none

_CLOSING = {"$$": "$$", "\\[": "\\]", "\\(": "\\)", "$": "$"}
_NOTE = re.compile(r"\[\^([^\]\[\s^]{1,40})\]")
_NOTE_TEXT = re.compile(r"\[\^([^\]\[\s^]{1,40})\]:(?:\s|$)")
_WORDS = re.compile(r"\\(?:text|mathrm|textbf|textrm|operatorname)\s*\{[^{}]*\}")
_JAPANESE = re.compile("[\u3001-\u9fff\uff01-\uffef]")
_AMOUNT = re.compile(r"[\d,.]+\s*(?:[A-Za-z]{2,}|[-–~,]\s*(?:US)?$|$)")


def install(md: MarkdownIt) -> None:
    """Add the rules to a parser."""
    terminates: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    md.block.ruler.before("fence", "math_block", _math_block, terminates)
    md.block.ruler.before("paragraph", "footnote", _footnote, {"alt": ["paragraph"]})
    md.inline.ruler.before("escape", "math_inline", _math_inline)
    md.inline.ruler.before("link", "note", _note)


def _math_inline(state: StateInline, silent: bool) -> bool:
    start, text = state.pos, state.src
    opening = next((o for o in _CLOSING if text.startswith(o, start)), None)
    if opening is None:
        return False
    closing, begin = _CLOSING[opening], start + len(opening)
    end = _find(text, closing, begin, min(state.posMax, begin + MAX_FORMULA + len(closing)))
    if end < 0:
        return False
    inside, after = text[begin:end], text[end + len(closing) : end + len(closing) + 1]
    if not inside.strip() or (opening == "$" and not _is_formula(inside, after)):
        return False
    if not silent:
        token = state.push("math_inline", "math", 0)
        token.content = inside.strip()
        token.info = "display" if opening in ("$$", "\\[") else ""
        token.markup = text[start : end + len(closing)]
    state.pos = end + len(closing)
    return True


def _find(text: str, closing: str, begin: int, limit: int) -> int:
    """Return where ``closing`` stands that no backslash takes away, or -1."""
    end = text.find(closing, begin, limit)
    while end > 0 and text[end - 1] == "\\" and closing.startswith("$"):
        end = text.find(closing, end + 1, limit)
    return end


def _is_formula(inside: str, after: str) -> bool:
    """Return whether ``$inside$`` is mathematics; ``$5 and $10`` or ``5$と10$`` is not."""
    if inside[0].isspace() or inside[-1].isspace() or after.isdigit() or "\n\n" in inside:
        return False
    return not _JAPANESE.search(_WORDS.sub("", inside)) and not (
        _AMOUNT.match(inside) and not re.search(r"[\\^_=<>{}+*/]", inside) and not inside.isdigit()
    )


def _math_block(  # noqa: PLR0911 - what it cannot be, one after the other
    state: StateBlock, start_line: int, end_line: int, silent: bool
) -> bool:
    """Take lines from ``$$`` or ``\\[`` to where it is closed; never across an empty line."""
    if state.is_code_block(start_line):
        return False
    position = state.bMarks[start_line] + state.tShift[start_line]
    opening = state.src[position : position + 2]
    if opening not in ("$$", "\\[") or position + 2 > state.eMarks[start_line]:
        return False
    closing, lines, size, closed = _CLOSING[opening], list[str](), 0, False
    line = start_line
    begin = position + 2
    while line < end_line:
        if line > start_line:
            if state.isEmpty(line) or state.sCount[line] < state.blkIndent:
                return False
            begin = state.bMarks[line] + state.tShift[line]
        text = state.src[begin : state.eMarks[line]]
        size += len(text) + 1
        if size > MAX_FORMULA:
            return False
        end = text.find(closing)
        if end >= 0:
            if text[end + 2 :].strip():
                return False  # it goes on: a formula within a paragraph
            lines.append(text[:end])
            closed = True
            break
        lines.append(text)
        line += 1
    content = "\n".join(lines).strip()
    if closed and not content:
        return False
    if silent:
        return True
    token = state.push("math_block", "math", 0)
    state.line = line + 1 if closed else line
    token.map = [start_line, state.line]
    token.content = content
    token.markup = f"{opening}\n{content}\n{closing}" if closed else f"{opening}{chr(10).join(lines)}"
    token.info = "closed" if closed else ""
    return True


def _note(state: StateInline, silent: bool) -> bool:
    match = _NOTE.match(state.src, state.pos, state.posMax)
    if match is None or state.src.startswith("(", match.end()):
        return False
    if not silent:
        state.push("note", "", 0).content = match[1]
    state.pos = match.end()
    return True


def _footnote(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Take the text of a footnote: to an empty line, or to where another block begins."""
    position, end = state.bMarks[start_line] + state.tShift[start_line], state.eMarks[start_line]
    match = None if state.is_code_block(start_line) else _NOTE_TEXT.match(state.src[position:end])
    if match is None:
        return False
    if silent:
        return True
    line = start_line + 1
    rules = state.md.block.ruler.getRules("paragraph")
    while line < end_line and not state.isEmpty(line) and state.sCount[line] >= state.blkIndent:
        if any(rule(state, line, end_line, True) for rule in rules):
            break
        line += 1
    state.line = line
    state.push("footnote_open", "", 1).map = [start_line, line]
    inside = state.push("inline", "", 0)
    inside.map, inside.children = [start_line, line], []
    whole = state.getLines(start_line, line, state.blkIndent, False).lstrip()
    inside.content = "\n".join(part.strip() for part in whole[match.end() :].split("\n"))
    inside.info = match[1]
    state.push("footnote_close", "", -1)
    return True
