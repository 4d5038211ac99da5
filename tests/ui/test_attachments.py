"""Files in the composer: dropped, pasted, chosen; chips; sent with the question; too much; undone."""

from __future__ import annotations

import os
import re
import sys
import threading

import making
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox

from desktop import paths
from desktop.documents import reader
from desktop.engine.protocol import Generate
from desktop.models import library
from desktop.ui.app import App
from desktop.ui.composer.attachment_view import AttachmentView
from desktop.ui.composer.composer import Composer
from desktop.ui.controls.attachment_chips import AttachmentChip, AttachmentChips, FileShown, Shelf
from desktop.ui.controls.dropped import files_in
from desktop.ui.conversation import attachments
from desktop.ui.conversation.context_count import estimate
from desktop.ui.transcript.question import QuestionView

WAIT = 120_000  # ms, a guard against hanging


def write(folder, name, data):
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def mime_of(*files):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in files])
    return mime


def chips(scripted):
    return [chip for chip in scripted.page.composer.chips.chips() if not chip.shown.busy]


def names(scripted):
    return [chip.shown.name for chip in chips(scripted)]


def give(scripted, *files):
    """Drop files on the field and wait until they are read."""
    before = len(chips(scripted))
    scripted.page.composer.edit.insertFromMimeData(mime_of(*files))
    scripted.until(lambda: len(chips(scripted)) == before + len(files))


def drop(widget, mime):
    """Drag over a widget and drop there; return whether both were taken."""
    at = widget.rect().center()
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(at, copy, mime, Qt.MouseButton.LeftButton, none)
    enter.ignore()
    QApplication.sendEvent(widget, enter)
    if not enter.isAccepted():
        return False
    event = QDropEvent(QPointF(at), copy, mime, Qt.MouseButton.LeftButton, none)
    event.ignore()
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def test_files_are_pasted_read_sent_and_kept_with_the_question(scripted, tmp_path):
    give(
        scripted,
        write(tmp_path, "果物.txt", "りんごは赤い。"),
        write(tmp_path, "計画.pptx", making.powerpoint()),
    )
    assert names(scripted) == ["果物.txt", "計画.pptx"]
    scripted.ask("何色？")
    scripted.until(lambda: not chips(scripted))
    assert not scripted.page.composer.chips.isVisible()
    (request,) = scripted.requests(Generate)
    asked = request.turns[-1].text
    assert asked.startswith(
        "ファイル「果物.txt」\n```\nりんごは赤い。\n```\n\nファイル「計画.pptx」\n```markdown\n"
    )
    assert asked.endswith("\n\n何色？")
    question = scripted.path()[0]
    assert question.text == "何色？"
    sent = scripted.app.session.store.attachments.sent(question.chat_id)
    assert [file.name for file in sent[question.id]] == ["果物.txt", "計画.pptx"]
    scripted.ask("もう一度")  # the earlier files are still part of the conversation, and not sent twice
    assert scripted.requests(Generate)[-1].turns[0].text == asked
    assert list(scripted.app.session.store.attachments.sent(question.chat_id)) == [question.id]


def test_files_are_dropped_anywhere_on_the_page_but_models_are_not_files(scripted, tmp_path):
    path = write(tmp_path, "表.csv", "名前,年\n山田,30\n".encode("cp932"))
    assert drop(scripted.page, mime_of(path))
    scripted.until(lambda: names(scripted) == ["表.csv"])
    assert "Shift_JIS" in chips(scripted)[0].shown.detail
    model = write(tmp_path, "model.gguf", b"GGUF")
    assert drop(scripted.page, mime_of(model))  # the window takes it, and finds that it is none
    scripted.until(scripted.page.banner.isVisible)
    assert names(scripted) == ["表.csv"]
    assert not scripted.page.composer.edit.canInsertFromMimeData(mime_of(model))
    text = QMimeData()
    text.setText("ただの文章")
    assert not drop(scripted.page, text)
    assert files_in(text) == []


def test_files_are_pasted_by_key_and_text_is_still_pasted_as_text(scripted, qtbot, tmp_path):
    edit, clipboard = scripted.page.composer.edit, QApplication.clipboard()
    clipboard.setMimeData(mime_of(write(tmp_path, "貼る.md", "# 題")))
    qtbot.keyClick(edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    scripted.until(lambda: names(scripted) == ["貼る.md"])
    assert edit.toPlainText() == ""
    clipboard.setText("ただの文章")
    qtbot.keyClick(edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert edit.toPlainText() == "ただの文章"


def test_each_chat_has_its_own_and_they_are_there_again_after_a_restart(scripted, tmp_path):
    give(scripted, write(tmp_path, "一.txt", "一つめの対話に添える"))
    scripted.ask("最初の質問")
    first = scripted.window.conversation.chat_id
    give(scripted, write(tmp_path, "二.txt", "一つめの対話の下書き"))
    scripted.window.conversation.open_new()
    scripted.settle()
    assert names(scripted) == []
    give(scripted, write(tmp_path, "三.txt", "新しい対話の下書き"))
    scripted.window.conversation.open(first)
    scripted.until(lambda: names(scripted) == ["二.txt"])
    scripted.window.conversation.open_new()
    scripted.until(lambda: names(scripted) == ["三.txt"])
    store = scripted.app.session.store
    assert [file.name for file in store.attachments.draft(None)] == ["三.txt"]


def test_what_cannot_be_read_is_said_where_it_happened(scripted, tmp_path):
    notice = scripted.page.composer.notice
    scripted.page.composer.edit.insertFromMimeData(
        mime_of(write(tmp_path, "絵.png", b"\x89PNG\r\n\x1a\n" + bytes(9)))
    )
    scripted.until(notice.isVisible)
    assert "「絵.png」" in notice.label.text() and "画像" in notice.label.text()
    both = [write(tmp_path, "空.txt", b""), write(tmp_path, "古い.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")]
    scripted.page.composer.edit.insertFromMimeData(mime_of(*both))
    scripted.until(lambda: "古い形式" in notice.label.text())
    assert "「空.txt」" in notice.label.text() and "絵.png" not in notice.label.text()
    assert chips(scripted) == []
    scripted.page.composer.edit.insertPlainText("それでも送れる")
    assert scripted.page.composer.button.isEnabled()


def test_the_same_file_is_attached_once(scripted, tmp_path):
    path = write(tmp_path, "資料.txt", "同じ中身")
    give(scripted, path)
    scripted.page.composer.edit.insertFromMimeData(mime_of(path))
    scripted.until(scripted.page.composer.notice.isVisible)
    assert "もう添えて" in scripted.page.composer.notice.label.text()
    assert names(scripted) == ["資料.txt"]


def test_there_are_not_too_many(scripted, tmp_path):
    files = [write(tmp_path, f"{n}.txt", f"{n}番") for n in range(23)]
    scripted.page.composer.edit.insertFromMimeData(mime_of(*files))
    assert "20個まで" in scripted.page.composer.notice.label.text()
    scripted.until(lambda: len(chips(scripted)) == 20)


def test_removing_by_key_or_button_can_be_undone(scripted, qtbot, tmp_path):
    give(scripted, write(tmp_path, "一.txt", "一"), write(tmp_path, "二.txt", "二"))
    first, _ = chips(scripted)
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Delete)
    scripted.until(lambda: names(scripted) == ["二.txt"])
    notice = scripted.page.composer.notice
    scripted.until(notice.isVisible)
    assert notice.label.text() == "「一.txt」を外しました。"
    notice.button.click()
    scripted.until(lambda: names(scripted) == ["一.txt", "二.txt"])
    assert not notice.isVisible()
    chips(scripted)[1].close_button.click()
    scripted.until(lambda: names(scripted) == ["一.txt"])


def test_a_file_that_is_being_read_holds_sending_back_and_can_be_given_up(
    qtbot, scripted, tmp_path, monkeypatch
):
    hangs = [sys.executable, "-c", "import time; time.sleep(600)"]
    monkeypatch.setattr(reader, "reader_command", lambda: hangs)
    composer = scripted.page.composer
    composer.edit.insertPlainText("質問")
    composer.edit.insertFromMimeData(mime_of(write(tmp_path, "遅い.txt", "中身")))
    (chip,) = composer.chips.chips()
    assert chip.shown.busy and "読んでいます" in chip.accessibleName()
    assert not composer.button.isEnabled()
    hint = composer.hint.text()
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert composer.hint.text() == "ファイルを読み終わると送れます"
    assert composer.text() == "質問" and scripted.active() is None
    chip.close_button.click()
    scripted.until(lambda: not composer.chips.chips())
    assert composer.button.isEnabled()
    assert composer.hint.text() == hint


def slow_one(monkeypatch, patience):
    """Have 遅い.txt not be read before the event, and the others wait for it so many seconds."""
    goes_on = threading.Event()

    def slowly(path, cancel):
        while path.name == "遅い.txt" and not goes_on.wait(0.05):
            cancel.raise_if_set()
        document = yield from reader.read(path, cancel)
        if path.name == "速い.txt":
            goes_on.set()
        return document

    monkeypatch.setattr(attachments, "read", slowly)
    monkeypatch.setattr(attachments, "_PATIENCE", patience)
    return goes_on


def test_a_slow_file_does_not_hold_up_the_others(scripted, tmp_path, monkeypatch):
    goes_on = slow_one(monkeypatch, 0)
    others = ["一.txt", "二.txt", "三.txt"]
    files = [write(tmp_path, name, name) for name in ("遅い.txt", *others)]
    scripted.page.composer.edit.insertFromMimeData(mime_of(*files))
    scripted.until(lambda: names(scripted) == others)
    (slow,) = [chip for chip in scripted.page.composer.chips.chips() if chip.shown.busy]
    assert slow.shown.name == "遅い.txt"
    assert not scripted.page.composer.button.isEnabled()
    goes_on.set()
    scripted.until(lambda: names(scripted) == [*others, "遅い.txt"])


def test_files_keep_their_order_where_one_is_a_little_slower(scripted, tmp_path, monkeypatch):
    slow_one(monkeypatch, 120)
    give(scripted, write(tmp_path, "遅い.txt", "一"), write(tmp_path, "速い.txt", "二"))
    assert names(scripted) == ["遅い.txt", "速い.txt"]


def test_the_same_file_twice_in_one_drop_is_attached_once(scripted, tmp_path):
    one, two = (write(tmp_path, name, "同じ中身") for name in ("一.txt", "二.txt"))
    scripted.page.composer.edit.insertFromMimeData(mime_of(one, two))
    scripted.until(lambda: names(scripted) == ["一.txt"] and len(scripted.page.composer.chips.chips()) == 1)
    scripted.until(scripted.page.composer.notice.isVisible)
    assert "二.txt" in scripted.page.composer.notice.label.text()


def test_a_reader_that_dies_leaves_the_window_as_it_was(scripted, tmp_path, monkeypatch):
    dies = [sys.executable, "-c", "import os; os.abort()"]
    monkeypatch.setattr(reader, "reader_command", lambda: dies)
    scripted.page.composer.edit.insertFromMimeData(mime_of(write(tmp_path, "壊.txt", "中身")))
    scripted.until(scripted.page.composer.notice.isVisible)
    assert "途中で終わりました" in scripted.page.composer.notice.label.text()
    monkeypatch.undo()


def test_looking_inside_and_choosing_another_encoding(scripted, qtbot, tmp_path):
    give(scripted, write(tmp_path, "手紙.txt", "拝啓、お元気ですか".encode("euc_jp")))
    (chip,) = chips(scripted)
    qtbot.keyClick(chip, Qt.Key.Key_Return)
    scripted.until(lambda: scripted.window.findChildren(AttachmentView))
    (view,) = scripted.window.findChildren(AttachmentView)
    assert view.view.toPlainText() == "ファイル「手紙.txt」\n```\n拝啓、お元気ですか\n```"
    assert view.encoding.currentText() == "EUC-JP" and view.encoding.isVisible()
    assert isinstance(view.encoding, QComboBox)
    view.encoding.setCurrentIndex(view.encoding.findData("cp932"))
    view.encoding.activated.emit(view.encoding.currentIndex())
    scripted.until(lambda: "拝啓" not in view.view.toPlainText())
    scripted.until(lambda: "Shift_JIS" in chips(scripted)[0].shown.detail)
    view.encoding.setCurrentIndex(view.encoding.findData("euc_jis_2004"))
    view.encoding.activated.emit(view.encoding.currentIndex())
    scripted.until(lambda: "拝啓、お元気ですか" in view.view.toPlainText())
    view.close()


def test_notes_of_reading_are_shown(scripted, tmp_path):
    give(scripted, write(tmp_path, "報告.pdf", making.pdf("文字のある頁", "")))
    (chip,) = chips(scripted)
    assert chip.shown.caution and "注意" in chip.accessibleName()
    chip.click()
    scripted.until(lambda: scripted.window.findChildren(AttachmentView))
    (view,) = scripted.window.findChildren(AttachmentView)
    assert "2ページ中1ページは画像だけ" in view.notes.text()
    assert not view.encoding.isVisible()
    view.close()


def test_a_long_file_is_looked_at_in_part(scripted, tmp_path):
    give(scripted, write(tmp_path, "長い.txt", "あいうえお\n" * 60_000))
    chips(scripted)[0].click()
    scripted.until(lambda: scripted.window.findChildren(AttachmentView))
    (view,) = scripted.window.findChildren(AttachmentView)
    assert view.view.document().blockCount() <= 20_002
    assert "先頭だけ" in view.view.toPlainText()[-40:]
    view.close()


def test_chips_are_reachable_elided_in_the_middle_and_wrap(qtbot):
    row = AttachmentChips()
    qtbot.addWidget(row)
    row.resize(400, 40)
    long = FileShown(
        1, "とても長い名前の会議の議事録と資料のまとめ2026年度版.docx", "word", "約1,200 トークン"
    )
    row.show_files([long, FileShown(2, "b.txt", "text"), FileShown(3, "c.txt", "text", "3 トークン")])
    row.show()
    first = row.chips()[0]
    shown = first.name_shown()
    assert shown.startswith("とて") and shown.endswith("docx") and "…" in shown
    assert first.accessibleName() == f"{long.name}、約1,200 トークン"
    assert all(chip.focusPolicy() == Qt.FocusPolicy.TabFocus for chip in row.chips())
    assert first.close_button.accessibleName() == f"「{long.name}」を外す"
    assert row.heightForWidth(200) > row.heightForWidth(1200)
    assert all(chip.geometry().right() < 400 for chip in row.chips())
    opened = []
    row.opened.connect(opened.append)
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Return)
    qtbot.mouseClick(row.chips()[1], Qt.MouseButton.LeftButton, pos=QPoint(12, 16))
    assert opened == [1, 2]
    still = AttachmentChips(removable=False)
    qtbot.addWidget(still)
    still.show_files([long])
    assert isinstance(still.chips()[0], AttachmentChip) and still.chips()[0].close_button is None


@pytest.fixture
def app(qtbot, home, starter_model):
    """The application with the starter model and a short context."""
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


STORY = "むかしむかし、ある村に、山へ芝刈りに行くおじいさんと、川へ洗濯に行くおばあさんがいました。\n"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_real_model_counts_them_says_what_is_too_much_and_answers_with_a_part(qtbot, app, tmp_path):
    page, conversation = app.window.page, app.window.conversation
    composer = page.composer
    composer.edit.insertFromMimeData(mime_of(write(tmp_path, "話.txt", STORY * 60)))
    qtbot.waitUntil(
        lambda: any(
            chip.shown.detail and "約" not in chip.shown.detail and not chip.shown.busy
            for chip in composer.chips.chips()
        ),
        timeout=WAIT,
    )
    (chip,) = composer.chips.chips()
    counted = int(chip.shown.detail.split(" ")[0].replace(",", ""))
    assert counted > 1024
    assert 0.4 < estimate(STORY * 60).number / counted < 2.5
    composer.edit.insertPlainText("誰が出てきますか？")
    qtbot.waitUntil(composer.overflow.isVisible, timeout=WAIT)
    exact = re.compile("9 字 · [0-9]+ トークン")
    qtbot.waitUntil(lambda: exact.fullmatch(composer.count.text()) is not None, timeout=WAIT)
    words, tokens = composer.count.text().split(" · ")
    assert words == "9 字" and 1 < int(tokens.removesuffix(" トークン")) <= 10  # those of the model itself
    assert "入りきりません" in composer.overflow.label.text()
    assert not composer.button.isEnabled()
    QTest.keyClick(composer.edit, Qt.Key.Key_Return)  # nothing is sent that is known to be too long
    assert composer.text() == "誰が出てきますか？" and not app.turns.busy()
    for _ in range(4):  # once is nearly always enough; the rest is a guard
        composer.overflow.button.click()
        with qtbot.waitSignal(conversation.fullness.count.counted, timeout=WAIT) as told:
            pass
        if told.args[0] is not None and told.args[0].fits:
            break
    assert told.args[0].fits and not composer.overflow.isVisible()
    assert told.args[0].tokens > 400, "more than needed was cut"
    assert "先頭だけ" in composer.chips.chips()[0].shown.detail
    composer.button.click()
    qtbot.waitUntil(lambda: conversation.chat_id is not None and not app.turns.busy(), timeout=WAIT)
    question, answer = app.session.store.messages.path(conversation.chat_id)
    assert answer.status in ("done", "limit", "looped"), answer.error
    assert answer.stats.prompt_tokens == told.args[0].tokens
    assert app.session.store.attachments.sent(question.chat_id)[question.id][0].used


def test_without_a_model_the_tokens_are_an_estimate(qtbot, home, tmp_path, monkeypatch):
    monkeypatch.setattr(library.starter, "is_available", lambda: False)
    one = App(paths.home())
    one.start()
    qtbot.waitUntil(lambda: one.window is not None, timeout=WAIT)
    composer = one.window.page.composer
    composer.edit.insertFromMimeData(mime_of(write(tmp_path, "話.txt", "日本語の文章です。" * 100)))
    qtbot.waitUntil(lambda: any("約" in chip.shown.detail for chip in composer.chips.chips()), timeout=WAIT)
    one.window.close()
    one.end()
    one.window.deleteLater()


def test_a_file_that_was_sent_can_be_looked_at_and_not_changed(scripted, tmp_path):
    give(scripted, write(tmp_path, "手紙.txt", "拝啓".encode("cp932")))
    key = chips(scripted)[0].shown.key
    scripted.ask("返事を書いて")
    scripted.until(lambda: not chips(scripted))
    scripted.window.conversation.attachments.open(key)
    scripted.until(lambda: scripted.window.findChildren(AttachmentView))
    (view,) = scripted.window.findChildren(AttachmentView)
    assert "拝啓" in view.view.toPlainText() and not view.encoding.isEnabled()
    view.close()


def test_many_files_scroll_in_a_few_rows(qtbot):
    composer = Composer()
    qtbot.addWidget(composer)
    composer.resize(480, 300)
    composer.show()
    composer.chips.show_files(
        [FileShown(n, f"とても長い名前の資料{n}.txt", "text", "12 トークン") for n in range(20)]
    )
    (shelf,) = composer.findChildren(Shelf)
    qtbot.waitUntil(lambda: shelf.height() == 112 and composer.chips.height() > 112, timeout=WAIT)
    composer.chips.show_files([FileShown(1, "一.txt", "text")])
    assert shelf.height() == 32
    composer.chips.show_files([])
    assert not shelf.isVisible()


def test_the_keyboard_goes_from_the_field_through_the_files(qtbot):
    composer = Composer()
    qtbot.addWidget(composer)
    composer.show()
    qtbot.waitExposed(composer)
    composer.chips.show_files([FileShown(1, "一.txt", "text"), FileShown(2, "二.txt", "text")])
    composer.activateWindow()
    composer.edit.setFocus()
    qtbot.waitUntil(composer.edit.hasFocus, timeout=WAIT)
    first, second = composer.chips.chips()
    focused = composer.edit
    for expected in (first, first.close_button, second, second.close_button):
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        assert focused is expected


def question(scripted, message_id):
    views = scripted.page.transcript.viewport().findChildren(QuestionView)
    return next(view for view in views if view.entry.id == message_id)


def shows(scripted, message_id):
    """Whether the question is there with one file."""
    views = scripted.page.transcript.viewport().findChildren(QuestionView)
    return any(view.entry.id == message_id and len(view._files.chips()) == 1 for view in views)


def test_a_question_shows_its_files_also_after_editing_and_opening_again(scripted, tmp_path):
    path = tmp_path / "予算.csv"
    path.write_text("項目,金額\n人件費,100\n")
    scripted.window.conversation.attachments.add([path])
    scripted.until(scripted.window.conversation.attachments.ids)
    answer = scripted.ask("表をまとめて")
    asked = answer.parent_id
    scripted.until(question(scripted, asked)._files.chips)
    view = question(scripted, asked)
    assert [each.shown.name for each in view._files.chips()] == ["予算.csv"]
    chip = view._files.chips()[0]
    assert chip in view.controls()
    assert view._files.geometry().bottom() < view._bubble().top()
    chat = scripted.window.conversation.chat_id
    scripted.app.turns.edit(scripted.app.session.store.chats.get(chat), asked, "短くまとめて")
    scripted.settle()
    edited = scripted.path()[0].id
    scripted.until(lambda: shows(scripted, edited))
    scripted.window.conversation.open_new()
    scripted.window.conversation.open(chat)
    scripted.until(lambda: shows(scripted, edited))
    question(scripted, edited)._files.chips()[0].click()
    scripted.until(lambda: any(w.windowTitle() == "予算.csv" for w in QApplication.topLevelWidgets()))
