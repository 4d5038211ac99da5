"""The windows about one answer: what the model was given, and what else it might have said."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop.store import Chat, Message, Policy
from desktop.ui.answers.answer_dialog import AnswerDialog
from desktop.ui.answers.probability_view import ProbabilityView
from desktop.ui.answers.prompt_view import PromptView
from desktop.ui.session import Session
from desktop.ui.turns import Setup, Turns


class AnswerViews(QObject):
    """Opens them. Knows the open chat only through what it is given."""

    def __init__(
        self,
        session: Session,
        turns: Turns,
        *,
        chat: Callable[[], Chat | None],
        message: Callable[[int], Message | None],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._turns = turns
        self._chat = chat
        self._message = message
        self._window = parent

    def show_prompt(self, message_id: int) -> None:
        """Show what the model was given."""
        found = self._asked(message_id)
        if found is not None:
            setup, policy, message = found
            self._open(PromptView(self._session, setup, policy, message.id, self._window))

    def show_probabilities(self, message_id: int) -> None:
        """Show how probable each token was, and the others."""
        found = self._asked(message_id)
        if found is not None:
            self._open(ProbabilityView(self._session, *found, self._window))

    def _open(self, dialog: AnswerDialog) -> None:
        if self._turns.busy():
            dialog.state.setText(self.tr("ほかの答えが書き終わるのを待っています…"))
        dialog.open()

    def _asked(self, message_id: int) -> tuple[Setup, Policy, Message] | None:
        """Return an answer and what it was asked with, by the model that wrote it where it is still there."""
        chat, message = self._chat(), self._message(message_id)
        if chat is None or message is None:
            return None
        writer = next((model for model in self._session.models if model.name == message.model_name), None)
        setup = self._turns.setup(chat, None, writer)
        return None if setup is None else (setup, chat.policy, message)
