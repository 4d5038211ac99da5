"""What llama.cpp can compute on here, asked of ggml's own registry. The child's side.

llama-cpp-python does not bind these functions. They must come from the very libraries that libllama uses: a
second copy of them has a registry of its own, and using both crashes. And never ``ggml_backend_load_all``: it
would load libraries that lie in the working directory. Source: ggml-backend.h.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias, cast

import llama_cpp.llama_cpp as llama

from desktop.engine.memory import available_bytes
from desktop.engine.protocol import Device, DeviceKind

_Type: TypeAlias = "type[ctypes._SimpleCData[Any]]"

_KINDS: dict[int, DeviceKind] = {
    0: "cpu",
    1: "gpu",
    2: "integrated_gpu",
    3: "accelerator",
}  # ggml_backend_dev_type


def list_devices() -> tuple[Device, ...]:
    """Return every device of this build, in ggml's order."""
    get = _function("ggml", "ggml_backend_dev_get", ctypes.c_void_p, ctypes.c_size_t)
    count = _function("ggml", "ggml_backend_dev_count", ctypes.c_size_t)()
    return tuple(_device(get(index)) for index in range(count))


def _device(handle: int) -> Device:
    kind = _KINDS.get(_of_device("type", ctypes.c_int)(handle), "accelerator")
    registry = _of_device("backend_reg", ctypes.c_void_p)(handle)
    backend = _function("ggml-base", "ggml_backend_reg_name", ctypes.c_char_p, ctypes.c_void_p)(registry)
    free, total = ctypes.c_size_t(), ctypes.c_size_t()
    memory = _function("ggml-base", "ggml_backend_dev_memory", None, *[ctypes.c_void_p] * 3)
    memory(handle, ctypes.byref(free), ctypes.byref(total))
    left = available_bytes() if kind == "cpu" else None
    return Device(
        name=_text(_of_device("name", ctypes.c_char_p)(handle)),
        description=_text(_of_device("description", ctypes.c_char_p)(handle)),
        backend=_text(backend),
        kind=kind,
        total_bytes=total.value,
        free_bytes=free.value if left is None else min(left, total.value),
    )


def _text(data: bytes | None) -> str:
    return (data or b"").decode("utf-8", "replace").strip()


def _of_device(name: str, result: _Type) -> Callable[..., Any]:
    return _function("ggml-base", f"ggml_backend_dev_{name}", result, ctypes.c_void_p)


def _function(library: str, name: str, result: _Type | None, *arguments: _Type) -> Callable[..., Any]:
    """Return a C function of the ``library`` that is loaded already."""
    if sys.platform == "win32":  # a module that is loaded is found by its name
        found = ctypes.CDLL(str(Path(llama.__file__).parent / "lib" / f"{library}.dll"))[name]
    else:  # the symbols of a handle include those of the libraries that it needs
        found = llama._lib[name]
    found.restype = result
    found.argtypes = arguments
    return cast("Callable[..., Any]", found)
