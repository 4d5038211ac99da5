"""A hub on loopback that serves the real library, with every fault of a real line switched on one by one.

Two servers on two ports, as in life: the hub with its API, and the store of bytes to which it redirects with
a signed address. What each of them was asked is kept in ``seen``.

The answers have the shape that the hub's library 2.4 reads: a list with ``Link``, one model with its
siblings, a tree, ``resolve`` with ``X-Repo-Commit``, ``X-Linked-Etag``, ``X-Linked-Size``, and errors with
``X-Error-Code``.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

BLOCK = 64 << 10
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Fault:
    """What goes wrong with one answer. Places are bytes of the file, counts are bytes of this answer."""

    status: int = 0  # answer with this instead
    retry_after: str = ""
    reset_after: int = -1  # a connection reset after so many bytes
    end_after: int = -1  # the connection is closed, as if that were all
    stall_after: int = -1  # nothing more comes, until the hub is closed or freed
    no_ranges: bool = False  # the whole file, whatever is asked for
    length_off: int = 0  # added to Content-Length
    flip: tuple[int, ...] = ()  # these bytes are wrong
    body: bytes | None = None  # this instead of the bytes, or of the JSON
    bytes_a_second: int = 0
    redirect: str = ""  # "loop": to itself, else this address
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False  # the connection is closed before any answer
    chunked: bool = False  # no length is said, and the bytes come in chunks


@dataclass
class Repo:
    """One repository. ``files`` are bytes, or paths of large ones."""

    id: str
    files: dict[str, bytes | Path] = field(default_factory=dict)
    commit: str = COMMIT
    gated: bool = False
    admitted: tuple[str, ...] = ()  # tokens
    tags: list[str] = field(default_factory=lambda: ["gguf"])
    downloads: int = 0
    likes: int = 0
    updated: str = "2026-11-01T00:00:00.000Z"
    extra: dict[str, Any] = field(default_factory=dict)  # over the JSON of the repository
    siblings: list[Any] | None = None  # instead of those of ``files``


@dataclass(frozen=True)
class Seen:
    """One request. ``store`` tells the server with the bytes from the hub."""

    store: bool
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]

    @property
    def first(self) -> int:
        """The first byte that was asked for."""
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("range", ""))
        return int(found[1]) if found else 0


class FakeHub:
    """Both servers, in threads; ``with FakeHub() as hub``."""

    def __init__(self, *repos: Repo, tls: ssl.SSLContext | None = None) -> None:
        self.repos = {repo.id: repo for repo in repos}
        self.seen: list[Seen] = []
        self.sent = 0  # bytes of files
        self.api_faults: list[Fault] = []  # each for one answer of the API, in order
        self.resolve_faults: list[Fault] = []
        self.store_faults: list[Fault] = []
        self.always = Fault()  # for every answer with bytes that has no fault of its own
        self.page = 1000  # entries of a list
        self.free = threading.Event()
        self._signature = 1
        self._once = True
        self._lock = threading.Lock()
        self._digests: dict[tuple[str, str], tuple[int, str]] = {}
        self.hub = _server(self, store=False)
        self.store = _server(self, store=True)
        scheme, host = ("http", "127.0.0.1") if tls is None else ("https", "localhost")
        for server in (self.hub, self.store):
            if tls is not None:
                server.socket = tls.wrap_socket(server.socket, True, do_handshake_on_connect=False)
        self.url = f"{scheme}://{host}:{self.hub.server_address[1]}"
        self.store_url = f"{scheme}://{host}:{self.store.server_address[1]}"

    def __enter__(self) -> FakeHub:
        for server in (self.hub, self.store):
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.free.set()
        for server in (self.hub, self.store):
            server.shutdown()
            server.server_close()

    def expire(self) -> None:
        """Let every signed address that was given out expire."""
        self._signature += 1

    def signed(self, repo: Repo, path: str) -> str:
        """Return an address for the bytes that holds until ``expire``."""
        return f"{self.store_url}/{repo.id}/{quote(path)}?X-Signature={self._signature}-secret"

    def asked(self, *, store: bool) -> list[Seen]:
        """Return the requests to one of the servers that were no HEAD."""
        return [seen for seen in self.seen if seen.store == store and seen.method == "GET"]

    def digest(self, repo: Repo, path: str) -> tuple[int, str]:
        """Return size and SHA-256 of a file."""
        content = repo.files[path]
        if isinstance(content, bytes):
            return len(content), hashlib.sha256(content).hexdigest()
        key = repo.id, path
        if key not in self._digests:
            digest = hashlib.sha256()
            with content.open("rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
            self._digests[key] = content.stat().st_size, digest.hexdigest()
        return self._digests[key]

    def fault(self, faults: list[Fault]) -> Fault:
        with self._lock:
            return faults.pop(0) if faults else Fault()


def is_lfs(path: str) -> bool:
    return path.endswith((".gguf", ".dat"))


def git_sha1(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0%b" % (len(content), content)).hexdigest()


def _server(fake: FakeHub, *, store: bool) -> ThreadingHTTPServer:
    class Handler(_StoreHandler if store else _HubHandler):  # type: ignore[misc]
        hub = fake

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass  # a client that hung up

    return Server(("127.0.0.1", 0), Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: FakeHub
    is_store = False

    def log_message(self, format: str, *args: object) -> None:
        pass

    def begin(self) -> tuple[str, dict[str, list[str]]]:
        parts = urlsplit(self.path)
        query = parse_qs(parts.query, keep_blank_values=True)
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.hub.seen.append(Seen(self.is_store, self.command, parts.path, query, headers))
        return unquote(parts.path), query

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def error(self, status: int, code: str = "") -> None:
        self.answer(status, b'{"error":"no"}', **({"X_Error_Code": code} if code else {}))

    def reset(self) -> None:
        """Close with RST, as a line that breaks."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True
        raise ConnectionResetError

    def failed(self, fault: Fault) -> bool:
        """Answer with the fault where it is one that replaces the answer."""
        if fault.drop:
            self.reset()
        if fault.status:
            extra = {"Retry_After": fault.retry_after} if fault.retry_after else {}
            self.answer(fault.status, fault.body or b"", **extra, **fault.headers)
            return True
        if fault.redirect:
            self.answer(302, Location=self.path if fault.redirect == "loop" else fault.redirect)
            return True
        return False

    def bytes_of(self, content: bytes | Path, fault: Fault, **headers: str) -> None:
        """Answer with a file, or a range of it, and its fault."""
        size = len(content) if isinstance(content, bytes) else content.stat().st_size
        first, last, status = 0, size - 1, 200
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if wanted and not fault.no_ranges:
            first, last, status = int(wanted[1]), min(int(wanted[2] or last), last), 206
            if first >= size:
                self.answer(416, Content_Range=f"bytes */{size}")
                return
            headers["Content_Range"] = f"bytes {first}-{last}/{size}"
        length = last - first + 1
        if fault.chunked:
            headers["Transfer_Encoding"] = "chunked"
        else:
            headers["Content_Length"] = str(length + fault.length_off)
        self.send_response(status)
        for name, value in (headers | fault.headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command == "HEAD":
            return
        if fault == Fault() and isinstance(content, Path):
            with content.open("rb") as file:
                self.hub.sent += self.connection.sendfile(file, first, length)
            return
        self._spoilt(content, first, length, fault)

    def _spoilt(self, content: bytes | Path, first: int, length: int, fault: Fault) -> None:
        sent = 0
        stops = [place for place in (fault.reset_after, fault.end_after, fault.stall_after) if place >= 0]
        while sent < length:
            end = min([length, sent + BLOCK, *(place for place in stops if place > sent)])
            block = bytearray(_slice(content, first + sent, first + end))
            for place in fault.flip:
                if first + sent <= place < first + end:
                    block[place - first - sent] ^= 1
            if sent == fault.reset_after:
                self.wfile.flush()
                self.reset()
            if sent == fault.end_after:
                self.close_connection = True
                return
            if sent == fault.stall_after:
                self.hub.free.wait()
                self.close_connection = True
                return
            self.wfile.write(b"%x\r\n%b\r\n" % (len(block), block) if fault.chunked else block)
            sent = end
            self.hub.sent += len(block)
            if fault.bytes_a_second:
                time.sleep(len(block) / fault.bytes_a_second)
        if fault.chunked:
            self.wfile.write(b"0\r\n\r\n")
        if fault.length_off > 0:
            self.close_connection = True


class _StoreHandler(_Handler):
    is_store = True

    def do_GET(self) -> None:
        path, query = self.begin()
        fault = self.hub.fault(self.hub.store_faults)
        if fault == Fault():
            fault = self.hub.always
        if self.failed(fault):
            return
        if query.get("X-Signature") != [f"{self.hub._signature}-secret"]:
            self.error(403)
            return
        owner, name, file = path[1:].split("/", 2)
        repo = self.hub.repos[f"{owner}/{name}"]
        content = repo.files[file] if fault.body is None else fault.body
        # The store's tags are its own, as in life.
        self.bytes_of(content, fault, ETag='"of-the-store"', Accept_Ranges="bytes", **fault.headers)


class _HubHandler(_Handler):
    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path, query = self.begin()
        if path.startswith("/api/"):
            fault = self.hub.fault(self.hub.api_faults)
            if self.failed(fault):
                return
            if fault.body is not None or fault.stall_after >= 0:
                self.bytes_of(fault.body or b"[]", fault, Content_Type="application/json", **fault.headers)
                return
            self._api(path, query)
            return
        found = re.fullmatch(r"/([^/]+/[^/]+)/(?:resolve|raw)/([^/]+)/(.+)", path)
        fault = self.hub.fault(self.hub.resolve_faults)
        if self.failed(fault):
            return
        if found is None:
            self.error(404, "EntryNotFound")
            return
        repo = self._repo(found[1])
        if repo is not None:
            self._resolve(repo, found[2], found[3], fault)

    def _repo(self, id: str) -> Repo | None:
        repo = self.hub.repos.get(id)
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if token == "hf_wrong":
            self.answer(401, X_Error_Message="Invalid credentials in Authorization header")
        elif repo is None:
            self.error(401 if not token else 404, "RepoNotFound")
        elif repo.gated and token not in repo.admitted and "/resolve/" in self.path:
            self.error(403 if token else 401, "GatedRepo")
        else:
            return repo
        return None

    def _resolve(self, repo: Repo, revision: str, path: str, fault: Fault) -> None:
        if revision not in ("main", repo.commit):
            self.error(404, "RevisionNotFound")
        elif path not in repo.files:
            self.error(404, "EntryNotFound")
        elif is_lfs(path):
            size, sha256 = self.hub.digest(repo, path)
            headers = {
                "X_Repo_Commit": repo.commit,
                "X_Linked_Etag": f'"{sha256}"',
                "X_Linked_Size": str(size),
                "ETag": f'"{sha256}"',
                "Location": self.hub.signed(repo, path),
            } | fault.headers
            self.answer(302, **headers)
        else:
            content = repo.files[path]
            assert isinstance(content, bytes)
            headers = {"X_Repo_Commit": repo.commit, "ETag": f'"{git_sha1(content)}"'} | fault.headers
            self.bytes_of(content, fault, **headers)

    def _api(self, path: str, query: dict[str, list[str]]) -> None:
        if path == "/api/models":
            self._list(query)
            return
        found = re.fullmatch(r"/api/models/([^/]+/[^/]+)(/tree/[^/]+|/revision/[^/]+)?", path)
        repo = self._repo(found[1]) if found else None
        if found is None:
            self.error(404)
        elif repo is not None:
            tree = (found[2] or "").startswith("/tree")
            body = [_entry(self.hub, repo, name) for name in repo.files] if tree else self._info(repo, query)
            self.answer(200, json.dumps(body).encode(), Content_Type="application/json")

    def _info(self, repo: Repo, query: dict[str, list[str]]) -> dict[str, Any]:
        siblings: list[Any] = []
        for name in repo.files if repo.siblings is None else ():
            size, sha256 = self.hub.digest(repo, name)
            one: dict[str, Any] = {"rfilename": name}
            if "blobs" in query:
                one |= {"size": size, "blobId": "1" * 40}
                if is_lfs(name):
                    one["lfs"] = {"sha256": sha256, "size": size, "pointerSize": 135}
            siblings.append(one)
        return (
            _summary(repo) | {"siblings": siblings if repo.siblings is None else repo.siblings} | repo.extra
        )

    def _list(self, query: dict[str, list[str]]) -> None:
        words = query.get("search", [""])[0].lower()
        filters = set(query.get("filter", []))
        found = [
            repo for repo in self.hub.repos.values() if words in repo.id.lower() and filters <= set(repo.tags)
        ]
        key = query.get("sort", ["downloads"])[0]
        found.sort(
            key=lambda repo: repo.updated if key == "lastModified" else getattr(repo, key, 0), reverse=True
        )
        start = int(query.get("cursor", ["0"])[0])
        size = min(int(query.get("limit", ["1000"])[0]), self.hub.page)
        page = found[start : start + size]
        extra = {}
        if start + size < len(found):
            rest = urlsplit(self.path).query.replace(f"&cursor={start}", "")
            extra["Link"] = f'<{self.hub.url}/api/models?{rest}&cursor={start + size}>; rel="next"'
        body = json.dumps([_summary(repo) | repo.extra for repo in page]).encode()
        self.answer(200, body, Content_Type="application/json", **extra)


def _summary(repo: Repo) -> dict[str, Any]:
    return {
        "_id": "1",
        "id": repo.id,
        "modelId": repo.id,
        "author": repo.id.partition("/")[0],
        "sha": repo.commit,
        "lastModified": repo.updated,
        "createdAt": repo.updated,
        "gated": "auto" if repo.gated else False,
        "private": False,
        "disabled": False,
        "downloads": repo.downloads,
        "likes": repo.likes,
        "tags": repo.tags,
        "gguf": {"total": 8_000_000_000, "architecture": "llama", "context_length": 8192},
    }


def _entry(fake: FakeHub, repo: Repo, path: str) -> dict[str, Any]:
    size, sha256 = fake.digest(repo, path)
    entry: dict[str, Any] = {"type": "file", "oid": "1" * 40, "size": size, "path": path}
    if is_lfs(path):
        entry["lfs"] = {"oid": sha256, "size": size, "pointerSize": 135}
    return entry


def _slice(content: bytes | Path, first: int, end: int) -> bytes:
    if isinstance(content, bytes):
        return content[first:end]
    with content.open("rb") as file:
        file.seek(first)
        return file.read(end - first)


@contextlib.contextmanager
def serving(*repos: Repo) -> Iterator[FakeHub]:
    with FakeHub(*repos) as hub:
        yield hub
