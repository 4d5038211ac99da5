"""What is selected or found stands out in both schemes, and switching between them."""

from __future__ import annotations

import pytest
from contrasts import contrast
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel

from desktop.ui import theme

GROUNDS = ("page", "side", "card", "bubble", "code", "accent_soft")
SEEN = 1.25  # : 1, of marked text against what lies around it; selections of desktops have about this


@pytest.mark.parametrize("tokens", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("mark", ["selection", "hit"])
def test_what_is_selected_or_found_stands_out(tokens, mark, ground):
    assert contrast(getattr(tokens, mark), getattr(tokens, ground)) >= SEEN


def test_a_choice_dresses_every_widget(qtbot, qapp):
    label = QLabel("文")
    qtbot.addWidget(label)
    label.show()
    for choice, tokens in (("dark", theme.DARK), ("light", theme.LIGHT)):
        theme.apply(qapp, choice)
        assert theme.current() is tokens
        assert label.palette().color(QPalette.ColorRole.Window).name().upper() == tokens.page
