"""The one entry: the window, a command, or a child process: the engine's, or the reader's of documents.

These are dispatched before anything else is imported: a frozen bundle starts its children with this same
executable, and they need neither Qt nor the database.
"""

from __future__ import annotations

import os
import socket
import sys
from typing import TYPE_CHECKING

from desktop import network
from desktop.language import say

if TYPE_CHECKING:
    from desktop.exchange.exporting import Writer
    from desktop.jobs import Cancel


def main() -> int:
    """Run what the arguments ask for; return the exit status.

    0: done, 1: it failed, 2: the arguments are wrong, 130: interrupted with Ctrl-C.
    """
    arguments = sys.argv[1:]
    if arguments[:1] == ["engine"]:
        from desktop.engine.process import main as engine

        return engine()
    if arguments[:1] == ["document-reader"]:
        from desktop.documents.process import main as document_reader

        return document_reader()
    network.install("command" if arguments else "window")
    try:
        status = _window_or_terminal() if not arguments else _command(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader (head, less) has left. Python would flush once more on exit and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status


def _command(arguments: list[str]) -> int:
    from desktop import cli

    options = cli.parse(arguments)
    if options.command == "demo":
        from desktop.ui.demo import main as demo

        return demo(options.picture)
    if options.command == "quick":
        return _quick()
    return cli.run(options, pdf=_pdf_writer)


def _pdf_writer(cancel: Cancel) -> Writer:
    from desktop.ui.exchange.offscreen import pdf_writer

    return pdf_writer(cancel)


def _quick() -> int:
    if has_screen():
        from desktop.ui.app import main as window

        return window(quick=True)
    _tell("画面がないので、すぐに聞く窓は出せません。", "There is no screen for the quick question.")
    return 1


def _window_or_terminal() -> int:
    if has_screen():
        from desktop.ui.app import main as window

        return window()
    if sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty():
        _tell(
            "画面がないので、ターミナルで対話します。",
            "There is no screen, so the chat is here in the terminal.",
        )
        return _command(["ask"])
    _tell(
        "画面もターミナルもないので、デモを動かします。",
        "There is neither screen nor terminal, so this is the demo.",
    )
    return _command(["demo"])


def has_screen() -> bool:
    """Return whether a window can be shown: on Windows and macOS yes, elsewhere where a display answers."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    wayland, x11 = os.environ.get("WAYLAND_DISPLAY"), os.environ.get("DISPLAY")
    if wayland and _answers(os.path.join(os.environ.get("XDG_RUNTIME_DIR", ""), wayland)):  # noqa: PTH118
        return True
    if not x11:
        return False
    host, _, number = x11.rpartition(":")
    if host not in ("", "unix"):
        return True  # another machine's: Qt will tell
    path = f"/tmp/.X11-unix/X{number.partition('.')[0]}"  # noqa: S108 - where X servers listen
    return _answers("\0" + path) or _answers(path)


def _answers(path: str) -> bool:
    """Return whether somebody listens at this Unix socket."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(2)
        try:
            connection.connect(path)
        except OSError:
            return False
    return True


def _tell(ja: str, en: str) -> None:
    print(say(ja, en), file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
