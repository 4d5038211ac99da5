"""A small model that guesses what a large one will say. The child's side."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.engine.failures import DecodeFailed, LoadFailed
from desktop.engine.protocol import ModelSettings
from desktop.engine.runtime import Model

_COMPARED = 5  # every so many tokens of the vocabulary are compared


def draft_settings(settings: ModelSettings, context_length: int) -> ModelSettings:
    """Return how to load the draft model of a model that was loaded with ``settings``."""
    return ModelSettings(
        settings.draft_path,
        context_length=context_length,
        gpu_layers=settings.gpu_layers,
        threads=settings.threads,
    )


def require_same_vocabulary(model: Model, draft: Model) -> None:
    """Raise ``LoadFailed("draft_mismatch")`` unless a token means the same to both."""
    same = model.n_vocab == draft.n_vocab and all(
        model.token_text(token) == draft.token_text(token) for token in range(0, model.n_vocab, _COMPARED)
    )
    if not same:
        raise LoadFailed("draft_mismatch", f"{model.n_vocab}/{draft.n_vocab} tokens")


class DraftModel:
    """Guesses the tokens that the small model finds most probable."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._tokens: list[int] = []
        self._broken = False

    def add(self, tokens: Sequence[int]) -> None:
        """Take tokens that the text goes on with."""
        self._tokens += tokens

    def guess(self, most: int, *, sure: bool) -> list[int]:
        """Return at most so many tokens; none from a model that cannot compute. Raise ``Stopped``."""
        if self._broken or not self._tokens or len(self._tokens) + most > self._model.context_length:
            return []
        try:
            return self._guess(most)
        except DecodeFailed:
            self._broken = True
            return []

    def _guess(self, most: int) -> list[int]:
        model, tokens = self._model, self._tokens
        known = model.cache.reuse(tokens)
        for begin in range(known, len(tokens), model.batch):
            end = min(begin + model.batch, len(tokens))
            model.compute(tokens[begin:end], outputs=int(end == len(tokens)))
        guessed = [int(model.logits(-1).argmax())]
        while len(guessed) < most and not model.is_end(guessed[-1]):
            model.compute(guessed[-1:], outputs=1)
            guessed.append(int(model.logits(-1).argmax()))
        return guessed
