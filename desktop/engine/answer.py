"""One answer: fit the conversation, compute the prompt, turn token after token into text."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

from desktop.engine.decoding import Decoder
from desktop.engine.draft_model import DraftModel
from desktop.engine.drafting import Drafter, PromptLookup
from desktop.engine.failures import DecodeFailed, Stopped
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
from desktop.engine.runtime import Model
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
    drafted: int = 0
    accepted: int = 0
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
            drafted_tokens=self.drafted,
            accepted_tokens=self.accepted,
        )


def answer(
    model: Model, prompts: PromptMaker, request: Generate, states: StateKeeper | None = None
) -> Iterator[Event]:
    """Yield ``Started``, ``PromptProgress``, ``Piece`` and ``Finished``; ``states`` has what was saved.

    Raise ``PromptTooLong``, ``TemplateFailed``, ``KotonohaError`` or ``DecodeFailed``;
    what was yielded before stays true.
    """
    context_length = model.context_length
    course = _Course(context_length)
    grammar = prompts.grammar(request.sampling)
    tokens, left_out = fit(
        request.turns,
        limit=context_length - answer_room(context_length, request.sampling.max_tokens),
        context_length=context_length,
        encode=prompts.encode,
        count=prompts.count,
        leave_out=request.prompting.policy == "leave_out",
    )
    if model.stopping():
        yield Finished(request.id, "stopped")
        return
    course.prompt_tokens = len(tokens)
    if model.adapters.differ(request.adapters):
        if states is not None:
            states.leave(model)
        model.use_adapters(request.adapters)
    if states is not None:
        states.enter(model, request.state_key, tokens, canonical=request.reproducible)
    course.reused_tokens = model.cache.reuse(tokens, canonical=request.reproducible)
    yield Started(request.id, len(tokens), course.reused_tokens, left_out, context_length)
    reason: FinishReason = "stopped"
    continued = bool(request.turns) and request.turns[-1].role == "assistant"
    sampler = Sampler(
        request.sampling,
        vocab=model.vocab,
        n_vocab=model.n_vocab,
        context_length=context_length,
        grammar=grammar,
        begun=request.turns[-1].text.encode("utf-8", "replace") if continued else b"",
        pieces=model.pieces,
    )
    decoder = Decoder(model, sampler, _drafter(model, request, tokens))
    try:
        yield from _prompt(model, tokens, request.id, course)
        reason = yield from _decode(model, prompts, request, sampler, decoder, course)
    except Stopped:
        pass
    finally:
        sampler.close()
    course.drafted, course.accepted = decoder.drafted, decoder.accepted
    yield Finished(request.id, reason, course.stats())


def compute_prompt(model: Model, tokens: list[int], reused: int) -> Iterator[int]:
    """Compute what the cache does not hold, with logits for the last token; yield how many are there.

    The last token is computed alone. When the same prompt comes again, all but its last token is reused, and
    what is left is the same computation: the same text follows, although other batches round otherwise.
    """
    end = len(tokens) - 1
    for begin in range(reused, end, model.batch):
        model.compute(tokens[begin : min(begin + model.batch, end)], outputs=0)
        yield min(begin + model.batch, end)
    model.compute(tokens[end:], outputs=1)
    yield len(tokens)


def _prompt(model: Model, tokens: list[int], request_id: int, course: _Course) -> Iterator[Event]:
    started = time.perf_counter()
    for done in compute_prompt(model, tokens, course.reused_tokens):
        course.prompt_seconds = time.perf_counter() - started
        yield PromptProgress(request_id, done, len(tokens))


def _drafter(model: Model, request: Generate, prompt: list[int]) -> Drafter | None:
    """Return what guesses ahead, None where other batches would round otherwise than they must."""
    if not request.drafting or request.reproducible:
        return None
    if model.draft is None:
        drafter = Drafter(PromptLookup(), gpu=model.on_gpu)
    else:
        cost = min(model.draft.parameters / max(model.parameters, 1), 1.0)
        drafter = Drafter(DraftModel(model.draft), gpu=model.on_gpu, guess_cost=cost)
    drafter.add(prompt)
    return drafter


def _decode(
    model: Model,
    prompts: PromptMaker,
    request: Generate,
    sampler: Sampler,
    decoder: Decoder,
    course: _Course,
) -> Generator[Event, None, FinishReason]:
    """Generate tokens; return why it ended. The text so far has been yielded, also when it raises."""
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
        if limit is not None and limit <= 0:
            reason = "limit"
            return reason
        reason = "context_full"  # unless something else ends it first
        for token in decoder.tokens():
            if model.stopping():
                reason = "stopped"
                break
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
            if limit is not None and course.generated >= limit:
                reason = "limit"
                break
    except Stopped:
        reason = "stopped"
    except DecodeFailed as error:
        failure = error
    if rest := pending + stream.finish():
        yield Piece(request.id, rest, course.generated)
    if failure:
        raise failure
    return reason
