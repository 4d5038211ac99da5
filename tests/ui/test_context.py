"""A chat that outgrows the real model's context: counted before, asked about, gone on with, looked at."""

from __future__ import annotations

import os

import pytest
from PySide6.QtWidgets import QAbstractButton

from desktop import paths
from desktop.ui.answers.probability_view import ProbabilityView, _rows
from desktop.ui.answers.prompt_view import PromptView
from desktop.ui.app import App
from desktop.ui.transcript.message import MessageView

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
WAIT = 120_000  # ms, a guard against hanging
STORY = "むかしむかし、ある村に、山へ芝刈りに行くおじいさんと、川へ洗濯に行くおばあさんがいました。" * 6


@pytest.fixture
def app(qtbot, home, starter_model):
    paths.models()
    os.link(starter_model, home / "models" / starter_model.name)
    app = App(paths.home())
    app.start()
    qtbot.waitUntil(lambda: app.window is not None and bool(app.session.models), timeout=WAIT)
    app.session.change(max_tokens=24, temperature=0.0, context_length=1024)
    yield app
    app.window.close()
    app.end()
    app.window.deleteLater()


def path(app):
    return app.session.store.messages.path(app.window.conversation.chat_id)


def ask(qtbot, app, text):
    before = app.window.conversation.chat_id and path(app)[-1].id
    app.window.page.composer.edit.insertPlainText(text)
    app.window.page.composer.button.click()
    qtbot.waitUntil(
        lambda: app.window.conversation.chat_id is not None and path(app)[-1].id != before, timeout=WAIT
    )
    qtbot.waitUntil(lambda: not app.turns.busy(), timeout=WAIT)
    return path(app)[-1]


def test_the_count_before_sending_is_what_is_sent(qtbot, app):
    ask(qtbot, app, "日本の首都はどこですか？")
    composer, conversation = app.window.page.composer, app.window.conversation
    composer.edit.insertPlainText("では、フランスの首都は？")
    with qtbot.waitSignal(conversation.fullness.count.counted, timeout=WAIT) as told:
        pass
    counted = told.args[0]
    composer.button.click()
    qtbot.waitUntil(lambda: len(path(app)) == 4 and not app.turns.busy(), timeout=WAIT)
    assert path(app)[-1].stats.prompt_tokens == counted.tokens
    assert counted.context_length == 1024
    assert (counted.unseen, counted.fits) == (0, True)


def test_a_chat_that_is_too_long_asks_and_goes_on_without_its_oldest_part(qtbot, app):
    ask(qtbot, app, "日本の首都はどこですか？")
    conversation, page = app.window.conversation, app.window.page
    chat = conversation.chat_id
    app.session.store.chats.set_policy(chat, "stop")
    conversation.reload()
    qtbot.waitUntil(lambda: conversation._shown.chat.policy == "stop", timeout=WAIT)
    failed = ask(qtbot, app, STORY)
    for _ in range(4):
        if failed.status == "failed":
            break
        failed = ask(qtbot, app, STORY)
    assert failed.status == "failed" and "長くなり" in failed.error
    transcript = page.transcript
    qtbot.waitUntil(
        lambda: not transcript._idle.isActive() and not transcript._frame.isActive(), timeout=WAIT
    )
    (view,) = (
        v
        for v in transcript.viewport().findChildren(MessageView)
        if v.entry.id == failed.id and v.isVisible()
    )
    (go_on,) = (b for b in view.findChildren(QAbstractButton) if b.text() == "古い部分を省いて続ける")
    go_on.click()
    qtbot.waitUntil(lambda: path(app)[-1].id != failed.id, timeout=WAIT)
    qtbot.waitUntil(lambda: not app.turns.busy(), timeout=WAIT)
    again = path(app)[-1]
    assert again.status in ("done", "limit", "looped"), again.error
    assert again.left_out > 0
    qtbot.waitUntil(lambda: transcript._divider is not None, timeout=WAIT)
    assert not transcript._summarised
    # Before the next one is sent, the meter says what it would leave out.
    page.composer.edit.insertPlainText(STORY)
    qtbot.waitUntil(lambda: "省きます" in page.meter.accessibleName(), timeout=WAIT)


def test_the_prompt_and_the_candidates_of_a_real_answer(qtbot, app):
    answer = ask(qtbot, app, "日本の首都はどこですか？")
    conversation = app.window.conversation
    conversation._views.show_prompt(answer.id)
    (prompt,) = app.window.findChildren(PromptView)
    qtbot.waitUntil(prompt.copy.isEnabled, timeout=WAIT)
    assert len(prompt.tokens.cells) == answer.stats.prompt_tokens
    assert prompt.prompt().startswith("<bos>") and "日本の首都はどこですか？" in prompt.prompt()
    assert prompt.tokens.cells[0].control and not prompt.tokens.cells[1].control
    prompt.close()
    conversation._views.show_probabilities(answer.id)
    (view,) = app.window.findChildren(ProbabilityView)
    qtbot.waitUntil(view.stop.isHidden, timeout=WAIT)
    assert "".join(cell.text for cell in view.tokens.cells).strip() == answer.text.strip()
    best = [rows[0][2] for rows in map(_rows, view._scored)]
    assert sum(best) >= len(best) - 2  # greedy; near ties are rounded otherwise
    view.close()


def test_several_real_answers(qtbot, app):
    app.session.change(temperature=1.0)
    first = ask(qtbot, app, "日本の首都はどこですか？")
    app.window.page.transcript.several_requested.emit(first.id)
    messages = app.session.store.messages
    qtbot.waitUntil(lambda: len(messages.siblings(first.id)) == 3 and not app.turns.busy(), timeout=WAIT)
    assert all(messages.get(id).text for id in messages.siblings(first.id))
