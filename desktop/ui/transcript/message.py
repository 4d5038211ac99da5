"""One message as a widget: its text, selection, copying. What stands round it is in answer and question."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QFontMetricsF,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QApplication, QMenu, QToolTip, QWidget

from desktop.markdown.addresses import readable
from desktop.markdown.inline import printable, shown_safely
from desktop.ui.transcript.button import QuietButton
from desktop.ui.transcript.code_buttons import CodeButtons
from desktop.ui.transcript.flow import Flow, Place
from desktop.ui.transcript.notes import Mark, Notes
from desktop.ui.transcript.sought import Sought

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.markdown.blocks import Block
    from desktop.ui.transcript.entry import Entry
    from desktop.ui.transcript.look import Look

SIDE = 24  # least space beside the column
GAP = 20  # above each message
DIVIDER = 26
RUBY_OVER = 3  # px that the readings of the first line stand out above the text
DESCRIBED = 4_000  # characters of a message that are read to assistive technology at once
MAX_ADDRESS = 300  # characters of an address in a tooltip
MAX_FURIGANA = 200_000  # characters of a message that is read by the dictionary
MAX_LINKS = 12  # in the menu that the keyboard opens


def column(look: Look, width: int) -> tuple[int, int]:
    """Return left edge and width of the text column in a transcript of this width."""
    inner = max(look.text_px * 8, min(look.column, width - 2 * SIDE))
    return max(0, (width - inner) // 2), inner


class MessageView(QWidget):
    """The text of one message with what belongs to it, as wide as the transcript.

    It never sets its own height: it says ``full_height`` and asks by ``resized`` to be arranged again.
    """

    resized = Signal()
    copied = Signal()
    selecting = Signal(QWidget, object, bool)  # itself, from this place on; or what is selected goes to there
    dragged = Signal(QPoint)  # to this point of the screen
    released = Signal(QPoint)
    asked = Signal(QWidget, str)  # "copy", "markdown", "text", "all", "quote"
    furigana_toggled = Signal(int)
    starred = Signal(int, bool)
    branch_to_chat = Signal(int)
    edit_requested = Signal(int)
    delete_requested = Signal(int)
    code_saved = Signal(str, str)  # code and its language
    link_activated = Signal(str)
    divider_pressed = Signal()
    led = Signal(QWidget, int, float)  # itself: this segment is to be seen, so many px below its top

    def __init__(self, entry: Entry, look: Look, width: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.entry = entry
        self.look = look
        self.span = width
        self.divider = ""
        self.flow = Flow(look, self.text_width())
        self._notes = Notes(self.flow, self)
        self._notes.changed.connect(self.update)
        self._notes.led.connect(lambda segment, below: self.led.emit(self, segment, below))
        self.chosen: tuple[Place, Place] | None = None  # what is selected of it
        self._words: tuple[str, ...] = ()  # that are looked for
        self._here: tuple[Place, Place] | None = None  # which of their places was gone to
        self._pressed: QPoint | None = None
        self._code = CodeButtons(self.flow, look, self)
        self._code.copied.connect(self.copy_text)
        self._code.saved.connect(self.code_saved)
        self.has_furigana = False
        self.can_be_read = False  # readings can be found
        self._divider_button: QuietButton | None = None
        self._ring = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.IBeamCursor)

    # What the two kinds of message decide ---------------------------------------------------------

    def text_width(self) -> int:
        """Return the width of the text."""
        raise NotImplementedError

    def text_origin(self) -> QPointF:
        """Return where the text begins."""
        raise NotImplementedError

    def text_height(self) -> float:
        """Return the height of the text that is shown."""
        return self.flow.height()

    def full_height(self) -> int:
        """Return the height of everything; partly an estimate until all is laid out."""
        raise NotImplementedError

    def controls(self) -> list[QWidget]:
        """Return the buttons in the order in which the keyboard reaches them."""
        divider = [self._divider_button] if self._divider_button is not None else []
        return [*divider, *self._code.buttons()]

    def arrange(self) -> None:
        """Put the buttons in their places."""

    def paint_surroundings(self, painter: QPainter) -> None:
        """Draw what lies behind and round the text."""

    # What the transcript does ---------------------------------------------------------------------

    def set_entry(self, entry: Entry) -> None:
        """Show another state of the message."""
        self.entry = entry
        self.describe()

    def grow(self, entry: Entry, _piece: str) -> None:
        """Take over ``entry``, whose text is that of before and ``_piece``."""
        self.set_entry(entry)

    def is_in_use(self) -> bool:
        """Return whether the pointer holds it or the keyboard is in it, so that it must stay."""
        focus = QApplication.focusWidget()
        return self._pressed is not None or (
            focus is not None and (focus is self or self.isAncestorOf(focus))
        )

    def describe(self) -> None:
        """Tell assistive technology who wrote what."""
        mine = self.entry.role == "user"
        self.setAccessibleName(self.tr("あなた") if mine else self.tr("言の葉"))
        if self.entry.status != "streaming":
            self.setAccessibleDescription(printable(self.entry.text[:DESCRIBED]))

    def restyle(self, look: Look, width: int) -> None:
        """Lay out anew in another look or width."""
        self.look, self.span = look, width
        self._code.restyle(look)
        self.flow.restyle(look, self.text_width())
        self.set_divider(self.divider, pressable=self._divider_button is not None)
        self.update()

    def set_divider(self, text: str, *, pressable: bool = False) -> None:
        """Draw a dashed line with ``text`` above the message, which can be ``pressable``; nothing for ''."""
        self.divider = text
        if self._divider_button is not None:
            self._divider_button.hide()
            self._divider_button.deleteLater()
            self._divider_button = None
        if text and pressable:
            self._divider_button = QuietButton(text, self.look, self)
            self._divider_button.clicked.connect(self.divider_pressed)
        self.update()

    def reveal(self, y0: float, y1: float) -> None:
        """Lay out what lies in this range of the widget."""
        y = self.text_origin().y()
        self.flow.reveal(y0 - y, y1 - y)

    def work(self, deadline: float) -> bool:
        """Prepare what is not in sight; return whether some is left."""
        before = self.flow.height()
        left = self.flow.work(deadline)
        if self.flow.height() != before:
            self.update()
        return left

    def finish_layout(self, y0: float, y1: float) -> None:
        """Place the buttons after the widget got its size; the range is what can be seen."""
        origin = self.text_origin()
        self._code.place(origin, y0 - origin.y(), y1 - origin.y())
        if self._divider_button is not None:
            room = self._divider_room()
            button = self._divider_button
            button.move(room.center().x() - button.width() // 2, room.center().y() - button.height() // 2)
            button.show()
        self.arrange()

    def spot(self, y: float) -> tuple[int, float]:
        """Return what lies at ``y``: a segment (-1: above the text), and how far below its top."""
        inside = y - self.text_origin().y()
        if inside < 0 or not self.flow.segments:
            return -1, y
        index = self.flow.index_at(inside)
        return index, inside - self.flow.tops[index]

    def y_of(self, spot: tuple[int, float]) -> float:
        """Return where a spot is now."""
        index, below = spot
        if index < 0 or not self.flow.segments:
            return below
        return self.text_origin().y() + self.flow.tops[min(index, len(self.flow.segments) - 1)] + below

    # What is looked for ---------------------------------------------------------------------------

    def seek(self, words: tuple[str, ...], here: tuple[Place, Place] | None) -> None:
        """Mark these folded words wherever they stand, and frame the place that was gone to."""
        if (words, here) != (self._words, self._here):
            self._words, self._here = words, here
            self.update()

    def read(self, deadline: float) -> bool:
        """Make blocks of the text until ``deadline`` (of ``perf_counter``); return whether some is left."""
        return False

    def uncover(self, place: Place) -> None:
        """Show this place, if it is folded away."""

    def _sought(self, index: int) -> Sought | None:
        if not self._words:
            return None
        if self._here is None or self._here[0].segment != index:
            return Sought(self._words)
        return Sought(self._words, (self._here[0].position, self._here[1].position))

    # Selection ------------------------------------------------------------------------------------

    def choose(self, part: tuple[Place, Place] | None) -> None:
        """Show what is selected of the message."""
        if part != self.chosen:
            self.chosen = part
            self.update()

    def selected_text(self) -> str:
        """Return the selected plain text."""
        return self.flow.text(*self.chosen) if self.chosen else ""

    def place_at(self, point: QPointF) -> Place:
        """Return the place in the text nearest to a point of the widget."""
        inside = point - self.text_origin()
        inside.setY(max(0.0, min(inside.y(), self.text_height() - 1)))  # never what is folded away
        return self.flow.place_at(inside)

    def blocks(self) -> list[Block]:
        """Return the whole text as blocks."""
        raise NotImplementedError

    def copy_text(self, text: str) -> None:
        """Put ``text`` on the clipboard."""
        QGuiApplication.clipboard().setText(printable(text))
        self.copied.emit()

    def link_at(self, point: QPointF) -> str:
        """Return the address of the link under ``point``, or nothing."""
        inside = point - self.text_origin()
        if not 0 <= inside.y() < self.text_height():
            return ""
        for index, segment in self.flow.between(inside.y(), inside.y() + 1):
            return segment.link_at(inside - QPointF(0, self.flow.tops[index]))
        return ""

    def note_at(self, point: QPointF) -> Mark | None:
        """Return the mark of a footnote under ``point``, if it leads somewhere."""
        inside = point - self.text_origin()
        return self._notes.at(inside) if 0 <= inside.y() < self.text_height() else None

    # Events ---------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a selection, or go on with it."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._pressed = event.position().toPoint()
        extends = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self.selecting.emit(self, self.place_at(event.position()), extends)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Extend the selection, or show that there is a link."""
        if event.buttons() & Qt.MouseButton.LeftButton and self._pressed is not None:
            self.dragged.emit(event.globalPosition().toPoint())
            return
        leads = self.link_at(event.position()) or self.note_at(event.position())
        self.setCursor(Qt.CursorShape.PointingHandCursor if leads else Qt.CursorShape.IBeamCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Follow a link or the mark of a footnote that was clicked without dragging."""
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            event.ignore()
            return
        moved = (event.position().toPoint() - self._pressed).manhattanLength()
        self._pressed = None
        self.released.emit(event.globalPosition().toPoint())
        if moved >= QApplication.startDragDistance() or self.chosen is not None:
            return
        if link := self.link_at(event.position()):
            self.link_activated.emit(link)
        elif mark := self.note_at(event.position()):
            self._notes.follow(mark)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Select a word."""
        if event.button() != Qt.MouseButton.LeftButton or not self.flow.segments:
            return
        place = self.place_at(event.position())
        start, end = self.flow.segments[place.segment].word_at(place.position)
        self.selecting.emit(self, Place(place.segment, start), False)
        self.selecting.emit(self, Place(place.segment, end), True)
        self._pressed = None
        self.released.emit(event.globalPosition().toPoint())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer copying, and the link or note under the pointer (by keyboard: the first of the message)."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        links = self._links() if by_key else [self.link_at(QPointF(event.pos()))]
        copy = menu.addAction(self.tr("コピー"), lambda: self.asked.emit(self, "copy"))
        copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        menu.addAction(self.tr("Markdownとしてコピー"), lambda: self.asked.emit(self, "markdown"))
        menu.addAction(self.tr("文字だけコピー"), lambda: self.asked.emit(self, "text"))
        everything = menu.addAction(self.tr("すべて選択"), lambda: self.asked.emit(self, "all"))
        everything.setShortcut(QKeySequence(QKeySequence.StandardKey.SelectAll))
        if self.chosen is not None:
            menu.addAction(self.tr("引用して質問"), lambda: self.asked.emit(self, "quote"))
        for link in filter(None, links):
            self._offer_link(menu, link)
        if by_key:
            self._notes.offer_all(menu)
        elif mark := self.note_at(QPointF(event.pos())):
            self._notes.offer(menu, mark)
        self.offer_more(menu)
        self.offer_common(menu)
        menu.popup(self.mapToGlobal(QPoint(self.span // 2, GAP)) if by_key else event.globalPos())

    def offer_more(self, menu: QMenu) -> None:
        """Add what only one kind of message offers."""

    def offer_common(self, menu: QMenu) -> None:
        """Offer what can be done with any message that is finished."""
        entry = self.entry
        if entry.status == "streaming" or entry.bare:
            return
        menu.addSeparator()
        if self.can_be_read and 0 < len(entry.text) <= MAX_FURIGANA:
            word = self.tr("ふりがなを消す") if self.has_furigana else self.tr("ふりがなを付ける")
            menu.addAction(word, lambda: self.furigana_toggled.emit(entry.id))
        star = self.tr("スターを外す") if entry.starred else self.tr("スターを付ける")
        menu.addAction(star, lambda: self.starred.emit(entry.id, not entry.starred))
        menu.addAction(self.tr("編集…"), lambda: self.edit_requested.emit(entry.id))
        menu.addAction(self.tr("ここから新しい対話"), lambda: self.branch_to_chat.emit(entry.id))
        menu.addSeparator()
        menu.addAction(self.tr("この枝をごみ箱に入れる"), lambda: self.delete_requested.emit(entry.id))

    def set_furigana(self, blocks: Sequence[Block] | None) -> None:
        """Show these blocks, which have readings over their kanji; None: the text without them."""
        self.has_furigana = blocks is not None
        self.flow.replace(0, self.blocks() if blocks is None else blocks)
        self.update()

    def _offer_link(self, menu: QMenu, link: str) -> None:
        def follow() -> None:
            self.link_activated.emit(link)

        def copy() -> None:
            self.copy_text(link)

        menu.addSeparator()
        shown = _shown_address(link).replace("&", "&&")  # & would mark a key of the menu
        menu.addAction(self.tr("リンクを開く: {}").format(shown), follow)
        menu.addAction(self.tr("リンクのアドレスをコピー"), copy)

    def _links(self) -> list[str]:
        found = dict.fromkeys(
            span.href for segment in self.flow.segments for span in segment.block.spans if span.href
        )
        return list(found)[:MAX_LINKS]

    def event(self, event: QEvent) -> bool:
        """Show where a link really leads and what a note says; keep keys from shortcuts of the window."""
        if takes_key(event):
            return True
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            if link := self.link_at(QPointF(event.pos())):
                QToolTip.showText(event.globalPos(), _shown_address(link), self)
            elif mark := self.note_at(QPointF(event.pos())):
                QToolTip.showText(event.globalPos(), self._notes.tip(mark), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Mark the message when the keyboard brought the focus."""
        self._ring = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the mark away."""
        self._ring = False
        self.update()

    # Drawing --------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the part that is asked for."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.divider:
            self._paint_divider(painter)
        if self._ring:
            left, _ = column(self.look, self.span)
            bar = QRectF(left - self.look.px(14), self.text_origin().y(), 2, self.text_height())
            painter.fillRect(bar, self.look.colour("accent"))
        self.paint_surroundings(painter)
        origin = self.text_origin()
        clip = QRectF(event.rect()).intersected(QRectF(0, origin.y(), self.span, self.text_height()))
        if not clip.isEmpty():
            painter.setClipRect(clip.adjusted(0, -RUBY_OVER if clip.top() <= origin.y() else 0, 0, 1))
            painter.translate(origin)
            self._paint_text(painter, clip.top() - origin.y(), clip.bottom() - origin.y())
        painter.end()

    def _paint_text(self, painter: QPainter, y0: float, y1: float) -> None:
        chosen = self._notes.pointed or self.chosen
        for index, segment in self.flow.between(y0, y1):
            part = None
            if chosen and chosen[0].segment <= index <= chosen[1].segment:
                first = chosen[0].position if index == chosen[0].segment else 0
                last = chosen[1].position if index == chosen[1].segment else segment.length()
                part = (first, last)
            painter.save()
            painter.translate(0, self.flow.tops[index])
            segment.paint(painter, part, sought=self._sought(index))
            painter.restore()

    def _paint_divider(self, painter: QPainter) -> None:
        look, room = self.look, self._divider_room()
        left, width = room.left(), room.width()
        if self._divider_button is None:
            painter.setFont(look.small)
            painter.setPen(look.colour("faint"))
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, self.divider)
        half = (width - QFontMetricsF(look.small).horizontalAdvance(self.divider)) / 2 - look.px(12)
        if half > 0:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            pen = QPen(look.colour("line"), 1)
            pen.setDashPattern([3, 3])
            painter.setPen(pen)
            y = room.center().y()
            painter.drawLine(QPointF(left, y), QPointF(left + half, y))
            painter.drawLine(QPointF(left + width - half, y), QPointF(left + width, y))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)

    def _divider_room(self) -> QRect:
        left, width = column(self.look, self.span)
        return QRect(left, GAP, width, self.look.px(DIVIDER - 4))

    def head(self) -> int:
        """Return the space above the message, with the divider."""
        return GAP + (GAP + self.look.px(DIVIDER - 4) if self.divider else 0)


def _shown_address(link: str) -> str:
    """Return an address as it can safely be shown: without characters that turn the direction of writing."""
    address = shown_safely(readable(link)).replace("\n", " ")
    return address if len(address) <= MAX_ADDRESS else address[:MAX_ADDRESS] + "…"


def takes_key(event: QEvent) -> bool:
    """Accept the keys for selecting and copying where a shortcut of the window would take them."""
    if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.ShortcutOverride:
        return False
    keys = (QKeySequence.StandardKey.SelectAll, QKeySequence.StandardKey.Copy)
    if not any(event.matches(key) for key in keys):
        return False
    event.accept()
    return True


def deadline(milliseconds: float) -> float:
    """Return the moment in so many milliseconds, for ``work``."""
    return perf_counter() + milliseconds / 1_000
