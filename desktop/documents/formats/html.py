"""HTML as Markdown, with Beautiful Soup and markdownify. Scripts and styles go; nothing is fetched."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from desktop.documents.document import Note, Text, bounded
from desktop.documents.encodings import declared_in_html
from desktop.documents.formats.html_tables import even_out
from desktop.documents.formats.text import decoded

_UNSEEN = (
    "script",
    "style",
    "noscript",
    "template",
    "head",
    "iframe",
    "object",
    "embed",
    "svg",
    "canvas",
    "rp",
)
_HIDDEN = re.compile(
    r"(?:^|[;\s])(?:display\s{0,8}:\s{0,8}none|visibility\s{0,8}:\s{0,8}hidden)", re.IGNORECASE
)
_BAR = re.compile(r"(?<!\\)\|")
_BREAK = re.compile(r"<br\s{0,8}>", re.IGNORECASE)
_EMPTY_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+\n")


def read_html(data: bytes, encoding: str) -> Text:
    """Read a page, in the encoding that is chosen, else the one that its head names, else the one found."""
    source, encoding, notes = decoded(data, encoding, declared_in_html(data))
    return Text(bounded(markdown_of(source, notes), notes), tuple(notes), encoding)


def markdown_of(source: str, notes: list[Note]) -> str:
    """Return the text of a page; where it is nested beyond sense, without its layout, and with a note."""
    from bs4 import BeautifulSoup

    # The parser remembers each break that does not close itself, and goes through them at every end tag.
    soup = BeautifulSoup(_BREAK.sub("<br/>", source), "html.parser")
    title = soup.title.get_text(" ", strip=True) if soup.title else ""
    for tag in _outermost(soup, _UNSEEN):
        tag.clear()
    for tag in _outermost(soup, _is_hidden):
        tag.clear()
    even_out(soup)
    for ruby in _outermost(soup, "ruby"):
        ruby.string = _spelled(ruby)
    try:
        text = _markdown(soup)
    except RecursionError:
        text = soup.get_text("\n", strip=True)
        notes.append(
            Note(
                "入れ子が深すぎるので、見出しや表の形は省き、文字だけを読みました。",
                "It is nested too deeply, so only its words were read, without headings and tables.",
            )
        )
    text = _EMPTY_LINES.sub("\n\n", text).strip()
    return text if not title or title in text[: len(title) + 4] else f"# {title}\n\n{text}".rstrip()


def _markdown(soup: Any) -> str:  # noqa: ANN401
    from markdownify import MarkdownConverter

    class Converter(MarkdownConverter):
        """With the bars in cells escaped."""

        def convert_td(self, el: Any, text: str, parent_tags: Any) -> str:  # noqa: ANN401
            return str(super().convert_td(el, _BAR.sub(r"\|", text), parent_tags))  # type: ignore[misc]

        def convert_th(self, el: Any, text: str, parent_tags: Any) -> str:  # noqa: ANN401
            return str(super().convert_th(el, _BAR.sub(r"\|", text), parent_tags))  # type: ignore[misc]

    # Pictures may be megabytes of data: and are of no use to a model that reads.
    converter = Converter(
        heading_style="ATX", bullets="-", strip=["img"], escape_asterisks=False, escape_underscores=False,
        escape_misc=False,
    )  # fmt: skip
    text: str = converter.convert_soup(soup)
    return text


def _is_hidden(tag: Any) -> bool:  # noqa: ANN401
    """Return whether a page does not show it: what no person sees is not given to a model in their name."""
    return tag.has_attr("hidden") or bool(_HIDDEN.search(str(tag.get("style", ""))))


def _spelled(ruby: Any) -> str:  # noqa: ANN401
    """Return ruby as ｜漢字《かんじ》."""
    readings = _outermost(ruby, "rt")
    reading = "".join(each.get_text(strip=True) for each in readings)
    for each in readings:
        each.clear()
    base: str = ruby.get_text(strip=True)
    return f"｜{base}《{reading}》" if reading else base


def _outermost(tag: Any, names: str | tuple[str, ...] | Callable[[Any], bool]) -> list[Any]:  # noqa: ANN401
    """Return the tags of these names, or of which this is true, but for those within another of them.

    They are to be emptied in place: taking a tag out looks for it among its siblings, and what is nested a
    thousand times would be gone through a thousand times.
    """
    found, within = list[Any](), set[int]()
    for each in tag.find_all(names):
        if id(each) not in within:
            within.update(map(id, each.find_all(names)))
            found.append(each)
    return found
