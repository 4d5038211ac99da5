"""A hub: where models are searched for and fetched. The only module that imports the hub's own library.

The library makes no call of its own: telemetry, its list of agents, stored tokens and its native transfer
(which would pass by the switch) are off before it is imported, and its client is ours.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from desktop.errors import KotonohaError
from desktop.hub import failures, names
from desktop.hub.call import Call, calling
from desktop.jobs import Cancel, Cancelled
from desktop.network import Purpose, quiet_environment

if TYPE_CHECKING:
    import httpx2
    from huggingface_hub import HfApi

    from desktop.hub.transport import Transport
    from desktop.store import Preferences

OFFICIAL = "https://huggingface.co"
MOST_BYTES = 64 << 20  # of one answer that is read as a whole
_API_SECONDS = 60.0
_WAITS = (0.5, 2.0, 5.0)  # seconds before asking again
_LONGEST_WAIT = 15.0
_LARGEST_FILE = 1 << 44  # bytes
T = TypeVar("T")
_import_lock = threading.Lock()
_imported: ModuleType | None = None


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a hub says of one file."""

    commit: str  # "" where it does not say
    etag: str  # of a file in LFS its SHA-256, of another its git blob id; without quotes
    size_bytes: int
    location: str  # where its bytes are: a secret, valid for a while

    @property
    def sha256(self) -> str:
        """The SHA-256 of the file; "" where the hub does not say it."""
        return self.etag if _is_hex(self.etag, 64) else ""

    @property
    def git_sha1(self) -> str:
        """The id of the file as a git blob; "" where the hub does not say it."""
        return self.etag if _is_hex(self.etag, 40) else ""


class Hub:
    """One hub. May be used from several threads at once.

    ``endpoint`` None: ``HF_ENDPOINT``, or the official one. The token is sent to the official hub, and to a
    mirror only where ``token_for_mirror`` says so. ``proxy`` None: as the system says; "": none.
    """

    def __init__(
        self,
        endpoint: str | None = None,
        *,
        token: str | None = None,
        proxy: str | None = None,
        token_for_mirror: bool = False,
    ) -> None:
        """Prepare; nothing is asked yet. Raises ``KotonohaError("endpoint_unusable")``."""
        self.endpoint = (endpoint or os.environ.get("HF_ENDPOINT") or OFFICIAL).rstrip("/")
        self._token = token if token and (token_for_mirror or self.endpoint == OFFICIAL) else None
        self._proxy = proxy
        self._transport: Transport | None = None
        _require_endpoint(self.endpoint)

    def __repr__(self) -> str:  # never the token
        return f"Hub({self.endpoint!r})"

    @property
    def has_token(self) -> bool:
        """Whether a token is sent to this hub."""
        return self._token is not None

    @property
    def transport(self) -> Transport:
        """The connections to this hub."""
        if self._transport is None:
            from desktop.hub.transport import Transport

            self._transport = Transport(self.endpoint, self._proxy)
        return self._transport

    def close(self) -> None:
        """Close idle connections."""
        if self._transport is not None:
            self._transport.close()

    def ask(self, purpose: Purpose, about: str, cancel: Cancel, question: Callable[[HfApi], T]) -> T:
        """Return what the library answers, asking again a few times where it may help.

        Raises ``KotonohaError`` (``hub_unreachable``, ``line_lost``, ``hub_busy``, ``hub_unwell``,
        ``hub_odd``, ``hub_gated``, ``repository_missing`` …) and ``Cancelled``.
        """
        api = self._api()

        def once() -> T:
            deadline = time.monotonic() + _API_SECONDS
            with calling(Call(self, purpose, about, cancel, MOST_BYTES, deadline)), self._answers():
                return question(api)

        return _repeated(once, cancel)

    def beginning(
        self, repository: str, revision: str, path: str, most_bytes: int, cancel: Cancel
    ) -> tuple[bytes, bool]:
        """Return the first bytes of a text to show, and whether there are more. Raises like ``ask``."""
        url = self._address(repository, revision, path)

        def once() -> tuple[bytes, bool]:
            deadline = time.monotonic() + _API_SECONDS
            call = Call(self, Purpose.DETAILS, repository, cancel, deadline=deadline, hub_only=False)
            content = bytearray()
            with calling(call), self.opened(url, None) as response:
                for chunk in response.iter_raw():
                    content += chunk
                    if len(content) > most_bytes:
                        return bytes(content[:most_bytes]), True
            return bytes(content), False

        return _repeated(once, cancel)

    def metadata(self, repository: str, revision: str, path: str, cancel: Cancel) -> Metadata:
        """Ask for one file, once, in order to fetch it. Raises like ``ask``."""
        library, url = _library(), self._address(repository, revision, path)
        deadline = time.monotonic() + _API_SECONDS
        call = Call(self, Purpose.DOWNLOAD, repository, cancel, MOST_BYTES, deadline)
        with calling(call), self._answers():
            found = library.get_hf_file_metadata(
                url, token=self._token or False, timeout=None, endpoint=self.endpoint
            )
            size, etag = found.size, found.etag or ""
            if size is None or not 0 <= size <= _LARGEST_FILE or len(etag) > 200:
                raise failures.odd("size")
            commit = found.commit_hash or ""
            return Metadata(commit if _is_hex(commit, 40) else "", etag, size, found.location)

    @contextmanager
    def opened(self, url: str, first: int | None, last: int | None = None) -> Iterator[httpx2.Response]:
        """Open the bytes of a file from ``first`` to ``last``, within a ``Call``. Raises like ``ask``.

        The status is 206, or 200 where the server sends the whole file whatever it is asked for. ``last``
        None is the end, and ``first`` None asks for the whole file.
        """
        client = _library().utils.get_session()
        headers = {} if first is None else {"Range": f"bytes={first}-{'' if last is None else last}"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"  # the transport drops it on the way elsewhere
        with ExitStack() as stack:
            with self._answers():
                response = stack.enter_context(client.stream("GET", url, headers=headers))
                if response.status_code == 416:
                    raise failures.other_size()
                if response.status_code not in (200, 206):
                    raise failures.refused(response.status_code, _code(response), token=self.has_token)
            yield response

    def _address(self, repository: str, revision: str, path: str) -> str:
        address: str = _library().hf_hub_url(
            names.require_repository(repository),
            path,
            revision=names.require_revision(revision),
            endpoint=self.endpoint,
        )
        return address

    def _api(self) -> HfApi:
        library = _library()
        api: HfApi = library.HfApi(endpoint=self.endpoint, token=self._token or False)
        return api

    @contextmanager
    def _answers(self) -> Iterator[None]:
        """Raise what the library makes of an answer in our words. Its parsers trust what they are given."""
        import httpx2
        from huggingface_hub.errors import HfHubHTTPError

        try:
            yield
        except (KotonohaError, Cancelled):
            raise
        except HfHubHTTPError as error:
            response = error.response
            raise failures.refused(response.status_code, _code(response), token=self.has_token) from None
        except httpx2.TooManyRedirects:
            raise failures.redirected() from None
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError):
            raise failures.odd() from None
        except OSError:
            raise failures.line_lost() from None
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise failures.odd() from None


def hub_of(preferences: Preferences) -> Hub:
    """Return the hub of the settings; nothing is asked yet. Raises ``KotonohaError("endpoint_unusable")``."""
    return Hub(preferences.hub_endpoint or None, proxy=preferences.proxy or None)


def _repeated(once: Callable[[], T], cancel: Cancel) -> T:
    """Return what ``once`` returns, trying again a few times where it may help."""
    for wait in _WAITS:
        try:
            return once()
        except failures.Transient as error:
            asked = error.retry_after or 0.0
            if asked > _LONGEST_WAIT:
                raise
            cancel.wait(max(wait, asked))
    return once()


def _library() -> ModuleType:
    """Import the library, quiet and with our client."""
    global _imported  # noqa: PLW0603
    with _import_lock:
        if _imported is None:
            quiet_environment()
            for name in ("httpx2", "httpcore2", "huggingface_hub"):  # their lines have secret addresses
                logging.getLogger(name).setLevel(logging.CRITICAL)
            import httpx2
            import huggingface_hub

            from desktop.hub.transport import Dispatch

            huggingface_hub.set_client_factory(
                lambda: httpx2.Client(transport=Dispatch(), follow_redirects=True, timeout=None)
            )
            _imported = huggingface_hub
        return _imported


def _code(response: httpx2.Response) -> str:
    return response.headers.get("X-Error-Code", "")[:40]


def _require_endpoint(address: str) -> None:
    """Accept encrypted addresses, and plain ones of this machine only."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise failures.endpoint_unusable() from None
    if not host or parts.username or parts.query or parts.fragment or not address.isascii():
        raise failures.endpoint_unusable()
    if parts.scheme != "https" and not (parts.scheme == "http" and host in ("127.0.0.1", "localhost", "::1")):
        raise failures.endpoint_unusable()


def _is_hex(text: str, length: int) -> bool:
    return len(text) == length and not set(text) - set("0123456789abcdef")
