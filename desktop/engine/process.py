"""The engine's child process: requests come in on standard input, events go out on what was standard output.

Three threads. One reads requests, so that a stop is seen in the middle of everything and the end of the
parent ends this process too. One beats the heart. The main thread works, one request at a time. Only this
side of the engine imports llama.cpp.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec.structs import replace

from desktop import network
from desktop.engine.failures import RequestFailed, Stopped
from desktop.engine.memory import is_short
from desktop.engine.protocol import (
    Alive,
    Configure,
    Devices,
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
    Loading,
    ModelSettings,
    Ready,
    Request,
    Score,
    Stop,
    Task,
    ThreadsMeasured,
    Unloaded,
)
from desktop.engine.threads import physical_cores
from desktop.errors import KotonohaError
from desktop.gguf.check import loadable
from desktop.network import wall

if TYPE_CHECKING:
    from desktop.engine.embed import Embedder
    from desktop.engine.prompt import PromptMaker
    from desktop.engine.runtime import Model

HEARTBEAT_SECONDS = 1.0
FAREWELL_SECONDS = 60.0  # for the last state, when nobody kills this process before
MOST_TEMPLATES = 4  # kept compiled
MEMORY_SECONDS = 2.0  # between two looks at the machine's memory
PROGRESS_SECONDS = 0.05  # between two Loading events
ORPHANED, BAD_REQUEST, OVERDUE = 0, 3, 4  # exit statuses


def main() -> int:
    """Serve requests until standard input ends; return the exit status."""
    events = _take_over_stdout()
    _leave_no_core_dump()
    network.lock("engine", wall.DRIVERS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is the parent's to answer
    os.environ["GGML_NO_BACKTRACE"] = "1"  # else llama.cpp starts a debugger before it aborts
    # Threads that wait for each other spin first. GNU's default spins so long that another busy program makes
    # decoding several times slower, the window too; this short spin costs next to nothing when idle.
    os.environ.setdefault("GOMP_SPINCOUNT", "2000")
    wire = _Wire(events)
    return _Server(wire).serve()


class _Wire:
    """Events as lines, from any thread. When nobody reads them any more, the process ends."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._encoder = msgspec.json.Encoder()
        self._lock = threading.Lock()

    def send(self, event: Event) -> None:
        try:
            data = self._encoder.encode(event) + b"\n"
        except UnicodeEncodeError:  # a template's own words, in a failure's detail
            assert isinstance(event, Failed)
            detail = event.detail.encode("utf-8", "replace").decode()
            data = self._encoder.encode(Failed(event.id, event.code, detail)) + b"\n"
        try:
            with self._lock:
                while data:
                    data = data[os.write(self._descriptor, data) :]
        except OSError:
            os._exit(ORPHANED)


class _Server:
    def __init__(self, wire: _Wire) -> None:
        from desktop.engine.guard import Guard

        self._wire = wire
        self._guard = Guard()
        self._requests: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self._current = 0  # the id of the running request
        self._stopped = 0  # the last id that was asked to stop
        self._ending = False  # standard input has ended
        self._beating = threading.Event()
        threading.Thread(target=self._beat, name="heartbeat", daemon=True).start()
        # Importing llama.cpp takes a moment; the heart beats meanwhile.
        import llama_cpp
        import llama_cpp.llama_cpp as llama

        from desktop.engine.native import AbortFlag, NativeLog
        from desktop.engine.state_keeper import StateKeeper

        self._log = NativeLog()
        self._abort = AbortFlag()
        llama.llama_backend_init()
        self._version = f"llama.cpp (llama-cpp-python {llama_cpp.__version__})"
        self._model: Model | None = None
        self._prompts: dict[str, PromptMaker] = {}  # by the template that stands in for the model's own
        self._embedder: Embedder | None = None
        self._told = 0.0  # when the progress of a loading was told
        self._states = StateKeeper()
        self._idle_seconds = 0.0

    def serve(self) -> int:
        threading.Thread(target=self._read, name="requests", daemon=True).start()
        self._wire.send(Ready(self._version))
        idle_since = time.monotonic()
        while True:
            if self._model is not None or self._embedder is not None:
                idle = time.monotonic() - idle_since
                if 0 < self._idle_seconds <= idle:
                    self._give_up_model("idle")
                elif is_short():
                    self._give_up_model("memory")
            try:
                request = self._requests.get(timeout=self._patience(idle_since))
            except queue.Empty:
                continue
            match request:
                case None:
                    self._free_all()
                    self._states.flush()
                    return ORPHANED
                case Configure():
                    self._idle_seconds = request.idle_seconds
                    self._states.configure(request.states_folder, request.states_bytes)
                case Forget():
                    self._states.forget(request.state_key)
                case Load() | Generate() | Inspect() | Score() | Embed() | ListDevices():
                    self._work(request)
                    idle_since = time.monotonic()

    def _patience(self, idle_since: float) -> float | None:
        """Return how long to wait for a request before looking whether the model is to be freed."""
        if self._model is None and self._embedder is None:
            return None
        if self._idle_seconds <= 0:
            return MEMORY_SECONDS
        return min(max(idle_since + self._idle_seconds - time.monotonic(), 0.0), MEMORY_SECONDS)

    def _give_up_model(self, reason: Literal["idle", "memory"]) -> None:
        self._free_all()
        self._wire.send(Unloaded(reason))

    def _work(self, request: Task) -> None:
        """Do one request; its last event is Finished or Failed, whatever happens."""
        self._current = request.id
        self._abort.clear()
        if self._ending or self._stopped == request.id:
            self._abort.set()
        try:
            for event in self._events(request):
                self._wire.send(event)
        except Exception as error:
            traceback.print_exc()
            if self._model is not None:
                self._model.cache.clear()
            self._wire.send(Failed(request.id, "engine_error", f"{type(error).__name__}: {error}"[:500]))
        finally:
            self._current = 0

    def _events(self, request: Task) -> Iterator[Event]:
        try:
            yield from self._do(request)
        except Stopped:
            yield Finished(request.id, "stopped")
        except KotonohaError as refused:  # the file, the grammar …
            yield Failed(request.id, refused.code, ja=refused.ja, en=refused.en)
        except RequestFailed as failed:
            if self._model is not None and not self._model.is_open:  # it lost its context to new adapters
                self._give_up_model("memory")
            yield Failed(request.id, failed.code, failed.detail)
        except MemoryError:
            self._give_up_model("memory")
            yield Failed(request.id, "out_of_memory")

    def _do(self, request: Task) -> Iterator[Event]:
        from desktop.engine.answer import answer
        from desktop.engine.devices import list_devices
        from desktop.engine.embed import embed
        from desktop.engine.inspect import inspect
        from desktop.engine.score import score
        from desktop.engine.thread_speed import fastest_threads

        if isinstance(request, ListDevices):
            yield Devices(request.id, list_devices())
            yield Finished(request.id, "end")
            return
        if isinstance(request, Embed):
            yield from embed(self._embedder_for(request), request)
            yield Finished(request.id, "stopped" if self._abort.is_set() else "end")
            return
        if not self._holds(request.model):
            yield self._load(request.id, request.model)
        model = self._model
        assert model is not None
        template = "" if isinstance(request, Load) else request.prompting.template
        prompts = self._prompts_with(template)
        if isinstance(request, Generate):
            yield from answer(model, prompts, request, self._states)
            return
        match request:
            case Load():
                if request.measure_threads and not model.cache.tokens:
                    model.set_threads(fastest_threads(model))
                    yield ThreadsMeasured(request.id, model.threads)
            case Score():
                self._states.leave(model)
                self._states.adapt(model, request.adapters)
                yield from score(model, prompts, request)
            case Inspect():
                yield from inspect(model, prompts, request)
        yield Finished(request.id, "end")

    def _prompts_with(self, template: str) -> PromptMaker:
        """Return what makes the loaded model's prompts with a template of the person's, or with its own."""
        from desktop.engine.prompt import PromptMaker

        assert self._model is not None
        if template not in self._prompts:
            if len(self._prompts) >= MOST_TEMPLATES:
                self._prompts = {"": self._prompts[""]}
            self._prompts[template] = PromptMaker(self._model, self._guard, template)
        return self._prompts[template]

    def _embedder_for(self, request: Embed) -> Embedder:
        """Return the embedding model; it is loaded beside the one that writes."""
        from desktop.engine.embed import Embedder

        embedder = self._embedder
        if embedder is None or embedder.settings != request.model or embedder.is_outdated():
            loadable(Path(request.model.path))
            if embedder is not None:
                embedder.close()
                self._embedder = None
            self._wire.send(Loading(request.id, 0.0))
            progress = partial(self._progress, request.id)
            self._embedder = embedder = Embedder(
                request.model, log=self._log, abort=self._abort, progress=progress
            )
        return embedder

    def _holds(self, settings: ModelSettings) -> bool:
        """Return whether this model is loaded in this way; another number of threads is set at once."""
        model = self._model
        if model is None or model.is_outdated():
            return False
        if model.settings != replace(settings, threads=model.settings.threads):
            return False
        if settings.threads != model.settings.threads:
            model.settings = settings
            model.set_threads(settings.threads or physical_cores())
        return True

    def _load(self, request_id: int, settings: ModelSettings) -> Loaded:
        from desktop.engine.draft_model import draft_settings, require_same_vocabulary
        from desktop.engine.prompt import PromptMaker
        from desktop.engine.runtime import Model

        for path in filter(None, (settings.path, settings.draft_path)):
            loadable(Path(path))  # before llama.cpp sees it, and the loaded one is given up
        self._unload()  # two models at once may not fit
        self._wire.send(Loading(request_id, 0.0))
        progress = partial(self._progress, request_id)
        model = Model(settings, log=self._log, abort=self._abort, progress=progress)
        try:
            if settings.draft_path:
                draft = draft_settings(settings, model.context_length)
                model.draft = Model(draft, log=self._log, abort=self._abort, progress=lambda _: None)
                require_same_vocabulary(model, model.draft)
            prompts = PromptMaker(model, self._guard)
        except BaseException:
            model.close()
            raise
        self._model, self._prompts = model, {"": prompts}
        return Loaded(
            request_id,
            name=model.name,
            architecture=model.architecture,
            parameters=model.parameters,
            context_length=model.context_length,
            trained_context_length=model.trained_context_length,
            has_chat_template=prompts.has_template,
            seconds=model.seconds,
            thinks=prompts.thinks,
        )

    def _progress(self, request_id: int, fraction: float) -> None:
        now = time.monotonic()
        if now - self._told >= PROGRESS_SECONDS or fraction >= 1.0:
            self._told = now
            self._wire.send(Loading(request_id, fraction))

    def _free_all(self) -> None:
        if self._embedder is not None:
            self._embedder.close()
            self._embedder = None
        self._unload()

    def _unload(self) -> None:
        if self._model is not None:
            self._states.leave(self._model)
            self._model.close()
        self._model, self._prompts = None, {}

    def _read(self) -> None:
        """Take requests. The parent's end, however it comes, ends standard input and this process.

        What runs is stopped, and the state of the conversation saved, unless that takes too long.
        """
        decoder = msgspec.json.Decoder(Request)
        with os.fdopen(0, "rb", closefd=False) as lines:
            for line in lines:
                try:
                    request = decoder.decode(line)
                except msgspec.DecodeError as error:
                    os.write(2, f"unreadable request: {error}\n".encode())
                    os._exit(BAD_REQUEST)
                if isinstance(request, Stop):
                    self._stopped = request.id
                    if self._current == request.id:
                        self._abort.set()
                else:
                    self._requests.put(request)
        self._ending = True
        self._abort.set()
        self._requests.put(None)
        time.sleep(FAREWELL_SECONDS)
        os._exit(ORPHANED)

    def _beat(self) -> None:
        """Say that the process lives, and end it when a template runs too long."""
        while True:
            time.sleep(HEARTBEAT_SECONDS)
            if code := self._guard.overdue():
                self._wire.send(Failed(self._current, code, "it does not end"))
                os._exit(OVERDUE)
            self._wire.send(Alive())


def _take_over_stdout() -> int:
    """Return a descriptor for the protocol, and lead every other print to standard error."""
    events = os.dup(1)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return events


def _leave_no_core_dump() -> None:
    """A crash must not write the person's text to the disk."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
