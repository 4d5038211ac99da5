"""One turn against an engine of our own making: what is saved, and when."""

from __future__ import annotations

from desktop.chat import turn
from desktop.engine.protocol import (
    Adapter,
    Alive,
    Failed,
    Finished,
    ModelSettings,
    Piece,
    Prompting,
    Sampling,
    Started,
    Thought,
    Turn,
)
from desktop.jobs import Cancel
from desktop.models.loading import Step, Target
from desktop.store import Choices


class FakeEngine:
    """Yields what it was given, looking at the store before each event."""

    def __init__(self, *events):
        self.events = events

    def generate(self, model, turns, sampling, cancel, **options):
        assert options["state_key"].startswith("chat-")
        self.asked = turns, sampling, options
        yield from self.events


class FakeLoader:
    """Has every model loaded."""

    def __init__(self, engine):
        self.engine = engine

    def run(self, target, request, cancel):
        yield Step("読み込みます")
        yield from request(ModelSettings(target.path))


def run(store, *events, engine=None, choices=None, policy="leave_out"):
    chat = store.chats.create()
    store.chats.set_policy(chat.id, policy)
    _, message = store.messages.send(chat.id, "質問", "m")
    job = turn.answer(
        store,
        FakeLoader(engine or FakeEngine(*events)),
        message=message,
        target=Target("m.gguf", None, choices or Choices()),
        sampling=Sampling(),
        system="",
        cancel=Cancel(),
    )
    assert next(job) == Step("読み込みます")
    return message.id, job


def test_what_was_chosen_by_hand_reaches_the_engine(store):
    adapters = (Adapter("a.gguf"),)
    choices = Choices(
        template="{{ x }}", thinking=False, thinking_budget=9, adapters=adapters, reproducible=True
    )
    engine = FakeEngine(Piece(1, "一"), Finished(1, "end"))
    list(run(store, engine=engine, choices=choices, policy="stop")[1])
    turns, sampling, options = engine.asked
    assert turns == (Turn("user", "質問"),)
    assert sampling.thinking_budget == 9
    assert options["prompting"] == Prompting("{{ x }}", False, "stop")
    assert (options["adapters"], options["reproducible"]) == (adapters, True)


def test_thoughts_are_kept_beside_the_answer(store):
    id, job = run(store, Thought(1, "まず"), Thought(1, "考える"), Piece(1, "答え"), Finished(1, "end"))
    list(job)
    kept = store.messages.get(id)
    assert (kept.text, kept.thinking, kept.status) == ("答え", "まず考える", "done")


def test_thoughts_without_an_answer_are_kept_and_thought_anew(store):
    id, job = run(store, Thought(1, "まず"), Finished(1, "limit"))
    list(job)
    assert (store.messages.get(id).thinking, store.messages.get(id).status) == ("まず", "limit")
    job = turn.answer(
        store,
        FakeLoader(FakeEngine(Thought(1, "次に"), Piece(1, "答え"), Finished(1, "end"))),
        message=store.messages.resume(id),
        target=Target("m.gguf"),
        sampling=Sampling(),
        system="",
        cancel=Cancel(),
    )
    list(job)
    assert (store.messages.get(id).thinking, store.messages.get(id).text) == ("次に", "答え")


def test_an_answer_in_circles_is_marked(store):
    id, job = run(store, Piece(1, "ははは"), Finished(1, "repeating"))
    list(job)
    assert store.messages.get(id).status == "looped"


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
