"""HTML of a stranger as Markdown: words and their structure; nothing is fetched, scripts are dropped."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from desktop.exchange.shapes import fenced

_BLOCKS = frozenset({"p", "div", "section", "article", "ul", "ol", "table", "blockquote", "hr"})
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*", "code": "`", "del": "~~", "s": "~~"}
_SILENT = frozenset({"script", "style", "head", "title"})
_HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
_MOST_NESTING = 20


def to_markdown(html: str) -> str:
    """Return the text of a piece of HTML; what is not closed ends with it."""
    parser = _Markdown()
    parser.feed(html)
    parser.close()
    return parser.text()


class Forgiving(HTMLParser):
    """Python's parser, which knows no ``<![if …]>`` and the like: they are comments, as in browsers."""

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Read over it; Python's own raises ``AssertionError``."""
        return self.parse_bogus_comment(i, report)


class _Markdown(Forgiving):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._blocks: list[str] = []  # that are finished
        self._parts: list[str] = []  # of the prose since then
        self._lists: list[int | None] = []  # the next number of an ordered one
        self._links: list[str] = []
        self._code: list[str] | None = None  # within <pre>
        self._cells = 0  # in the first row of a table
        self._silent = 0

    def text(self) -> str:
        """Return what was read."""
        self._end_code()
        self._end_prose()
        return "\n\n".join(self._blocks)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: PLR0912
        if tag in _SILENT:
            self._silent += 1
        elif tag == "pre":
            self._end_code()
            self._end_prose()
            self._code = []
        elif self._code is not None:
            if tag == "br":
                self._code.append("\n")
        elif tag == "br":
            self._parts.append("\n")
        elif tag in ("ul", "ol"):
            self._parts.append("" if self._lists else "\n\n")
            if len(self._lists) < _MOST_NESTING:
                self._lists.append(1 if tag == "ol" else None)
        elif tag == "li":
            self._item()
        elif tag == "table":
            self._parts.append("\n\n")
            self._cells = 0
        elif tag in _HEADINGS:
            self._parts.append("\n\n" + _HEADINGS[tag])
        elif tag in ("td", "th"):
            self._parts.append("| ")
            self._cells += self._cells >= 0
        elif tag == "a":
            self._links.append(dict(attrs).get("href") or "")
            self._parts.append("[")
        elif tag in _MARKS:
            self._parts.append(_MARKS[tag])
        elif tag in _BLOCKS and not self._lists:
            self._parts.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag == "pre":
            self._end_code()
        elif self._code is not None:
            return
        elif tag in ("ul", "ol"):
            if self._lists:
                self._lists.pop()
            self._parts.append("\n")
        elif tag == "tr":
            self._row()
        elif tag in ("td", "th"):
            self._parts.append(" ")
        elif tag == "a" and self._links:
            self._parts.append(f"]({self._links.pop()})")
        elif tag in _MARKS:
            self._parts.append(_MARKS[tag])
        elif tag in _HEADINGS or (tag in _BLOCKS and not self._lists):
            self._parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._code is not None:
            self._code.append(data)
        else:
            self._parts.append(re.sub(r"\s*\n\s*", " " if data.strip() else "", data))

    def _item(self) -> None:
        number = self._lists[-1] if self._lists else None
        mark = "- " if number is None else f"{number}. "
        if number is not None:
            self._lists[-1] = number + 1
        self._parts.append("\n" + "   " * max(0, len(self._lists) - 1) + mark)

    def _row(self) -> None:
        self._parts.append("|\n")
        if self._cells > 0:  # Markdown knows a table by the line below its first row
            self._parts.append("|" + " --- |" * self._cells + "\n")
        self._cells = -1  # the rows that follow need none

    def _end_code(self) -> None:
        code, self._code = self._code, None
        if code is not None:
            self._blocks.append(fenced("".join(code).strip("\n")))

    def _end_prose(self) -> None:
        text = re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", "".join(self._parts))).strip()
        self._parts.clear()
        self._blocks += [text] if text else []
