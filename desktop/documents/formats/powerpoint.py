"""PowerPoint: each slide under its number, with its tables and notes, with python-pptx."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from desktop.documents.container import require_harmless
from desktop.documents.document import MOST_PAGES, Note, Text, bounded
from desktop.documents.tables import table

_DEEPEST = 30  # groups within each other


def read_powerpoint(data: bytes) -> Iterator[float | Text]:
    """Yield how much is read, 0 to 1, and at last the text. Raises as ``container.require_harmless``."""
    from pptx import Presentation

    require_harmless(data)
    notes: list[Note] = []
    slides: list[str] = []
    presentation = Presentation(io.BytesIO(data))
    count = len(presentation.slides)
    for number, slide in enumerate(presentation.slides, start=1):
        if number > MOST_PAGES:
            notes.append(
                Note(
                    f"{count:,}枚のうち、先頭の{MOST_PAGES:,}枚を読みました。",
                    f"The first {MOST_PAGES:,} of {count:,} slides were read.",
                )
            )
            break
        title = slide.shapes.title
        blocks = [f"## [{number}] {_line(title.text_frame.text) if title is not None else ''}".rstrip()]
        others = (shape for shape in slide.shapes if title is None or shape.shape_id != title.shape_id)
        blocks += _blocks(others, notes)
        if slide.has_notes_slide:
            frame = slide.notes_slide.notes_text_frame
            said = frame.text.strip() if frame is not None else ""
            blocks += [f"> {line}" for line in said.splitlines() if line.strip()]
        slides.append("\n".join(blocks))
        yield number / count
    yield Text(bounded("\n\n".join(slides), notes), tuple(notes))


def _blocks(shapes: Any, notes: list[Note], depth: int = 0) -> Iterator[str]:  # noqa: ANN401
    if depth > _DEEPEST:
        raise RecursionError
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _blocks(shape.shapes, notes, depth + 1)
        elif getattr(shape, "has_table", False):
            yield table(([cell.text for cell in row.cells] for row in shape.table.rows), notes)
        elif shape.has_text_frame:
            for paragraph in shape.text_frame.paragraphs:
                if text := _line(paragraph.text):
                    yield f"{'  ' * (paragraph.level or 0)}- {text}"


def _line(text: str) -> str:
    return " ".join(text.split())
