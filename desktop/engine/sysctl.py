"""Numbers that macOS tells about itself. Source: sysctl(3)."""

from __future__ import annotations

import ctypes
import platform


def number(name: str) -> int | None:
    """Return the value of an integer of the system; None where there is none of that name, or no macOS."""
    if platform.system() != "Darwin":
        return None
    value = ctypes.c_uint64(0)  # a smaller integer fills its low bytes: every Mac is little-endian
    size = ctypes.c_size_t(ctypes.sizeof(value))
    found = ctypes.CDLL(None).sysctlbyname(
        name.encode(), ctypes.byref(value), ctypes.byref(size), None, ctypes.c_size_t(0)
    )
    return int(value.value) if found == 0 else None
