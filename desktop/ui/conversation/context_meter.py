"""How full the model's context is, and what becomes of what does not fit: a quiet button with a menu."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy, QWidget

from desktop.store import Policy
from desktop.ui import theme
from desktop.ui.conversation.two_line_menu import TwoLineAction

BAR_WIDTH = 96
GAP, PAD = 8, 6
HEIGHT = 28


class ContextMeter(QAbstractButton):
    """Hidden until something is known. The bar, then the remark, give way where there is no room."""

    policy_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._used, self._total = 0, 0
        self._remark = ""
        self._about = False
        self._compact = False
        self._gives_way = False
        self._policy: Policy = "leave_out"
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFont(theme.ui_font(theme.TINY_PX))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._open_menu)
        self.hide()

    def set_tokens(self, used: int, total: int, remark: str = "", *, about: bool = False) -> None:
        """Show ``used`` of ``total`` tokens; a total of 0 hides the meter. ``remark``: what does not fit.

        ``about``: ``used`` is an estimate, and is shown as one.
        """
        if (used, total, remark, about) == (self._used, self._total, self._remark, self._about):
            return
        self._used, self._total, self._remark, self._about = used, total, remark, about
        words = self.tr("約 {used} / {total}") if about else "{used} / {total}"
        self.setText(words.format(used=f"{used:,}", total=f"{total:,}"))
        text = (
            self.tr("コンテキスト: {total} トークンのうち、およそ {used} を使います")
            if about
            else self.tr("コンテキスト: {total} トークンのうち {used} を使っています")
        ).format(used=f"{used:,}", total=f"{total:,}")
        if remark:
            text = self.tr("{context}。{remark}").format(context=text, remark=remark)
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.setVisible(self.is_known() and not self._gives_way)
        self.updateGeometry()
        self.update()

    def set_policy(self, policy: Policy) -> None:
        """Show what is chosen for the chat."""
        self._policy = policy

    def menu(self) -> QMenu:
        """Return the menu of what can become of the oldest part."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        heading = menu.addAction(self.tr("対話がコンテキストに入りきらなくなったら"))
        heading.setEnabled(False)
        choices: tuple[tuple[Policy, str, str], ...] = (
            ("leave_out", self.tr("古い部分を省く"), self.tr("古いものから、渡さなくなります")),
            ("stop", self.tr("止めて尋ねる"), self.tr("答える前に、どうするかを選べます")),
            ("summarise", self.tr("要約して続ける"), self.tr("モデルが要約し、それを渡します")),
        )
        for policy, name, does in choices:
            action = TwoLineAction(name, does, menu)
            action.triggered.connect(partial(self.policy_chosen.emit, policy))
            action.setChecked(policy == self._policy)
            menu.addAction(action)
        return menu

    def _open_menu(self) -> None:
        menu = self.menu()
        menu.popup(self.mapToGlobal(QPoint(self.width() - menu.sizeHint().width(), self.height() + 4)))

    def is_known(self) -> bool:
        """Return whether there is anything to show."""
        return self._total > 0

    def set_giving_way(self, gives_way: bool) -> None:
        """Hide, where others need all the room; what is known comes back with the room."""
        if gives_way != self._gives_way:
            self._gives_way = gives_way
            self.setVisible(self.is_known() and not self._gives_way)

    def set_compact(self, compact: bool) -> None:
        """Leave the bar out, so that others have its room."""
        if compact != self._compact:
            self._compact = compact
            self.updateGeometry()

    def _words(self, text: str) -> int:
        return QFontMetrics(self.font()).horizontalAdvance(text)

    def width_of(self, *, compact: bool) -> int:
        """Return the width that it likes to have, with its bar or ``compact``, in pixels."""
        remark = self._words(self._remark) + GAP if self._remark else 0
        bar = 0 if compact else BAR_WIDTH + GAP
        return 2 * PAD + bar + self._words(self.text()) + remark + 2

    def sizeHint(self) -> QSize:
        return QSize(self.width_of(compact=self._compact), HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(2 * PAD + self._words(self.text()) + 2, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus() or (self.isEnabled() and self.underMouse()):
            painter.setPen(QPen(QColor(tokens.accent), 1) if self.hasFocus() else Qt.PenStyle.NoPen)
            if self.underMouse():
                painter.setBrush(QColor(tokens.bubble))
            ring = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(ring, theme.RADIUS_BADGE, theme.RADIUS_BADGE)
        share = min(1.0, self._used / self._total) if self._total else 0.0
        full = QColor(tokens.caution if share > 0.9 or self._remark else tokens.accent)
        right = self.width() - PAD
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        needed = self._words(self._remark) + GAP
        if self._remark and right - PAD - self._words(self.text()) >= needed:
            painter.setPen(full)
            painter.drawText(QRectF(0, 0, right, self.height()), middle, self._remark)
            right -= needed
        painter.setPen(full if self._remark else QColor(tokens.faint))
        painter.drawText(QRectF(0, 0, right, self.height()), middle, self.text())
        right -= self._words(self.text()) + GAP
        if right - PAD < BAR_WIDTH - 1:
            return
        bar = QRectF(right - BAR_WIDTH, self.height() / 2 - 3, BAR_WIDTH, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.line))
        painter.drawRoundedRect(bar, 3, 3)
        painter.setBrush(full)
        bar.setWidth(max(6.0, BAR_WIDTH * share))
        painter.drawRoundedRect(bar, 3, 3)
