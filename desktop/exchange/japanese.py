"""Markdown as Japanese writes it: emphasis beside brackets and kana, and ruby.

CommonMark lets ``**`` open or close by its neighbours, for languages with spaces between words; in
``これは**「強調」**です`` it would do neither. So beside a Japanese, Chinese or Korean character it may do
both.
Ruby is Aozora Bunko's: ``｜電子書《でんししょ》``, or without the bar after a run of kanji.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markdown_it.common.utils import isWhiteSpace
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline.state_inline import Scanned, StateInline

if TYPE_CHECKING:
    from markdown_it.token import Token
    from markdown_it.utils import EnvType

_WIDE = re.compile(
    "[\u1100-\u11ff\u2e80-\u2fff\u3001-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff01-\uffee\U00020000-\U0003ffff]"
)
# With the bar anything has a reading; without it, kanji have one in kana, so that 映画《七人の侍》 stays.
_RUBY = re.compile(
    "｜([^｜《》\n]{1,40})《([^｜《》\n]{1,40})》"
    "|([\u3005-\u3007\u3400-\u9fff\uf900-\ufaffヶ\U00020000-\U0003ffff]{1,40})《([ぁ-ゖァ-ヺー・]{1,40})》"
)


class Inline(ParserInline):
    """markdown-it's parser of a paragraph, with emphasis for text without spaces."""

    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        """Return the tokens of one paragraph."""
        state = _State(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


class _State(StateInline):
    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803
        opens, closes, length = super().scanDelims(start, canSplitWord)
        if self.src[start] == "_":  # never within a word
            return Scanned(opens, closes, length)
        before = self.src[start - 1] if start else " "
        after = self.src[start + length] if start + length < self.posMax else " "
        if _WIDE.match(before) or _WIDE.match(after):
            opens = opens or not isWhiteSpace(ord(after))
            closes = closes or not isWhiteSpace(ord(before))
        return Scanned(opens, closes, length)


def with_ruby(text: str) -> str:
    """Return a text as HTML, escaped, with its ruby set above."""

    def ruby(found: re.Match[str]) -> str:
        base, reading = html.escape(found[1] or found[3]), html.escape(found[2] or found[4])
        return f"<ruby>{base}<rp>《</rp><rt>{reading}</rt><rp>》</rp></ruby>"

    parts: list[str] = []
    end = 0
    for found in _RUBY.finditer(text):
        parts += [html.escape(text[end : found.start()]), ruby(found)]
        end = found.end()
    return "".join([*parts, html.escape(text[end:])])
