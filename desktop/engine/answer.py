"""One answer: fit the conversation, compute the prompt, draw token after token."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

from desktop.engine.fit import answer_room, fit
from desktop.engine.prompt import PromptMaker
from desktop.engine.protocol import (
    Event,
    Finished,
    FinishReason,
    Generate,
    Piece,
    PromptProgress,
    Started,
    Stats,
)
from desktop.engine.runtime import DecodeFailed, Model, Stopped
from desktop.engine.sampling import Sampler
from desktop.engine.state_keeper import StateKeeper
from desktop.engine.text_stream import TextStream

# Seconds that a piece may wait for the next, so that fast models do not wake the application for every token.
COALESCE = 0.03
MAX_STOPS = 16
MAX_STOP_LENGTH = 256  # characters


@dataclass
class _Course:
    """What is known of the answer so far."""

    context_length: int
    asked: float = field(default_factory=time.perf_counter)
    prompt_tokens: int = 0
    reused_tokens: int = 0
    prompt_seconds: float = 0.0
    generated: int = 0
    first: float = 0.0  # when the first and the last token came
    last: float = 0.0

    def stats(self) -> Stats:
        computed = self.prompt_tokens - self.reused_tokens
        decoding = self.last - self.first
        return Stats(
            prompt_tokens=self.prompt_tokens,
            reused_tokens=self.reused_tokens,
            generated_tokens=self.generated,
            first_token_seconds=max(self.first - self.asked, 0.0) if self.generated else 0.0,
            prompt_tokens_per_second=computed / self.prompt_seconds if self.prompt_seconds > 0 else 0.0,
            tokens_per_second=(self.generated - 1) / decoding if self.generated > 1 and decoding > 0 else 0.0,
            context_length=self.context_length,
        )


def answer(
    model: Model, prompts: PromptMaker, request: Generate, states: StateKeeper | None = None
) -> Iterator[Event]:
    """Yield ``Started``, ``PromptProgress``, ``Piece`` and ``Finished``; ``states`` has what was saved.

    Raise ``PromptTooLong``, ``TemplateFailed``, ``SchemaInvalid`` or ``DecodeFailed``; what was yielded
    before stays true.
    """
    context_length = model.context_length
    course = _Course(context_length)
    grammar = prompts.grammar(request.sampling.json_schema)
    tokens, left_out = fit(
        request.turns,
        limit=context_length - answer_room(context_length, request.sampling.max_tokens),
        context_length=context_length,
        encode=prompts.encode,
        count=prompts.count,
    )
    if model.stopping():
        yield Finished(request.id, "stopped")
        return
    course.prompt_tokens = len(tokens)
    if states is not None:
        states.enter(model, request.state_key, tokens)
    course.reused_tokens = model.cache.reuse(tokens)
    yield Started(request.id, len(tokens), course.reused_tokens, left_out, context_length)
    reason: FinishReason = "stopped"
    sampler = Sampler(request.sampling, vocab=model.vocab, n_vocab=model.n_vocab, grammar=grammar)
    try:
        yield from _prompt(model, tokens, request.id, course)
        reason = yield from _decode(model, prompts, request, sampler, course)
    except Stopped:
        pass
    finally:
        sampler.close()
    yield Finished(request.id, reason, course.stats())


def _prompt(model: Model, tokens: list[int], request_id: int, course: _Course) -> Iterator[Event]:
    """Compute what the cache does not hold."""
    started = time.perf_counter()
    for begin in range(course.reused_tokens, len(tokens), model.batch):
        end = min(begin + model.batch, len(tokens))
        model.compute(tokens[begin:end], logits=end == len(tokens))
        course.prompt_seconds = time.perf_counter() - started
        yield PromptProgress(request_id, end, len(tokens))


def _decode(
    model: Model, prompts: PromptMaker, request: Generate, sampler: Sampler, course: _Course
) -> Generator[Event, None, FinishReason]:
    """Draw and compute tokens; return why it ended. The text so far has been yielded, also when it raises."""
    continued = bool(request.turns) and request.turns[-1].role == "assistant"
    stream = TextStream(
        [*prompts.stops, *(stop[:MAX_STOP_LENGTH] for stop in request.sampling.stop[:MAX_STOPS])],
        strip_start=not prompts.has_template and not continued,
    )
    limit = request.sampling.max_tokens
    pending = ""
    sent = 0.0
    reason: FinishReason = "stopped"
    failure: DecodeFailed | None = None
    try:
        if continued:
            for token in model.tokenize(request.turns[-1].text[-4096:], special=False):
                sampler.accept(token)
        while not model.stopping():
            if limit is not None and course.generated >= limit:
                reason = "limit"
                break
            token = sampler.sample(model.context)
            now = time.perf_counter()
            if model.is_end(token):
                reason = "end"
                break
            pace = now - course.last if course.generated else COALESCE
            course.first = course.first or now
            course.last = now
            course.generated += 1
            pending += stream.feed(model.piece(token))
            if pending and now + pace - sent >= COALESCE:
                yield Piece(request.id, pending, course.generated)
                pending, sent = "", now
            if stream.stopped:
                reason = "stop_text"
                break
            if len(model.cache.tokens) >= model.context_length:
                reason = "context_full"
                break
            model.compute([token], logits=True)
    except Stopped:
        pass
    except DecodeFailed as error:
        failure = error
    if rest := pending + stream.finish():
        yield Piece(request.id, rest, course.generated)
    if failure:
        raise failure
    return reason
