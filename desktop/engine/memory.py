"""How much memory this machine can still give to a program. No llama.cpp."""

from __future__ import annotations

import contextlib
from pathlib import Path

_MEMINFO = Path("/proc/meminfo")
_CGROUP = Path("/proc/self/cgroup")
_CGROUPS = Path("/sys/fs/cgroup")


def available_bytes(meminfo: Path = _MEMINFO, cgroup: Path = _CGROUP, cgroups: Path = _CGROUPS) -> int | None:
    """Return the bytes that can be had without swapping, on Linux; None elsewhere.

    That is the kernel's own estimate (``MemAvailable`` in proc(5)), or less where a control group, a
    container for example, is limited to less (cgroup v2: ``memory.max``; file caches can be taken back).
    """
    free = _fields(meminfo).get("MemAvailable:")
    if free is None:
        return None
    return min([free * 1024, *_left_in_groups(cgroup, cgroups)])


def _left_in_groups(cgroup: Path, cgroups: Path) -> list[int]:
    """Return what is left in this process's control group, and in each one around it that has a limit."""
    try:
        lines = cgroup.read_text().splitlines()
    except OSError:
        return []
    own = next((line.removeprefix("0::/") for line in lines if line.startswith("0::/")), None)
    if own is None:
        return []
    left = []
    folder = cgroups / own
    for group in (folder, *folder.parents):
        with contextlib.suppress(OSError, ValueError):  # no limit here, or "max"
            limit = int((group / "memory.max").read_text())
            used = int((group / "memory.current").read_text())
            left.append(max(limit - used + _fields(group / "memory.stat").get("inactive_file", 0), 0))
        if group == cgroups:
            break
    return left


def _fields(path: Path) -> dict[str, int]:
    """Return the first number of each line by the line's first word."""
    try:
        lines = [line.split() for line in path.read_text().splitlines()]
    except OSError:
        return {}
    return {words[0]: int(words[1]) for words in lines if len(words) > 1 and words[1].isdecimal()}
