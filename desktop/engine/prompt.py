"""From turns to tokens, with the model's own template or as a transcript; strangers' programs are guarded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from desktop.engine.protocol import Turn
from desktop.engine.runtime import Model
from desktop.engine.sampling import grammar_of
from desktop.engine.template import ChatTemplate, TemplateFailed
from desktop.engine.transcript import STOPS, transcript


class PromptMaker:
    """Makes the prompts of one model. ``guard`` limits what runs inside it, and names the failure's code."""

    def __init__(self, model: Model, guard: Callable[[str], AbstractContextManager[None]]) -> None:
        self._model = model
        self._guard = guard
        source = model.chat_template()
        self._template = (
            ChatTemplate(
                source,
                bos=model.token_text(model.bos),
                eos=model.token_text(model.eos),
                special_tokens=model.special_tokens,
            )
            if source
            else None
        )
        self.has_template = self._template is not None
        self.stops = () if self._template else STOPS
        # SentencePiece vocabularies put a space before every text, where only the whole prompt should get
        # one.
        self._spaced = model.metadata("tokenizer.ggml.add_space_prefix") == "true" or (
            model.metadata("tokenizer.ggml.model") == "llama"
            and not model.metadata("tokenizer.ggml.add_space_prefix")
        )

    def encode(self, turns: Sequence[Turn]) -> list[int]:
        """Return the whole prompt. Raise ``TemplateFailed``."""
        tokens: list[int] = []
        if self._template is None:
            tokens = self._model.tokenize(transcript(turns), special=False)
        else:
            with self._guard("template_failed"):
                parts = self._template.render(turns)
            for part in parts:
                tokens += (
                    self._inner(part.text, part.special) if tokens else self._first(part.text, part.special)
                )
        if not tokens:
            raise TemplateFailed("the prompt is empty")
        if self._model.add_bos and tokens[:1] != [self._model.bos]:
            tokens.insert(0, self._model.bos)
        return tokens

    def count(self, text: str) -> int:
        """Return the number of tokens of one text."""
        return len(self._model.tokenize(text, special=False))

    def grammar(self, schema: str) -> str:
        """Return the grammar of a JSON schema, empty for none. Raise ``SchemaInvalid``."""
        if not schema:
            return ""
        with self._guard("schema_invalid"):
            return grammar_of(schema)

    def _first(self, text: str, special: bool) -> list[int]:
        return self._model.tokenize(text, special=special)

    def _inner(self, text: str, special: bool) -> list[int]:
        """Tokenize a part that does not begin the prompt, without a space of its own in front."""
        if self._spaced:
            # A line feed never joins what follows it, so the tokens after it are those of the text alone.
            lead = self._model.tokenize("\n", special=False)
            tokens = self._model.tokenize(f"\n{text}", special=special)
            if tokens[: len(lead)] == lead:
                return tokens[len(lead) :]
        return self._model.tokenize(text, special=special)
