"""The few places where llama.cpp calls back: its log, and the question whether to abort a computation."""

from __future__ import annotations

import ctypes
import os
import sys
from collections import deque

import llama_cpp.llama_cpp as llama

_CALLBACKS: list[object] = []  # C goes on calling the last one, and holds no reference to it
_WARN, _ERROR, _CONTINUED = 3, 4, 5  # ggml_log_level


class NativeLog:
    """llama.cpp's warnings and errors, passed on to standard error; the last errors are kept as a reason."""

    def __init__(self) -> None:
        self._errors: deque[str] = deque(maxlen=8)
        self._level = 0
        callback = llama.llama_log_callback(self._take)
        _CALLBACKS.append(callback)
        llama.llama_log_set(callback, None)

    def clear(self) -> None:
        """Forget the errors of the last operation."""
        self._errors.clear()

    def reason(self) -> str:
        """Return the last errors on one line, at most 500 characters."""
        return " / ".join(self._errors)[-500:]

    def _take(self, level: int, text: bytes | None, _data: object) -> None:
        if level != _CONTINUED:
            self._level = level
        if self._level not in (_WARN, _ERROR) or not text:
            return
        os.write(2, text)
        if self._level == _ERROR and (line := text.decode("utf-8", "replace").strip()):
            self._errors.append(line)


class AbortFlag:
    """A flag that llama.cpp reads between the operations of a computation, hundreds of times a token.

    A callback in Python would cost several percent of the decoding speed. C's own ``strlen`` is one for
    nothing: of an empty string it is 0 (go on), of the string "\\x01" it is 1 (abort). Only the CPU backend
    asks; a GPU finishes its batch.
    """

    def __init__(self) -> None:
        self._text = ctypes.create_string_buffer(2)
        library = ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)
        address = ctypes.cast(library.strlen, ctypes.c_void_p).value
        assert address is not None
        self._callback = llama.ggml_abort_callback(address)

    def attach(self, context: int) -> None:
        """Let the computations of ``context`` obey this flag."""
        llama.llama_set_abort_callback(context, self._callback, ctypes.cast(self._text, ctypes.c_void_p))

    def set(self) -> None:
        """Abort; from any thread."""
        self._text[0] = b"\x01"

    def clear(self) -> None:
        """Let computations go on again."""
        self._text[0] = b"\x00"

    def is_set(self) -> bool:
        """Return whether an abort was asked for."""
        return bool(self._text[0] != b"\x00")
