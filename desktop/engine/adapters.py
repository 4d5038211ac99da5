"""LoRA adapters: small files that change what a loaded model says. The child's side.

An adapter is read once for a loaded model and stays; which of them count, and how strongly, changes between
two answers without loading the model again. What the KV cache holds is good for one such choice alone.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from pathlib import Path

import llama_cpp.llama_cpp as llama

from desktop.engine.adapter_file import invalid_adapter, require_adapter
from desktop.engine.protocol import Adapter
from desktop.engine.states import file_identity
from desktop.errors import KotonohaError

MOST = 32  # at once
_STRONGEST = 100.0  # beyond, numbers overflow


class Adapters:
    """The adapters of one model; they are freed with it."""

    def __init__(self, model: int, architecture: str) -> None:
        self._model = model
        self._architecture = architecture
        self._loaded: dict[str, int] = {}  # identity of the file → C pointer
        self.used: tuple[tuple[str, float], ...] = ()  # identity and scale of those that count

    def differ(self, wanted: Sequence[Adapter]) -> bool:
        """Return whether others, or other files under their names, are wanted. Raise ``KotonohaError``."""
        return _identities(wanted) != self.used

    def read(self, wanted: Sequence[Adapter]) -> bool:
        """Read those that are not there yet; return whether there were any.

        Raise ``KotonohaError``: ``"adapter_missing"`` or ``"adapter_invalid"``, or what ``gguf.check.whole``
        raises.
        """
        fresh = False
        for adapter, (identity, _) in zip(_counting(wanted), _identities(wanted), strict=True):
            if identity not in self._loaded:
                self._loaded[identity] = self._load(Path(adapter.path))
                fresh = True
        return fresh

    def use(self, wanted: Sequence[Adapter], context: int | None) -> None:
        """Let these, which were read before ``context`` was made, count from now on."""
        used = _identities(wanted)
        pointers = (ctypes.c_void_p * len(used))(*(self._loaded[identity] for identity, _ in used))
        scales = (ctypes.c_float * len(used))(*(scale for _, scale in used))
        array = ctypes.cast(pointers, ctypes.POINTER(llama.llama_adapter_lora_p_ctypes))
        if llama.llama_set_adapters_lora(context, array, len(used), scales) != 0:
            raise invalid_adapter(
                Path(wanted[0].path), "このモデルには合いません。", "It does not fit this model."
            )
        self.used = used

    def _load(self, path: Path) -> int:
        require_adapter(path, self._architecture)
        pointer = llama.llama_adapter_lora_init(self._model, str(path).encode())
        if not pointer:
            raise invalid_adapter(
                path, "このモデルには形が合いません。", "Its shapes do not fit this very model."
            )
        address = ctypes.cast(pointer, ctypes.c_void_p).value
        assert address is not None
        return address


def _counting(wanted: Sequence[Adapter]) -> list[Adapter]:
    """Return those that change something."""
    counting = [adapter for adapter in wanted if adapter.scale != 0.0]
    if len(counting) > MOST:
        raise KotonohaError(
            "adapter_invalid",
            f"アダプターが多すぎます（{len(counting)}個。{MOST}個まで）。モデルの設定で減らしてください。",
            f"There are too many adapters ({len(counting)}; at most {MOST}). "
            "Take some out in the model's settings.",
        )
    return counting


def _identities(wanted: Sequence[Adapter]) -> tuple[tuple[str, float], ...]:
    found = []
    for adapter in _counting(wanted):
        try:
            identity = file_identity(adapter.path)
        except (OSError, ValueError):
            name = Path(adapter.path).name
            raise KotonohaError(
                "adapter_missing",
                f"アダプターのファイル {name} を読み取れません。"
                "場所を確かめるか、モデルの設定でアダプターを外してください。",
                f"The adapter file {name} cannot be read. "
                "Check where it is, or take the adapter out in the model's settings.",
            ) from None
        found.append((identity, min(max(adapter.scale, -_STRONGEST), _STRONGEST)))
    return tuple(found)
