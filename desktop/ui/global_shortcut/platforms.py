"""Which way to a global shortcut a desktop has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

Way = Literal["x11", "portal", "windows", "macos", "none"]

FLATPAK = Path("/.flatpak-info")  # is there inside


def way(platform: str, environment: Mapping[str, str], *, flatpak: Path = FLATPAK) -> Way:
    """Return the way for Qt's ``platform`` (its plugin's name).

    Under XWayland the X server hears keys only while a window of X has the focus, and a sandbox is to ask:
    there it is the desktop's portal.
    """
    if platform == "windows":
        return "windows"
    if platform == "cocoa":
        return "macos"
    if platform.startswith("wayland"):
        return "portal"
    if platform != "xcb":
        return "none"
    wayland = bool(environment.get("WAYLAND_DISPLAY")) or environment.get("XDG_SESSION_TYPE") == "wayland"
    sandboxed = bool(environment.get("SNAP")) or flatpak.exists()
    return "portal" if wayland or sandboxed else "x11"
