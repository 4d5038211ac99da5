"""PowerPoint: each slide under its number, with its tables and notes, with python-pptx."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from desktop.documents.container import require_harmless
from desktop.documents.document import MOST_PAGES, MOST_ROWS, Note, Text, bounded
from desktop.documents.tables import table

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DIAGRAM = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_STEP = 360_000  # EMU, a centimetre: shapes whose tops differ less stand beside each other
_LISTED = 12  # numbers in a note
_DEEPEST = 30  # groups within each other


def read_powerpoint(data: bytes) -> Iterator[float | Text]:
    """Yield how much is read, 0 to 1, and at last the text. Raises as ``container.require_harmless``."""
    from pptx.package import Package

    require_harmless(data)
    notes: list[Note] = []
    slides: list[str] = []
    # Not by the library's own function, which takes no slide shows (.ppsx) and no templates.
    presentation = Package.open(io.BytesIO(data)).presentation_part.presentation
    _tell_hidden(presentation, notes)
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


def _tell_hidden(presentation: Any, notes: list[Note]) -> None:  # noqa: ANN401
    hidden = [
        number
        for number, slide in enumerate(presentation.slides, start=1)
        if slide._element.get("show") in ("0", "false")
    ]
    if hidden:
        listed = ", ".join(map(str, hidden[:_LISTED])) + ("…" if len(hidden) > _LISTED else "")
        notes.append(
            Note(
                f"隠されているスライドも読みました（{listed}）。",
                f"Hidden slides were read, too ({listed}).",
            )
        )


def _place(shape: Any) -> tuple[int, int]:  # noqa: ANN401
    """Return where a shape stands: about which height, and how far to the right."""
    return (shape.top or 0) // _STEP, shape.left or 0


def _blocks(shapes: Any, notes: list[Note], depth: int = 0) -> Iterator[str]:  # noqa: ANN401
    if depth > _DEEPEST:
        raise RecursionError
    # They are kept in the order in which they were made, and read from above.
    for shape in sorted(shapes, key=_place):
        if hasattr(shape, "shapes"):
            yield from _blocks(shape.shapes, notes, depth + 1)
        elif getattr(shape, "has_table", False):
            yield table(([cell.text for cell in row.cells] for row in shape.table.rows), notes)
        elif getattr(shape, "has_chart", False):
            yield from _chart(shape.chart, notes)
        elif _DIAGRAM in (getattr(shape._element, "graphicData_uri", None) or ""):
            yield from _diagram(shape)
        elif shape.has_text_frame:
            for paragraph in shape.text_frame.paragraphs:
                if text := _line(paragraph.text):
                    yield f"{'  ' * (paragraph.level or 0)}- {text}"


def _chart(chart: Any, notes: list[Note]) -> Iterator[str]:  # noqa: ANN401
    """Yield a chart's title and its values as a table, a row for each category."""
    if chart.has_title and (title := _line(chart.chart_title.text_frame.text)):
        yield f"- {title}"
    plots = list(chart.plots)
    series = [each for plot in plots for each in plot.series]
    names = [str(name) for name in plots[0].categories] if plots else []
    columns = [list(each.values) for each in series]
    rows = [["", *(each.name for each in series)]]
    for at in range(min(max(map(len, columns), default=0), MOST_ROWS)):
        values = [column[at] if at < len(column) else None for column in columns]
        shown = ["" if value is None else f"{value:.15g}" for value in values]
        rows.append([names[at] if at < len(names) else "", *shown])
    if text := table(rows, notes):
        yield text


def _diagram(shape: Any) -> Iterator[str]:  # noqa: ANN401
    """Yield the words of a SmartArt, which are in a part of its own."""
    from pptx.oxml import parse_xml  # which expands no entities

    for element in shape._element.iter(f"{{{_DIAGRAM}}}relIds"):
        root: Any = parse_xml(shape.part.related_part(element.get(_RELATION + "dm")).blob)
        for point in root.iter(f"{{{_DIAGRAM}}}t"):
            for paragraph in point.iter(_A + "p"):
                if text := _line("".join(each.text or "" for each in paragraph.iter(_A + "t"))):
                    yield f"- {text}"


def _line(text: str) -> str:
    return " ".join(text.split())
