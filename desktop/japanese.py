"""Markdown as Japanese writes it, for the window and for exports: emphasis without spaces, and ruby.

CommonMark decides by the neighbouring characters whether ``**`` opens or closes. Its rule was made for
languages that put spaces between words: in ``これは**「強調」**です`` the first ``**`` is between a letter
and a bracket, and opens nothing. Chinese, Japanese and Korean text has no such spaces, so here a delimiter
beside such a character may also open or close. ``_`` keeps CommonMark's rule: it never emphasizes in a word.

Ruby is written as Aozora Bunko does: ``｜電子書《でんししょ》``, or without the bar after a run of kanji.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markdown_it.common.utils import isWhiteSpace
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline.state_inline import Scanned, StateInline

if TYPE_CHECKING:
    from markdown_it.token import Token
    from markdown_it.utils import EnvType

# With the bar anything has a reading; without it, kanji have one in kana, so that 映画《七人の侍》 stays.
# Base and reading are groups 1 and 2, or 3 and 4.
RUBY = re.compile(
    "｜([^｜《》\n]{1,20})《([^《》\n]{1,40})》"
    "|([\u3005-\u3007\u3400-\u9fff\uf900-\ufaffヶ\U00020000-\U0003ffff]{1,20})《([ぁ-ゖァ-ヺー・]{1,40})》"
)
_CJK = re.compile(
    "[\u1100-\u11ff\u2e80-\u2fff\u3001-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff01-\uffee"
    "\U0001b000-\U0001b16f\U0001f200-\U0001f2ff\U00020000-\U0003ffff]"
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
