"""Zoom, density and faces: they count at once, are kept, and everything lays out."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from desktop.ui import theme

TEXT = "# 春\n\n桜が咲きました。`print(1)` を見てください。\n\n```python\nprint('花')\n```\n"


@pytest.fixture(autouse=True)
def usual_dress(qapp):
    yield
    theme.apply(qapp)


def test_density_changes_lines_lists_and_rows(scripted):
    scripted.ask("こんにちは。")
    window, session = scripted.window, scripted.app.session
    scripted.until(lambda: window.sidebar.list.chats.rowCount() == 2)
    found = {}
    for density in ("roomy", "usual", "dense"):
        session.change(density=density)
        scripted.settle()
        transcript, chats = window.page.transcript, window.sidebar.list
        found[density] = (
            transcript._look.line,
            chats.visualRect(chats.chats.index(1)).height(),
            window.settings._group.button(0).height(),
        )
    assert found["roomy"] > found["usual"] > found["dense"]
    assert all(a > b for a, b in zip(found["roomy"], found["dense"], strict=True))
    assert session.store.settings.get().density == "dense"


def test_a_face_of_ones_own_is_for_text_and_not_for_the_window(scripted):
    window, session = scripted.window, scripted.app.session
    family = next(
        name
        for name in QFontDatabase.families(QFontDatabase.WritingSystem.Japanese)
        if "Serif" in name or "Mincho" in name or name not in theme.UI_FAMILIES
    )
    box = window.settings._text_family
    window.show_settings()
    box.setCurrentIndex(box.findData(family))
    box.activated.emit(box.currentIndex())
    assert session.preferences.text_family == family
    assert window.page.composer.edit.font().families()[0] == family
    assert window.page.transcript._look.text.families()[0] == family
    assert window.sidebar.new_button.font().families()[0] != family
    session.change(code_family="ないはずの書体")
    assert window.page.transcript._look.code.families()[0] == "ないはずの書体"
    assert window.settings._code_family.family() == "ないはずの書体"
    session.change(text_family="", code_family="")
    assert window.page.composer.edit.font().families() == theme.UI_FAMILIES


@pytest.mark.parametrize("width", [600, 1280])
@pytest.mark.parametrize("density", ["roomy", "dense"])
def test_everything_lays_out_at_every_zoom(scripted, width, density):
    window, session = scripted.window, scripted.app.session
    scripted.ask(TEXT)
    session.change(density=density)
    for zoom in (80, 100, 150, 200):
        session.change(zoom=zoom)
        for show in (window.show_chats, window.show_settings):
            show()
            window.resize(width, 700)
            scripted.settle()
            assert window.width() == width
            assert window.page.transcript._look.text_px == round(theme.TEXT_PX * zoom / 100)
            for widget in window.centralWidget().findChildren(QWidget):
                if widget.isVisible() and isinstance(widget, QAbstractButton) and widget.text():
                    needed = widget.minimumSizeHint()
                    assert widget.height() >= min(needed.height(), widget.maximumHeight()), widget.text()
            for name in window.settings.pages():
                window.settings.show_page(name)
                scripted.settle()
                area = window.settings._stack.currentWidget()
                if area.isVisible():
                    assert area.widget().width() <= area.viewport().width(), (name, zoom)
                    for label in area.findChildren(QLabel):
                        if label.isVisible() and label.wordWrap() and label.text():
                            assert label.height() >= label.heightForWidth(label.width()), label.text()
