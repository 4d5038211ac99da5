"""One loaded model with its context, on llama.cpp's low-level API: a file, tokens, computations."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import llama_cpp.llama_cpp as llama

from desktop.engine.kv_cache import KVCache
from desktop.engine.native import AbortFlag, NativeLog
from desktop.engine.protocol import ModelSettings
from desktop.engine.states import file_identity
from desktop.engine.threads import physical_cores

DEFAULT_CONTEXT = 8192  # tokens, where the person chose nothing and the model was trained for more
SMALLEST_CONTEXT = 256  # tokens
# Tokens of one computation. A processor is as fast with small batches, and progress is seen more often; a GPU
# wants larger ones, and finishes them soon although it does not obey the abort flag.
CPU_BATCH, GPU_BATCH = 128, 512
# Bytes that a full-length cache of sliding-window layers may add; for it, any prefix can be reused.
FULL_WINDOW_BYTES = 512 * 1024 * 1024


class LoadFailed(Exception):  # noqa: N818 - the file or the machine is at fault
    """The model cannot be loaded. ``code`` is one of ``failures``."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


class DecodeFailed(Exception):  # noqa: N818
    """A computation failed. ``code`` is one of ``failures``."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


class Stopped(Exception):  # noqa: N818 - not an error
    """The person stopped it."""


class Model:
    """A model in memory, with one context for one sequence. ``close`` frees both."""

    def __init__(
        self, settings: ModelSettings, *, log: NativeLog, abort: AbortFlag, progress: Callable[[float], None]
    ) -> None:
        """Load a file that has passed ``gguf.check.loadable``; ``progress`` gets 0 to 1.

        Raise ``LoadFailed``, or ``Stopped`` when ``abort`` is set.
        """
        started = time.perf_counter()
        self.settings = settings
        self.file = _fingerprint(settings.path)  # for saved states
        self._log = log
        self._abort = abort
        self._model: int | None = None
        self._context: int | None = None
        self._identity = _identity(settings.path)
        try:
            self._load(settings, progress)
            self._open(settings)
        except BaseException:
            self.close()
            raise
        self.seconds = time.perf_counter() - started

    def is_outdated(self) -> bool:
        """Return whether another file took the place of the loaded one; a deleted one stays in memory."""
        now = _identity(self.settings.path)
        return now is not None and now != self._identity

    def _load(self, settings: ModelSettings, progress: Callable[[float], None]) -> None:
        def report(fraction: float, _data: object) -> bool:
            if not self._abort.is_set():
                progress(min(max(fraction, 0.0), 1.0))
            return not self._abort.is_set()

        params = llama.llama_model_default_params()
        params.n_gpu_layers = -1 if settings.gpu_layers is None else max(settings.gpu_layers, 0)
        params.progress_callback = llama.llama_progress_callback(report)
        self._log.clear()
        self._model = llama.llama_model_load_from_file(settings.path.encode(), params)
        if self._abort.is_set():
            raise Stopped
        if not self._model:
            reason = self._log.reason()
            memory = "allocate" in reason or "bad_alloc" in reason
            raise LoadFailed("out_of_memory" if memory else "model_invalid", reason)
        self.vocab = llama.llama_model_get_vocab(self._model)
        self.n_vocab = int(llama.llama_vocab_n_tokens(self.vocab))
        if (
            not llama.llama_model_has_decoder(self._model)
            or llama.llama_model_has_encoder(self._model)
            or llama.llama_model_is_diffusion(self._model)
            or llama.llama_vocab_type(self.vocab) == llama.LLAMA_VOCAB_TYPE_NONE
            or self.n_vocab < 1
        ):
            raise LoadFailed("model_unsupported", self.metadata("general.architecture"))
        self.add_bos = bool(llama.llama_vocab_get_add_bos(self.vocab))
        self.bos = int(llama.llama_vocab_bos(self.vocab))
        self.eos = int(llama.llama_vocab_eos(self.vocab))
        self.architecture = self.metadata("general.architecture")
        self.name = self.metadata("general.name")[:200] or Path(settings.path).stem
        self.parameters = int(llama.llama_model_n_params(self._model))
        self.trained_context_length = int(llama.llama_model_n_ctx_train(self._model))

    def _open(self, settings: ModelSettings) -> None:
        trained = max(self.trained_context_length, SMALLEST_CONTEXT)
        length = min(trained, settings.context_length or DEFAULT_CONTEXT)
        window = int(llama.llama_model_n_swa(self._model))
        full = self._cache_bytes(length) <= FULL_WINDOW_BYTES
        threads = min(settings.threads or physical_cores(), 512)
        params = llama.llama_context_default_params()
        params.n_ctx = max(length, SMALLEST_CONTEXT)
        self.batch = GPU_BATCH if llama.llama_supports_gpu_offload() else CPU_BATCH
        params.n_batch = params.n_ubatch = self.batch
        params.n_seq_max = 1
        params.n_outputs_max = 1  # logits of a whole batch would take hundreds of megabytes
        params.n_threads = params.n_threads_batch = max(threads, 1)
        params.swa_full = full
        params.no_perf = True
        self._log.clear()
        self._context = llama.llama_init_from_model(self._model, params)
        if not self._context:
            raise LoadFailed("out_of_memory", self._log.reason())
        self._abort.attach(self._context)
        self.context_length = int(llama.llama_n_ctx(self._context))
        recurrent = llama.llama_model_is_recurrent(self._model) or llama.llama_model_is_hybrid(self._model)
        self.cache = KVCache(self._context, window=window, trimmable=not recurrent)

    def _cache_bytes(self, length: int) -> int:
        """Return the size of a cache of ``length`` tokens in every layer, with 16-bit keys and values."""
        heads = max(int(llama.llama_model_n_head(self._model)), 1)
        width = int(llama.llama_model_n_embd(self._model)) // heads
        key_length = self.metadata(f"{self.metadata('general.architecture')}.attention.key_length")
        if key_length.isdecimal():
            width = int(key_length)
        kv_heads = int(llama.llama_model_n_head_kv(self._model)) or heads
        return 2 * 2 * int(llama.llama_model_n_layer(self._model)) * length * kv_heads * width

    def close(self) -> None:
        """Free the memory."""
        if self._context:
            llama.llama_free(self._context)
            self._context = None
        if self._model:
            llama.llama_model_free(self._model)
            self._model = None

    def metadata(self, key: str) -> str:
        """Return a value of the file's header as text, empty where there is none."""
        buffer = ctypes.create_string_buffer(1024)
        length = llama.llama_model_meta_val_str(self._model, key.encode(), buffer, len(buffer))
        return buffer.value.decode("utf-8", "replace") if length > 0 else ""

    def chat_template(self) -> str:
        """Return the template that the file carries, empty where there is none."""
        template = llama.llama_model_chat_template(self._model, None)
        return template.decode("utf-8", "replace") if template else ""

    def token_text(self, token: int) -> str:
        """Return how the vocabulary writes a token, ``<|im_end|>`` for example."""
        if not 0 <= token < self.n_vocab:
            return ""
        return (llama.llama_vocab_get_text(self.vocab, token) or b"").decode("utf-8", "replace")

    def special_tokens(self) -> Iterator[str]:
        """Yield the text of every token that is not ordinary text."""
        special = (
            llama.LLAMA_TOKEN_ATTR_CONTROL
            | llama.LLAMA_TOKEN_ATTR_USER_DEFINED
            | llama.LLAMA_TOKEN_ATTR_UNKNOWN
        )
        for token in range(self.n_vocab):
            if llama.llama_vocab_get_attr(self.vocab, token) & special:
                yield self.token_text(token)

    def tokenize(self, text: str, *, special: bool) -> list[int]:
        """Return the tokens of a text, without BOS; ``special``: control tokens in it are meant as such."""
        data = text.encode("utf-8", "replace")
        size = len(data) + 8
        for _ in range(2):
            tokens = (llama.llama_token * size)()
            count = llama.llama_tokenize(self.vocab, data, len(data), tokens, size, False, special)
            if count >= 0:
                return list(tokens[:count])
            size = -count
        raise DecodeFailed("decode_failed", "the text could not be tokenized")

    def piece(self, token: int) -> bytes:
        """Return the bytes of an ordinary token; none for a control token."""
        size = 64
        for _ in range(2):
            buffer = ctypes.create_string_buffer(size)
            length = llama.llama_token_to_piece(self.vocab, token, buffer, size, 0, False)
            if length >= 0:
                return buffer.raw[:length]
            size = -length
        return b""

    def is_end(self, token: int) -> bool:
        """Return whether this token ends an answer."""
        return bool(llama.llama_vocab_is_eog(self.vocab, token))

    def stopping(self) -> bool:
        """Return whether the person asked to stop."""
        return self._abort.is_set()

    @property
    def context(self) -> int:
        """The C pointer, for the sampler."""
        assert self._context is not None
        return self._context

    def compute(self, tokens: Sequence[int], *, logits: bool) -> None:
        """Run at most ``batch`` tokens after those in the cache; with ``logits`` for the last of them.

        Raise ``Stopped`` or ``DecodeFailed``; the cache is then back at what it certainly held before.
        """
        count = len(tokens)
        array = (llama.llama_token * count)(*tokens)  # named, because the batch holds no reference
        batch = llama.llama_batch_get_one(array, count)
        if not logits:
            batch.logits = (ctypes.c_int8 * count)()
        before = len(self.cache.tokens)
        self._log.clear()
        status = llama.llama_decode(self._context, batch)
        if status == 0:
            self.cache.tokens += tokens
            return
        self.cache.restore(before)
        if status == 2 or self._abort.is_set():
            raise Stopped
        raise DecodeFailed(
            "out_of_memory" if status == -2 else "decode_failed",
            f"llama_decode {status}: {self._log.reason()}",
        )


def _fingerprint(path: str) -> str:
    try:
        return file_identity(path)
    except OSError as error:
        raise LoadFailed("model_unreadable", str(error)) from None


def _identity(name: str) -> tuple[int, ...] | None:
    """Return what tells a file from another that takes its place; None where there is none."""
    try:
        found = Path(name).stat()
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
