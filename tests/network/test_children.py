"""The engine's and the reader's processes: locked, on Linux by the system too, and they work as before."""

from __future__ import annotations

import errno
import importlib.util
import platform
import re
import struct
import subprocess
import sys
import time
from pathlib import Path

import making
import msgspec
import psutil
import pytest
from elf import wanted
from listening import Child

from desktop import subprocesses
from desktop.documents import reader
from desktop.documents.process import Line, Request, Result
from desktop.engine.client import Engine
from desktop.engine.protocol import Devices, Finished, ModelSettings, Piece, Sampling, Turn
from desktop.jobs import Cancel, result_of
from desktop.network import ledger, wall

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has this wall")

# Calls of the system itself, as native code makes them: no hook of Python sees these.
NATIVE = """
from desktop.network import wall
import ctypes, errno, threading
libc = ctypes.CDLL(None, use_errno=True)
def native(family):
    descriptor = libc.socket(family, 2, 0)
    return "made" if descriptor >= 0 else errno.errorcode[ctypes.get_errno()]
def call(*arguments):
    done = libc.syscall(*arguments)
    return "made" if done >= 0 else errno.errorcode[ctypes.get_errno()]
UNIX, INET, NETLINK, INET6, PACKET, VSOCK = 1, 2, 16, 10, 17, 40
"""


@linux
def test_without_the_wall_native_code_makes_sockets(child: Child) -> None:
    """What the tests below find refused is possible otherwise."""
    said = child(NATIVE + "network.install('window')\nprint(*map(native, (UNIX, INET, NETLINK)))")
    assert said.split() == ["made", "made", "made"]


@linux
@pytest.mark.parametrize(
    ("lock", "local"),
    [("'engine', wall.DRIVERS", "made"), ("'reader'", "EAFNOSUPPORT")],
    ids=["engine", "reader"],
)
def test_the_system_refuses_native_code_too(lock: str, local: str, child: Child) -> None:
    said = child(
        NATIVE
        + f"""
begun, go, said = threading.Event(), threading.Event(), []
def work():
    begun.set(); go.wait(); said.append(native(INET))
earlier = threading.Thread(target=work)  # a thread that was there before
earlier.start(); begun.wait()
network.lock({lock})
go.set(); earlier.join()
print(*map(native, (INET, INET6, PACKET, VSOCK)), *said)
print(*map(native, (UNIX, NETLINK)))
print(call(425, 8, ctypes.create_string_buffer(120)))  # io_uring_setup
print(repr(network.status().wall), network.status().locked)
# A program that is started past Python's hook has it as well.
libc.system(os.environ["PROGRAM"].encode())
""",
        PROGRAM=f"{sys.executable} -c 'import socket; socket.socket()' 2>&1 | tail -1",
    )
    lines = said.splitlines()
    started = [line for line in lines if "not supported" in line]
    assert [line for line in lines if line not in started] == [
        " ".join(["EAFNOSUPPORT"] * 5),
        f"{local} {local}",
        "ENOSYS",
        "'' True",
    ]
    assert len(started) == 1


@linux
@pytest.mark.skipif(platform.machine() != "x86_64", reason="numbers of x86-64")
def test_there_is_no_other_way_to_number_a_call(child: Child) -> None:
    said = child(
        NATIVE
        + """
network.lock("reader")
print(call(41, INET, 2, 0), call(0x40000000 | 41, INET, 2, 0), call(39) )
print(call(41, ctypes.c_long(0x7000000000000000 | INET), 2, 0))  # the kernel takes the lower half
"""
    )
    assert said.split() == ["EAFNOSUPPORT", "EPERM", "made", "EAFNOSUPPORT"]


@linux
def test_the_filter_of_both_architectures_is_whole() -> None:
    """Walked as the kernel does (linux/bpf_common.h), also for the machine that this is not."""

    def walk(code: bytes, architecture: int, number: int, argument: int) -> int:
        data = struct.pack("=IIQQ", number, architecture, 0, argument)
        lines = list(struct.iter_unpack("=HBBI", code))
        at = word = 0
        while True:
            kind, yes, no, value = lines[at]
            at += 1
            if kind == 0x20:
                (word,) = struct.unpack_from("=I", data, value)
            elif kind == 0x06:
                return value
            else:
                at += yes if (word == value if kind == 0x15 else word >= value) else no

    for calls in wall._MACHINES.values():
        code = wall._program(calls, wall.DRIVERS)
        allow, refuse = 0x7FFF0000, 0x00050000
        for family in range(50):
            expected = allow if family in (1, 16) else refuse | errno.EAFNOSUPPORT
            assert walk(code, calls.architecture, calls.socket, family) == expected
            assert walk(code, calls.architecture, calls.socket, 2**32 + family) == expected
            assert walk(code, 0x40000003, calls.socket, family) == refuse | errno.EPERM  # 32 bits
        assert walk(code, calls.architecture, 425, 8) == refuse | errno.ENOSYS
        for number in range(1_000):
            if number not in (calls.socket, 425):
                assert walk(code, calls.architecture, number, 2) == allow


def test_where_there_can_be_no_wall_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wall.platform, "machine", lambda: "riscv64")
    if sys.platform == "linux":
        assert wall.missing() == wall.build(()) == "not on riscv64, 64 bits"
    monkeypatch.setattr(wall.sys, "platform", "darwin")
    monkeypatch.setattr(wall.platform, "system", lambda: "Darwin")
    assert wall.missing() == wall.build(()) == "not on Darwin"


# What a library needs of the system to reach another machine.
CONNECTING = {"socket", "connect", "getaddrinfo", "gethostbyname", "gethostbyname_r", "sendto", "res_query"}


def behind_the_wall(pid: int) -> bool:
    """Return whether all threads of a process have a filter, and it can gain no rights."""
    states = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/status")]
    return all("Seccomp:\t2" in state and "NoNewPrivs:\t1" in state for state in states)


@pytest.mark.slow
def test_the_engine_answers_behind_both(starter_model: Path, smollm2: Path, home: Path) -> None:
    engine = Engine()
    try:
        for path in (starter_model, smollm2):
            model = ModelSettings(str(path), context_length=512)
            events = list(
                engine.generate(
                    model,
                    [Turn("user", "日本の首都は")],
                    Sampling(temperature=0.0, max_tokens=12),
                    Cancel(),
                )
            )
            assert isinstance(events[-1], Finished), events[-1]
            assert "".join(event.text for event in events if isinstance(event, Piece)).strip()
        listed = list(engine.devices(Cancel()))
        assert any(isinstance(event, Devices) and event.devices for event in listed)
        assert engine.pid is not None
        if sys.platform == "linux":
            assert behind_the_wall(engine.pid)
        assert psutil.Process(engine.pid).net_connections(kind="inet") == []
    finally:
        engine.close()
    assert ledger.entries() == []  # it did not even try


@pytest.mark.parametrize("name", making.FILES)
def test_documents_are_read_behind_both(name: str, home: Path) -> None:
    data = making.FILES[name]()
    document = result_of(reader.read_bytes(name, data, Cancel()))
    assert document.text.strip()
    process = subprocesses.start(
        reader.reader_command(), stderr=subprocess.DEVNULL, PYTHONDONTWRITEBYTECODE="1"
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        if sys.platform == "linux":
            deadline = time.monotonic() + 60
            while not behind_the_wall(process.pid):  # it waits for its file
                assert time.monotonic() < deadline
                time.sleep(0.02)
        process.stdin.write(msgspec.json.encode(Request(name)) + b"\n" + data)
        process.stdin.close()
        lines = [msgspec.json.decode(line, type=Line) for line in process.stdout]
    finally:
        subprocesses.end(process)
    assert isinstance(lines[-1], Result)
    assert lines[-1].converted.text.text == document.text
    assert ledger.entries() == []


@linux
@pytest.mark.parametrize("package", ["llama_cpp", "pypdfium2_raw"])
def test_their_native_code_has_no_network_linked_in(package: str) -> None:
    spec = importlib.util.find_spec(package)
    assert spec is not None and spec.origin is not None
    libraries = [path for path in Path(spec.origin).parent.rglob("*.so*") if not path.is_symlink()]
    assert libraries
    for library in libraries:
        names, needed = wanted(library)
        assert "strlen" in names or "memcpy" in names, library  # it is its table that was read
        assert names.isdisjoint(CONNECTING), library
        assert not any(re.match(r"lib(curl|ssl|cares|resolv|nss)", each) for each in needed), library


@linux
def test_who_does_connect_is_seen() -> None:
    spec = importlib.util.find_spec("_socket")
    assert spec is not None and spec.origin is not None
    assert wanted(Path(spec.origin))[0] >= {"socket", "connect", "getaddrinfo", "sendto"}
