"""How much memory this machine can still give to a program. No llama.cpp."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from desktop.engine import sysctl
from desktop.engine.cgroups import ALL, OWN, groups

_MEMINFO = Path("/proc/meminfo")

# Memory is short when less is left than this share of it, or than these bytes where they are at most a tenth.
_SHORT_SHARE, _SHORT_BYTES, _SMALL_SHARE = 0.03, 300_000_000, 0.1
_CRITICAL = 4  # of macOS's levels of memory pressure: 1 is normal, 2 a warning


class _Memory(NamedTuple):
    left: int  # bytes
    total: int


def available_bytes(meminfo: Path = _MEMINFO, cgroup: Path = OWN, cgroups: Path = ALL) -> int | None:
    """Return the bytes that can be had without swapping, on Linux; None elsewhere.

    That is the kernel's own estimate (``MemAvailable`` in proc(5)), or less where a control group, a
    container for example, is limited to less (cgroup v2: ``memory.max``). File caches can be taken back.
    """
    memories = list(_memories(meminfo, cgroup, cgroups))
    return min(memory.left for memory in memories) if memories else None


def is_short(meminfo: Path = _MEMINFO, cgroup: Path = OWN, cgroups: Path = ALL) -> bool:
    """Return whether the machine, or a control group of this process, is about to run out of memory.

    Linux and macOS tell; elsewhere it is False.
    """
    pressure = sysctl.number("kern.memorystatus_vm_pressure_level")
    if pressure is not None:
        return pressure >= _CRITICAL
    return any(
        memory.left < max(_SHORT_SHARE * memory.total, min(_SHORT_BYTES, _SMALL_SHARE * memory.total))
        for memory in _memories(meminfo, cgroup, cgroups)
    )


def _memories(meminfo: Path, cgroup: Path, cgroups: Path) -> Iterator[_Memory]:
    """Yield the machine's memory, and that of each control group round this process that has a limit."""
    machine = _fields(meminfo)
    if "MemAvailable:" not in machine:
        return
    yield _Memory(machine["MemAvailable:"] * 1024, machine.get("MemTotal:", 0) * 1024)
    for group in groups(cgroup, cgroups):
        with contextlib.suppress(OSError, ValueError):  # no limit here, or "max"
            limit = int((group / "memory.max").read_text())
            used = int((group / "memory.current").read_text())
            kinds = _fields(group / "memory.stat")
            caches = kinds.get("inactive_file", 0) + kinds.get("active_file", 0)
            yield _Memory(max(limit - used + caches, 0), limit)


def _fields(path: Path) -> dict[str, int]:
    """Return the first number of each line by the line's first word."""
    try:
        lines = [line.split() for line in path.read_text().splitlines()]
    except OSError:
        return {}
    return {words[0]: int(words[1]) for words in lines if len(words) > 1 and words[1].isdecimal()}
