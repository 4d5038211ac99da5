"""Where everything lives: one home for data, the resources inside the package.

``KOTONOHA_HOME`` moves database, models, caches and logs together into one folder.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from desktop.errors import KotonohaError

RESOURCES = Path(__file__).resolve().parent / "resources"


def home() -> Path:
    """Return the folder of all data, created with access for the owner only.

    Raises ``KotonohaError("home_unusable")`` when it cannot be created.
    """
    chosen = os.environ.get("KOTONOHA_HOME")
    try:
        path = (
            Path(chosen).expanduser() if chosen else platformdirs.user_data_path("kotonoha", appauthor=False)
        )
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path.resolve()
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: there is no home to expand ~ to
        raise KotonohaError(
            "home_unusable",
            f"データを置くフォルダーを使えません。空き容量と、書き込みの許可を確かめてください。（{error}）",
            f"The data folder cannot be used. Check free space and permission to write. ({error})",
        ) from error


def database() -> Path:
    """Return the path of the SQLite file."""
    return home() / "kotonoha.db"


def models() -> Path:
    """Return the folder of model files, created on first use."""
    path = home() / "models"
    path.mkdir(exist_ok=True)
    return path
