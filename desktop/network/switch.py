"""The switch: no connection leaves this process unless a person asked for it.

It is an audit hook (PEP 578): the interpreter asks it before every socket, every connection, every look-up of
a name, whichever library wants it, and it cannot be taken away again. Three states:

- offline (at the start): everything is refused;
- ``set_offline(False)``: the code inside ``allow(purpose)`` may connect, and no other;
- ``lock(name)``, for children: everything is refused for ever, the start of programs too.

Sockets of the machine itself: Unix sockets may be used where it is not locked (the display, the desktop's
bus, a pair of sockets); of loopback only the pair of sockets that Windows makes of two. Otherwise loopback
counts as network, for a proxy may listen there.

What it cannot see is native code that makes connections of its own. ``hf_xet`` would, so its import is
refused; llama.cpp is built without a network, and Qt's is not used (tests look). In children on Linux the
system refuses as well (``wall.py``).
"""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from desktop.errors import KotonohaError
from desktop.network import permit as permits
from desktop.network.permit import Permit, Purpose
from desktop.network.refusal import OfflineError, Reason

if TYPE_CHECKING:
    from desktop.network.ledger import Kind

NATIVE = ("hf_xet",)  # packages whose compiled code connects by itself
SAME_SECONDS = 60.0  # within them, the same refusal is written once
MOST_REFUSALS = 256  # different ones that are written within the same time
_LONGEST_HOST = 1_000  # characters that are looked at
_MOST_PORT = 65_535

_UNIX = getattr(socket, "AF_UNIX", None)
_INTERNET = (socket.AF_INET, socket.AF_INET6)
_TYPES = (socket.SOCK_STREAM, socket.SOCK_DGRAM)
_TYPE_BITS = 0xF  # above them are SOCK_NONBLOCK and SOCK_CLOEXEC
_UNSAID = -1  # what a socket of Python's has for family when it is made of a descriptor that is there already
# On Windows a pair of sockets is made of two on loopback, by this very function.
_PAIR = (
    getattr(socket, "_fallback_socketpair", socket.socketpair).__code__ if sys.platform == "win32" else None
)
_FRAMES = 5  # between a socket of that pair and its function


@dataclass(frozen=True, slots=True)
class Status:
    """What holds in this process, and what would in its children."""

    installed: bool  # the hook is there
    offline: bool
    locked: bool
    wall: str  # "" where the system refuses too in this process; otherwise why it does not
    children_wall: str  # the same for the engine's and the reader's processes


class _Switch:
    def __init__(self) -> None:
        self.offline = True
        self.locked = False
        self.installed = False
        self.process = ""
        self.wall = "only in children"
        self.lock = threading.RLock()  # a finalizer may run anywhere, and want a socket
        self.permits: set[Permit] = set()
        self.refused: dict[tuple[str, str, str, int], float] = {}


_switch = _Switch()


def install(process: str) -> None:
    """Enforce the switch in this process, "window" or "command", from now on and for as long as it lives."""
    with _switch.lock:
        if _switch.installed:
            return
        _switch.installed, _switch.process = True, process
    sys.addaudithook(_hook)


def lock(process: str, families: tuple[int, ...] = ()) -> None:
    """Refuse everything in this process, "engine" or "reader", for ever.

    On Linux the system refuses as well, and to native code too, sockets of all but ``families``.
    Call it before there are threads that may connect.
    """
    from desktop.network import wall

    _switch.wall = wall.build(families)
    install(process)
    with _switch.lock:
        _switch.offline = _switch.locked = True


def is_offline() -> bool:
    """Return whether the switch is on."""
    return _switch.offline


def set_offline(offline: bool) -> None:
    """Set the person's switch; on hangs up whatever is open. Raises ``OfflineError`` where it is locked."""
    with _switch.lock:
        if _switch.locked and not offline:
            raise OfflineError("network_locked")
        _switch.offline = offline
        open_ones = list(_switch.permits) if offline else []
    for each in open_ones:
        each.hang_up()  # its own end writes the ledger: this may be the window's thread


@contextmanager
def allow(purpose: Purpose, about: str = "") -> Iterator[Permit]:
    """Let the code inside connect, in this thread; its end hangs up.

    ``about`` says for the ledger what it is about (a model's name), and must be no secret. A thread that is
    started inside asks for its own. Raises ``OfflineError`` where the switch is on, so that nothing waits for
    a network that is not to be used.
    """
    permit = Permit(purpose, about, _switch.process)
    with _switch.lock:
        reason = _closed()
        if reason is None:
            _switch.permits.add(permit)
    if reason is not None:
        raise OfflineError(reason)
    permits.enter(permit)
    try:
        yield permit
    finally:
        with _switch.lock:
            _switch.permits.discard(permit)
        permit.close()


def require(kind: Kind, host: str = "", port: int = 0) -> Permit:
    """Return the permit under which this code runs; record and raise ``OfflineError`` where there is none."""
    permit, reason = permits.current(), _closed()
    if permit is None or reason is not None:
        _refuse(kind, reason or "network_unasked", host, port)
    return permit


def status() -> Status:
    """Return what holds in this process."""
    from desktop.network import wall

    return Status(_switch.installed, _switch.offline, _switch.locked, _switch.wall, wall.missing())


def _closed() -> Reason | None:
    if _switch.locked:
        return "network_locked"
    return "network_offline" if _switch.offline else None


def _refuse(kind: Kind, reason: Reason, host: str, port: int) -> NoReturn:
    if _is_news((kind, reason, host, port)):
        from desktop.network import ledger  # loaded only when there is something to write

        ledger.refused(kind, reason, process=_switch.process, host=host, port=port)
    raise OfflineError(reason, host)


def _is_news(refusal: tuple[str, str, str, int]) -> bool:
    """Return whether a refusal is to be written: a loop of them may not push out what the ledger has."""
    now = time.monotonic()
    with _switch.lock:
        refused = _switch.refused
        for each in [each for each, when in refused.items() if now - when > SAME_SECONDS]:
            del refused[each]
        if refusal in refused or len(refused) >= MOST_REFUSALS:
            return False
        refused[refusal] = now
    return True


def _record(permit: Permit, kind: Kind, host: str, port: int, address: str) -> None:
    """Write what is about to be done; what cannot be written is not done."""
    from uuid import uuid4

    from desktop.network import ledger
    from desktop.network.connection import Connection, dialling

    dialled = dialling.get()
    try:
        if kind != "connect":
            ledger.opened(
                uuid4().hex,
                kind,
                process=permit.process,
                purpose=permit.purpose,
                about=permit.about,
                host=host,
                port=port,
                address=address,
            )
        elif dialled is None:
            Connection(permit, kind, host, port, address)
        else:
            if dialled.last is not None:  # the name has several addresses, and that one did not answer
                dialled.last.end(failed=True)
            dialled.last = Connection(permit, kind, dialled.host, port, address)
    except (OSError, KotonohaError) as error:
        raise OfflineError("network_unrecorded", host) from error


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if (handle := _HANDLERS.get(event)) is not None:
        handle(*arguments)


def _made(sock: socket.socket, family: int, type: int, _protocol: int, *_: object) -> None:
    # A bare one of C may leave the family out where it means the internet.
    if family == _UNIX or (family == _UNSAID and isinstance(sock, socket.socket)):
        if _switch.locked:
            _refuse("socket", "network_locked", "", 0)
        return
    if _is_pair():
        return
    permit = require("socket")
    if family not in _INTERNET or type & _TYPE_BITS not in _TYPES:  # raw packets, virtual machines, radio …
        _refuse("socket", "network_unasked", "", 0)
    try:
        held = permit.hold(sock)
    except TypeError:  # a bare one of C, which nobody could hang up
        held = False
    if not held:
        _refuse("socket", "network_unasked", "", 0)


def _connected(sock: socket.socket, address: object) -> None:
    if _is_of_the_machine(sock):
        return
    host, port = _where(address)
    permit = require("connect", host, port)
    name, of_port = _looked_up.get()
    _record(permit, "connect", name if name and of_port == port else host, port, host)


def _bound(sock: socket.socket, address: object) -> None:
    if _is_of_the_machine(sock):
        return
    host, port = _where(address)
    require("bind", host, port)
    if port:  # 0 is what a client asks for; nothing here waits for connections from outside
        _refuse("bind", "network_unasked", host, port)


def _sent(sock: socket.socket, address: object) -> None:
    if _is_of_the_machine(sock):
        return
    host, port = _where(address)
    permit = require("send", host, port)
    if address is not None:
        _record(permit, "send", host, port, host)


def _asked(host: object, port: object = None, *_: object) -> None:
    """Look at a look-up, which asks a server of names, often another machine's."""
    name, number = _where((host, port))
    permit = require("lookup", name, number)
    _looked_up.set((name, number))
    if name and not _is_literal(name):
        _record(permit, "lookup", name, number, "")


def _asked_back(address: object, _flags: int = 0) -> None:
    host, port = _where(address)
    _record(require("lookup", host, port), "lookup", host, port, host)


def _imported(module: object, *_: object) -> None:
    if isinstance(module, str) and module.partition(".")[0] in NATIVE:
        raise ImportError(f"{module} would connect by itself", name=module)


def _started(*_: object) -> None:
    if _switch.locked:
        raise OfflineError("network_locked")


_looked_up: ContextVar[tuple[str, int]] = ContextVar("looked_up", default=("", 0))

# https://docs.python.org/3/library/audit_events.html
_HANDLERS: dict[str, Callable[..., None]] = {
    "socket.__new__": _made,
    "socket.connect": _connected,
    "socket.bind": _bound,
    "socket.sendto": _sent,
    "socket.sendmsg": _sent,
    "socket.getaddrinfo": _asked,
    "socket.gethostbyname": _asked,
    "socket.gethostbyaddr": _asked,
    "socket.getnameinfo": _asked_back,
    "import": _imported,
    "subprocess.Popen": _started,
    "os.system": _started,
    "os.exec": _started,
    "os.posix_spawn": _started,
    "os.spawn": _started,
    "os.startfile": _started,
}


def _where(address: object) -> tuple[str, int]:
    """Return host and port of what a library calls an address, which may be anything."""
    host, port = (*address, None, None)[:2] if isinstance(address, tuple) else (address, None)
    if isinstance(host, bytes | bytearray):
        host = host.decode("utf-8", "replace")
    name = host[:_LONGEST_HOST] if isinstance(host, str) else ""
    with contextlib.suppress(ValueError):
        if isinstance(port, int | str | bytes) and 0 <= int(port) <= _MOST_PORT:
            return name, int(port)
    return name, 0


def _is_literal(host: str) -> bool:
    for family in _INTERNET:
        with contextlib.suppress(OSError, ValueError):
            socket.inet_pton(family, host.partition("%")[0])
            return True
    return False


def _is_of_the_machine(sock: socket.socket) -> bool:
    return (sock.family == _UNIX and not _switch.locked) or _is_pair()


def _is_pair() -> bool:
    """Return whether this is Windows' pair of sockets, which never leaves the machine."""
    if _PAIR is None:
        return False
    frame: FrameType | None = sys._getframe(1)
    for _ in range(_FRAMES):
        if frame is None:
            return False
        if frame.f_code is _PAIR:
            return True
        frame = frame.f_back
    return False
