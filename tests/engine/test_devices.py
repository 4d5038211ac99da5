"""The devices of this build, from the real child; and how much memory the machine has left."""

from __future__ import annotations

import json
import time
from contextlib import closing
from pathlib import Path

import pytest
from asking import GREEDY, Ask, collect

from desktop import paths
from desktop.cli import parse, run
from desktop.engine.client import Engine
from desktop.engine.memory import available_bytes
from desktop.engine.protocol import Devices, ModelSettings
from desktop.jobs import Cancel
from desktop.models import library
from desktop.models.loading import machine_key
from desktop.store import Run, Store


@pytest.mark.slow
def test_the_cpu_is_always_there(engine: Engine) -> None:
    answer = collect(engine.devices(Cancel()))
    assert answer.finished.reason == "end"
    (listed,) = (event for event in answer.events if isinstance(event, Devices))
    (cpu,) = (device for device in listed.devices if device.kind == "cpu")
    assert (cpu.name, cpu.backend) == ("CPU", "CPU")
    assert cpu.description
    assert 1 << 20 < cpu.free_bytes <= cpu.total_bytes


@pytest.mark.slow
def test_asking_does_not_cost_the_loaded_model(engine: Engine, smol: ModelSettings, ask_smol: Ask) -> None:
    ask_smol("Hi", sampling=GREEDY)
    assert engine.loaded == smol
    collect(engine.devices(Cancel()))
    assert engine.loaded == smol
    assert ask_smol("Hi", sampling=GREEDY).started.reused_tokens > 0


def test_what_a_closed_engine_says() -> None:
    engine = Engine()
    engine.close()
    assert collect(engine.devices(Cancel())).finished.reason == "stopped"


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """Files like those of Linux: 8 GiB available, in a group inside a group."""
    (tmp_path / "meminfo").write_text("MemTotal: 16777216 kB\nMemAvailable: 8388608 kB\nHugePages: x\n")
    (tmp_path / "cgroup").write_text("1:name=systemd:/\n0::/outer/inner\n")
    (tmp_path / "groups/outer/inner").mkdir(parents=True)
    return tmp_path


def available(machine: Path) -> int | None:
    return available_bytes(machine / "meminfo", machine / "cgroup", machine / "groups")


def limit(group: Path, most: str, used: int, cached: int = 0) -> None:
    (group / "memory.max").write_text(f"{most}\n")
    (group / "memory.current").write_text(f"{used}\n")
    (group / "memory.stat").write_text(f"anon 1\ninactive_file {cached}\n")


def test_memory_without_a_limit(machine: Path) -> None:
    assert available(machine) == 8 << 30
    limit(machine / "groups/outer", "max", 5)
    assert available(machine) == 8 << 30


def test_the_narrowest_group_counts(machine: Path) -> None:
    limit(machine / "groups/outer/inner", str(6 << 30), 1 << 30)
    assert available(machine) == 5 << 30
    limit(machine / "groups/outer", str(4 << 30), 3 << 30, cached=1 << 30)
    assert available(machine) == 2 << 30
    limit(machine / "groups/outer", str(1 << 30), 3 << 30)
    assert available(machine) == 0


def test_no_control_groups_and_no_linux(machine: Path) -> None:
    (machine / "cgroup").unlink()
    assert available(machine) == 8 << 30
    (machine / "meminfo").unlink()
    assert available(machine) is None


@pytest.mark.slow
def test_the_command_needs_no_model(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(parse(["devices"])) == 0
    heading, cpu = capsys.readouterr().out.splitlines()
    assert heading.split() == ["装置", "名前", "空き", "全体"]
    assert cpu.startswith("CPU ")
    assert cpu.count("GiB") == 2
    assert not paths.database().exists()  # nothing was made for it


@pytest.mark.slow
def test_the_command_tells_the_plan(smollm2: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(parse(["devices", "--model", str(smollm2), "--json"])) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["devices"][0]["name"]
    assert told["plan"]["layers"] == 30
    assert told["plan"]["fits"] is True
    assert (told["plan"]["cache_type"], told["settings"]["cache_type"], told["run"]) == ("f16", "f16", None)
    assert run(parse(["devices", "--model", str(smollm2)])) == 0
    assert told["plan"]["sentence"] in capsys.readouterr().out


@pytest.mark.slow
def test_the_command_takes_what_is_set_by_hand(smollm2: Path, capsys: pytest.CaptureFixture[str]) -> None:
    by_hand = ["--context-length", "2048", "--cache-type", "q4_0", "--threads", "1", "--gpu-layers", "0"]
    assert run(parse(["devices", "--model", str(smollm2), "--json", *by_hand])) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["settings"] == {
        "path": str(smollm2),
        "context_length": 2048,
        "gpu_layers": 0,
        "threads": 1,
        "cache_type": "q4_0",
        "draft_path": "",
    }
    assert told["plan"]["by_hand"] == ["context_length", "gpu_layers", "cache_type"]
    with pytest.raises(SystemExit):
        parse(["devices", "--cache-type", "q2_k"])


@pytest.mark.slow
def test_the_command_tells_what_worked_before(
    engine: Engine, smollm2: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (listed,) = (event for event in engine.devices(Cancel()) if isinstance(event, Devices))
    with closing(Store.open(paths.database())) as store:
        model = library.register(store, smollm2)
        store.models.choose(model.id, context_length=4096)
        chosen = store.models.get(model.id).choices
        run_before = Run(
            context_length=1024,
            threads=2,
            fallback="out_of_memory",
            chosen=chosen,
            free_bytes=1 << 60,
            when=time.time(),
        )
        store.models.remember(model.id, machine_key(listed.devices), run_before)
    assert run(parse(["devices", "--model", model.name])) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2] == (
        "前にうまくいった設定で動かします（CPUだけ、コンテキスト 1,024）。手動の設定を今回だけ変えています"
    )
    before = "前回: GPUの層 0、コンテキスト 1,024、KVキャッシュ f16、スレッド 2"
    assert lines[-1] == f"{before}（計画より小さい設定: out_of_memory）"
    assert run(parse(["devices", "--model", model.name, "--json"])) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["run"]["fallback"] == "out_of_memory"
    assert (told["settings"]["context_length"], told["settings"]["threads"]) == (1024, 2)
    assert told["plan"]["by_hand"] == ["context_length"]


@pytest.mark.slow
def test_the_command_refuses_a_damaged_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.gguf").write_bytes(b"GGUF")
    assert run(parse(["devices", "--model", str(tmp_path / "x.gguf")])) == 1
    assert "x.gguf はモデルとして使えません" in capsys.readouterr().err
