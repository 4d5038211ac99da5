"""Vectors of texts from an embedding model, pooled as the model declares. The child's side."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence

import llama_cpp.llama_cpp as llama
import numpy as np
import numpy.typing as npt

from desktop.engine.failures import DecodeFailed, LoadFailed, Stopped
from desktop.engine.native import AbortFlag, NativeLog
from desktop.engine.protocol import Embed, Embedded, Event, ModelSettings
from desktop.engine.threads import physical_cores
from desktop.engine.weights import Weights

LONGEST = 2048  # tokens of one text, where the person chose nothing: one computation takes it whole
_TOGETHER = 16  # texts in one computation


class Embedder(Weights):
    """An embedding model. ``close`` frees it."""

    def __init__(
        self, settings: ModelSettings, *, log: NativeLog, abort: AbortFlag, progress: Callable[[float], None]
    ) -> None:
        """Load a file that has passed ``gguf.check.loadable``; ``progress`` gets 0 to 1.

        Raise ``LoadFailed``, or ``Stopped`` when ``abort`` is set.
        """
        self._context: int | None = None
        super().__init__(settings, log=log, abort=abort, progress=progress)
        try:
            self._open(settings)
        except BaseException:
            self.close()
            raise

    def _open(self, settings: ModelSettings) -> None:
        pooling = self.metadata(f"{self.architecture}.pooling_type")
        declared = int(pooling) if pooling.isdecimal() else llama.LLAMA_POOLING_TYPE_NONE
        if declared == llama.LLAMA_POOLING_TYPE_RANK:  # it compares two texts, and makes no vectors
            raise LoadFailed("model_unsupported", "reranker")
        self.context_length = max(
            min(self.trained_context_length or LONGEST, settings.context_length or LONGEST), 1
        )
        params = llama.llama_context_default_params()
        params.n_ctx = params.n_batch = params.n_ubatch = self.context_length
        params.n_seq_max = _TOGETHER
        params.kv_unified = True
        params.n_threads = params.n_threads_batch = settings.threads or physical_cores()
        params.embeddings = True
        # The mean is the usual one where none is declared.
        params.pooling_type = declared or llama.LLAMA_POOLING_TYPE_MEAN
        params.no_perf = True
        self._log.clear()
        self._context = llama.llama_init_from_model(self._model, params)
        if not self._context:
            raise LoadFailed("out_of_memory", self._log.reason())
        self._abort.attach(self._context)
        self.dimension = int(llama.llama_model_n_embd_out(self._model))

    def close(self) -> None:
        """Free the memory."""
        if self._context:
            llama.llama_free(self._context)
            self._context = None
        super().close()

    def tokens(self, text: str) -> tuple[list[int], bool]:
        """Return the tokens with those that the model puts round a text, and whether the end was cut off."""
        tokens = self.tokenize(text, special=False, framed=True)
        if len(tokens) <= self.context_length:
            return tokens, False
        last = tokens[-1:] if llama.llama_vocab_get_add_sep(self.vocab) else []
        return [*tokens[: self.context_length - len(last)], *last], True

    def compute(self, texts: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        """Return the vectors of some tokenized texts, shape (texts, dimension), of length 1 each.

        At most ``_TOGETHER`` texts, together at most ``context_length`` tokens. Raise ``DecodeFailed`` or
        ``Stopped``.
        """
        memory = llama.llama_get_memory(self._context)
        if memory:
            llama.llama_memory_clear(memory, False)
        batch = llama.llama_batch_init(sum(map(len, texts)), 0, 1)
        try:
            at = 0
            for sequence, tokens in enumerate(texts):
                for position, token in enumerate(tokens):
                    batch.token[at], batch.pos[at] = token, position
                    batch.n_seq_id[at], batch.seq_id[at][0], batch.logits[at] = 1, sequence, 1
                    at += 1
            batch.n_tokens = at
            self._log.clear()
            only_encodes = llama.llama_model_has_encoder(self._model) and not llama.llama_model_has_decoder(
                self._model
            )
            status = (llama.llama_encode if only_encodes else llama.llama_decode)(self._context, batch)
        finally:
            llama.llama_batch_free(batch)
        if status == 2 or self._abort.is_set():
            raise Stopped
        if status != 0:
            code = "out_of_memory" if status == -2 else "decode_failed"
            raise DecodeFailed(code, f"{status}: {self._log.reason()}")
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for sequence in range(len(texts)):
            pointer = llama.llama_get_embeddings_seq(self._context, sequence)
            if pointer:
                vectors[sequence] = np.ctypeslib.as_array(
                    ctypes.cast(pointer, ctypes.POINTER(ctypes.c_float)), (self.dimension,)
                )
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: npt.NDArray[np.float32] = (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)
        return unit


def embed(model: Embedder, request: Embed) -> Iterator[Event]:
    """Yield ``Embedded`` for the texts in their order. Raise ``DecodeFailed``."""
    pairs = ((tokens or [max(model.bos, 0)], cut) for tokens, cut in map(model.tokens, request.texts))
    for group in _groups(pairs, model.context_length):
        if model.stopping():
            return
        vectors = model.compute([tokens for tokens, _ in group])
        yield Embedded(
            request.id,
            tuple(tuple(map(float, vector)) for vector in vectors),
            tuple(cut for _, cut in group),
        )


def _groups(texts: Iterator[tuple[list[int], bool]], most: int) -> Iterator[list[tuple[list[int], bool]]]:
    """Put texts together that one computation takes."""
    group: list[tuple[list[int], bool]] = []
    for text in texts:
        total = sum(len(tokens) for tokens, _ in group) + len(text[0])
        if group and (total > most or len(group) == _TOGETHER):
            yield group
            group = []
        group.append(text)
    if group:
        yield group
