"""The control groups of Linux that this process is in: what a container may have. Version 2 alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

OWN = Path("/proc/self/cgroup")
ALL = Path("/sys/fs/cgroup")


def groups(own: Path = OWN, root: Path = ALL) -> Iterator[Path]:
    """Yield the folder of this process's group, and of each one around it; none where there are none."""
    try:
        lines = own.read_text().splitlines()
    except OSError:
        return
    name = next((line.removeprefix("0::/") for line in lines if line.startswith("0::/")), None)
    if name is None:
        return
    folder = root / name
    for group in (folder, *folder.parents):
        yield group
        if group == root:
            return
