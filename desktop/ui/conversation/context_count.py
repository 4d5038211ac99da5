"""Asks, at each pause of typing, how full the context would be if what is typed were sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.chat.asked import next_prompt
from desktop.chat.branch import first_seen
from desktop.engine.protocol import Inspected, Loading
from desktop.jobs import Cancel
from desktop.store import Message, Policy
from desktop.ui.session import Session
from desktop.ui.turns import Setup, Turns

PAUSE_MS = 400


class Question(NamedTuple):
    """What would be sent now."""

    path: list[Message]
    typed: str
    policy: Policy
    setup: Setup
    attachments: tuple[int, ...] = ()  # files of the draft


class Counted(NamedTuple):
    """How full the context would be."""

    tokens: int
    context_length: int
    unseen: int  # messages that the model would not see
    fits: bool  # False: what cannot be left out is too long
    policy: Policy


class ContextCount(QObject):
    """One count at a time, the newest wins. A model that is not in memory is never loaded for it."""

    counted = Signal(object)  # Counted, or None: it cannot be told

    def __init__(
        self, session: Session, turns: Turns, question: Callable[[], Question | None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._turns = turns
        self._question = question
        self._cancel = Cancel()
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._ask)

    def later(self) -> None:
        """Ask when nothing more has happened for a moment."""
        self.stop()
        self._pause.start()

    def stop(self) -> None:
        """Ask nothing; an answer comes first."""
        self._pause.stop()
        self._cancel.set()

    def _ask(self) -> None:
        question = None if self._turns.busy() else self._question()
        if question is None:
            return
        loader, store = self._session.loader, self._session.store
        path, typed, policy, setup, attachments = question

        def count(cancel: Cancel) -> Counted | None:
            settings = loader.settings_in_use(setup.target)
            asked = next_prompt(
                store,
                path,
                typed,
                choices=setup.target.choices,
                policy=policy,
                system=setup.system,
                attachments=attachments,
            )
            if settings is None or all(turn.role == "system" for turn in asked.turns):
                return None
            counted = None
            for event in loader.engine.inspect(
                settings, asked.turns, setup.sampling, cancel, prompting=asked.prompting
            ):
                if isinstance(event, Loading):  # it was freed just now
                    cancel.set()
                elif isinstance(event, Inspected):
                    unseen = asked.covered + event.left_out
                    counted = Counted(
                        event.prompt_tokens,
                        event.context_length,
                        first_seen(path, unseen) if event.left_out else 0,
                        event.fits,
                        policy,
                    )
            return counted

        def show(counted: Counted | None) -> None:
            if cancel is self._cancel and not cancel.is_set():
                self.counted.emit(counted)

        cancel = self._cancel = self._session.jobs.run(
            count, owner=self, on_done=show, on_failed=lambda _: show(None)
        )
