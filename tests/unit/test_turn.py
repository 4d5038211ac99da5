"""One turn against an engine of our own making: what is saved, and when."""

from __future__ import annotations

import pytest

from desktop import paths
from desktop.chat import turn
from desktop.engine.protocol import Alive, Failed, Finished, ModelSettings, Piece, Sampling, Started
from desktop.jobs import Cancel
from desktop.store import Store


class FakeEngine:
    """Yields what it was given, looking at the store before each event."""

    def __init__(self, *events):
        self.events = events

    def generate(self, model, turns, sampling, cancel, *, state_key):
        assert state_key.startswith("chat-")
        yield from self.events


@pytest.fixture
def store():
    store = Store.open(paths.database())
    yield store
    store.close()


def run(store, *events):
    chat = store.chats.create()
    _, message = store.messages.send(chat.id, "質問", "m")
    job = turn.answer(
        store,
        FakeEngine(*events),
        message=message,
        model=ModelSettings("m.gguf"),
        sampling=Sampling(),
        system="",
        cancel=Cancel(),
    )
    return message.id, job


def test_a_heartbeat_saves_what_a_slow_model_has_written(store, monkeypatch):
    monkeypatch.setattr(turn, "COMMIT_SECONDS", 3600.0)
    id, job = run(store, Piece(1, "一"), Piece(1, "二"), Alive(), Piece(1, "三"), Finished(1, "end"))
    assert [next(job), next(job)] == [Piece(1, "一"), Piece(1, "二")]
    assert store.messages.get(id).text == ""
    monkeypatch.setattr(turn, "COMMIT_SECONDS", 0.0)
    assert next(job) == Piece(1, "三")  # the heartbeat is not passed on
    assert store.messages.get(id).text == "一二"
    assert list(job) == [Finished(1, "end")]
    assert store.messages.get(id).text == "一二三"
    assert store.messages.get(id).status == "done"


def test_the_end_is_saved_before_it_is_told(store):
    id, job = run(store, Started(1, 9, 0, 4, 8192), Piece(1, "一"), Failed(1, "engine_died", "SIGKILL"))
    for event in job:
        if isinstance(event, Failed):
            kept = store.messages.get(id)
            assert (kept.status, kept.text, kept.left_out) == ("failed", "一", 4)
            assert kept.error


def test_an_answer_that_is_left_in_the_middle_is_marked(store):
    id, job = run(store, Piece(1, "一"), Piece(1, "二"))
    next(job)
    job.close()
    kept = store.messages.get(id)
    assert (kept.status, kept.text) == ("interrupted", "一")


def test_an_answer_of_nothing_is_a_failure(store):
    id, job = run(store, Piece(1, " \n"), Finished(1, "end"))
    list(job)
    assert store.messages.get(id).status == "failed"
    assert store.messages.get(id).error
