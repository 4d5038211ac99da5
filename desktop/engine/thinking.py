"""How a model thinks before it answers, and how its thoughts are told apart from its answer. Pure Python.

Two families. Tags stand round the thoughts at the very start of an answer: ``<think>…</think>`` and the like.
Harmony (gpt-oss, llm-jp-4) writes several messages, each with a header that names its channel:
``<|channel|>analysis<|message|>…<|end|><|start|>assistant<|channel|>final<|message|>…``.

Formats: the chat templates of the models' own repositories; github.com/openai/harmony, docs/format.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, Protocol

Kind = Literal["thinking", "answer"]
Pieces = list[tuple[Kind, bytes]]

MAX_HEADER = 256  # bytes of a Harmony header; what is longer is no header


class Channels(Protocol):
    """Tells thoughts and answer apart, token by token."""

    kind: Kind  # what is being written now

    def feed(self, data: bytes, control: str) -> Pieces:
        """Take one token: its bytes, or its name where it is a control token. Return what is now certain."""
        ...

    def finish(self) -> Pieces:
        """Return what was held back because it could have become a marker."""
        ...

    def closing(self) -> str:
        """Return what ends the thoughts and begins the answer; to be fed as if the model had written it."""
        ...


@dataclass(frozen=True)
class Tags:
    """Thoughts between two tags. ``around`` is the white space that the model was trained to put there."""

    opening: str
    ending: str
    around: str = "\n"

    @property
    def empty(self) -> str:
        """A block without thoughts."""
        return f"{self.opening}{self.around}{self.close}"

    @property
    def close(self) -> str:
        """What ends an open block."""
        return f"{self.around}{self.ending}{self.around}{self.around}"

    def is_open(self, prompt: str) -> bool:
        """Return whether the prompt has begun the block already."""
        return prompt.rstrip().endswith(self.opening)

    def is_closed(self, prompt: str) -> bool:
        """Return whether the prompt has ended a block already, of no thoughts for example."""
        return prompt.rstrip().endswith(self.ending)

    def bridge(self, prompt: str, *, empty: bool) -> str:
        """Return what must follow the prompt so that the answer itself comes next: what closes an open block.

        Where none is open it is nothing, or with ``empty`` a block without thoughts, which is how Qwen's
        template keeps a model from thinking.
        """
        if self.is_open(prompt):
            return self.close
        return self.empty if empty and not self.is_closed(prompt) else ""

    def channels(self, prompt: str) -> Channels:
        """Return what reads an answer to this prompt, of which the end is enough."""
        return _TagChannels(self, opened=self.is_open(prompt), closed=self.is_closed(prompt))


@dataclass(frozen=True)
class Harmony:
    """Messages with channels. ``space``: what the template puts after each marker."""

    space: str = ""

    def marker(self, name: str) -> str:
        """Return a marker as the template writes it."""
        return f"<|{name}|>{self.space}"

    @property
    def final(self) -> str:
        """What begins the answer after the assistant's name."""
        return f"{self.marker('channel')}final<|message|>"

    def bridge(self, prompt: str, *, empty: bool) -> str:
        """Return what must follow the prompt so that the answer itself comes next: the final channel.

        No effort means "none" to these models; past answers stand in their prompts just so, without thoughts.
        """
        del empty  # it is the same with an answer that has begun
        channels = _HarmonyChannels(self, prompt)
        return "" if channels.kind == "answer" else channels.closing()

    def channels(self, prompt: str) -> Channels:
        """Return what reads an answer to this prompt, of which the end is enough."""
        return _HarmonyChannels(self, prompt)


ThinkingStyle = Tags | Harmony

THINK = Tags("<think>", "</think>")
_TAGS = (
    THINK,
    Tags("<seed:think>", "</seed:think>"),
    Tags("[THINK]", "[/THINK]", ""),
    Tags("<thinking>", "</thinking>"),
    Tags("<reasoning>", "</reasoning>"),
    Tags("<thought>", "</thought>"),
    Tags("<|channel>thought", "<channel|>", ""),  # Gemma 4
    Tags("<|START_THINKING|>", "<|END_THINKING|>", ""),  # Command A
    Tags("<|inner_prefix|>", "<|inner_suffix|>", ""),  # Apertus
)


def style_of(template: str) -> ThinkingStyle | None:
    """Return how a model with this template thinks, None where the template knows of no thinking."""
    if "<|channel|>" in template and "<|message|>" in template:
        return Harmony(" " if re.search(r"<\|(?:start|channel)\|> ", template) else "")
    return next((tags for tags in _TAGS if tags.opening in template or tags.ending in template), None)


class Answering:
    """Nothing but an answer: of a model that does not think, or one that is being continued."""

    kind: Kind = "answer"

    def feed(self, data: bytes, control: str) -> Pieces:
        """See ``Channels``."""
        del control
        return [("answer", data)] if data else []

    def finish(self) -> Pieces:
        """See ``Channels``."""
        return []

    def closing(self) -> str:
        """See ``Channels``."""
        return ""


class _TagChannels:
    """One block at the very start, white space aside. A tag may be cut over tokens, or be a control token.

    ``_held`` is what may still become a tag; ``_control`` the part of it that a control token wrote, which is
    never text.
    """

    def __init__(self, tags: Tags, *, opened: bool, closed: bool) -> None:
        self._tags = tags
        self._opening, self._ending = tags.opening.encode(), tags.ending.encode()
        self.kind: Kind = "thinking" if opened else "answer"
        self._thought = opened  # a second block is text; after an empty one of the prompt's it is the first
        self._tagged = opened or closed  # a tag came last: the white space after it is not shown
        self._started = False  # something of the present kind was said, white space aside
        self._held = b""
        self._control = b""

    def feed(self, data: bytes, control: str) -> Pieces:
        """See ``Channels``."""
        if self.kind == "answer" and self._started:
            return [("answer", data)] if data else []
        pieces: Pieces = []
        if control:
            name = control.encode()
            if not self._may_begin(self._held.lstrip() + name):
                pieces += self._release()  # text before a control token that ends nothing
                if not self._may_begin(name):
                    return pieces
            self._control = name
            self._held += name
        else:
            self._held += data
        while self._step(pieces):
            pass
        return pieces

    def finish(self) -> Pieces:
        """See ``Channels``."""
        return self._release()

    def closing(self) -> str:
        """See ``Channels``."""
        return self._tags.close

    def _may_begin(self, text: bytes) -> bool:
        """Return whether this could be, or become, a tag that counts here."""
        return any(tag.startswith(text) or text.startswith(tag) for tag in self._counting())

    def _counting(self) -> tuple[bytes, ...]:
        """The tags that mean something now. One that says again what is so already is dropped."""
        if self.kind == "thinking":
            return (self._ending,) if self._started else (self._opening, self._ending)
        return (self._ending,) if self._thought else (self._opening, self._ending)

    def _step(self, pieces: Pieces) -> bool:
        """Take as much from what is held as is certain; return whether there may be more."""
        if not self._started:
            text = self._held.lstrip()
            for tag in self._counting():
                if text.startswith(tag):
                    self._become("thinking" if tag == self._opening else "answer", text[len(tag) :])
                    return True
            if self._tagged:
                self._held = text
            if not text or any(tag.startswith(text) for tag in self._counting()):
                return False
            self._started = True
        if self.kind == "answer":
            pieces += self._release()
            return False
        before, found, after = self._held.partition(self._ending)
        if found:
            self._say(pieces, before)
            self._become("answer", after)
            return True
        sure = len(self._held) - _beginning(self._held, self._ending)
        self._say(pieces, self._held[:sure])
        self._held = self._held[sure:]
        return False

    def _become(self, kind: Kind, rest: bytes) -> None:
        self.kind, self._thought, self._tagged, self._started = kind, True, True, False
        self._held, self._control = rest, b""

    def _say(self, pieces: Pieces, text: bytes) -> None:
        if text:
            pieces.append((self.kind, text))

    def _release(self) -> Pieces:
        text = self._held.replace(self._control, b"", 1) if self._control else self._held
        self._held = self._control = b""
        return [(self.kind, text)] if text else []


class _HarmonyChannels:
    """Messages with headers. A marker is a token of its own; the same characters as text are text.

    ``_place``: ``role`` after the assistant's name, ``channel`` in the rest of a header, ``message`` in a
    message, ``between`` two messages.
    """

    _MARKERS = frozenset({"<|start|>", "<|channel|>", "<|message|>", "<|constrain|>", "<|end|>"})

    def __init__(self, style: Harmony, prompt: str) -> None:
        self._style = style
        self.kind: Kind = "thinking"
        self._place: Literal["role", "channel", "message", "between"] = "role"
        self._header = b""
        self._started = False  # something was said in this message, white space aside
        self._marked = False  # the model wrote a marker
        _, found, last = prompt.rpartition("<|start|>")
        for piece in re.split(r"(<\|[a-z]+\|>)", last if found else ""):
            self.feed(piece.encode("utf-8", "replace"), "")
        if self._place == "role":
            self._header = b""  # the assistant's name
        self._marked = False

    def feed(self, data: bytes, control: str) -> Pieces:
        """See ``Channels``."""
        if self._place == "message" and self._started and not control and not data.startswith(b"<|"):
            return [(self.kind, data)] if data else []
        name = control or (data.decode("utf-8", "replace") if data.startswith(b"<|") else "")
        if name in self._MARKERS:
            self._mark(name)
            return []
        if self._place == "message":
            return self._say(data)
        if self._place == "between":
            return []
        self._header += data
        # A model that forgot the header, or never heard of one, is answering.
        lost = not self._marked and b"\n" in self._header.strip()
        return self._take_for_answer() if lost or len(self._header) > MAX_HEADER else []

    def finish(self) -> Pieces:
        """See ``Channels``."""
        return [] if self._marked or self._place == "message" else self._take_for_answer()

    def closing(self) -> str:
        """See ``Channels``."""
        style = self._style
        new = f"{style.marker('start')}assistant{style.final}"
        match self._place:
            case "role":
                return style.final
            case "channel":
                return f"{style.marker('message')}{style.marker('end').rstrip()}{new}"
            case "message":
                return f"{style.marker('end').rstrip()}{new}"
            case "between":
                return new

    def _mark(self, name: str) -> None:
        self._marked = True
        match name:
            case "<|start|>":
                self._place, self._header = "role", b""
            case "<|channel|>":
                self._place, self._header = "channel", b""
            case "<|message|>":
                words = self._header.split() if self._place == "channel" else [b"final"]
                self.kind = "answer" if words[:1] == [b"final"] else "thinking"
                self._place, self._started = "message", False
            case "<|constrain|>":
                self._header += b" "  # it ends the word before it
            case "<|end|>":
                self._place = "between"

    def _say(self, data: bytes) -> Pieces:
        if not self._started:
            data = data.lstrip()  # llm-jp-4 puts a space after every marker
            self._started = bool(data)
        return [(self.kind, data)] if data else []

    def _take_for_answer(self) -> Pieces:
        text, self._header = self._header, b""
        self.kind, self._place = "answer", "message"
        return self._say(text)


def _beginning(text: bytes, marker: bytes) -> int:
    """Return the length of the longest end of ``text`` that begins ``marker`` without being all of it."""
    for length in range(min(len(marker) - 1, len(text)), 0, -1):
        if text.endswith(marker[:length]):
            return length
    return 0
