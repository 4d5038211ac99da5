"""Ask the real engine, and look at what came back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from desktop.engine.client import Engine
from desktop.engine.protocol import (
    Alive,
    Event,
    Failed,
    Finished,
    ModelSettings,
    Piece,
    PromptProgress,
    Sampling,
    Scored,
    Started,
    Turn,
)
from desktop.jobs import Cancel


@dataclass
class Answer:
    """All events of one request, and what is usually asked of them."""

    events: list[Event]

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, Piece))

    @property
    def started(self) -> Started:
        return next(event for event in self.events if isinstance(event, Started))

    @property
    def progress(self) -> list[PromptProgress]:
        return [event for event in self.events if isinstance(event, PromptProgress)]

    @property
    def finished(self) -> Finished:
        assert isinstance(self.events[-1], Finished), self.events[-1]
        return self.events[-1]

    @property
    def failed(self) -> Failed:
        assert isinstance(self.events[-1], Failed), self.events[-1]
        return self.events[-1]


def collect(
    events: Iterator[Event], at: type | None = None, then: Callable[[], object] = lambda: None
) -> Answer:
    """Take every event; do ``then`` when the first of the kind ``at`` comes."""
    answer = Answer([])
    waiting = True
    for event in events:
        if isinstance(event, Alive):
            continue
        answer.events.append(event)
        if waiting and at is not None and isinstance(event, at):
            waiting = False
            then()
    ends = [event for event in answer.events if isinstance(event, Finished | Failed)]
    assert len(ends) == 1
    assert ends[0] is answer.events[-1]
    return answer


GREEDY = Sampling(temperature=0.0, repeat_penalty=1.0, max_tokens=24)

Ask = Callable[..., Answer]


def asking(engine: Engine, model: ModelSettings) -> Ask:
    """Return a function that asks ``model``; texts are the turns of user and assistant in turn."""

    def ask(
        *texts: str,
        system: str = "",
        sampling: Sampling = GREEDY,
        cancel: Cancel | None = None,
        at: type | None = None,
        then: Callable[[], object] = lambda: None,
        **options: Any,
    ) -> Answer:
        turns = [Turn("system", system)] if system else []
        turns += [Turn("assistant" if at % 2 else "user", text) for at, text in enumerate(texts)]
        return collect(engine.generate(model, turns, sampling, cancel or Cancel(), **options), at, then)

    return ask


def first_difference(one: str, other: str) -> int:
    return next(at for at, (a, b) in enumerate(zip(f"{one}\0", f"{other}\1", strict=False)) if a != b)


def is_near_tie(engine: Engine, model: ModelSettings, turns: Sequence[Turn], texts: tuple[str, str]) -> bool:
    """Return whether the model finds both goings-on about as probable where they part."""
    common = texts[0][: first_difference(*texts)]
    spoken = [*turns, Turn("assistant", texts[0])]
    so_far = ""
    for event in engine.score(model, spoken, Cancel()):
        for token in event.tokens if isinstance(event, Scored) else ():
            so_far += token.text
            if len(so_far.lstrip()) > len(common.lstrip()):
                first, second = (other.probability for other in token.alternatives[:2])
                return first < 5 * second
    return False
