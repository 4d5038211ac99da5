"""Sockets to a hub: opened, read and closed so that a cancel is heard within a tenth of a second.

Does not know who may connect: that is ``desktop.network``, which stands around this (``transport.py``).
"""

from __future__ import annotations

import contextvars
import queue
import selectors
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

import httpcore2

from desktop.errors import KotonohaError
from desktop.hub import failures
from desktop.hub.call import Call, current

POLL_SECONDS = 0.1
CONNECT_SECONDS = 15.0
SILENCE_SECONDS = 30.0  # a line on which nothing has come for so long is lost
_Address = tuple[Any, ...]
T = TypeVar("T")


def open_socket(host: str, port: int, call: Call, timeout: float) -> socket.socket:
    """Return a connected socket. Raises ``Transient``, ``Cancelled``; whatever refuses it passes through."""
    deadline = time.monotonic() + timeout
    addresses = _resolved(host, port, call, deadline)
    failure: Exception = failures.unreachable()
    for family, kind, protocol, _, address in addresses[:8]:
        sock = socket.socket(family, kind, protocol)
        try:
            _connect(sock, address, call, deadline)
        except failures.Transient as error:
            sock.close()
            failure = error
        except BaseException:
            sock.close()
            raise
        else:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(POLL_SECONDS)
            return sock
    raise failure


def _deadline(timeout: float | None) -> float:
    return time.monotonic() + (timeout or SILENCE_SECONDS)


class Backend(httpcore2.NetworkBackend):
    """How httpcore2 gets its connections."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to a host, until the current call is cancelled."""
        return Stream(open_socket(host, port, current(), timeout or CONNECT_SECONDS))


class Stream(httpcore2.NetworkStream):
    """One connection, plain or encrypted."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._open = True

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what has come, b"" at the end; ``Transient`` after ``timeout`` seconds of silence."""
        return self._patiently(partial(self._socket.recv, max_bytes), _deadline(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send everything."""
        deadline = _deadline(timeout)
        view = memoryview(buffer)
        while view:
            view = view[self._patiently(partial(self._socket.send, view), deadline) :]

    def _patiently(self, work: Callable[[], T], deadline: float) -> T:
        """Do it in short waits, so that a cancel is heard; ``deadline`` in monotonic seconds."""
        call = current()
        while True:
            call.check()
            try:
                return work()
            except TimeoutError:
                if time.monotonic() > deadline:
                    raise failures.line_lost() from None
            except OSError:
                raise failures.line_lost() from None

    def close(self) -> None:
        """End the connection; a second time does nothing."""
        if self._open:
            self._open = False
            self._socket.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """Encrypt the connection. A cancel ends the handshake by shutting the socket down."""
        if isinstance(self._socket, ssl.SSLSocket):  # an encrypted proxy; proxies are http:// here
            self.close()
            raise failures.proxy_unusable()
        call = current()
        self._socket.settimeout(timeout or CONNECT_SECONDS)
        encrypted = ssl_context.wrap_socket(
            self._socket, server_hostname=server_hostname, do_handshake_on_connect=False
        )
        self._socket = encrypted  # the plain one has given its descriptor away
        forget = call.cancel.on_set(lambda: _shut_down(encrypted))
        try:
            encrypted.do_handshake()
            encrypted.settimeout(POLL_SECONDS)
        except ssl.SSLCertVerificationError:
            self.close()
            raise failures.certificate() from None
        except OSError:
            self.close()
            call.check()
            raise failures.line_lost() from None
        finally:
            forget()
        self._open = False  # the new stream has the socket now
        return Stream(encrypted)

    def get_extra_info(self, info: str) -> object:
        """Answer what httpcore2 asks: whether an idle connection has ended."""
        if info == "is_readable":
            return self._open and _readable(self._socket)
        if info == "ssl_object" and isinstance(self._socket, ssl.SSLSocket):
            return self._socket._sslobj  # type: ignore[attr-defined]
        return None


def _resolved(host: str, port: int, call: Call, deadline: float) -> list[_Address]:
    """Return the addresses of a host; the system's look-up cannot be stopped, so it runs beside us."""
    answers: queue.SimpleQueue[list[_Address] | OSError] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:  # UnicodeError: a label that is too long
            answers.put(error if isinstance(error, OSError) else OSError(str(error)))

    context = contextvars.copy_context()  # in which the switch is open
    threading.Thread(target=context.run, args=(look_up,), name="hub-name", daemon=True).start()
    while True:
        try:
            answer = answers.get(timeout=POLL_SECONDS)
        except queue.Empty:
            call.check()
            if time.monotonic() > deadline:
                raise failures.unreachable() from None
            continue
        if isinstance(answer, socket.gaierror | UnicodeError):
            raise failures.unreachable() from None
        if isinstance(answer, OSError):  # perhaps a refusal with words of its own
            raise _told(answer)
        return answer


def _connect(sock: socket.socket, address: tuple[Any, ...], call: Call, deadline: float) -> None:
    sock.setblocking(False)
    try:
        sock.connect(address)
    except BlockingIOError:
        pass
    except OSError as error:
        raise _told(error) from None
    with selectors.DefaultSelector() as selector:
        selector.register(sock, selectors.EVENT_WRITE)
        while not selector.select(POLL_SECONDS):
            call.check()
            if time.monotonic() > deadline:
                raise failures.unreachable()
    if sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
        raise failures.unreachable()


def _told(error: OSError) -> Exception:
    """Return the refusal of a switch as it is, and anything else as a hub that cannot be reached."""
    return error if isinstance(error, KotonohaError) else failures.unreachable()


def _readable(sock: socket.socket) -> bool:
    with selectors.DefaultSelector() as selector:
        try:
            selector.register(sock, selectors.EVENT_READ)
        except (ValueError, OSError):  # closed
            return True
        return bool(selector.select(0))


def _shut_down(sock: socket.socket) -> None:
    with suppress(OSError):  # it has ended by itself
        socket.socket.shutdown(sock, socket.SHUT_RDWR)  # not SSLSocket's own, which drops the encryption
