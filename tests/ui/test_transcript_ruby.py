"""Readings: apart from their base and from each other, over kana beside them and over nothing else."""

import random
import re
from itertools import pairwise

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF, QImage, QPainter
from pytestqt.qtbot import QtBot

from desktop.jobs import Cancel
from desktop.markdown.blocks import parse
from desktop.ui.transcript.furigana import annotated
from desktop.ui.transcript.look import Look
from desktop.ui.transcript.overlay import Mark, x_of
from desktop.ui.transcript.segment import Segment

KANA = re.compile("[ぁ-んァ-ヶー、。「」]")
WORDS = [
    "｜志《こころざし》", "｜私《わたくし》", "｜短《みじか》", "｜強調《きょうちょう》", "｜漢字《かんじ》",
    "山", "は", "、", "いろは",
]  # fmt: skip
ROW = ["漢《かん》", "字《じ》", "早《はや》", "用《よう》", "備《び》", "未《み》", "済《すみ》"]
WIDE_TABLE = "\n".join([f"|{'|'.join('一二三四五六七')}|", "|-" * 7 + "|", f"|{'|'.join(ROW)}|"])


def laid_out(text: str, width: float = 600, zoom: float = 1.0) -> Segment:
    segment = Segment(parse(text)[0], None, Look(zoom), width)
    segment.lay_out()
    return segment


def extent(mark: Mark) -> tuple[float, float]:
    assert mark.font is not None
    spacing = mark.font.letterSpacing()
    advance = QFontMetricsF(mark.font).horizontalAdvance(mark.text) - spacing
    return mark.place.x(), mark.place.x() + advance


def characters(segment: Segment) -> list[tuple[str, float, float]]:
    """Return each character, and where it begins and ends."""
    assert segment.document is not None
    block = segment.document.firstBlock()
    place = segment.document.documentLayout().blockBoundingRect(block).topLeft()
    text, layout, found = block.text(), block.layout(), []
    for number in range(layout.lineCount()):
        line = layout.lineAt(number)
        for at in range(line.textStart(), line.textStart() + line.textLength()):
            left = place.x() + x_of(line, at)
            found.append(
                (text[at], left, left + QFontMetricsF(segment.look.text).horizontalAdvance(text[at]))
            )
    return found


def bare(text: str) -> str:
    return re.sub("《.*?》", "", text).replace("｜", "")


def width(text: str) -> float:
    return laid_out(text).ideal_width()


@pytest.mark.parametrize("zoom", [1.0, 1.25, 1.5, 2.0])
@pytest.mark.parametrize(
    "text", ["短《みじか》い早《はや》い用《よう》", "**漢《かん》備《び》**", WIDE_TABLE]
)
def test_a_reading_does_not_touch_its_base(qtbot: QtBot, text: str, zoom: float):
    segment = laid_out(text, 640 * zoom, zoom)
    image = QImage(round(640 * zoom), round(segment.height) + 20, QImage.Format.Format_Grayscale8)
    for mark in segment._mark_list():
        left, right = extent(mark)
        image.fill(255)
        painter = QPainter(image)
        painter.translate(0, 10)
        segment.paint(painter, None, QRectF(0, 0, image.width(), image.height()) if "|" not in text else None)
        painter.end()
        ruby = segment.origin().y() + 10 + mark.place.y()  # its baseline
        middle = range(round(left), max(round(right), round(left) + 1))
        rows = range(int(ruby), int(ruby + 6 * zoom))
        light = [min(image.pixelColor(x, y).red() for x in middle) for y in rows]
        assert max(light) > 200, (mark.text, light)  # a row that is nearly empty


def test_neither_strike_nor_line_goes_through_a_reading(qtbot: QtBot):
    for text in ("~~打消《うちけし》~~", "[資料《しりょう》](https://a.example)", "***太《ふと》い***"):
        (mark,) = laid_out(text)._mark_list()
        assert mark.font is not None
        assert not (mark.font.strikeOut() or mark.font.underline() or mark.font.italic() or mark.font.bold())


def test_readings_that_follow_each_other_have_a_gap(qtbot: QtBot):
    text = "二次方程式《ほうていしき》と漢《かん》字《じ》漢字《かんじ》強調《きょうちょう》漢字《かんじ》"
    (block,) = annotated(parse(text), Cancel())
    segment = Segment(block, None, Look(1.0), 900)
    segment.lay_out()
    marks = [extent(mark) for mark in segment._mark_list()]
    assert len(marks) > 5
    for (_, end), (start, _) in pairwise(marks):
        assert start - end >= 1.5


@pytest.mark.parametrize(
    "text", ["とても短《みじか》い", "「私《わたし》」は", "新しい東《ひがし》と西《にし》の"]
)
def test_a_reading_stands_out_over_kana_instead_of_opening_a_gap(qtbot: QtBot, text: str):
    assert width(text) == pytest.approx(width(bare(text)), abs=0.5)


def test_where_there_is_kanji_the_base_is_set_apart(qtbot: QtBot):
    assert width("山｜志《こころざし》山") >= width("山志山") + 24


@pytest.mark.parametrize("seed", range(12))
def test_a_reading_lies_over_kana_alone_and_less_than_half_of_them(qtbot: QtBot, seed: int):
    chance = random.Random(seed)
    words = [*WORDS, "｜承《うけたまわ》", "川", "の", "です。", "ー", "「", "A4"]
    text = "".join(chance.choices(words, k=40))
    segment = laid_out(text, 2_000)
    ruby = segment._mark_list()
    places = characters(segment)
    assert "".join(character for character, *_ in places) == bare(text)
    spans = []
    for match in re.finditer("｜(.+?)《", text):
        at = len(bare(text[: match.start()]))
        spans.append((at, at + len(match[1])))
    assert len(ruby) == len(spans) > 3
    for mark, (first, last) in zip(ruby, spans, strict=True):
        left, right = extent(mark)
        for number, (character, start, end) in enumerate(places):
            over = min(right, end) - max(left, start)
            if first <= number < last or over <= 0.01:
                continue
            assert KANA.match(character), (mark.text, character)
            assert over <= segment.look.text_px / 2, (mark.text, character, over)
    for one, other in pairwise(ruby):
        assert extent(other)[0] - extent(one)[1] >= 1


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("room", [100, 163, 240])
def test_no_reading_leaves_the_column(qtbot: QtBot, seed: int, room: int):
    chance = random.Random(seed)
    segment = laid_out("".join(chance.choices(WORDS, k=30)), room)
    for mark in segment._mark_list():
        left, right = extent(mark)
        assert left >= -0.01 and right <= room + 1, mark.text


def test_what_begins_with_a_long_reading_is_indented_by_no_more_than_that(qtbot: QtBot):
    segment = laid_out("私《わたくし》は")
    (mark,) = segment._mark_list()
    assert extent(mark)[0] == pytest.approx(0, abs=0.01)
    assert 5 < characters(segment)[0][1] < 10
    assert extent(mark)[0] + extent(mark)[1] == pytest.approx(
        sum(characters(segment)[0][1:]), abs=0.5
    )  # above the middle of its base
