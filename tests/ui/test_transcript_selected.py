"""How selected text looks: in ink on the ground of the selection, and nothing beside it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot
from transcripts import WAIT, opened, settle, views

from desktop.ui import theme
from desktop.ui.transcript import Entry, Transcript
from desktop.ui.worker import Jobs


@pytest.fixture
def transcript(qtbot: QtBot, qapp: object) -> Iterator[Transcript]:
    theme.apply(qapp, "light")  # type: ignore[arg-type]
    jobs = Jobs()
    made = opened(qtbot)
    made.set_jobs(jobs)
    yield made
    jobs.close()


def picture(transcript: Transcript) -> QImage:
    """The first block of the only message."""
    view = views(transcript)[1]
    at = view.text_origin().toPoint()
    return view.grab(QRect(at, QSize(view.width(), round(view.flow.segments[0].height)))).toImage()


def count(image: QImage, color: str) -> int:
    wanted = QColor(color).rgb()
    return sum(image.pixel(x, y) == wanted for x in range(image.width()) for y in range(image.height()))


def test_what_stands_in_a_formulas_place_stays_invisible(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.show_entries([Entry(1, "assistant", "$$\n\\int_0^1 x\\,dx\n$$")])
    view = views(transcript)[1]

    def drawn() -> bool:
        segment = view.flow.segments[0]
        return segment.document is not None and "int" not in segment.document.toPlainText()

    qtbot.waitUntil(drawn, timeout=WAIT)
    settle(qtbot, transcript)
    before = count(picture(transcript), theme.LIGHT.ink)
    transcript.select_all()
    after = picture(transcript)
    assert count(after, theme.LIGHT.selection) > 100
    assert 0 < count(after, theme.LIGHT.ink) <= before


def test_only_what_is_in_a_table_is_marked(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.show_entries([Entry(1, "assistant", "| 項目 | 数量 |\n|--|--|\n| りんご | 12 |")])
    settle(qtbot, transcript)
    transcript.select_all()
    image = picture(transcript)
    segment = views(transcript)[1].flow.segments[0]
    assert segment.document is not None
    first = segment.document.begin().next()
    cell = segment.document.documentLayout().blockBoundingRect(first).translated(segment.origin())
    beside = image.copy(0, 0, round(cell.left()) - 1, image.height())
    above = image.copy(0, 0, image.width(), round(cell.top()) - 1)
    assert count(image, theme.LIGHT.selection) > 100
    assert (count(beside, theme.LIGHT.selection), count(above, theme.LIGHT.selection)) == (0, 0)


def test_links_and_code_are_written_in_ink_where_they_are_selected(
    transcript: Transcript, qtbot: QtBot
) -> None:
    transcript.show_entries([Entry(1, "assistant", "[資料](https://example.com/)")])
    settle(qtbot, transcript)
    assert count(picture(transcript), theme.LIGHT.accent) > 0
    transcript.select_all()
    assert count(picture(transcript), theme.LIGHT.accent) == 0
