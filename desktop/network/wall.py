"""The second wall: the system itself refuses sockets to a child, to its native code too.

Linux has seccomp: a small program in the kernel that sees each system call. This one lets ``socket`` make
only the families that are named, refuses ``io_uring``, which could make one past it, and the calls of another
architecture. It holds for all threads, for whatever is started from here, and for ever. There is nothing of
the kind without a signature or an installation on macOS and Windows, where the audit hook stands alone.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from dataclasses import dataclass

AF_UNIX, AF_NETLINK, AF_INET = 1, 16, 2  # linux/socket.h
# Drivers of graphics cards ask the kernel for devices, and talk to their own services.
DRIVERS = (AF_UNIX, AF_NETLINK)

# linux/prctl.h, linux/seccomp.h
_NO_NEW_PRIVS = 38
_SET_FILTER, _ACTION_AVAILABLE = 1, 2
_TSYNC = 1
_ALLOW, _ERRNO = 0x7FFF_0000, 0x0005_0000
# linux/bpf_common.h: load a word, jump if equal, jump if greater or equal, return a constant
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
# struct seccomp_data; both architectures are little-endian: at 16 is the lower half of the first argument
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_X32 = 0x4000_0000  # the third way to number calls on x86-64


@dataclass(frozen=True, slots=True)
class _Calls:
    """Numbers of an architecture: linux/audit.h, asm/unistd.h."""

    architecture: int
    socket: int
    seccomp: int
    io_uring_setup: int = 425
    x32: bool = False


_MACHINES = {
    "x86_64": _Calls(0xC000_003E, socket=41, seccomp=317, x32=True),
    "aarch64": _Calls(0xC000_00B7, socket=198, seccomp=277),
}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def missing() -> str:
    """Return why there can be no wall on this system, "" where there can."""
    if sys.platform != "linux":
        return f"not on {platform.system()}"
    calls = _calls()
    if calls is None:
        return f"not on {platform.machine()}, {struct.calcsize('P') * 8} bits"
    action = ctypes.c_uint32(_ERRNO)
    if _libc().syscall(calls.seccomp, _ACTION_AVAILABLE, 0, ctypes.byref(action)) != 0:
        return f"no seccomp: {os.strerror(ctypes.get_errno())}"
    return ""


def build(families: tuple[int, ...]) -> str:
    """Let this process make sockets of these families only, for ever; return "", or why that failed.

    What is refused gets ``EAFNOSUPPORT``, as on a machine without a network.
    """
    if reason := missing():
        return reason
    calls = _calls()
    assert calls is not None
    libc = _libc()
    if libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return f"no_new_privs: {os.strerror(ctypes.get_errno())}"
    code = _program(calls, families)
    program = _Program(len(code) // 8, code)
    failed = libc.syscall(calls.seccomp, _SET_FILTER, _TSYNC, ctypes.byref(program))
    if failed:
        return f"seccomp: {os.strerror(ctypes.get_errno()) if failed < 0 else 'a thread stands apart'}"
    descriptor = libc.socket(AF_INET, 1, 0)
    if descriptor >= 0:
        os.close(descriptor)
        return "seccomp: it lets sockets through"
    return ""


def _program(calls: _Calls, families: tuple[int, ...]) -> bytes:
    """Return the filter, as ``struct sock_filter``: code, jumps if true and false, constant."""
    refuse = _ERRNO | errno.EPERM
    lines = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, calls.architecture),
        (_RETURN, 0, 0, refuse),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if calls.x32:
        lines += [(_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, refuse)]
    lines += [
        (_EQUAL, 0, 1, calls.io_uring_setup),
        (_RETURN, 0, 0, _ERRNO | errno.ENOSYS),
        (_EQUAL, 1, 0, calls.socket),
        (_RETURN, 0, 0, _ALLOW),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
    ]
    for family in families:
        lines += [(_EQUAL, 0, 1, family), (_RETURN, 0, 0, _ALLOW)]
    lines.append((_RETURN, 0, 0, _ERRNO | errno.EAFNOSUPPORT))
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def _calls() -> _Calls | None:
    return _MACHINES.get(platform.machine()) if struct.calcsize("P") == 8 else None


def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return libc
