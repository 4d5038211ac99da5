"""What is there as long as the application runs: the store, the engine, the jobs, and what was chosen.

The window's thread never touches the store itself: it asks here, and hears of it by signal.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QObject, Signal

from desktop.engine.client import Engine
from desktop.engine.protocol import Event, Failed, Loading
from desktop.engine.states import chat_key
from desktop.jobs import Cancel
from desktop.models import library, starter
from desktop.models.loading import Loader, Step, Target, target_of
from desktop.store import Chat, Folder, Model, Preferences, Preset, Store
from desktop.store.choices import changed
from desktop.ui.downloads import Downloads
from desktop.ui.global_shortcut import GlobalShortcut
from desktop.ui.new_drafts import NewDrafts
from desktop.ui.online import Online
from desktop.ui.worker import Jobs


class Session(QObject):
    """Owns the long-lived parts and the small lists that menus show."""

    preferences_changed = Signal(object)  # the names of the changed fields, a set
    models_changed = Signal()
    presets_changed = Signal()
    chats_changed = Signal()
    indexed = Signal()  # the search knows all chats
    draft_kept = Signal(int, object, object)  # chat id, its text, and who wrote it or None
    chat_changed = Signal(int, object)  # a chat's branch or choices, and who changed them
    going_back = Signal(object)  # a ``GoingBack`` is to take the place of the data
    warming = Signal(float)  # how much of a model is loaded ahead of its first question, 0 to 1
    warmed = Signal()  # that has ended, well or not
    warned = Signal(str)  # a model is loaded in a way that is less than was wished

    def __init__(self, store: Store, engine: Engine, jobs: Jobs, preferences: Preferences) -> None:
        super().__init__()
        self.store = store
        self.engine = engine
        self.loader = Loader(engine, store)
        self.jobs = jobs
        self.preferences = preferences
        self.models: list[Model] = []
        self.presets: list[Preset] = []
        self.chats: list[Chat] = []
        self.folders: list[Folder] = []
        self.new_drafts = NewDrafts(self)
        self.global_shortcut = GlobalShortcut(jobs, self)  # for a quick question
        self.online = Online(self)
        self.downloads = Downloads(self)
        self._indexing = False
        self._warm: tuple[Target, Cancel] | None = None  # being loaded ahead of its question
        self._cold: Target | None = None  # could not be loaded
        self.starter_progress: float | None = None  # 0 to 1 while the starter model is being put in place

    # What was chosen

    def change(self, **fields: Any) -> None:  # noqa: ANN401 - the fields of Preferences
        """Change preferences; they count at once and are saved in the background."""
        names = self.remember(**fields)
        if names & {"idle_minutes", "states_gb"}:
            self.engine.configure(
                idle_seconds=60.0 * self.preferences.idle_minutes,
                states_bytes=self.preferences.states_bytes,
            )
        if names:
            self.preferences_changed.emit(names)

    def remember(self, **fields: Any) -> set[str]:  # noqa: ANN401
        """Save, without telling anybody, what only the next start asks for; return what is new."""
        new = {name: value for name, value in fields.items() if getattr(self.preferences, name) != value}
        if new:
            self.preferences = msgspec.structs.replace(self.preferences, **new)
            self.jobs.store(lambda: self.store.settings.change(**new))
        return set(new)

    def keep_draft(self, chat_id: int, text: str, writer: QObject | None = None) -> None:
        """Save what is typed for a chat, and tell it to the other windows that show the chat."""
        self.jobs.store(lambda: self.store.chats.set_draft(chat_id, text))
        self.draft_kept.emit(chat_id, text, writer)

    def add_to_draft(self, chat_id: int, text: str) -> None:
        """Keep what was typed for a chat that was left before it was read."""
        chats = self.store.chats
        if text:
            self.jobs.store(lambda: chats.set_draft(chat_id, chats.get(chat_id).draft + text))

    def erase_chat(self, chat_id: int) -> None:
        """Delete for good a chat in the bin, and what was computed of it. Not for the window's thread."""
        self.store.chats.erase(chat_id)
        self.engine.forget(chat_key(chat_id))

    # Lists

    def refresh_chats(self) -> None:
        """Read the list of chats again."""
        store = self.store
        self.jobs.store(lambda: (store.chats.list(), store.folders.list()), on_done=self._take_chats)

    def index_chats(self) -> None:
        """Let the search learn, in the background, what it does not know yet."""
        if self._indexing:
            return

        def end(_: object) -> None:
            self._indexing = False
            self.indexed.emit()

        self._indexing = True
        self.jobs.run(self.store.search.index_missing, on_done=end, on_failed=end)

    def refresh_models(self) -> None:
        """Read the list of models again."""
        self.jobs.store(self.store.models.list, on_done=self._take_models)

    def refresh_presets(self) -> None:
        """Read the list of presets again."""
        self.jobs.store(self.store.presets.list, on_done=self._take_presets)

    def rename_presets(self, builtin: Callable[[], list[dict[str, Any]]]) -> None:
        """Give the built-in presets their names in the language in use."""
        self.jobs.store(lambda: self.store.presets.seed(builtin()), on_done=lambda _: self.refresh_presets())

    def _take_chats(self, read: tuple[list[Chat], list[Folder]]) -> None:
        self.chats, self.folders = read
        self.chats_changed.emit()

    def _take_models(self, models: list[Model]) -> None:
        self.models = models
        self.models_changed.emit()

    def _take_presets(self, presets: list[Preset]) -> None:
        self.presets = presets
        self.presets_changed.emit()

    # Models

    def install_starter(self) -> None:
        """Put the starter model in place where its package is installed, and read the list of models."""

        if not starter.is_available() or not self.preferences.starter:
            return

        def done(_: object) -> None:
            self.starter_progress = None
            self.refresh_models()

        def failed(error: Exception) -> None:
            done(None)
            self.jobs.failed.emit(error)

        def progress(event: starter.Progress) -> None:
            self.starter_progress = event.done / event.total
            self.models_changed.emit()

        self.starter_progress = 0.0
        self.jobs.run(
            lambda cancel: library.ensure_starter(self.store, cancel),
            on_event=progress,
            on_done=done,
            on_failed=failed,
        )

    def add_model(
        self,
        path: Path,
        owner: QObject,
        on_done: Callable[[Model], None],
        on_failed: Callable[[Exception], None],
    ) -> None:
        """Check a GGUF file's header and add it to the library; the file stays where it is."""

        def done(model: Model) -> None:
            self.refresh_models()
            on_done(model)

        self._cold = None
        self.jobs.run(
            lambda _: library.register(self.store, path), owner=owner, on_done=done, on_failed=on_failed
        )

    def model(self, model_id: int) -> Model | None:
        """Return the model with this id, None when there is none."""
        return next((model for model in self.models if model.id == model_id), None)

    def choose(self, model: Model, **fields: Any) -> None:  # noqa: ANN401 - the fields of ``store.Choices``
        """Set choices for a model; they count from the next answer on and are saved in the background."""

        def failed(error: Exception) -> None:
            self.refresh_models()
            self.jobs.failed.emit(error)

        chosen = msgspec.structs.replace(model, choices=changed(model.choices, fields))
        if chosen.choices == model.choices:
            return
        self.models = [chosen if each.id == model.id else each for each in self.models]
        self.jobs.store(lambda: self.store.models.choose(model.id, **fields), on_failed=failed)
        self.models_changed.emit()

    def warm(self, model: Model) -> None:
        """Load ``model`` now if it is not loaded, so that the first answer comes sooner."""
        target = self.target(model)
        self.cool(target)
        if self._warm is not None or target == self._cold or self.loader.is_loaded(target):
            return

        def take(event: Event | Step) -> None:
            if isinstance(event, Loading):
                self.warming.emit(event.fraction)
            elif isinstance(event, Step) and event.warning:
                self.warned.emit(event.sentence)
            elif isinstance(event, Failed):  # told by the question that needs the model
                self._cold = target

        def end(_: object) -> None:
            if self._warm is not None and self._warm[0] == target:
                self._warm = None
            self.warmed.emit()

        cancel = self.jobs.run(
            lambda cancel: self.loader.load(target, cancel), on_event=take, on_done=end, on_failed=end
        )
        self._warm = (target, cancel)

    def cool(self, wanted: Target) -> None:
        """Stop loading ahead any other model than ``wanted``."""
        if self._warm is not None and self._warm[0] != wanted:
            self._warm[1].set()
            self._warm = None
        if self._cold != wanted:
            self._cold = None

    def model_for(self, chat: Chat | None) -> Model | None:
        """Return the model that answers in this chat: its own, else the usual one, else any."""
        by_id = {model.id: model for model in self.models}
        for wanted in (chat.model_id if chat else None, self.preferences.model_id):
            if wanted in by_id:
                return by_id[wanted]
        return self.models[0] if self.models else None

    def preset(self, preset_id: int | None) -> Preset | None:
        """Return the preset with this id, None when there is none."""
        return next((preset for preset in self.presets if preset.id == preset_id), None)

    def target(self, model: Model) -> Target:
        """Return the model with what was set by hand for it."""
        return target_of(model, self.preferences)
