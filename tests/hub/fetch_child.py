"""A process that fetches one file, to be killed: ``python fetch_child.py URL REPOSITORY NAME TARGET``."""

from __future__ import annotations

import sys
from pathlib import Path

from desktop import network
from desktop.hub.fetch import Wanted, fetch
from desktop.hub.hub import Hub
from desktop.jobs import Cancel

if __name__ == "__main__":
    url, repository, name, target = sys.argv[1:]
    network.install("command")
    network.set_offline(False)
    hub = Hub(url, proxy="")
    hub.metadata(repository, "main", name, Cancel())  # the imports are done
    print("ready", flush=True)  # noqa: T201
    for line in sys.stdin:
        if line == "\n":
            break
    for event in fetch(hub, Wanted(repository, name), Path(target), Cancel()):
        print(event, flush=True)  # noqa: T201
    print("done", flush=True)  # noqa: T201
