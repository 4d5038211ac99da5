"""What the tests of downloads share: names, quick patience, and running a job to its end."""

from __future__ import annotations

import random
from collections.abc import Generator
from pathlib import Path

from desktop.hub.fetch import Event, Fetched, Wanted, fetch
from desktop.hub.hub import Hub
from desktop.hub.transfer import Patience
from desktop.jobs import Cancel

NAME = "日本語/言の葉-Q4_K_M.gguf"
REPOSITORY = "kotonoha/nihongo-GGUF"
QUICK = Patience(first=0.01, longest=0.05, tries=8)


def noise(size: int, seed: int = 1) -> bytes:
    """Bytes that are the same each time, and nowhere alike."""
    return random.Random(seed).randbytes(size)


def fetching(
    hub: Hub, target: Path, name: str = NAME, patience: Patience = QUICK, cancel: Cancel | None = None
) -> Generator[Event, None, Fetched]:
    return fetch(hub, Wanted(REPOSITORY, name), target, cancel or Cancel(), patience=patience)


def run(job: Generator[Event, None, Fetched]) -> tuple[list[Event], Fetched]:
    """Run a job to its end: its events, and what it returns."""
    events: list[Event] = []
    while True:
        try:
            events.append(next(job))
        except StopIteration as end:
            return events, end.value
