"""The windows: several on one session, each with a chat, a list and a size of its own."""

from __future__ import annotations

import gc
from collections.abc import Sequence

from PySide6.QtCore import QObject, QPoint, Qt, Signal

from desktop.ui.session import Session
from desktop.ui.turns import Turns
from desktop.ui.window import Window

MOST = 16
OFFSET = 32  # px from the window that another one is opened from


class Windows(QObject):
    """Opens windows and closes them. The last one stays when it is closed, for the tray."""

    opened = Signal(object)  # a ``Window``
    emptied = Signal()  # the last one was closed
    quit_requested = Signal()

    def __init__(self, session: Session, turns: Turns) -> None:
        super().__init__()
        self._session = session
        self._turns = turns
        self._all: list[Window] = []
        self._front: Window | None = None
        session.new_drafts.gather()
        session.jobs.failed.connect(self._complain)
        session.warned.connect(self._warn)

    @property
    def front(self) -> Window:
        """The window that was used last."""
        assert self._front is not None
        return self._front

    def all(self) -> Sequence[Window]:
        """Return the windows, the oldest first."""
        return tuple(self._all)

    def open_first(self) -> None:
        """Open the window with the chat that was open last."""
        window = self._make()
        window.open_last_chat()
        window.show()

    def open_another(self) -> None:
        """Open one more, with a new chat, beside the window in front."""
        if not self.front.isVisible():  # there is only the one that the tray keeps
            self.raise_front()
            return
        if len(self._all) >= MOST:
            self.front.toast.show_message(self.tr("ウィンドウは{most}個まで開けます。").format(most=MOST))
            return
        before = self.front
        window = self._make()
        window.resize(before.normalGeometry().size() if before.isMaximized() else before.size())
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMaximized)
        room = before.screen().availableGeometry()
        at = before.pos() + QPoint(OFFSET, OFFSET)
        if not room.contains(at + QPoint(window.width() // 2, window.height() // 2)):
            at = room.topLeft() + QPoint(OFFSET, OFFSET)
        window.move(at)
        window.conversation.open_new()
        window.show()
        window.activateWindow()

    def raise_front(self) -> None:
        """Bring the window that was used last to the front, from the tray, too."""
        window = self.front
        if not window.isVisible():
            window.open_last_chat()
        state = window.windowState()
        window.setWindowState((state & ~Qt.WindowState.WindowMinimized) | Qt.WindowState.WindowActive)
        window.show()
        window.raise_()
        window.activateWindow()

    def renew(self) -> None:
        """Make every window anew, in the language in use, each with its chat."""
        front = self.front
        for old in self.all():
            window = self._make()
            window.setGeometry(old.geometry())
            window.setWindowState(old.windowState())
            if old.shows_settings():
                window.show_settings()
            hidden = old.isHidden()
            self._drop(old, heir=window)
            if old is front:
                front = window
            if hidden:
                continue
            window.conversation.show(old.conversation.wanted_id)
            window.show()
        self._front = front
        self._remember()
        front.activateWindow()

    def close_all(self) -> None:
        """Close every window; what is typed is saved, and the place of the one in front is kept."""
        for window in sorted(self._all, key=lambda one: one is self._front):
            window.close()

    def drop_all(self) -> None:
        """Close every window for good, and say nothing."""
        for window in sorted(self._all, key=lambda one: one is self._front):
            self._drop(window)
        self._front = None

    # Inside

    def _make(self) -> Window:
        window = Window(self._session, self._turns)
        window.activated.connect(self._activated)
        window.closing.connect(self._closed)
        window.another_requested.connect(self.open_another)
        window.quit_requested.connect(self.quit_requested)
        window.conversation.opened.connect(self._remember)
        window.desk.deleted.connect(self._take_away)
        self._all.append(window)
        self._front = window
        self.opened.emit(window)
        return window

    def _activated(self, window: Window) -> None:
        if window in self._all:
            self._front = window
            self._remember()

    def _remember(self, _chat_id: object = None) -> None:
        """The chat of the window that was used last is opened at the next start."""
        self._session.remember(last_chat_id=self.front.conversation.wanted_id)

    def _closed(self, window: Window) -> None:
        if len(self._all) == 1:
            self.emptied.emit()
            return
        self._forget(window)
        if window is self._front:
            self._front = self._all[-1]
            self._remember()

    def _drop(self, window: Window, heir: Window | None = None) -> None:
        window.closing.disconnect(self._closed)
        window.conversation.opened.disconnect(self._remember)
        window.close()
        if heir is not None:
            self._session.new_drafts.hand_over(window.conversation, heir.conversation)
        self._forget(window)

    def _forget(self, window: Window) -> None:
        self._all.remove(window)
        self._session.new_drafts.release(window.conversation)
        gc.unfreeze()  # or the objects of the window would never be collected
        window.deleteLater()

    def _take_away(self, ids: list[int]) -> None:
        for window in self._all:
            window.take_away(ids)

    def _complain(self, error: Exception) -> None:
        if self._front is not None:
            self._front.complain(error)

    def _warn(self, text: str) -> None:
        if self._front is not None:
            self._front.toast.show_message(text)
