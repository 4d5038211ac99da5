"""What the application and the engine's child process say to each other.

Frozen values, one JSON object a line, tagged by ``type``. Requests go to the child's standard input, events
come from its standard output. ``id`` ties an event to the request it answers; 0 means none.

The events of one ``Generate``::

    Loading* [Loaded] Started PromptProgress* (Thought | Piece)* (Finished | Failed)

of one ``Load``: ``Loading* [Loaded] [ThreadsMeasured] (Finished | Failed)`` (``Finished`` has the reason
``end``, or ``stopped`` when it was cancelled); of the others the same, with ``Devices``,
``Inspected PromptTokens*``, ``Scored*`` or ``Embedded*`` in the middle. ``Loaded`` comes only when a model
was really loaded. ``Alive`` may come at any time.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Role = Literal["system", "user", "assistant"]
DeviceKind = Literal["cpu", "gpu", "integrated_gpu", "accelerator"]
FinishReason = Literal["end", "stop_text", "limit", "context_full", "repeating", "stopped"]
CacheType = Literal["f16", "q8_0", "q4_0"]  # of keys and values: 16, 8.5 and 4.5 bits a number
Policy = Literal["leave_out", "stop"]  # what to do with a conversation that is longer than the context


class Turn(msgspec.Struct, frozen=True):
    """One message as the model sees it."""

    role: Role
    text: str


class ModelSettings(msgspec.Struct, frozen=True):
    """Which model, and how to load it. Two equal values mean the same loaded model."""

    path: str
    context_length: int | None = None  # tokens; None: the trained length, at most 8,192
    gpu_layers: int | None = None  # None: as many as the device takes
    threads: int | None = None  # None: the number of physical cores; changed without loading again
    cache_type: CacheType = "f16"
    draft_path: str = ""  # a small model of the same vocabulary, which guesses the next tokens; "": none


class Adapter(msgspec.Struct, frozen=True):
    """A LoRA adapter's file, and how strongly it counts."""

    path: str
    scale: float = 1.0


class Prompting(msgspec.Struct, frozen=True):
    """How a conversation becomes a prompt."""

    template: str = ""  # in place of the model's own; "": that one
    thinking: bool | None = None  # whether the model thinks first, where its template lets one choose
    policy: Policy = "leave_out"


class Sampling(msgspec.Struct, frozen=True):
    """llama.cpp's sampler chain in its order, with its documented defaults. Source: common/common.h.

    The order: logit bias, penalties, DRY, top-n-sigma, top-k, typical, top-p, min-p, XTC, temperature, draw.
    Mirostat replaces what comes after DRY, adaptive-p the draw. Infill is for completing code only.
    """

    temperature: float = 0.8  # 0: always the most probable token
    top_k: int = 40  # 0: off
    top_p: float = 0.95  # 1: off
    min_p: float = 0.05  # 0: off
    typical_p: float = 1.0  # 1: off
    top_n_sigma: float = -1.0  # below 0: off
    xtc_probability: float = 0.0  # 0: off
    xtc_threshold: float = 0.1  # above 0.5: off
    dynamic_range: float = 0.0  # the temperature varies by so much with the entropy; 0: off
    dynamic_exponent: float = 1.0
    repeat_penalty: float = 1.0  # 1: off
    frequency_penalty: float = 0.0  # 0: off
    presence_penalty: float = 0.0  # 0: off
    repeat_last: int = 64  # tokens of the answer looked back on by the three penalties; 0: off
    dry_multiplier: float = 0.0  # 0: off
    dry_base: float = 1.75
    dry_allowed_length: int = 2  # tokens
    dry_last: int = -1  # tokens looked back on; -1: the whole context
    dry_breakers: tuple[str, ...] = ("\n", ":", '"', "*")
    mirostat: int = 0  # 1 or 2: its version; 0: off
    mirostat_tau: float = 5.0
    mirostat_eta: float = 0.1
    adaptive_target: float = -1.0  # the probability that adaptive-p aims at; below 0: off
    adaptive_decay: float = 0.9
    logit_bias: tuple[tuple[int, float], ...] = ()  # (token, what is added to its logit)
    seed: int | None = None  # None: random
    max_tokens: int | None = None  # None: until the context is full
    stop: tuple[str, ...] = ()  # the answer ends before any of these
    json_schema: str = ""  # the answer is JSON after this schema; "": it is free
    grammar: str = ""  # the answer is of this GBNF grammar; "": it is free
    loop_guard: bool = True  # end an answer that only repeats itself
    thinking_budget: int | None = None  # tokens after which the model is made to answer; None: no limit


# Requests


class Load(msgspec.Struct, frozen=True, tag=True):
    """Load this model now, so that the first answer comes sooner."""

    id: int
    model: ModelSettings
    measure_threads: bool = False  # find out whether fewer threads are faster, and use so many


class Generate(msgspec.Struct, frozen=True, tag=True):
    """Answer the conversation. A last turn of the assistant's is continued without a seam."""

    id: int
    model: ModelSettings
    turns: tuple[Turn, ...]
    sampling: Sampling = Sampling()
    prompting: Prompting = Prompting()
    adapters: tuple[Adapter, ...] = ()
    state_key: str = ""  # the conversation whose computed state is kept; "": of none
    drafting: bool = True  # guess tokens ahead while that is faster
    # Compute as from a cold start, bit for bit: slower from the second turn on. None: where the answer is
    # greedy, because who asks for the likeliest words asks for the same words every time.
    reproducible: bool | None = None

    @property
    def exact(self) -> bool:
        """Whether to compute as from a cold start."""
        return self.sampling.temperature <= 0 if self.reproducible is None else self.reproducible


class Inspect(msgspec.Struct, frozen=True, tag=True):
    """Tell what the prompt of this conversation is, and how full the context would be. Computes nothing."""

    id: int
    model: ModelSettings
    turns: tuple[Turn, ...]
    sampling: Sampling = Sampling()
    prompting: Prompting = Prompting()
    tokens: bool = False  # the tokens too, and not their number alone
    text: str = ""  # part of the conversation; how many tokens it is by itself is told, too


class Score(msgspec.Struct, frozen=True, tag=True):
    """Tell how probable each token of the last turn is, and what else the model would have said."""

    id: int
    model: ModelSettings
    turns: tuple[Turn, ...]  # the last one is the assistant's
    prompting: Prompting = Prompting()
    adapters: tuple[Adapter, ...] = ()
    alternatives: int = 5  # of each token, at most 20


class Embed(msgspec.Struct, frozen=True, tag=True):
    """Make vectors of texts, with the pooling that the model declares."""

    id: int
    model: ModelSettings
    texts: tuple[str, ...]


class ListDevices(msgspec.Struct, frozen=True, tag=True):
    """Tell what a model can be run on. Needs no model."""

    id: int


class Stop(msgspec.Struct, frozen=True, tag=True):
    """End the request ``id`` as soon as possible."""

    id: int


class Configure(msgspec.Struct, frozen=True, tag=True):
    """Settings of the child itself."""

    idle_seconds: float  # free the model after so long without a request; 0: never
    states_folder: str = ""  # where the computed states of conversations are kept; "": nowhere
    states_bytes: int = 0  # at most so many in all, those used longest ago go first; 0: none


class Forget(msgspec.Struct, frozen=True, tag=True):
    """Keep no computed state of this conversation any more: it was deleted for good."""

    state_key: str


Task = Load | Generate | Inspect | Score | Embed | ListDevices  # what is answered by events
Request = Task | Stop | Configure | Forget

# Events


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The child is up. Sent once."""

    engine: str  # name and version of the engine


class Alive(msgspec.Struct, frozen=True, tag=True):
    """The child's heartbeat, once a second: without it the client takes the child for hung."""


class Loading(msgspec.Struct, frozen=True, tag=True):
    """How much of the model is loaded, 0 to 1."""

    id: int
    fraction: float


class Loaded(msgspec.Struct, frozen=True, tag=True):
    """The model is ready."""

    id: int
    name: str
    architecture: str
    parameters: int  # number of weights
    context_length: int  # tokens in use
    trained_context_length: int  # tokens
    has_chat_template: bool
    seconds: float
    thinks: bool = False  # whether it can think before it answers


class ThreadsMeasured(msgspec.Struct, frozen=True, tag=True):
    """How many threads are fastest for the loaded model; they are in use from now on."""

    id: int
    threads: int


class Device(msgspec.Struct, frozen=True):
    """A device that a model can be run on, as ggml names it."""

    name: str  # "CPU", "CUDA0" …
    description: str  # the product: "NVIDIA H100" …
    backend: str  # "CPU", "CUDA", "Metal", "Vulkan" …
    kind: DeviceKind
    total_bytes: int
    free_bytes: int  # of the CPU: what programs can still have, file caches included


class Devices(msgspec.Struct, frozen=True, tag=True):
    """The devices of this build on this machine; the CPU is always one of them."""

    id: int
    devices: tuple[Device, ...]


class Started(msgspec.Struct, frozen=True, tag=True):
    """The prompt is ready."""

    id: int
    prompt_tokens: int
    reused_tokens: int  # of them already in the KV cache
    left_out: int  # the oldest turns (system aside) that did not fit and that the model does not see
    context_length: int  # tokens


class PromptProgress(msgspec.Struct, frozen=True, tag=True):
    """How many prompt tokens are computed, reused ones included."""

    id: int
    done: int
    total: int


class Piece(msgspec.Struct, frozen=True, tag=True):
    """The next characters of the answer; never half a character."""

    id: int
    text: str
    tokens: int = 0  # generated so far in this answer, these included


class Thought(msgspec.Struct, frozen=True, tag=True):
    """The next characters of what the model thinks before it answers."""

    id: int
    text: str
    tokens: int = 0  # generated so far in this answer, these included


class Inspected(msgspec.Struct, frozen=True, tag=True):
    """What the prompt would be."""

    id: int
    prompt_tokens: int
    left_out: int  # as in ``Started``
    context_length: int  # tokens
    fits: bool  # False: what cannot be left out is too long
    text_tokens: int = 0  # of the request's ``text``


class Token(msgspec.Struct, frozen=True):
    """One token of a prompt; a character cut by a token border belongs to the last of its tokens."""

    id: int
    text: str
    control: bool  # whether it means more than its text


class PromptTokens(msgspec.Struct, frozen=True, tag=True):
    """The next tokens of the prompt that was asked for."""

    id: int
    tokens: tuple[Token, ...]


class Alternative(msgspec.Struct, frozen=True):
    """A token that could have come here."""

    text: str
    probability: float  # 0 to 1, before any sampler


class ScoredToken(msgspec.Struct, frozen=True):
    """A token of an answer; a character cut by a token border belongs to the last of its tokens."""

    text: str
    probability: float  # 0 to 1, before any sampler
    alternatives: tuple[Alternative, ...]  # the most probable first


class Scored(msgspec.Struct, frozen=True, tag=True):
    """The next tokens of the answer that was asked about."""

    id: int
    tokens: tuple[ScoredToken, ...]


class Embedded(msgspec.Struct, frozen=True, tag=True):
    """The vectors of the next texts, of length 1 each; the truncated ones were longer than the context."""

    id: int
    vectors: tuple[tuple[float, ...], ...]
    truncated: tuple[bool, ...]


class Stats(msgspec.Struct, frozen=True):
    """Figures of one answer."""

    prompt_tokens: int
    reused_tokens: int
    generated_tokens: int
    first_token_seconds: float  # from the request to the first token, loading aside
    prompt_tokens_per_second: float  # of those not reused; 0 when there were none
    tokens_per_second: float  # decoding; 0 for fewer than two tokens
    context_length: int = 0  # tokens; 0: not known
    thought_tokens: int = 0  # of the generated ones
    thought_seconds: float = 0.0
    drafted_tokens: int = 0  # guessed ahead
    accepted_tokens: int = 0  # of them right


class Finished(msgspec.Struct, frozen=True, tag=True):
    """The request is done. ``stats`` is None where nothing was generated."""

    id: int
    reason: FinishReason
    stats: Stats | None = None


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The request failed. ``code`` is one of ``engine.failures``; ``detail`` is technical, perhaps empty.

    ``ja`` and ``en`` say what happened and what to do where that is known better than from the code alone.
    """

    id: int
    code: str
    detail: str = ""
    ja: str = ""
    en: str = ""


class Unloaded(msgspec.Struct, frozen=True, tag=True):
    """The model was freed: it was idle, or the machine's memory ran short."""

    reason: Literal["idle", "memory"] = "idle"


Event = (
    Ready
    | Alive
    | Loading
    | Loaded
    | ThreadsMeasured
    | Devices
    | Started
    | PromptProgress
    | Thought
    | Piece
    | Inspected
    | PromptTokens
    | Scored
    | Embedded
    | Finished
    | Failed
    | Unloaded
)
