"""An attempt from each library, in four processes each: offline, unasked, locked, and allowed, where it comes
through: an attempt that never could would show nothing."""

from __future__ import annotations

import importlib.util
import textwrap

import pytest
from listening import Child, Listener

from desktop.network import ledger

ATTEMPTS = {
    "socket": "s = socket.socket(); s.settimeout(10); s.connect((HOST, PORT))",
    "create_connection": "socket.create_connection((HOST, PORT), timeout=10)",
    "udp": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', (HOST, PORT))",
    "sendmsg": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendmsg([b'x'], [], 0, (HOST, PORT))",
    "udp_connected": "s = socket.socket(type=socket.SOCK_DGRAM); s.connect((HOST, PORT)); s.send(b'x')",
    "connect_ex": "s = socket.socket(); e = s.connect_ex((HOST, PORT)); assert not e, OSError(e)",
    "urllib": "import urllib.request; urllib.request.urlopen(f'http://{HOST}:{PORT}/a', timeout=10).read()",
    "http.client": """
        import http.client
        connection = http.client.HTTPConnection(HOST, PORT, timeout=10)
        connection.request("GET", "/a")
        connection.getresponse().read()
    """,
    "xmlrpc": """
        import xmlrpc.client
        try:
            xmlrpc.client.ServerProxy(f"http://{HOST}:{PORT}/a").ping()
        except xmlrpc.client.expat.ExpatError:  # the answer is none of its kind
            pass
    """,
    "httpx2": "import httpx2; httpx2.get(f'http://{HOST}:{PORT}/a', trust_env=False)",
    "requests": "import requests; requests.get(f'http://{HOST}:{PORT}/a', timeout=10)",
    "aiohttp": """
        import aiohttp, asyncio
        async def get():
            async with aiohttp.ClientSession() as session:
                await (await session.get(f"http://{HOST}:{PORT}/a")).read()
        asyncio.run(get())
    """,
    "asyncio": """
        import asyncio
        async def get():
            _, writer = await asyncio.open_connection(HOST, PORT)
            writer.close()
        asyncio.run(get())
    """,
    "multiprocessing": """
        import multiprocessing.connection
        connection = multiprocessing.connection.SocketClient((HOST, PORT))
    """,
    "huggingface_hub": """
        import huggingface_hub
        try:
            huggingface_hub.HfApi(endpoint=f"http://{HOST}:{PORT}", token=False).model_info("a/b")
        except (AttributeError, TypeError, ValueError):  # the answer is none of its kind
            pass
    """,
    "fork": """
        child = os.fork()
        if not child:
            try:
                socket.create_connection((HOST, PORT), timeout=10)
            except OSError as error:
                os._exit(1)
            os._exit(0)
        if os.waitpid(child, 0)[1]:
            raise OSError("refused in the fork")
    """,
}
THERE = [
    name
    for name in ATTEMPTS
    if name not in ("requests", "aiohttp") or importlib.util.find_spec(name) is not None
]

# The last words tell how it went; a refusal must be found behind whatever the library makes of it.
TRYING = """
import socket
network.quiet_environment()
def attempt():
{attempt}
{switch}
try:
    with {allowed}:
        attempt()
except Exception as error:
    refusal = network.refusal_in(error)
    print("REFUSED", refusal.code if refusal else "", isinstance(error, OSError), repr(error))
else:
    print("CAME THROUGH")
"""


def trying(name: str, switch: str, *, allowed: bool = False) -> str:
    attempt = textwrap.indent(textwrap.dedent(ATTEMPTS[name]).strip(), "    ")
    context = "network.allow(network.Purpose.SEARCH)" if allowed else "__import__('contextlib').nullcontext()"
    return TRYING.format(attempt=attempt, switch=switch, allowed=context)


SWITCHES = {
    "network_offline": "network.install('command')",
    "network_unasked": "network.install('command'); network.set_offline(False)",
    "network_locked": "network.lock('engine')",
}


@pytest.mark.parametrize("code", SWITCHES)
@pytest.mark.parametrize("name", THERE)
def test_nothing_gets_out(name: str, code: str, child: Child, listener: Listener) -> None:
    said = child(trying(name, SWITCHES[code]))
    assert said.startswith("REFUSED"), said
    if name not in ("fork", "connect_ex"):  # which have a way of their own to tell
        assert code in said
    assert listener.reached() == 0
    (first, *_) = ledger.entries()
    assert (first.result, first.reason) == ("refused", code)


@pytest.mark.parametrize("name", THERE)
def test_what_is_allowed_comes_through_and_is_written(name: str, child: Child, listener: Listener) -> None:
    said = child(trying(name, "network.install('command'); network.set_offline(False)", allowed=True))
    assert said == "CAME THROUGH\n"
    assert listener.reached() >= 1
    written = [entry for entry in ledger.entries() if entry.kind in ("connect", "send")]
    assert written
    for entry in written:
        assert (entry.purpose, entry.process) == ("search", "command")
        assert (entry.host, entry.address, entry.port) == (listener.host, listener.host, listener.port)


@pytest.mark.parametrize(
    "lookup",
    [
        "socket.getaddrinfo('kotonoha.example', 443)",
        "socket.gethostbyname('kotonoha.example')",
        "socket.gethostbyname_ex('kotonoha.example')",
        "socket.gethostbyaddr('192.0.2.1')",
        "socket.getnameinfo(('192.0.2.1', 443), 0)",
        "__import__('asyncio').run(__import__('asyncio').open_connection('kotonoha.example', 443))",
    ],
)
def test_no_name_is_looked_up(lookup: str, child: Child) -> None:
    """Names are asked of servers, too: a secret could leave as a part of one."""
    said = child(
        "import socket\nnetwork.install('command')\n"
        f"try: {lookup}\nexcept OSError as error: print(type(error).__name__)"
    )
    assert said == "OfflineError\n"
    (entry,) = ledger.entries()
    assert (entry.kind, entry.result) == ("lookup", "refused")
    assert entry.host in ("kotonoha.example", "192.0.2.1")


@pytest.mark.parametrize(
    "serving",
    [
        "s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()",
        "s = socket.socket(); s.listen()",  # without a bind, the system takes every address
        "socket.create_server(('', 0))",
        "__import__('http.server').server.HTTPServer(('', 0), None)",
        "s = socket.socket(socket.AF_INET6); s.listen()",
        "socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)",
        "socket.socket(socket.AF_VSOCK)",
        "__import__('_socket').socket()",
    ],
)
def test_nobody_is_waited_for(serving: str, child: Child) -> None:
    code = f"import socket\n{{}}\ntry: {serving}\nexcept OSError as error: print(type(error).__name__)\n"
    for switch in SWITCHES.values():
        assert child(code.format(switch)) == "OfflineError\n"
    assert {entry.result for entry in ledger.entries()} == {"refused"}


@pytest.mark.parametrize(
    "wanted",
    [
        "s = socket.socket(); s.bind((HOST, 40404))",
        "socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)",
        "socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)",
        "__import__('_socket').socket(socket.AF_INET)",
        "__import__('_socket').socket()",
    ],
)
def test_what_is_allowed_is_to_connect_and_no_more(wanted: str, child: Child) -> None:
    said = child(
        "import socket\nnetwork.install('command'); network.set_offline(False)\n"
        f"with network.allow(network.Purpose.SEARCH):\n    try: {wanted}\n"
        "    except network.OfflineError as error: print(error.code)"
    )
    assert said == "network_unasked\n"


def test_native_code_that_would_connect_is_not_loaded(child: Child) -> None:
    for switch in SWITCHES.values():
        said = child(f"{switch}\ntry: import hf_xet\nexcept ImportError as error: print(error.name)")
        assert said == "hf_xet\n"


def test_a_locked_process_starts_no_program(child: Child) -> None:
    code = """
import subprocess, sys
network.lock("reader")
for start in (
    lambda: subprocess.run([sys.executable, "-c", ""]),
    lambda: os.system("true"),
    lambda: os.execv(sys.executable, [sys.executable, "-c", ""]),
    lambda: os.posix_spawn(sys.executable, [sys.executable], {}),
):
    try:
        start()
    except network.OfflineError as error:
        print(error.code)
"""
    assert child(code).split() == ["network_locked"] * 4


def test_sockets_of_the_machine_itself_are_used(child: Child, tmp_path: object) -> None:
    code = f"""
import socket, asyncio
network.install("window")
one, other = socket.socketpair()
one.sendall(b"a")
print(other.recv(1))
with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
    server.bind({str(tmp_path)!r} + "/s")
    server.listen()
    client.connect({str(tmp_path)!r} + "/s")
asyncio.run(asyncio.sleep(0))
print(network.status())
"""
    said = child(code)
    assert said.startswith("b'a'\nStatus(installed=True, offline=True, locked=False")
    assert ledger.entries() == []
