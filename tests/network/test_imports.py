"""Where something is imported that could connect. Qt does so past Python's hook."""

from __future__ import annotations

import ast
from pathlib import Path

import desktop

PACKAGE = Path(desktop.__file__).parent

# What may be imported that could connect, and where.
ALLOWED = {
    "PySide6.QtNetwork.QLocalServer": {"ui/app.py"},
    "PySide6.QtNetwork.QLocalSocket": {"ui/app.py"},
    "PySide6.QtNetwork.QNetworkProxy": {"ui/no_network.py"},
    "socket": {
        "__main__.py",  # does a display answer?
        "ui/app.py",  # the pair that a signal wakes the window with
        "ui/global_shortcut/portal.py",  # the desktop's bus
        "network/permit.py",
        "network/switch.py",
    },
}
CONNECTING = {
    *("socket", "socketserver", "asyncio", "ftplib", "imaplib", "poplib", "smtplib", "nntplib", "telnetlib"),
    *("http", "urllib.request", "xmlrpc", "webbrowser", "multiprocessing", "requests", "aiohttp", "urllib3"),
    *("websockets", "grpc", "paramiko", "pycurl", "hf_xet", "httpx", "httpcore"),
    *("PySide6.QtNetwork", "PySide6.QtWebEngineCore", "PySide6.QtWebSockets", "PySide6.QtNetworkAuth"),
    *("PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtRemoteObjects"),
}


def imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_nothing_that_connects_is_imported_but_where_it_is_known() -> None:
    """The hub's package and the transport have their own library, which import-linter keeps there."""
    found: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        where = path.relative_to(PACKAGE).as_posix()
        if where.startswith("hub/"):
            continue
        for name in imports(path):
            if any(name == each or name.startswith(each + ".") for each in CONNECTING):
                found.setdefault(name, set()).add(where)
    assert found == ALLOWED
