"""``kill -9`` at any byte: the download goes on, nearly nothing comes twice, and nothing is left over.

A child is killed when the store has sent it a certain number of bytes, a random one each time. A file is
killed several times before it may finish.
"""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from fake_hub import FakeHub, Fault, Repo
from fetching import REPOSITORY, fetching, noise, run

from desktop.hub import part
from desktop.hub.hub import Hub
from desktop.hub.part import PIECE_BYTES

KILLS = 100
CHILD = Path(__file__).with_name("fetch_child.py")


def start(fake: FakeHub, name: str, target: Path) -> subprocess.Popen[bytes]:
    root = str(CHILD.parents[2])
    child = subprocess.Popen(
        [sys.executable, str(CHILD), fake.url, REPOSITORY, name, str(target)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": root},
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    return child


def held(target: Path) -> int:
    """How many bytes a killed process had noted."""
    table = part.beside(target)[1].read_bytes()[4096:]
    return sum(table[at : at + 8] != bytes(8) for at in range(0, len(table), 8)) * PIECE_BYTES


def kill_at(fake: FakeHub, name: str, target: Path, at: int) -> None:
    """Run a child, and kill it when the store has sent it ``at`` bytes and waits."""
    before = fake.sent
    fake.store_faults = [Fault(stall_after=at)]
    child = start(fake, name, target)
    assert child.stdin is not None and child.stdout is not None
    child.stdin.write(b"\n")
    child.stdin.flush()
    while fake.sent - before < at and child.poll() is None:
        if not child.stdout.readline():
            break
    child.kill()
    child.wait()
    child.stdin.close()
    child.stdout.close()
    fake.free.set()
    fake.free.clear()
    fake.store_faults = []


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_hundred_kills(tmp_path: Path) -> None:
    chance = random.Random(20261124)
    size = 1_500_000
    files = {f"言の葉 {number}.gguf": noise(size, number) for number in range(25)}
    kills = 0
    with FakeHub(Repo(REPOSITORY, dict(files))) as fake:
        hub = Hub(fake.url, proxy="")
        for name, content in files.items():
            target = tmp_path / name
            at = 0
            for _ in range(KILLS // len(files)):
                kill_at(fake, name, target, chance.randrange(1, max(size - at, 2) // 2 + 2))
                kills += 1
                at = held(target) if part.beside(target)[1].exists() else 0
                assert not target.exists()
            fake.seen.clear()
            _, fetched = run(fetching(hub, target, name))
            assert fetched.sha256 == hashlib.sha256(content).hexdigest()
            assert target.read_bytes() == content
            assert fake.asked(store=True)[0].first == at
        hub.close()
    assert kills == KILLS
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "home") == sorted(files)


def test_of_what_had_come_less_than_a_mebibyte_comes_again(tmp_path: Path) -> None:
    """The store waits in the middle of a piece: all that had come is there, but for that piece."""
    content = noise(3 << 20)
    with FakeHub(Repo(REPOSITORY, {"a.gguf": content})) as fake:
        target = tmp_path / "a.gguf"
        at = 9 * PIECE_BYTES - 1
        fake.store_faults = [Fault(stall_after=at)]
        fake.url = fake.url.replace("127.0.0.1", "localhost")  # a name, that the switch sees looked up
        child = start(fake, "a.gguf", target)
        assert child.stdin is not None and child.stdout is not None
        child.stdin.write(b"\n")
        child.stdin.flush()
        for line in child.stdout:
            if f"done={at},".encode() in line:
                break
        child.kill()
        child.wait()
        child.stdin.close()
        child.stdout.close()
        fake.free.set()
        fake.store_faults = []
        fake.seen.clear()
        hub = Hub(fake.url, proxy="")
        run(fetching(hub, target, "a.gguf"))
        assert target.read_bytes() == content
        assert [seen.first for seen in fake.asked(store=True)] == [8 * PIECE_BYTES]


@pytest.mark.parametrize("moment", ["replace", "unlink"])
def test_a_crash_at_the_very_end(moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Just before the file has its name, and just after it: neither leaves anything behind."""
    content = noise(600_000)
    with FakeHub(Repo(REPOSITORY, {"a.gguf": content})) as fake:
        hub, target = Hub(fake.url, proxy=""), tmp_path / "folder" / "a.gguf"

        unlink = Path.unlink

        class CrashError(BaseException):
            pass

        def crash(self: Path, *arguments: object, **options: object) -> None:
            if moment == "replace" or target.exists():
                raise CrashError
            unlink(self, missing_ok=True)

        with monkeypatch.context() as patch:
            if moment == "replace":
                real = Path.replace
                patch.setattr(
                    Path,
                    "replace",
                    lambda self, to: crash(self) if self.suffix == ".part" else real(self, to),
                )
            else:
                patch.setattr(Path, "unlink", crash)
            with pytest.raises(CrashError):
                run(fetching(hub, target, "a.gguf"))
        assert target.exists() is (moment == "unlink")
        fake.seen.clear()
        run(fetching(hub, target, "a.gguf"))
        assert fake.asked(store=True) == []
        assert [path.name for path in target.parent.iterdir()] == ["a.gguf"]
        assert target.read_bytes() == content
