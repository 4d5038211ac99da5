"""The model's own chat template, rendered in a sandbox.

Templates come out of files from strangers. They run in jinja2's immutable sandbox without any global of ours
but the usual ones, their output is bounded here, and ``process`` bounds their time and memory.

Text of people must never turn into control tokens. So the template is rendered twice: once with the real
texts and once with private markers in their place. Where replacing the markers, by the texts or by what
templates commonly make of them, gives the very same prompt, it can be cut into the template's own parts
(tokenized with special tokens) and the people's (without). A template that changes the texts otherwise is
rendered with the special tokens inside them broken up.
"""

from __future__ import annotations

import itertools
import json
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from types import TracebackType
from typing import Any, NamedTuple

import jinja2
import jinja2.meta
from jinja2.exceptions import SecurityError
from jinja2.ext import Extension
from jinja2.nodes import Node
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from desktop.engine.failures import RequestFailed
from desktop.engine.protocol import Turn
from desktop.engine.thinking import Harmony, ThinkingStyle

MAX_SOURCE = 512 * 1024  # characters of a template
MAX_REPEAT = 1_000_000  # characters or items that `*` may make
MAX_NAME = 64  # characters of a control token's name; longer ones are rare
END = 256  # characters of a prompt's end, in which an opened block of thoughts is seen
SWITCHES = frozenset({"enable_thinking", "thinking", "reasoning_effort"})  # variables that templates ask for


class TemplateFailed(RequestFailed):
    """The template is broken, refuses the conversation, or takes more than it may."""

    def __init__(self, detail: str) -> None:
        super().__init__("template_failed", detail)


class Part(NamedTuple):
    """A piece of a prompt; ``special`` where control tokens in it are meant as such."""

    text: str
    special: bool


class ChatTemplate:
    """One model's template. ``special_tokens`` is asked only where texts have to be made harmless.

    ``style`` is how the model thinks, None where it does not.
    """

    def __init__(
        self,
        source: str,
        *,
        bos: str,
        eos: str,
        special_tokens: Callable[[], Iterable[str]] = tuple,
        style: ThinkingStyle | None = None,
    ) -> None:
        self._source = source
        self._bos = bos
        self._eos = eos
        self._style = style
        self._special_tokens = special_tokens
        self._compiled: jinja2.Template | None = None

    @cached_property
    def has_switch(self) -> bool:
        """Whether the template itself can switch thinking on and off. Nothing of it is run."""
        if self._style is None or not any(name in self._source for name in SWITCHES):
            return False
        try:
            tree = _environment().parse(self._source[:MAX_SOURCE])
            return not SWITCHES.isdisjoint(jinja2.meta.find_undeclared_variables(tree))
        except (jinja2.TemplateError, RecursionError):
            return False

    def render(self, turns: Sequence[Turn], thinking: bool | None = None) -> list[Part]:
        """Return the prompt for the next answer, or for the rest of the last turn when it is the assistant's.

        A system turn that the template refuses or ignores becomes the beginning of the first user's turn.
        ``thinking`` switches it on or off, None leaves it to the template; off, the prompt goes on to where
        the answer begins, whatever the template made of it. The rest of an answer is no place for thoughts
        either. Raise ``TemplateFailed``.
        """
        unfinished = ""
        if turns and turns[-1].role == "assistant":
            # What the assistant went on from the first time: the same prompt, and its own words after it.
            unfinished, turns = turns[-1].text, turns[:-1]
        turns = _merged(turns)
        switches = self._switches(thinking)
        try:
            parts = self._parts(turns, switches)
        except TemplateFailed:
            if not _has_system(turns):
                raise
            parts = None
        if parts is None:
            parts = self._parts(_folded(turns), switches) or []
        if self._style is not None and (unfinished or thinking is False):
            bridge = self._style.bridge(end_of(parts), empty=thinking is False and not self.has_switch)
            parts += [Part(bridge, special=True)] if bridge else []
        return [*parts, Part(unfinished, special=False)] if unfinished else parts

    def _switches(self, thinking: bool | None) -> dict[str, Any]:
        """Return the template's variables for thinking. Harmony's lowest effort is low, Mistral's none."""
        if self._style is None or thinking is None:
            return {}
        levels = ("low", "medium") if isinstance(self._style, Harmony) else ("none", "high")
        return {"enable_thinking": thinking, "thinking": thinking, "reasoning_effort": levels[thinking]}

    def _parts(self, turns: Sequence[Turn], switches: Mapping[str, Any]) -> list[Part] | None:
        """Render; None when the system turn does not appear in the prompt."""
        room = 4 * sum(len(turn.text) for turn in turns) + 256 * (1024 + len(turns))
        key = secrets.token_hex(8)
        markers = [f"ktnh{key}n{at}e" for at in range(len(turns))]
        marked = self._run(
            [Turn(turn.role, marker) for turn, marker in zip(turns, markers, strict=True)], switches, room
        )
        if _has_system(turns) and markers[0] not in marked:
            return None
        pieces = re.split(f"ktnh{key}n([0-9]+)e", marked)  # template, index, template, index, …, template
        plain = self._run(turns, switches, room)
        parts = _cut(plain, pieces, [turn.text for turn in turns])
        if parts is not None:
            return parts
        own = self.special.findall("".join(pieces[::2]))
        for harmless in (self._broken_up, self._taken_apart):
            plain = self._run([Turn(turn.role, harmless(turn.text)) for turn in turns], switches, room)
            if self.special.findall(plain) == own:
                break
        return [Part(plain, special=True)]

    def _run(self, turns: Sequence[Turn], switches: Mapping[str, Any], room: int) -> str:
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
                **switches,
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
        except jinja2.TemplateSyntaxError as error:
            raise TemplateFailed(f"line {error.lineno}: {error.message}"[:500]) from None
        except Exception as error:  # anything can happen inside a stranger's program
            raise TemplateFailed(
                f"{_place(error.__traceback__)}{type(error).__name__}: {error}"[:500]
            ) from None

    @cached_property
    def special(self) -> re.Pattern[str]:
        """What is read as one control token. White space never counts: some vocabularies list it."""
        return any_of(token for token in self._special_tokens() if len(token) > 1 and not token.isspace())

    def _broken_up(self, text: str) -> str:
        """Return the text with a zero-width space inside everything that would be a control token."""
        return self.special.sub(lambda found: f"{found[0][0]}\u200b{found[0][1:]}", text)

    def _taken_apart(self, text: str) -> str:
        """Return the text with a zero-width space after every sign that control tokens are made of."""
        tokens = [token for token in self._special_tokens() if len(token) > 1 and not token.isspace()]
        signs = {sign for token in tokens for sign in token if not (sign.isalnum() or sign.isspace())}
        return re.sub(f"[{re.escape(''.join(sorted(signs)))}]", "\\g<0>\u200b", text) if signs else text


def any_of(texts: Iterable[str]) -> re.Pattern[str]:
    """Return what finds any of these texts, the longest first; fast also for thousands of them."""
    every = set(texts)
    few = sorted((text for text in every if len(text) > MAX_NAME), key=len, reverse=True)
    many = _either(sorted(text for text in every if 0 < len(text) <= MAX_NAME))
    return re.compile("|".join([*map(re.escape, few), *([many] if many else [])]) or r"(?!)")


def _either(texts: Sequence[str]) -> str:
    """Return a regular expression for sorted texts, each common beginning written once."""
    alternatives = []
    for first, group in itertools.groupby(texts, key=lambda text: text[:1]):
        if first:
            same = list(group)
            begin = _common(same[0], same[-1])
            alternatives.append(re.escape(begin) + _either([text[len(begin) :] for text in same]))
    if not alternatives:
        return ""
    return f"(?:{'|'.join(alternatives)}){'' if texts[0] else '?'}"


def _common(first: str, last: str) -> str:
    """Return how both begin, and with them everything sorted between them."""
    same = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    return "".join(one for one, _ in same)


def end_of(parts: Sequence[Part]) -> str:
    """Return the end of the prompt as far as the template wrote it."""
    own = itertools.takewhile(lambda part: part.special, reversed(parts))
    return "".join(reversed([part.text for part in own]))[-END:]


def _cut(plain: str, pieces: Sequence[str], texts: Sequence[str]) -> list[Part] | None:
    """Cut a prompt into the template's pieces (the even ones) and people's texts; None where it cannot be.

    ``pieces`` are as ``re.split`` gives them: the odd ones are the numbers of the texts.
    """
    parts: list[Part] = []
    at = 0
    for number, piece in enumerate(pieces):
        if number % 2 == 0:
            if not plain.startswith(piece, at):
                return None
            part = Part(piece, special=True)
        else:
            after = pieces[number + 1]
            for form in _forms(texts[int(piece)]):
                if plain.startswith(form, at) and plain.startswith(after, at + len(form)):
                    part = Part(form, special=False)
                    break
            else:
                return None
        at += len(part.text)
        if part.text:
            parts.append(part)
    return parts if at == len(plain) else None


def _forms(text: str) -> Iterator[str]:
    """Yield what templates commonly make of a text: it alone, trimmed, without the thoughts before it."""
    for kept in (text, text.rpartition("</think>")[2]):
        yield kept
        yield kept.strip()
        yield kept.lstrip()
        yield kept.rstrip()
        yield kept.strip("\n")
        yield kept.lstrip("\n")
        yield kept.rstrip("\n")


def _place(traceback: TracebackType | None) -> str:
    """Return in which line of the template an error happened, empty where that is not known."""
    line = 0
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == "<template>":
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return f"line {line}: " if line else ""


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
