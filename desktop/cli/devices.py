"""``kotonoha devices``: what models can be run on here, and how a model would be loaded."""

from __future__ import annotations

import json
from argparse import Namespace
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import msgspec
from prompt_toolkit.utils import get_cwidth

from desktop import paths
from desktop.cli.answers import loading_options
from desktop.engine.client import Engine
from desktop.engine.failures import explain
from desktop.engine.protocol import Device, Devices, Failed
from desktop.errors import KotonohaError
from desktop.gguf.check import loadable
from desktop.jobs import Cancel
from desktop.language import say, set_language
from desktop.models import library
from desktop.models.loading import Proposal, propose, target_of
from desktop.store import Run, Store


def run(options: Namespace) -> int:
    """List the devices; with ``--model`` also tell the plan. Return 1 where it does not fit, else 0."""
    proposal = None
    if options.model is None and not paths.database().exists():  # there is nothing to ask, nor to make
        devices = _devices()
    else:
        with closing(Store.open(paths.database(), recover=False)) as store:
            preferences = store.settings.get()
            set_language(preferences.language)
            choice = None if options.model is None else library.resolve(store, options.model)
            contents = None if choice is None else loadable(Path(choice.path))
            devices = _devices()
            if choice is not None:
                proposal = propose(
                    store, target_of(choice, preferences, **loading_options(options)), devices, contents
                )
    if options.json:
        print(json.dumps(_json(devices, proposal), ensure_ascii=False))
    else:
        print(table(devices))
        if proposal is not None:
            print(f"\n{proposal.sentence}")
            if proposal.run is not None:
                print(told(proposal.run))
    return 0 if proposal is None or proposal.plan.fits else 1


def told(run: Run) -> str:
    """Return in one line how a model was loaded when it last answered on this machine."""
    threads = say("未測定", "not measured") if run.threads is None else str(run.threads)
    line = say(
        f"前回: GPUの層 {run.gpu_layers}、コンテキスト {run.context_length:,}、"
        f"KVキャッシュ {run.cache_type}、スレッド {threads}",
        f"Last time: {run.gpu_layers} GPU layers, context {run.context_length:,}, "
        f"{run.cache_type} KV cache, threads {threads}",
    )
    if run.fallback:
        reason = run.fallback
        line += say(f"（計画より小さい設定: {reason}）", f" (less than planned: {reason})")
    return line


def table(devices: tuple[Device, ...]) -> str:
    """Return the devices as lines of text."""
    rows = [(say("装置", "device"), say("名前", "name"), say("空き", "free"), say("全体", "total"))]
    rows += [
        (device.name, device.description, _gibibytes(device.free_bytes), _gibibytes(device.total_bytes))
        for device in devices
    ]
    widths = [max(get_cwidth(row[column]) for row in rows) for column in range(4)]
    lines = []
    for row in rows:
        pads = [" " * (width - get_cwidth(text)) for text, width in zip(row, widths, strict=True)]
        lines.append(f"{row[0]}{pads[0]}  {row[1]}{pads[1]}  {pads[2]}{row[2]}  {pads[3]}{row[3]}")
    return "\n".join(lines)


def _devices() -> tuple[Device, ...]:
    found: tuple[Device, ...] = ()
    with closing(Engine()) as engine:
        for event in engine.devices(Cancel()):
            if isinstance(event, Devices):
                found = event.devices
            elif isinstance(event, Failed):
                raise explain(event)
    if not found:
        raise KotonohaError(
            "devices_unknown",
            "モデルを動かせる装置が見つかりませんでした。アプリを入れ直してください。",
            "No device was found that models can be run on. Please install the app again.",
        )
    return found


def _json(devices: tuple[Device, ...], proposal: Proposal | None) -> dict[str, object]:
    told: dict[str, object] = {"devices": msgspec.to_builtins(devices)}
    if proposal is not None:
        told["plan"] = {**asdict(proposal.plan), "sentence": proposal.sentence}
        told["settings"] = msgspec.to_builtins(proposal.settings)
        told["run"] = msgspec.to_builtins(proposal.run)
    return told


def _gibibytes(size: int) -> str:
    return f"{size / (1 << 30):.1f} GiB"
