"""The child process as the client sees it: lines in, lines out, its last words. No Qt, no llama.cpp."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Sequence
from typing import IO, Any

import msgspec

from desktop import subprocesses
from desktop.engine.protocol import Event, Loaded, Loading, ModelSettings, Request, Task, Unloaded

MAX_LINE = 4 * 1024 * 1024  # bytes of one event
_KEPT_STDERR = 16 * 1024  # bytes

Report = Event | None | ValueError
"""An event, None for the end of the process, or what was unreadable."""


class Child:
    """A running child process and the threads that keep its pipes moving. ``end`` is needed once."""

    def __init__(self, command: Sequence[str]) -> None:
        """Start it. Raise ``OSError`` when that cannot be done."""
        self._process = subprocesses.start(command, stderr=subprocess.PIPE)
        self.pid = self._process.pid
        self.loaded: ModelSettings | None = None
        self.loaded_template = False
        self.heard = False  # whether it ever said anything
        self._asked: ModelSettings | None = None
        self._lock = threading.Lock()
        self._reports: queue.SimpleQueue[Report] | None = None
        self._gone: list[Report] = []
        self._requests: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._stderr = bytearray()
        self._threads = [
            threading.Thread(target=work, name=f"engine-{name}", daemon=True)
            for name, work in (("write", self._write), ("read", self._read), ("stderr", self._listen))
        ]
        for thread in self._threads:
            thread.start()

    @property
    def alive(self) -> bool:
        """Return whether it still runs and speaks."""
        return not self._gone and self._process.poll() is None

    def reports(self) -> queue.SimpleQueue[Report]:
        """Return a fresh queue that gets every report from now on, heartbeats included."""
        with self._lock:
            self._reports = queue.SimpleQueue()
            for report in self._gone:
                self._reports.put(report)
            return self._reports

    def mute(self) -> None:
        """Let further reports go, until ``reports`` is called again."""
        with self._lock:
            self._reports = None

    def send(self, request: Request, model: ModelSettings | None = None) -> None:
        """Queue a request; never blocks. ``model`` is the one that it loads to write with."""
        if isinstance(request, Task):
            self._asked = model
        self._requests.put(_encoded(request) + b"\n")

    def end(self, patience: float = 0.0) -> None:
        """End it if it still runs, and let go of its pipes. Harmless when done before.

        It gets ``patience`` seconds to end by itself, and is killed then.
        """
        self._requests.put(None)  # the end of its standard input
        if patience > 0:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=patience)
        if self._gone == [None]:  # dying by itself: wait for the true reason
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=1)
        subprocesses.end(self._process, self._threads)

    def last_words(self) -> str:
        """Return how it ended and the last lines of its standard error. Only after ``end``."""
        status = self._process.returncode
        how = f"exit status {status}"
        if status is not None and status < 0:
            try:
                how = signal.Signals(-status).name
            except ValueError:
                how = f"signal {-status}"
        lines = bytes(self._stderr).decode("utf-8", "replace").strip().splitlines()[-12:]
        return "\n".join([how, *lines])

    def _write(self) -> None:
        assert self._process.stdin is not None
        try:
            while (data := self._requests.get()) is not None:
                self._process.stdin.write(data)
                self._process.stdin.flush()
            self._process.stdin.close()
        except (OSError, ValueError):  # it died; the reader tells
            pass

    def _read(self) -> None:
        assert self._process.stdout is not None
        decoder = msgspec.json.Decoder(Event)
        report: Report = None
        try:
            while line := self._process.stdout.readline(MAX_LINE):
                event = decoder.decode(line)
                self.heard = True
                self._note(event)
                self._report(event)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            report = ValueError(f"{error}: {line[:200]!r}")
        except (OSError, ValueError):
            pass
        self.loaded = None
        with self._lock:
            self._gone.append(report)
            if self._reports is not None:
                self._reports.put(report)

    def _note(self, event: Event) -> None:
        if isinstance(event, Loaded):
            self.loaded, self.loaded_template = self._asked, event.has_chat_template
        elif isinstance(event, Unloaded) or (isinstance(event, Loading) and self._asked is not None):
            self.loaded = None

    def _report(self, report: Report) -> None:
        with self._lock:
            if self._reports is not None:
                self._reports.put(report)

    def _listen(self) -> None:
        stream: IO[bytes] | None = self._process.stderr
        assert stream is not None
        try:
            while data := os.read(stream.fileno(), 4096):
                self._stderr += data
                del self._stderr[:-_KEPT_STDERR]
        except (OSError, ValueError):
            pass


def _encoded(request: Request) -> bytes:
    """Return a request as JSON; half characters, which no JSON can hold, become question marks."""
    try:
        return msgspec.json.encode(request)
    except UnicodeEncodeError:
        return msgspec.json.encode(_whole(msgspec.to_builtins(request)))


def _whole(value: Any) -> Any:  # noqa: ANN401 - whatever a request is made of
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_whole(name): _whole(each) for name, each in value.items()}
    return [_whole(each) for each in value] if isinstance(value, list | tuple) else value
