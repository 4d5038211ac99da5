"""HTML as Markdown, with Beautiful Soup and markdownify. Scripts and styles go; nothing is fetched."""

from __future__ import annotations

import re
from typing import Any

from desktop.documents.document import Note, Text, bounded
from desktop.documents.encodings import declared_in_html
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
_EMPTY_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+\n")


def read_html(data: bytes, encoding: str) -> Text:
    """Read a page, in the encoding that is chosen, else the one that its head names, else the one found."""
    source, encoding, notes = decoded(data, encoding, declared_in_html(data))
    return Text(bounded(markdown_of(source, notes), notes), tuple(notes), encoding)


def markdown_of(source: str, notes: list[Note]) -> str:
    """Return the text of a page; where it is nested beyond sense, without its layout, and with a note."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(source, "html.parser")
    title = soup.title.get_text(" ", strip=True) if soup.title else ""
    for tag in soup.find_all(_UNSEEN):
        tag.extract()  # not ``decompose``: a tag within one that is gone already is asked for too
    for ruby in soup.find_all("ruby"):
        _spell(ruby)
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

    # Pictures may be megabytes of data: and are of no use to a model that reads.
    converter = MarkdownConverter(
        heading_style="ATX", bullets="-", strip=["img"], escape_asterisks=False, escape_underscores=False,
        escape_misc=False,
    )  # fmt: skip
    text: str = converter.convert_soup(soup)
    return text


def _spell(ruby: Any) -> None:  # noqa: ANN401
    """Write ruby as ｜漢字《かんじ》."""
    readings = ruby.find_all("rt")
    reading = "".join(each.get_text(strip=True) for each in readings)
    for each in readings:
        each.extract()
    base = ruby.get_text(strip=True)
    ruby.replace_with(f"｜{base}《{reading}》" if reading else base)
