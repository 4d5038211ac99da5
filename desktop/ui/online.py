"""The person's switch between this application and the network, and what is connected for just now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from PySide6.QtCore import QObject, Signal

from desktop import network

if TYPE_CHECKING:
    from desktop.hub.hub import Hub
    from desktop.ui.session import Session

OnlineState = Literal["offline", "idle", "busy"]  # busy: something is being fetched


class Online(QObject):
    """Lets ``network`` follow ``Preferences.offline``."""

    changed = Signal()  # what ``state`` says
    closing = Signal()  # the switch is about to be on: what runs is to stop by itself

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._using: set[object] = set()
        network.set_offline(session.preferences.offline)
        session.preferences_changed.connect(self._follow)

    @property
    def is_offline(self) -> bool:
        """Whether nothing may connect."""
        return network.is_offline()

    @property
    def state(self) -> OnlineState:
        """What holds now."""
        if network.is_offline():
            return "offline"
        return "busy" if self._using else "idle"

    def sentence(self) -> str:
        """Return it in words."""
        match self.state:
            case "offline":
                return self.tr("オフライン　外部通信なし")
            case "busy":
                return self.tr("オンライン: ダウンロード中")
            case _:
                return self.tr("つながります（使うときだけ）")

    def use(self, what: object, using: bool) -> None:
        """Hear that something is being fetched, or not any more."""
        before = self.state
        (self._using.add if using else self._using.discard)(what)
        if self.state != before:
            self.changed.emit()

    def hub(self) -> Hub:
        """Return the hub as it is set now. Raises ``KotonohaError("endpoint_unusable")``."""
        from desktop.hub.hub import hub_of

        return hub_of(self._session.preferences)

    def host(self) -> str:
        """Return the hub's host for people. Raises like ``hub``."""
        return urlsplit(self.hub().endpoint).netloc

    def go_online(self) -> None:
        """Let what the person asks for connect."""
        self._session.change(offline=False)

    def go_offline(self) -> None:
        """Let nothing connect any more, and hang up what is connected."""
        self._session.change(offline=True)

    def _follow(self, names: set[str]) -> None:
        if "offline" not in names:
            return
        offline = self._session.preferences.offline
        if offline:
            self.closing.emit()
        network.set_offline(offline)
        self.changed.emit()
