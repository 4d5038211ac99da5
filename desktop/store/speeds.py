"""How fast models answered here, from the figures kept with their answers."""

from __future__ import annotations

import math

import msgspec

from desktop.engine.protocol import Stats
from desktop.store.database import Database

_LOOK_BACK = 5_000  # messages: what older answers say may no longer hold
_MOST = 20  # answers of one model
_LEAST_TOKENS = 16  # a shorter answer says little
_FASTEST = 1e5  # tokens a second; more is a mistake


class Speeds:
    """Decoding speeds by the name that a model had when it answered."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def recent(self) -> dict[str, tuple[float, ...]]:
        """Return the speeds of each model's last answers in tokens a second, the newest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT model_name, stats FROM messages WHERE id > (SELECT MAX(id) FROM messages) - ?"
                " AND stats IS NOT NULL ORDER BY id DESC",
                (_LOOK_BACK,),
            ).fetchall()
        found: dict[str, tuple[float, ...]] = {}
        for row in rows:
            before = found.get(row["model_name"], ())
            speed = _speed(row["stats"])
            if speed is not None and len(before) < _MOST:
                found[row["model_name"]] = (*before, speed)
        return found


def _speed(kept: str) -> float | None:
    try:
        stats = msgspec.json.decode(kept, type=Stats)
    except (msgspec.DecodeError, RecursionError):
        return None
    speed = stats.tokens_per_second
    usable = stats.generated_tokens >= _LEAST_TOKENS and math.isfinite(speed) and 0 < speed < _FASTEST
    return speed if usable else None
