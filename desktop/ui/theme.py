"""The one theme: colours, type, spacing, and the style sheet made of them.

Widgets that paint for themselves ask ``current()`` when they paint, and repaint or lay out again on
``QEvent.PaletteChange``, which Qt sends to every widget when ``apply`` changes the scheme.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

# Spacing goes in steps of 4 px. Lengths are device-independent pixels.
RAIL_WIDTH = 68
LIST_WIDTH = 248
COLUMN_WIDTH = 720  # of text: about 46 characters
HEADER_HEIGHT = 52
RADIUS_BADGE, RADIUS_FIELD, RADIUS_CARD, RADIUS_COMPOSER = 6, 9, 12, 16

TEXT_PX, SMALL_PX, TINY_PX, TITLE_PX = 15, 13, 12, 21
LINE_HEIGHT = 1.8  # of the text size

UI_FAMILIES = ["Hiragino Sans", "Yu Gothic UI", "Noto Sans CJK JP", "Noto Sans JP", "sans-serif"]
CODE_FAMILIES = ["Osaka-Mono", "BIZ UDGothic", "MS Gothic", "Noto Sans Mono CJK JP", "monospace"]


@dataclass(frozen=True)
class Tokens:
    """The colours of one scheme, as #RRGGBB."""

    page: str
    side: str
    card: str
    line: str
    ink: str
    sub: str
    faint: str
    accent: str
    accent_soft: str
    on_accent: str
    bubble: str
    good: str
    good_soft: str
    caution: str
    caution_soft: str
    wrong: str
    wrong_soft: str
    code: str  # the ground of code blocks


LIGHT = Tokens(
    page="#FBFAF7", side="#F3F1EB", card="#FFFFFF", line="#E4E0D6", ink="#23221F", sub="#6A665D",
    faint="#6E695F", accent="#2F5D8C", accent_soft="#E6EEF6", on_accent="#FFFFFF", bubble="#ECE9E0",
    good="#2F6B49", good_soft="#E3F1E8", caution="#7F5409", caution_soft="#F8EED8",
    wrong="#A33B3B", wrong_soft="#F7E4E2", code="#F3F1EB",
)  # fmt: skip
DARK = Tokens(
    page="#1B1C1E", side="#151618", card="#232427", line="#34363A", ink="#ECEAE4", sub="#A9A69E",
    faint="#95928B", accent="#8DB7E3", accent_soft="#22364A", on_accent="#151618", bubble="#2B2D31",
    good="#86C9A2", good_soft="#20352A", caution="#E0B766", caution_soft="#3A3019",
    wrong="#E59A94", wrong_soft="#3F2625", code="#151618",
)  # fmt: skip

_current = LIGHT


def current() -> Tokens:
    """Return the colours in use."""
    return _current


def is_dark() -> bool:
    """Return whether the dark scheme is in use."""
    return _current is DARK


def ui_font(px: float = TEXT_PX, *, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Return the font of the window at ``px`` pixels."""
    font = QFont()
    font.setFamilies(UI_FAMILIES)
    font.setPixelSize(round(px))
    font.setWeight(weight)
    return font


def code_font(px: float = SMALL_PX) -> QFont:
    """Return the monospaced font, with Japanese characters two columns wide."""
    font = QFont()
    font.setFamilies(CODE_FAMILIES)
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setPixelSize(round(px))
    return font
