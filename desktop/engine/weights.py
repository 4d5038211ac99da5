"""A model's file in memory: its weights, its vocabulary, what it says about itself. The child's side."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

import llama_cpp.llama_cpp as llama

from desktop.engine.failures import DecodeFailed, LoadFailed, Stopped
from desktop.engine.native import AbortFlag, NativeLog
from desktop.engine.pieces import Pieces
from desktop.engine.protocol import ModelSettings
from desktop.engine.states import file_identity


class Weights:
    """A model without a context. ``close`` frees it."""

    def __init__(
        self, settings: ModelSettings, *, log: NativeLog, abort: AbortFlag, progress: Callable[[float], None]
    ) -> None:
        """Load a file that has passed ``gguf.check.loadable``; ``progress`` gets 0 to 1.

        Raise ``LoadFailed``, or ``Stopped`` when ``abort`` is set.
        """
        self.settings = settings
        self.file = _fingerprint(settings.path)  # for saved states
        self._log = log
        self._abort = abort
        self._model: int | None = None
        self._identity = _identity(settings.path)
        self.on_gpu = bool(llama.llama_supports_gpu_offload()) and settings.gpu_layers != 0
        try:
            self._load(settings, progress)
        except BaseException:
            self.close()
            raise

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
        if not self.on_gpu:  # a GPU would still be given large computations, and may be what just failed
            none = (ctypes.c_void_p * 1)()
            params.devices = ctypes.cast(none, ctypes.c_void_p)
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
        if llama.llama_vocab_type(self.vocab) == llama.LLAMA_VOCAB_TYPE_NONE or self.n_vocab < 1:
            raise LoadFailed("model_unsupported", self.metadata("general.architecture"))
        self.add_bos = bool(llama.llama_vocab_get_add_bos(self.vocab))
        self.bos = int(llama.llama_vocab_bos(self.vocab))
        self.eos = int(llama.llama_vocab_eos(self.vocab))
        self.architecture = self.metadata("general.architecture")
        self.name = self.metadata("general.name")[:200] or Path(settings.path).stem
        self.parameters = int(llama.llama_model_n_params(self._model))
        self.trained_context_length = int(llama.llama_model_n_ctx_train(self._model))

    def close(self) -> None:
        """Free the memory."""
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

    @cached_property
    def pieces(self) -> Pieces:
        """The bytes of the vocabulary's tokens."""
        return Pieces(self.vocab, self.n_vocab)

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

    def tokenize(self, text: str, *, special: bool, framed: bool = False) -> list[int]:
        """Return the tokens of a text; ``special``: control tokens in it are meant as such.

        ``framed``: with those that the model puts round a text, such as BOS.
        """
        data = text.encode("utf-8", "replace")
        size = len(data) + 8
        for _ in range(2):
            tokens = (llama.llama_token * size)()
            count = llama.llama_tokenize(self.vocab, data, len(data), tokens, size, framed, special)
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
