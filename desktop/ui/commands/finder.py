"""What the palette of a window offers: its actions, chats, models, presets and settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop.ui.commands.actions import native
from desktop.ui.commands.matching import Candidate
from desktop.ui.commands.palette import Entry, Palette
from desktop.ui.session import Session

if TYPE_CHECKING:
    from desktop.ui.window import Window

KEPT = 30  # of what was chosen last
OPENS = "app.palette"  # the action that opens the palette, which does not offer itself


class Finder(QObject):
    """Fills the palette and remembers what was chosen."""

    def __init__(self, window: Window, session: Session) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self.palette = Palette(window, session.jobs, self)
        self.palette.chosen.connect(self._remember)

    def entries(self) -> Iterator[Entry]:
        """Yield everything but the chats."""
        yield from self._actions()
        yield from self._choices()
        yield from self._settings()

    def commands(self) -> list[Entry]:
        """Return what can be asked for by "/": presets, then actions."""
        presets = (entry for entry in self._choices() if entry.id.startswith("preset:"))
        return [*presets, *self._actions()]

    def more(self) -> Callable[[], Iterator[Candidate]]:
        """Return what yields the chats, of which there may be thousands."""
        chats, untitled = self._session.chats, self.tr("新しい対話")
        return lambda: (Candidate(f"chat:{chat.id}", chat.title or untitled) for chat in chats)

    def entry(self, name: str) -> Entry:
        """Return the entry of a chat."""
        chat_id = int(name.removeprefix("chat:"))
        title = next((chat.title for chat in self._session.chats if chat.id == chat_id), "")
        return Entry(
            name,
            title or self.tr("新しい対話"),
            self.tr("対話"),
            "message-square",
            partial(self._open, chat_id),
        )

    def recent(self) -> Sequence[str]:
        """Return what was chosen last."""
        return self._session.preferences.recent_actions

    def _actions(self) -> Iterator[Entry]:
        table = self._window.action_table
        for action in table.all():
            name = action.objectName()
            if action.isEnabled() and name != OPENS:
                yield Entry(
                    f"action:{name}",
                    action.text(),
                    table.group(name),
                    "chevron-right",  # not the sign of a key that other systems lack
                    action.trigger,
                    native(table.keys(name)[:1]),
                    (table.reading(name), name.replace(".", " ")),
                )

    def _choices(self) -> Iterator[Entry]:
        choices, kind = self._window.conversation.choices, self.tr("モデル")
        for model in self._session.models:
            use = partial(choices.model_chosen.emit, model)
            yield Entry(f"model:{model.id}", model.name, kind, "box", partial(self._in_chat, use))
        kind = self.tr("プリセット")
        for preset in self._session.presets:
            use = partial(choices.preset_chosen.emit, preset.id)
            yield Entry(
                f"preset:{preset.id}", preset.name, kind, "sliders-horizontal", partial(self._in_chat, use)
            )

    def _settings(self) -> Iterator[Entry]:
        settings, kind = self._window.settings, self.tr("設定")
        for place, (page, row) in settings.places().items():
            name = f"{page}: {row}" if row else page
            yield Entry(f"setting:{place}", name, kind, "settings", partial(self._show_setting, place))

    def _open(self, chat_id: int) -> None:
        self._window.show_chats()
        self._window.conversation.open(chat_id)

    def _in_chat(self, use: partial[None]) -> None:
        self._window.show_chats()
        use()

    def _show_setting(self, place: str) -> None:
        self._window.show_settings()
        self._window.settings.show_place(place)

    def otherwise(self, text: str) -> Entry:
        """Return what to do with a text that nothing is found for: ask about it."""

        def write() -> None:
            self._window.new_chat()
            self._window.page.composer.insert(text)

        name = self.tr("「{text}」を新しい対話に書く").format(text=text)
        return Entry("text", name, self.tr("ほかに見つかりません"), "pencil", write)

    def _remember(self, name: str) -> None:
        if name != "text":
            before = (one for one in self._session.preferences.recent_actions if one != name)
            self._session.remember(recent_actions=(name, *before)[:KEPT])
