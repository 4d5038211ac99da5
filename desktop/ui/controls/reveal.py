"""Shows a file where it lies, in the system's own file manager."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices


def select_in_file_manager(path: Path) -> bool:
    """Have the file manager show ``path`` selected; return whether it could be asked. For a job.

    On Linux this is FileManager1 of freedesktop.org, which most file managers answer.
    """
    try:
        if sys.platform == "darwin":
            return _run(["/usr/bin/open", "-R", str(path)]) == 0
        if sys.platform == "win32":
            _run([str(Path(os.environ["SYSTEMROOT"], "explorer.exe")), f"/select,{path}"])  # always 1
            return True
        return _ask_file_manager(path)
    except (OSError, KeyError, subprocess.SubprocessError):
        return False


def open_folder(path: Path) -> bool:
    """Open the folder that ``path`` lies in; return whether something could."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))


def _run(command: list[str]) -> int:
    return subprocess.run(command, timeout=10, check=False).returncode  # noqa: S603 - no shell


def _ask_file_manager(path: Path) -> bool:
    from jeepney import DBusAddress, DBusErrorResponse, new_method_call
    from jeepney.io.blocking import open_dbus_connection

    manager = DBusAddress(
        "/org/freedesktop/FileManager1",
        bus_name="org.freedesktop.FileManager1",
        interface="org.freedesktop.FileManager1",
    )
    message = new_method_call(manager, "ShowItems", "ass", ([path.absolute().as_uri()], ""))
    try:
        with open_dbus_connection() as bus:
            reply = bus.send_and_get_reply(message, timeout=5)
    except (OSError, KeyError, TimeoutError, DBusErrorResponse, ValueError):  # KeyError: there is no bus
        return False
    return str(reply.header.message_type.name) == "method_return"
