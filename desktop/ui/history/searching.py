"""Searches as one types: a new letter takes the place of the search before it."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.jobs import Cancel
from desktop.store import Filters, FoundChat, Hit, Results, Store
from desktop.ui.session import Session

PAUSE_MS = 40  # of typing, before the search begins
MOST = 50  # chats
LINE = 200  # characters of a starred message


class Searching(QObject):
    """Runs the searches of one field."""

    found = Signal(object)  # Results
    ended = Signal()  # nothing is looked for any more
    cleared = Signal()  # there are no words any more

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._asked: tuple[str, Filters] = ("", Filters())
        self._cancel = Cancel()
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._run)

    @property
    def words(self) -> tuple[str, ...]:
        """The words that are looked for."""
        return tuple(self._asked[0].split())

    def ask(self, text: str, filters: Filters) -> None:
        """Look for a text; with none, for what is starred where that is asked, else for nothing."""
        self._asked = (text, filters)
        self._cancel.set()
        if not text.strip():
            self.cleared.emit()
        if text.strip() or filters.starred:
            self._pause.start()
        else:
            self._pause.stop()
            self.ended.emit()

    def _run(self) -> None:
        text, filters = self._asked
        store = self._session.store

        def search(cancel: Cancel) -> Results:
            if text.strip():
                return store.search.find(text, filters, limit=MOST, cancel=cancel)
            return _starred(store, filters)

        def show(results: Results) -> None:
            if self._asked == (text, filters):
                self.found.emit(results)

        self._cancel = self._session.jobs.run(search, owner=self, on_done=show)


def _starred(store: Store, filters: Filters) -> Results:
    """Return all starred messages that the filters leave, by chat."""
    chats = {
        chat.id: chat.title
        for chat in store.chats.list()
        if filters.folder_id in (None, chat.folder_id)
        and (not filters.tag or filters.tag in chat.tags)
        and filters.archived in (None, chat.archived is not None)
    }
    hits: dict[int, list[Hit]] = {}
    for message in store.messages.starred():
        if (
            message.chat_id in chats
            and message.created >= (filters.since or 0)
            and filters.model_name in ("", message.model_name)
            and filters.preset_name in ("", message.preset_name)
        ):
            line = " ".join(message.text[:LINE].split()) + ("…" if len(message.text) > LINE else "")
            hits.setdefault(message.chat_id, []).append(
                Hit(message.id, message.role, message.created, line, ())
            )
    found = (FoundChat(id, chats[id], (), tuple(some), False) for id, some in hits.items())
    return Results(tuple(found), False, True)
