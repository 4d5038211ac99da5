"""What the window says while a model is loaded with less than was wished."""

from __future__ import annotations

import os
import signal

import pytest

from desktop import paths
from desktop.engine.protocol import Loading
from desktop.models.loading import Step
from desktop.ui.app import App

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
WAIT = 120_000  # ms, a guard against hanging


@pytest.fixture
def app(qtbot, home, starter_model):
    paths.models()
    os.link(starter_model, home / "models" / starter_model.name)
    app = App(paths.home())
    app.start()
    qtbot.waitUntil(lambda: app.window is not None and bool(app.session.models), timeout=WAIT)
    yield app
    app.window.close()
    app.end()
    app.window.deleteLater()


def test_a_child_that_dies_while_loading_is_told_and_the_answer_comes(qtbot, app):
    session, told, killed = app.session, [], []
    session.change(max_tokens=8)
    session.warned.connect(told.append)
    real = session.engine.generate

    def generate(*arguments, **options):
        for event in real(*arguments, **options):
            if isinstance(event, Loading) and not killed:
                killed.append(session.engine.pid)
                os.kill(session.engine.pid, signal.SIGKILL)
            yield event

    session.engine.generate = generate
    if session._warm is not None:  # loaded ahead, or about to be
        session._warm[1].set()
    session.warm = lambda model: None
    qtbot.waitUntil(lambda: session._warm is None, timeout=WAIT)
    session.engine._discard(session.engine._child) if session.engine._child else None
    running = app.turns.send(None, "日本の首都は？", None)
    qtbot.waitUntil(lambda: running.message is not None, timeout=WAIT)
    qtbot.waitUntil(lambda: not app.turns.active(running.chat_id), timeout=WAIT)
    answer = session.store.messages.get(running.message.id)
    assert answer.status in ("done", "limit"), answer.error
    assert len(killed) == 1
    assert told == ["モデルを動かすプログラムが終了したため、CPUだけ、コンテキスト 4,096で試します"]
    assert app.window.toast.isVisible()
    assert app.window.toast.label.text() == told[0]
    assert session.engine.loaded.context_length == 4096


def test_a_model_that_is_loaded_ahead_with_less_is_told(qtbot, app):
    qtbot.waitUntil(lambda: app.session._warm is None, timeout=WAIT)
    steps = [Step("計画"), Step("メモリが足りないため、CPUだけで試します", warning=True)]
    app.session.loader.load = lambda target, cancel: iter(steps)
    app.session.loader.is_loaded = lambda target: False
    with qtbot.waitSignal(app.session.warned, timeout=WAIT):
        app.session.warm(app.session.models[0])
    assert app.window.toast.label.text() == steps[1].sentence
