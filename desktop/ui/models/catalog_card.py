"""Paints one card of the catalogue: only those in sight are drawn, whatever their number."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.ui import theme
from desktop.ui.controls.badge import PAD as BADGE_PAD
from desktop.ui.controls.badge import colours
from desktop.ui.models.catalog_model import CARD, Card, Index
from desktop.ui.models.catalog_words import Word

GAP = 10  # px between cards
PAD = 18
NARROW = 600  # px: below, verdict and button stand under the words
HEIGHT, NARROW_HEIGHT = 99, 146
BADGE_HEIGHT = 20
_FULL = 780  # px, from which there is room for the wide button
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


class Places(NamedTuple):
    """Where the parts of a card are."""

    card: QRectF
    words: QRectF
    verdict: QRectF
    button: QRectF


def places(item: QRectF) -> Places:
    """Return the places in the rectangle of an item, which holds the gap below the card, too."""
    card = item.adjusted(0.5, 0.5, -0.5, 0.5 - GAP)
    inside = card.adjusted(PAD, 0, -PAD, 0)
    if item.width() < NARROW:
        foot = card.bottom() - 53
        button = QRectF(inside.right() - 124, foot, 124, 38)
        verdict = QRectF(inside.left(), foot - 1, inside.width() - 136, 40)
        return Places(card, QRectF(inside.left(), card.top() + 12, inside.width(), 74), verdict, button)
    wide = item.width() >= _FULL
    button_width, verdict_width = (150, 190) if wide else (116, 160)
    top = card.top() + (card.height() - 74) / 2
    button = QRectF(inside.right() - button_width, card.center().y() - 19.5, button_width, 39)
    verdict = QRectF(button.left() - 16 - verdict_width, card.center().y() - 20, verdict_width, 42)
    return Places(card, QRectF(inside.left(), top, verdict.left() - 16 - inside.left(), 74), verdict, button)


class CardDelegate(QStyledItemDelegate):
    """``hovered`` is the row with its button under the mouse, ``pressed`` with it held down; or -1."""

    def __init__(self, view: QListView) -> None:
        super().__init__(view)
        self._view = view
        self.hovered = self.pressed = -1

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        extra = 2 * (theme.density().pad - theme.DENSITIES["usual"].pad)
        narrow = self._view.viewport().width() < NARROW
        return QSize(0, (NARROW_HEIGHT if narrow else HEIGHT) + GAP + extra)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        card: Card = index.data(CARD)
        where = places(QRectF(option.rect))
        tokens = theme.current()
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.accent if focused else tokens.line), 2 if focused else 1))
        painter.setBrush(QColor(tokens.page if card.grey else tokens.card))
        painter.drawRoundedRect(where.card, theme.RADIUS_CARD, theme.RADIUS_CARD)
        self._paint_words(painter, where.words, card)
        self._paint_verdict(painter, where.verdict, card)
        self._paint_button(painter, where.button, card, index.row())
        painter.restore()

    def _paint_words(self, painter: QPainter, box: QRectF, card: Card) -> None:
        tokens = theme.current()
        font = theme.ui_font(theme.TEXT_PX, weight=QFont.Weight.DemiBold)
        metrics = QFontMetricsF(font)
        badge = _badge_width(card.badge)
        name = metrics.elidedText(card.name, Qt.TextElideMode.ElideRight, box.width() - badge - 8)
        head = QRectF(box.left(), box.top(), box.width(), 28)
        _write(painter, head, name, font, tokens.sub if card.grey else tokens.ink)
        left = head.left() + metrics.horizontalAdvance(name) + 8
        _paint_badge(painter, QPointF(left, head.center().y() - BADGE_HEIGHT / 2), card.badge)
        line = QRectF(box.left(), box.top() + 29, box.width(), 22)
        _write(painter, line, card.line, theme.ui_font(theme.SMALL_PX), tokens.sub)
        origin = QRectF(box.left(), box.top() + 51, box.width(), 21)
        _write(painter, origin, card.origin, theme.ui_font(theme.TINY_PX), tokens.faint)

    def _paint_verdict(self, painter: QPainter, box: QRectF, card: Card) -> None:
        below = QRectF(box.left(), box.top() + 21, box.width(), 21)
        if card.verdict is None:
            below.moveTop(box.center().y() - below.height() / 2)
        else:
            _paint_badge(painter, box.topLeft(), card.verdict)
        _write(painter, below, card.pace, theme.ui_font(theme.TINY_PX), theme.current().sub)

    def _paint_button(self, painter: QPainter, box: QRectF, card: Card, row: int) -> None:
        tokens = theme.current()
        hovered, pressed = self.hovered == row, self.pressed == row
        ink = tokens.on_accent if card.main else tokens.ink
        ground = QColor(tokens.accent if card.main else tokens.page)
        if card.main and (pressed or hovered):
            ground = ground.darker(115) if pressed else ground.lighter(110)
        elif pressed or hovered:
            ground = QColor(tokens.bubble if pressed else tokens.side)
        painter.setPen(QColor(tokens.accent if card.main else tokens.line))
        if card.grey and not hovered:
            ink = tokens.sub
            painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(box, theme.RADIUS_FIELD, theme.RADIUS_FIELD)
        painter.setFont(theme.ui_font(theme.SMALL_PX))
        painter.setPen(QColor(ink))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, card.button)


def _write(painter: QPainter, box: QRectF, text: str, font: QFont, color: str) -> None:
    painter.setFont(font)
    painter.setPen(QColor(color))
    shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, _LEFT, shown)


def _badge_width(word: Word) -> float:
    metrics = QFontMetricsF(theme.ui_font(theme.TINY_PX))
    return metrics.horizontalAdvance(word.word) + 2 * BADGE_PAD


def _paint_badge(painter: QPainter, at: QPointF, word: Word) -> None:
    ink, ground = colours(word.kind)
    box = QRectF(at.x(), at.y(), _badge_width(word), BADGE_HEIGHT)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(ground))
    painter.drawRoundedRect(box, theme.RADIUS_BADGE, theme.RADIUS_BADGE)
    painter.setFont(theme.ui_font(theme.TINY_PX))
    painter.setPen(QColor(ink))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, word.word)
