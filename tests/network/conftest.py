"""Children of ours in which a switch stands, and who listens for them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from listening import Child, Listener

from desktop import network

ROOT = Path(__file__).resolve().parents[2]
BEGINNING = (
    "import os\nHOST, PORT = os.environ['HOST'], int(os.environ['PORT'])\nfrom desktop import network\n"
)


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture
def child(home: Path, listener: Listener) -> Child:
    """Run lines of Python in a process of their own, with HOST, PORT and ``network``."""

    def run(code: str, **environment: str) -> str:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", BEGINNING + code],
            cwd=ROOT,
            env=os.environ | {"HOST": listener.host, "PORT": str(listener.port)} | environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def online() -> Iterator[None]:
    """The switch of this very process, off; no hook is in it, so that tests can have servers."""
    assert network.is_offline()
    network.set_offline(False)
    yield
    network.set_offline(True)
