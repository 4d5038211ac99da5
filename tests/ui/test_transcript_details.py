"""Where small things of the transcript stand: arrows, files, the way down, times; and what is too long."""

from __future__ import annotations

import math
import time

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QDesktopServices, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from scripted import Scripted

from desktop.ui.composer.message_editor import MessageEditor
from desktop.ui.controls.attachment_chips import AttachmentChip, FileShown
from desktop.ui.controls.links import LinkDialog
from desktop.ui.transcript import Entry, Transcript
from desktop.ui.transcript.button import JumpButton
from desktop.ui.transcript.message import MessageView, column
from desktop.ui.transcript.question import QuestionView
from desktop.ui.transcript.thinking import FoldButton
from tests.ui.transcripts import WAIT, button, chat, names, opened, settle, views

ZOOMS = [100, 150, 220]
WIDTHS = [420, 600, 760, 900, 1280]


@pytest.fixture
def transcript(qtbot: QtBot) -> Transcript:
    return opened(qtbot)


def shown(transcript: Transcript, qtbot: QtBot, *entries: Entry) -> None:
    transcript.show_entries(entries)
    settle(qtbot, transcript)


def inks(view: MessageView, room: QRect) -> int:
    """Return how many colours there are in a part of a message."""
    image: QImage = view.grab(room).toImage()
    return len({image.pixel(x, y) for x in range(image.width()) for y in range(image.height())})


# Versions of a question ---------------------------------------------------------------------------------


def test_the_arrows_between_versions_of_a_question_are_always_seen(transcript: Transcript, qtbot: QtBot):
    shown(transcript, qtbot, Entry(1, "user", "質問", position=(2, 3)), Entry(2, "user", "ほかの質問"))
    for view in views(transcript).values():
        QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))  # wherever the pointer is
    for name in ("前の版", "次の版"):
        assert inks(views(transcript)[1], button(transcript, 1, name).geometry()) > 1
    before, after = (button(transcript, 1, name).geometry() for name in ("前の版", "次の版"))
    count = QRect(before.right() + 1, before.y(), after.left() - before.right() - 1, before.height())
    assert count.width() > 8 and inks(views(transcript)[1], count) > 1  # "2/3"
    for number in (1, 2):  # the words wait for the pointer
        assert inks(views(transcript)[number], button(transcript, number, "質問を編集").geometry()) == 1


def test_an_arrow_that_leads_nowhere_can_be_told_from_one_that_does(transcript: Transcript, qtbot: QtBot):
    shown(transcript, qtbot, Entry(1, "user", "質問", position=(2, 2)))
    view = views(transcript)[1]

    def contrast(name: str) -> int:
        image = (
            view.grab(button(transcript, 1, name).geometry())
            .toImage()
            .convertToFormat(QImage.Format.Format_Grayscale8)
        )
        greys = [image.pixelColor(x, y).red() for x in range(image.width()) for y in range(image.height())]
        return max(greys) - min(greys)

    assert 40 < contrast("次の版") < contrast("前の版") - 20


@pytest.mark.parametrize("zoom", ZOOMS)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_buttons_of_a_question_cover_nothing_and_are_inside(
    transcript: Transcript, qtbot: QtBot, width: int, zoom: int
):
    transcript.resize(width, 4_000)
    transcript.set_zoom(zoom)
    shown(
        transcript,
        qtbot,
        Entry(1, "user", "長い質問です。" * 40, position=(2, 2)),
        Entry(2, "user", "短い", position=(1, 2)),
        Entry(3, "user", "長い質問です。" * 40),
    )
    for number in (1, 2, 3):
        view = views(transcript)[number]
        assert isinstance(view, QuestionView)
        for each in view._footer.buttons():
            assert view.rect().contains(each.geometry())
            assert not view._bubble().toRect().intersects(each.geometry())


def test_copying_a_question_moves_no_button_onto_it(transcript: Transcript, qtbot: QtBot):
    shown(transcript, qtbot, Entry(1, "user", "長い質問です。" * 40, position=(2, 2)))
    view = views(transcript)[1]
    assert isinstance(view, QuestionView)
    button(transcript, 1, "メッセージをコピー").click()
    for each in view._footer.buttons():
        assert not view._bubble().toRect().intersects(each.geometry())


# Files --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", WIDTHS)
def test_each_row_of_files_ends_where_the_bubble_does(transcript: Transcript, qtbot: QtBot, width: int):
    transcript.resize(width, 600)
    files = tuple(
        FileShown(n, f"{name}.txt", "text", f"{n * 9}トークン")
        for n, name in enumerate(["議事録", "予算の見込み", "長い", "来月の予定の下書き", "短"], 1)
    )
    shown(transcript, qtbot, Entry(1, "user", "質問", files=files))
    view = views(transcript)[1]
    assert isinstance(view, QuestionView)
    ends: dict[int, int] = {}
    for chip in view.findChildren(AttachmentChip):
        place = QRect(chip.mapTo(view, QPoint(0, 0)), chip.size())
        ends[place.y()] = max(ends.get(place.y(), 0), place.right() + 1)
    assert len(ends) > 1 or width > 700
    assert set(ends.values()) == {round(view._bubble().right())}


# The way down -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zoom", ZOOMS)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_way_down_never_lies_on_the_text(transcript: Transcript, qtbot: QtBot, width: int, zoom: int):
    transcript.resize(width, 600)
    transcript.set_zoom(zoom)
    transcript.show_entries(chat(40))
    settle(qtbot, transcript)
    transcript.verticalScrollBar().setValue(0)
    settle(qtbot, transcript)
    (jump,) = transcript.findChildren(JumpButton)
    page = transcript.viewport()
    left, inner = column(transcript._look, page.width())
    place = QRect(page.mapFrom(transcript, jump.pos()), jump.size())
    assert jump.isVisible() and place.width() == place.height() >= 24
    assert place.left() >= left + inner
    assert page.rect().contains(place)
    qtbot.mouseClick(jump, Qt.MouseButton.LeftButton)
    settle(qtbot, transcript)
    assert transcript.at_end()


# Thoughts -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zoom", ZOOMS)
def test_between_the_thoughts_and_a_heading_there_is_space(transcript: Transcript, qtbot: QtBot, zoom: int):
    transcript.set_zoom(zoom)
    shown(transcript, qtbot, Entry(1, "assistant", "# 大見出し\n\n本文", thinking="考え"))
    view = views(transcript)[1]
    (fold,) = view.findChildren(FoldButton)
    space = view.text_origin().y() - (fold.geometry().bottom() + 1)
    assert space >= 9 * zoom / 100


# Times --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damaged", [0.0, -5.0, 1.0, 86_400.0, 1e18, math.inf, -math.inf, math.nan])
def test_a_damaged_time_is_not_shown(transcript: Transcript, qtbot: QtBot, damaged: float):
    shown(transcript, qtbot, Entry(1, "assistant", "答え", created=damaged, model="モデル"))
    assert names(transcript, 1)[-1] == "モデル"
    shown(transcript, qtbot, Entry(1, "assistant", "答え", created=time.time(), model="モデル"))
    assert ":" in names(transcript, 1)[-1]


# Addresses ----------------------------------------------------------------------------------------------


def test_an_address_is_read_before_it_opens_and_its_host_is_plain(
    transcript: Transcript, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    shown(transcript, qtbot, Entry(1, "assistant", "https://日本語.jp/wiki/東京 の項"))
    segment = views(transcript)[1].flow.segments[0]
    address = segment.link_at(segment.origin() + QPointF(20, 12))
    dialog = LinkDialog(address)
    qtbot.addWidget(dialog)
    assert dialog.address.toPlainText() == "https://xn--wgv71a119e.jp/wiki/東京"
    opened: list[bytes] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toEncoded().data()))
    dialog.accept()
    assert opened == [b"https://xn--wgv71a119e.jp/wiki/%E6%9D%B1%E4%BA%AC"]


# Too long -----------------------------------------------------------------------------------------------


def test_what_was_too_long_is_edited_and_not_sent_again_as_it_is(transcript: Transcript, qtbot: QtBot):
    failed = Entry(8, "assistant", "", "failed", error="文章が長すぎます。", asked=7)
    shown(transcript, qtbot, Entry(7, "user", "長い質問"), failed)
    assert names(transcript, 8) == ["質問を編集"]
    with qtbot.waitSignal(transcript.edit_requested, timeout=WAIT) as caught:
        button(transcript, 8, "質問を編集").click()
    assert caught.args == [7]


@pytest.mark.timeout(300)
def test_the_question_that_was_too_long_opens_to_be_edited(scripted: Scripted):
    answer = scripted.ask("とても長い質問")
    scripted.messages.finish(answer.id, "", "failed", error="長すぎます。", error_code="prompt_too_long")
    scripted.window.conversation.reload()
    transcript = scripted.page.transcript
    scripted.until(lambda: "質問を編集" in names(transcript, answer.id))
    assert "もう一度" not in names(transcript, answer.id)
    button(transcript, answer.id, "質問を編集").click()

    def editors() -> list[MessageEditor]:
        return [w for w in QApplication.topLevelWidgets() if isinstance(w, MessageEditor) and w.isVisible()]

    scripted.until(editors)
    assert editors()[0].edit.toPlainText() == "とても長い質問"
