"""The JSON schema of ``ask --schema``, read from its file."""

from __future__ import annotations

import json
from pathlib import Path

from desktop.cli import piped
from desktop.errors import KotonohaError


def read_schema(path: Path | None) -> str:
    """Return the JSON schema in the file as text; "" for None.

    Raises ``KotonohaError("schema_invalid")`` when it cannot be read or is no JSON object. Whether the engine
    can follow it, the engine says before it generates.
    """
    if path is None:
        return ""
    try:
        with path.open("rb") as file:
            text = piped.read(file)
        is_object = isinstance(json.loads(text), dict)
    except (OSError, ValueError, RecursionError) as error:
        raise _invalid(path, str(error)) from error
    if not is_object:
        raise _invalid(path, "not an object")
    return text


def _invalid(path: Path, reason: str) -> KotonohaError:
    return KotonohaError(
        "schema_invalid",
        f"{path} をJSON Schemaとして読めません（{reason}）。",
        f"{path} cannot be read as a JSON schema ({reason}).",
    )
