"""Whether a model runs on this machine: memory, speed and disk in one verdict with its figures. No Qt.

A file that is there is judged by its header, a model of the catalogue by the header that it probably has.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from desktop.engine.protocol import Device
from desktop.engine.threads import physical_cores
from desktop.errors import KotonohaError
from desktop.gguf.check import loadable
from desktop.gguf.reader import Contents
from desktop.language import say
from desktop.models import bandwidth, library, speed
from desktop.models.catalog import Size
from desktop.models.catalog_entries import Entry
from desktop.models.imagined import imagined
from desktop.models.loading import machine_key
from desktop.models.plan import USUAL_CONTEXT, Plan, plan
from desktop.models.speed import Machine, Speed
from desktop.store import Model, Store

Verdict = Literal["well", "tight", "slow", "no"]
Reason = Literal["", "memory", "memory_now", "context", "uncertain", "disk", "speed"]

SLOW = 4.0  # tokens a second; people read faster than that
SLOW_THINKING = 8.0  # the same, where the model thinks before one has anything to read
_SHORT_CONTEXT = 4_096  # tokens; less than that, where the model could more, is a restriction
_DISK_MARGIN = 1_000_000_000  # bytes left free beside a new file
_MOST_OF_MACHINE = 0.8  # that a model may take when nothing else runs
_MOST_MODELS = 8  # of those run here, for the correction


@dataclass(frozen=True, slots=True)
class Fit:
    """One model in one quantization on this machine."""

    verdict: Verdict
    reason: Reason  # of the verdict; "" where all is well
    plan: Plan  # how it would be loaded
    cautious_bytes: int  # of memory, if it takes as much as may be
    speed: Speed | None  # None for embeddings, which generate nothing
    file_bytes: int
    disk_needed_bytes: int  # 0 where the file is there
    total_bytes: int  # all memory of the machine
    disk_free_bytes: int
    estimated: bool  # there is no file whose header could be read

    def sentence(self) -> str:
        """Return the verdict in one sentence with its figures, in the language in use."""
        figures = self._figures()
        needed, total = _gb(self.plan.memory.total), _gb(self.total_bytes)
        return {
            "": say(f"余裕をもって動きます（{figures}）。", f"Runs comfortably ({figures})."),
            "memory": say(
                f"メモリが足りないため動きません（約{needed}要ります。このパソコンの{total}からは、"
                "システムの分を残す必要があります）。",
                f"Does not run: it needs about {needed} of memory. This computer has {total}, of which the "
                "system needs a part.",
            ),
            "memory_now": say(
                f"今の空きメモリでは足りませんが、ほかのアプリを閉じれば動く見込みです（{figures}）。",
                f"Not enough memory is free now; it should run when other programs are closed ({figures}).",
            ),
            "context": say(
                f"動きますが、メモリのため一度に扱えるのは{self.plan.context_length:,}トークンまでです"
                f"（{figures}）。",
                f"Runs, but for want of memory with at most {self.plan.context_length:,} tokens at once "
                f"({figures}).",
            ),
            "uncertain": say(
                f"動く見込みですが、メモリはぎりぎりです（{figures}）。",
                f"Should run, but memory is tight ({figures}).",
            ),
            "disk": say(
                f"ディスクの空きが足りません（ファイルは約{_gb(self.disk_needed_bytes)}、"
                f"空きは{_gb(self.disk_free_bytes)}）。",
                f"There is not enough space on the disk (the file takes about {_gb(self.disk_needed_bytes)}, "
                f"{_gb(self.disk_free_bytes)} is free).",
            ),
            "speed": say(f"動きますが、ゆっくりです（{figures}）。", f"Runs, but slowly ({figures})."),
        }[self.reason]

    def _figures(self) -> str:
        parts = [
            say(f"メモリ 約{_gb(self.plan.memory.total)}", f"about {_gb(self.plan.memory.total)} of memory")
        ]
        if self.speed is not None:
            parts.append(pace_words(self.speed))
        if self.disk_needed_bytes:
            parts.append(
                say(f"ディスク {_gb(self.disk_needed_bytes)}", f"{_gb(self.disk_needed_bytes)} of disk")
            )
        return say("、", ", ").join(parts)


def this_machine(store: Store, devices: Sequence[Device]) -> Machine:
    """Return what is known of this machine. Reads headers and, the first time, measures: not for the window.

    ``devices`` are the engine's, with the loaded model's memory counted as free (``after_unloading``).
    """
    threads = physical_cores()
    key = machine_key(devices)
    plain = Machine(
        devices=tuple(devices),
        threads=threads,
        bandwidth=bandwidth.of_machine(key, threads),
        disk_free_bytes=_free_disk(library.folder_of(store.settings.get())),
    )
    return _corrected(plain, _speeds_here(store, key))


def fit_file(contents: Contents, machine: Machine, *, thinks: bool = False) -> Fit:
    """Return how the model of a file on the disk fits. ``contents`` is its header."""
    made = plan(contents, machine.devices)
    found = machine.measured.get(str(contents.path))
    pace = speed.speed(contents, made, machine) if found is None else speed.seen(found)
    trained = contents.integer(f"{contents.architecture}.context_length")
    return _judged(
        made,
        made,
        pace,
        machine,
        file=contents.size_bytes,
        disk=0,
        trained=trained,
        thinks=thinks,
        estimated=False,
    )


def fit(entry: Entry, size: Size, machine: Machine) -> Fit:
    """Return how a model of the catalogue would fit in this quantization, before it is downloaded."""
    contents = imagined(entry, size)
    made = plan(contents, machine.devices)
    # Where it does not fit anyway, more need not be known.
    cautious = plan(imagined(entry, size, cautious=True), machine.devices) if made.fits else made
    return _judged(
        made,
        cautious,
        None if entry.kind == "embedding" else speed.speed(contents, made, machine),
        machine,
        file=size.bytes,
        disk=size.bytes,
        trained=entry.context.tokens if entry.context else 0,
        thinks=entry.thinking.does == "always",
        estimated=True,
    )


def pace_words(pace: Speed) -> str:
    """Return a speed in words: as it was measured, or the likely figure and between which it will be."""
    likely, low, high = map(rounded, (pace.likely, pace.low, pace.high))
    if pace.measured:
        return say(f"1秒に{likely}トークン（実測）", f"{likely} tokens a second (measured)")
    return say(
        f"1秒に約{likely}トークン（{low}〜{high}の見込み）",
        f"about {likely} tokens a second ({low} to {high})",
    )


def _judged(
    made: Plan,
    cautious: Plan,
    pace: Speed | None,
    machine: Machine,
    *,
    file: int,
    disk: int,
    trained: int,
    thinks: bool,
    estimated: bool,
) -> Fit:
    total = _total(machine.devices)
    wanted = min(trained or USUAL_CONTEXT, _SHORT_CONTEXT)
    verdict: Verdict
    reason: Reason
    if not made.fits and made.memory.total > total * _MOST_OF_MACHINE:
        verdict, reason = "no", "memory"
    elif disk and disk + _DISK_MARGIN > machine.disk_free_bytes:
        verdict, reason = "no", "disk"
    elif not made.fits:
        verdict, reason = "tight", "memory_now"
    elif pace is not None and pace.likely < (SLOW_THINKING if thinks else SLOW):
        verdict, reason = "slow", "speed"
    elif made.context_length < wanted:
        verdict, reason = "tight", "context"
    elif not cautious.fits or cautious.context_length < wanted:
        verdict, reason = "tight", "uncertain"
    else:
        verdict, reason = "well", ""
    return Fit(
        verdict,
        reason,
        made,
        cautious.memory.total,
        pace,
        file,
        disk,
        total,
        machine.disk_free_bytes,
        estimated,
    )


def _total(devices: Sequence[Device]) -> int:
    """Return all memory that a model can be in; graphics that share the machine's memory add none."""
    own = sum(device.total_bytes for device in devices if device.kind == "cpu")
    cards = [d for d in devices if d.kind == "gpu" and d.backend not in ("Metal", "MTL")]
    return own + sum(device.total_bytes for device in cards)


def _speeds_here(store: Store, key: str) -> Mapping[str, float]:
    """Return the middle speed of each model that has answered on this machine, by the path of its file."""
    speeds = store.speeds.recent()
    models: list[Model] = [model for model in store.models.list() if model.name in speeds]
    models.sort(key=lambda model: -(model.used or 0))
    return {
        model.path: sorted(speeds[model.name])[len(speeds[model.name]) // 2]
        for model in models[:_MOST_MODELS]
        if store.models.run(model.id, key) is not None
    }


def _corrected(machine: Machine, measured: Mapping[str, float]) -> Machine:
    """Return the machine with what the models run here say about the estimate."""
    pairs = []
    for path, found in measured.items():
        with contextlib.suppress(KotonohaError):  # the file has gone, or is spoiled
            contents = loadable(Path(path))
            estimate = speed.speed(contents, plan(contents, machine.devices), machine)
            pairs.append((estimate.likely, found))
    return Machine(
        machine.devices,
        machine.threads,
        machine.bandwidth,
        machine.disk_free_bytes,
        correction=speed.correction(pairs),
        corrected=bool(pairs),
        measured=dict(measured),
    )


def _free_disk(folder: Path) -> int:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0


def _gb(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 100_000_000 else f"{size / 1e6:.0f} MB"


def rounded(value: float) -> str:
    """Return a number of tokens a second as exactly as it is known."""
    return f"{value:.0f}" if value >= 3 else f"{max(value, 0.1):.1f}"
