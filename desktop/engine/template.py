"""The model's own chat template, rendered in a sandbox.

Templates come out of files from strangers. They run in jinja2's immutable sandbox without any global of ours
but the usual ones, their output is bounded here, and ``process`` bounds their time and memory.

Text of people must never turn into control tokens. So the template is rendered twice: once with the real
texts and once with private markers in their place. Where replacing the markers gives the very same prompt, it
can be cut into the template's own parts (tokenized with special tokens) and the people's (without). A
template that changes the texts is rendered with the special tokens inside them broken up.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import jinja2
from jinja2.exceptions import SecurityError
from jinja2.ext import Extension
from jinja2.nodes import Node
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from desktop.engine.protocol import Turn

MAX_SOURCE = 512 * 1024  # characters of a template
MAX_REPEAT = 1_000_000  # characters or items that `*` may make


class TemplateFailed(Exception):  # noqa: N818 - the template is at fault, not this program
    """The template is broken, refuses the conversation, or takes more than it may."""


class Part(NamedTuple):
    """A piece of a prompt; ``special`` where control tokens in it are meant as such."""

    text: str
    special: bool


class ChatTemplate:
    """One model's template. ``special_tokens`` is asked only where texts have to be made harmless."""

    def __init__(
        self, source: str, *, bos: str, eos: str, special_tokens: Callable[[], Iterable[str]] = tuple
    ) -> None:
        self._source = source
        self._bos = bos
        self._eos = eos
        self._special_tokens = special_tokens
        self._special_pattern: re.Pattern[str] | None = None
        self._compiled: jinja2.Template | None = None

    def render(self, turns: Sequence[Turn]) -> list[Part]:
        """Return the prompt for the next answer, or for the rest of the last turn when it is the assistant's.

        A system turn that the template refuses or ignores becomes the beginning of the first user's turn.
        Raise ``TemplateFailed``.
        """
        unfinished = ""
        if turns and turns[-1].role == "assistant":
            # What the assistant went on from the first time: the same prompt, and its own words after it.
            unfinished, turns = turns[-1].text, turns[:-1]
        turns = _merged(turns)
        try:
            parts = self._parts(turns)
        except TemplateFailed:
            if not _has_system(turns):
                raise
            parts = None
        if parts is None:
            parts = self._parts(_folded(turns)) or []
        return [*parts, Part(unfinished, special=False)] if unfinished else parts

    def _parts(self, turns: Sequence[Turn]) -> list[Part] | None:
        """Render; None when the system turn does not appear in the prompt."""
        room = 4 * sum(len(turn.text) for turn in turns) + 256 * 1024
        key = secrets.token_hex(8)
        markers = [f"ktnh{key}n{at}e" for at in range(len(turns))]
        marked = self._run(
            [Turn(turn.role, marker) for turn, marker in zip(turns, markers, strict=True)], room
        )
        pattern = re.compile(f"ktnh{key}n([0-9]+)e")
        if _has_system(turns) and markers[0] not in marked:
            return None
        plain = self._run(turns, room)
        pieces = pattern.split(marked)  # template, index, template, index, …, template
        for texts in ([turn.text for turn in turns], [turn.text.strip() for turn in turns]):
            parts = [
                Part(texts[int(piece)], special=False) if at % 2 else Part(piece, special=True)
                for at, piece in enumerate(pieces)
            ]
            if "".join(part.text for part in parts) == plain:
                return [part for part in parts if part.text]
        harmless = [Turn(turn.role, self._harmless(turn.text)) for turn in turns]
        return [Part(self._run(harmless, room), special=True)]

    def _run(self, turns: Sequence[Turn], room: int) -> str:
        """Render once; ``room`` is the largest prompt in characters."""
        try:
            if self._compiled is None:
                if len(self._source) > MAX_SOURCE:
                    raise TemplateFailed("the template is too long")
                self._compiled = _environment().from_string(self._source)
            size = 0
            pieces = []
            for piece in self._compiled.generate(
                messages=[{"role": turn.role, "content": turn.text} for turn in turns],
                add_generation_prompt=True,
                bos_token=self._bos,
                eos_token=self._eos,
                tools=None,
                documents=None,
            ):
                size += len(piece)
                if size > room:
                    raise TemplateFailed("the prompt that it makes is too long")
                pieces.append(piece)
            return "".join(pieces)
        except TemplateFailed:
            raise
        except MemoryError:
            raise TemplateFailed("it takes too much memory") from None
        except Exception as error:  # anything can happen inside a stranger's program
            raise TemplateFailed(f"{type(error).__name__}: {error}"[:500]) from None

    def _harmless(self, text: str) -> str:
        """Return the text with a zero-width space inside everything that would be read as a control token."""
        if self._special_pattern is None:
            tokens = sorted(
                (token for token in self._special_tokens() if len(token) > 1), key=len, reverse=True
            )
            self._special_pattern = re.compile("|".join(map(re.escape, tokens)) or r"(?!)")
        return self._special_pattern.sub(lambda found: f"{found[0][0]}\u200b{found[0][1:]}", text)


def _merged(turns: Sequence[Turn]) -> list[Turn]:
    """Put the system turns first, as one, and join neighbours of one role: many templates insist on both."""
    system = "\n\n".join(turn.text for turn in turns if turn.role == "system")
    merged = [Turn("system", system)] if system else []
    for turn in turns:
        if turn.role == "system":
            continue
        if merged and merged[-1].role == turn.role:
            merged[-1] = Turn(turn.role, f"{merged[-1].text}\n\n{turn.text}")
        else:
            merged.append(turn)
    return merged


def _has_system(turns: Sequence[Turn]) -> bool:
    return bool(turns) and turns[0].role == "system"


def _folded(turns: Sequence[Turn]) -> list[Turn]:
    """Return the turns with the system's text at the beginning of the first user's turn."""
    system, *rest = turns
    if rest and rest[0].role == "user":
        return [Turn("user", f"{system.text}\n\n{rest[0].text}"), *rest[1:]]
    return [Turn("user", system.text), *rest]


class _Sandbox(ImmutableSandboxedEnvironment):
    """The immutable sandbox, with the operators watched that make something huge out of nothing."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: jinja2.runtime.Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401
        if operator == "**":
            raise SecurityError("powers are not available")
        for sized, times in ((left, right), (right, left)):
            if isinstance(sized, str | list | tuple) and isinstance(times, int):
                if len(sized) * times > MAX_REPEAT:
                    raise SecurityError("too many repetitions")
            elif isinstance(sized, int) and sized.bit_length() > 4096:
                raise SecurityError("the number is too large")
        return super().call_binop(context, operator, left, right)


class _Generation(Extension):
    """The tag ``{% generation %}``, which marks the assistant's text for training: transparent here."""

    tags = {"generation"}  # noqa: RUF012 - jinja2's own declaration

    def parse(self, parser: Parser) -> list[Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


def _environment() -> _Sandbox:
    """Return the environment that Hugging Face's templates are written for."""
    environment = _Sandbox(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols", _Generation]
    )
    del environment.globals["lipsum"]
    environment.globals["raise_exception"] = _raise_exception
    environment.globals["strftime_now"] = _strftime_now
    environment.filters["tojson"] = _tojson
    return environment


def _raise_exception(message: object) -> None:
    raise TemplateFailed(str(message)[:500])


def _strftime_now(form: str) -> str:
    return datetime.now().astimezone().strftime(form[:100])


def _tojson(value: object, indent: int | None = None, ensure_ascii: bool = False) -> str:
    """Jinja's own filter escapes for HTML, which a prompt is not."""
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent)
