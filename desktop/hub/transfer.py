"""The bytes of one file, by one line or several, and their digest, which follows in a thread of its own.

Knows threads and patience. Does not know which file it is for, nor what becomes of it.
"""

from __future__ import annotations

import hashlib
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from desktop.errors import KotonohaError
from desktop.hub import failures
from desktop.hub.call import Call, calling
from desktop.hub.fresh import Fresh
from desktop.hub.part import PIECE_BYTES, Part
from desktop.hub.source import Source, first_byte
from desktop.hub.spans import Span, Spans
from desktop.hub.speed import Throttle
from desktop.jobs import Cancel, Cancelled
from desktop.network import Purpose

_WORTH = 1.15  # how much faster one more line must make it all to be kept
_TRIAL_SECONDS = 1.5
_TIMES_THE_SAME_PIECE = 3
# Bytes that are asked for at once. CloudFront answers with at most 50 GB:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
LARGEST_ANSWER = 32 << 30
_LOCATION_GONE = frozenset({"hub_gated", "hub_token_refused", "repository_missing", "hub_file_missing"})


class Digest(Protocol):
    """What hashlib makes."""

    def update(self, data: bytes | memoryview, /) -> None: ...  # noqa: D102
    def digest(self) -> bytes: ...  # noqa: D102
    def hexdigest(self) -> str: ...  # noqa: D102
    def copy(self) -> Digest: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for what passes by itself: ``first`` seconds, then twice as long each time.

    ``tries`` in a row without a single new byte end the download; what came is kept.
    """

    first: float = 1.0
    longest: float = 60.0
    tries: int = 40  # with these figures, a little more than half an hour

    def seconds(self, tries: int, asked: float | None) -> float:
        """Return how long to wait after so many failures; longer where the server asked for it."""
        return max(min(self.first * 2.0 ** min(tries - 1, 30), self.longest), asked or 0.0)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing comes; the download goes on by itself after ``seconds``. ``why`` says what happened."""

    why: failures.Transient
    seconds: float


@dataclass(frozen=True, slots=True)
class Mended:
    """So many bytes were not what they had to be, and come again."""

    size_bytes: int


class Transfer:
    """The threads that fetch and check one part. ``stop`` ends them within a tenth of a second."""

    def __init__(
        self,
        source: Source,
        part: Part,
        *,
        most_lines: int = 4,
        throttle: Throttle | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.events: queue.SimpleQueue[Waiting | Mended | None] = queue.SimpleQueue()  # None: look
        self.failure: BaseException | None = None
        self.hexdigest = ""  # of the file, once it has been read to its end
        self.hashed = 0  # bytes
        self._source = source
        self._part = part
        self._spans = Spans(part)
        self._fresh = Fresh(part.size_bytes)
        self._digest = _digest_for(source, part.size_bytes)
        self._stop = Cancel()
        self._most_lines = most_lines
        self._throttle = throttle or Throttle()
        self._patience = patience or Patience()
        self._ranges = False  # until a server has shown that it knows them
        self._lines: list[threading.Thread] = []
        self._others: list[threading.Thread] = []
        self._reconnect = Cancel()
        self._measured = time.monotonic(), 0  # when the speed was measured last, and how many bytes were here
        self._speed_before = 0.0  # without the line that is being tried
        self._tried: threading.Event | None = None  # set: that line is to go

    def start(self) -> None:
        """Begin to fetch and to check."""
        self._measured = time.monotonic(), self.done()
        self._run(self._check, self._others)
        self.tend(time.monotonic())

    def stop(self) -> None:
        """End all threads, and wait for them."""
        self._stop.set()
        with self._spans.changed:
            self._spans.changed.notify_all()
        for thread in (*self._lines, *self._others):
            thread.join()

    def done(self) -> int:
        """Return how many bytes are here."""
        return self._spans.done()

    def lines(self) -> int:
        """Return how many connections are at work."""
        return sum(thread.is_alive() for thread in self._lines)

    def reconnect(self) -> None:
        """Begin all lines anew, as after a sleep of the machine, when the old ones may be dead."""
        old, self._reconnect = self._reconnect, Cancel()
        old.set()

    def tend(self, now: float) -> None:
        """Keep as many lines as help. To be called several times a second, with ``time.monotonic()``."""
        self._lines = [thread for thread in self._lines if thread.is_alive()]
        if self._stop.is_set() or self.failure is not None:
            return
        if not self._lines:
            if not self._spans.is_complete():
                self._run(self._line, self._lines)
            return
        began, before = self._measured
        if now - began < _TRIAL_SECONDS:
            return
        done = self.done()
        self._measured = now, done
        speed = (done - before) / (now - began)
        if self._tried is not None:
            if speed < self._speed_before * _WORTH:
                self._tried.set()
                self._most_lines = 1  # tried enough for this file
            self._tried = None
        elif self._may_add():
            self._speed_before, enough = speed, threading.Event()
            self._tried = enough
            self._run(lambda: self._line(enough), self._lines)

    def _may_add(self) -> bool:
        return (
            self._ranges
            and not self._throttle.limit
            and len(self._lines) < self._most_lines
            and self._spans.could_split()
        )

    def compare(self) -> None:
        """Fetch the file a second time beside the first, and replace the pieces that differ.

        The hub names the digest of the whole only, so this is how a byte that came wrong is found. (Its
        Xet store knows digests of parts, but tells them to its own native library alone, which would
        connect beside the switch.) It ends as soon as the digest of the whole is right.
        """
        self._run(self._compare, self._others)

    def finished(self) -> bool:
        """Return whether no thread is at work any more."""
        return not any(thread.is_alive() for thread in (*self._lines, *self._others))

    def _run(self, work: Callable[[], None], threads: list[threading.Thread]) -> None:
        def guarded() -> None:
            try:
                work()
            except Cancelled:
                pass
            except BaseException as error:  # told by the job, in its own thread
                if self.failure is None:
                    self.failure = error
            self.events.put(None)

        thread = threading.Thread(target=guarded, name="download", daemon=True)
        threads.append(thread)
        thread.start()

    def _line(self, enough: threading.Event | None = None) -> None:
        """Fetch stretch after stretch. A spare line, with ``enough``, gives up at the first failure."""
        while not self._stop.is_set() and (span := self._spans.claim()) is not None:
            try:
                if enough is None:
                    self._patiently(partial(self._fetch, span), lambda at=span: at.at)  # type: ignore[misc]
                else:
                    self._fetch(span, enough)
            except KotonohaError:
                if enough is None:
                    raise
                return
            finally:
                self._spans.release(span)
            if enough is not None and enough.is_set():
                return

    def _patiently(self, work: Callable[[], None], place: Callable[[], int]) -> None:
        """Repeat ``work`` until it ends well, waiting after what passes by itself."""
        tries, reached = 0, place()
        while True:
            self._stop.raise_if_set()
            try:
                work()
            except Cancelled:
                self._stop.raise_if_set()  # else only this connection was to end
            except failures.Transient as error:
                if place() > reached:
                    tries, reached = 0, place()
                tries += 1
                if tries >= self._patience.tries:
                    raise
                seconds = self._patience.seconds(tries, error.retry_after)
                self.events.put(Waiting(error, seconds))
                self._stop.wait(seconds)
            else:
                return

    def _fetch(self, span: Span, enough: threading.Event | None = None) -> None:
        """Fetch what is left of a stretch. Raises ``Transient`` where an answer ends too early."""

        filler = self._fresh.filler()

        def take(at: int, data: memoryview) -> bool:
            data = data[: max(span.end - at, 0)]
            self._part.write(at, data)
            filler.add(at, data)  # before the digest hears that it is here
            self._spans.advance(span, at + len(data))
            return span.at < span.end and not (enough is not None and enough.is_set())

        while span.at < span.end and not (enough is not None and enough.is_set()):
            before = span.at
            self._read(before, take)
            if span.at < min(before + LARGEST_ANSWER, span.end) and not (
                enough is not None and enough.is_set()
            ):
                raise failures.line_lost()

    def _read(self, first: int, take: Callable[[int, memoryview], bool]) -> None:
        """Give ``take`` the bytes from ``first`` on, until it wants no more or the answer ends."""
        cancel = Cancel()
        forget = self._stop.on_set(cancel.set), self._reconnect.on_set(cancel.set)
        try:
            location = self._source.location(cancel)
            try:
                self._stream(location, first, take, cancel)
            except KotonohaError as error:
                if error.code not in _LOCATION_GONE:
                    raise
                self._source.expired(location)  # asking the hub again tells whether it is only the address
                renewed = self._source.location(cancel)
                if renewed == location:
                    raise
                self._stream(renewed, first, take, cancel)
        finally:
            for each in forget:
                each()

    def _stream(
        self, location: str, first: int, take: Callable[[int, memoryview], bool], cancel: Cancel
    ) -> None:
        from desktop.hub.transport import body

        last = first + LARGEST_ANSWER - 1 if self._part.size_bytes - first > LARGEST_ANSWER else None
        call = Call(
            self._source.hub,
            Purpose.DOWNLOAD,
            self._source.repository,
            cancel,
            hub_only=False,
            most_requests=8,
        )
        with calling(call), self._source.hub.opened(location, first, last) as response:
            headers = {name.lower(): value for name, value in response.headers.items()}
            try:
                at = first_byte(response.status_code, headers, first, self._part.size_bytes)
            except failures.Transient:
                self._source.expired(location)
                raise
            self._ranges = response.status_code == 206
            for chunk in body(response):
                self._throttle.take(len(chunk), cancel)
                passed = min(first - at, len(chunk)) if at < first else 0  # no ranges: it is here already
                at += passed
                if passed < len(chunk):
                    if not take(at, memoryview(chunk)[passed:]):
                        return
                    at += len(chunk) - passed

    def _check(self) -> None:
        """Compute the digest of the file in order, as far as it has come: as it came, or from the disk.

        A piece that is not what it was when it was noted, before a crash, is fetched again.
        """
        part, piece, times = self._part, 0, 0
        disputed: bytes | None = None
        while piece < part.pieces:
            with self._spans.changed:
                while not part.here[piece]:
                    self._stop.raise_if_set()  # before the wait: it may have been told already
                    self._spans.changed.wait(0.5)
            self._stop.raise_if_set()
            before = self._digest.copy()
            parts = self._fresh.take(piece) or (part.read(piece),)
            for each in parts:
                self._digest.update(each)
            whole = sum(map(len, parts)) == part.length(piece)  # not where the file was cut
            value = self._digest.digest()[:8] if whole else b""
            noted = part.digest(piece)
            if not value or (noted is not None and noted != value):
                times += 1
                if times > _TIMES_THE_SAME_PIECE:
                    raise failures.damaged(proven=False)
                disputed = noted
                self._digest = before
                self._spans.again(piece)
                self.events.put(Mended(part.length(piece)))
                continue
            if disputed is not None and disputed != value:  # it was the note that was wrong
                part.forget_digests(piece + 1)
            disputed, times = None, 0
            part.note_digest(piece, value)
            piece += 1
            self.hashed = min(piece * PIECE_BYTES, part.size_bytes)
        self.hexdigest = self._digest.hexdigest()

    def _compare(self) -> None:
        part = self._part
        digest = _digest_for(self._source, part.size_bytes)
        wanted = self._source.found.sha256 or self._source.found.git_sha1
        pending = bytearray()
        at = piece = changes = 0
        found = False

        def take(start: int, data: memoryview) -> bool:
            nonlocal at, piece, changes, found
            assert start == at
            pending.extend(data)
            at += len(data)
            while piece < part.pieces and len(pending) >= part.length(piece):
                new = bytes(pending[: part.length(piece)])
                del pending[: len(new)]
                digest.update(new)
                piece += 1
                self.hashed = part.end(piece - 1)
                if new == part.read(piece - 1):
                    continue
                part.write((piece - 1) * PIECE_BYTES, new)
                part.forget_digests(piece - 1)
                self.events.put(Mended(len(new)))
                changes += 1
                # Reading what follows costs as much as all of it, so not after each of many.
                found = changes <= _TIMES_THE_SAME_PIECE and self._rest(digest.copy(), piece) == wanted
                if found:
                    return False
            return piece < part.pieces

        def whole() -> None:
            while not found and piece < part.pieces:
                before = at
                self._read(before, take)
                if not found and piece < part.pieces and at < before + LARGEST_ANSWER:
                    raise failures.line_lost()

        self.hexdigest = ""
        self._patiently(whole, lambda: at)
        self.hexdigest = wanted if found else digest.hexdigest()

    def _rest(self, digest: Digest, piece: int) -> str:
        """Return the digest of the whole file, whose first pieces ``digest`` has seen already."""
        for later in range(piece, self._part.pieces):
            self._stop.raise_if_set()
            digest.update(self._part.read(later))
        return digest.hexdigest()


def _digest_for(source: Source, size: int) -> Digest:
    """Return what computes the digest that the hub names: of a small file, its id as a git blob."""
    if source.found.git_sha1:
        return hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    return hashlib.sha256()
