"""What the prompt of a conversation is: its length, what it leaves out, its tokens. The child's side."""

from __future__ import annotations

import codecs
import itertools
from collections.abc import Iterator, Sequence

from desktop.engine.fit import ContextExceeded, PromptTooLong
from desktop.engine.prompt import PromptMaker
from desktop.engine.protocol import Event, Inspect, Inspected, PromptTokens, Token
from desktop.engine.runtime import Model

_TOGETHER = 2048  # tokens in one event


def inspect(model: Model, prompts: PromptMaker, request: Inspect) -> Iterator[Event]:
    """Yield ``Inspected``, and ``PromptTokens`` where they are asked for. Raise ``TemplateFailed``."""
    length = model.context_length
    text_tokens = len(model.tokenize(request.text, special=False)) if request.text else 0
    tokens: Sequence[int] = ()
    try:
        tokens, left_out = prompts.fitted(request.turns, request.sampling, request.prompting)
    except (PromptTooLong, ContextExceeded) as long:
        yield Inspected(request.id, long.length, 0, length, False, text_tokens)
        return
    yield Inspected(request.id, len(tokens), left_out, length, True, text_tokens)
    if request.tokens:
        texts = _texts(model, tokens)
        while some := tuple(itertools.islice(texts, _TOGETHER)):
            yield PromptTokens(request.id, some)


def _texts(model: Model, tokens: Sequence[int]) -> Iterator[Token]:
    """Yield the tokens with their texts; a character cut by a border belongs to the last of its tokens."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    for token in tokens:
        piece = model.piece(token)
        text = decoder.decode(piece)
        if not piece:
            text = decoder.decode(b"", final=True) + model.token_text(token)
            decoder.reset()
        yield Token(token, text, control=not piece)
