"""Ruby in a page of HTML."""

from __future__ import annotations

import html
import re

from desktop.japanese import RUBY


def with_ruby(text: str) -> str:
    """Return a text as HTML, escaped, with its ruby set above."""

    def ruby(found: re.Match[str]) -> str:
        base, reading = html.escape(found[1] or found[3]), html.escape(found[2] or found[4])
        return f"<ruby>{base}<rp>《</rp><rt>{reading}</rt><rp>》</rp></ruby>"

    parts: list[str] = []
    end = 0
    for found in RUBY.finditer(text):
        parts += [html.escape(text[end : found.start()]), ruby(found)]
        end = found.end()
    return "".join([*parts, html.escape(text[end:])])
