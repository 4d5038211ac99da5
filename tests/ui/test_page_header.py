"""The head of a chat in any width: the title can be read, and nothing is cut down to "…" alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from desktop.ui import theme
from desktop.ui.conversation.chat_page import ChatPage
from desktop.ui.conversation.head_chip import Form

MODEL, SHORT = "Sarashina2.2 3B Instruct · Q4_K_M", "Sarashina2.2 3B Instruct"
TITLE = "今日の会議の議事録を要約する長い題名"


@pytest.fixture
def page(qtbot) -> ChatPage:
    theme.apply(QApplication.instance(), "light")
    made = ChatPage()
    qtbot.addWidget(made)
    made.setMinimumWidth(200)  # the window has one of its own, too, and squeezes the page
    made.title.setText(TITLE)
    made.preset.set_label("プリセットなし")
    made.model.set_label(MODEL, SHORT)
    made.show()
    return made


def settle(qtbot, page: ChatPage, width: int) -> None:
    page.resize(width, 700)
    assert page.width() == width  # nothing in it is in the way
    for _ in range(3):  # the requests for a new layout, and those that follow from it
        QApplication.sendPostedEvents()
        QApplication.processEvents()


@pytest.mark.parametrize("metered", [False, True])
@pytest.mark.parametrize("width", [284, 420, 532, 600, 700, 900, 1200])
def test_the_title_is_read_and_no_chip_is_only_dots(qtbot, page: ChatPage, width: int, metered: bool) -> None:
    page.meter.set_tokens(
        7300 if metered else 0, 8192 if metered else 0, "古い4件を省きます" if metered else ""
    )
    settle(qtbot, page, width)
    words = page.title.fontMetrics()
    shown = words.elidedText(TITLE, Qt.TextElideMode.ElideRight, page.title.width())
    assert len(shown) >= (6 if width == 284 else 7)
    for chip in (page.preset, page.model):
        assert chip.width() == chip.sizeHint().width()
        assert chip.form == Form.ICON or len(chip.text()) >= 7
        assert page.rect().contains(chip.geometry().translated(chip.parentWidget().pos()))
    if page.model.form == Form.ICON:
        assert page.preset.form == Form.ICON
        assert MODEL in page.model.toolTip()
    assert MODEL in page.model.accessibleName() and "プリセットなし" in page.preset.accessibleName()


def test_the_quantization_goes_before_any_words(qtbot, page: ChatPage) -> None:
    forms = []
    for width in range(1200, 250, -10):
        settle(qtbot, page, width)
        forms.append((page.preset.form, page.model.form))
    assert list(dict.fromkeys(forms)) == [
        (Form.FULL, Form.FULL),
        (Form.FULL, Form.SHORT),
        (Form.ICON, Form.SHORT),
        (Form.ICON, Form.ICON),
    ]
    settle(qtbot, page, 1200)
    assert page.model.text() == MODEL and page.model.toolTip() == ""


def test_the_meter_comes_back_with_the_room(qtbot, page: ChatPage) -> None:
    page.meter.set_tokens(300, 8192)
    settle(qtbot, page, 284)
    assert page.meter.isHidden()
    page.meter.set_tokens(400, 8192)  # what becomes known meanwhile does not bring it back
    assert page.meter.isHidden()
    settle(qtbot, page, 900)
    assert page.meter.isVisible()


def test_a_name_without_its_quantization() -> None:
    from desktop.store import Model
    from desktop.ui.conversation.choices import _names

    def model(name: str, quantization: str) -> Model:
        return Model(1, name, "/x.gguf", 1, "llama", 1, quantization, 8192, 0.0, None)

    assert _names(model(MODEL, "Q4_K_M")) == (MODEL, SHORT)
    assert _names(model("gemma-3-270m-q4_k_m", "Q4_K_M"))[1] == "gemma-3-270m"
    assert _names(model("Q4_K_M", "Q4_K_M"))[1] == "Q4_K_M"
    assert _names(model("日本語モデル", ""))[1] == ""
