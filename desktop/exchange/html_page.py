"""The shown branch as one HTML page that stands alone: no script, nothing fetched, raw HTML is text."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from desktop.exchange.ruby import with_ruby
from desktop.exchange.words import heading, moment, title_of
from desktop.japanese import Inline
from desktop.language import language, say
from desktop.store.records import ChatRecord, MessageRecord, shown

MOST_MARKDOWN = 300_000  # characters of one message; a longer one is shown as it was written
# The browser is told as well that this page loads nothing.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE = """
:root { color-scheme: light dark;
  --ink: #1f2328; --dim: #59636e; --paper: #fff; --card: #f3f4f6; --line: #d1d9e0; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e6e6; --dim: #a0a7b0; --paper: #16181c; --card: #23262c; --line: #3b4048; }
}
body { margin: 0 auto; max-width: 46rem; padding: 2rem 1.25rem 4rem; line-break: strict;
  background: var(--paper); color: var(--ink); overflow-wrap: anywhere;
  font: 16px/1.8 "Hiragino Sans", "Noto Sans JP", "Noto Sans CJK JP", "Yu Gothic UI", Meiryo, sans-serif; }
h1 { font-size: 1.5rem; line-height: 1.4; }
header p, .who { color: var(--dim); font-size: 0.875rem; }
article { margin: 1.75rem 0; }
.user .said { background: var(--card); border-radius: 0.75rem; padding: 0.25rem 1rem; }
.said h1, .said h2, .said h3 { font-size: 1.125rem; }
pre { background: var(--card); border-radius: 0.5rem; overflow-x: auto; padding: 0.75rem 1rem; }
pre, code { font-family: ui-monospace, "Noto Sans Mono CJK JP", Menlo, Consolas, monospace;
  font-size: 0.875rem; }
.plain { white-space: pre-wrap; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid var(--line); padding: 0.25rem 0.75rem; }
blockquote { border-left: 3px solid var(--line); color: var(--dim); margin-left: 0; padding-left: 1rem; }
details { color: var(--dim); font-size: 0.875rem; }
a { color: inherit; }
@media print {
  body { max-width: none; padding: 0; }
  article { break-inside: avoid-page; }
}
"""


class _Renderer(RendererHTML):
    def text(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:  # noqa: ANN401
        """Show a text with its ruby."""
        return with_ruby(tokens[idx].content)

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:  # noqa: ANN401
        """Show an image as its words and its address: loading it would tell somebody that this is read."""
        token = tokens[idx]
        words = self.renderInlineAsText(token.children or [], options, env)
        return f"[{html.escape(words)}] {html.escape(str(token.attrGet('src') or ''))}"


def write(record: ChatRecord) -> str:
    """Return the page; what was thought is in folds."""
    markdown = MarkdownIt(renderer_cls=_Renderer)
    markdown.inline = Inline()
    markdown.configure("commonmark", {"html": False}).enable(["table", "strikethrough"])
    title = html.escape(title_of(record))
    articles = "\n".join(
        _article(markdown, each) for each in shown(record) if each.text.strip() or each.thinking
    )
    return f"""<!DOCTYPE html>
<html lang="{language()}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{_STYLE}</style>
</head>
<body>
<header><h1>{title}</h1><p>{moment(record.created)}</p></header>
<main>
{articles}
</main>
</body>
</html>
"""


def _article(markdown: MarkdownIt, message: MessageRecord) -> str:
    thinking = ""
    if message.thinking.strip():
        folded = html.escape(say("考えたこと", "Thoughts"))
        text = html.escape(message.thinking.strip())
        thinking = f'<details><summary>{folded}</summary><div class="plain">{text}</div></details>\n'
    if message.role == "user" or len(message.text) > MOST_MARKDOWN:
        said = f'<p class="plain">{html.escape(message.text.strip())}</p>'
    else:
        said = markdown.render(message.text)
    who = html.escape(heading(message))
    inside = f'<p class="who">{who}</p>\n{thinking}<div class="said">{said}</div>'
    return f'<article class="{message.role}">\n{inside}\n</article>'
