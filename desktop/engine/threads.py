"""How many threads compute a model best: one a fast physical core that this process may use."""

from __future__ import annotations

import contextlib
import math
import os
import platform
from collections.abc import Iterable
from pathlib import Path

from desktop.engine import sysctl
from desktop.engine.cgroups import groups

_DEVICES = Path("/sys/devices")
# Cores at less than so much of the fastest one hold it up: all threads wait for the last one. Capacities are
# measured by the kernel; frequencies differ a little between equal cores.
_OF_CAPACITY, _OF_FREQUENCY = 0.6, 0.8


def physical_cores() -> int:
    """Return the number of fast physical cores, at least 1.

    A second thread on a core only waits for the first one's arithmetic units, and every thread waits for
    those on slow cores; and a container may be allowed less time than it sees cores. Linux tells all this,
    and macOS the number. Windows tells it through an API of its own alone: there, and wherever nothing is
    told, x86 is taken to have two threads a core and ARM one, all of them fast; measuring
    (``thread_speed``) corrects that.
    """
    fast = sysctl.number("hw.perflevel0.physicalcpu") or sysctl.number("hw.physicalcpu")
    if fast:
        return fast
    usable = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))
    return max(min([fast_cores(usable), *cpu_limits(groups())]), 1)


def fast_cores(usable: Iterable[int], devices: Path = _DEVICES) -> int:
    """Return the number of fast physical cores among these processors, as Linux tells it."""
    usable = set(usable)
    cpus = devices / "system/cpu"
    fast = usable & _fast(usable, devices) or usable
    try:
        cores = {(cpus / f"cpu{cpu}/topology/thread_siblings_list").read_text().strip() for cpu in fast}
    except OSError:
        shared = platform.machine().lower() in ("x86_64", "amd64", "i386", "i686")
        return max(len(fast) // (2 if shared else 1), 1)
    return max(len(cores), 1)


def cpu_limits(folders: Iterable[Path]) -> list[int]:
    """Return how many processors' time each control group may use, where it is limited (``cpu.max``)."""
    limits = []
    for folder in folders:
        with contextlib.suppress(OSError, ValueError, ZeroDivisionError):  # no limit here, or "max"
            quota, period = (folder / "cpu.max").read_text().split()
            limits.append(math.ceil(int(quota) / int(period)))
    return limits


def _fast(usable: set[int], devices: Path) -> set[int]:
    """Return the processors that are about as fast as the fastest one.

    Source: Documentation/ABI/testing/sysfs-devices-system-cpu, and perf's PMU of hybrid Intel processors.
    """
    performance = _listed(devices / "cpu_core/cpus")
    if performance:
        return performance
    for name, share in (("cpu_capacity", _OF_CAPACITY), ("cpufreq/cpuinfo_max_freq", _OF_FREQUENCY)):
        speeds = {cpu: _number(devices / f"system/cpu/cpu{cpu}" / name) for cpu in usable}
        fastest = max(speeds.values(), default=0)
        fast = {cpu for cpu, speed in speeds.items() if speed >= share * fastest}
        if fastest and fast != usable:
            return fast
    return usable


def _listed(path: Path) -> set[int]:
    """Return the processors of a list like ``0-7,16``; none where there is no such list."""
    try:
        parts = path.read_text().strip().split(",")
        ends = [part.split("-") for part in parts if part]
        return {cpu for end in ends for cpu in range(int(end[0]), min(int(end[-1]), 65_535) + 1)}
    except (OSError, ValueError):
        return set()


def _number(path: Path) -> int:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return 0
