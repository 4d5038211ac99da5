"""The line of small buttons under a message, and the arrows between its versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRect, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QAbstractButton

from desktop.ui.transcript.button import QuietButton

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop.ui.transcript.look import Look

HEIGHT = 24


class Footer(QObject):
    """Buttons from left to right, then ``‹ k/n ›`` when there is more than one version."""

    copy_pressed = Signal()
    regenerate_pressed = Signal()
    continue_pressed = Signal()
    edit_pressed = Signal()
    more_pressed = Signal(QAbstractButton)  # under which the menu opens
    sibling_pressed = Signal(int)
    star_pressed = Signal()

    def __init__(self, look: Look, owner: QWidget) -> None:
        super().__init__(owner)
        self._look = look
        self._owner = owner
        self._buttons: list[QuietButton] = []
        self._copy: QuietButton | None = None
        self._place: QuietButton | None = None  # the arrow before which "k/n" stands
        self._arrows: list[QuietButton] = []
        self._position = (1, 1)
        self._facts: QuietButton | None = None  # at the right: who wrote it and when, or how fast
        self._says = ("", "")
        self._turned = False  # to the statistics

    def build(
        self,
        look: Look,
        *,
        copy: bool,
        position: tuple[int, int],
        regenerate: bool = False,
        again: bool = False,
        more: bool = False,
        edit: bool = False,
        starred: bool | None = None,
        facts: str = "",
        statistics: str = "",
    ) -> None:
        """Make the buttons that are wanted; those of before go.

        ``facts`` stand at the right; a press on them shows the ``statistics`` instead, and another the facts.
        """
        old, place = self.buttons(), len(self._buttons)
        self._buttons, self._copy, self._place, self._facts = [], None, None, None
        self._look, self._position = look, position
        if copy:
            self._copy = self._add(self.tr("コピー"), self.tr("メッセージをコピー"))
            self._copy.clicked.connect(self.copy_pressed)
        if edit:
            self._add(self.tr("編集"), self.tr("質問を編集")).clicked.connect(self.edit_pressed)
        if regenerate:
            self._add(self.tr("書き直す")).clicked.connect(self.regenerate_pressed)
        if again:
            self._add(self.tr("続ける")).clicked.connect(self.continue_pressed)
        if starred is not None:
            star = self._add(
                "★" if starred else "☆", self.tr("スターを外す") if starred else self.tr("スターを付ける")
            )
            star.clicked.connect(self.star_pressed)
        if more:
            other = self._add("…", self.tr("ほかの操作"))
            other.clicked.connect(lambda: self.more_pressed.emit(other))
        now, count = position
        self._arrows = []
        if count > 1:
            before = self._add("‹", self.tr("前の版"))
            before.clicked.connect(lambda: self.sibling_pressed.emit(-1))
            before.setEnabled(now > 1)
            self._place = after = self._add("›", self.tr("次の版"))
            after.clicked.connect(lambda: self.sibling_pressed.emit(1))
            after.setEnabled(now < count)
            self._arrows = [before, after]
        self._says = (facts or statistics, statistics or facts)
        if facts or statistics:
            self._facts = QuietButton("", look, self._owner)
            if facts and statistics:
                self._facts.clicked.connect(self._turn)
            else:  # words alone
                self._facts.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
                self._facts.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._name_facts()
        self._replace(old[:place], old[place:])

    def _replace(self, old: list[QuietButton], facts: list[QuietButton]) -> None:
        """Remove the buttons of before."""
        for before, button in zip(old, self._buttons, strict=False):
            if before.hasFocus():  # the keyboard stays where it was, and nothing is scrolled for it
                button.move(before.pos())
                button.show()
                button.setFocus()
        for button in (*old, *facts):
            button.hide()
            button.deleteLater()

    def buttons(self) -> list[QuietButton]:
        """Return the buttons from left to right."""
        return [*self._buttons, *([self._facts] if self._facts else [])]

    def words(self) -> list[QuietButton]:
        """Return the buttons from left to right, without the arrows and the facts."""
        return [button for button in self._buttons if button not in self._arrows]

    def _turn(self) -> None:
        self._turned = not self._turned
        self._name_facts()
        self.arrange(self._left, self._top, self._width)

    def _name_facts(self) -> None:
        if self._facts is not None:
            self._facts.setAccessibleName(self._says[self._turned])
            self._facts.setToolTip(self._says[not self._turned] if self._says[0] != self._says[1] else "")

    def copied(self) -> None:
        """Say on the copy button that it is done."""
        if self._copy is not None:
            self._copy.answer(self.tr("コピーしました"))
            self.arrange(self._left, self._top, self._width)

    def _add(self, text: str, name: str = "") -> QuietButton:
        button = QuietButton(text, self._look, self._owner, name=name)
        self._buttons.append(button)
        return button

    def width(self) -> int:
        """Return the width of all buttons."""
        return sum(button.width() for button in self._buttons) + (self._count_width() if self._place else 0)

    def _count_width(self) -> int:
        text = f"{self._position[0]}/{self._position[1]}"
        return round(QFontMetricsF(self._look.small).horizontalAdvance(text))

    def arrange(self, left: int, top: int, width: int = 0) -> None:
        """Put the first word at ``left``, and the facts at the right of ``width``."""
        self._left, self._top, self._width = left, top, width
        x = left - (self._buttons[0].pad if self._buttons else 0)
        for button in self._buttons:
            if button is self._place:
                x += self._count_width()
            button.move(x, top)
            button.show()
            x += button.width()
        if self._facts is not None:
            room = left + width - x - self._facts.pad
            text = QFontMetricsF(self._look.small).elidedText(
                self._says[self._turned], Qt.TextElideMode.ElideRight, max(0, room)
            )
            self._facts.setText(text)
            self._facts.adjustSize()
            self._facts.move(left + width + self._facts.pad - self._facts.width(), top)
            self._facts.setVisible(room > self._look.px(48))

    def paint(self, painter: QPainter, colour: str = "sub") -> None:
        """Draw "k/n" between the arrows."""
        if self._place is None:
            return
        painter.setFont(self._look.small)
        painter.setPen(self._look.colour(colour))
        room = QRect(self._place.geometry())
        room.setLeft(room.left() - self._count_width())
        room.setWidth(self._count_width())
        painter.drawText(
            room,
            Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip,
            f"{self._position[0]}/{self._position[1]}",
        )
