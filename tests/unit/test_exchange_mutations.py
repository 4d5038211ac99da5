"""Every format with 200 damages of fixed seeds: each gives chats or a sentence, never anything else."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from exchanging import FIXTURES, imported

from desktop.exchange import recognise
from desktop.exchange.exporting import Format, export_chats
from desktop.exchange.importing import ImportReport
from desktop.jobs import Cancel, result_of
from desktop.store import Store

EACH = 200
ODD: tuple[Any, ...] = (
    *(None, True, -1, 0, 10**18, 10**400, 1e308, float("nan"), float("-inf"), 0.1),
    *("", "\0\ud800", "x" * 300, "あ" * 70_000, "9", "2025-13-45T99:99:99Z", "user", "https://例え.jp"),
    *([], {}, [[]], {"a": 1}, ["s"], [None, {}], {"": {"": []}}, {"role": {}, "content": {"type": []}}),
)
OURS: tuple[tuple[str, Format], ...] = (("言の葉.json", "json"), ("言の葉.md", "markdown"))
# What a reader of ours raises only where it trusts a value.
DEFECTS = ("TypeError", "AttributeError", "KeyError", "IndexError", "AssertionError", "UnboundLocalError")


@pytest.fixture(params=[*(path.name for path in sorted(FIXTURES.iterdir())), *(name for name, _ in OURS)])
def original(request: pytest.FixtureRequest, store: Store, tmp_path: Path) -> Path:
    """A file, or a folder, that is read as it is."""
    name: str = request.param
    format = dict(OURS).get(name)
    if format is None:
        return FIXTURES / name
    imported(store, FIXTURES / "claude.json", FIXTURES / "chatgpt.json")
    ids = [chat.id for chat in store.chats.list()]
    result_of(
        export_chats(store, ids[:1] if format == "markdown" else ids, tmp_path / name, format, Cancel())
    )
    return tmp_path / name


def mutated(value: Any, luck: random.Random) -> Any:
    """Replace, leave out, repeat and swap some of a JSON value."""
    if luck.random() < 0.04:
        return luck.choice(ODD)
    if isinstance(value, dict):
        kept = {key: mutated(each, luck) for key, each in value.items() if luck.random() > 0.02}
        if luck.random() < 0.02 and len(kept) > 1:
            one, other = luck.sample(sorted(kept), 2)
            kept[one], kept[other] = kept[other], kept[one]
        return kept if luck.random() > 0.01 else list(kept.values())
    if isinstance(value, list):
        return [mutated(each, luck) for each in value for _ in range(2 if luck.random() < 0.03 else 1)]
    if isinstance(value, str) and luck.random() < 0.03:
        return value[: luck.randrange(len(value) + 1)]
    return value


def reshaped(data: bytes, luck: random.Random) -> bytes:
    """Mutate the values in JSON, or in lines of it."""
    try:
        return json.dumps(mutated(json.loads(data), luck)).encode()
    except ValueError:
        return b"\n".join(json.dumps(mutated(json.loads(line), luck)).encode() for line in data.splitlines())


def spoilt(data: bytes, luck: random.Random) -> bytes:
    """Change, insert, leave out, repeat or cut off bytes."""
    changed = bytearray(data)
    for _ in range(luck.randrange(1, 8)):
        at, size = luck.randrange(len(changed) + 1), luck.randrange(1, 60)
        match luck.randrange(5):
            case 0:
                changed[at : at + 1] = bytes([luck.randrange(256)])
            case 1:
                changed[at:at] = luck.choice(
                    (b"\0", b'"', b"{", b"]", b"\xff\xfe", b"NaN", b"<div>", b"\\ud800")
                )
            case 2:
                del changed[at : at + size]
            case 3:
                changed[at:at] = changed[at : at + size]
            case _ if luck.random() < 0.3:
                del changed[at:]
    return bytes(changed)


def damages(original: Path, folder: Path, kind: str) -> Iterator[Path]:
    """Yield so many damaged copies, one at a time, below ``folder``."""
    luck = random.Random(f"{original.name} {kind}")
    for number in range(EACH):
        copy = folder / f"{number}" / original.name
        copy.parent.mkdir()
        if original.is_dir():
            shutil.copytree(original, copy)
        else:
            shutil.copy(original, copy)
        files = sorted(each for each in [copy, *copy.rglob("*")] if each.is_file())
        chosen = luck.choice(files)
        data = chosen.read_bytes()
        json_like = chosen.suffix in (".json", ".jsonl")
        chosen.write_bytes(reshaped(data, luck) if kind == "values" and json_like else spoilt(data, luck))
        yield copy


@pytest.mark.parametrize("kind", ["values", "bytes"])
def test_each_damage_gives_chats_or_a_sentence(
    store: Store, tmp_path: Path, original: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised: list[str] = []

    def noted(error: Exception, usual: Any = recognise.damaged) -> Any:
        raised.append(type(error).__name__)
        return usual(error)

    monkeypatch.setattr(recognise, "damaged", noted)
    folder = tmp_path / "damaged"
    folder.mkdir()
    outcomes = set()
    for copy in damages(original, folder, kind):
        report: ImportReport = imported(store, copy)
        chats = len(report.added) + report.grown + report.known + report.binned + report.empty
        assert report.failed is None and not report.cancelled
        assert chats or report.skipped, copy
        assert all(each.ja and each.en and each.sentence for each in report.skipped)
        assert report.sentence
        outcomes.add((chats > 0, bool(report.skipped)))
    assert len(outcomes) > 1 and any(some for some, _ in outcomes), "the damages are too great or too small"
    assert [each for each in raised if each in DEFECTS] == []
    for chat in store.chats.list():
        store.messages.path(chat.id)
        store.transfer.record(chat.id)
    store.check()
