"""Loads a model in the way that fits this machine, falls back where that fails, and remembers what worked.

Knows the store and the engine's client. Every step is told; they are a few, each weaker than the last.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from desktop.engine.client import Engine
from desktop.engine.protocol import (
    Device,
    Devices,
    Event,
    Failed,
    Finished,
    Loaded,
    ModelSettings,
    Piece,
    Thought,
    ThreadsMeasured,
)
from desktop.errors import KotonohaError
from desktop.gguf.check import loadable
from desktop.gguf.reader import Contents
from desktop.jobs import Cancel
from desktop.language import say
from desktop.models.library import Choice
from desktop.models.memory import estimate
from desktop.models.plan import USUAL_CONTEXT, Plan, plan
from desktop.store import Choices, Model, Preferences, Run, Store

# Failures that less memory, or another device, may mend.
FALL_BACK_ON = frozenset({"out_of_memory", "engine_died", "engine_hung", "decode_failed"})
SHORTEST_FALLBACK = 1024  # tokens
# A fallback is remembered for so long, and while no more than so many times the memory of then is free.
_FALLBACK_SECONDS = 7 * 86_400.0
_MORE_MEMORY = 1.25
_MACHINE_STEP = 256 * 1024 * 1024  # bytes; kernels take a little more or less for themselves

Request = Callable[[ModelSettings], Iterator[Event]]


class Target(NamedTuple):
    """A model file to use, and what was set by hand for it. ``id`` is None outside the library."""

    path: str
    id: int | None = None
    choices: Choices = Choices()


def target_of(model: Model | Choice, preferences: Preferences, **fields: Any) -> Target:  # noqa: ANN401
    """Return the model with its own choices; its context length is else the one of all models.

    ``fields`` of ``Choices`` that are not None take the place of its own.
    """
    fields = {name: value for name, value in fields.items() if value is not None}
    choices = replace(model.choices, **fields)
    length = choices.context_length or preferences.context_length
    return Target(model.path, model.id, replace(choices, context_length=length))


class Step(msgspec.Struct, frozen=True):
    """What is being done, in one line for the person; ``warning``: it is worse than what was wished."""

    sentence: str
    warning: bool = False


class Proposal(NamedTuple):
    """How a model is loaded here, and why."""

    settings: ModelSettings
    plan: Plan
    sentence: str
    run: Run | None  # what is remembered of this machine
    fallback: str = ""  # the code of the failure because of which it is less than planned
    refused: KotonohaError | None = None  # why it is not tried
    known: bool = False  # it is in memory so


def propose(
    store: Store, target: Target, devices: Sequence[Device], contents: Contents | None = None
) -> Proposal:
    """Return how to load the model on these devices, with what is remembered of this machine.

    A model that is larger than the machine's whole memory is ``refused``, unless the person insists. Raises
    ``KotonohaError``: what ``loadable`` raises.
    """
    choices = target.choices
    contents = contents or loadable(Path(target.path))
    made = plan(contents, devices, choices, beside=beside_bytes(choices))
    run = None if target.id is None else store.models.run(target.id, machine_key(devices))
    settings = ModelSettings(
        target.path,
        context_length=made.context_length,
        gpu_layers=made.gpu_layers,
        threads=choices.threads or (run.threads if run else None),
        cache_type=made.cache_type,
        draft_path=choices.draft_path,
    )
    sentence = made.sentence()
    if not (made.fits or made.possible or choices.insist):
        return Proposal(settings, made, sentence, run, refused=_too_large(made, devices))
    if not made.fits:
        sentence += say("。試しますが、とても遅くなることがあります", ". It is tried, and may be very slow")
    if run is None or not _counts(run, made, choices, devices):
        return Proposal(settings, made, sentence, run)
    settings = replace(
        settings,
        gpu_layers=min(made.gpu_layers, run.gpu_layers),
        context_length=min(made.context_length, run.context_length),
        draft_path=settings.draft_path if run.draft else "",
    )
    smaller = way(settings, made.layers)
    sentence = say(f"前にうまくいった設定で動かします（{smaller}）", f"Runs as it worked before ({smaller})")
    return Proposal(settings, made, sentence + _by_hand(settings, choices), run, run.fallback)


def weaker(settings: ModelSettings) -> list[ModelSettings]:
    """Return what to try when loading in this way failed, one after the other; at most five.

    Without the draft model, half the layers on the GPU, none, half the context, the shortest.
    """
    ways = []
    if settings.draft_path:
        ways.append(settings := replace(settings, draft_path=""))
    layers = max((settings.gpu_layers or 0) - 1, 0)
    if layers >= 2:
        ways.append(replace(settings, gpu_layers=layers // 2 + 1))
    if settings.gpu_layers:
        ways.append(settings := replace(settings, gpu_layers=0))
    length = settings.context_length or USUAL_CONTEXT
    for shorter in sorted({max(length // 2, SHORTEST_FALLBACK), SHORTEST_FALLBACK}, reverse=True):
        if shorter < length:
            ways.append(replace(settings, context_length=shorter))
    return ways


def machine_key(devices: Sequence[Device]) -> str:
    """Return what tells this machine from another: its devices and their memory."""
    parts = sorted(
        f"{device.name}\0{device.description}\0{round(device.total_bytes / _MACHINE_STEP)}"
        for device in devices
    )
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


class Loader:
    """Runs the engine's requests with a model loaded as well as this machine can. Usable from any thread."""

    def __init__(self, engine: Engine, store: Store) -> None:
        self.engine = engine
        self._store = store
        self._devices: tuple[Device, ...] = ()  # as they were listed last
        self._loaded: dict[tuple[str, Choices], Proposal] = {}  # how each model was loaded last
        self._forgotten: set[tuple[str, Choices]] = set()  # those of them to be loaded in another way
        self._header: tuple[object, Contents] | None = None  # the one read last, and of which file

    def is_loaded(self, target: Target) -> bool:
        """Return whether the model is in memory, loaded after these very choices."""
        return self.settings_in_use(target) is not None

    def settings_in_use(self, target: Target) -> ModelSettings | None:
        """Return what asks the model in memory without loading, None where it is not this one."""
        proposal = self.in_memory(target)
        return None if proposal is None else proposal.settings

    def in_memory(self, target: Target) -> Proposal | None:
        """Return how the model in memory was loaded, where it is this one after these choices."""
        proposal, loaded = self._loaded.get(_key(target)), self.engine.loaded
        if proposal is None or loaded is None or not _same(loaded, proposal.settings):
            return None
        if _key(target) in self._forgotten:
            return None
        threads = target.choices.threads or loaded.threads
        return proposal._replace(settings=replace(proposal.settings, threads=threads), known=True)

    def expected_context(self, target: Target) -> int:
        """Return the context that the model will probably have, in tokens."""
        run = None if target.id is None else self._store.models.last_run(target.id)
        return target.choices.context_length or (run.context_length if run else USUAL_CONTEXT)

    @property
    def known_devices(self) -> tuple[Device, ...]:
        """The devices as they were when a model was loaded last, with what that one took counted as free."""
        return self._devices

    def forget_fallback(self, target: Target, devices: Sequence[Device]) -> None:
        """Load the model next time as was planned at first, though that failed. Raises ``KotonohaError``."""
        if target.id is None:
            return
        machine = machine_key(devices)
        run = self._store.models.run(target.id, machine)
        if run is not None:
            self._store.models.remember(target.id, machine, replace(run, fallback=""))
        self._forgotten.add(_key(target))

    def load(self, target: Target, cancel: Cancel) -> Iterator[Event | Step]:
        """Load the model ahead of its first answer; the first time on a machine, measure the threads too."""
        if not self.is_loaded(target):
            yield from self.run(
                target,
                lambda settings: self.engine.load(
                    settings, cancel, measure_threads=settings.threads is None and target.id is not None
                ),
                cancel,
            )

    def run(self, target: Target, request: Request, cancel: Cancel) -> Iterator[Event | Step]:
        """Run a request with the model, and yield its events with the steps that loading took.

        Where loading or the first computation fails for want of memory, or ends or hangs the engine, weaker
        ways are tried, each told; the one that works is remembered. The last event is the request's
        ``Finished`` or ``Failed``.
        """
        proposal = self.in_memory(target) or (yield from self._propose(target, cancel))
        if proposal is None:
            return
        ways = iter(weaker(proposal.settings))
        needed = 0  # tokens of the prompt, once they are known
        while True:
            failed = None
            worked = False
            for event in request(proposal.settings):
                if isinstance(event, Failed) and not worked and event.code in FALL_BACK_ON:
                    failed = event
                    continue
                if isinstance(event, Loaded):
                    self._loaded[_key(target)] = proposal
                    self._forgotten.discard(_key(target))
                elif isinstance(event, ThreadsMeasured):
                    proposal = proposal._replace(run=replace(proposal.run or Run(), threads=event.threads))
                elif _is_success(event) and not worked:
                    worked = True
                    self._forgotten.discard(_key(target))
                    if not proposal.known:
                        self._remember(target, proposal)
                yield event
                needed = max(needed, getattr(event, "prompt_tokens", 0))
            if failed is None:
                return
            settings = next((way for way in ways if (way.context_length or 0) >= needed), None)
            if settings is None or cancel.is_set():
                yield failed
                return
            yield Step(_fallback_sentence(failed, proposal, settings, target.choices), warning=True)
            proposal = proposal._replace(settings=settings, fallback=failed.code, known=False)

    def _propose(self, target: Target, cancel: Cancel) -> Generator[Event | Step, None, Proposal | None]:
        """Return how to load the model, and tell it; None after the event that says why there is no way."""
        devices: tuple[Device, ...] = ()
        for event in self.engine.devices(cancel):
            if isinstance(event, Devices):
                devices = event.devices
            elif isinstance(event, Failed) or (isinstance(event, Finished) and not devices):
                yield event
                return None
        if found := self.in_memory(target):  # loaded by a request that this one has waited for
            return found
        self._devices = self.after_unloading(devices)
        try:
            proposal = propose(self._store, target, self._devices, self.contents(Path(target.path)))
        except KotonohaError as error:
            yield _failed(error)
            return None
        if proposal.refused is not None:
            yield _failed(proposal.refused)
            return None
        yield Step(proposal.sentence, warning=bool(proposal.fallback) or not proposal.plan.fits)
        return proposal

    def contents(self, path: Path) -> Contents:
        """Return the file's header, read again only where the file is another: a large one takes a while.

        The child looks at the file once more before llama.cpp sees it.
        """
        with contextlib.suppress(OSError, ValueError):  # told by ``loadable``
            found = path.stat()
            file = (path, found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
            if self._header is None or self._header[0] != file:
                self._header = file, loadable(path)
            return self._header[1]
        return loadable(path)

    def after_unloading(self, devices: tuple[Device, ...]) -> tuple[Device, ...]:
        """Return the devices as they will be when the model in memory has made room for the next."""
        loaded = self.engine.loaded
        held = next(
            (
                each
                for each in tuple(self._loaded.values())
                if loaded is not None and _same(loaded, each.settings)
            ),
            None,
        )
        if held is None:
            return devices
        on_gpu = held.plan.gpu_bytes if held.settings.gpu_layers else 0
        # What is mapped from the file counts as free already.
        here = max(held.plan.memory.total - on_gpu - held.plan.memory.weights, 0)
        freed = []
        for device in devices:
            back = here if device.kind == "cpu" else on_gpu
            free = min(device.free_bytes + back, max(device.total_bytes, device.free_bytes))
            if device.kind != "cpu":
                on_gpu -= free - device.free_bytes
            freed.append(replace(device, free_bytes=free))
        return tuple(freed)

    def _remember(self, target: Target, proposal: Proposal) -> None:
        if target.id is None or not self._devices:
            return
        settings = proposal.settings
        run = Run(
            gpu_layers=settings.gpu_layers or 0,
            context_length=settings.context_length or USUAL_CONTEXT,
            cache_type=settings.cache_type,
            draft=bool(settings.draft_path) or not target.choices.draft_path,
            threads=proposal.run.threads if proposal.run else None,
            fallback=proposal.fallback,
            chosen=_of_loading(target.choices),
            free_bytes=_free(self._devices, proposal.plan),
            when=time.time(),
        )
        if proposal.fallback and proposal.run and proposal.run.fallback:
            run = _renewed(run, proposal.run)
        with contextlib.suppress(KotonohaError):  # not worth an answer
            self._store.models.remember(target.id, machine_key(self._devices), run)


def _renewed(run: Run, before: Run) -> Run:
    """Return the run; where it is the fallback of before, with the time and the memory of then."""
    same = (run.gpu_layers, run.context_length, run.chosen) == (
        before.gpu_layers,
        before.context_length,
        before.chosen,
    )
    return replace(run, when=before.when, free_bytes=before.free_bytes) if same else run


def _counts(run: Run, made: Plan, choices: Choices, devices: Sequence[Device]) -> bool:
    """Return whether what worked by falling back is still worth doing at once."""
    return (
        bool(run.fallback)
        and run.chosen == _of_loading(choices)
        and _free(devices, made) <= run.free_bytes * _MORE_MEMORY
        and 0 <= time.time() - run.when <= _FALLBACK_SECONDS
    )


def _free(devices: Sequence[Device], made: Plan) -> int:
    """Return the free memory that decides: the GPU's where the plan uses one, else the machine's own."""
    return sum(device.free_bytes for device in devices if (device.kind != "cpu") == (made.gpu_layers > 0))


def beside_bytes(choices: Choices) -> int:
    """Return what a draft model and adapters take, in bytes. Raises ``KotonohaError`` for a spoiled one."""
    size = 0
    if choices.draft_path:
        draft = loadable(Path(choices.draft_path))
        size += estimate(draft, choices.context_length or USUAL_CONTEXT).total
    for adapter in choices.adapters:
        with contextlib.suppress(OSError, ValueError):  # told when it is used
            size += Path(adapter.path).stat().st_size
    return size


def _failed(error: KotonohaError) -> Failed:
    return Failed(0, error.code, ja=error.ja, en=error.en)


def _is_success(event: Event) -> bool:
    return isinstance(event, Piece | Thought) or (isinstance(event, Finished) and event.reason != "stopped")


def _key(target: Target) -> tuple[str, Choices]:
    return target.path, _of_loading(target.choices)


def _of_loading(choices: Choices) -> Choices:
    """Return those of the choices that need the model to be loaded anew."""
    return Choices(
        context_length=choices.context_length,
        gpu_layers=choices.gpu_layers,
        cache_type=choices.cache_type,
        draft_path=choices.draft_path,
    )


def _same(one: ModelSettings, other: ModelSettings) -> bool:
    """Return whether both are loaded alike; another number of threads is set without loading."""
    return replace(one, threads=None) == replace(other, threads=None)


def way(settings: ModelSettings, layers: int) -> str:
    """Return a way to load a model in a few words."""
    context = say(f"コンテキスト {settings.context_length:,}", f"context {settings.context_length:,}")
    if not settings.gpu_layers:
        return say(f"CPUだけ、{context}", f"the CPU alone, {context}")
    on_gpu = min(settings.gpu_layers - 1, layers)
    return say(f"GPUに{on_gpu}/{layers}層、{context}", f"{on_gpu} of {layers} layers on the GPU, {context}")


def _by_hand(settings: ModelSettings, choices: Choices) -> str:
    """Return the remark that something set by hand is otherwise this time."""
    otherwise = (
        (choices.context_length is not None and (settings.context_length or 0) < choices.context_length)
        or (choices.gpu_layers is not None and (settings.gpu_layers or 0) < choices.gpu_layers)
        or bool(choices.draft_path and not settings.draft_path)
    )
    if not otherwise:
        return ""
    return say("。手動の設定を今回だけ変えています", ". This time it is not as it was set by hand")


def _fallback_sentence(failed: Failed, proposal: Proposal, settings: ModelSettings, choices: Choices) -> str:
    before = proposal.settings
    memory_ja, memory_en = ("GPUのメモリ", "GPU memory") if before.gpu_layers else ("メモリ", "memory")
    why = {
        "out_of_memory": say(f"{memory_ja}が足りないため", f"There is not enough {memory_en}"),
        "engine_died": say("モデルを動かすプログラムが終了したため", "The program that runs the model ended"),
        "engine_hung": say("応答がなくなったため", "It stopped responding"),
    }.get(failed.code, say("モデルの計算が失敗したため", "The model's computation failed"))
    if before.draft_path and not settings.draft_path:
        what = say("下書き用のモデルなしで試します", "it is tried without the draft model")
    else:
        smaller = way(settings, proposal.plan.layers)
        what = say(f"{smaller}で試します", f"it is tried with {smaller}")
    return say(f"{why}、{what}", f"{why}: {what}") + _by_hand(settings, choices)


def _too_large(made: Plan, devices: Sequence[Device]) -> KotonohaError:
    whole = f"{made.memory.total / 1e9:.1f} GB"
    total = f"{sum(device.total_bytes for device in devices) / 1e9:.1f} GB"
    return KotonohaError(
        "model_too_large",
        f"このモデルには約 {whole} のメモリが要りますが、このパソコンには {total} しかないため、"
        "読み込みませんでした。小さいモデルを選んでください。モデルの設定で、それでも試すこともできます。",
        f"This model needs about {whole} of memory, and this computer has {total}, so it was not loaded. "
        "Choose a smaller model; in the model's settings you can also have it tried.",
    )
