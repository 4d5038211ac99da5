from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from byte_server import ByteServer, contexts
from httpcore2 import NetworkStream, SyncBackend
from listening import Child, Listener

from desktop import network
from desktop.network import OfflineError, Purpose, ledger
from desktop.network.transport import CountedTransport, counted


@contextmanager
def serving(body: int = 0, **options: object) -> Iterator[ByteServer]:
    server = ByteServer(body, **options)  # type: ignore[arg-type]
    try:
        yield server
    finally:
        server.close()


@pytest.mark.parametrize("body", [0, 1, 3_000_000])
@pytest.mark.parametrize("tls", [False, True])
def test_the_bytes_are_those_that_passed(body: int, tls: bool, online: None, tmp_path: Path) -> None:
    theirs, ours = contexts(tmp_path) if tls else (None, True)
    with serving(body, tls=theirs) as server:
        with (
            network.allow(Purpose.DOWNLOAD, "小春"),
            httpx2.Client(transport=CountedTransport(verify=ours)) as client,
        ):
            address = f"http{'s' if tls else ''}://127.0.0.1:{server.port}/"
            for _ in range(3):
                assert len(client.get(address).content) == body
        assert server.gone.wait(30)
    (entry,) = ledger.entries()
    assert (entry.sent, entry.received) == (server.received, server.sent)
    assert (entry.result, entry.host, entry.port) == ("ended", "127.0.0.1", server.port)
    assert (entry.purpose, entry.about) == ("download", "小春")
    assert entry.seconds is not None


def test_a_request_that_nobody_asked_for_is_refused_at_once(online: None, listener: Listener) -> None:
    with httpx2.Client(transport=CountedTransport()) as client:
        address = f"http://{listener.host}:{listener.port}/"
        with network.allow(Purpose.SEARCH):
            assert client.get(address).text == "ことのは"
        with pytest.raises(OfflineError) as refused:
            client.get(address)
        assert refused.value.code == "network_unasked"
        network.set_offline(True)
        with pytest.raises(OfflineError) as refused:
            client.get(address)
        assert refused.value.code == "network_offline"
    assert listener.reached() == 1


HOOKED = """
network.quiet_environment()
import httpx2, threading
from desktop.network import ledger
from desktop.network.transport import CountedTransport
network.install("command"); network.set_offline(False)
client = httpx2.Client(transport=CountedTransport(), timeout=60)
"""


def test_with_the_hook_nothing_stays_open_after_the_end(child: Child) -> None:
    with serving(10) as server:
        said = child(
            HOOKED
            + """
for purpose in (network.Purpose.SEARCH, network.Purpose.DOWNLOAD):
    with network.allow(purpose):
        for _ in range(2):
            print(len(client.get(f"http://127.0.0.1:{PORT}/").content))
""",
            PORT=str(server.port),
        )
        assert said.split() == ["10"] * 4
        assert server.connections == 2
    entries = [entry for entry in ledger.entries() if entry.kind == "connect"]
    assert [entry.purpose for entry in entries] == ["download", "search"]
    assert [entry.received for entry in entries] == [server.sent // 2] * 2


@pytest.mark.parametrize("ending", ["permit.hang_up()", "network.set_offline(True)"])
def test_a_stalled_download_ends_when_it_is_hung_up(ending: str, child: Child) -> None:
    with serving(100_000, stall_after=20_000) as server:
        said = child(
            HOOKED
            + f"""
got = 0
try:
    with network.allow(network.Purpose.DOWNLOAD) as permit:
        with client.stream("GET", f"http://127.0.0.1:{{PORT}}/") as answer:
            for piece in answer.iter_raw():
                got += len(piece)
                if got > 19_900:  # all but the head of the answer
                    threading.Thread(target=lambda: {ending}).start()
except httpx2.RemoteProtocolError:
    print("cut", got)
""",
            PORT=str(server.port),
        )
        assert said.startswith("cut ")
        assert server.gone.wait(30)
    (entry,) = ledger.entries()
    assert (entry.result, entry.received, entry.sent) == ("ended", server.sent, server.received)


def test_of_several_addresses_each_attempt_is_written(child: Child, listener: Listener) -> None:
    """localhost is ::1 first, where nobody listens."""
    said = child(
        HOOKED
        + """
with network.allow(network.Purpose.SEARCH):
    print(client.get(f"http://localhost:{PORT}/").text)
"""
    )
    assert "ことのは" in said
    entries = ledger.entries()
    lookup = entries.pop()
    assert (lookup.kind, lookup.host, lookup.port, lookup.result) == (
        "lookup",
        "localhost",
        listener.port,
        "ended",
    )
    through, *failed = entries
    assert (through.host, through.address, through.result) == ("localhost", "127.0.0.1", "ended")
    assert through.received and through.sent
    assert {(entry.host, entry.address, entry.result) for entry in failed} <= {("localhost", "::1", "failed")}


def test_a_connection_that_never_came_about(child: Child, listener: Listener) -> None:
    port = listener.port
    listener.close_now()
    said = child(
        HOOKED
        + """
with network.allow(network.Purpose.SEARCH):
    try: client.get(f"http://{HOST}:{PORT}/")
    except httpx2.ConnectError as error: print("no")
"""
    )
    assert said == "no\n"
    (entry,) = ledger.entries()
    assert (entry.result, entry.port, entry.received) == ("failed", port, None)


def test_a_certificate_that_does_not_fit_is_a_failed_connection(online: None, tmp_path: Path) -> None:
    theirs, _ = contexts(tmp_path)
    with (
        serving(10, tls=theirs) as server,
        network.allow(Purpose.DOWNLOAD),
        httpx2.Client(transport=CountedTransport()) as client,
        pytest.raises(httpx2.ConnectError),
    ):
        client.get(f"https://127.0.0.1:{server.port}/")
    (entry,) = ledger.entries()
    assert (entry.result, entry.sent, entry.received) == ("failed", 0, 0)


def test_through_a_proxy_the_connection_is_the_proxy_s(online: None) -> None:
    with serving(7) as proxy:
        transport = CountedTransport(proxy=f"http://me:SECRET@127.0.0.1:{proxy.port}")
        with network.allow(Purpose.SEARCH), httpx2.Client(transport=transport) as client:
            assert len(client.get("http://kotonoha.example/a").content) == 7
    (entry,) = ledger.entries()
    assert (entry.host, entry.port) == ("127.0.0.1", proxy.port)
    assert (entry.sent, entry.received) == (proxy.received, proxy.sent)


def test_a_switch_that_turns_while_it_connects_is_not_passed(online: None) -> None:
    class Late(SyncBackend):
        def connect_tcp(self, *arguments: Any, **options: Any) -> NetworkStream:
            network.set_offline(True)
            return super().connect_tcp(*arguments, **options)

    with serving(10) as server:
        with network.allow(Purpose.DOWNLOAD), pytest.raises(OfflineError) as refused:
            counted(Late()).connect_tcp("127.0.0.1", server.port)
        assert refused.value.code == "network_offline"
        assert server.gone.wait(30)
        assert (server.connections, server.received) == (1, 0)
    assert sorted(entry.result for entry in ledger.entries()) == ["failed", "refused"]


def test_many_threads_are_counted_apart(online: None) -> None:
    with serving(50_000) as server:

        def work() -> None:
            with network.allow(Purpose.DOWNLOAD), httpx2.Client(transport=CountedTransport()) as client:
                for _ in range(5):
                    client.get(f"http://127.0.0.1:{server.port}/")

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    entries = ledger.entries()
    assert len(entries) == 8
    assert len({(entry.sent, entry.received) for entry in entries}) == 1
    assert sum(entry.received or 0 for entry in entries) == server.sent


def test_the_hub_s_library_passes_a_refusal_on_without_trying_again(child: Child, listener: Listener) -> None:
    """It takes a refused socket for a lost network, and would wait and try five times."""
    said = child(
        HOOKED
        + """
import huggingface_hub
from huggingface_hub.utils import get_session, http_backoff
huggingface_hub.set_client_factory(lambda: httpx2.Client(transport=CountedTransport()))
url = f"http://{HOST}:{PORT}/api"
with network.allow(network.Purpose.SEARCH):
    print(http_backoff("GET", url).status_code)
for offline in (False, True):
    network.set_offline(offline)
    try: http_backoff("GET", url)
    except network.OfflineError as error: print(error.code)
"""
    )
    assert said.split() == ["200", "network_unasked", "network_offline"]
    assert listener.paths == ["/api"]
    assert [entry.result for entry in ledger.entries()] == ["refused", "refused", "ended"]
