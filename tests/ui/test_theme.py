"""Contrast of the two schemes (WCAG 2.2, AA: 4.5 : 1 for text), and switching between them."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel

from desktop.ui import theme

PAIRS = [
    *((text, ground) for text in ("ink", "sub", "faint") for ground in ("page", "side", "card")),
    ("ink", "bubble"), ("ink", "accent_soft"), ("ink", "code"), ("sub", "bubble"),
    ("accent", "page"), ("accent", "card"), ("accent", "accent_soft"), ("on_accent", "accent"),
    ("good", "good_soft"), ("caution", "caution_soft"), ("wrong", "wrong_soft"), ("wrong", "page"),
    ("ink", "selection"), ("ink", "hit"),
]  # fmt: skip
GROUNDS = ("page", "side", "card", "bubble", "code", "accent_soft")
SEEN = 1.25  # : 1, of marked text against what lies around it; selections of desktops have about this


def luminance(color):
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """Contrast of two colours as WCAG 2.2 defines it."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("tokens", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out(tokens, text, ground):
    assert contrast(getattr(tokens, text), getattr(tokens, ground)) >= 4.5


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
