from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from listening import Child, Listener

from desktop.network import ledger
from desktop.network.ledger import FILE, LONGEST_LINE, OLDER, Line
from desktop.network.refusal import LONGEST_HOST

ROOT = Path(__file__).resolve().parents[2]
WHERE = {"process": "command", "purpose": "search", "about": "", "host": "kotonoha.example", "port": 443}


def opened(id: str, **changed: object) -> None:
    ledger.opened(id, "connect", **(WHERE | changed))  # type: ignore[arg-type]


def ended(id: str, *, failed: bool = False, sent: int | None = None, received: int | None = None) -> None:
    ledger.ended(id, failed=failed, seconds=1.5, sent=sent, received=received)


def test_a_connection_has_a_beginning_and_an_end(home: Path) -> None:
    opened("a", about="モデル「小春」")
    assert [entry.result for entry in ledger.entries()] == ["open"]
    opened("b")
    ledger.refused("lookup", "network_offline", process="window", host="tracker.example", port=80)
    ended("a", sent=10, received=2_000)
    ended("b", failed=True)
    ended("a", sent=99)  # only the first end counts
    ended("never began")
    refused, b, a = ledger.entries()
    assert (a.result, a.sent, a.received, a.seconds, a.about) == ("ended", 10, 2_000, 1.5, "モデル「小春」")
    assert (b.result, b.sent, b.received) == ("failed", None, None)
    assert (refused.result, refused.reason, refused.process) == ("refused", "network_offline", "window")
    assert a.when <= b.when <= refused.when


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_only_the_owner_reads_it(home: Path) -> None:
    old = os.umask(0)
    try:
        opened("a")
    finally:
        os.umask(old)
    for name in (FILE, ledger.LOCK):
        assert stat.S_IMODE((home / name).stat().st_mode) == 0o600


def test_eight_processes_write_at_once(home: Path) -> None:
    code = "import sys; from desktop.network import ledger\nsys.stdin.readline()\nfor i in range(200):\n"
    code += "    ledger.opened(f'{sys.argv[1]}-{i}', 'connect', process='command', purpose='download',"
    code += " about='言の葉' * 60, host='kotonoha.example', port=i)\n"
    writers = [
        subprocess.Popen([sys.executable, "-c", code, str(number)], cwd=ROOT, stdin=subprocess.PIPE)
        for number in range(8)
    ]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write(b"go\n")
        writer.stdin.close()
    assert [writer.wait(timeout=120) for writer in writers] == [0] * 8
    lines = [msgspec.json.decode(line, type=Line) for line in (home / FILE).read_bytes().splitlines()]
    assert Counter(line.id for line in lines) == Counter(f"{w}-{i}" for w in range(8) for i in range(200))
    assert {line.about for line in lines} == {"言の葉" * 60}
    assert len(ledger.entries(limit=5_000)) == 1_600


def test_the_file_is_bounded_and_the_newest_are_kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "MOST_BYTES", 20_000)
    for number in range(1_000):
        opened(str(number), port=number)
        files = [path.stat().st_size for path in (home / FILE, home / OLDER) if path.exists()]
        assert max(files) <= 20_000
    ports = [entry.port for entry in ledger.entries(limit=5_000)]
    assert ports == list(range(999, 999 - len(ports), -1))
    assert sum(files) >= 20_000  # at least so much is kept


def test_an_end_in_the_newer_file_finds_its_beginning(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened("a")
    monkeypatch.setattr(ledger, "MOST_BYTES", (home / FILE).stat().st_size)
    ended("a", received=5)
    assert (home / OLDER).exists()
    (entry,) = ledger.entries()
    assert (entry.result, entry.received) == ("ended", 5)


@pytest.mark.parametrize(
    "damage",
    [
        b"\x00\xff\xfe\n",
        b'{"event":"opened","id":"x","when":1.0,"host":"cut',
        b'{"event":"opened","id":"x","when":NaN}\n',
        b'{"event":"burnt","id":"x","when":1.0}\n',
        b'{"event":"opened","id":"x","when":1.0,"host":"\xff\xfe"}\n',
        b'{"event":"opened","id":["x"],"when":1.0}\n',
        b"[" * 100_000 + b"\n",
        b"\n\n\r\n",
        b'{"event":"opened","id":"x","when":1.0,"about":"' + b"a" * LONGEST_LINE + b'"}\n',
    ],
)
def test_damaged_lines_are_skipped_and_spoil_no_other(damage: bytes, home: Path) -> None:
    opened("before", port=1)
    with (home / FILE).open("ab") as file:
        file.write(damage)
    opened("after", port=2)
    assert [entry.port for entry in ledger.entries()] == [2, 1]


def test_a_file_that_somebody_made_huge_is_read_from_its_end(home: Path) -> None:
    home.mkdir(exist_ok=True)
    with (home / FILE).open("wb") as file:
        file.truncate(3 * 2**30)  # a hole
        file.seek(0, os.SEEK_END)
        file.write(b"\n" + msgspec.json.encode(Line("opened", "x", 1.0, port=7)) + b"\n")
    assert [entry.port for entry in ledger.entries()] == [7]


def test_only_the_newest_are_returned(home: Path) -> None:
    for number in range(30):
        opened(str(number), port=number)
    assert [entry.port for entry in ledger.entries(limit=3)] == [29, 28, 27]


def test_the_longest_line_is_read_back(home: Path) -> None:
    opened("a", host="\x00\ud800" + "𠮷" * 1_000, about="\x1b\u2028𠮷" * 1_000)
    (entry,) = ledger.entries()
    assert entry.host.startswith("??𠮷") and len(entry.host) == LONGEST_HOST
    assert entry.about.startswith("??𠮷") and len(entry.about) == ledger.LONGEST_ABOUT


def test_no_secret_is_written(child: Child, home: Path, listener: Listener) -> None:
    """Not from an address, a header, a name before the host, or a failed attempt."""
    child(
        """
network.quiet_environment()
import urllib.request, socket
import httpx2
from desktop.network.transport import CountedTransport
network.install("command"); network.set_offline(False)
with network.allow(network.Purpose.DETAILS):
    client = httpx2.Client(transport=CountedTransport())
    client.get(f"http://me:SECRET@{HOST}:{PORT}/a?token=SECRET", headers={"Authorization": "Bearer SECRET"})
    urllib.request.urlopen(f"http://{HOST}:{PORT}/a?token=SECRET").read()
for attempt in (
    lambda: client.get(f"http://me:SECRET@{HOST}:{PORT}/a?token=SECRET"),
    lambda: socket.getaddrinfo("me:SECRET@kotonoha.example", 80),
    lambda: urllib.request.urlopen(f"http://me:SECRET@{HOST}:{PORT}/SECRET").read(),
):
    try: attempt()
    except Exception as error: assert "SECRET" not in str(error), error
"""
    )
    assert "/a?token=SECRET" in listener.paths
    assert {entry.result for entry in ledger.entries()} == {"ended", "refused"}
    assert b"SECRET" not in (home / FILE).read_bytes()


def test_what_cannot_be_written_is_not_done(child: Child, home: Path, listener: Listener) -> None:
    home.mkdir(exist_ok=True)
    (home / FILE).mkdir()
    said = child(
        """
import socket
network.install("command"); network.set_offline(False)
with network.allow(network.Purpose.SEARCH):
    try: socket.create_connection((HOST, PORT), timeout=10)
    except network.OfflineError as error: print(error.code)
"""
    )
    assert said == "network_unrecorded\n"
    assert listener.reached() == 0


def test_a_loop_of_refusals_does_not_fill_it(child: Child) -> None:
    child(
        """
import socket
network.install("window")
for number in range(2_000):
    for host in ("a.example", f"{number}.example"):
        try: socket.getaddrinfo(host, 80)
        except network.OfflineError: pass
"""
    )
    hosts = Counter(entry.host for entry in ledger.entries(limit=10_000))
    assert hosts["a.example"] == 1
    assert len(hosts) == sum(hosts.values()) == 256


def test_a_killed_process_leaves_what_it_had_begun(child: Child) -> None:
    child(
        """
import socket, signal
if not os.fork():
    network.install("command"); network.set_offline(False)
    with network.allow(network.Purpose.DOWNLOAD, "小春"):
        socket.create_connection((HOST, PORT), timeout=10)
        os.kill(os.getpid(), signal.SIGKILL)
os.wait()
"""
    )
    (entry,) = ledger.entries()
    assert (entry.result, entry.about, entry.sent, entry.received) == ("open", "小春", None, None)
