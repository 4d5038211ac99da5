"""Searching 100,000 messages of real-looking Japanese, as one types: one, two and four characters, two words.

Every word is one that is there; half of what is typed first ("の", "で") is in nearly every message. Also how
long filling the index takes, and how much larger it makes the file.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.japanese import message
from desktop.jobs import Cancel
from desktop.store import Store

MESSAGES, OF_A_CHAT, ROUNDS = 100_000, 20, 200
_YEARS_3 = 3 * 365 * 86400


def figures() -> dict[str, float]:
    """Measure; the figure is the 95th percentile of all, in milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kotonoha.db"
        store = Store.open(path)
        chance = random.Random(1)
        texts = _fill(store, chance)
        before = path.stat().st_size
        began = time.perf_counter()
        for _ in store.search.index_missing(Cancel()):
            pass
        indexing = time.perf_counter() - began
        store.close()
        after = path.stat().st_size
        store = Store.open(path)
        took: dict[str, list[float]] = {"1": [], "2": [], "4": [], "words": []}
        store.search.find("暖機")
        for _ in range(ROUNDS):
            for name, times in took.items():
                query = _query(name, chance.choice(texts), chance.choice(texts), chance)
                began = time.perf_counter()
                store.search.find(query)
                times.append((time.perf_counter() - began) * 1000)
        store.close()
    for name, times in took.items():
        print(
            f"  {name}: median {statistics.median(times):.1f} ms, p95 {_p95(times):.1f}, "
            f"worst {max(times):.1f}",
            file=sys.stderr,
        )
    print(f"  indexing {indexing:.1f} s; {before / 1e6:.0f} MB → {after / 1e6:.0f} MB", file=sys.stderr)
    return {"search_p95_ms": _p95([one for times in took.values() for one in times])}


def _fill(store: Store, chance: random.Random) -> list[str]:
    """Make chats of questions and answers over three years; return some of the texts."""
    kept = []
    start = time.time() - _YEARS_3
    with store._database.write() as connection:
        for chat in range(1, MESSAGES // OF_A_CHAT + 1):
            when = start + _YEARS_3 * chat * OF_A_CHAT / MESSAGES
            title = message(chance, 1).replace("\n", " ")[:30]
            connection.execute(
                "INSERT INTO chats (id, title, created, updated) VALUES (?, ?, ?, ?)",
                (chat, title, when, when + OF_A_CHAT * 60),
            )
            first = (chat - 1) * OF_A_CHAT + 1
            for id in range(first, first + OF_A_CHAT):
                text = message(chance, 10)
                connection.execute(
                    "INSERT INTO messages (id, chat_id, parent_id, role, text, status, created)"
                    " VALUES (?, ?, ?, ?, ?, 'done', ?)",
                    (
                        id,
                        chat,
                        id - 1 if id > first else None,
                        "assistant" if (id - first) % 2 else "user",
                        text,
                        when + (id - first) * 60,
                    ),
                )
            kept.append(text)
    return kept


def _query(name: str, text: str, other: str, chance: random.Random) -> str:
    if name == "words":
        return f"{_query('2', text, text, chance)} {_query('2', other, other, chance)}"
    size = int(name)
    at = chance.randrange(max(1, len(text) - size))
    return text[at : at + size]


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]
