"""Catalogues and machines of our own making."""

from __future__ import annotations

import copy
import json
from typing import Any

from desktop.engine.protocol import Device
from desktop.models.catalog import FILE_NAME
from desktop.models.speed import Machine
from desktop.paths import RESOURCES

GB = 1_000_000_000
BUILTIN: dict[str, Any] = json.loads((RESOURCES / FILE_NAME).read_bytes())
ENTRY: dict[str, Any] = next(model for model in BUILTIN["models"] if model["key"] == "llm-jp-4-8b-thinking")


def catalog(*models: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return a small catalogue as JSON has it, with one licence and these models."""
    return {
        "format": 1,
        "revision": 1,
        "date": "2026-11-24",
        "licences": copy.deepcopy(BUILTIN["licences"]),
        "origins": [],
        "models": [copy.deepcopy(model) for model in models or (ENTRY,)],
    } | fields


def entry(key: str, **fields: Any) -> dict[str, Any]:
    return copy.deepcopy(ENTRY) | {"key": key, "name": key} | fields


def encoded(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def cpu(total_gb: float, free_gb: float) -> Device:
    return Device("CPU", "a processor", "CPU", "cpu", int(total_gb * GB), int(free_gb * GB))


def card(gb: float) -> Device:
    return Device("CUDA0", "a card", "CUDA", "gpu", int(gb * GB), int(gb * GB))


def machine(
    total_gb: float = 16,
    free_gb: float = 12,
    *others: Device,
    threads: int = 6,
    bandwidth: float = 45e9,
    disk_gb: float = 200,
) -> Machine:
    devices = (cpu(total_gb, free_gb), *others)
    return Machine(devices, threads, bandwidth, int(disk_gb * GB))
