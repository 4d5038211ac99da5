"""Importing, exporting, backups and going back to one, in the real window with the real store."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QMessageBox
from shiboken6 import isValid

from desktop import paths
from desktop.jobs import Cancel, result_of
from desktop.store import Store, backups, passphrase
from desktop.ui.exchange.backup_dialog import PATH, BackupDialog
from desktop.ui.exchange.export_dialog import ExportDialog
from desktop.ui.exchange.import_dialog import ImportDialog
from desktop.ui.exchange.import_run import ImportRun
from desktop.ui.exchange.passphrase_dialog import PassphraseDialog

pytestmark = pytest.mark.slow
FIXTURES = Path(__file__).parents[1] / "fixtures" / "exchange"
WORDS = "ひみつの合言葉"


def own_json(path, count, text="こんにちは"):
    """Write an export of a chat application with so many chats."""
    chats = [
        {
            "uuid": f"chat-{number}",
            "name": f"対話{number}",
            "created_at": "2025-05-01T00:00:00Z",
            "updated_at": "2025-05-01T00:00:00Z",
            "chat_messages": [
                {"uuid": f"m-{number}", "sender": "human", "text": text, "created_at": "2025-05-01T00:00:00Z"}
            ],
        }
        for number in range(count)
    ]
    path.write_text(json.dumps(chats, ensure_ascii=False), "utf-8")
    return path


def titles(scripted):
    return {chat.title for chat in scripted.app.session.chats}


def newest(kind):
    return [each for each in QApplication.topLevelWidgets() if isinstance(each, kind) and each.isVisible()][
        -1
    ]


def chat(scripted, title="夏の旅行", text="北海道へ行きたいです。"):
    """Put a chat with an answer into the store and the list; return its id."""
    store = scripted.app.session.store
    made, _, answer = store.messages.send_first(text, "m", title=title)
    store.messages.finish(answer.id, "**七月**がおすすめです。", "done")
    scripted.app.session.refresh_chats()
    scripted.until(lambda: title in titles(scripted))
    return made.id


# Import


@pytest.fixture
def importing(scripted):
    scripted.window.action_table["chat.import"].trigger()
    return newest(ImportDialog)


def drop(dialog, *files):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    arguments = (Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(QPointF(40, 40).toPoint(), *arguments)
    QApplication.sendEvent(dialog, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(dialog, QDropEvent(QPointF(40, 40), *arguments))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("chatgpt.json", "ChatGPT"),
        ("claude.json", "Claude"),
        ("gemini.html", "Gemini"),
        ("gemini.json", "Gemini"),
        ("jan", "Jan"),
        ("lm_studio.conversation.json", "LM Studio"),
        ("open_webui.json", "Open WebUI"),
    ],
)
def test_what_is_dropped_is_recognised(scripted, importing, name, shown):
    drop(importing, FIXTURES / name)
    scripted.until(lambda: shown in importing.list.item(0).text())
    assert importing.start.isEnabled()


def test_an_import_is_told_and_the_list_has_it_at_once(scripted, importing, tmp_path):
    unknown = tmp_path / "買い物.json"
    unknown.write_text('{"卵": 6}', "utf-8")
    drop(importing, FIXTURES / "claude.json", unknown)
    scripted.until(lambda: "読める対話が見つかりません" in importing.list.item(1).text())
    before = titles(scripted)
    scripted.qtbot.mouseClick(importing.start, Qt.MouseButton.LeftButton)
    scripted.until(importing.report.isVisible)
    report = importing.report.toPlainText()
    assert "取り込みました" in report and "買い物.json" in report
    importing.copy.click()
    assert QGuiApplication.clipboard().text() == report
    scripted.until(lambda: len(titles(scripted)) > len(before))
    importing.close_button.click()

    scripted.window.action_table["chat.import"].trigger()
    again = newest(ImportDialog)
    again.add([FIXTURES / "claude.json"])
    again.start.click()
    scripted.until(again.report.isVisible)
    assert "新しく取り込んだものはありません。" in again.report.toPlainText()
    assert "件の対話は、すでにあります。" in again.report.toPlainText()


def test_what_comes_after_choosing_files_is_the_import_also_by_keyboard(scripted, importing, tmp_path):
    importing.files.setFocus()
    importing.add([own_json(tmp_path / "一つ.json", 1)])
    assert importing.focusWidget() is importing.start
    importing.add([tmp_path / "一つ.json"])  # which is in the list: nothing new
    scripted.qtbot.keyClick(importing.focusWidget(), Qt.Key.Key_Return)
    scripted.until(importing.report.isVisible)
    assert importing.report.toPlainText() == "対話を1件、メッセージを1件取り込みました。"


def test_what_was_not_imported_is_named_with_the_reason(scripted, importing, tmp_path):
    whole = {
        "id": "1",
        "parent": None,
        "message": {"author": {"role": "user"}, "content": {"parts": ["問い"]}},
    }
    chats = [
        {"title": "無事", "conversation_id": "a", "current_node": "1", "mapping": {"1": whole}},
        {"title": "壊れた", "conversation_id": "b", "mapping": {"a": {"message": {"author": {}}}}},
        {"title": "", "conversation_id": "c", "mapping": {}},
    ]
    path = tmp_path / "conversations.json"
    path.write_text(json.dumps(chats, ensure_ascii=False), "utf-8")
    importing.add([path])
    importing.start.click()
    scripted.until(importing.report.isVisible)
    why = "読めるメッセージがありません。空か、壊れています。"
    assert importing.report.toPlainText().splitlines() == [
        "対話を1件、メッセージを1件取り込みました。2件の対話には、読めるメッセージがありません。",
        "",
        "取り込まなかったもの:",
        f"・conversations.json · 壊れた: {why}",
        f"・conversations.json · 3番目の対話: {why}",
    ]


def test_an_import_can_be_stopped_and_says_so(scripted, importing, tmp_path):
    importing.add([own_json(tmp_path / "多い.json", 3_000)])
    importing.start.click()
    scripted.until(lambda: "対話" in importing.progress.text() and "MB" in importing.progress.text())
    importing.close_button.click()
    scripted.until(importing.report.isVisible)
    assert "途中で止めました" in importing.report.toPlainText()
    scripted.until(lambda: 0 < len(titles(scripted)) < 3_000)


def test_escape_stops_an_import_first_and_then_closes(scripted, importing, tmp_path):
    importing.add([own_json(tmp_path / "多い.json", 3_000)])
    importing.start.click()
    scripted.until(lambda: "MB" in importing.progress.text())
    scripted.qtbot.keyClick(importing, Qt.Key.Key_Escape)
    scripted.until(importing.report.isVisible)
    assert len(scripted.app.session.store.chats.list()) < 3_000
    scripted.qtbot.keyClick(importing, Qt.Key.Key_Escape)
    assert not importing.isVisible()


def test_one_can_ask_while_chats_are_imported(scripted, importing, tmp_path):
    importing.add([own_json(tmp_path / "多い.json", 1_000)])
    importing.start.click()
    scripted.until(lambda: "MB" in importing.progress.text())
    assert scripted.ask("日本の首都はどこですか？").status == "done"
    scripted.until(importing.report.isVisible)
    assert "対話を1,000件、メッセージを1,000件取り込みました。" in importing.report.toPlainText()


def renew(scripted, language):
    """Change the language, which makes the windows anew, and wait until the old one is gone."""
    old = scripted.window
    gone = []
    old.destroyed.connect(lambda: gone.append(True))
    scripted.app.session.change(language=language)
    scripted.until(lambda: gone and scripted.window is not old)


def open_import(scripted):
    def dialogs():
        return [each for each in QApplication.topLevelWidgets() if isinstance(each, ImportDialog)]

    before = dialogs()
    scripted.window.action_table["chat.import"].trigger()
    (made,) = [each for each in dialogs() if each not in before]
    return made


def test_a_report_outlives_the_window_that_a_change_of_language_closes(scripted, importing, tmp_path):
    (tmp_path / "買い物.json").write_text('{"卵": 6}', "utf-8")
    importing.add([own_json(tmp_path / "多い.json", 300), tmp_path / "買い物.json"])
    importing.start.click()
    renew(scripted, "en")
    assert not isValid(importing)
    scripted.until(lambda: len(titles(scripted)) == 300)
    scripted.until(scripted.window.toast.isVisible)
    assert scripted.window.toast.label.text().startswith(("取り込みが終わりました", "The import has ended"))
    again = open_import(scripted)
    assert again.report.isVisible() and not again.start.isVisible()
    assert "Imported 300 chats" in again.report.toPlainText() and "買い物.json" in again.report.toPlainText()
    renew(scripted, "ja")  # while the report is shown
    third = open_import(scripted)
    assert "対話を300件" in third.report.toPlainText()
    third.close_button.click()  # now it was read
    assert open_import(scripted).start.isVisible()


def test_an_import_goes_on_in_the_dialog_of_the_new_window_and_is_stopped_there(
    scripted, importing, tmp_path
):
    importing.add([own_json(tmp_path / "多い.json", 5_000)])
    importing.start.click()
    renew(scripted, "en")
    again = open_import(scripted)
    assert again.progress.isVisible() and not again.start.isVisible()
    again.add([FIXTURES / "claude.json"])
    assert again.paths() == []
    again.close_button.click()
    scripted.until(again.report.isVisible)
    assert "It was stopped" in again.report.toPlainText()
    scripted.until(lambda: 0 < len(titles(scripted)) < 5_000)


def test_two_dialogs_import_one_after_the_other(scripted, importing, tmp_path):
    other = open_import(scripted)
    other.add([FIXTURES / "claude.json"])
    importing.add([own_json(tmp_path / "多い.json", 1_000)])
    importing.start.click()
    assert not other.start.isEnabled() and other.progress.isVisible()
    other.import_all()
    assert other.explanation.isVisible()
    scripted.until(importing.report.isVisible)
    assert other.start.isEnabled() and not other.progress.isVisible()
    other.start.click()
    scripted.until(other.report.isVisible)
    assert "対話を1,000件" not in other.report.toPlainText()


def test_who_closes_an_import_halfway_is_shown_no_report_later(scripted, importing, tmp_path):
    importing.add([own_json(tmp_path / "多い.json", 3_000)])
    importing.start.click()
    scripted.until(lambda: "MB" in importing.progress.text())
    importing.close_button.click()
    scripted.qtbot.keyClick(importing, Qt.Key.Key_Escape)  # and does not wait for it
    scripted.until(lambda: not ImportRun.of(scripted.app.session).is_running)
    assert not scripted.window.toast.isVisible()
    assert open_import(scripted).start.isVisible()


def test_files_can_be_taken_off_the_list_and_come_only_once(scripted, importing):
    importing.add([FIXTURES / "claude.json", FIXTURES / "claude.json", FIXTURES / "chatgpt.json"])
    importing.add([FIXTURES / "claude.json"])
    assert importing.list.count() == 2
    importing.list.setCurrentRow(0)
    importing.remove.click()
    assert importing.paths() == [FIXTURES / "chatgpt.json"]


def test_a_thousand_things_that_cannot_be_read_are_a_list_that_scrolls(scripted, importing, tmp_path):
    for number in range(300):
        (tmp_path / f"壊れた{number}.json").write_text("{", "utf-8")
    importing.add(sorted(tmp_path.glob("壊れた*.json")))
    importing.start.click()
    scripted.until(importing.report.isVisible)
    assert importing.report.toPlainText().count("壊れた") == 300
    assert importing.report.verticalScrollBar().maximum() > 0
    assert importing.height() < 700


# Export


def exporting(scripted, ids, folder):
    dialog = ExportDialog(scripted.app.session, ids, scripted.window)
    dialog.set_place(folder)
    dialog.open()
    return dialog


def finish(scripted, dialog, kind):
    dialog.choose(kind)
    dialog.start.click()
    scripted.until(dialog.outcome.isVisible)
    return dialog.outcome.text()


@pytest.mark.parametrize(
    ("kind", "suffix"),
    [
        ("markdown", ".md"),
        ("html", ".html"),
        ("text", ".txt"),
        ("json", ".json"),
        ("jsonl", ".jsonl"),
        ("pdf", ".pdf"),
    ],
)
def test_a_chat_is_exported_in_every_format(scripted, tmp_path, kind, suffix):
    dialog = exporting(scripted, [chat(scripted)], tmp_path)
    said = finish(scripted, dialog, kind)
    file = tmp_path / f"夏の旅行{suffix}"
    assert str(file) in said
    assert file.read_bytes().startswith(b"%PDF") if kind == "pdf" else "北海道" in file.read_text("utf-8")
    assert dialog.show_folder.isVisible()
    finish(scripted, dialog, kind)  # again: nothing is overwritten
    assert (tmp_path / f"夏の旅行 (2){suffix}").exists()
    assert sorted(tmp_path.glob("*.part")) == []


@pytest.mark.parametrize("kind", ["markdown", "pdf"])
def test_several_chats_go_into_a_folder_of_their_own(scripted, tmp_path, kind):
    ids = [chat(scripted), chat(scripted, "冬の旅行")]
    dialog = exporting(scripted, ids, tmp_path)
    assert "2" in dialog.scope.text()
    finish(scripted, dialog, kind)
    (folder,) = [each for each in tmp_path.iterdir() if each.is_dir() and "言の葉の対話" in each.name]
    suffix = ".pdf" if kind == "pdf" else ".md"
    assert sorted(each.name for each in folder.iterdir()) == [f"冬の旅行{suffix}", f"夏の旅行{suffix}"]


def test_all_chats_are_exported_and_imported_again(scripted, tmp_path):
    chat(scripted)
    chat(scripted, "冬の旅行")
    scripted.window.action_table["chat.exportAll"].trigger()
    dialog = newest(ExportDialog)
    dialog.set_place(tmp_path)
    finish(scripted, dialog, "json")
    (file,) = tmp_path.glob("*.json")
    dialog.close_button.click()
    taking = ImportDialog(scripted.app.session, scripted.window, [file])
    taking.open()
    scripted.until(lambda: "言の葉" in taking.list.item(0).text().partition("—")[2])
    taking.start.click()
    scripted.until(taking.report.isVisible)
    assert "2件の対話は、すでにあります。" in taking.report.toPlainText()


def test_the_open_chat_is_exported_from_the_palette(scripted):
    scripted.ask("日本の首都はどこですか？")
    scripted.window.action_table["chat.export"].trigger()
    assert "日本の首都" in newest(ExportDialog).scope.text()


def test_a_place_that_cannot_be_written_to_is_told_in_the_dialog(scripted, tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    for kind in ("markdown", "pdf"):
        dialog = exporting(scripted, [chat(scripted)], file / "folder")
        said = finish(scripted, dialog, kind)
        assert "対話" in said and not dialog.show_folder.isVisible()
        assert dialog.start.isEnabled()
        dialog.reject()


def test_what_came_of_an_export_is_told_also_where_its_dialog_is_gone(scripted, tmp_path):
    ids = [chat(scripted, f"旅行{number}", "長い話。" * 2_000) for number in range(8)]
    dialog = exporting(scripted, ids, tmp_path)
    dialog.choose("pdf")
    dialog.start.click()
    renew(scripted, "en")
    assert not isValid(dialog)
    scripted.until(scripted.window.toast.isVisible)
    assert scripted.window.toast.label.text().startswith("Exported 8 chats: ")
    assert len(list(tmp_path.rglob("旅行*.pdf"))) == 8


def test_an_export_can_be_stopped(scripted, tmp_path):
    ids = [chat(scripted, f"旅行{number}", "長い話。" * 5_000) for number in range(30)]
    dialog = exporting(scripted, ids, tmp_path)
    dialog.choose("pdf")
    dialog.start.click()
    scripted.until(lambda: "1 / 30" in dialog.progress.text())
    dialog.close_button.click()
    assert "止めました" in dialog.outcome.text()
    scripted.settle()
    assert len(list(tmp_path.rglob("旅行*.pdf"))) < 30
    dialog.reject()


# Backups


def backing_up(scripted):
    scripted.window.action_table["app.backups"].trigger()
    return newest(BackupDialog)


def count_of(scripted):
    return len(backups.backups(scripted.app.session.store.path))


def test_backups_are_listed_and_made_here_and_elsewhere(scripted, tmp_path):
    dialog = backing_up(scripted)
    scripted.until(lambda: dialog.list.count() == count_of(scripted))
    before = dialog.list.count()
    dialog.now.click()
    scripted.until(lambda: dialog.list.count() == before + 1)
    assert "控えを作りました" in dialog.message.text()
    assert "MB" in dialog.list.item(0).text() or "KB" in dialog.list.item(0).text()
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d　·　", dialog.list.item(0).text())
    other = tmp_path / "別の場所"
    other.mkdir()
    dialog.make(other)
    scripted.until(lambda: str(other) in dialog.message.text())
    (copy,) = other.glob("*.db")
    assert not backups.is_sealed(copy)


def test_enter_in_the_list_asks_about_the_backup_there_and_makes_none(scripted):
    dialog = backing_up(scripted)
    scripted.until(lambda: dialog.list.count() > 0)
    before = count_of(scripted)
    scripted.qtbot.keyClick(dialog.list, Qt.Key.Key_Return)
    confirm(dialog, "やめる")
    scripted.settle()
    assert count_of(scripted) == before and not dialog.message.isVisible()


def test_a_backup_that_cannot_be_made_is_told(scripted, tmp_path):
    (tmp_path / "file").write_text("")
    dialog = backing_up(scripted)
    dialog.make(tmp_path / "file" / "folder" / "x.db")
    scripted.until(dialog.message.isVisible)
    assert dialog.message.objectName() == "caution"
    assert dialog.now.isEnabled()


def test_with_a_passphrase_every_new_backup_is_encrypted_and_it_is_nowhere_else(scripted, caplog):
    caplog.set_level(logging.DEBUG)
    session, rows = scripted.app.session, scripted.window.settings.history
    scripted.until(rows.sealing.isEnabled)
    rows.sealing.click()
    dialog = newest(PassphraseDialog)
    assert "二度と開けません" in dialog.warning.text() and dialog.warning.isVisible()
    dialog.first.insert(WORDS)
    dialog.second.insert(WORDS + "？")
    dialog.accept_button.click()
    assert dialog.trouble.isVisible()
    assert passphrase.kept(session.store.path) is None
    dialog.second.setText(WORDS)
    dialog.accept_button.click()
    scripted.until(rows.sealing.isChecked)
    assert passphrase.kept(session.store.path) == WORDS
    scripted.window.back_up()
    scripted.until(lambda: backups.backups(session.store.path)[0].sealed)
    assert WORDS not in caplog.text and WORDS not in repr(session.preferences)
    holders = [
        each.name
        for each in session.store.path.parent.rglob("*")
        if each.is_file() and WORDS.encode() in each.read_bytes()
    ]
    assert holders == ["kotonoha-passphrase"]
    rows.sealing.click()
    scripted.until(lambda: passphrase.kept(session.store.path) is None)
    scripted.until(lambda: not rows.sealing.isChecked())


def test_a_long_complaint_cuts_no_other_line(scripted):
    dialog = PassphraseDialog(scripted.window, new=True)
    dialog.open()
    for text in ("2つの合言葉が違います。", "長い説明です。" * 60):
        dialog.complain(text)
        scripted.settle()
        for label in (dialog.warning, dialog.trouble):
            assert label.height() >= label.heightForWidth(label.width()), text


def test_no_passphrase_is_kept_where_the_person_thinks_better_of_it(scripted):
    rows = scripted.window.settings.history
    scripted.until(rows.sealing.isEnabled)
    rows.sealing.click()
    newest(PassphraseDialog).reject()
    scripted.settle()
    assert not rows.sealing.isChecked()
    assert passphrase.kept(scripted.app.session.store.path) is None


def test_the_daily_backup_is_made_unless_it_is_not_wanted(scripted):
    session = scripted.app.session
    scripted.until(lambda: count_of(scripted) == 1)  # of the start
    rows = scripted.window.settings.history
    rows.daily.click()
    assert session.preferences.daily_backup is False
    for backup in backups.backups(session.store.path):
        backup.path.unlink()
    daily = next(each for each in session.children() if type(each).__name__ == "DailyBackup")
    daily.look()
    scripted.settle()
    assert count_of(scripted) == 0
    rows.daily.click()
    daily.look()
    scripted.until(lambda: count_of(scripted) == 1)


# Going back


def confirm(dialog, name="控えに戻す"):
    (box,) = dialog.findChildren(QMessageBox)
    (button,) = [each for each in box.buttons() if each.text() == name]
    button.click()


@pytest.mark.parametrize("words", [None, WORDS])
def test_going_back_to_a_backup_keeps_what_was_there(scripted, words):
    app, database = scripted.app, paths.database()
    chat(scripted, "控えの前の対話")
    made = result_of(backups.make(database, Cancel(), None, words))
    chat(scripted, "控えの後の対話")
    dialog = backing_up(scripted)
    scripted.until(lambda: dialog.list.count() > 0)
    row = next(n for n in range(dialog.list.count()) if dialog.list.item(n).data(PATH) == str(made))
    dialog.list.setCurrentRow(row)
    dialog.go_back.click()
    scripted.page.composer.edit.insertPlainText("書きかけ")
    old = app.window
    confirm(dialog)
    if words is not None:
        scripted.until(lambda: dialog.findChildren(PassphraseDialog))
        (asking,) = dialog.findChildren(PassphraseDialog)
        asking.first.setText("違う合言葉")
        asking.accept_button.click()
        scripted.until(asking.trouble.isVisible)
        assert app.window is old
        asking.first.setText(words)
        asking.accept_button.click()
    scripted.until(lambda: app.window is not None and app.window is not old)
    scripted.until(lambda: titles(scripted) == {"控えの前の対話"})
    assert "控えに戻しました" in app.window.toast.label.text()
    (aside,) = database.parent.glob("kotonoha-replaced-*.db")
    assert aside.name in app.window.toast.label.text()
    kept = Store.open(aside, recover=False)
    assert {each.title for each in kept.chats.list()} == {"控えの前の対話", "控えの後の対話"}
    assert kept.settings.get().new_chat_draft == "書きかけ"
    kept.close()
    answer = scripted.ask("日本の首都はどこですか？")  # everything works again
    assert answer.status == "done"


def test_a_backup_that_is_damaged_changes_nothing_and_is_told(scripted, tmp_path):
    app = scripted.app
    chat(scripted, "いまの対話")
    broken = tmp_path / "壊れた.db"
    broken.write_bytes(b"\xa5" * 40_000)
    dialog = backing_up(scripted)
    dialog.ask_to_go_back(broken, "壊れた.db")
    old = app.window
    confirm(dialog)
    scripted.until(lambda: app.window is not None and app.window is not old)
    scripted.until(lambda: titles(scripted) == {"いまの対話"})
    scripted.until(scripted.page.banner.isVisible)
    assert list(paths.database().parent.glob("kotonoha-replaced-*")) == []


def test_nobody_goes_back_who_thinks_better_of_it(scripted):
    dialog = backing_up(scripted)
    scripted.until(lambda: dialog.list.count() > 0)
    old = scripted.app.window
    dialog.go_back.click()
    confirm(dialog, "やめる")
    scripted.settle()
    assert scripted.app.window is old
