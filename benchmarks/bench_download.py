"""A download through the manager, hashing included, beside a bare client that only writes what comes.

Both fetch the same half a gigabyte from the same server, a process of its own on loopback that uses
``sendfile``, into memory where the system has such a folder: so the disk is not what is measured. The bare
client is the library's own, read as it comes and written as it comes; ``http.client`` is printed beside it.
"""

from __future__ import annotations

import http.client
import multiprocessing
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import urlsplit

from tests.hub.fake_hub import FakeHub, Fault, Repo

SIZE, ROUNDS, CANCELS = 512 << 20, 7, 20
_REPOSITORY, _NAME = "kotonoha/benchmark", "model.gguf"
_MEMORY = Path("/dev/shm")


def figures() -> dict[str, float]:
    """Measure; the figure is the median of the ratios of rounds that ran one after the other."""
    from desktop import network
    from desktop.hub.hub import Hub

    was, home = network.is_offline(), os.environ.get("KOTONOHA_HOME")
    with tempfile.TemporaryDirectory(dir=_place()) as folder:
        os.environ["KOTONOHA_HOME"] = folder  # where the ledger goes
        network.set_offline(False)
        source = Path(folder) / "source"
        _fill(source)
        ours, theirs = multiprocessing.Pipe()
        server = multiprocessing.get_context("spawn").Process(target=_serve, args=(source, theirs))
        server.start()
        try:
            url, signed = ours.recv()
            hub = Hub(url, proxy="")
            return _figures(Path(folder), signed, hub)
        finally:
            ours.send(None)
            server.join()
            network.set_offline(was)
            os.environ.pop("KOTONOHA_HOME")
            if home is not None:
                os.environ["KOTONOHA_HOME"] = home


def _figures(folder: Path, signed: str, hub: object) -> dict[str, float]:
    target = folder / "target.gguf"
    ways: dict[str, Callable[[], None]] = {
        "bare": lambda: _bare(signed, target),
        "manager": lambda: _manager(hub, target),
        "http.client": lambda: _standard(signed, target),
    }
    took: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(ROUNDS + 1):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            if turn:  # the first is for warming up
                took[name].append(time.perf_counter() - began)
            assert target.stat().st_size == SIZE
            target.unlink()
    for name, times in took.items():
        print(f"  {name}: {SIZE / statistics.median(times) / 1e6:.0f} MB/s", file=sys.stderr)
    ratios = [bare / ours for bare, ours in zip(took["bare"], took["manager"], strict=True)]
    return {"download_vs_client": statistics.median(ratios), "download_cancel_ms": _cancel_ms(folder)}


def _cancel_ms(folder: Path) -> float:
    """Return the longest time that a cancel took on a line on which nothing comes any more."""
    from desktop.hub.fetch import Progress, Wanted, discard, fetch
    from desktop.hub.hub import Hub
    from desktop.jobs import Cancel, Cancelled

    took: list[float] = []
    with FakeHub(Repo(_REPOSITORY, {_NAME: os.urandom(4 << 20)})) as fake:
        for _ in range(CANCELS):
            fake.store_faults = [Fault(stall_after=2 << 20)]
            cancel, hub = Cancel(), Hub(fake.url, proxy="")
            job = fetch(hub, Wanted(_REPOSITORY, _NAME), folder / "stalled.gguf", cancel)
            next(event for event in job if isinstance(event, Progress) and event.done == 2 << 20)
            began = time.perf_counter()
            cancel.set()
            with suppress(Cancelled):
                next(job)
            took.append((time.perf_counter() - began) * 1000)
            discard(folder / "stalled.gguf")
    return max(took)


def _manager(hub: object, target: Path) -> None:
    from desktop.hub.fetch import Wanted, fetch
    from desktop.hub.hub import Hub
    from desktop.jobs import Cancel, result_of

    assert isinstance(hub, Hub)
    assert result_of(fetch(hub, Wanted(_REPOSITORY, _NAME), target, Cancel())).verified


def _bare(signed: str, target: Path) -> None:
    import httpx2

    with (
        httpx2.Client(trust_env=False) as client,
        client.stream("GET", signed) as response,
        target.open("wb") as file,
    ):
        for chunk in response.iter_raw():
            file.write(chunk)


def _standard(signed: str, target: Path) -> None:
    parts = urlsplit(signed)
    connection = http.client.HTTPConnection(parts.netloc)
    connection.request("GET", f"{parts.path}?{parts.query}")
    with connection.getresponse() as response, target.open("wb") as file:
        shutil.copyfileobj(response, file, 256 << 10)
    connection.close()


def _serve(source: Path, pipe: Connection) -> None:
    with FakeHub(Repo(_REPOSITORY, {_NAME: source})) as fake:
        repo = fake.repos[_REPOSITORY]
        fake.digest(repo, _NAME)
        pipe.send((fake.url, fake.signed(repo, _NAME)))
        pipe.recv()


def _fill(path: Path) -> None:
    block = os.urandom(1 << 20)
    with path.open("wb") as file:
        for _ in range(SIZE >> 20):
            file.write(block)


def _place() -> str | None:
    """Return a folder in memory with room for both files, None where there is none."""
    if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > 3 * SIZE:
        return str(_MEMORY)
    return None
