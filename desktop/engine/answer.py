"""One answer: fit the conversation, compute the prompt, turn token after token into text."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

from desktop.engine.decoding import Decoder
from desktop.engine.draft_model import DraftModel
from desktop.engine.drafting import Drafter, PromptLookup
from desktop.engine.failures import RequestFailed, Stopped
from desktop.engine.prompt import PromptMaker
from desktop.engine.protocol import (
    Event,
    Finished,
    FinishReason,
    Generate,
    PromptProgress,
    Sampling,
    Started,
    Stats,
)
from desktop.engine.repetition import LoopGuard
from desktop.engine.runtime import Model
from desktop.engine.sampling import Sampler
from desktop.engine.state_keeper import StateKeeper
from desktop.engine.writing import Writing
from desktop.errors import KotonohaError

MAX_LOOK_BACK = 16_384  # bytes of an answer that is continued, for the penalties
MAX_STOPS = 256
MAX_STOP_LENGTH = 1024  # characters; a longer one is left out


@dataclass
class _Course:
    """What is known of the answer so far."""

    context_length: int
    asked: float = field(default_factory=time.perf_counter)
    prompt_tokens: int = 0
    reused_tokens: int = 0
    computed_tokens: int = 0  # of the prompt, reused ones included
    prompt_seconds: float = 0.0
    generated: int = 0
    drafted: int = 0
    accepted: int = 0
    thought: int = 0  # of the generated tokens
    first: float = 0.0  # when the first and the last token came
    last: float = 0.0
    last_thought: float = 0.0

    def count(self, *, thought: bool) -> None:
        """Count a token that came now."""
        self.last = time.perf_counter()
        self.first = self.first or self.last
        self.generated += 1
        if thought:
            self.thought += 1
            self.last_thought = self.last

    def stats(self) -> Stats:
        computed = max(self.computed_tokens - self.reused_tokens, 0)
        decoding = self.last - self.first
        return Stats(
            prompt_tokens=self.prompt_tokens,
            reused_tokens=self.reused_tokens,
            generated_tokens=self.generated,
            first_token_seconds=max(self.first - self.asked, 0.0) if self.generated else 0.0,
            prompt_tokens_per_second=computed / self.prompt_seconds if self.prompt_seconds > 0 else 0.0,
            tokens_per_second=(self.generated - 1) / decoding if self.generated > 1 and decoding > 0 else 0.0,
            context_length=self.context_length,
            thought_tokens=self.thought,
            thought_seconds=self.last_thought - self.first if self.thought else 0.0,
            drafted_tokens=self.drafted,
            accepted_tokens=self.accepted,
        )


def answer(
    model: Model, prompts: PromptMaker, request: Generate, states: StateKeeper | None = None
) -> Iterator[Event]:
    """Yield ``Started``, ``PromptProgress``, ``Piece`` and ``Finished``; ``states`` has what was saved.

    Raise ``RequestFailed`` or ``KotonohaError``; what was yielded before stays true.
    """
    context_length = model.context_length
    course = _Course(context_length)
    grammar = prompts.grammar(request.sampling)
    tokens, left_out = prompts.fitted(request.turns, request.sampling, request.prompting)
    if model.stopping():
        yield Finished(request.id, "stopped")
        return
    begun, healing = _seam(model, request, tokens)
    tokens = tokens[: len(tokens) - bool(healing)]
    course.prompt_tokens = len(tokens)
    states = states or StateKeeper()  # without a folder it keeps none
    states.adapt(model, request.adapters)
    states.enter(model, request.state_key, tokens, canonical=request.exact)
    course.reused_tokens = model.cache.reuse(tokens, canonical=request.exact)
    yield Started(request.id, len(tokens), course.reused_tokens, left_out, context_length)
    reason: FinishReason = "stopped"
    sampler = Sampler(
        request.sampling,
        vocab=model.vocab,
        n_vocab=model.n_vocab,
        context_length=context_length,
        grammar=grammar,
        begun=begun,
        healing=healing,
        pieces=model.pieces,
    )
    try:
        for token in model.tokenize(begun[-MAX_LOOK_BACK:].decode("utf-8", "ignore"), special=False):
            sampler.accept(token)
        decoder = Decoder(model, sampler, _drafter(model, request, tokens))
        yield from _prompt(model, tokens, request.id, course)
        writing = Writing(
            request.id,
            prompts.channels(request.turns),
            [*prompts.stops, *(stop for stop in request.sampling.stop if len(stop) <= MAX_STOP_LENGTH)][
                :MAX_STOPS
            ],
            strip_start=not prompts.has_template and not begun and not healing,
            known=len(healing),
            before=(begun + healing)[-MAX_LOOK_BACK:].decode("utf-8", "ignore"),
        )
        reason = yield from _decode(
            model, prompts, sampling=request.sampling, writing=writing, decoder=decoder, course=course
        )
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
    for done in model.compute_silently(tokens[reused:-1]):
        yield reused + done
    model.compute(tokens[-1:], outputs=1)
    yield len(tokens)


def _prompt(model: Model, tokens: list[int], request_id: int, course: _Course) -> Iterator[Event]:
    started = time.perf_counter()
    for done in compute_prompt(model, tokens, course.reused_tokens):
        course.computed_tokens = done
        course.prompt_seconds = time.perf_counter() - started
        yield PromptProgress(request_id, done, len(tokens))


def _drafter(model: Model, request: Generate, prompt: list[int]) -> Drafter | None:
    """Return what guesses ahead, None where other batches would round otherwise than they must."""
    if not request.drafting or request.exact:
        return None
    if model.draft is None:
        drafter = Drafter(PromptLookup(), gpu=model.on_gpu)
    else:
        cost = min(model.draft.parameters / max(model.parameters, 1), 1.0)
        drafter = Drafter(DraftModel(model.draft), gpu=model.on_gpu, guess_cost=cost)
    drafter.add(prompt)
    return drafter


def _seam(model: Model, request: Generate, tokens: list[int]) -> tuple[bytes, bytes]:
    """Return what of a continued answer stays, and what its last token said, which is drawn again.

    That token may have been cut short: the model would not have written it so. Both are empty for a new one.
    """
    if not request.turns or request.turns[-1].role != "assistant":
        return b"", b""
    text = request.turns[-1].text.encode("utf-8", "replace")
    healing = model.pieces.seam(tokens[-1], len(text)) if len(tokens) > 1 else b""
    if not text.endswith(healing):
        healing = b""
    return text.removesuffix(healing), healing


def _decode(
    model: Model,
    prompts: PromptMaker,
    *,
    sampling: Sampling,
    writing: Writing,
    decoder: Decoder,
    course: _Course,
) -> Generator[Event, None, FinishReason]:
    """Generate tokens; return why it ended. The text so far has been yielded, also when it raises."""
    loops = LoopGuard() if sampling.loop_guard else None
    budget = sampling.thinking_budget
    # A token that is only drawn again is not a new one.
    limit = None if sampling.max_tokens is None else sampling.max_tokens + writing.continues
    reason: FinishReason = "context_full"  # unless something else ends it first
    failure: RequestFailed | KotonohaError | None = None
    decoder.constrain(not writing.thinking)
    try:
        for token in decoder.tokens():
            if model.stopping():
                reason = "stopped"
                break
            if limit is not None and course.generated >= limit:
                reason = "limit"
                break
            if model.is_end(token):
                reason = "end"
                break
            course.count(thought=writing.thinking)
            yield from _write(model, writing, token, course.last)
            if writing.stopped:
                reason = "stop_text"
                break
            if loops is not None and loops.feed(token):
                reason = "repeating"
                break
            if budget is not None and writing.thinking and course.thought >= budget:
                forced = prompts.closing(writing.channels)
                decoder.force([token, *forced])
                for closing in forced:
                    yield from _write(model, writing, closing, course.last)
            decoder.constrain(not writing.thinking)
    except Stopped:
        reason = "stopped"
    except (RequestFailed, KotonohaError) as error:
        failure = error
    yield from writing.finish()
    if failure:
        raise failure
    return reason


def _write(model: Model, writing: Writing, token: int, now: float) -> Iterator[Event]:
    piece = model.piece(token)
    return writing.take(piece, "" if piece else model.token_text(token), now)
