"""The drafts of chats that are not there yet: one for each window, and for each first message on its way."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from desktop.ui.controls.fields import LONGEST_MESSAGE

if TYPE_CHECKING:
    from desktop.ui.session import Session


class NewDrafts:
    """Gives each owner (a conversation, a turn) a place for its draft, and keeps what is in it.

    Place 0 is ``Preferences.new_chat_draft``, to which the files of a new chat belong; place n is the nth of
    ``other_drafts``. A place that nobody owns any more keeps its text until an empty new chat takes it over.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._places: dict[object, int] = {}

    def gather(self) -> None:
        """Put behind the first draft what other windows left, as far as one message holds it."""
        texts = [text for text in self._texts() if text]
        first, rest = "", list[str]()
        for text in texts:
            joined = f"{first}\n\n{text}" if first else text
            if not rest and (not first or len(joined) <= LONGEST_MESSAGE):
                first = joined
            else:
                rest.append(text)
        self._write([first, *rest])

    def begin(self, owner: object) -> str:
        """Return the draft for an empty new chat of ``owner``: its own, else one that was left."""
        texts, place = self._texts(), self._places.get(owner)
        own = _at(texts, place)
        taken = set(self._places.values())
        if place is None or (not own and 0 not in taken):
            place = self._places[owner] = next(n for n in itertools.count() if n not in taken)
            own = _at(texts, place)
        if not own:
            taken = set(self._places.values())
            left = next((n for n, text in enumerate(texts) if text and n not in taken), None)
            if left is not None:
                own = texts[left]
                self._set(texts, {left: "", place: own})
        return own

    def keep(self, owner: object, text: str) -> None:
        """Save what was typed."""
        texts = self._texts()
        if owner not in self._places:
            taken = set(self._places.values())
            self._places[owner] = next(n for n in itertools.count() if n not in taken and not _at(texts, n))
        self._set(texts, {self._places[owner]: text})

    def place(self, owner: object) -> int | None:
        """Return where the draft of ``owner`` is kept, None: nowhere yet."""
        return self._places.get(owner)

    def empty(self, place: int) -> None:
        """What was there is part of a chat now."""
        self._set(self._texts(), {place: ""})

    def hand_over(self, owner: object, to: object) -> None:
        """Give the place of ``owner``, with what is in it, to somebody else."""
        place = self._places.pop(owner, None)
        if place is not None:
            self._places[to] = place

    def release(self, owner: object) -> None:
        """``owner`` is gone; its text stays."""
        self._places.pop(owner, None)

    def _texts(self) -> list[str]:
        preferences = self._session.preferences
        return [preferences.new_chat_draft, *preferences.other_drafts]

    def _set(self, texts: list[str], changes: dict[int, str]) -> None:
        changed = [*texts, *[""] * (max(changes) + 1 - len(texts))]
        for place, text in changes.items():
            changed[place] = text
        self._write(changed)

    def _write(self, texts: list[str]) -> None:
        first, *others = texts
        while others and not others[-1]:
            others.pop()
        self._session.remember(new_chat_draft=first, other_drafts=tuple(others))


def _at(texts: list[str], place: int | None) -> str:
    return texts[place] if place is not None and place < len(texts) else ""
