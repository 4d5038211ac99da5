"""A model is measured as it is loaded for answers, and what came of it is kept."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from desktop.engine.client import Engine
from desktop.errors import KotonohaError
from desktop.jobs import Cancel, Cancelled
from desktop.models import library
from desktop.models.loading import Loader, target_of
from desktop.models.measure import Measurement, Measuring, measure
from desktop.store import Store

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def loader(store: Store):
    engine = Engine()
    yield Loader(engine, store)
    engine.close()


def run(store, loader, model, cancel=None, each=lambda event: None):
    job = measure(store, loader, target_of(model, store.settings.get()), cancel or Cancel())
    while True:
        try:
            each(next(job))
        except StopIteration as end:
            return end.value


def test_reading_and_writing_are_measured_at_growing_lengths(store, loader, starter_model: Path) -> None:
    model = library.register(store, starter_model)
    store.models.choose(model.id, context_length=4_096)
    model = store.models.get(model.id)
    seen: list[object] = []
    told = run(store, loader, model, each=seen.append)
    read = [point.prompt_tokens for point in told.points]
    assert 0.8 < read[0] / 512 < 1.25 and 0.8 < read[1] / 2_048 < 1.25
    assert len(told.points) == 2  # what there is room for
    assert all(point.prompt_speed > 0 and point.first_token_seconds > 0 for point in told.points)
    assert told.context_length == 4_096 and told.memory_bytes > model.size_bytes // 2
    steps = [event for event in seen if isinstance(event, Measuring)]
    assert steps[-1].done == steps[-1].total == 2 and steps[-1].point == told.points[-1]
    again = run(store, loader, model)
    first, second = store.measurements.list()
    assert msgspec.json.decode(first.figures, type=Measurement) == again  # the newest first
    assert msgspec.json.decode(second.figures, type=Measurement) == told
    assert first.machine == second.machine and first.model_id == model.id


def test_it_can_be_cancelled_and_keeps_nothing_then(store, loader, smollm2: Path) -> None:
    model, cancel = library.register(store, smollm2), Cancel()

    def stop(event: object) -> None:
        if isinstance(event, Measuring):
            cancel.set()

    with pytest.raises(Cancelled):
        run(store, loader, model, cancel, stop)
    assert store.measurements.list() == []


def test_a_model_that_cannot_be_loaded_is_told(store, loader, smollm2: Path, tmp_path) -> None:
    path = tmp_path / "a.gguf"
    path.write_bytes(smollm2.read_bytes())
    model = library.register(store, path)
    path.unlink()
    with pytest.raises(KotonohaError) as told:
        run(store, loader, model)
    assert told.value.code == "model_missing"
