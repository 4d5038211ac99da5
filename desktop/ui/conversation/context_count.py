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
SURE = 0.6  # of an estimate: a text has at least so many of its tokens


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
    exact: bool = True  # False: the model is not in memory, so this is an estimate


class Tokens(NamedTuple):
    """How many tokens a text is, in the model in memory, or about how many in any."""

    number: int
    exact: bool


def estimate(text: str) -> Tokens:
    """Return about how many tokens a text is in a model that knows Japanese."""
    wide = sum(character > "\u2fff" for character in text)
    return Tokens(round(0.7 * wide + 0.3 * (len(text) - wide)) + 1, exact=False)


class ContextCount(QObject):
    """One count at a time, the newest wins. A model that is not in memory is never loaded for it."""

    counted = Signal(object)  # Counted, or None: it cannot be told
    text_counted = Signal(object)  # Tokens of what is typed, likewise

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
        question, busy = self._question(), self._turns.busy()
        if question is None:
            self.text_counted.emit(None)
            return

        def count(cancel: Cancel) -> tuple[Counted | None, Tokens]:
            if busy:
                return None, estimate(question.typed)
            return self._count(question, cancel)

        def show(told: tuple[Counted | None, Tokens | None]) -> None:
            if cancel is self._cancel and not cancel.is_set():
                counted, tokens = told
                self.text_counted.emit(tokens)
                if not busy:
                    self.counted.emit(counted)

        cancel = self._cancel = self._session.jobs.run(
            count, owner=self, on_done=show, on_failed=lambda _: show((None, None))
        )

    def _count(self, question: Question, cancel: Cancel) -> tuple[Counted | None, Tokens]:
        """Count, in a job: by the model where it is in memory, else roughly. An empty chat has no count."""
        loader, (path, typed, policy, setup, attachments) = self._session.loader, question
        asked = next_prompt(
            self._session.store,
            path,
            typed,
            choices=setup.target.choices,
            policy=policy,
            system=setup.system,
            attachments=attachments,
        )
        if all(turn.role == "system" for turn in asked.turns):
            return None, estimate(typed)
        settings, inspected = loader.settings_in_use(setup.target), None
        if settings is not None:
            for event in loader.engine.inspect(
                settings, asked.turns, setup.sampling, cancel, prompting=asked.prompting, text=typed
            ):
                if isinstance(event, Loading):  # it was freed just now
                    cancel.set()
                elif isinstance(event, Inspected):
                    inspected = event
        if inspected is None:
            length = loader.expected_context(setup.target)
            about = sum(estimate(turn.text).number for turn in asked.turns)
            last = estimate(asked.turns[-1].text).number  # which is never left out
            fits = last * SURE <= length
            tokens = min(about, length) if fits else last
            return Counted(tokens, length, 0, fits, policy, exact=False), estimate(typed)
        counted = Counted(
            inspected.prompt_tokens,
            inspected.context_length,
            first_seen(path, asked.covered + inspected.left_out) if inspected.left_out else 0,
            inspected.fits,
            policy,
        )
        return counted, Tokens(inspected.text_tokens, exact=True)
