"""When memory runs short, as Linux and macOS tell it."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from asking import asking

from desktop.engine import sysctl
from desktop.engine.client import Engine
from desktop.engine.memory import available_bytes, is_short
from desktop.engine.protocol import ModelSettings, Piece

GIB = 1 << 30


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    (tmp_path / "cgroup").write_text("0::/outer/inner\n")
    (tmp_path / "groups/outer/inner").mkdir(parents=True)
    tell(tmp_path, 16 * GIB, 8 * GIB)
    return tmp_path


def tell(machine: Path, total: int, available: int) -> None:
    (machine / "meminfo").write_text(f"MemTotal: {total // 1024} kB\nMemAvailable: {available // 1024} kB\n")


def limit(group: Path, most: int, used: int, inactive: int = 0, active: int = 0) -> None:
    (group / "memory.max").write_text(f"{most}\n")
    (group / "memory.current").write_text(f"{used}\n")
    (group / "memory.stat").write_text(f"anon 1\ninactive_file {inactive}\nactive_file {active}\n")


def short(machine: Path) -> bool:
    return is_short(machine / "meminfo", machine / "cgroup", machine / "groups")


@pytest.mark.parametrize(
    ("total", "available", "expected"),
    [
        (16 * GIB, 8 * GIB, False),
        (16 * GIB, 600_000_000, False),
        (16 * GIB, 500_000_000, True),  # 3 %
        (64 * GIB, 2_000_000_000, True),
        (64 * GIB, 2_100_000_000, False),
        (4 * GIB, 310_000_000, False),
        (4 * GIB, 290_000_000, True),  # 300 MB
        (1 * GIB, 120_000_000, False),
        (1 * GIB, 100_000_000, True),  # a tenth
    ],
)
def test_the_machines_own_memory(machine: Path, total: int, available: int, expected: bool) -> None:
    tell(machine, total, available)
    assert short(machine) is expected


def test_any_control_group_can_be_short(machine: Path) -> None:
    inner, outer = machine / "groups/outer/inner", machine / "groups/outer"
    limit(inner, 4 * GIB, 4 * GIB - 200_000_000)
    assert short(machine)
    limit(inner, 4 * GIB, 3 * GIB)
    assert not short(machine)
    limit(outer, 8 * GIB, 8 * GIB - 100_000_000)
    assert short(machine)


def test_file_caches_can_be_taken_back(machine: Path) -> None:
    """The weights of a model are mapped from their file: in a container they count as used."""
    group = machine / "groups/outer/inner"
    limit(group, 8 * GIB, 8 * GIB, inactive=1 * GIB, active=4 * GIB)
    assert not short(machine)
    assert available_bytes(machine / "meminfo", machine / "cgroup", machine / "groups") == 5 * GIB


def test_nothing_is_told(machine: Path) -> None:
    (machine / "meminfo").unlink()
    assert not short(machine)
    (machine / "meminfo").write_text("MemAvailable: x kB\n\n?")
    assert not short(machine)


def test_this_machine_can_be_asked() -> None:
    assert is_short() in (False, True)


@pytest.mark.parametrize(("level", "expected"), [(1, False), (2, False), (4, True)])
def test_macos_tells_a_level(
    machine: Path, monkeypatch: pytest.MonkeyPatch, level: int, expected: bool
) -> None:
    monkeypatch.setattr(sysctl, "number", lambda name: level)
    assert short(machine) is expected


CHILD = """
import sys
from pathlib import Path
from desktop.engine import memory
from desktop.engine.process import main
folder = Path(sys.argv[1])
memory.is_short.__defaults__ = folder / "meminfo", folder / "cgroup", folder / "groups"
sys.exit(main())
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="another way to tell the memory")
def test_the_model_goes_after_its_answer_and_comes_back(machine: Path, smol: ModelSettings) -> None:
    engine = Engine(command=[sys.executable, "-c", CHILD, str(machine)])
    try:
        ask = asking(engine, smol)
        first = ask("Tell me about the sea.")
        assert engine.loaded == smol
        during = ask("Tell me about the sea.", at=Piece, then=lambda: tell(machine, 16 * GIB, GIB // 100))
        assert during.text == first.text  # the answer is written to its end
        deadline = time.monotonic() + 60
        while engine.loaded is not None:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        tell(machine, 16 * GIB, 8 * GIB)
        assert ask("Tell me about the sea.").text == first.text
        assert engine.loaded == smol
    finally:
        engine.close()
