"""Our own program in a process of its own: how one is started, and how it ends. Not what it says."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path


def start(command: Sequence[str], *, stderr: int, **environment: str) -> subprocess.Popen[bytes]:
    """Start a process with pipes for its standard input and output.

    ``stderr`` is what ``Popen`` takes; ``environment`` is added to our own. Raises ``OSError`` when
    it cannot be started.
    """
    return subprocess.Popen(  # noqa: S603 - our own program
        list(command),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        env=_environment() | environment,
        close_fds=True,
        # A terminal's Ctrl-C goes to the parent alone, which decides what ends.
        start_new_session=sys.platform != "win32",
        creationflags=_creation_flags(),
    )


def end(process: subprocess.Popen[bytes], threads: Iterable[threading.Thread] = ()) -> None:
    """Kill a process, wait for it and for the threads that hold its pipes, and close those.

    Harmless where it ended by itself, and when done before.
    """
    process.kill()
    process.wait()
    for thread in threads:
        thread.join(timeout=5)
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with contextlib.suppress(OSError, ValueError):  # what was still buffered for a dead reader
                pipe.close()


def _environment() -> dict[str, str]:
    """Return the child's environment: this very package is found, and no module of the working folder is."""
    root = str(Path(__file__).resolve().parents[1])
    path = os.environ.get("PYTHONPATH")
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([root, path]) if path else root,
        "PYTHONSAFEPATH": "1",
        "PYTHONUTF8": "1",
    }


def _creation_flags() -> int:
    if sys.platform == "win32":
        return subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    return 0
