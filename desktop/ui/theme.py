"""The one theme: colours, type, spacing, and the style sheet made of them.

Widgets that paint for themselves ask ``current()`` when they paint, and repaint or lay out again on
``QEvent.PaletteChange``, which Qt sends to every widget when ``apply`` changes the scheme.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPalette
from PySide6.QtWidgets import QApplication

from desktop.paths import RESOURCES

# Spacing goes in steps of 4 px. Lengths are device-independent pixels.
RAIL_WIDTH = 68
LIST_WIDTH = 248
COLUMN_WIDTH = 720  # of text: about 46 characters
HEADER_HEIGHT = 52
RADIUS_BADGE, RADIUS_FIELD, RADIUS_CARD, RADIUS_COMPOSER = 6, 9, 12, 16

TEXT_PX, SMALL_PX, TINY_PX, TITLE_PX = 15, 13, 12, 21
LINE_HEIGHT = 1.8  # of the text size, in the usual density

UI_FAMILIES = ["Hiragino Sans", "Yu Gothic UI", "Noto Sans CJK JP", "Noto Sans JP", "sans-serif"]
CODE_FAMILIES = ["Osaka-Mono", "BIZ UDGothic", "MS Gothic", "Noto Sans Mono CJK JP", "monospace"]


@dataclass(frozen=True)
class Density:
    """How much space there is."""

    line: float  # height of a line of text, of the text size
    row: int  # px, the height of an entry in a list
    pad: int  # px above and below what stands in a row of settings


DENSITIES = {
    "roomy": Density(line=2.0, row=40, pad=16),
    "usual": Density(line=LINE_HEIGHT, row=34, pad=12),
    "dense": Density(line=1.55, row=28, pad=8),
}


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
    selection: str  # the ground of selected text, which is written in ink; seen on every other ground
    hit: str  # likewise of what was looked for


LIGHT = Tokens(
    page="#FBFAF7", side="#F3F1EB", card="#FFFFFF", line="#E4E0D6", ink="#23221F", sub="#6A665D",
    faint="#6E695F", accent="#2F5D8C", accent_soft="#E6EEF6", on_accent="#FFFFFF", bubble="#ECE9E0",
    good="#2F6B49", good_soft="#E3F1E8", caution="#7F5409", caution_soft="#F8EED8",
    wrong="#A33B3B", wrong_soft="#F7E4E2", code="#F3F1EB", selection="#B7D3EE", hit="#F0C95A",
)  # fmt: skip
DARK = Tokens(
    page="#1B1C1E", side="#151618", card="#232427", line="#34363A", ink="#ECEAE4", sub="#A9A69E",
    faint="#95928B", accent="#8DB7E3", accent_soft="#22364A", on_accent="#151618", bubble="#2B2D31",
    good="#86C9A2", good_soft="#20352A", caution="#E0B766", caution_soft="#3A3019",
    wrong="#E59A94", wrong_soft="#3F2625", code="#151618", selection="#2F5277", hit="#6B5314",
)  # fmt: skip

_current = LIGHT
_moves = True
_density = DENSITIES["usual"]
_text_family = _code_family = ""  # chosen by the person


def current() -> Tokens:
    """Return the colours in use."""
    return _current


def moves() -> bool:
    """Return whether something may move that only pleases; the system's own setting counts besides."""
    return _moves


def set_motion(moving: bool) -> None:
    """Allow motion, or none."""
    global _moves  # noqa: PLW0603
    _moves = moving


def is_dark() -> bool:
    """Return whether the dark scheme is in use."""
    return _current is DARK


def density() -> Density:
    """Return how much space there is, as the person chose."""
    return _density


def _font(families: list[str]) -> QFont:
    """Return a font that draws every character in its own form.

    Where the system speaks another language, faces for all of East Asia would draw that one's forms, some of
    which have no name in a PDF, so that a search there does not find them.
    """
    font = QFont()
    font.setFamilies(families)
    font.setFeature(QFont.Tag("locl"), 0)
    return font


def ui_font(px: float = TEXT_PX, *, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Return the font of the window at ``px`` pixels."""
    font = _font(UI_FAMILIES)
    font.setPixelSize(round(px))
    font.setWeight(weight)
    return font


def text_font(px: float = TEXT_PX, *, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Return the font of what is read and written: the person's choice, else the window's."""
    font = ui_font(px, weight=weight)
    if _text_family:
        font.setFamilies([_text_family, *UI_FAMILIES])
    return font


def code_font(px: float = SMALL_PX) -> QFont:
    """Return the monospaced font, with Japanese characters two columns wide."""
    font = _font([_code_family, *CODE_FAMILIES] if _code_family else CODE_FAMILIES)
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setPixelSize(round(px))
    return font


def paint_ground(painter: QPainter, box: QRectF, color: str | None, *, focused: bool) -> None:
    """Draw the ground of an entry in a list: round, in ``color`` if any, with a ring for the keyboard."""
    if color:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(color))
        painter.drawRoundedRect(box, RADIUS_FIELD, RADIUS_FIELD)
    if focused:
        painter.setPen(QColor(current().accent))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_FIELD, RADIUS_FIELD)


def apply(
    app: QApplication,
    choice: str = "system",
    *,
    density: str = "usual",
    text_family: str = "",
    code_family: str = "",
) -> None:
    """Dress the application in "light", "dark", or the scheme of the system, as densely as is wished.

    A family that is not installed is passed over by Qt.
    """
    global _current, _density, _text_family, _code_family  # noqa: PLW0603
    dark = choice == "dark" or (choice == "system" and app.styleHints().colorScheme() == Qt.ColorScheme.Dark)
    before = _current
    _current = DARK if dark else LIGHT
    shape = (_density, _text_family, _code_family)
    _density = DENSITIES.get(density, DENSITIES["usual"])
    _text_family, _code_family = text_family, code_family
    app.setFont(ui_font())
    app.setPalette(_palette(_current))
    app.setStyleSheet(_style_sheet(_current))
    if _current is before and shape != (_density, _text_family, _code_family):
        for widget in app.allWidgets():  # Qt sends it only when a colour changes
            app.sendEvent(widget, QEvent(QEvent.Type.PaletteChange))


def _palette(t: Tokens) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for which, color in {
        role.Window: t.page, role.WindowText: t.ink, role.Base: t.card, role.AlternateBase: t.side,
        role.Text: t.ink, role.PlaceholderText: t.faint, role.Button: t.card, role.ButtonText: t.ink,
        role.Highlight: t.accent, role.HighlightedText: t.on_accent, role.Link: t.accent,
        role.LinkVisited: t.accent, role.ToolTipBase: t.ink, role.ToolTipText: t.page,
        role.BrightText: t.wrong, role.Mid: t.line, role.Light: t.card, role.Dark: t.line,
        role.Midlight: t.line, role.Shadow: t.line, role.Accent: t.accent,
    }.items():  # fmt: skip
        palette.setColor(which, QColor(color))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(t.faint))
    return palette


def _style_sheet(t: Tokens) -> str:
    icons = RESOURCES / "icons"
    sheet = _SHEET.replace("@chevron@", (icons / "chevron-down-faint.svg").as_posix())
    sheet = sheet.replace("@item@", f"{_density.pad - 5}px")
    sheet = sheet.replace("@chevron-up@", (icons / "chevron-up-faint.svg").as_posix())
    for field in fields(t):
        sheet = sheet.replace(f"@{field.name}@", getattr(t, field.name))
    return sheet


_SHEET = f"""
* {{ outline: none; }}
QWidget {{ color: @ink@; }}
QMainWindow, QDialog, #page {{ background: @page@; }}
QToolTip {{ background: @ink@; color: @page@; border: none; padding: 4px 8px; font-size: {TINY_PX}px; }}

#rail, #sidebar {{ background: @side@; border-right: 1px solid @line@; }}
#header {{ background: @page@; border: none; border-bottom: 1px solid @line@; }}
#chatTitle {{ font-size: {TEXT_PX}px; font-weight: 600; }}
#heading {{ font-size: {TITLE_PX}px; font-weight: 600; }}
#subheading {{ font-size: {TEXT_PX}px; font-weight: 600; }}
#sub {{ color: @sub@; font-size: {SMALL_PX}px; }}
#caution {{ color: @caution@; font-size: {SMALL_PX}px; }}
#faint {{ color: @faint@; font-size: {TINY_PX}px; }}
#hairline {{ background: @line@; }}

QPushButton {{ background: @card@; border: 1px solid @line@; border-radius: {RADIUS_FIELD}px;
  padding: 7px 16px; font-size: {SMALL_PX}px; }}
QPushButton:hover {{ background: @side@; }}
QPushButton:pressed {{ background: @bubble@; }}
QPushButton:disabled {{ color: @faint@; background: transparent; }}
QPushButton:focus, QToolButton:focus, QComboBox:focus {{ border: 1px solid @accent@; }}
QPushButton#main {{ background: @accent@; color: @on_accent@; border: 1px solid @accent@; }}
QPushButton#main:focus {{ border: 1px solid @ink@; }}
QPushButton#main:disabled {{ background: @line@; border-color: @line@; color: @faint@; }}
QPushButton#chip {{ border-radius: 15px; padding: 5px 12px; min-height: 18px; }}
QPushButton#chip::menu-indicator {{ width: 0; }}
QPushButton#quiet {{ background: transparent; border: 1px solid transparent; color: @sub@; padding: 4px 6px;
  border-radius: {RADIUS_BADGE}px; }}
QPushButton#quiet:hover {{ color: @ink@; background: @bubble@; }}
QPushButton#quiet:focus {{ border: 1px solid @accent@; }}
QPushButton#link {{ background: transparent; border: 1px solid transparent; color: @accent@;
  padding: 2px 0; }}
QPushButton#link:hover {{ text-decoration: underline; }}
QPushButton#link:focus {{ border: 1px solid @accent@; border-radius: {RADIUS_BADGE}px; }}
QPushButton#keys {{ padding: 5px 8px; }}
QPushButton#keys[listening="true"] {{ color: @accent@; background: @accent_soft@; border-color: @accent@; }}
QPushButton#wide {{ text-align: left; padding: 9px 12px; font-size: 14px; }}

QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox {{ background: @card@; border: 1px solid @line@;
  border-radius: {RADIUS_FIELD}px; padding: 7px 11px; font-size: {SMALL_PX}px;
  min-height: 20px; max-height: 20px;
  selection-background-color: @accent@; selection-color: @on_accent@; }}
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus {{ border: 1px solid @accent@; }}
QComboBox::drop-down {{ border: none; width: 24px; }}
QComboBox::down-arrow {{ image: url("@chevron@"); width: 14px; height: 14px; }}
QComboBox {{ combobox-popup: 0; }}
QComboBox QListView {{ background: @card@; border: 1px solid @line@; padding: 4px; font-size: {SMALL_PX}px; }}
QComboBox QListView::item {{ padding: 6px 10px; border-radius: {RADIUS_BADGE}px; color: @ink@; }}
QComboBox QListView::item:selected, QComboBox QListView::item:hover {{
  background: @accent_soft@; color: @ink@; }}
QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled {{ color: @faint@; background: transparent; }}
QSpinBox QLineEdit, QDoubleSpinBox QLineEdit {{ border: none; background: transparent;
  padding: 0; min-height: 0; }}
QLineEdit#filter {{ padding-left: 2px; }}
QLineEdit#finder, QLineEdit#finder:focus {{ border: none; background: transparent; padding: 9px 4px;
  font-size: {TEXT_PX}px; }}
QSpinBox::up-button, QDoubleSpinBox::up-button {{ subcontrol-origin: border; subcontrol-position: top right;
  width: 24px; border: none; margin-top: 2px; }}
QSpinBox::down-button, QDoubleSpinBox::down-button {{ subcontrol-origin: border;
  subcontrol-position: bottom right; width: 24px; border: none; margin-bottom: 2px; }}
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow {{ image: url("@chevron-up@"); width: 12px; height: 12px; }}
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow {{ image: url("@chevron@"); width: 12px; height: 12px; }}

QPlainTextEdit {{ background: @card@; border: 1px solid @line@; border-radius: {RADIUS_FIELD}px;
  padding: 6px 8px;
  selection-background-color: @accent@; selection-color: @on_accent@; }}
QPlainTextEdit:focus {{ border: 1px solid @accent@; }}
#composer QPlainTextEdit {{ background: transparent; border: none; padding: 0; }}

QMenu {{ background: @card@; border: 1px solid @line@; border-radius: {RADIUS_FIELD}px; padding: 5px;
  font-size: {SMALL_PX}px; }}
QMenu::item {{ padding: @item@ 28px @item@ 12px; border-radius: {RADIUS_BADGE}px; }}
QMenu::item:selected {{ background: @accent_soft@; color: @ink@; }}
QMenu::item:disabled {{ color: @faint@; }}
QMenu::separator {{ height: 1px; background: @line@; margin: 5px 8px; }}
QMenu::indicator {{ width: 16px; height: 16px; left: 6px; }}
QMenu::item:checked {{ font-weight: 600; }}

QRadioButton {{ spacing: 8px; }}
QRadioButton::indicator {{ width: 14px; height: 14px; border: 1px solid @faint@; border-radius: 8px;
  background: @card@; }}
QRadioButton::indicator:checked {{ width: 6px; height: 6px; border: 5px solid @accent@;
  background: @on_accent@; }}
QRadioButton::indicator:hover {{ border-color: @accent@; }}
QRadioButton:focus {{ color: @accent@; }}

QTabWidget::pane {{ border: none; }}
QTabBar {{ font-size: {SMALL_PX}px; qproperty-drawBase: 0; }}
QTabBar::tab {{ background: transparent; border: none; border-bottom: 2px solid transparent; color: @sub@;
  padding: 6px 4px; margin-right: 16px; }}
QTabBar::tab:hover {{ color: @ink@; }}
QTabBar::tab:selected {{ color: @ink@; border-bottom: 2px solid @accent@; }}
QTabBar::tab:focus {{ color: @accent@; }}

QScrollBar:vertical {{ background: transparent; width: 10px; margin: 2px; }}
QScrollBar::handle:vertical {{ background: @line@; border-radius: 3px; min-height: 32px; }}
QScrollBar::handle:vertical:hover {{ background: @faint@; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 2px; }}
QScrollBar::handle:horizontal {{ background: @line@; border-radius: 3px; min-width: 32px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}

QListView {{ background: transparent; border: none; }}
QListView#framed {{ background: @card@; border: 1px solid @line@; border-radius: {RADIUS_FIELD}px;
  padding: 4px; }}
QListView#framed::item {{ padding: @item@ 8px; border-radius: {RADIUS_BADGE}px; }}
QListView#framed::item:selected {{ background: @accent_soft@; color: @ink@; }}
QTableView {{ background: @card@; border: 1px solid @line@; border-radius: {RADIUS_FIELD}px;
  font-size: {SMALL_PX}px; }}
QTableView::item {{ padding: 4px 12px; color: @ink@; }}
QTableView QHeaderView {{ background: transparent; font-size: {SMALL_PX}px; }}
QTableView QHeaderView::section {{ background: transparent; color: @sub@; border: none;
  border-bottom: 1px solid @line@; padding: 6px 12px; }}
QScrollArea, QScrollArea > QWidget > QWidget#page {{ background: transparent; border: none; }}

#card {{ background: @card@; border: 1px solid @line@; border-radius: {RADIUS_CARD}px; }}
QPushButton#suggestion {{ background: @card@; border: 1px solid @line@; border-radius: {RADIUS_CARD}px;
  text-align: left; padding: 0; }}
QPushButton#suggestion:hover, QPushButton#suggestion:focus {{
  background: @accent_soft@; border-color: @accent@; }}
#toast {{ background: @ink@; border-radius: {RADIUS_FIELD}px; }}
#toast QLabel {{ color: @page@; font-size: {SMALL_PX}px; }}
#toast QPushButton {{ background: transparent; border: none; color: @page@; font-weight: 600;
  padding: 4px 8px; text-decoration: underline; }}
#toast QPushButton:focus {{ border: 1px solid @page@; padding: 3px 7px; }}
#banner {{ background: @wrong_soft@; border: none; border-bottom: 1px solid @line@; }}
#banner QLabel {{ color: @wrong@; font-size: {SMALL_PX}px; }}
"""
