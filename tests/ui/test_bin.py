"""The bin: chats and branches in it, how long they are kept, back from it, and gone for good."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from scripted import Scripted

from desktop.ui.controls.question import Question
from desktop.ui.history.bin_dialog import BinDialog
from desktop.ui.history.bin_row import BELOW

pytestmark = pytest.mark.timeout(300)
DAY = 86_400


@pytest.fixture
def chat(scripted: Scripted) -> int:
    """A chat of two questions, open."""
    scripted.ask("一つめの質問")
    scripted.ask("二つめの質問")
    chat_id = scripted.window.conversation.chat_id
    scripted.app.session.store.chats.rename(chat_id, "俳句の話")
    scripted.app.session.refresh_chats()
    scripted.settle()
    return chat_id


def opened(scripted):
    """The bin, opened and filled."""
    scripted.window.open_bin()
    dialog = next(w for w in QApplication.topLevelWidgets() if isinstance(w, BinDialog) and w.isVisible())
    scripted.settle()
    return dialog


def names(dialog):
    return [dialog.list.item(row).text() for row in range(dialog.list.count())]


def below(dialog):
    return [dialog.list.item(row).data(BELOW) for row in range(dialog.list.count())]


def agree(dialog, words):
    question = dialog.findChild(Question)
    assert words in question.label.text()
    assert question.no.isDefault()
    question.yes.click()


def texts(scripted):
    return [row.entry.text for row in scripted.page.transcript._rows]


def test_a_deleted_branch_is_in_the_bin_and_comes_back(scripted: Scripted, chat: int) -> None:
    before = texts(scripted)
    scripted.page.transcript.delete_requested.emit(scripted.path()[2].id)
    scripted.until(lambda: texts(scripted) == before[:2])
    dialog = opened(scripted)
    assert names(dialog) == ["俳句の話 — 二つめの質問"]
    assert below(dialog)[0].endswith("に消した枝・あと30日")
    dialog.restore.click()
    scripted.until(lambda: dialog.list.count() == 0)
    scripted.until(lambda: texts(scripted) == before)
    assert dialog.empty.isVisible()
    dialog.close()


def test_how_long_it_is_kept_is_told(scripted: Scripted, chat: int, monkeypatch: pytest.MonkeyPatch) -> None:
    store = scripted.app.session.store
    old = store.chats.create()
    store.chats.rename(old.id, "古い対話")
    now = time.time()
    with monkeypatch.context() as then:
        then.setattr(time, "time", lambda: now - 18.5 * DAY)
        store.chats.delete(old.id)
    dialog = opened(scripted)
    assert below(dialog)[0].endswith("に消した対話・あと12日")
    assert dialog.list.item(0).data(Qt.ItemDataRole.AccessibleTextRole).startswith("古い対話、")
    dialog.close()


def test_a_branch_of_a_branch_waits_and_is_told(scripted: Scripted, chat: int) -> None:
    store = scripted.app.session.store
    inner, outer = scripted.path()[2].id, scripted.path()[0].id
    store.branches.delete(inner)
    store.branches.delete(outer)
    dialog = opened(scripted)
    assert names(dialog) == ["俳句の話 — 一つめの質問", "俳句の話 — 二つめの質問"]
    dialog.list.setCurrentRow(1)
    dialog.restore.click()
    scripted.until(dialog.notice.isVisible)
    assert "先に元の枝を" in dialog.notice.label.text()
    assert dialog.list.count() == 2
    dialog.list.selectAll()
    dialog.restore.click()
    scripted.until(lambda: dialog.list.count() == 0)
    assert not dialog.notice.isVisible()
    assert len(scripted.path()) == 4
    dialog.close()


def test_erasing_asks_and_enter_does_not_agree(scripted: Scripted, chat: int) -> None:
    store = scripted.app.session.store
    gone = store.chats.create()
    store.chats.delete(gone.id)
    store.branches.delete(scripted.path()[2].id)
    dialog = opened(scripted)
    assert len(names(dialog)) == 2
    dialog.erase_all.click()
    QTest.keyClick(dialog.findChild(Question), Qt.Key.Key_Return)
    scripted.settle()
    assert len(store.chats.binned()) == 1
    scripted.until(lambda: dialog.findChild(Question) is None)
    dialog.erase_all.click()
    agree(dialog, "2 件をすべて完全に消します。元には戻せません。")
    scripted.until(lambda: dialog.list.count() == 0)
    assert store.chats.binned() == []
    assert store.branches.binned() == []
    assert len(scripted.path()) == 2
    dialog.close()


def test_long_names_are_cut_and_nothing_is_beside(scripted: Scripted, chat: int) -> None:
    store = scripted.app.session.store
    long = store.chats.create()
    store.chats.rename(long.id, "とても長い題名の対話" * 12)
    store.chats.delete(long.id)
    dialog = opened(scripted)
    assert not dialog.list.horizontalScrollBar().isVisible()
    row = dialog.list.visualItemRect(dialog.list.item(0))
    assert row.width() <= dialog.list.viewport().width()
    picture = dialog.list.viewport().grab(row).toImage()
    ground = picture.pixel(picture.width() // 2, picture.height() - 4)
    edge = {picture.pixel(picture.width() - 6, y) for y in range(6, picture.height() - 6)}
    assert edge == {ground}  # no half of a letter
    dialog.close()
