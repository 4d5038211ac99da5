from __future__ import annotations

import ast
import socket
import textwrap
import threading
import types
from pathlib import Path

import pytest
from listening import Child, Listener

from desktop import network
from desktop.language import set_language
from desktop.network import ledger, switch
from desktop.network.refusal import OfflineError

OPEN = "import socket\nnetwork.install('command'); network.set_offline(False)\n"
TRY = """
def tried():
    try:
        with socket.create_connection((HOST, PORT), timeout=10):
            return "through"
    except network.OfflineError as error:
        return error.code
"""


def test_it_is_on_until_somebody_turns_it_off(child: Child, listener: Listener) -> None:
    said = child(
        "import socket\nnetwork.install('command')\n"
        + TRY
        + """
S = network.Purpose.SEARCH
def asked():
    try:
        with network.allow(S):
            return tried()
    except network.OfflineError as error:
        return "not allowed: " + error.code
print(network.is_offline(), tried(), asked())
network.set_offline(False)
print(network.is_offline(), tried(), asked(), tried())
network.set_offline(True)
print(network.is_offline(), tried(), asked())
"""
    )
    assert said.splitlines() == [
        "True network_offline not allowed: network_offline",
        "False network_unasked through network_unasked",
        "True network_offline not allowed: network_offline",
    ]
    assert listener.reached() == 1


def test_a_lock_is_never_opened_again(child: Child) -> None:
    said = child(
        "import socket\nnetwork.set_offline(False)\nnetwork.lock('reader')\n"
        + TRY
        + """
SEARCH = network.Purpose.SEARCH
for attempt in (lambda: network.set_offline(False), lambda: network.allow(SEARCH).__enter__()):
    try: attempt()
    except network.OfflineError as error: print(error.code)
network.install("window")
network.set_offline(True)
print(network.status().locked, network.is_offline(), tried())
"""
    )
    assert said.splitlines() == ["network_locked", "network_locked", "True True network_locked"]


def test_another_thread_has_no_part_in_it(child: Child, listener: Listener) -> None:
    said = child(
        OPEN
        + TRY
        + """
import threading, contextvars
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor(1)
pool.submit(int).result()
def asking():
    with network.allow(network.Purpose.DOWNLOAD):
        return tried()
with network.allow(network.Purpose.SEARCH):
    print(pool.submit(tried).result(), pool.submit(asking).result(), pool.submit(tried).result())
    print(pool.submit(contextvars.copy_context().run, tried).result(), tried())
print(pool.submit(tried).result())
"""
    )
    assert said.split() == [
        *("network_unasked", "through", "network_unasked"),
        *("through", "through"),
        "network_unasked",
    ]
    purposes = [entry.purpose for entry in ledger.entries() if entry.result != "refused"]
    assert sorted(purposes) == ["download", "search", "search"]
    assert listener.reached() == 3


def test_many_threads_open_and_close_it(child: Child, listener: Listener) -> None:
    """Whoever asked comes through, whoever did not never does, whatever the others are doing."""
    said = child(
        OPEN
        + TRY
        + """
from concurrent.futures import ThreadPoolExecutor
def work(number):
    if number % 2:
        return tried()
    with network.allow(network.Purpose.SEARCH):
        return tried()
with ThreadPoolExecutor(12) as pool:
    said = list(pool.map(work, range(120)))
print(set(said[::2]), set(said[1::2]))
"""
    )
    assert said == "{'through'} {'network_unasked'}\n"
    assert listener.reached() == 60


def test_jobs_in_one_thread_end_in_any_order(child: Child) -> None:
    """Jobs are generators, which may stand open beside each other."""
    said = child(
        OPEN
        + TRY
        + """
def job(purpose):
    with network.allow(purpose):
        yield tried()
        yield tried()
a, b = job(network.Purpose.SEARCH), job(network.Purpose.DOWNLOAD)
print(next(a), next(b))
a.close()
print(next(b))
del b
print(tried())
c = job(network.Purpose.SEARCH)
next(c)
import threading
thread = threading.Thread(target=c.close)
thread.start(); thread.join()
print(tried())
"""
    )
    assert said.split() == ["through", "through", "through", "network_unasked", "network_unasked"]


@pytest.mark.parametrize(
    "ending", ["network.set_offline(True)", "permit.hang_up()", "allowed.__exit__(None, None, None)"]
)
def test_what_waits_is_hung_up(ending: str, child: Child) -> None:
    """A stalled line ends at once, whoever waits at it, and nothing can be sent on what was kept open."""
    said = child(
        OPEN
        + f"""
import threading, ssl
allowed = network.allow(network.Purpose.DOWNLOAD)
permit = allowed.__enter__()
plain = socket.create_connection((HOST, PORT), timeout=100)
udp = socket.socket(type=socket.SOCK_DGRAM); udp.connect((HOST, PORT))
read = []
waiting = threading.Thread(target=lambda: read.append(plain.recv(100)))
waiting.start()
while waiting.is_alive():
    ending = threading.Timer(0.2, lambda: {ending})
    ending.start()
    waiting.join()
    ending.join()  # it hangs up one after the other
print(read)
for each in (plain, udp):
    try: print(each.send(b"x"))
    except OSError as error: print(type(error).__name__)
"""
    )
    assert said.splitlines() == ["[b'']", "BrokenPipeError", "BrokenPipeError"]


def test_a_permit_says_what_it_is_for(online: None, home: Path) -> None:
    with network.allow(network.Purpose.DOWNLOAD, "小春 Q4_K_M") as permit:
        assert (permit.purpose, permit.about, permit.is_open) == ("download", "小春 Q4_K_M", True)
        with network.allow(network.Purpose.SEARCH):
            assert switch.require("connect").purpose == "search"
        assert switch.require("connect") is permit
    assert not permit.is_open
    with pytest.raises(OfflineError):
        switch.require("connect", "kotonoha.example", 443)
    for purpose in network.Purpose:
        set_language("ja")
        japanese = purpose.sentence()
        set_language("en")
        assert purpose.sentence() != japanese


@pytest.mark.parametrize(
    "code", ["network_offline", "network_unasked", "network_locked", "network_unrecorded"]
)
def test_a_refusal_is_told_in_both_languages(code: str) -> None:
    error = OfflineError(code, "kotonoha.example")  # type: ignore[arg-type]
    set_language("ja")
    assert "kotonoha.example には接続しませんでした。" in str(error)
    set_language("en")
    assert "kotonoha.example" in str(error) and "接続" not in str(error)
    assert isinstance(error, OSError) and error.code == code
    assert network.refusal_in(OfflineError(code)) is not None  # type: ignore[arg-type]


def test_a_refusal_is_found_behind_other_errors() -> None:
    refusal = OfflineError("network_offline")
    one, other = ValueError(), KeyError()
    one.__cause__, other.__context__ = other, refusal
    assert network.refusal_in(one) is refusal
    other.__context__ = one  # a ring
    assert network.refusal_in(one) is None
    assert network.refusal_in(None) is None


@pytest.mark.parametrize(
    "address",
    [(), ("a",), (None, None), (b"\xff", -1), ("a" * 10_000, 10**30), 7, "a", (["a"], "x"), ("a", "https")],
)
def test_no_address_breaks_the_hook(address: object) -> None:
    host, port = switch._where(address)
    assert isinstance(host, str) and len(host) <= 1_000
    assert 0 <= port <= 65_535


def windows_pair() -> types.FunctionType:
    """Return Python's own ``socketpair`` for Windows, from its source: it is two sockets on loopback."""
    tree = ast.parse(Path(socket.__file__).read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name in ("socketpair", "_fallback_socketpair"):
            source = textwrap.dedent(ast.unparse(node))
            if "listen" in source:
                names = dict(vars(socket))
                exec(source, names)
                function = names[node.name]
                assert isinstance(function, types.FunctionType)
                return function
    raise AssertionError("no such function")


def test_the_pair_of_sockets_of_windows_is_one_of_the_machine(child: Child) -> None:
    said = child(
        """
import sys; sys.path.insert(0, "tests/network")
from test_switch import windows_pair
from desktop.network import switch
import socket
pair = windows_pair()
network.install("window")
try: pair()
except network.OfflineError: print("refused")
switch._PAIR = pair.__code__
one, other = pair()
one.sendall(b"a")
print(other.recv(1))
try: socket.create_connection((HOST, PORT), timeout=10)
except network.OfflineError: print("refused")
"""
    )
    assert said.splitlines() == ["refused", "b'a'", "refused"]


def test_the_window_and_the_commands_begin_behind_it(child: Child) -> None:
    said = child(
        """
import sys, contextlib
import desktop.__main__ as main
from desktop import cli
cli.run = lambda *_, **__: print(network.status()) or 0
sys.argv = ["kotonoha", "devices"]
print(network.status().installed)
main.main()
"""
    )
    assert said.splitlines()[0] == "False"
    assert said.splitlines()[1].startswith("Status(installed=True, offline=True, locked=False")


def test_a_thread_that_ends_leaves_nothing(online: None) -> None:
    def work() -> None:
        with network.allow(network.Purpose.SEARCH):
            pass

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert switch._switch.permits == set()
