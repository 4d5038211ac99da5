"""Whose conversation the KV cache holds, and that it can be had back after another one took the cache."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import llama_cpp

from desktop.engine.protocol import Adapter
from desktop.engine.runtime import FULL_WINDOW_BYTES, Model
from desktop.engine.states import StateFolder, is_key

WORTH = 16  # tokens; computing fewer is as fast as reading a file


class StateKeeper:
    """Saves the sequence that is about to lose the cache, and brings back the one that is asked for.

    Used by the thread that computes. Files are written by another one, at most one at a time: what is to be
    saved is copied first, and the next answer waits for the copy alone.
    """

    def __init__(self) -> None:
        self._folder: StateFolder | None = None
        self._key = ""  # whose sequence is in the cache; "": nobody's
        self._saved: list[int] = []  # the tokens of its file
        self._writer: threading.Thread | None = None
        self._writing = ""  # the key of the state that is being written

    def configure(self, folder: str, limit: int) -> None:
        """Keep states in ``folder``, at most ``limit`` bytes; 0 keeps none, and no folder touches none."""
        self.flush()
        states = StateFolder(Path(folder), max(limit, 0)) if folder else None
        self._folder = states if states is not None and states.limit > 0 else None

    def enter(self, model: Model, key: str, prompt: Sequence[int], *, canonical: bool = False) -> None:
        """Make the cache hold the most of ``prompt`` that is known, for the conversation ``key``.

        ``canonical`` as in ``KVCache.reuse``.
        """
        if self._folder is None or not is_key(key):
            key = ""
        if key != self._key:
            self.leave(model)
            self._key = key
        if key and not (canonical and model.cache.window):
            self._recall(model, prompt)

    def adapt(self, model: Model, adapters: Sequence[Adapter]) -> None:
        """Let these adapters count; what was computed with others is saved first, and forgotten.

        Raise as ``Model.use_adapters``.
        """
        if model.adapters.differ(adapters):
            self.leave(model)
            model.use_adapters(adapters)

    def leave(self, model: Model) -> None:
        """Save the sequence in the cache for its key; from now on it is nobody's."""
        key, self._key = self._key, ""
        saved, self._saved = self._saved, []
        cache = model.cache
        folder = self._folder
        if folder is None or not key or len(cache.tokens) < WORTH or cache.tokens == saved:
            return
        self.flush()  # one copy in memory at a time
        tokens, first, canonical = list(cache.tokens), cache.first, cache.canonical
        if cache.state_size() > folder.limit:
            return
        try:
            state = memoryview(cache.state())
        except MemoryError:
            return
        if not state:
            return
        write = partial(folder.write, key, binding(model), tokens, state, first=first, canonical=canonical)
        writer = threading.Thread(target=_try, args=(write,), name="states")
        with contextlib.suppress(RuntimeError):  # no memory for a thread
            writer.start()
            self._writer, self._writing = writer, key

    def forget(self, key: str) -> None:
        """Delete the saved state of ``key``, and save it no more; the cache is then nobody's."""
        if key == self._writing:
            self.flush()
        if key == self._key:
            self._key, self._saved = "", []
        if self._folder is not None and is_key(key):
            self._folder.delete(key)

    def flush(self) -> None:
        """Wait until everything is written."""
        if self._writer is not None:
            self._writer.join()
        self._writer, self._writing = None, ""

    def _recall(self, model: Model, prompt: Sequence[int]) -> None:
        """Take the saved state of the key where it spares more than what the cache holds."""
        folder, key, cache = self._folder, self._key, model.cache
        assert folder is not None
        if key == self._writing:
            self.flush()
        known = cache.usable(cache.tokens, cache.first, prompt)
        if len(prompt) - known <= WORTH:
            return
        state = folder.open(key, binding(model), n_tokens=model.context_length, n_vocab=model.n_vocab)
        if state is None:
            return
        try:
            if cache.usable(state.tokens, state.first, prompt) - known < WORTH:
                return
            payload = state.payload()
        except (OSError, MemoryError):
            return
        finally:
            state.close()
        if payload is None or not cache.load(payload, state.tokens, state.first, state.canonical):
            folder.delete(key)
            return
        self._saved = state.tokens
        folder.touch(key)


def binding(model: Model) -> bytes:
    """Return a hash of all that a state depends on: the model's file, the engine, the context's settings."""
    settings = (
        model.file,
        llama_cpp.__version__,
        sys.byteorder,
        model.settings.gpu_layers,
        model.settings.cache_type,
        model.adapters.used,
        model.context_length,
        model.batch,
        model.cache.window,
        FULL_WINDOW_BYTES,
    )
    return hashlib.sha256(repr(settings).encode("utf-8", "surrogatepass")).digest()


def _try(write: Callable[[], None]) -> None:
    try:
        write()
    except OSError as error:  # a full disk costs time later, and nothing else
        os.write(2, f"a state was not saved: {error.strerror}\n".encode())
