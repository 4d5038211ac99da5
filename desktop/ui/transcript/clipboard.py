"""Selected text on the clipboard: plain, as Markdown and as rich text at once; each program takes its own."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from desktop.markdown.blocks import Block, parse, plain
from desktop.markdown.copied import as_html, as_markdown, as_text
from desktop.markdown.inline import printable

MAX_RICH = 200_000  # characters; of more, the clipboard has the source alone, without a wait
MARKDOWN = "text/markdown"


class Piece(NamedTuple):
    """What is taken of one message: ``source``, if it is everything, and the blocks, if they are there."""

    source: str
    parts: list[Block] | None
    role: str

    def blocks(self) -> list[Block]:
        """Return the text as blocks."""
        if self.parts is not None:
            return self.parts
        return plain(self.source) if self.role == "user" else parse(self.source)

    def markdown(self) -> str:
        """Return the source where it is everything, else Markdown that means the same."""
        return printable(self.source).strip() or as_markdown(self.blocks())


def put_on_clipboard(pieces: list[Piece], wish: str = "copy") -> None:
    """Copy: "copy" in all three forms, "markdown" or "text" in one."""
    if sum(len(piece.source) for piece in pieces) > MAX_RICH:
        QGuiApplication.clipboard().setText(as_source(pieces))
        return
    blocks = [piece.blocks() for piece in pieces]
    text = "\n\n".join(map(as_text, blocks))
    if wish != "copy":
        QGuiApplication.clipboard().setText(as_source(pieces) if wish == "markdown" else text)
        return
    data = QMimeData()
    data.setText(text)
    data.setHtml("".join(map(as_html, blocks)))
    data.setData(MARKDOWN, as_source(pieces).encode("utf-8", "replace"))
    QGuiApplication.clipboard().setMimeData(data)


def as_source(pieces: list[Piece]) -> str:
    """Return everything as Markdown."""
    return "\n\n".join(piece.markdown() for piece in pieces)


def as_quote(pieces: list[Piece]) -> str:
    """Return everything as a quotation in Markdown; '' for nothing."""
    source = as_source(pieces).strip()
    return "\n".join(f"> {line}".rstrip() for line in source.split("\n")) if source else ""
