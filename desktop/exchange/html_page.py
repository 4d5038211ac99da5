"""The shown branch as one HTML page that stands alone: no script, nothing fetched, raw HTML is text."""

from __future__ import annotations

import html

from desktop.exchange import html_blocks
from desktop.exchange.html_style import STYLE
from desktop.exchange.words import heading, title_of
from desktop.language import language, say
from desktop.markdown.blocks import parse, plain
from desktop.moments import moment
from desktop.store.records import ChatRecord, MessageRecord, shown

# The browser is told as well that this page loads nothing.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def write(record: ChatRecord) -> str:
    """Return the page; what was thought is in folds."""
    title = html.escape(title_of(record))
    articles = "\n".join(
        _article(each, f"m{number}")
        for number, each in enumerate(shown(record), 1)
        if each.text.strip() or each.thinking.strip()
    )
    when = moment(record.created)
    began = f"\n<p><time>{when}</time></p>" if when else ""
    return f"""<!DOCTYPE html>
<html lang="{language()}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{STYLE}</style>
</head>
<body>
<header>
<h1>{title}</h1>{began}
</header>
<main>
{articles}
</main>
</body>
</html>
"""


def _article(message: MessageRecord, name: str) -> str:
    thinking = ""
    if message.thinking.strip():
        folded = html.escape(say("考えたこと", "Thoughts"))
        thought = html_blocks.plain(plain(message.thinking.strip("\r\n")))
        thinking = f"<details><summary>{folded}</summary>{thought}</details>\n"
    if message.role == "user":
        said = html_blocks.plain(plain(message.text.strip("\r\n")))
    else:
        said = html_blocks.as_html(parse(message.text), name)
    inside = f'<h2 class="who">{html.escape(heading(message))}</h2>\n{thinking}<div class="said">{said}</div>'
    return f'<article class="{message.role}" id="{name}">\n{inside}\n</article>'
