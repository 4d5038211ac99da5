"""Where everything lives: one home for data, the resources inside the package.

``KOTONOHA_HOME`` moves database, models, caches and logs together into one folder.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

RESOURCES = Path(__file__).resolve().parent / "resources"


def home() -> Path:
    """Return the folder of all data, created with access for the owner only.

    Raises ``OSError`` when it cannot be created.
    """
    chosen = os.environ.get("KOTONOHA_HOME")
    default = platformdirs.user_data_path("kotonoha", appauthor=False)
    path = Path(chosen).expanduser() if chosen else default
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path.resolve()


def database() -> Path:
    """Return the path of the SQLite file."""
    return home() / "kotonoha.db"


def models() -> Path:
    """Return the folder of model files, created on first use."""
    path = home() / "models"
    path.mkdir(exist_ok=True)
    return path
