"""Drive the engine's child process from the application. No Qt, no llama.cpp.

Whatever happens to the child (it dies, hangs, talks nonsense), a request ends in exactly one ``Finished`` or
``Failed``, and the next one finds a working child again.
"""

from __future__ import annotations

import itertools
import queue
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path

from desktop.engine.child import Child, Report
from desktop.engine.protocol import (
    Adapter,
    Alive,
    Configure,
    Embed,
    Event,
    Failed,
    Finished,
    Forget,
    Generate,
    Inspect,
    ListDevices,
    Load,
    Loaded,
    ModelSettings,
    Prompting,
    Ready,
    Sampling,
    Score,
    Stop,
    Task,
    Turn,
    Unloaded,
)
from desktop.engine.states import DEFAULT_BYTES, forget
from desktop.jobs import Cancel

_SLICE = 0.1  # seconds between two looks at the clock
_NOTHING = Ready("")
_PLAIN = Prompting()


def engine_command() -> list[str]:
    """Return the command that starts the child: this Python, or this executable in a frozen bundle."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "engine"]
    return [sys.executable, "-m", "desktop", "engine"]


class Engine:
    """The one engine of the application, usable from any thread; one request runs at a time, others wait.

    The child starts with the first request. Times are in seconds: ``idle_seconds`` without a request free the
    model (0: never), ``silence_seconds`` without a sign of life mean a hung child (``start_seconds`` for its
    first sign), and a stop that is not obeyed within ``stop_seconds`` kills it. In ``states_folder`` the
    child keeps the computed states of conversations, ``states_bytes`` at most (0: none); ``close`` waits up
    to ``farewell_seconds`` for the last one.
    """

    def __init__(
        self,
        *,
        idle_seconds: float = 600.0,
        command: Sequence[str] | None = None,
        silence_seconds: float = 10.0,
        start_seconds: float = 60.0,
        stop_seconds: float = 3.0,
        states_folder: Path | None = None,
        states_bytes: int = DEFAULT_BYTES,
        farewell_seconds: float = 10.0,
    ) -> None:
        self._command = list(engine_command() if command is None else command)
        self._idle_seconds = idle_seconds
        self._silence_seconds = silence_seconds
        self._start_seconds = start_seconds
        self._stop_seconds = stop_seconds
        self._states_folder = states_folder
        self._states_bytes = states_bytes
        self._farewell_seconds = farewell_seconds
        self._ids = itertools.count(1)
        self._turn = threading.Lock()  # held by the running request
        self._state = threading.Lock()
        self._child: Child | None = None
        self._closed = False

    def load(self, model: ModelSettings, cancel: Cancel, *, measure_threads: bool = False) -> Iterator[Event]:
        """Load a model ahead of its first answer; yield ``protocol``'s events of a ``Load``."""
        return self._request(Load(next(self._ids), model, measure_threads), cancel)

    def generate(
        self,
        model: ModelSettings,
        turns: Sequence[Turn],
        sampling: Sampling,
        cancel: Cancel,
        *,
        state_key: str = "",
        prompting: Prompting = _PLAIN,
        adapters: Sequence[Adapter] = (),
        drafting: bool = True,
        reproducible: bool | None = None,
    ) -> Iterator[Event]:
        """Answer the conversation; yield the events of ``protocol``. Closing the generator stops it."""
        request = Generate(
            next(self._ids),
            model,
            tuple(turns),
            sampling,
            prompting,
            tuple(adapters),
            state_key,
            drafting,
            reproducible,
        )
        return self._request(request, cancel)

    def inspect(
        self,
        model: ModelSettings,
        turns: Sequence[Turn],
        sampling: Sampling,
        cancel: Cancel,
        *,
        prompting: Prompting = _PLAIN,
        tokens: bool = False,
        text: str = "",
    ) -> Iterator[Event]:
        """Tell what the prompt would be, and how long ``text`` is; yield ``Inspected PromptTokens*``.

        With loading where needed.
        """
        return self._request(
            Inspect(next(self._ids), model, tuple(turns), sampling, prompting, tokens, text), cancel
        )

    def score(
        self,
        model: ModelSettings,
        turns: Sequence[Turn],
        cancel: Cancel,
        *,
        prompting: Prompting = _PLAIN,
        adapters: Sequence[Adapter] = (),
        alternatives: int = 5,
    ) -> Iterator[Event]:
        """Tell how probable the last turn is; yield ``Loading* [Loaded] Scored* (Finished | Failed)``."""
        request = Score(next(self._ids), model, tuple(turns), prompting, tuple(adapters), alternatives)
        return self._request(request, cancel)

    def embed(self, model: ModelSettings, texts: Sequence[str], cancel: Cancel) -> Iterator[Event]:
        """Make vectors of texts; yield ``Loading* [Loaded] Embedded* (Finished | Failed)``."""
        return self._request(Embed(next(self._ids), model, tuple(texts)), cancel)

    def devices(self, cancel: Cancel) -> Iterator[Event]:
        """List what models can be run on; yield ``[Devices] (Finished | Failed)``."""
        return self._request(ListDevices(next(self._ids)), cancel)

    def configure(self, idle_seconds: float, states_bytes: int | None = None) -> None:
        """Free the model after so many seconds without a request; 0: never.

        ``states_bytes`` as at the start; None: as before.
        """
        # Without the lock, which is held while a child starts or ends: a child that is not there yet reads
        # the new value when it is.
        self._idle_seconds = idle_seconds
        if states_bytes is not None:
            self._states_bytes = states_bytes
        child = self._child
        if child is not None:
            child.send(self._configuration())

    def forget(self, state_key: str) -> None:
        """Delete the kept state of a conversation that is deleted for good."""
        if self._states_folder is None:
            return
        child = self._child
        if child is not None:  # it may hold this very conversation, and would save it later
            child.send(Forget(state_key))
        forget(self._states_folder, state_key)

    @property
    def states_folder(self) -> Path | None:
        """Where the states are kept."""
        return self._states_folder

    def _configuration(self) -> Configure:
        folder = "" if self._states_folder is None else str(self._states_folder)
        return Configure(self._idle_seconds, folder, self._states_bytes)

    @property
    def loaded(self) -> ModelSettings | None:
        """The model in memory."""
        child = self._child
        return child.loaded if child is not None and child.alive else None

    @property
    def pid(self) -> int | None:
        """The child's process id, None where there is none."""
        child = self._child
        return child.pid if child is not None and child.alive else None

    def close(self) -> None:
        """End the child. A running request ends as stopped, and so does every later one."""
        with self._state:
            self._closed = True
            child, self._child = self._child, None
        if child is not None:
            saves = self._states_folder is not None and self._states_bytes > 0 and child.loaded is not None
            child.end(self._farewell_seconds if saves else 0.0)

    def _request(self, request: Task, cancel: Cancel) -> Iterator[Event]:
        """Wait for the turn, then run the request."""
        while not cancel.is_set() and not self._closed:
            if self._turn.acquire(timeout=_SLICE / 2):
                try:
                    yield from self._run(request, cancel)
                finally:
                    self._turn.release()
                return
        yield Finished(request.id, "stopped")

    def _run(self, request: Task, cancel: Cancel) -> Iterator[Event]:
        """Run the request; once more, in a new child, when the old one was dying already."""
        while not (yield from self._try(request, cancel)):
            pass

    def _try(self, request: Task, cancel: Cancel) -> Generator[Event, None, bool]:
        """Run the request; return False when a child of earlier requests died without a word about it."""
        try:
            child, accountable = self._running()
        except OSError as error:
            yield Failed(request.id, "engine_unavailable", str(error))
            return True
        if child is None:
            yield Finished(request.id, "stopped")
            return True
        reports = child.reports()
        child.send(request, None if isinstance(request, ListDevices | Embed) else request.model)
        forget = cancel.on_set(lambda: child.send(Stop(request.id)))
        done = silent = False
        try:
            for event in self._listen(child, reports, request, cancel.is_set):
                if isinstance(event, Alive):
                    yield event
                    continue
                if silent := not accountable and isinstance(event, Failed) and event.code == "engine_died":
                    break
                accountable = True
                done = isinstance(event, Finished | Failed)
                yield event
        finally:
            forget()
            if not done and not silent:  # the generator was closed early
                child.send(Stop(request.id))
                for _ in self._listen(child, reports, request, lambda: True):
                    pass
            child.mute()
        return not silent

    def _listen(
        self,
        child: Child,
        reports: queue.SimpleQueue[Report],
        request: Task,
        stopping: Callable[[], bool],
    ) -> Iterator[Event]:
        """Yield the request's events up to its last; kill the child where it cannot end by itself."""
        # Only between the loaded model and the ready prompt does a stranger's template run.
        preparing = isinstance(request, Generate) and child.loaded == request.model
        silence = 0.0  # counted in slices: a laptop that slept is not a child that hung
        stop_by: float | None = None
        while True:
            try:
                report = reports.get(timeout=_SLICE)
            except queue.Empty:
                silence += _SLICE
                if silence >= (self._silence_seconds if child.heard else self._start_seconds):
                    template = preparing and (child.loaded_template or _has_own_template(request))
                    yield self._give_up(
                        child, request, "template_failed" if template else "engine_hung", "no sign of life"
                    )
                    return
                report = _NOTHING
            else:
                silence = 0.0
            if stopping():
                stop_by = stop_by or time.monotonic() + self._stop_seconds
                if time.monotonic() > stop_by and not isinstance(report, Finished | Failed):
                    self._discard(child)
                    yield Finished(request.id, "stopped")
                    return
            match report:
                case Ready():
                    continue
                case Alive() | Unloaded():
                    yield report
                case None:
                    yield self._give_up(child, request, "engine_died", "")
                    return
                case ValueError():
                    yield self._give_up(child, request, "engine_broken", str(report))
                    return
                case _ if report.id == request.id:
                    preparing = isinstance(request, Generate) and isinstance(report, Loaded)
                    yield report
                    if isinstance(report, Finished | Failed):
                        return

    def _give_up(self, child: Child, request: Task, code: str, detail: str) -> Event:
        """Kill the child and return the event that tells so."""
        self._discard(child)
        if self._closed:
            return Finished(request.id, "stopped")
        return Failed(request.id, code, "\n".join(filter(None, (detail, child.last_words()))))

    def _running(self) -> tuple[Child | None, bool]:
        """Return a living child and whether it is a new one; none after ``close``."""
        with self._state:
            if self._closed:
                return None, False
            if self._child is not None and self._child.alive:
                return self._child, False
            if self._child is not None:
                self._child.end()
            self._child = None
            self._child = Child(self._command)
            self._child.send(self._configuration())
            return self._child, True

    def _discard(self, child: Child) -> None:
        child.end()
        with self._state:
            if self._child is child:
                self._child = None


def _has_own_template(request: Task) -> bool:
    return isinstance(request, Generate) and bool(request.prompting.template)
