"""How full the context of the chat is, now and before sending, and what becomes of what does not fit."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from PySide6.QtCore import QObject, Signal

from desktop.engine.protocol import Stats
from desktop.store import Policy
from desktop.ui.conversation.attachments import Attachments
from desktop.ui.conversation.chat_page import ChatPage
from desktop.ui.conversation.context_count import ContextCount, Counted, Question, Tokens
from desktop.ui.conversation.shown import Shown
from desktop.ui.session import Session
from desktop.ui.turns import Setup, Turns


class Fullness(QObject):
    """Connects the meter of a page, and the count of what is typed, with what would be sent."""

    policy_changed = Signal()  # of the chat that is shown

    def __init__(
        self,
        page: ChatPage,
        session: Session,
        turns: Turns,
        attachments: Attachments,
        *,
        shown: Callable[[], Shown],
        setup: Callable[[], Setup | None],
    ) -> None:
        """``setup`` tells what the chat is answered with, None while another one is being opened."""
        super().__init__(page)
        self._page = page
        self._session = session
        self._turns = turns
        self._attachments = attachments
        self._shown = shown
        self._setup = setup
        self._counted: Counted | None = None
        self.new_policy: Policy = "leave_out"  # of the chat that is not there yet
        self.count = ContextCount(session, turns, self._question, self)
        self.count.counted.connect(self._take)
        self.count.text_counted.connect(self._take_text)
        page.composer.edit.textChanged.connect(self.count.later)
        attachments.changed.connect(self.count.later)
        page.meter.policy_chosen.connect(self.choose)
        session.warmed.connect(self.count.later)
        for changed in (session.models_changed, session.presets_changed, session.preferences_changed):
            changed.connect(self.renew)
        turns.ended.connect(self.count.later)

    @property
    def policy(self) -> Policy:
        """What becomes of what does not fit, in the chat that is shown."""
        chat = self._shown().chat
        return chat.policy if chat else self.new_policy

    def renew(self, *_: object) -> None:
        """Count anew, as something else is sent or it goes to another model; till then hold nothing back."""
        self._page.composer.set_fits(True)
        self.count.later()

    def forget(self) -> None:
        """Forget what was counted: it is no longer true."""
        self._counted = None

    def show(self, stats: Stats | None = None) -> None:
        """Show what is known: of the answer that is written, of what would be sent, of the last answer."""
        shown, meter, counted = self._shown(), self._page.meter, self._counted
        meter.set_policy(self.policy)
        active = self._turns.active(shown.chat.id) if shown.chat else None
        stats = stats or next((m.stats for m in reversed(shown.path) if m.stats), None)
        if active is not None and active.context_length:
            meter.set_tokens(active.prompt_tokens, active.context_length)
        elif counted is not None and active is None and (counted.exact or stats is None):
            meter.set_tokens(
                counted.tokens, counted.context_length, self._remark(counted), about=not counted.exact
            )
        elif stats is None:
            meter.set_tokens(0, 0)
        else:
            meter.set_tokens(stats.prompt_tokens + stats.generated_tokens, stats.context_length)

    def choose(self, policy: Policy, then: Callable[[], None] | None = None) -> None:
        """Choose what becomes of what does not fit into the context, in this chat."""
        chat = self._shown().chat
        if chat is None:
            self.new_policy = policy
            self.show()
            self.renew()
            return
        chat_id, store = chat.id, self._session.store

        def done(_: object) -> None:
            shown = self._shown()
            if shown.chat is not None and shown.chat.id == chat_id:
                shown.chat = msgspec.structs.replace(shown.chat, policy=policy)
                self.policy_changed.emit()
                self.show()
                self.renew()
                if then is not None:
                    then()

        self._session.jobs.store(lambda: store.chats.set_policy(chat_id, policy), owner=self, on_done=done)

    def _question(self) -> Question | None:
        """Return what would be sent now."""
        setup = self._setup()
        if setup is None:
            return None
        typed = self._page.composer.text().strip("\n")
        return Question(list(self._shown().path), typed, self.policy, setup, self._attachments.ids())

    def _take(self, counted: Counted | None) -> None:
        self._counted = counted
        self.show()
        self._attachments.take_count(counted)

    def _take_text(self, tokens: Tokens | None) -> None:
        words = self.tr("{count} トークン") if tokens and tokens.exact else self.tr("約{count} トークン")
        self._page.composer.set_tokens(words.format(count=f"{tokens.number:,}") if tokens else "")

    def _remark(self, counted: Counted) -> str:
        if counted.unseen and counted.policy == "summarise":
            return self.tr("古い%n件を要約します", "", counted.unseen)
        if counted.unseen:
            return self.tr("古い%n件を省きます", "", counted.unseen)
        return "" if counted.fits else self.tr("入りきりません")
