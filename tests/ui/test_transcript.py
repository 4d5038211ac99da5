"""The transcript as a person sees it: what stands there, in which theme, for whom."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from desktop.ui import theme
from desktop.ui.transcript import Entry, Transcript
from desktop.ui.transcript.answer import AnswerView
from desktop.ui.transcript.message import MessageView
from desktop.ui.transcript.question import QuestionView
from tests.ui.test_transcript_markdown import HOSTILE
from tests.ui.transcripts import WAIT, button, chat, colours, names, opened, settle, views


@pytest.fixture
def transcript(qtbot: QtBot) -> Iterator[Transcript]:
    yield opened(qtbot)
    theme._current = theme.LIGHT


# Showing -----------------------------------------------------------------------------------------------


def test_showing_another_chat_replaces_everything(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries(chat(50))
    transcript.verticalScrollBar().setValue(0)
    transcript.append_text(49, "遅れて来た文字")
    transcript.show_entries([Entry(7, "user", "別の対話")])
    settle(qtbot, transcript)
    assert set(views(transcript)) == {7}
    assert transcript.text_of(49) == ""
    assert transcript.text_of(7) == "別の対話"
    transcript.show_entries([])
    settle(qtbot, transcript)
    assert views(transcript) == {}
    assert transcript.verticalScrollBar().maximum() == 0


def test_unknown_ids_do_nothing(transcript: Transcript):
    transcript.show_entries(chat(2))
    transcript.append_text(99, "文字")
    transcript.update_entry(Entry(99, "user", "文字"))
    transcript.set_progress(99, "読み込み中")
    assert transcript.text_of(99) == ""


def test_questions_are_plain_text_in_a_bubble_and_answers_are_markdown(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "user", "**そのまま**\n二行目"), Entry(2, "assistant", "**太字**")])
    settle(qtbot, transcript)
    question, answer = views(transcript)[1], views(transcript)[2]
    assert isinstance(question, QuestionView) and isinstance(answer, AnswerView)
    transcript.select_all()
    assert question.selected_text() == "**そのまま**\n二行目"
    assert answer.selected_text() == "太字"
    picture = transcript.grab().toImage()
    bubble = question._bubble()
    inside = question.mapTo(transcript, QPoint(round(bubble.left()) + 5, round(bubble.center().y())))
    assert picture.pixelColor(inside) == QColor(theme.LIGHT.bubble)
    assert bubble.width() < 300


def test_a_divider_says_what_the_model_was_not_given(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries(chat(6), divider=4)
    settle(qtbot, transcript)
    assert views(transcript)[4].divider == "ここより前の4件は、モデルに渡されていません"
    high = views(transcript)[4].height()
    transcript.set_divider(None)
    settle(qtbot, transcript)
    assert views(transcript)[4].divider == ""
    assert views(transcript)[4].height() < high
    transcript.set_divider(2)
    assert views(transcript)[2].divider.startswith("ここより前の2件")


# Streaming ---------------------------------------------------------------------------------------------


def test_code_is_coloured_in_the_right_places(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "assistant", "```python\n# 😀😀\nx = 1  # 😀\ndef f(): pass\n```")])
    settle(qtbot, transcript)
    document = views(transcript)[1].flow.segments[0].document
    assert document is not None
    coloured = []
    block = document.begin()
    while block.isValid():
        text = block.text().encode("utf-16-le")
        for run in block.layout().formats():
            part = text[2 * run.start : 2 * (run.start + run.length)].decode("utf-16-le")
            coloured.append((part, run.format.foreground().color().name().upper()))
        block = block.next()
    light = theme.LIGHT
    assert coloured == [
        ("# 😀😀", light.faint),
        ("1", light.caution),
        ("# 😀", light.faint),
        ("def", light.accent),
        ("f", light.accent),
        ("pass", light.accent),
    ]


# The footer --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (Entry(1, "assistant", "答え"), ["コピー", "書き直す", "☆", "…"]),
        (Entry(1, "assistant", "答え", "streaming"), []),
        (Entry(1, "assistant", "答え", "stopped"), ["コピー", "書き直す", "続ける", "☆", "…"]),
        (Entry(1, "assistant", "答え", "limit"), ["コピー", "書き直す", "続ける", "☆", "…"]),
        (Entry(1, "assistant", "答え", "looped"), ["コピー", "書き直す", "☆", "…"]),
        (Entry(1, "assistant", "答え", "interrupted"), ["コピー", "書き直す", "続ける", "☆", "…"]),
        (
            Entry(1, "assistant", "答え", "failed", error="止まりました"),
            ["もう一度", "コピー", "続ける", "☆", "…"],
        ),
        (Entry(1, "assistant", "", "failed", error="止まりました"), ["もう一度"]),
        (
            Entry(1, "assistant", "", "failed", error="長すぎます", exceeded=True),
            ["古い部分を省いて続ける", "要約して続ける"],
        ),
        (Entry(1, "assistant", "", "stopped"), ["書き直す", "…"]),
        (Entry(1, "assistant", "答え", position=(2, 3)), ["‹", "›", "コピー", "書き直す", "☆", "…"]),
        (Entry(1, "assistant", "答え", starred=True), ["コピー", "書き直す", "★", "…"]),
        (Entry(1, "user", "質問"), ["コピー", "編集"]),
    ],
)
def test_the_footer_offers_what_can_be_done(
    transcript: Transcript, qtbot: QtBot, entry: Entry, expected: list[str]
):
    transcript.show_entries([entry])
    settle(qtbot, transcript)
    assert sorted(names(transcript, 1)) == sorted(expected)


def test_the_buttons_say_which_message(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries(
        [Entry(5, "assistant", "一", position=(2, 3)), Entry(6, "assistant", "二", "interrupted")]
    )
    settle(qtbot, transcript)
    presses: list[tuple[Callable[[], None], object, list[object]]] = [
        (button(transcript, 5, "書き直す").click, transcript.regenerate_requested, [5]),
        (button(transcript, 5, "前の版").click, transcript.sibling_requested, [5, -1]),
        (button(transcript, 5, "次の版").click, transcript.sibling_requested, [5, 1]),
        (button(transcript, 6, "続ける").click, transcript.continue_requested, [6]),
    ]
    for press, signal, args in presses:
        with qtbot.waitSignal(signal, timeout=WAIT) as caught:
            press()
        assert caught.args == args


def test_there_is_no_version_before_the_first(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "assistant", "一", position=(1, 2))])
    settle(qtbot, transcript)
    assert not button(transcript, 1, "前の版").isEnabled()
    assert button(transcript, 1, "次の版").isEnabled()


def test_an_error_stands_on_its_own_ground(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "assistant", "", "failed", error="モデルが止まりました。" * 30)])
    settle(qtbot, transcript)
    assert QColor(theme.LIGHT.wrong_soft).rgb() in colours(transcript.grab().toImage())
    assert views(transcript)[1].height() > 100


# Theme, zoom, accessibility ----------------------------------------------------------------------------


def test_the_theme_is_followed(transcript: Transcript, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch):
    transcript.show_entries([Entry(1, "user", "質問"), Entry(2, "assistant", "答え\n\n```py\nx = 1\n```")])
    settle(qtbot, transcript)
    monkeypatch.setattr(theme, "_current", theme.DARK)
    palette = QPalette(transcript.palette())
    palette.setColor(QPalette.ColorRole.Window, QColor(theme.DARK.page))
    transcript.setPalette(palette)
    settle(qtbot, transcript)
    seen = colours(transcript.grab().toImage())
    assert {QColor(theme.DARK.page).rgb(), QColor(theme.DARK.bubble).rgb()} <= seen
    assert QColor(theme.LIGHT.page).rgb() not in seen
    segment = views(transcript)[2].flow.segments[0]
    assert segment.document is not None
    (run,) = segment.document.begin().textFormats()
    assert run.format.foreground().color() == QColor(theme.DARK.ink)


def test_zoom_scales_type_and_column(transcript: Transcript, qtbot: QtBot):
    transcript.resize(1_600, 600)
    transcript.show_entries([Entry(1, "assistant", "長い文章です。" * 60)])
    settle(qtbot, transcript)
    view = views(transcript)[1]
    lines, width, high = view.flow.height() / 27, view.text_width(), view.height()
    transcript.set_zoom(200)
    settle(qtbot, transcript)
    assert transcript.zoom() == 200
    assert view.text_width() == 2 * width
    assert view.flow.height() / 54 == lines
    assert view.height() > 1.8 * high
    transcript.set_zoom(10_000)
    assert transcript.zoom() == 300


def test_everything_has_an_accessible_name(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries(
        [
            Entry(1, "user", "質問です"),
            Entry(2, "assistant", "答え\n\n```py\nx\n```", position=(1, 2)),
            Entry(3, "assistant", "", "failed", error="止まりました"),
        ]
    )
    settle(qtbot, transcript)
    assert views(transcript)[1].accessibleName() == "あなた"
    assert views(transcript)[1].accessibleDescription() == "質問です"
    assert views(transcript)[2].accessibleName() == "言の葉"
    assert views(transcript)[2].accessibleDescription().startswith("答え")
    controls = transcript.findChildren(QAbstractButton)
    assert len(controls) > 6
    assert all(control.accessibleName() for control in controls)


def test_tab_walks_from_message_to_message(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "user", "質問"), Entry(2, "assistant", "答え\n\n```py\nx\n```")])
    settle(qtbot, transcript)
    transcript.activateWindow()
    views(transcript)[1].setFocus()
    order: list[QObject] = [views(transcript)[1]]
    for _ in range(6):
        order.append(order[-1].nextInFocusChain())  # type: ignore[attr-defined]
    shown = [o.accessibleName() for o in order if isinstance(o, (MessageView, QAbstractButton))]
    assert shown[:6] == [
        "あなた",
        "メッセージをコピー",
        "質問を編集",
        "言の葉",
        "コードをコピー",
        "コードをファイルに保存",
    ]


# Hostile text ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_shown(transcript: Transcript, qtbot: QtBot, text: str):
    transcript.show_entries([Entry(1, "user", text), Entry(2, "assistant", text)])
    settle(qtbot, transcript)
    transcript.verticalScrollBar().setValue(0)
    transcript.grab()
    settle(qtbot, transcript)
    assert transcript.text_of(1) == transcript.text_of(2) == text
    transcript.scroll_to_end()
    settle(qtbot, transcript)
    assert 2 in views(transcript)
