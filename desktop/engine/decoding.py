"""The loop of generation: draw a token, compute it and perhaps some guesses behind it, draw again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from desktop.engine.drafting import LONGEST, Drafter
from desktop.engine.failures import DecodeFailed
from desktop.engine.runtime import Model
from desktop.engine.sampling import Sampler


class Decoder:
    """Generates tokens behind those in the KV cache, whose last one has logits."""

    def __init__(self, model: Model, sampler: Sampler, drafter: Drafter | None) -> None:
        self._model = model
        self._sampler = sampler
        self._drafter = drafter
        self._forced: list[int] = []
        self.drafted = 0
        self.accepted = 0

    def constrain(self, constrained: bool) -> None:
        """Let the grammar count for the next tokens, or not: thoughts are bound by none."""
        self._sampler.constrained = constrained

    def force(self, tokens: Sequence[int]) -> None:
        """Go on with these tokens in place of the one that was yielded last."""
        self._forced = list(tokens)

    def tokens(self) -> Iterator[int]:
        """Yield token after token, until the context is full. Raise ``Stopped`` or ``DecodeFailed``.

        A token is computed only when the next one is asked for.
        """
        model = self._model
        draft: list[int] = []
        while True:
            token, accepted = -1, 0
            for at in range(len(draft) + 1):
                token = self._sampler.sample(model.context, at - len(draft) - 1)
                yield token
                if self._forced or at == len(draft) or token != draft[at]:
                    break
                accepted += 1
            held = len(model.cache.tokens) - len(draft) + accepted
            if held < len(model.cache.tokens) and model.cache.trim(held) != held:
                raise DecodeFailed("decode_failed", "the cache could not go back")
            pending = self._forced or [token]
            self._forced = []
            if self._drafter is not None:
                self._drafter.record(len(draft), accepted)
                self.drafted += len(draft)
                self.accepted += accepted
                self._drafter.add([*draft[:accepted], *pending])
            room = model.context_length - held - len(pending)
            if room < 0:
                return
            draft = self._guess(room) if len(pending) == 1 else []
            for _ in model.compute_silently(pending[:-1]):
                pass
            model.compute([pending[-1], *draft], outputs=len(draft) + 1)

    def _guess(self, room: int) -> list[int]:
        if self._drafter is None or not self._model.cache.can_go_back():
            return []
        return self._drafter.draft(min(room, LONGEST))
