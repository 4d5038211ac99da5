"""How fast models were when they were measured, by machine."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

import msgspec

from desktop.store.database import Database
from desktop.store.rows import fetch

MOST = 20  # of one model on one machine; older ones go


class Kept(NamedTuple):
    """One measurement; ``figures`` is what was kept, as JSON."""

    model_id: int
    machine: str
    taken: float  # Unix seconds
    figures: str


class Measurements:
    """The figures of each model, the newest first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, model_id: int, machine: str, figures: Any) -> None:  # noqa: ANN401 - any struct
        """Keep a measurement. Raises ``model_missing``."""
        with self._database.write() as connection:
            fetch(connection, "models", model_id)
            connection.execute(
                "INSERT INTO measurements (model_id, machine, taken, figures) VALUES (?, ?, ?, ?)",
                (model_id, machine, time.time(), msgspec.json.encode(figures).decode()),
            )
            connection.execute(
                "DELETE FROM measurements WHERE model_id = ? AND machine = ? AND id NOT IN"
                " (SELECT id FROM measurements WHERE model_id = ? AND machine = ? ORDER BY id DESC LIMIT ?)",
                (model_id, machine, model_id, machine, MOST),
            )

    def list(self, machine: str = "") -> list[Kept]:
        """Return the measurements of all models, the newest first, of one machine or of all."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT model_id, machine, taken, figures FROM measurements WHERE ? IN ('', machine)"
                " ORDER BY id DESC",
                (machine,),
            ).fetchall()
            return [Kept(*row) for row in rows]
