"""The commands: the same core as the window, without Qt. One file a command, the grammar in ``arguments``."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.cli.arguments import parse
from desktop.errors import KotonohaError

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.exchange.exporting import Writer
    from desktop.jobs import Cancel

__all__ = ["parse", "run"]


def run(options: Namespace, pdf: Callable[[Cancel], Writer] | None = None) -> int:
    """Run the command and return its exit status; what went wrong is told on standard error.

    ``pdf`` gives what makes PDFs, which needs Qt and so is not in here.
    """
    _never_fail_to_write()
    try:
        match options.command:
            case "ask":
                from desktop.cli.ask import run as ask

                return ask(options)
            case "chats":
                from desktop.cli.chats import run as chats

                return chats(options, pdf)
            case "models":
                from desktop.cli.models import run as models

                return models(options)
            case "devices":
                from desktop.cli.devices import run as devices

                return devices(options)
            case _:
                from desktop.cli.checkout import run as develop

                return develop(options.command, options.rest)
    except KotonohaError as error:
        print(f"kotonoha: {error}", file=sys.stderr)
        return 1


def _never_fail_to_write() -> None:
    """Let a terminal or pipe in another encoding than UTF-8, and one that is closed, take what they can."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - to the end
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
