"""What is known of this computer, as lines in the column of the models."""

from __future__ import annotations

from PySide6.QtCore import QObject

from desktop.models.speed import Machine
from desktop.ui.controls.sizes import readable

GIB = 1 << 30


class MachineWords(QObject):
    """In the language of the window."""

    def lines(self, machine: Machine) -> list[tuple[str, str]]:
        """Return the processor, each graphics device and the memory's speed, each with an explanation."""
        found = []
        for device in machine.devices:
            if device.kind == "cpu":
                name = _short(device.description) or self.tr("プロセッサー")
                memory = self.tr("メモリ {size} GB").format(size=_gib(device.total_bytes))
                free = self.tr("空き {size}").format(size=readable(device.free_bytes))
                found.append((f"{name} · {memory}", f"{device.description}\n{memory}、{free}"))
            elif device.kind in ("gpu", "integrated_gpu"):
                name = _short(device.description) or device.name
                words = name
                if device.total_bytes and device.kind == "gpu":
                    words = f"{name} · {_gib(device.total_bytes)} GB"
                found.append(
                    (words, self.tr("{name}（{backend}）").format(name=name, backend=device.backend))
                )
        if machine.bandwidth > 0:
            speed = self.tr("メモリの速さ {speed} GB/秒").format(speed=f"{machine.bandwidth / 1e9:.0f}")
            told = self.tr("このPCで測った値です。大きなモデルの速さは、おもにこれで決まります。")
            found.append((speed, told))
        return found


def _gib(size: int) -> str:
    """Return memory as it is sold: in whole GiB, or halves where there is little."""
    return f"{size / GIB:.0f}" if size >= 4 * GIB else f"{size / GIB:.1f}"


def _short(description: str) -> str:
    """Return the name of a processor without what all of them have."""
    for noise in ("(R)", "(TM)", "(tm)", " Processor", " CPU"):
        description = description.replace(noise, "")
    return " ".join(description.partition("@")[0].split())
