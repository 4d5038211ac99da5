"""The looks of the page that chats are exported to."""

from __future__ import annotations

# The colours of the window (``ui.theme``, which is beyond this package; a test compares them), on screen in
# the scheme that the reader prefers, on paper in the light one.
LIGHT = {
    "page": "#FBFAF7", "ink": "#23221F", "sub": "#6A665D", "faint": "#6E695F", "line": "#E4E0D6",
    "bubble": "#ECE9E0", "code": "#F3F1EB", "accent": "#2F5D8C", "good": "#2F6B49", "caution": "#7F5409",
}  # fmt: skip
DARK = {
    "page": "#1B1C1E", "ink": "#ECEAE4", "sub": "#A9A69E", "faint": "#95928B", "line": "#34363A",
    "bubble": "#2B2D31", "code": "#151618", "accent": "#8DB7E3", "good": "#86C9A2", "caution": "#E0B766",
}  # fmt: skip


def _colours(scheme: dict[str, str]) -> str:
    return " ".join(f"--{name}: {colour};" for name, colour in scheme.items())


STYLE = (
    f"""
:root {{ color-scheme: light dark; {_colours(LIGHT)} }}
@media (prefers-color-scheme: dark) {{ :root {{ {_colours(DARK)} }} }}
@media print {{ :root {{ color-scheme: light; {_colours(LIGHT)} --page: #FFFFFF; }} }}
"""
    + """
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 47.5rem; padding: 3rem 1.25rem 5rem;
  background: var(--page); color: var(--ink);
  font: 1rem/1.8 "Hiragino Sans", "Noto Sans JP", "Noto Sans CJK JP", "Yu Gothic UI", Meiryo, sans-serif;
  line-break: strict; overflow-wrap: anywhere; -webkit-text-size-adjust: 100%; }
header { border-bottom: 1px solid var(--line); padding-bottom: 1rem; }
h1 { font-size: 1.5rem; line-height: 1.45; margin: 0; }
header p { margin: 0.25rem 0 0; }
header p, .who, summary { color: var(--sub); font-size: 0.8125rem; font-weight: normal; }
article { margin: 2.25rem 0; }
.who { margin: 0 0 0.5rem; }
.user .who { text-align: right; }
.user .said { background: var(--bubble); border-radius: 0.75rem; margin-left: auto; max-width: 85%;
  padding: 0.625rem 1rem; width: fit-content; }
.said > :first-child, blockquote > :first-child { margin-top: 0; }
.said > :last-child, blockquote > :last-child { margin-bottom: 0; }
p, ul, ol, pre, blockquote, .table, .formula, hr { margin: 1rem 0; }
h3, h4, h5, h6 { line-height: 1.5; margin: 1.75rem 0 0.75rem; }
h3 { font-size: 1.25rem; }
h4 { font-size: 1.125rem; }
h5, h6 { font-size: 1rem; }
ul, ol { padding-left: 1.75rem; }
li { margin: 0.25rem 0; }
li > ul, li > ol { margin: 0.25rem 0; }
li > p, li > pre, li > .table { margin: 0.5rem 0; }
.task { list-style: none; }
.box { color: var(--accent); display: inline-block; margin-left: -1.5rem; width: 1.5rem; }
a { color: var(--accent); text-underline-offset: 0.2em; }
blockquote { border-left: 3px solid var(--line); color: var(--sub); padding-left: 1rem; }
hr { border: 0; border-top: 1px solid var(--line); }
code, pre {
  font-family: ui-monospace, "Osaka-Mono", "BIZ UDGothic", "Noto Sans Mono CJK JP", Consolas, monospace; }
code { background: var(--code); border-radius: 0.25rem; font-size: 0.9em; padding: 0.1em 0.3em; }
pre { background: var(--code); border: 1px solid var(--line); border-radius: 0.5rem; line-height: 1.6;
  overflow-x: auto; overflow-wrap: normal; padding: 0.75rem 1rem; }
pre code { background: none; font-size: 0.875rem; padding: 0; }
pre[data-language]::before { color: var(--faint); content: attr(data-language); display: block;
  font-size: 0.75rem; margin-bottom: 0.25rem; }
.keyword, .name { color: var(--accent); }
.string { color: var(--good); }
.number { color: var(--caution); }
.comment { color: var(--faint); }
.table, .formula { overflow-x: auto; }
table { border-collapse: collapse; line-height: 1.6; }
th, td { border-bottom: 1px solid var(--line); padding: 0.375rem 1rem 0.375rem 0; text-align: left; }
th { color: var(--sub); font-size: 0.875rem; }
th:last-child, td:last-child { padding-right: 0; }
.right { text-align: right; }
.center { text-align: center; }
ruby { ruby-position: over; }
rt { color: var(--sub); font-size: 0.55em; }
sup { font-size: 0.75em; line-height: 1; }
sup a { padding: 0 0.15em; text-decoration: none; }
.note { color: var(--sub); font-size: 0.875rem; margin: 0.25rem 0; }
.note:target, sup:target { background: var(--bubble); border-radius: 0.25rem; }
.back { text-decoration: none; }
math { font-family: "Cambria Math", "STIX Two Math", "Latin Modern Math", "Noto Sans Math", math;
  font-size: 1.1em; }
mtd[columnalign="left"] { text-align: left; }
mtd[columnalign="right"] { text-align: right; }
menclose[notation="box"] { border: 1px solid; padding: 0.1em 0.2em; }
[mathvariant="bold"] { font-weight: bold; }
.plain { white-space: pre-wrap; }
details { margin: 0 0 0.75rem; }
summary { cursor: pointer; }
details .plain { border-left: 3px solid var(--line); color: var(--sub); font-size: 0.875rem;
  margin: 0.5rem 0 0; padding-left: 1rem; }
@media print {
  body { font-size: 10.5pt; max-width: none; padding: 0; }
  pre, .table, .formula { overflow: visible; }
  pre { white-space: pre-wrap; }
  pre, tr, blockquote { break-inside: avoid; }
  .who, h3, h4, h5, h6 { break-after: avoid; }
  .said a:not(.bare):not([href^="#"])::after { color: var(--sub);
    content: "（" attr(href) "）"; font-size: 0.875em; }
  .back { display: none; }
}
"""
)
