"""A short message over the foot of the window, with a way back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from desktop.ui.controls.announce import announce

SECONDS = 8


class Toast(QFrame):
    """Shows one message at a time; a new one takes the place of the old.

    It stays while the pointer is over it, or the keyboard at its button.
    """

    def __init__(self, window: QWidget, over: QWidget) -> None:
        """Lie over the foot of ``over``, a part of ``window``, until ``lie_over`` says otherwise."""
        super().__init__(window)
        self.setObjectName("toast")
        self._window = window
        self._over = over
        self._above: QWidget | None = None
        self._undo: Callable[[], None] | None = None
        self.label = QLabel(self)
        self.button = QPushButton(self.tr("元に戻す"), self)
        self.button.setCursor(Qt.CursorShape.PointingHandCursor)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._inside = layout = QHBoxLayout(self)
        layout.addWidget(self.label)
        layout.addWidget(self.button)
        self._timer = QTimer(self, singleShot=True, interval=SECONDS * 1000)
        self._timer.timeout.connect(self.hide)
        self.button.clicked.connect(self.take_back)
        self.button.installEventFilter(self)
        window.installEventFilter(self)
        self.hide()

    def lie_over(self, over: QWidget, above: QWidget | None = None) -> None:
        """Lie over the foot of ``over``, or just above a widget that stands there."""
        self._over, self._above = over, above
        self.hide()

    def show_message(self, text: str, undo: Callable[[], None] | None = None) -> None:
        """Show ``text`` for a few seconds; with ``undo``, a button that takes it back."""
        if undo is not None:
            self._undo = undo
        self.label.setText(text)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.button.setVisible(undo is not None)
        self._inside.setContentsMargins(16, 8, 8 if undo else 16, 8)
        self.setAccessibleName(text)
        announce(self, text)
        self.adjustSize()
        self._place()
        self.show()
        self.raise_()
        self._count_down()

    def take_back(self) -> bool:
        """Take back what was last told with a way back, also after it has gone; False where nothing was."""
        if self.button.hasFocus():
            (self._above or self._over).setFocus()
        self.hide()
        undo, self._undo = self._undo, None
        if undo is None:
            return False
        undo()
        return True

    def _count_down(self) -> None:
        if self.underMouse() or self.button.hasFocus():
            self._timer.stop()
        else:
            self._timer.start()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._count_down()

    def _place(self) -> None:
        over = self._over
        self.setMaximumWidth(over.width() - 32)
        self.adjustSize()
        at = over.mapTo(self._window, QPoint(0, 0))
        foot = at.y() + over.height()
        if self._above is not None:
            foot = self._above.mapTo(self._window, QPoint(0, 0)).y()
        self.move(at.x() + (over.width() - self.width()) // 2, foot - self.height() - 16)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.button:
            if event.type() == QEvent.Type.FocusIn:
                self._timer.stop()
            elif event.type() == QEvent.Type.FocusOut:
                QTimer.singleShot(0, self, self._count_down)  # when the focus is where it goes
        elif event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)
