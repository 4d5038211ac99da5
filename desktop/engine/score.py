"""How probable each token of an answer was, and what else the model would have said in its place."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from desktop.engine.fit import PromptTooLong
from desktop.engine.prompt import PromptMaker
from desktop.engine.protocol import Alternative, Event, Score, Scored, ScoredToken
from desktop.engine.runtime import OUTPUTS, Model

MOST_ALTERNATIVES = 20


def score(model: Model, prompts: PromptMaker, request: Score) -> Iterator[Event]:
    """Yield ``Scored`` as the tokens of the last turn are computed. The caller has set the adapters.

    Raise ``RequestFailed`` or ``Stopped``.
    """
    if not request.turns or request.turns[-1].role != "assistant":
        return
    *before, last = request.turns
    prompt = prompts.encode(before, thinking=False)  # what is asked about is the answer, not the thoughts
    answer = model.tokenize(last.text, special=False)
    if len(prompt) + len(answer) > model.context_length:
        raise PromptTooLong(len(prompt) + len(answer), model.context_length)
    alternatives = min(max(request.alternatives, 0), MOST_ALTERNATIVES)
    for _ in model.compute_silently(prompt[model.cache.reuse(prompt) : -1]):
        pass
    # What is computed next is the prompt's last token and all of the answer but its last.
    asking = [prompt[-1], *answer[:-1]]
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    for begin in range(0, len(answer), OUTPUTS):
        batch = asking[begin : begin + OUTPUTS]
        model.compute(batch, outputs=len(batch))
        scored = []
        for at, token in enumerate(answer[begin : begin + OUTPUTS]):
            probabilities = _probabilities(model.logits(at - len(batch)))
            scored.append(
                ScoredToken(
                    decoder.decode(model.piece(token)),
                    float(probabilities[token]),
                    tuple(
                        Alternative(_text(model, other), float(probabilities[other]))
                        for other in _most_probable(probabilities, alternatives)
                    ),
                )
            )
        yield Scored(request.id, tuple(scored))


def _probabilities(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Return the softmax; shape (n_vocab,)."""
    weights = np.exp(logits.astype(np.float64) - logits.max())
    total: npt.NDArray[np.float64] = weights / weights.sum()
    return total


def _most_probable(probabilities: npt.NDArray[np.float64], count: int) -> list[int]:
    if count == 0:
        return []
    few = np.argpartition(probabilities, -count)[-count:]
    return [int(token) for token in few[np.argsort(-probabilities[few])]]


def _text(model: Model, token: int) -> str:
    """Return what a token says; a control token shows its name."""
    return model.piece(token).decode("utf-8", "replace") or model.token_text(token)
