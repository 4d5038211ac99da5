"""The disk fills up while an answer streams: the text stays on the page, and goes on when there is room."""

from __future__ import annotations

import os

import pytest

from desktop import paths
from desktop.store import failures
from desktop.ui.app import App

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
WAIT = 120_000  # ms


def test_the_text_stays_and_can_be_continued(qtbot, home, starter_model, monkeypatch):
    paths.models()
    os.link(starter_model, home / "models" / starter_model.name)
    app = App(paths.home())
    app.start()
    qtbot.waitUntil(lambda: app.window is not None and bool(app.session.models), timeout=WAIT)
    page, messages = app.window.page, app.session.store.messages
    app.session.change(max_tokens=40, temperature=0.0)
    with monkeypatch.context() as full:

        def no_room(*_args, **_more):
            raise failures.disk_full()

        full.setattr(messages, "write", no_room)
        full.setattr(messages, "finish", no_room)
        page.composer.edit.insertPlainText("日本で一番高い山は何ですか？")
        page.composer.button.click()
        qtbot.waitUntil(page.banner.isVisible, timeout=WAIT)
        assert "ディスク" in page.banner.label.text()
        (answer,) = [m for m in messages.path(1) if m.role == "assistant"]
        shown = page.transcript.text_of(answer.id)
        assert shown
        assert messages.get(answer.id).status == "streaming"
    page.transcript.continue_requested.emit(answer.id)
    qtbot.waitUntil(lambda: messages.get(answer.id).status in ("done", "limit"), timeout=WAIT)
    assert messages.get(answer.id).text.startswith(shown)
    app.window.close()
    app.end()
