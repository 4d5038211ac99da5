"""What the application and the engine's child process say to each other.

Frozen values, one JSON object a line, tagged by ``type``. Requests go to the child's standard input, events
come from its standard output. ``id`` ties an event to the request it answers; 0 means none.

The events of one ``Generate``::

    Loading* [Loaded] Started PromptProgress* Piece* (Finished | Failed)

and of one ``Load``: ``Loading* [Loaded] (Finished | Failed)`` (``Finished`` has the reason ``end``, or
``stopped`` when it was cancelled). ``Loaded`` comes only when a model was really loaded. Of one
``ListDevices``: ``[Devices] (Finished | Failed)``. ``Alive`` may come at any time.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Role = Literal["system", "user", "assistant"]
DeviceKind = Literal["cpu", "gpu", "integrated_gpu", "accelerator"]
FinishReason = Literal["end", "stop_text", "limit", "context_full", "stopped"]


class Turn(msgspec.Struct, frozen=True):
    """One message as the model sees it."""

    role: Role
    text: str


class ModelSettings(msgspec.Struct, frozen=True):
    """Which model, and how to load it. Two equal values mean the same loaded model."""

    path: str
    context_length: int | None = None  # tokens; None: the trained length, at most 8,192
    gpu_layers: int | None = None  # None: as many as the device takes
    threads: int | None = None  # None: the number of physical cores


class Sampling(msgspec.Struct, frozen=True):
    """llama.cpp's sampler chain, in its order: penalties, top-k, top-p, min-p, temperature, draw."""

    temperature: float = 0.7  # 0: always the most probable token
    top_k: int = 40  # 0: off
    top_p: float = 0.95  # 1: off
    min_p: float = 0.05  # 0: off
    repeat_penalty: float = 1.1  # 1: off
    repeat_last: int = 64  # tokens looked back on by the penalty
    seed: int | None = None  # None: random
    max_tokens: int | None = None  # None: until the context is full
    stop: tuple[str, ...] = ()  # the answer ends before any of these
    json_schema: str = ""  # the answer is JSON after this schema; "": it is free


# Requests


class Load(msgspec.Struct, frozen=True, tag=True):
    """Load this model now, so that the first answer comes sooner."""

    id: int
    model: ModelSettings


class Generate(msgspec.Struct, frozen=True, tag=True):
    """Answer the conversation. A last turn of the assistant's is continued without a seam."""

    id: int
    model: ModelSettings
    turns: tuple[Turn, ...]
    sampling: Sampling = Sampling()
    state_key: str = ""  # the conversation whose computed state is kept; "": of none


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


Task = Load | Generate | ListDevices  # what is answered by events
Request = Task | Stop | Configure

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


class Stats(msgspec.Struct, frozen=True):
    """Figures of one answer."""

    prompt_tokens: int
    reused_tokens: int
    generated_tokens: int
    first_token_seconds: float  # from the request to the first token, loading aside
    prompt_tokens_per_second: float  # of those not reused; 0 when there were none
    tokens_per_second: float  # decoding; 0 for fewer than two tokens
    context_length: int = 0  # tokens; 0: not known


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
    """The idle model was freed."""


Event = (
    Ready
    | Alive
    | Loading
    | Loaded
    | Devices
    | Started
    | PromptProgress
    | Piece
    | Finished
    | Failed
    | Unloaded
)
