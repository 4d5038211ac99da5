"""A chat on paper, or as a PDF: the same blocks as on the screen, drawn as vectors, page by page.

Everything is laid out on one long strip, four times as large as on the screen, so that hinting for the screen
moves nothing. The strip is cut where that does no harm: between lines, never after a heading, never leaving
one line of a paragraph alone. All of it may run in a worker: Qt allows text, PDF and printers there.
"""

from __future__ import annotations

import os
import tempfile
from bisect import bisect_left, bisect_right
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QMarginsF, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QFontMetricsF,
    QPagedPaintDevice,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QTextBlock,
    QTextDocument,
    QTextTable,
)

from desktop import __version__
from desktop.errors import KotonohaError
from desktop.jobs import Cancel
from desktop.language import say
from desktop.markdown.blocks import parse, plain
from desktop.store.replacing import may_replace
from desktop.ui import theme
from desktop.ui.exchange.pdf_text import name_ideographs
from desktop.ui.transcript.flow import Flow
from desktop.ui.transcript.formulas import Formula, Formulas, Wanted, draw
from desktop.ui.transcript.look import Look
from desktop.ui.transcript.segment import Segment

FINE = 4.0  # times the size on the screen
COLUMN = 680  # px of the screen across the text: on A4 then 15 px are 10.6 pt, 45 characters a line
MARGIN_MM = QMarginsF(20, 22, 20, 22)  # left, top, right, bottom
KEPT_TOGETHER = 3  # lines: a paragraph of so many is not cut


class Part(NamedTuple):
    """One message: who wrote it, and when or by what; ``asked`` is plain text of the person."""

    who: str
    note: str
    text: str
    asked: bool


@dataclass(frozen=True)
class Sheet:
    """What is printed."""

    title: str
    note: str  # under the title
    parts: Sequence[Part]


@dataclass(frozen=True)
class Printed:
    """Event: so many pages of all are done."""

    pages: int
    of: int


class _Now(Formulas):
    """Draws each formula when it is asked for, which in a worker is no harm."""

    def find(self, asked: Wanted) -> Formula | None:
        return _drawn(asked)


@lru_cache(maxsize=600)
def _drawn(asked: Wanted) -> Formula | None:
    return draw(asked)


def save_pdf(sheet: Sheet, path: Path, cancel: Cancel) -> Iterator[Printed]:
    """Write ``sheet`` to ``path`` as A4. What was there stays until all is written.

    Raises ``KotonohaError("pdf_not_written")``, also for what is no regular file.
    """
    require_replaceable(path)
    parts: list[Path] = []
    try:
        for _ in range(2):  # names of our own, so that nothing that waits there is written through
            descriptor, name = tempfile.mkstemp(".part", "kotonoha-", path.parent)
            os.close(descriptor)
            parts.append(Path(name))
        drawn, part = parts
        writer = QPdfWriter(str(drawn))
        writer.setTitle(sheet.title)
        writer.setCreator(f"Kotonoha {__version__}")
        writer.setResolution(1200)
        dress(writer)
        yield from paint(sheet, writer, cancel, path.name)
        del writer
        name_ideographs(drawn, part)
        part.replace(path)
    except OSError as error:
        raise _not_written(path.name, error.strerror or "") from error
    finally:
        for each in parts:
            each.unlink(missing_ok=True)


def require_replaceable(path: Path) -> None:
    """Raise ``KotonohaError("pdf_not_written")`` where ``path`` is a device, a pipe or a link."""
    try:
        if may_replace(path):
            return
    except OSError as error:
        raise _not_written(path.name, error.strerror or "") from error
    raise _not_written(
        path.name, say("ふつうのファイルの名前ではありません", "not the name of a regular file")
    )


def dress(device: QPagedPaintDevice) -> None:
    """Give the device our page: A4 with margins."""
    device.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4),
            QPageLayout.Orientation.Portrait,
            MARGIN_MM,
            QPageLayout.Unit.Millimeter,
        )
    )


def paint(
    sheet: Sheet, device: QPagedPaintDevice, cancel: Cancel, name: str = ""
) -> Generator[Printed, None, int]:
    """Draw ``sheet`` on ``device``, whose page layout is kept to; return the number of pages.

    ``name`` is what the device is called in an error.

    Raises ``KotonohaError("pdf_not_written")`` where the device cannot be drawn on.
    """
    painter = QPainter()
    if not painter.begin(device):
        raise _not_written(name)
    try:
        room = QRectF(painter.viewport())  # inside the margins, in dots
        scale = room.width() / (COLUMN * FINE)
        strip = _Strip(sheet, room.height() / scale, cancel)
        for number, (start, end) in enumerate(strip.pages, 1):
            cancel.raise_if_set()
            if number > 1:
                device.newPage()
            painter.save()
            painter.scale(scale, scale)
            strip.paint(painter, number, start, end)
            painter.restore()
            yield Printed(number, len(strip.pages))
        return len(strip.pages)
    finally:
        painter.end()


class _Cut(NamedTuple):
    """Where a page may end, and where the next one begins then."""

    end: float
    start: float


class _Strip:
    """Everything below each other, and the pages that it is cut into."""

    def __init__(self, sheet: Sheet, page_height: float, cancel: Cancel) -> None:
        look = Look(FINE, _Now())
        look.tokens = theme.LIGHT
        self._look, self._sheet = look, sheet
        self._width = COLUMN * FINE
        self._foot = look.px(40)  # of each page, for its number
        self._head = look.px(36)  # of each page but the first, for the title
        self._cuts: list[_Cut] = []
        self._heads: list[tuple[float, Part]] = []
        self._bars: list[tuple[float, float]] = []  # beside what the person wrote
        self._tops: list[float] = []
        self._segments: list[Segment] = []
        self._title_lines = _wrapped(sheet.title, look, self._width)
        y = float(len(self._title_lines) * look.px(32) + look.px(46))
        for part in sheet.parts:
            cancel.raise_if_set()
            y = self._add(part, y)
        self.height = y
        self.pages = list(self._divide(page_height))

    def _add(self, part: Part, y: float) -> float:
        look = self._look
        if self._heads:
            self._cuts.append(_Cut(y, y + look.px(24)))
            y += look.px(24)
        self._heads.append((y, part))
        y += look.px(30)
        inset = look.px(14) if part.asked else 0
        flow = Flow(look, self._width - inset)
        flow.replace(0, plain(part.text) if part.asked else parse(part.text))
        begin = y
        for number, segment in enumerate(flow.segments):
            segment.lay_out()
            if number and flow.segments[number - 1].block.kind != "heading":
                self._cuts.append(_Cut(y, y + segment.gap))
            self._cuts += (_Cut(y + cut, y + cut) for cut in _inner_cuts(segment))
            self._tops.append(y)
            self._segments.append(segment)
            y += segment.height
            segment.forget()  # until its page is drawn: a document takes 20 kB
        if part.asked:
            self._bars.append((begin, y))
        return y

    def _divide(self, page_height: float) -> Iterator[tuple[float, float]]:
        start = 0.0
        ends = [cut.end for cut in self._cuts]
        while True:
            room = page_height - self._foot - (self._head if start else 0)
            if start + room >= self.height:
                yield start, self.height
                return
            at = bisect_right(ends, start + room) - 1
            if at >= 0 and ends[at] > start + room / 4:
                cut = self._cuts[at]
            else:  # nothing here may be cut, such as a picture higher than a page
                cut = _Cut(start + room, start + room)
            yield start, cut.end
            start = cut.start

    def paint(self, painter: QPainter, number: int, start: float, end: float) -> None:
        """Draw page ``number``, from ``start`` to ``end``; the painter's origin is its top left."""
        look = self._look
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_frame(painter, number)
        painter.translate(0, (self._head if start else 0) - start)
        painter.setClipRect(QRectF(-look.px(40), start, self._width + look.px(80), end - start))
        for y, part in self._heads:
            if start <= y < end:
                self._paint_head(painter, part, y)
        for top, bottom in self._bars:
            shown = QRectF(0, max(top, start), look.px(3), min(bottom, end) - max(top, start))
            if shown.height() > 0:
                painter.fillRect(shown, look.colour("accent"))
        first = max(0, bisect_right(self._tops, start) - 1)
        bars = [top for top, _ in self._bars]
        for at in range(first, bisect_left(self._tops, end)):
            top, segment = self._tops[at], self._segments[at]
            bar = bisect_right(bars, top) - 1
            asked = bar >= 0 and top < self._bars[bar][1]
            painter.save()
            painter.translate(look.px(14) if asked else 0, top)
            segment.paint(painter, None, QRectF(0, start - top, self._width, end - start))
            painter.restore()
            segment.forget()

    def _paint_frame(self, painter: QPainter, number: int) -> None:
        """Draw title and number of a page."""
        look = self._look
        painter.setPen(look.colour("sub"))
        painter.setFont(look.small)
        page = painter.worldTransform().inverted()[0].mapRect(QRectF(painter.viewport()))
        foot = QRectF(0, page.height() - look.px(20), self._width, look.px(20))
        painter.drawText(foot, Qt.AlignmentFlag.AlignCenter, f"{number} / {len(self.pages)}")
        if number > 1:
            title = QFontMetricsF(look.small).elidedText(
                self._sheet.title, Qt.TextElideMode.ElideRight, self._width
            )
            painter.drawText(QRectF(0, 0, self._width, look.px(18)), Qt.AlignmentFlag.AlignLeft, title)
            painter.fillRect(QRectF(0, look.px(22), self._width, 2), look.colour("line"))
            return
        painter.setPen(look.colour("ink"))
        painter.setFont(look.heading(1))
        y = 0.0
        for line in self._title_lines:
            painter.drawText(QRectF(0, y, self._width, look.px(32)), Qt.AlignmentFlag.AlignVCenter, line)
            y += look.px(32)
        painter.setPen(look.colour("sub"))
        painter.setFont(look.small)
        painter.drawText(
            QRectF(0, y, self._width, look.px(20)), Qt.AlignmentFlag.AlignVCenter, self._sheet.note
        )
        painter.fillRect(QRectF(0, y + look.px(28), self._width, 2), look.colour("line"))

    def _paint_head(self, painter: QPainter, part: Part, y: float) -> None:
        look = self._look
        font = theme.ui_font(theme.SMALL_PX * look.zoom, weight=look.heading(1).weight())
        line = QRectF(0, y, self._width, look.px(22))
        painter.setFont(font)
        painter.setPen(look.colour("accent" if part.asked else "ink"))
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, part.who)
        painter.setFont(look.small)
        painter.setPen(look.colour("sub"))
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, part.note)


def _inner_cuts(segment: Segment) -> Iterator[float]:
    """Yield where a segment may be cut, from its top."""
    made, kind = segment.document, segment.block.kind
    if made is None or kind in ("heading", "math", "rule"):
        return
    top = segment.origin().y()
    if kind == "table":
        yield from (top + start for start in _row_starts(made, segment.look.px(7)))
        return
    bottoms = [top + bottom for bottom in _line_ends(made.begin())]
    if len(bottoms) > KEPT_TOGETHER:
        yield from bottoms[1:-2]


def _row_starts(made: QTextDocument, padding: float) -> Iterator[float]:
    """Yield where the rows of a table begin, from the third on: its head is not left alone."""
    table = next((frame for frame in made.rootFrame().childFrames() if isinstance(frame, QTextTable)), None)
    for row in range(2, table.rows() if table else 0):
        cell = table.cellAt(row, 0).firstCursorPosition().block()  # type: ignore[union-attr]
        yield made.documentLayout().blockBoundingRect(cell).top() - padding


def _line_ends(block: QTextBlock) -> Iterator[float]:
    layout = block.document().documentLayout()
    while block.isValid():
        place: QPointF = layout.blockBoundingRect(block).topLeft()
        for number in range(block.layout().lineCount()):
            line = block.layout().lineAt(number)
            yield place.y() + line.y() + line.height()
        block = block.next()


def _wrapped(title: str, look: Look, width: float) -> list[str]:
    """Return the title in at most two lines."""
    metrics = QFontMetricsF(look.heading(1))
    fits = next((n for n in range(len(title), 0, -1) if metrics.horizontalAdvance(title[:n]) <= width), 1)
    if fits >= len(title):
        return [title]
    return [title[:fits], metrics.elidedText(title[fits:].strip(), Qt.TextElideMode.ElideRight, width)]


def _not_written(name: str, why: str = "") -> KotonohaError:
    what = f"「{name}」を" if name else ""
    reason = f"（{why}）" if why else ""
    return KotonohaError(
        "pdf_not_written",
        f"{what}書き出せませんでした{reason}。対話はそのままです。ほかの場所か、ほかのプリンターを選んでください。",
        f"{name or 'The chat'} could not be written{f' ({why})' if why else ''}. "
        "The chat is unchanged. Choose another place or printer.",
    )
