"""``./run bench [--json FILE] [NAME …]``: measure, and print a table of figures beside what they aim at."""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import sys
from pathlib import Path

import benchmarks

# name → (direction, aim): ratios in one run wherever possible, so that they mean the same on every machine
AIMS: dict[str, tuple[str, float]] = {
    "decode_vs_raw": (">=", 0.98),
    "decode_vs_server": (">=", 1.05),
    "prompt_vs_server": (">=", 1.2),
    "lookup_speedup": (">=", 1.3),
    "lookup_free_text": (">=", 0.97),
    "turn10_first_token": ("<=", 0.15),
    "reopened_first_token": ("<=", 0.10),
    "memory_error_worst_full": ("<=", 0.05),
    "ui_stall_p99_ms": ("<=", 16),
    "window_ready_s": ("<=", 0.7),
    "open_5000_ms": ("<=", 60),
    "search_p95_ms": ("<=", 20),
    "window_memory_mb": ("<=", 130),
    "download_vs_client": (">=", 0.9),
    "download_cancel_ms": ("<=", 300),
}


def main() -> int:
    """Measure and print; return 0, also where an aim is missed: a slow machine is no failure."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write {name: number} here")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only the files bench_NAME.py")
    options = parser.parse_args()

    found = [
        module.name
        for module in pkgutil.iter_modules(benchmarks.__path__)
        if module.name.startswith("bench_")
    ]
    wanted = [f"bench_{name}" for name in options.names] or found
    if unknown := sorted(set(wanted) - set(found)):
        parser.error(f"there is no {', '.join(unknown)}")

    figures: dict[str, float] = {}
    for name in wanted:
        print(f"… {name}", file=sys.stderr, flush=True)
        figures |= importlib.import_module(f"benchmarks.{name}").figures()
    print(table(figures))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


def table(figures: dict[str, float]) -> str:
    """Return the figures as lines of text, each with its aim and whether it is reached."""
    width = max(map(len, figures), default=0)
    lines = []
    for name, figure in figures.items():
        line = f"{name:<{width}}  {figure:>10.3f}"
        if name in AIMS:
            direction, aim = AIMS[name]
            reached = figure >= aim if direction == ">=" else figure <= aim
            line += f"  {direction} {aim:g}  {'ok' if reached else 'missed'}"
        lines.append(line)
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
