"""Answers in the terminal: store, engine, model and settings, opened once, and answers as they stream."""

from __future__ import annotations

import re
import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from desktop import paths
from desktop.chat.options import sampling_of, system_prompt_of
from desktop.chat.titles import title_of
from desktop.chat.turn import answer
from desktop.cli import piped
from desktop.cli.sampling import chosen
from desktop.cli.schema import read_schema
from desktop.cli.status_line import StatusLine
from desktop.engine.client import Engine
from desktop.engine.failures import explain
from desktop.engine.protocol import (
    Adapter,
    Event,
    Failed,
    Finished,
    Loading,
    ModelSettings,
    Piece,
    Prompting,
    PromptProgress,
    Sampling,
    Scored,
    ScoredToken,
    Stats,
    Thought,
    Turn,
)
from desktop.errors import KotonohaError
from desktop.jobs import Cancel
from desktop.language import language, say, set_language
from desktop.models import library
from desktop.models.loading import Loader, Step, Target, target_of
from desktop.models.recommended import kept
from desktop.presets import builtin_presets
from desktop.store import Chat, Preset, Store

# A model may write what a terminal would obey. Line breaks and tabs aside, no control character gets there.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Answer(msgspec.Struct, frozen=True):
    """One answer, as ``--json`` prints it."""

    text: str
    model: str
    reason: str  # engine.protocol.FinishReason
    stats: Stats | None
    thinking: str = ""
    tokens: tuple[ScoredToken, ...] | None = None  # with ``--probabilities``
    chat: int | None = None  # the chat that it was kept in


class Asker:
    """Answers questions by the options of ``kotonoha ask``. ``close`` it."""

    def __init__(self, options: Namespace) -> None:
        """Open everything. Raises ``KotonohaError`` where model, preset or schema cannot be used."""
        self.status = StatusLine(sys.stderr)
        self._chosen = {"json_schema": read_schema(options.schema), **chosen(options)}
        self.store = Store.open(paths.database(), recover=False)
        try:
            self.preferences = self.store.settings.get()
            set_language(self.preferences.language)
            if not self.store.presets.list():  # else they keep the window's language
                self.store.presets.seed(builtin_presets(), language())
            self.preset = self._find_preset(options.preset)
            self.model = self.find_model(options.model)
        except BaseException:
            self.store.close()
            raise
        self._loading = loading_options(options)
        self._own_system = None if options.system is None else piped.argument(options.system)
        self.system = (
            system_prompt_of(self.preferences, self.preset) if self._own_system is None else self._own_system
        )
        self.engine = Engine(
            idle_seconds=self.preferences.idle_minutes * 60.0,
            states_folder=self.store.path.with_name("states"),
            states_bytes=self.preferences.states_bytes,
        )
        self.loader = Loader(self.engine, self.store)

    def close(self) -> None:
        """End the engine and close the store."""
        self.engine.close()
        self.store.close()

    def find_model(self, wanted: str | None) -> library.Choice:
        """Return the model of this name or file; with None the usual one, installed first if need be."""
        choice = library.resolve(self.store, wanted)
        if choice is not None:
            return choice
        job = library.ensure_starter(self.store, Cancel())
        try:
            while True:
                progress = next(job)
                share = progress.done * 100 // max(progress.total, 1)
                self.status.show(
                    say(f"お試しモデルを準備中… {share}%", f"Preparing the trial model… {share}%")
                )
        except StopIteration as end:
            made = end.value
            return library.Choice(made.path, made.name, made.id, made.choices, made.recommended)
        finally:
            job.close()
            self.status.clear()

    @property
    def target(self) -> Target:
        """The model with what was set by hand for it."""
        return target_of(self.model, self.preferences, **self._loading)

    @property
    def sampling(self) -> Sampling:
        """The sampling for the model in use."""
        usual = sampling_of(self.preferences, self.preset, kept(self.model.recommended))
        chosen = {"thinking_budget": self.target.choices.thinking_budget, **self._chosen}
        return msgspec.structs.replace(usual, **chosen)

    def new_chat(self) -> Chat:
        """Return a new chat in the store, with the model, the preset and a system prompt of its own."""
        chat = self.store.chats.create(
            model_id=self.model.id, preset_id=self.preset.id if self.preset else None
        )
        if self._own_system:
            self.store.chats.set_system_prompt(chat.id, self._own_system)
        return chat

    def answer(self, question: str, cancel: Cancel, *, quiet: bool = False) -> Answer:
        """Print the answer to ``question`` as it streams, unless ``quiet``, and return it; nothing is kept.

        Raises ``KotonohaError`` when the engine fails.
        """
        turns = self._turns(question)
        choices = self.target.choices

        def request(settings: ModelSettings) -> Iterator[Event]:
            return self.engine.generate(
                settings,
                turns,
                self.sampling,
                cancel,
                prompting=Prompting(choices.template, choices.thinking),
                adapters=choices.adapters,
                reproducible=choices.reproducible,
            )

        events = self.loader.run(self.target, request, cancel)
        return self._follow(events, cancel, quiet=quiet)

    def score(self, question: str, answer: str, alternatives: int, cancel: Cancel) -> tuple[ScoredToken, ...]:
        """Return how probable each token of an answer was. Raises ``KotonohaError``."""
        turns = [*self._turns(question), Turn("assistant", answer)]
        choices = self.target.choices

        def request(settings: ModelSettings) -> Iterator[Event]:
            return self.engine.score(
                settings,
                turns,
                cancel,
                prompting=Prompting(choices.template),
                adapters=choices.adapters,
                alternatives=alternatives,
            )

        tokens: list[ScoredToken] = []
        for event in self.loader.run(self.target, request, cancel):
            if isinstance(event, Scored):
                tokens += event.tokens
            elif isinstance(event, Failed):
                raise explain(event)
        return tuple(tokens)

    def _turns(self, question: str) -> list[Turn]:
        system = [Turn("system", self.system)] if self.system.strip() else []
        return [*system, Turn("user", question)]

    def answer_in(self, chat: Chat, question: str, cancel: Cancel, *, quiet: bool = False) -> Answer:
        """The same, as the next turn of ``chat``, which keeps question and answer."""
        asked, message = self.store.messages.send(chat.id, question, self.model.name)
        if asked.parent_id is None:
            self.store.chats.rename(chat.id, title_of(question), by_hand=False)
        if self.model.id is not None:
            self.store.models.touch(self.model.id)
        events = answer(
            self.store,
            self.loader,
            message=message,
            target=self.target,
            sampling=self.sampling,
            system=self.system,
            cancel=cancel,
        )
        return msgspec.structs.replace(self._follow(events, cancel, quiet=quiet), chat=chat.id)

    def _follow(self, events: Iterable[Event | Step], cancel: Cancel, *, quiet: bool) -> Answer:
        parts: list[str] = []
        thoughts: list[str] = []
        try:
            for event in events:
                match event:
                    case Step(sentence=sentence, warning=True):
                        self.status.clear()
                        print(sentence, file=sys.stderr)
                    case Step(sentence=sentence):
                        self.status.show(sentence)
                    case Loading(fraction=fraction):
                        self.status.show(
                            say("モデルを読み込み中…", "Loading the model…") + f" {fraction:.0%}"
                        )
                    case PromptProgress(done=done, total=total):
                        self.status.show(say("読んでいます…", "Reading…") + f" {done}/{total}")
                    case Thought(text=text):
                        thoughts.append(text)
                        self.status.show(say("考えています…", "Thinking…") + f" {len(thoughts)}")
                    case Piece(text=text):
                        self.status.clear()
                        parts.append(text)
                        if not quiet:
                            _write(text)
                    case Failed():
                        raise explain(event)
                    case Finished(reason=reason, stats=stats):
                        thinking = "".join(thoughts)
                        return Answer("".join(parts), self.model.name, reason, stats, thinking)
            raise AssertionError("the engine's stream ended without an end")
        finally:
            self.status.clear()
            if parts and not quiet and sys.stdout is not None and not parts[-1].endswith("\n"):
                _write("\n")

    def _find_preset(self, name: str | None) -> Preset | None:
        if name is None:
            return None
        preset = self.store.presets.by_name(name)
        if preset is None:
            names = [each.name for each in self.store.presets.list()]
            raise KotonohaError(
                "preset_unknown",
                f"「{name}」というプリセットはありません。あるプリセット: {'、'.join(names)}",
                f'There is no preset called "{name}". There are: {", ".join(names)}',
            )
        return preset


def loading_options(options: Namespace) -> dict[str, Any]:
    """Return how the model is to be loaded and asked: fields of ``Choices``, None where not given."""
    names = (
        *("context_length", "gpu_layers", "cache_type", "threads"),
        *("thinking", "thinking_budget", "reproducible"),
    )
    fields: dict[str, Any] = {name: getattr(options, name, None) for name in names}
    if adapters := getattr(options, "adapters", None):
        fields["adapters"] = tuple(Adapter(str(Path(path).absolute()), scale) for path, scale in adapters)
    return fields


def _write(text: str) -> None:
    if sys.stdout.isatty():
        text = _CONTROL.sub("", text)
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        sys.stdout = None  # what is in its buffer would fail again
        raise KotonohaError(
            "output_failed",
            f"答えを書き出せません。（{error}）",
            f"The answer cannot be written out. ({error})",
        ) from error
