"""Run inside a network of its own: commands, and how many packets they sent, as a line of JSON each.

``python packets.py`` reads a JSON list of commands, each a list of words, on standard input. The network has
loopback and a cable to nowhere with the default route, so everything that leaves a process is counted, an
attempt to find a neighbour too.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HERE, ELSEWHERE = "10.77.0.2", "192.0.2.1"  # RFC 5737: an address of nobody


def set_up() -> None:
    for kind in ("all", "default"):
        Path(f"/proc/sys/net/ipv6/conf/{kind}/disable_ipv6").write_text("1")  # it would speak by itself
    for line in (
        "link set lo up",
        "link add out type veth peer name nowhere",
        f"addr add {HERE}/24 dev out",
        "link set out up",
        "link set nowhere up",
        "route add default via 10.77.0.1",
    ):
        subprocess.run(["ip", *line.split()], check=True)


def sent() -> int:
    lines = Path("/proc/net/dev").read_text().splitlines()[2:]
    return sum(
        int(line.partition(":")[2].split()[9]) for line in lines if not line.strip().startswith("nowhere")
    )


def main() -> None:
    set_up()
    for command in json.load(sys.stdin):
        before = sent()
        done = subprocess.run(command, capture_output=True, text=True, timeout=150, check=False)
        told = {
            "packets": sent() - before,
            "status": done.returncode,
            "said": done.stdout,
            "wrong": done.stderr,
        }
        sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
