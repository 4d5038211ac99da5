"""How many threads, on processors as Linux and macOS describe them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from desktop.engine import sysctl, threads
from desktop.engine.threads import cpu_limits, fast_cores, physical_cores


def cpu(devices: Path, number: int, siblings: str, **facts: int) -> None:
    """Describe a processor; ``facts`` are ``cpu_capacity`` and ``max_freq``."""
    folder = devices / f"system/cpu/cpu{number}"
    for name in ("topology", "cpufreq"):
        (folder / name).mkdir(parents=True)
    (folder / "topology/thread_siblings_list").write_text(f"{siblings}\n")
    if "cpu_capacity" in facts:
        (folder / "cpu_capacity").write_text(f"{facts['cpu_capacity']}\n")
    if "max_freq" in facts:
        (folder / "cpufreq/cpuinfo_max_freq").write_text(f"{facts['max_freq']}\n")


def test_two_threads_a_core(tmp_path: Path) -> None:
    for number in range(8):
        cpu(tmp_path, number, f"{number % 4},{number % 4 + 4}", max_freq=5_500_000 + 50_000 * (number % 4))
    assert fast_cores(range(8), tmp_path) == 4
    assert fast_cores([0, 4], tmp_path) == 1
    assert fast_cores([0, 1, 2], tmp_path) == 3


def hybrid(devices: Path, **efficient: int) -> None:
    """An Intel processor with 4 performance cores of two threads, and 8 efficient ones."""
    for number in range(16):
        fast = number < 8
        first = number // 2 * 2
        cpu(devices, number, f"{first}-{first + 1}" if fast else f"{number}", **({} if fast else efficient))


def test_intels_performance_cores(tmp_path: Path) -> None:
    hybrid(tmp_path)
    (tmp_path / "cpu_core").mkdir()
    (tmp_path / "cpu_core/cpus").write_text("0-7\n")
    assert fast_cores(range(16), tmp_path) == 4
    assert fast_cores([0, 1, 2, 12, 13], tmp_path) == 2
    assert fast_cores(range(8, 12), tmp_path) == 4  # only these may be used


@pytest.mark.parametrize("text", ["", "x", "-", "0-7,x", "7-0"])
def test_an_odd_list_counts_as_none(tmp_path: Path, text: str) -> None:
    hybrid(tmp_path)
    (tmp_path / "cpu_core").mkdir()
    (tmp_path / "cpu_core/cpus").write_text(text)
    assert fast_cores(range(16), tmp_path) == 12


def test_big_and_little_cores_of_arm(tmp_path: Path) -> None:
    for number, capacity in enumerate([430] * 4 + [900] * 3 + [1024]):
        cpu(tmp_path, number, f"{number}", cpu_capacity=capacity)
    assert fast_cores(range(8), tmp_path) == 4
    assert fast_cores(range(4), tmp_path) == 4


def test_compact_cores_are_known_by_their_frequency(tmp_path: Path) -> None:
    for number in range(24):
        fast = number < 8
        first = number // 2 * 2
        cpu(
            tmp_path,
            number,
            f"{first}-{first + 1}",
            cpu_capacity=1024,
            max_freq=5_100_000 if fast else 3_300_000,
        )
    assert fast_cores(range(24), tmp_path) == 4


def test_nothing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads.platform, "machine", lambda: "AMD64")
    assert fast_cores(range(8), tmp_path) == 4
    assert fast_cores([3], tmp_path) == 1
    assert fast_cores([], tmp_path) == 1
    monkeypatch.setattr(threads.platform, "machine", lambda: "aarch64")
    assert fast_cores(range(8), tmp_path) == 8


def test_a_container_may_use_less_than_it_sees(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in "abcde"]
    for folder, text in zip(
        folders, ("max 100000", "250000 100000", "50000 100000", "1 0", "?"), strict=True
    ):
        folder.mkdir()
        (folder / "cpu.max").write_text(f"{text}\n")
    assert cpu_limits([*folders, tmp_path / "none"]) == [3, 1]


def test_macos_has_the_number(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"hw.perflevel0.physicalcpu": 6, "hw.physicalcpu": 10}
    monkeypatch.setattr(sysctl, "number", told.get)
    assert physical_cores() == 6
    del told["hw.perflevel0.physicalcpu"]
    assert physical_cores() == 10  # an Intel Mac


def test_this_machine() -> None:
    assert 1 <= physical_cores() <= (os.cpu_count() or 1)
