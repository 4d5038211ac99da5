"""The transport of HTTP that asks the switch and counts. The only file here that knows a library of HTTP.

Bytes are counted where the library reads and writes, above TLS: the bytes of HTTP, headers too, without the
framing of TLS and TCP. That is exact, the same on every system, and what a person downloads. The kernel's own
count would need a descriptor kept open after the library has closed it.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import Any

import httpx2
from httpcore2 import SOCKET_OPTION, NetworkBackend, NetworkStream

from desktop.errors import KotonohaError
from desktop.network import switch
from desktop.network.connection import Connection, Dialling, dialling
from desktop.network.refusal import OfflineError

LIMITS = httpx2.Limits(max_connections=32, max_keepalive_connections=8, keepalive_expiry=5.0)


class CountedTransport(httpx2.HTTPTransport):
    """``httpx2.HTTPTransport`` for code inside ``allow``; outside, a request raises ``OfflineError`` at once.

    The library would call a refused socket a lost network, and try again. ``verify``, ``proxy`` and
    ``limits`` are httpx2's; a client with a transport takes no proxy from the environment. Through a proxy,
    the ledger has the proxy's host, for that is where the connection goes.
    """

    def __init__(
        self,
        *,
        verify: ssl.SSLContext | str | bool = True,
        proxy: httpx2.Proxy | str | None = None,
        limits: httpx2.Limits | None = None,
    ) -> None:
        super().__init__(verify=verify, proxy=proxy, limits=limits or LIMITS)
        # httpcore2 takes one in its constructor, which httpx2 does not offer.
        self._pool._network_backend = _Backend(self._pool._network_backend)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request where it is allowed; raises ``OfflineError`` and httpx2's own errors."""
        switch.require("connect", request.url.host, request.url.port or 0)
        return super().handle_request(request)


def counted(backend: NetworkBackend) -> NetworkBackend:
    """Return a backend whose connections ask the switch and are counted."""
    return _Backend(backend)


class _Backend(NetworkBackend):
    def __init__(self, backend: NetworkBackend) -> None:
        self._backend = backend

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> NetworkStream:
        permit = switch.require("connect", host, port)
        dialled = Dialling(host, port)
        token = dialling.set(dialled)
        try:
            stream = self._backend.connect_tcp(host, port, timeout, local_address, socket_options)
        except Exception:
            if dialled.last is not None:
                dialled.last.end(failed=True)
            raise
        finally:
            dialling.reset(token)
        try:
            # Where no hook is installed, in the tests of other packages, nobody has written it yet.
            connection = dialled.last or Connection(permit, "connect", host, port)
        except (OSError, KotonohaError) as error:
            stream.close()
            raise OfflineError("network_unrecorded", host) from error
        if not permit.is_open:  # hung up between the question and the connection
            stream.close()
            connection.end(failed=True)
            switch.require("connect", host, port)
        connection.count()
        return _Stream(stream, connection)

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> NetworkStream:
        return self._backend.connect_unix_socket(path, timeout, socket_options)

    def sleep(self, seconds: float) -> None:
        self._backend.sleep(seconds)


class _Stream(NetworkStream):
    def __init__(self, stream: NetworkStream, connection: Connection) -> None:
        self._stream = stream
        self._connection = connection

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._stream.read(max_bytes, timeout)
        self._connection.count(received=len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout)
        self._connection.count(sent=len(buffer))

    def close(self) -> None:
        self._stream.close()
        self._connection.end()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> NetworkStream:
        try:
            secured = self._stream.start_tls(ssl_context, server_hostname, timeout)
        except Exception:
            self._connection.end(failed=True)
            raise
        return _Stream(secured, self._connection)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - as it is declared
        return self._stream.get_extra_info(info)
