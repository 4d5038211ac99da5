"""How many threads compute a model best: one a physical core that this process may use."""

from __future__ import annotations

import os
import platform
from pathlib import Path

_CPUS = Path("/sys/devices/system/cpu")


def physical_cores() -> int:
    """Return the number of physical cores, at least 1.

    A second thread on a core only waits for the first one's arithmetic units. Linux says which processors
    share a core; elsewhere x86 is taken to have two threads a core, and ARM one.
    """
    usable = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))
    try:
        cores = {(_CPUS / f"cpu{cpu}/topology/thread_siblings_list").read_text().strip() for cpu in usable}
    except OSError:
        shared = platform.machine().lower() in ("x86_64", "amd64", "i386", "i686")
        return max(len(usable) // (2 if shared else 1), 1)
    return max(len(cores), 1)
