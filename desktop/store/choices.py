"""What is kept of loading a model: the person's choices, and what worked on a machine. JSON in columns."""

from __future__ import annotations

import math
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from desktop.engine.protocol import Adapter, CacheType
from desktop.errors import KotonohaError
from desktop.store.sampling import Tokens
from desktop.store.text import clean

LONGEST_TEMPLATE = 1_000_000  # characters
_MOST_ADAPTERS = 64
_Layers = Annotated[int, Meta(ge=0, le=65_536)]
_Threads = Annotated[int, Meta(ge=1, le=512)]
_Path = Annotated[str, Meta(max_length=32_768)]


class Choices(msgspec.Struct, frozen=True):
    """What the person set by hand for one model; None and "" leave it to the application.

    The fields up to ``draft_path`` decide how the model is loaded, the others how it is asked.
    """

    context_length: Tokens | None = None
    gpu_layers: _Layers | None = None  # as llama.cpp counts; 0: the CPU alone
    cache_type: CacheType | None = None
    threads: _Threads | None = None
    draft_path: _Path = ""
    insist: bool = False  # try it though it is larger than the machine's memory
    template: Annotated[str, Meta(max_length=LONGEST_TEMPLATE)] = ""
    thinking: bool | None = None
    thinking_budget: Annotated[int, Meta(ge=0, le=2**31 - 1)] | None = None  # tokens
    adapters: Annotated[tuple[Adapter, ...], Meta(max_length=_MOST_ADAPTERS)] = ()
    reproducible: bool | None = None


class Run(msgspec.Struct, frozen=True):
    """How a model was loaded on a machine when it answered."""

    gpu_layers: _Layers = 0
    context_length: Tokens = 1
    cache_type: CacheType = "f16"
    draft: bool = True  # with the draft model that was chosen
    threads: _Threads | None = None  # measured; None: not yet
    fallback: str = ""  # the code of the failure because of which it is less than was planned; "": none
    chosen: Choices = Choices()  # by hand, at that time
    free_bytes: Annotated[int, Meta(ge=0)] = 0  # of the GPU where it was to use one, at that time
    when: float = 0.0  # Unix seconds


Kept = TypeVar("Kept", Choices, Run)


def decoded(kept: str, kind: type[Kept]) -> Kept:
    """Return what a column holds; a value in it that cannot be used counts as not set."""
    try:
        values = msgspec.json.decode(kept, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, RecursionError):
        return kind()
    usable: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        try:
            if field.name in values:
                usable[field.name] = msgspec.json.decode(values[field.name], type=field.type)
        except (msgspec.DecodeError, RecursionError):
            continue
    return kind(**usable)


def encoded(value: Choices | Run) -> str:
    """Return what a column keeps of it: what differs from the defaults."""
    kind = type(value)
    changed = {
        field.name: getattr(value, field.name)
        for field in msgspec.structs.fields(kind)
        if getattr(value, field.name) != getattr(kind(), field.name)
    }
    return msgspec.json.encode(changed).decode()


def changed(choices: Choices, fields: dict[str, object]) -> Choices:
    """Return the choices with these fields; raise ``KotonohaError("setting_invalid")`` for unusable ones."""
    known = {field.name: field for field in msgspec.structs.fields(Choices)}
    values: dict[str, Any] = {}
    for name, value in fields.items():
        if name not in known:
            raise TypeError(f"no such choice: {name}")
        try:
            values[name] = msgspec.convert(
                clean(value) if isinstance(value, str) else value, known[name].type
            )
            if name == "adapters" and not all(math.isfinite(each.scale) for each in values[name]):
                raise msgspec.ValidationError("not a number")
        except msgspec.ValidationError as error:
            raise KotonohaError(
                "setting_invalid",
                f"モデルの設定の値が使えません（{name}: {error}）。元の設定のままです。",
                f"This setting of the model cannot be used ({name}: {error}). The setting is as it was.",
            ) from error
    return msgspec.structs.replace(choices, **values)
