"""The way from the hub's library to the sockets: every request passes here, and every failure is told here.

What a request may do stands in its ``Call``. The token goes to the hub's own origin and to no other; an
encrypted hub leads to encrypted addresses only; an answer has a largest size; and what passes by itself (429,
5xx, a lost line) is raised as ``Transient``, before the library would sleep over it.
"""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import httpcore2
import httpx2

from desktop import __version__
from desktop.errors import KotonohaError
from desktop.hub import failures
from desktop.hub.call import Call, current
from desktop.hub.connection import CONNECT_SECONDS, SILENCE_SECONDS, Backend
from desktop.network.transport import counted

_TIMEOUT = {"connect": CONNECT_SECONDS, "read": SILENCE_SECONDS, "write": SILENCE_SECONDS, "pool": None}
_PORTS = {"http": 80, "https": 443}
_BLOCK_BYTES = 256 << 10
_AGENT = f"kotonoha/{__version__}"
Origin = tuple[str, str, int]


class Dispatch(httpx2.BaseTransport):
    """The transport of the library's one client: hands each request to the hub whose call is running."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send the request the way of the current call."""
        return current().hub.transport.handle_request(request)


class Transport(httpx2.BaseTransport):
    """The connections of one hub."""

    def __init__(self, endpoint: str, proxy: str | None) -> None:
        self._origin = origin(httpx2.URL(endpoint))
        self._secure = self._origin[0] == "https"
        self._proxy = proxy
        self._direct: httpcore2.ConnectionPool | None = None
        self._proxied: dict[str, httpcore2.ConnectionPool] = {}

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request. Raises ``KotonohaError``, ``Transient`` and ``Cancelled``."""
        call = current()
        call.check()
        call.count_request()
        own = self._require_allowed(request.url, call)
        if not own:
            request.headers.pop("Authorization", None)
        request.headers.pop("Cookie", None)
        request.headers["User-Agent"] = _AGENT  # the library's own tells of Python and more
        request.headers["Accept-Encoding"] = "identity"  # sizes are what they are, and nothing swells
        message = httpcore2.Request(
            method=request.method,
            url=httpcore2.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions={"timeout": _TIMEOUT},
        )
        with told():
            response = self._pool(request.url).handle_request(message)
        headers = httpx2.Headers(response.headers)
        stream = _Stream(response, call)
        try:
            _require_welcome(response.status, headers, call)
        except BaseException:
            stream.close()
            raise
        headers.pop("Set-Cookie", None)
        extensions = {"network_stream": response.extensions["network_stream"]}
        return httpx2.Response(response.status, headers=headers, stream=stream, extensions=extensions)

    def close(self) -> None:
        """Close the idle connections."""
        for pool in (self._direct, *self._proxied.values()):
            if pool is not None:
                pool.close()

    def _require_allowed(self, url: httpx2.URL, call: Call) -> bool:
        """Return whether ``url`` is the hub itself; raise unless the call may go there."""
        if url.scheme not in _PORTS or not url.host:
            raise failures.redirected()
        if self._secure and url.scheme != "https":
            raise failures.insecure()
        own = origin(url) == self._origin
        if not own and call.hub_only:
            raise failures.redirected()
        return own

    def _pool(self, url: httpx2.URL) -> httpcore2.ConnectionPool:
        proxy = proxy_for(url) if self._proxy is None else self._proxy
        if not proxy:
            self._direct = self._direct or httpcore2.ConnectionPool(
                max_connections=None, max_keepalive_connections=0, network_backend=counted(Backend())
            )
            return self._direct
        if proxy not in self._proxied:
            self._proxied[proxy] = _proxied(proxy)
        return self._proxied[proxy]


class _Stream(httpx2.SyncByteStream):
    """The body of an answer, no larger than its call allows."""

    def __init__(self, response: httpcore2.Response, call: Call) -> None:
        self._response = response
        self._call = call

    def __iter__(self) -> Iterator[bytes]:
        most, size = self._call.most_bytes, 0
        stream = self._response.stream
        assert not hasattr(stream, "__aiter__")
        with told():
            for chunk in stream:
                size += len(chunk)
                if most is not None and size > most:
                    raise failures.odd("size")
                yield chunk

    def close(self) -> None:
        with told():
            self._response.close()


def body(response: httpx2.Response) -> Iterator[bytes]:
    """Return the bytes of an answer as they come. Of a known length, they are not copied three times first.

    httpcore2 hands out the connection as ``network_stream``. Its parser gives all it has with the first
    piece; what follows is only the body, and is read from the connection.
    """
    pieces = response.iter_raw()
    length = response.headers.get("Content-Length", "")
    if not length.isdigit() or "Transfer-Encoding" in response.headers:
        yield from pieces
        return
    left = int(length)
    first = next(pieces, b"")
    yield first
    left -= len(first)
    stream: httpcore2.NetworkStream = response.extensions["network_stream"]
    while left > 0:
        data = stream.read(min(left, _BLOCK_BYTES), _TIMEOUT["read"])
        if not data:
            raise failures.line_lost()
        left -= len(data)
        yield data


def origin(url: httpx2.URL) -> Origin:
    """Return scheme, host and port of an address."""
    return url.scheme, url.host.lower(), url.port or _PORTS.get(url.scheme, 0)


def proxy_for(url: httpx2.URL) -> str:
    """Return the proxy that the system names for this address; "" for none."""
    if urllib.request.proxy_bypass(url.host):
        return ""
    return urllib.request.getproxies().get(url.scheme, "")


@contextmanager
def told() -> Iterator[None]:
    """Raise what the network did in our words."""
    try:
        yield
    except KotonohaError:
        raise
    except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.RemoteProtocolError):
        raise failures.line_lost() from None
    except httpcore2.ProxyError:
        raise failures.proxy_unusable() from None
    except (httpcore2.ProtocolError, httpcore2.UnsupportedProtocol):
        raise failures.odd() from None


def _require_welcome(status: int, headers: httpx2.Headers, call: Call) -> None:
    if status in failures.TRANSIENT_STATUSES:
        raise failures.passing(status, headers.get("Retry-After"))
    if headers.get("Content-Encoding", "identity") not in ("", "identity"):
        raise failures.odd("encoding")
    length = headers.get("Content-Length", "0")
    if call.most_bytes is not None and not (length.isdigit() and int(length[:18]) <= call.most_bytes):
        raise failures.odd("size")


def _proxied(address: str) -> httpcore2.ConnectionPool:
    try:
        url = httpx2.URL(address if "://" in address else f"http://{address}")
    except httpx2.InvalidURL:
        raise failures.proxy_unusable() from None
    if url.scheme != "http" or not url.host:
        raise failures.proxy_unusable()
    return httpcore2.HTTPProxy(
        proxy_url=httpcore2.URL(scheme=b"http", host=url.raw_host, port=url.port, target=b"/"),
        proxy_auth=(url.username.encode(), url.password.encode()) if url.username else None,
        max_connections=None,
        max_keepalive_connections=0,
        network_backend=counted(Backend()),
    )
