"""An answer that streams in: what is laid out, what moves, and what comes out."""

import random
from collections.abc import Iterator
from itertools import pairwise

import pytest
from PySide6.QtGui import QTextTable
from pytestqt.qtbot import QtBot

from desktop.markdown.blocks import Block
from desktop.markdown.copied import markers
from desktop.ui import theme
from desktop.ui.transcript import Entry, Transcript
from desktop.ui.transcript.answer import AnswerView
from desktop.ui.transcript.document import Page, document
from desktop.ui.transcript.look import Look
from desktop.ui.transcript.message import MessageView
from tests.ui.test_transcript_markdown import RICH
from tests.ui.transcripts import chat, opened, settle, views


@pytest.fixture
def transcript(qtbot: QtBot) -> Iterator[Transcript]:
    yield opened(qtbot)
    theme._current = theme.LIGHT


def shape(view: MessageView) -> list[object]:
    """Everything that is laid out of a message: text and formats of every block, place and height."""
    out: list[object] = []
    for top, segment in zip(view.flow.tops, view.flow.segments, strict=False):
        segment.lay_out()
        assert segment.document is not None
        out.append((top, segment.height, segment.gap, segment.shared, segment.left, markers(segment.block)))
        block = segment.document.begin()
        while block.isValid():
            layout = block.layout()
            out.append((block.text(), block.blockFormat().lineHeight(), block.blockFormat().alignment()))
            out.append([layout.lineAt(n).textLength() for n in range(layout.lineCount())])
            out.append([(r.start, r.length, r.format.foreground().color().name()) for r in layout.formats()])
            for run in block.textFormats():
                f = run.format
                out.append(
                    (run.start, run.length, f.font().key(), f.anchorHref(), f.foreground().color().name())
                )
            block = block.next()
    return out


def pieces(text: str, draw: random.Random) -> Iterator[str]:
    start = 0
    while start < len(text):
        size = draw.randint(1, 40)
        yield text[start : start + size]
        start += size


@pytest.mark.parametrize("seed", range(4))
def test_streamed_and_whole_look_the_same(transcript: Transcript, qtbot: QtBot, seed: int):
    transcript.show_entries([Entry(1, "assistant", "", "streaming")])
    for piece in pieces(RICH * 2, random.Random(seed)):
        transcript.append_text(1, piece)
        transcript._incoming.flush()
    transcript.update_entry(Entry(1, "assistant", RICH * 2))
    settle(qtbot, transcript)
    streamed = shape(views(transcript)[1])
    transcript.show_entries([Entry(2, "assistant", RICH * 2)])
    settle(qtbot, transcript)
    assert streamed == shape(views(transcript)[2])
    assert len(streamed) > 100


def test_pieces_wait_for_a_frame_and_finished_blocks_are_left_alone(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "assistant", "", "streaming")])
    transcript.append_text(1, "一つ目。\n\n二つ目")
    assert transcript.text_of(1) == "一つ目。\n\n二つ目"
    assert views(transcript)[1].flow.segments == []
    settle(qtbot, transcript)
    first, second = views(transcript)[1].flow.segments
    document = first.document
    for piece in "は長い。\n\n三つ目":
        transcript.append_text(1, piece)
        settle(qtbot, transcript)
    segments = views(transcript)[1].flow.segments
    assert segments[0] is first and first.document is document and document is not None
    assert segments[1] is not second
    assert [s.block.text() for s in segments] == ["一つ目。", "二つ目は長い。", "三つ目"]


@pytest.mark.parametrize("seed", range(3))
def test_nothing_that_is_finished_is_laid_out_again(
    transcript: Transcript, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, seed: int
):
    """A block may be laid out as long as it is open; each that is finished, once at most after that."""
    made: list[Block] = []

    def counted(block: Block, look: Look, width: float) -> Page:
        made.append(block)
        return document(block, look, width)

    monkeypatch.setattr("desktop.ui.transcript.segment.document", counted)
    transcript.show_entries([Entry(1, "assistant", "", "streaming")])
    view = views(transcript)[1]
    assert isinstance(view, AnswerView)
    frames, again = 0, 0
    for piece in pieces(RICH * 3, random.Random(seed)):
        finished = view.flow.segments[: view._splitter._closed]
        documents = [one.document for one in finished]
        made.clear()
        transcript.append_text(1, piece)
        transcript._incoming.flush()
        frames += 1
        assert view.flow.segments[: len(finished)] == finished
        for one, before in zip(finished, documents, strict=True):
            assert before is None or one.document is before
            again += before is not None and any(block is one.block for block in made)
        assert len(made) <= len(view.flow.segments) - len([d for d in documents if d is not None])
    assert frames > 50
    assert again == 0


TABLE = """| 語 | 読み | 説明 |
|:--|:--|:--|
| 棹さす | さおさす | 流れに乗って勢いを増すこと。逆の意味に使う人も多い。 |
| 窮屈 | きゅうくつ | 自由のないさま |
| 引き越す | ひきこす | ほかの家に移り住むこと。今は「引っ越す」と書くことが多い語で、江戸の言葉にもある。 |
| とかくに | とかくに | ともすれば |
"""


def lefts(view: MessageView) -> list[int]:
    """Where the columns of a table begin."""
    made = view.flow.segments[0].document
    assert made is not None
    table = made.rootFrame().childFrames()[0]
    assert isinstance(table, QTextTable)
    cells = (table.cellAt(0, column).firstCursorPosition().block() for column in range(table.columns()))
    return [round(made.documentLayout().blockBoundingRect(cell).left()) for cell in cells]


def test_a_table_that_grows_seldom_moves_its_columns(transcript: Transcript, qtbot: QtBot):
    head = TABLE.index("\n", TABLE.index("\n") + 1) + 1
    transcript.show_entries([Entry(1, "assistant", TABLE[:head], "streaming")])
    settle(qtbot, transcript)
    view = views(transcript)[1]
    seen = [lefts(view)]
    for letter in TABLE[head:]:
        transcript.append_text(1, letter)
        transcript._incoming.flush()
        seen.append(lefts(view))
    moves = [(one, other) for one, other in pairwise(seen) if one != other]
    assert 3 < len(moves) <= 12
    for row in TABLE.splitlines()[2:5]:  # and no text is broken that has room
        assert row.split(" | ")[1] in "\n".join(table_lines(view))


def table_lines(view: MessageView) -> list[str]:
    """Return all lines of all cells as they are broken."""
    made = view.flow.segments[0].document
    assert made is not None
    found, block = [], made.begin()
    while block.isValid():
        layout = block.layout()
        at = [layout.lineAt(n) for n in range(layout.lineCount())]
        found += [block.text()[line.textStart() : line.textStart() + line.textLength()] for line in at]
        block = block.next()
    return found


def test_the_end_is_followed(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([*chat(10), Entry(50, "assistant", "", "streaming")])
    for _ in range(40):
        transcript.append_text(50, "新しい行です。\n\n")
        transcript._incoming.flush()
        bar = transcript.verticalScrollBar()
        assert bar.value() == bar.maximum()
    settle(qtbot, transcript)
    assert views(transcript)[50].geometry().bottom() < transcript.viewport().height()


def test_scrolling_up_is_respected_while_it_streams(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([*chat(30), Entry(50, "assistant", "始め", "streaming")])
    settle(qtbot, transcript)
    bar = transcript.verticalScrollBar()
    bar.setValue(bar.maximum() - 250)
    settle(qtbot, transcript)
    places = {i: v.y() for i, v in views(transcript).items()}
    for _ in range(40):
        transcript.append_text(50, "新しい行です。\n\n")
        transcript._incoming.flush()
    settle(qtbot, transcript)
    after = {i: v.y() for i, v in views(transcript).items()}
    same = places.keys() & after.keys()
    assert 50 in same and len(same) > 2
    assert {i: places[i] for i in same} == {i: after[i] for i in same}
    assert not transcript.at_end()


def test_reading_inside_a_streaming_answer_is_not_disturbed(transcript: Transcript, qtbot: QtBot):
    text = "".join(f"{n}番目の段落です。" * 9 + "\n\n" for n in range(60))
    transcript.show_entries([Entry(1, "assistant", text, "streaming")])
    settle(qtbot, transcript)
    bar = transcript.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    before = views(transcript)[1].y()
    transcript.append_text(1, text)
    settle(qtbot, transcript)
    assert views(transcript)[1].y() == before


def test_the_persons_own_message_brings_the_end_into_sight(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries(chat(40))
    transcript.verticalScrollBar().setValue(100)
    transcript.add_entry(Entry(100, "assistant", "静かに加わる"))
    assert not transcript.at_end()
    transcript.add_entry(Entry(101, "user", "送りました"))
    settle(qtbot, transcript)
    assert transcript.at_end() and 101 in views(transcript)


def test_the_first_word_takes_the_place_of_the_progress(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "assistant", "", "streaming")])
    transcript.set_progress(1, "モデルを読み込んでいます… 40 %")
    view = views(transcript)[1]
    assert isinstance(view, AnswerView) and view.waiting
    before = transcript.grab().toImage()
    transcript.set_progress(1, "")
    assert transcript.grab().toImage() != before
    transcript.append_text(1, "はい")
    settle(qtbot, transcript)
    assert not view.waiting and not view._pulse.isActive()


def test_text_that_streams_out_of_sight_is_kept(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([*chat(400), Entry(900, "assistant", "", "streaming")])
    settle(qtbot, transcript)
    transcript.verticalScrollBar().setValue(0)
    settle(qtbot, transcript)
    assert 900 not in views(transcript)
    for _ in range(30):
        transcript.append_text(900, "見えない所。")
    settle(qtbot, transcript)
    assert transcript.text_of(900) == "見えない所。" * 30
    transcript.scroll_to_end()
    settle(qtbot, transcript)
    transcript.select_all()
    assert views(transcript)[900].selected_text() == "見えない所。" * 30


def test_updating_with_other_text_replaces_it(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "assistant", "古い答え")])
    transcript.update_entry(Entry(1, "assistant", "新しい答え"))
    settle(qtbot, transcript)
    transcript.select_all()
    assert views(transcript)[1].selected_text() == "新しい答え"
    transcript.update_entry(Entry(1, "assistant", "別の段落\n\n" * 300))
    settle(qtbot, transcript)
    assert all(segment.measured for segment in views(transcript)[1].flow.segments)


@pytest.mark.parametrize("note", ["", "38.2 トークン/秒"])
def test_nothing_moves_when_the_answer_is_done(transcript: Transcript, qtbot: QtBot, note: str):
    transcript.show_entries([Entry(1, "assistant", "答えです。", "streaming")])
    settle(qtbot, transcript)
    high = views(transcript)[1].height()
    transcript.update_entry(Entry(1, "assistant", "答えです。", note=note))
    settle(qtbot, transcript)
    assert views(transcript)[1].height() == high


def test_a_huge_answer_is_prepared_in_slices(transcript: Transcript, qtbot: QtBot):
    text = RICH * 250
    assert len(text) > 100_000
    transcript.show_entries([Entry(1, "assistant", text)])
    view = views(transcript)[1]
    assert isinstance(view, AnswerView)
    assert view._splitter.waiting > 0  # the call came back before all was parsed
    settle(qtbot, transcript)
    assert view._splitter.waiting == 0
    assert all(segment.measured for segment in view.flow.segments)
    assert sum(segment.document is not None for segment in view.flow.segments) < 300
    bar = transcript.verticalScrollBar()
    assert bar.value() == bar.maximum()
    assert view.height() == view.full_height()
