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
        raise _unusable(error) from error


def database() -> Path:
    """Return the path of the SQLite file."""
    return home() / "kotonoha.db"


def models() -> Path:
    """Return the folder of model files, created on first use. Raises like ``home``."""
    path = home() / "models"
    try:
        path.mkdir(exist_ok=True)
    except OSError as error:
        raise _unusable(error) from error
    return path


def _unusable(error: Exception) -> KotonohaError:
    return KotonohaError(
        "home_unusable",
        "データを置くフォルダーを使えません。同じ名前のファイルがないか、空き容量と書き込みの許可を"
        f"確かめてください。（{error}）",
        "The data folder cannot be used. Check that there is no file of that name, free space, and "
        f"permission to write. ({error})",
    )
