"""From the tokens of an answer to the events that tell of it: thoughts and words, coalesced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from desktop.engine.protocol import Event, Piece, Thought
from desktop.engine.text_stream import TextStream
from desktop.engine.thinking import Channels

# Seconds that a piece may wait for the next, so that fast models do not wake the application for every token.
COALESCE = 0.03


class Writing:
    """Takes the answer's tokens as they come; ``take`` and ``finish`` yield what is to be told."""

    def __init__(
        self,
        request_id: int,
        channels: Channels,
        stops: Sequence[str],
        *,
        strip_start: bool,
        known: int,
        before: str = "",
    ) -> None:
        """An answer ends before any of ``stops``; ``strip_start`` drops the space that it begins with.

        It goes on after ``before``. Its first ``known`` bytes are there already, and are not told.
        """
        self._id = request_id
        self.channels = channels
        self._known = known
        self.continues = known > 0
        self._answer = TextStream(stops, strip_start=strip_start, before=before)
        self._thoughts = TextStream()
        self._pending = {"thinking": "", "answer": ""}
        self._sent = 0.0
        self._last = 0.0
        self.tokens = 0

    @property
    def thinking(self) -> bool:
        """Whether the model is still thinking."""
        return self.channels.kind == "thinking"

    @property
    def stopped(self) -> bool:
        """Whether one of ``stops`` has come."""
        return self._answer.stopped

    def take(self, data: bytes, control: str, now: float) -> Iterator[Event]:
        """Take the next token: its bytes, or its name if it is a control token; ``now`` in seconds."""
        self.tokens += 1
        self._feed(self.channels.feed(data[self._known :], control))
        self._known = max(self._known - len(data), 0)
        pace = now - self._last if self.tokens > 1 else COALESCE
        self._last = now
        if now + pace - self._sent >= COALESCE:
            yield from self._tell(now)

    def finish(self) -> Iterator[Event]:
        """Tell what was held back: it will not become a marker or a stop any more."""
        self._feed(self.channels.finish())
        self._pending["thinking"] += self._thoughts.finish()
        self._pending["answer"] += self._answer.finish()
        yield from self._tell(self._last)

    def _feed(self, pieces: Sequence[tuple[str, bytes]]) -> None:
        for kind, data in pieces:
            stream = self._answer if kind == "answer" else self._thoughts
            self._pending[kind] += stream.feed(data)

    def _tell(self, now: float) -> Iterator[Event]:
        for kind, event in (("thinking", Thought), ("answer", Piece)):
            if text := self._pending[kind]:
                self._pending[kind] = ""
                self._sent = now
                yield event(self._id, text, self.tokens)
