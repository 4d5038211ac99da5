"""How fast a model reads and writes on this machine, at several lengths, loaded as for answers."""

from __future__ import annotations

import secrets
from collections.abc import Generator, Iterator
from typing import NamedTuple

import msgspec

from desktop.engine.failures import explain
from desktop.engine.protocol import Event, Failed, Finished, Inspected, Loading, ModelSettings, Sampling, Turn
from desktop.errors import KotonohaError
from desktop.jobs import Cancel
from desktop.models.loading import Loader, Step, Target, machine_key
from desktop.store import Store

LENGTHS = (128, 512, 2_048, 8_192)  # tokens to read, as far as the context has room for them
WRITTEN = 48  # tokens that are written at each length
LEAST = 8  # tokens written, from which a speed is told
_ROOM = 256  # tokens for the template and the answer
_SAMPLE = "春はあけぼの。やうやう白くなりゆく山ぎは、すこしあかりて、紫だちたる雲のほそくたなびきたる。"
_SAMPLING = Sampling(seed=1, max_tokens=WRITTEN, loop_guard=False)


class Point(msgspec.Struct, frozen=True):
    """What came of one length. Speeds are tokens a second; 0 where too little was read or written."""

    prompt_tokens: int
    prompt_speed: float
    speed: float
    first_token_seconds: float


class Measurement(msgspec.Struct, frozen=True):
    """All lengths of one run, and how the model was loaded for it."""

    points: tuple[Point, ...]
    context_length: int = 0  # tokens
    gpu_layers: int = 0
    cache_type: str = "f16"
    memory_bytes: int = 0  # by the plan that it was loaded after; 0: not known


class Measuring(NamedTuple):
    """So many of the lengths are done."""

    done: int
    total: int
    point: Point | None = None  # the newest one


def measure(
    store: Store, loader: Loader, target: Target, cancel: Cancel
) -> Generator[Event | Step | Measuring, None, Measurement]:
    """Measure a model, which is loaded where it is not in memory, and keep what came of it.

    Raises ``KotonohaError`` where it cannot be loaded or asked, as an answer would say it.
    """
    for event in loader.load(target, cancel):
        if isinstance(event, Failed):
            raise explain(event)
        yield event
    cancel.raise_if_set()
    settings = loader.settings_in_use(target)
    if settings is None:  # another request took its place meanwhile
        raise KotonohaError(
            "model_busy",
            "ほかの答えのために、別のモデルが読み込まれました。終わってから、もう一度測ってください。",
            "Another model was loaded for an answer. Measure again when it has ended.",
        )
    tokens, around, context = yield from _inspect(loader, settings, cancel)
    # What stands around any text, such as a base model's examples, is longer than the shortest.
    lengths = [length for length in LENGTHS if around * 1.2 < length <= context - _ROOM]
    lengths = lengths or [max(context - _ROOM, 16)]
    points: list[Point] = []
    for number, length in enumerate(lengths):
        yield Measuring(number, len(lengths))
        points.append((yield from _ask(loader, settings, _text(length - around, tokens), cancel)))
        yield Measuring(number + 1, len(lengths), points[-1])
    proposal = loader.in_memory(target)
    measured = Measurement(
        tuple(points),
        context,
        settings.gpu_layers or 0,
        settings.cache_type,
        proposal.plan.memory.total if proposal is not None else 0,
    )
    if target.id is not None:
        store.measurements.keep(target.id, machine_key(loader.known_devices), measured)
    return measured


def _inspect(
    loader: Loader, settings: ModelSettings, cancel: Cancel
) -> Generator[Event, None, tuple[int, int, int]]:
    """Return how many tokens the sample is, how many stand around a text, and the context in use."""
    for event in loader.engine.inspect(settings, [Turn("user", ".")], _SAMPLING, cancel, text=_SAMPLE):
        if isinstance(event, Inspected):
            return max(event.text_tokens, 1), event.prompt_tokens, event.context_length
        yield from _passed(event)
    cancel.raise_if_set()
    raise explain(Failed(0, "engine_error", "nothing inspected"))


def _ask(loader: Loader, settings: ModelSettings, text: str, cancel: Cancel) -> Generator[Event, None, Point]:
    stats = None
    turns = [Turn("user", text)]
    for event in loader.engine.generate(settings, turns, _SAMPLING, cancel, drafting=False):
        if isinstance(event, Finished):
            stats = event.stats
        yield from _passed(event)
    cancel.raise_if_set()
    if stats is None:
        raise explain(Failed(0, "engine_error", "nothing measured"))
    read = max(stats.prompt_tokens - stats.reused_tokens, 1)  # the beginning may be known already
    return Point(
        stats.prompt_tokens,
        stats.prompt_tokens_per_second,
        stats.tokens_per_second if stats.generated_tokens >= LEAST else 0.0,
        stats.first_token_seconds * stats.prompt_tokens / read,
    )


def _passed(event: Event) -> Iterator[Event]:
    """Yield what people may see of loading; raise a failure."""
    if isinstance(event, Failed):
        raise explain(event)
    if isinstance(event, Loading):
        yield event


def _text(length: int, tokens: int) -> str:
    """Return a text of about so many tokens that was never asked before, so that nothing of it is known."""
    return secrets.token_hex(4) + _SAMPLE * max(round(length / tokens), 1)
