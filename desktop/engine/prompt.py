"""From turns to tokens, with the model's own template or as a transcript; strangers' programs are guarded."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import cached_property

from desktop.engine import gbnf, json_schema
from desktop.engine.fit import answer_room, fit
from desktop.engine.grammar import Grammar
from desktop.engine.protocol import Prompting, Sampling, Turn
from desktop.engine.runtime import Model
from desktop.engine.template import ChatTemplate, Part, TemplateFailed, any_of, end_of
from desktop.engine.thinking import THINK, Answering, Channels, style_of
from desktop.engine.transcript import STOPS, transcript
from desktop.errors import KotonohaError

_MARKER = re.compile(r"<[|｜].+[|｜]>")  # in every template's eyes
# Of a template's pieces so many are kept tokenized, of at most so many characters.
_MOST_PIECES, _LONGEST_PIECE = 64, 4096


class PromptMaker:
    """Makes the prompts of one model, and tells how to read its answers.

    ``guard`` limits what runs inside it, and names the failure's code. ``template`` stands in for the model's
    own; empty, the file's default one is used, also where it has several.
    """

    def __init__(
        self, model: Model, guard: Callable[[str], AbstractContextManager[None]], template: str = ""
    ) -> None:
        self._model = model
        self._guard = guard
        own = model.chat_template()
        self._source = template if template.strip() else own
        # A person's template may say nothing of thoughts; the model thinks all the same.
        self._style = style_of(self._source) or style_of(own)
        self._template = (
            ChatTemplate(
                self._source,
                bos=model.token_text(model.bos),
                eos=model.token_text(model.eos),
                special_tokens=model.special_tokens,
                style=self._style,
            )
            if self._source
            else None
        )
        self.has_template = self._template is not None
        self.stops = () if self._template else STOPS
        self.thinks = self._style is not None
        self._end = ""  # of the last prompt, as far as the template wrote it
        self._pieces: dict[
            str, tuple[str, list[int], str]
        ] = {}  # of the template, which says them every turn
        # SentencePiece vocabularies put a space before every text, where only the whole prompt should get
        # one.
        self._spaced = model.metadata("tokenizer.ggml.add_space_prefix") == "true" or (
            model.metadata("tokenizer.ggml.model") == "llama"
            and not model.metadata("tokenizer.ggml.add_space_prefix")
        )

    @cached_property
    def thinking_choice(self) -> bool:
        """Whether the template has a switch for thinking. Without one, ``thinking=False`` closes the thoughts
        before they begin, for which the model may not have been trained.
        """
        if self._template is None:
            return False
        with self._guard("template_failed"):
            return self._template.has_switch

    def encode(self, turns: Sequence[Turn], thinking: bool | None = None) -> list[int]:
        """Return the whole prompt; ``thinking`` as in ``Prompting``. Raise ``TemplateFailed``."""
        if self._template is None:
            tokens = self._model.tokenize(transcript(turns), special=False)
        else:
            with self._guard("template_failed"):
                parts = self._template.render(turns, thinking)
                # Made here, because a stranger's vocabulary may be as large as it likes.
                _ = self._template.special, self._markers
            self._end = end_of(parts)
            tokens = self._joined(parts)
        if not tokens:
            raise TemplateFailed("the prompt is empty")
        if self._model.add_bos and tokens[:1] != [self._model.bos]:
            tokens.insert(0, self._model.bos)
        return tokens

    def fitted(
        self, turns: Sequence[Turn], sampling: Sampling, prompting: Prompting
    ) -> tuple[list[int], int]:
        """Return the prompt that leaves room for an answer, and how many turns it leaves out.

        Raise as ``fit``.
        """
        length = self._model.context_length
        return fit(
            turns,
            limit=length - answer_room(length, sampling.max_tokens),
            context_length=length,
            encode=lambda some: self.encode(some, prompting.thinking),
            count=self.count,
            leave_out=prompting.policy == "leave_out",
        )

    def channels(self, turns: Sequence[Turn]) -> Channels:
        """Return what tells thoughts and answer apart, after ``encode`` made the prompt of ``turns``.

        A block of thoughts at the very start is seen also where the template knows of none: fine-tuned models
        often keep a template from before they thought.
        """
        continued = bool(turns) and turns[-1].role == "assistant" and bool(turns[-1].text)
        if self._template is None or continued:
            return Answering()
        return (self._style or THINK).channels(self._end)

    def closing(self, channels: Channels) -> list[int]:
        """Return the tokens that end the thoughts, none where none are open.

        They are to be computed, and fed to ``channels``, as if the model had written them.
        """
        if channels.kind == "answer":
            return []
        return self._tokens(channels.closing(), special=True, within=True)

    def count(self, text: str) -> int:
        """Return the number of tokens of one text."""
        return len(self._model.tokenize(text, special=False))

    def grammar(self, sampling: Sampling) -> Grammar | None:
        """Return what binds the answer, None for nothing.

        Raise ``KotonohaError``: ``schema_invalid`` or ``grammar_invalid``, which name the place, or
        ``bound_twice``.
        """
        if sampling.json_schema and sampling.grammar:
            raise KotonohaError(
                "bound_twice",
                "JSONスキーマと文法は、どちらか一つだけを指定してください。",
                "Please give either a JSON schema or a grammar, not both.",
            )
        if sampling.json_schema:
            with self._guard("schema_invalid"):
                return json_schema.parse(sampling.json_schema)
        if sampling.grammar:
            with self._guard("grammar_invalid"):
                return gbnf.parse(sampling.grammar)
        return None

    def _joined(self, parts: Sequence[Part]) -> list[int]:
        """Tokenize a prompt as if it were one string, control tokens in people's texts aside.

        What the template puts round a text without a control token between them is tokenized together with
        it: the space of ``[INST] `` belongs to the word that follows.
        """
        tokens: list[int] = []
        run = [""]  # plain text; cut where a person's text has a marker

        def end_run() -> None:
            for number, piece in enumerate(run):
                tokens.extend(self._tokens(piece, special=False, within=number > 0))
            run[:] = [""]

        for part in parts:
            if not part.special:
                first, *rest = self._apart(part.text)
                run[-1] += first
                run += rest
                continue
            before, control, after = self._around_control(part.text)
            run[-1] += before
            if control:
                end_run()
                tokens += control
                run[-1] = after
        end_run()
        return tokens

    def _around_control(self, text: str) -> tuple[str, list[int], str]:
        """Return what is before the first control token, the tokens from it to the last, what is after."""
        known = self._pieces.get(text)
        if known is None:
            assert self._template is not None
            found = [match.span() for match in self._template.special.finditer(text)]
            begin, end = (found[0][0], found[-1][1]) if found else (len(text), len(text))
            middle = self._tokens(text[begin:end], special=True, within=False)
            known = text[:begin], middle, text[end:]
            if len(self._pieces) >= _MOST_PIECES:
                self._pieces.clear()
            if len(text) <= _LONGEST_PIECE:
                self._pieces[text] = known
        return known

    def _apart(self, text: str) -> list[str]:
        """Cut a person's text where llama.cpp would read a marker of the template in it.

        Some markers are no control tokens for llama.cpp but "user-defined", and always read as one token:
        ``<think>``, or ``<|start|>`` of gpt-oss. Tokenized in two pieces, they stay the characters they are.
        """
        pieces = []
        begin = 0
        for match in self._markers.finditer(text):
            pieces.append(text[begin : match.start() + 1])
            begin = match.start() + 1
        return [*pieces, text[begin:]]

    @cached_property
    def _markers(self) -> re.Pattern[str]:
        """The template's markers that are read as one token even in ordinary text."""
        return any_of(
            token
            for token in self._model.special_tokens()
            if (
                _MARKER.fullmatch(token) or (len(token) > 2 and not token.isspace() and token in self._source)
            )
            and len(self._model.tokenize(token, special=False)) == 1
        )

    def _tokens(self, text: str, *, special: bool, within: bool) -> list[int]:
        """Tokenize a text; ``within``: it goes on from other text, and gets no space of its own in front."""
        if self._spaced and within:
            # A line feed never joins what follows it, so the tokens after it are those of the text alone.
            lead = self._model.tokenize("\n", special=False)
            tokens = self._model.tokenize(f"\n{text}", special=special)
            if tokens[: len(lead)] == lead:
                return tokens[len(lead) :]
        return self._model.tokenize(text, special=special)
