"""A loaded model with a context to write with, on llama.cpp's low-level API."""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Callable, Iterator, Sequence

import llama_cpp.llama_cpp as llama
import numpy as np
import numpy.typing as npt

from desktop.engine.adapters import Adapters
from desktop.engine.failures import DecodeFailed, LoadFailed, Stopped
from desktop.engine.kv_cache import KVCache
from desktop.engine.native import AbortFlag, NativeLog
from desktop.engine.protocol import Adapter, ModelSettings
from desktop.engine.threads import physical_cores
from desktop.engine.weights import Weights

DEFAULT_CONTEXT = 8192  # tokens, where the person chose nothing and the model was trained for more
SMALLEST_CONTEXT = 256  # tokens
# Tokens of one computation. A processor is as fast with small batches, and progress is seen more often; a GPU
# wants larger ones, and finishes them soon although it does not obey the abort flag.
CPU_BATCH, GPU_BATCH = 128, 512
OUTPUTS = 9  # tokens of one computation whose logits can be had; those of a whole batch take very much memory
# Bytes that a full-length cache of sliding-window layers may add; for it, any prefix can be reused.
FULL_WINDOW_BYTES = 512 * 1024 * 1024
_CACHE_TYPES = {
    "f16": llama.GGML_TYPE_F16,
    "q8_0": llama.GGML_TYPE_Q8_0,
    "q4_0": llama.GGML_TYPE_Q4_0,
}


class Model(Weights):
    """A model that writes, with one context for one sequence. ``close`` frees both."""

    def __init__(
        self, settings: ModelSettings, *, log: NativeLog, abort: AbortFlag, progress: Callable[[float], None]
    ) -> None:
        """Load a file that has passed ``gguf.check.loadable``; ``progress`` gets 0 to 1.

        Raise ``LoadFailed``, or ``Stopped`` when ``abort`` is set.
        """
        started = time.perf_counter()
        self._context: int | None = None
        self.draft: Model | None = None  # guesses ahead; freed with this one
        super().__init__(settings, log=log, abort=abort, progress=progress)
        try:
            if (
                not llama.llama_model_has_decoder(self._model)
                or llama.llama_model_has_encoder(self._model)
                or llama.llama_model_is_diffusion(self._model)
            ):
                raise LoadFailed("model_unsupported", self.architecture)
            assert self._model is not None
            self.adapters = Adapters(self._model, self.architecture)
            self._open(settings)
        except BaseException:
            self.close()
            raise
        self.seconds = time.perf_counter() - started

    def _open(self, settings: ModelSettings) -> None:
        trained = max(self.trained_context_length, SMALLEST_CONTEXT)
        length = min(trained, settings.context_length or DEFAULT_CONTEXT)
        window = int(llama.llama_model_n_swa(self._model))
        full = self._cache_bytes(length) <= FULL_WINDOW_BYTES
        params = llama.llama_context_default_params()
        params.n_ctx = max(length, SMALLEST_CONTEXT)
        self.batch = GPU_BATCH if self.on_gpu else CPU_BATCH
        params.n_batch = params.n_ubatch = self.batch
        params.n_seq_max = 1
        params.n_outputs_max = OUTPUTS
        params.type_k = params.type_v = _CACHE_TYPES[settings.cache_type]
        if settings.cache_type != "f16":
            params.flash_attn_type = llama.LLAMA_FLASH_ATTN_TYPE_ENABLED  # llama.cpp needs it for such values
        params.swa_full = full
        params.op_offload = params.offload_kqv = self.on_gpu
        params.no_perf = True
        self._log.clear()
        self._context = llama.llama_init_from_model(self._model, params)
        if not self._context:
            raise LoadFailed("out_of_memory", self._log.reason())
        self._abort.attach(self._context)
        self.set_threads(settings.threads or physical_cores())
        self.context_length = int(llama.llama_n_ctx(self._context))
        recurrent = llama.llama_model_is_recurrent(self._model) or llama.llama_model_is_hybrid(self._model)
        self.cache = KVCache(self._context, window=window, trimmable=not recurrent, batch=self.batch)

    def _cache_bytes(self, length: int) -> int:
        """Return the size of a cache of ``length`` tokens in every layer, with 16-bit keys and values."""
        heads = max(int(llama.llama_model_n_head(self._model)), 1)
        width = int(llama.llama_model_n_embd(self._model)) // heads
        key_length = self.metadata(f"{self.architecture}.attention.key_length")
        if key_length.isdecimal():
            width = int(key_length)
        kv_heads = int(llama.llama_model_n_head_kv(self._model)) or heads
        return 2 * 2 * int(llama.llama_model_n_layer(self._model)) * length * kv_heads * width

    def close(self) -> None:
        """Free the memory."""
        if self.draft is not None:
            self.draft.close()
            self.draft = None
        if self._context:
            llama.llama_free(self._context)
            self._context = None
        super().close()

    def logits(self, index: int) -> npt.NDArray[np.float32]:
        """Return a copy of the logits of one output, counted from the last one as -1; shape (n_vocab,)."""
        pointer = llama.llama_get_logits_ith(self._context, index)
        return np.ctypeslib.as_array(pointer, (self.n_vocab,)).copy()

    @property
    def context(self) -> int:
        """The C pointer, for the sampler."""
        assert self._context is not None
        return self._context

    def use_adapters(self, wanted: Sequence[Adapter]) -> None:
        """Let these adapters count from now on; what the KV cache holds is forgotten where they are others.

        Raise ``KotonohaError``, or ``LoadFailed`` as loading does; the model must be closed then if it has no
        context any more (``is_open``).
        """
        self.cache.clear()
        if self.adapters.read(wanted):
            # llama.cpp plans its computations for the adapters that are there when a context is made.
            threads = self.threads
            llama.llama_free(self._context)
            self._context = None
            self._open(self.settings)
            self.set_threads(threads)
        self.adapters.use(wanted, self._context)

    @property
    def is_open(self) -> bool:
        """Whether there is a context to compute with."""
        return self._context is not None

    def set_threads(self, threads: int) -> None:
        """Compute with so many threads from now on."""
        self.threads = min(max(threads, 1), 2 * (os.cpu_count() or 1))  # more only wait for each other
        llama.llama_set_n_threads(self._context, self.threads, self.threads)
        if self.draft is not None:
            self.draft.set_threads(threads)

    def compute_silently(self, tokens: Sequence[int]) -> Iterator[int]:
        """Run any number of tokens in batches, without logits; yield how many are done.

        Raise as ``compute``.
        """
        for begin in range(0, len(tokens), self.batch):
            some = tokens[begin : begin + self.batch]
            self.compute(some, outputs=0)
            yield begin + len(some)

    def compute(self, tokens: Sequence[int], *, outputs: int) -> None:
        """Run at most ``batch`` tokens after those in the cache; the last ``outputs`` of them get logits.

        Raise ``Stopped`` or ``DecodeFailed``; the cache is then back at what it certainly held before.
        """
        count = len(tokens)
        array = (llama.llama_token * count)(*tokens)  # named, because the batch holds no reference
        batch = llama.llama_batch_get_one(array, count)
        if outputs != 1:
            batch.logits = (ctypes.c_int8 * count)(*[0] * (count - outputs), *[1] * outputs)
        before = len(self.cache.tokens)
        self._log.clear()
        status = llama.llama_decode(self._context, batch)
        if status == 0:
            self.cache.extend(tokens)
            return
        self.cache.restore(before)
        if status == 2 or self._abort.is_set():
            raise Stopped
        raise DecodeFailed(
            "out_of_memory" if status == -2 else "decode_failed",
            f"llama_decode {status}: {self._log.reason()}",
        )
