"""Words that were searched for are marked wherever they stand, and gone to one after the other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from transcripts import WAIT, chat, here, marks, opened, settle, views

from desktop.ui import theme
from desktop.ui.transcript import Entry, Transcript, sought
from desktop.ui.transcript.segment import Segment
from desktop.ui.worker import Jobs


@pytest.fixture
def transcript(qtbot: QtBot, qapp: object) -> Iterator[Transcript]:
    theme.apply(qapp, "light")  # type: ignore[arg-type]
    jobs = Jobs()
    made = opened(qtbot)
    made.set_jobs(jobs)
    yield made
    jobs.close()


def show(transcript: Transcript, qtbot: QtBot, *entries: Entry) -> None:
    transcript.show_entries(entries)
    settle(qtbot, transcript)


def seek(transcript: Transcript, qtbot: QtBot, identity: int, *words: str) -> None:
    transcript.show_words(identity, words)
    found(transcript, qtbot)


def found(transcript: Transcript, qtbot: QtBot) -> None:
    """Wait until nothing is looked for any more."""
    qtbot.waitUntil(lambda: not transcript._finding.slice.isActive(), timeout=WAIT)
    settle(qtbot, transcript)


def step(transcript: Transcript, qtbot: QtBot, by: int = 1) -> tuple[int, int, int]:
    assert transcript.step_words(by)
    found(transcript, qtbot)
    place = here(transcript)
    assert place is not None
    return place[0]


def texts(transcript: Transcript) -> list[str]:
    return [text for _, text in marks(transcript)]


def count(image: QImage, color: str) -> int:
    wanted = QColor(color).rgb()
    return sum(image.pixel(x, y) == wanted for x in range(image.width()) for y in range(image.height()))


def picture(transcript: Transcript) -> QImage:
    return transcript.viewport().grab().toImage()


# Where they stand -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("プロジェクトとﾌﾟﾛｼﾞｪｸﾄとぷろじぇくと", "プロジェクト", ["プロジェクト", "ﾌﾟﾛｼﾞｪｸﾄ", "ぷろじぇくと"]),
        ("ＡＢＣとabc", "Abc", ["ＡＢＣ", "abc"]),
        ("😀の蛙と𠮷野の蛙", "蛙", ["蛙", "蛙"]),
        ("とても**強**調する", "強調", ["強調"]),
        ("東京と京都", "東京 京都", ["東京", "京都"]),
        ("｜東京《とうきょう》の｜東京《とうきょう》", "東京", ["東京", "東京"]),
        ("| 東 | 京 |\n|--|--|\n| 東京 | 京都 |", "東京", ["東京"]),
        ("```python\n東京 = '東京'\n```", "東京", ["東京", "東京"]),
        ("[東京](https://example.com/東京)", "東京", ["東京"]),
        ("ほかの話", "東京", []),
    ],
)
def test_they_are_marked_however_they_are_written(
    transcript: Transcript, qtbot: QtBot, text: str, words: str, expected: list[str]
) -> None:
    show(transcript, qtbot, Entry(1, "assistant", text))
    seek(transcript, qtbot, 1, *words.split())
    assert texts(transcript) == expected
    place = here(transcript)
    assert (place and place[1]) == (expected[0] if expected else None)


def test_a_mark_is_ink_on_its_own_ground_with_a_frame_where_one_is(
    transcript: Transcript, qtbot: QtBot
) -> None:
    show(transcript, qtbot, Entry(1, "assistant", "[東京](https://example.com/)と東京タワー"))
    assert count(picture(transcript), theme.LIGHT.hit) == 0
    seek(transcript, qtbot, 1, "東京")
    both = count(picture(transcript), theme.LIGHT.hit)
    assert both > 200
    assert count(picture(transcript), theme.LIGHT.selection) == 0
    step(transcript, qtbot)
    transcript.forget_words()
    assert count(picture(transcript), theme.LIGHT.hit) == 0
    assert here(transcript) is None and texts(transcript) == []


def test_what_stands_in_a_formulas_place_is_not_found(transcript: Transcript, qtbot: QtBot) -> None:
    show(transcript, qtbot, Entry(1, "assistant", "一つの式 $x+1$ と一つの値"))
    segment = views(transcript)[1].flow.segments[0]
    qtbot.waitUntil(
        lambda: segment.document is not None and "x" not in segment.document.toPlainText(), timeout=WAIT
    )
    seek(transcript, qtbot, 1, "一")
    assert texts(transcript) == ["一", "一"]


def test_marks_change_nothing_that_is_copied(transcript: Transcript, qtbot: QtBot) -> None:
    show(transcript, qtbot, Entry(1, "user", "東京は？"), Entry(2, "assistant", "**東京**です。"))
    transcript.select_all()
    qtbot.keyClick(transcript, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    before = QGuiApplication.clipboard().text()
    seek(transcript, qtbot, 1, "東京")
    assert texts(transcript) == ["東京", "東京"]
    QApplication.clipboard().clear()
    qtbot.keyClick(transcript, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == before != ""


# Until when -----------------------------------------------------------------------------------------


def test_marks_stay_with_the_chat_and_go_with_it(transcript: Transcript, qtbot: QtBot) -> None:
    entries = [Entry(1, "user", "東京は？"), Entry(2, "assistant", "東京です。")]
    show(transcript, qtbot, *entries)
    seek(transcript, qtbot, 2, "東京")
    transcript.show_entries([entries[0], Entry(3, "assistant", "別の東京です。")], keep=True)
    settle(qtbot, transcript)
    assert texts(transcript) == ["東京", "東京"]
    transcript.set_zoom(150)
    settle(qtbot, transcript)
    assert texts(transcript) == ["東京", "東京"]
    transcript.show_entries(entries)
    settle(qtbot, transcript)
    assert texts(transcript) == []
    assert not transcript.step_words(1)


def test_what_streams_in_is_marked_as_it_comes(transcript: Transcript, qtbot: QtBot) -> None:
    show(transcript, qtbot, Entry(1, "user", "東京は？"), Entry(2, "assistant", "", "streaming"))
    seek(transcript, qtbot, 1, "東京")
    for piece in ("それは東", "京です。\n\n", "東京とは"):
        transcript.append_text(2, piece)
    settle(qtbot, transcript)
    assert texts(transcript) == ["東京", "東京", "東京"]
    assert [step(transcript, qtbot)[0] for _ in range(3)] == [2, 2, 1]


# Walking --------------------------------------------------------------------------------------------


def test_one_walks_through_all_of_a_long_chat_and_round_its_ends(
    transcript: Transcript, qtbot: QtBot
) -> None:
    entries = chat(400)
    for at in (3, 119, 121, 399):
        entries[at] = Entry(
            at, entries[at].role, ("長い段落。" * 80 + "\n\n") * 6 + "ここに**カ**ワズが、また蛙もかわずも。"
        )
    show(transcript, qtbot, *entries)
    seek(transcript, qtbot, 119, "かわず")
    walked = [place[0] for place in (here(transcript),) if place]
    walked += [step(transcript, qtbot) for _ in range(8)]
    assert [identity for identity, _, _ in walked] == [119, 119, 121, 121, 399, 399, 3, 3, 119]
    assert walked[0] == walked[8] != walked[1]
    back = [step(transcript, qtbot, -1) for _ in range(8)]
    assert back == walked[7::-1]
    assert len(views(transcript)) < 60  # the others have no widget for it


def test_one_walks_within_one_very_long_message(transcript: Transcript, qtbot: QtBot) -> None:
    filling = "古池や、水の音。" * 25 + "\n\n"
    text = filling * 500 + "遠くの蛙。\n\n" + filling * 500 + "最後の蛙。"
    assert len(text) > 200_000
    show(transcript, qtbot, Entry(1, "user", "どこ？"), Entry(2, "assistant", text))
    transcript.show_words(2, ["蛙"])
    found(transcript, qtbot)
    first = here(transcript)
    assert first is not None
    second = step(transcript, qtbot)
    assert second[1] > first[0][1] > 400
    assert step(transcript, qtbot) == first[0]


def test_only_what_is_laid_out_is_looked_through(
    transcript: Transcript, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    before = sought.places

    def counting(document: object, words: object, drawn: object) -> object:
        asked.append(1)
        return before(document, words, drawn)  # type: ignore[arg-type]

    monkeypatch.setattr("desktop.ui.transcript.segment.places", counting)
    text = "水の音に蛙が飛ぶ。\n\n" * 3_000
    show(transcript, qtbot, Entry(1, "assistant", text))
    seek(transcript, qtbot, 1, "蛙")
    picture(transcript)
    shown = sum(segment.document is not None for segment in views(transcript)[1].flow.segments)
    assert 0 < len(asked) <= 2 * shown < 300
    asked.clear()
    picture(transcript)
    assert asked == []  # what was found is kept


def test_a_block_marks_so_many_and_no_more(transcript: Transcript, qtbot: QtBot) -> None:
    show(transcript, qtbot, Entry(1, "assistant", "のか" * 1_900))
    seek(transcript, qtbot, 1, "の")
    segment: Segment = views(transcript)[1].flow.segments[0]
    assert len(segment.found(("の",))) == sought.MOST


def test_what_is_folded_away_of_a_question_unfolds(transcript: Transcript, qtbot: QtBot) -> None:
    lines = [f"{number}行目の文です。" for number in range(60)]
    show(
        transcript,
        qtbot,
        Entry(1, "user", "\n".join([*lines, "ここに蛙"])),
        Entry(2, "assistant", "はい。" * 2_000),
    )
    seek(transcript, qtbot, 1, "行目")
    assert views(transcript)[1]._unfolded is False  # type: ignore[attr-defined]
    seek(transcript, qtbot, 1, "蛙")
    assert views(transcript)[1]._unfolded is True  # type: ignore[attr-defined]
    assert here(transcript) is not None


def test_a_word_in_an_address_alone_is_passed_over(transcript: Transcript, qtbot: QtBot) -> None:
    show(
        transcript,
        qtbot,
        Entry(1, "assistant", "東京"),
        Entry(2, "assistant", "[資料](https://example.com/東京)"),
        Entry(3, "assistant", "また東京"),
    )
    seek(transcript, qtbot, 1, "東京")
    assert step(transcript, qtbot)[0] == 3
    assert step(transcript, qtbot)[0] == 1


def test_other_rows_end_the_looking(transcript: Transcript, qtbot: QtBot) -> None:
    show(transcript, qtbot, *chat(40), Entry(100, "assistant", "蛙"))
    seek(transcript, qtbot, 100, "蛙")
    transcript.step_words(-1)
    transcript.show_entries([Entry(7, "user", "別の対話")])
    settle(qtbot, transcript)
    assert not transcript._finding.slice.isActive() and texts(transcript) == []
    assert views(transcript)[7].mapTo(transcript.viewport(), QPoint(0, 0)).y() >= 0
