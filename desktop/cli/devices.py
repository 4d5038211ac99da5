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
from desktop.engine.client import Engine
from desktop.engine.failures import explain
from desktop.engine.protocol import Device, Devices, Failed
from desktop.errors import KotonohaError
from desktop.gguf.check import loadable
from desktop.jobs import Cancel
from desktop.language import say, set_language
from desktop.models import library
from desktop.models.plan import Plan, plan
from desktop.store import Store


def run(options: Namespace) -> int:
    """List the devices; with ``--model`` also tell the plan. Return 1 where it does not fit, else 0."""
    path = None
    if options.model is not None or paths.database().exists():  # else there is nothing to ask, nor to make
        path = _model_path(options.model)
    contents = None if path is None else loadable(path)
    devices = _devices()
    proposal = None if contents is None else plan(contents, devices)
    if options.json:
        print(json.dumps(_json(devices, proposal), ensure_ascii=False))
    else:
        print(table(devices))
        if proposal is not None:
            print(f"\n{proposal.sentence()}")
    return 0 if proposal is None or proposal.fits else 1


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


def _model_path(wanted: str | None) -> Path | None:
    """Return the file of the model that was asked for, and speak the person's language from here on."""
    with closing(Store.open(paths.database(), recover=False)) as store:
        language = store.settings.get().language
        set_language(language)
        choice = None if wanted is None else library.resolve(store, wanted)
    return None if choice is None else Path(choice.path)


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


def _json(devices: tuple[Device, ...], proposal: Plan | None) -> dict[str, object]:
    told: dict[str, object] = {"devices": msgspec.to_builtins(devices)}
    if proposal is not None:
        told["plan"] = {**asdict(proposal), "sentence": proposal.sentence()}
    return told


def _gibibytes(size: int) -> str:
    return f"{size / (1 << 30):.1f} GiB"
