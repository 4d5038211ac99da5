"""Runs the real commands as processes, with a home of their own."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KOTONOHA = [sys.executable, "-m", "desktop"]
PATIENCE = 60.0  # seconds until a process counts as hanging
PROMPT = r"\x1b\[\?2004h[^>]*>"  # prompt_toolkit takes typing: bracketed paste goes on, then the prompt


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return the environment of a process: no screen, English, everything under ``home``."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "LC_ALL", "LC_MESSAGES", "LANGUAGE")
    }
    ours = {
        "KOTONOHA_HOME": str(home),
        "LANG": "en_US.UTF-8",
        "PYTHONUTF8": "1",
        "PYTHONPATH": str(ROOT),
        "PYTHONSAFEPATH": "1",
        "TERM": "xterm",
    }
    return kept | ours | more


def kotonoha(
    home: Path, *arguments: str, stdin: bytes = b"", command: Sequence[str] = KOTONOHA
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*command, *arguments],
        input=stdin,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
        env=environment(home),
        cwd=home.parent,
    )


class Terminal:
    """A process on a terminal of its own; ``close`` ends it."""

    def __init__(self, command: Sequence[str], environment: dict[str, str], cwd: Path) -> None:
        self.output = ""
        self._read = 0  # characters of ``output`` that were waited for
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:  # pragma: no cover - the child
            os.chdir(cwd)
            os.execvpe(command[0], list(command), environment)

    def type(self, text: str) -> None:
        os.write(self._terminal, text.encode())

    def wait_for(self, pattern: str) -> str:
        """Wait until the output since the last call matches; return what it was."""
        deadline = time.monotonic() + PATIENCE
        while not (match := re.search(pattern, self.output[self._read :])):
            assert time.monotonic() < deadline, f"no {pattern!r} in {self.output!r}"
            assert self._take(1.0), f"ended without {pattern!r}: {self.output!r}"
        self._read += match.end()
        return match.group()

    def end(self) -> int:
        """Wait for the end of the process; return its exit status."""
        deadline = time.monotonic() + PATIENCE
        while self._take(1.0):
            assert time.monotonic() < deadline, f"it does not end: {self.output!r}"
        _, status = os.waitpid(self.pid, 0)
        self.pid = 0
        return os.waitstatus_to_exitcode(status)

    def close(self) -> None:
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._terminal)

    def _take(self, seconds: float) -> bool:
        """Read what is there; return False once the terminal is closed."""
        ready, _, _ = select.select([self._terminal], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self._terminal, 65_536)
        except OSError:  # Linux's way to say that the other side is closed
            return False
        self.output += data.decode("utf-8", "replace")
        # prompt_toolkit asks for the place of the cursor, and waits for an answer.
        for _ in range(data.count(b"\x1b[6n")):
            self.type("\x1b[1;1R")
        return bool(data)
