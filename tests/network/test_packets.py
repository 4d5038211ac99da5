"""What leaves the processes, counted in a network of their own: nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import packets
import pytest

from desktop.network import ledger

ROOT = Path(__file__).resolve().parents[2]


def namespace() -> list[str]:
    """Return the command that gives a program a network of its own, [] where the system allows none."""
    if sys.platform != "linux" or shutil.which("ip", path="/usr/sbin:/sbin:/usr/bin:/bin") is None:
        return []
    for command in (["unshare", "--net"], ["unshare", "--map-root-user", "--net"]):
        try:
            if (
                subprocess.run([*command, "true"], capture_output=True, check=False, timeout=30).returncode
                == 0
            ):
                return command
        except OSError:
            return []
    return []


NAMESPACE = namespace()
pytestmark = pytest.mark.skipif(not NAMESPACE, reason="needs a network namespace")


def sending(*commands: list[str]) -> list[dict[str, Any]]:
    """Run each command in one network of its own; return what came of each.

    The system still looks for a neighbour a while after whoever wanted one has ended: what sends comes last.
    """
    done = subprocess.run(
        [*NAMESPACE, sys.executable, packets.__file__],
        input=json.dumps(commands),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"},
        timeout=170,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


ATTEMPTS = f"""
import asyncio, http.client, socket, urllib.request
from desktop import network
network.quiet_environment()
import httpx2, huggingface_hub
A = "{packets.ELSEWHERE}"
def attempts():
    yield lambda: socket.getaddrinfo("kotonoha.example", 443)
    yield lambda: socket.gethostbyaddr(A)
    yield lambda: socket.create_connection((A, 80), timeout=0.2)
    yield lambda: socket.create_connection(("127.0.0.1", 9), timeout=0.2)
    yield lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", (A, 53))
    yield lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("255.255.255.255", 53))
    yield lambda: urllib.request.urlopen(f"http://{{A}}/", timeout=0.2)
    yield lambda: http.client.HTTPConnection(A, timeout=0.2).connect()
    yield lambda: httpx2.get(f"http://{{A}}/", timeout=0.2)
    yield lambda: huggingface_hub.HfApi(endpoint=f"http://{{A}}").model_info("a/b", timeout=0.2)
    yield lambda: asyncio.run(asyncio.wait_for(asyncio.open_connection(A, 80), 0.2))
def attempt_all():
    for attempt in attempts():
        try: attempt()
        except Exception as error: print(type(error).__name__)
"""
# Ends the first names quickly: nobody answers, and the look-up is not what is measured.
QUICK = "import os; os.environ['RES_OPTIONS'] = 'timeout:1 attempts:1'\n"


def python(code: str) -> list[str]:
    return [sys.executable, "-W", "ignore", "-c", code]


@pytest.mark.slow
def test_no_packet_leaves_the_process(home: Path) -> None:
    """Each attempt is shown to send where it is allowed, and to send nothing where it is not."""
    each = "network.install('window')\nattempt_all()"
    allowed = (
        "network.install('window'); network.set_offline(False)\n"
        "with network.allow(network.Purpose.SEARCH): attempt_all()"
    )
    quiet, locked, told = sending(
        python(ATTEMPTS + each),
        python(ATTEMPTS + "network.lock('engine')\nattempt_all()"),
        python(QUICK + ATTEMPTS + allowed),
    )
    assert told["status"] == quiet["status"] == locked["status"] == 0, told["wrong"]
    assert told["packets"] >= 8
    assert quiet["packets"] == locked["packets"] == 0
    assert len(quiet["said"].split()) == len(locked["said"].split()) == 11


QT = f"""
import sys
from PySide6.QtCore import QDeadlineTimer, QEventLoop, QTimer, QUrl
from PySide6.QtNetwork import *
from desktop import network
network.install("window")
if sys.argv[1] == "ours":
    from desktop.ui.app import create_application
    application = create_application()
else:
    from PySide6.QtWidgets import QApplication
    application = QApplication([])
tcp = QTcpSocket(); tcp.connectToHost("{packets.ELSEWHERE}", 80); tcp.waitForConnected(300)
named = QTcpSocket(); named.connectToHost("kotonoha.example", 80); named.waitForConnected(300)
tls = QSslSocket(); tls.connectToHostEncrypted("{packets.ELSEWHERE}", 443); tls.waitForConnected(300)
sent = QUdpSocket().writeDatagram(b"x", QHostAddress("{packets.ELSEWHERE}"), 53)
manager = QNetworkAccessManager()
reply = manager.get(QNetworkRequest(QUrl("http://{packets.ELSEWHERE}/")))
loop = QEventLoop(); reply.finished.connect(loop.quit); QTimer.singleShot(300, loop.quit); loop.exec()
print(tcp.error().name, named.error().name, tls.error().name, sent, reply.error().name)
"""


@pytest.mark.slow
def test_qt_sends_nothing_either(home: Path) -> None:
    """Qt connects past Python's hook; the window's application has no way for it."""
    ours, bare = sending([*python(QT), "ours"], [*python(QUICK + QT), "bare"])
    assert bare["status"] == ours["status"] == 0, ours["wrong"]
    assert bare["packets"] > 0
    assert ours["packets"] == 0
    unsupported = "UnsupportedSocketOperationError"
    assert ours["said"].split() == [*[unsupported] * 3, "-1", "ProxyNotFoundError"]


NATIVE = f"""
import ctypes, struct, socket, sys
from desktop import network
from desktop.network import wall
network.lock("engine", wall.DRIVERS) if sys.argv[1] == "locked" else network.install("window")
libc = ctypes.CDLL(None, use_errno=True)
descriptor = libc.socket(2, 2, 0)
address = struct.pack("=H2s4s8x", 2, struct.pack(">H", 53), bytes(map(int, "{packets.ELSEWHERE}".split("."))))
print(libc.sendto(descriptor, b"x", 1, 0, address, len(address)))
"""


@pytest.mark.slow
def test_native_code_is_held_by_the_wall_alone(home: Path) -> None:
    """Past the hook a packet does leave the window's process; in a child the system refuses."""
    locked, window = sending([*python(NATIVE), "locked"], [*python(NATIVE), "window"])
    assert (window["said"].strip(), window["packets"] > 0) == ("1", True)
    assert (locked["said"].strip(), locked["packets"]) == ("-1", 0)


@pytest.mark.slow
def test_the_real_window_and_engine_send_nothing(home: Path, tmp_path: Path) -> None:
    """A whole demo: the window opens, a real model answers, a picture is saved."""
    picture = tmp_path / "窓.png"
    (demo,) = sending([sys.executable, "-m", "desktop", "demo", str(picture)])
    assert demo["status"] == 0, demo["wrong"]
    assert picture.stat().st_size > 10_000
    assert "言の葉: " in demo["said"]
    assert demo["packets"] == 0
    assert ledger.entries() == []
