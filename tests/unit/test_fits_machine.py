"""What is known of this machine: the bandwidth that is measured once, and the models that ran here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from catalogs import cpu

from desktop import paths
from desktop.engine.protocol import Stats
from desktop.gguf.check import loadable
from desktop.models import bandwidth
from desktop.models.fits import fit_file, this_machine
from desktop.models.loading import machine_key
from desktop.store import Model, Run, Store

DEVICES = (cpu(16, 12),)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Each measurement that is made; it finds 30 GB/s."""
    asked: list[int] = []

    def measure(threads: int) -> float:
        asked.append(threads)
        return 30e9

    monkeypatch.setattr(bandwidth, "measure", measure)
    return asked


def stats(speed: float, tokens: int = 100) -> Stats:
    return Stats(10, 0, tokens, 0.1, 100.0, speed)


def answered(store: Store, model: Model, *speeds: float, tokens: int = 100, name: str = "") -> None:
    """Keep answers of the model with these speeds."""
    chat = store.chats.create()
    for speed in speeds:
        _, answer = store.messages.send(chat.id, "質問です", model_name=name or model.name)
        store.messages.finish(answer.id, "答えです", "complete", stats=stats(speed, tokens))


def test_the_real_memory_has_a_bandwidth() -> None:
    # Slower than any machine of the last decades, and faster than any there is: the unit is right.
    assert 2e8 < bandwidth.measure(2) < 1e13
    assert 2e8 < bandwidth.measure(0) < 1e13


def test_with_little_memory_it_is_measured_with_less(monkeypatch: pytest.MonkeyPatch) -> None:
    real, asked = bandwidth._filled, []

    def scarce(size: int, value: int) -> Any:
        asked.append(size)
        if size > 4 << 20:
            raise MemoryError
        return real(size, value)

    monkeypatch.setattr(bandwidth, "_filled", scarce)
    assert 2e8 < bandwidth.measure(4) < 1e13
    assert max(asked) > min(asked) == 4 << 20


def test_it_is_measured_once_a_machine(tmp_path: Path, measured: list[int]) -> None:
    assert bandwidth.of_machine("a", 4, tmp_path) == 30e9
    assert bandwidth.of_machine("a", 4, tmp_path) == 30e9
    assert measured == [4]
    bandwidth.of_machine("b", 8, tmp_path)
    assert measured == [4, 8]
    assert [path.name for path in tmp_path.iterdir()] == ["bandwidth.json"]


@pytest.mark.parametrize(
    "kept",
    [
        b"",
        b"{",
        b"[]",
        b'{"machines": 3}',
        b'{"machines": {"a": "fast"}}',
        b'{"machines": {"a": -1}}',
        b'{"machines": {"a": 0}}',
        b'{"machines": {"a": 1e308}}',
        b'{"machines": {"a": NaN}}',
        b"\xff" * 1000,
        b'{"machines": {' + b" " * 1_000_000,
        b"[" * 50_000,
    ],
)
def test_a_spoiled_file_is_measured_anew(tmp_path: Path, measured: list[int], kept: bytes) -> None:
    (tmp_path / "bandwidth.json").write_bytes(kept)
    assert bandwidth.of_machine("a", 4, tmp_path) == 30e9
    assert bandwidth.of_machine("a", 4, tmp_path) == 30e9
    assert measured == [4]


def test_only_some_machines_are_remembered(tmp_path: Path, measured: list[int]) -> None:
    for number in range(40):
        bandwidth.of_machine(f"machine {number}", 2, tmp_path)
    kept = json.loads((tmp_path / "bandwidth.json").read_bytes())["machines"]
    assert list(kept) == [f"machine {number}" for number in range(24, 40)]


def test_without_a_place_to_keep_it_the_answer_is_there_all_the_same(
    tmp_path: Path, measured: list[int]
) -> None:
    assert bandwidth.of_machine("a", 4, tmp_path / "nothing") == 30e9
    (tmp_path / "bandwidth.json").mkdir()
    assert bandwidth.of_machine("a", 4, tmp_path) == 30e9
    assert measured == [4, 4]
    assert [path.name for path in tmp_path.iterdir()] == ["bandwidth.json"]


def test_speeds_are_those_of_the_last_answers(store: Store, model: Model) -> None:
    assert store.speeds.recent() == {}
    answered(store, model, 1.0, 2.0, 3.0)
    answered(store, model, 99.0, name="別のモデル")
    answered(store, model, 500.0, tokens=3)  # too short to say anything
    answered(store, model, 0.0, float("inf"), 1e9)
    assert store.speeds.recent() == {model.name: (3.0, 2.0, 1.0), "別のモデル": (99.0,)}
    answered(store, model, *map(float, range(10, 60)))
    assert store.speeds.recent()[model.name] == tuple(map(float, range(59, 39, -1)))


def test_spoiled_figures_are_passed_over(store: Store, model: Model) -> None:
    answered(store, model, 5.0, 6.0)
    with store.speeds._database.write() as connection:
        connection.execute(
            "UPDATE messages SET stats = '{\"tokens' WHERE id = (SELECT MAX(id) FROM messages)"
        )
    assert store.speeds.recent() == {model.name: (5.0,)}


def test_a_model_that_ran_here_corrects_the_others(
    store: Store, model: Model, measured: list[int], smollm2: Path
) -> None:
    contents = loadable(smollm2)
    before = this_machine(store, DEVICES)
    assert (before.bandwidth, before.corrected, before.measured) == (30e9, False, {})
    assert before.disk_free_bytes > 0 and paths.models().is_dir()
    estimated = fit_file(contents, before).speed
    assert estimated is not None and not estimated.measured

    answered(store, model, *[estimated.likely / 2] * 5, 1000.0)
    assert not this_machine(store, DEVICES).corrected  # it may have been on another machine
    store.models.remember(model.id, machine_key(DEVICES), Run())
    after = this_machine(store, DEVICES)
    assert after.corrected
    assert after.correction == pytest.approx(2.0)
    assert after.measured == {model.path: pytest.approx(estimated.likely / 2)}
    seen = fit_file(contents, after).speed
    assert seen is not None and seen.measured
    assert measured == measured[:1]  # the bandwidth was kept in between


def test_a_model_whose_file_has_gone_corrects_nothing(
    store: Store, model: Model, measured: list[int], tmp_path: Path
) -> None:
    gone = store.models.add(path=tmp_path / "消えた.gguf", name="消えたモデル")
    answered(store, gone, 5.0)
    store.models.remember(gone.id, machine_key(DEVICES), Run())
    found = this_machine(store, DEVICES)
    assert (found.corrected, found.correction) == (False, 1.0)
