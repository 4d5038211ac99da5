"""The list of chats and the search above it, with real key and mouse events."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QMenu
from scripted import Scripted
from shiboken6 import isValid
from transcripts import here, marks

from desktop.ui.controls.line_dialog import LineDialog
from desktop.ui.controls.question import Question
from desktop.ui.history.chat_model import CHAT, SECTION
from desktop.ui.history.search_results import FOUND

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def filled(scripted: Scripted) -> Scripted:
    store = scripted.app.session.store
    for title, asked, answer in (
        ("会議の要約", "会議の議事録をまとめて", "ﾌﾟﾛｼﾞｪｸﾄは来月から始まります。"),
        ("俳句", "古池や", "蛙飛びこむ水の音。静けさと動きの対比です。"),
        ("旅行", "京都へ行きたい", "清水寺と嵐山をめぐるプロジェクトにしましょう。"),
    ):
        _, _, made = store.messages.send_first(asked, "ネコ 1B", title=title)
        store.messages.finish(made.id, answer, "done")
    refresh(scripted)
    return scripted


def refresh(scripted):
    scripted.app.session.refresh_chats()
    scripted.settle()
    scripted.until(lambda: len(scripted.app.session.chats) >= 3)


def rows(scripted):
    """The list as text: a heading in brackets, a chat as its title."""
    model = scripted.window.sidebar.list.chats
    shown = []
    for row in range(model.rowCount()):
        index = model.index(row)
        shown.append(index.data() if index.data(CHAT) else f"[{index.data()}]")
    return shown


def at(scripted, title):
    model = scripted.window.sidebar.list.chats
    return next(model.index(row) for row in range(model.rowCount()) if model.index(row).data() == title)


def id_of(scripted, title):
    return next(chat.id for chat in scripted.app.session.chats if chat.title == title)


def found(scripted):
    """What was found as text: a chat's title, and "- " and the passage."""
    model = scripted.window.sidebar.results.model()
    texts = []
    for row in range(model.rowCount()):
        index = model.index(row, 0)
        texts.append(("- " if index.data(FOUND).hit else "") + index.data())
    return texts


def marked(scripted):
    """What is marked in the messages that are shown."""
    return [text for _, text in marks(scripted.page.transcript)]


def selected(scripted):
    QApplication.clipboard().clear()
    QTest.keyClick(scripted.page.transcript, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    return QApplication.clipboard().text()


def search(scripted, text):
    field = scripted.window.sidebar.filter
    field.clear()
    field.setFocus()
    event = QInputMethodEvent("", [])
    event.setCommitString(text)
    QApplication.sendEvent(field, event)
    scripted.until(lambda: scripted.window.sidebar._results is not None)


def question(scripted):
    return next(w for w in QApplication.topLevelWidgets() if isinstance(w, Question) and w.isVisible())


def click(scripted, title, modifier=Qt.KeyboardModifier.NoModifier):
    view = scripted.window.sidebar.list
    spot = view.visualRect(at(scripted, title)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, modifier, spot)


def test_texts_are_searched_whatever_their_width_and_kana(filled: Scripted) -> None:
    search(filled, "ぷろじぇくと")
    assert found(filled) == [
        "旅行",
        "- 清水寺と嵐山をめぐるプロジェクトにしましょう。",
        "会議の要約",
        "- ﾌﾟﾛｼﾞｪｸﾄは来月から始まります。",
    ]
    hit = filled.window.sidebar.results.model().index(3, 0).data(FOUND).hit
    assert [hit.snippet[start:end] for start, end in hit.ranges] == ["ﾌﾟﾛｼﾞｪｸﾄ"]
    search(filled, "蛙")
    assert found(filled) == ["俳句", "- 蛙飛びこむ水の音。静けさと動きの対比です。"]
    search(filled, "無い言葉")
    filled.until(lambda: "見つかりません" in filled.window.sidebar.empty.text())


def test_what_was_found_is_opened_by_keyboard_and_marked(filled: Scripted) -> None:
    search(filled, "対比")
    field, results = filled.window.sidebar.filter, filled.window.sidebar.results
    QTest.keyClick(field, Qt.Key.Key_Down)
    filled.until(results.hasFocus)
    QTest.keyClick(results, Qt.Key.Key_Down)
    QTest.keyClick(results, Qt.Key.Key_Return)
    filled.until(lambda: filled.window.conversation.chat_id == id_of(filled, "俳句"))
    filled.until(lambda: marked(filled) == ["対比"])
    assert selected(filled) == ""  # it is not a selection
    results.setFocus()
    for _ in range(3):
        QTest.keyClick(results, Qt.Key.Key_Up)
    filled.until(field.hasFocus)
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "" and marked(filled) == []
    filled.until(lambda: filled.window.sidebar._stack.currentWidget() is filled.window.sidebar.list)


def test_one_walks_through_what_was_found_by_keys(filled: Scripted) -> None:
    chat = id_of(filled, "旅行")
    filled.window.conversation.open(chat)
    filled.until(lambda: filled.window.conversation.chat_id == chat)
    filled.ask("プロジェクトの名前は、ぷろじぇくと案でよいですか")
    search(filled, "ﾌﾟﾛｼﾞｪｸﾄ")
    QTest.keyClick(filled.window.sidebar.filter, Qt.Key.Key_Return)
    filled.until(lambda: len(marked(filled)) >= 3)
    places, transcript = marks(filled.page.transcript), filled.page.transcript
    assert {text for _, text in places} >= {"プロジェクト", "ぷろじぇくと"}
    filled.until(lambda: here(transcript))
    began = places.index(here(transcript))
    filled.page.composer.edit.setFocus()
    for step, key in ((1, Qt.KeyboardModifier.NoModifier), (-1, Qt.KeyboardModifier.ShiftModifier)):
        at = began
        for _ in range(len(places)):
            at = (at + step) % len(places)
            QTest.keyClick(filled.page.composer.edit, Qt.Key.Key_F3, key)
            filled.until(lambda at=at: here(transcript) == places[at])
        assert at == began
    filled.window.conversation.open(id_of(filled, "俳句"))
    filled.until(lambda: filled.window.conversation.chat_id == id_of(filled, "俳句"))
    assert marked(filled) == []
    QTest.keyClick(filled.page.composer.edit, Qt.Key.Key_F3)
    assert filled.window.sidebar.filter.hasFocus()  # there is nothing to go to: look for something


def test_return_that_confirms_a_word_opens_nothing(filled: Scripted) -> None:
    before = filled.window.conversation.chat_id
    search(filled, "対比")
    field = filled.window.sidebar.filter
    QApplication.sendEvent(field, QInputMethodEvent("たい", []))
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Down, Qt.Key.Key_Escape):
        QTest.keyClick(field, key)
    assert filled.window.conversation.chat_id == before
    assert field.text() == "対比"
    assert field.hasFocus()


def test_a_found_message_on_another_branch_is_shown(filled: Scripted) -> None:
    store, chat = filled.app.session.store, id_of(filled, "俳句")
    path = store.messages.path(chat)
    _, answer = store.branches.edit_question(path[0].id, "柿食えば", "ネコ 1B")
    store.messages.finish(answer.id, "鐘が鳴るなり法隆寺", "done")
    search(filled, "飛びこむ")
    QTest.keyClick(filled.window.sidebar.filter, Qt.Key.Key_Return)
    filled.until(lambda: filled.window.conversation.chat_id == chat)
    filled.until(lambda: [message.id for message in filled.path()] == [message.id for message in path])


def test_searches_are_narrowed(filled: Scripted) -> None:
    store, sidebar = filled.app.session.store, filled.window.sidebar
    folder = store.folders.create("仕事")
    store.chats.move(id_of(filled, "会議の要約"), folder_id=folder.id)
    answer = store.messages.path(id_of(filled, "旅行"))[1]
    store.messages.star(answer.id)
    refresh(filled)
    search(filled, "プロジェクト")
    menu = sidebar.filters.menu(sidebar)
    (folders,) = (sub for sub in menu.findChildren(QMenu) if sub.title() == "フォルダー")
    folders.actions()[1].trigger()
    filled.until(lambda: found(filled)[:1] == ["会議の要約"] and len(found(filled)) == 2)
    assert sidebar.narrowed.text().startswith("仕事")
    sidebar.narrowed.click()
    filled.until(lambda: len(found(filled)) == 4)
    sidebar.filter.clear()
    sidebar.filters.menu(sidebar).actions()[0].trigger()  # what is starred, whatever it says
    filled.until(lambda: sidebar._results is not None and found(filled)[:1] == ["旅行"])
    assert found(filled)[1].startswith("- 清水寺")


def test_the_menu_of_filters_stays_for_more_than_one(filled: Scripted) -> None:
    sidebar = filled.window.sidebar
    sidebar.narrow.click()
    menu = QApplication.activePopupWidget()
    star, archive = menu.actions()[:2]
    clear = menu.actions()[-1]
    assert not clear.isEnabled()
    for action in (star, archive):
        QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
    assert menu.isVisible()
    assert star.isChecked() and archive.isChecked() and clear.isEnabled()
    assert sidebar.filters.words() == "スター付き・アーカイブを除く"
    menu.setActiveAction(star)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert menu.isVisible() and not star.isChecked()
    (period,) = (sub for sub in menu.findChildren(QMenu) if sub.title() == "時期")
    period.popup(menu.pos())
    QTest.mouseClick(
        period, Qt.MouseButton.LeftButton, pos=period.actionGeometry(period.actions()[2]).center()
    )
    assert period.isVisible()
    assert sidebar.filters.words() == "この7日間・アーカイブを除く"
    period.close()
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(clear).center())
    assert not menu.isVisible()
    assert sidebar.filters.words() == ""
    filled.until(lambda: not isValid(menu))
    sidebar.filters.clear()  # whom nobody is told of any more


def test_pins_folders_and_archive(filled: Scripted) -> None:
    desk, sidebar = filled.window.desk, filled.window.sidebar
    haiku, trip = id_of(filled, "俳句"), id_of(filled, "旅行")
    assert rows(filled) == ["[今日]", "旅行", "俳句", "会議の要約"]
    desk.pin([haiku], True)
    filled.until(lambda: rows(filled)[:2] == ["[ピン留め]", "俳句"])
    desk.new_folder([trip])
    dialog = next(w for w in QApplication.topLevelWidgets() if isinstance(w, LineDialog) and w.isVisible())
    assert not dialog.button.isEnabled()
    QTest.keyClicks(dialog.field, "trips")
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    filled.until(lambda: rows(filled) == ["[ピン留め]", "俳句", "[trips]", "旅行", "[今日]", "会議の要約"])
    click(filled, "trips")
    filled.until(lambda: rows(filled) == ["[ピン留め]", "俳句", "[trips]", "[今日]", "会議の要約"])
    desk.archive([haiku], True)
    filled.until(lambda: rows(filled) == ["[trips]", "[今日]", "会議の要約", "[アーカイブ]"])
    sidebar.list.setCurrentIndex(at(filled, "アーカイブ"))
    QTest.keyClick(sidebar.list, Qt.Key.Key_Return)
    filled.until(lambda: rows(filled)[-1] == "俳句")
    filled.window.toast.button.click()  # back from the archive
    filled.until(lambda: rows(filled)[:2] == ["[ピン留め]", "俳句"])
    desk.delete_folder(filled.app.session.folders[0])
    filled.until(lambda: "[trips]" not in rows(filled) and "旅行" in rows(filled))
    filled.until(filled.window.toast.button.isVisible)
    filled.window.toast.button.click()
    filled.until(lambda: "[trips]" in rows(filled))
    assert filled.app.session.store.chats.get(trip).folder_id is not None


def test_many_at_once(filled: Scripted) -> None:
    opened = filled.window.conversation.chat_id
    view = filled.window.sidebar.list
    click(filled, "会議の要約", Qt.KeyboardModifier.ControlModifier)
    click(filled, "俳句", Qt.KeyboardModifier.ControlModifier)
    assert len(view.selected_ids()) == 2
    assert filled.window.conversation.chat_id == opened  # choosing many opens none
    QTest.keyClick(view, Qt.Key.Key_Delete)
    QTest.keyClick(question(filled), Qt.Key.Key_Return)  # as one hastily does
    assert len(filled.app.session.store.chats.list()) == 3
    QTest.keyClick(view, Qt.Key.Key_Delete)
    assert question(filled).label.text() == "2件の対話をごみ箱に入れますか？"
    question(filled).yes.click()
    filled.until(lambda: rows(filled) == ["[今日]", "旅行"])
    assert "2件" in filled.window.toast.label.text()
    filled.window.toast.button.click()
    filled.until(lambda: len(rows(filled)) == 4)


def test_backspace_deletes_nothing(filled: Scripted) -> None:
    view = filled.window.sidebar.list
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(view.selected_ids()) == 3
    QTest.keyClick(view, Qt.Key.Key_Backspace)
    filled.settle()
    assert not [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible()]
    assert len(filled.app.session.store.chats.list()) == 3


def test_the_menu_of_several_chats_says_how_many(filled: Scripted) -> None:
    view = filled.window.sidebar.list
    click(filled, "会議の要約", Qt.KeyboardModifier.ControlModifier)
    click(filled, "俳句", Qt.KeyboardModifier.ControlModifier)
    view.customContextMenuRequested.emit(view.visualRect(at(filled, "俳句")).center())
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    head = menu.actions()[0]
    assert (head.text(), head.isEnabled()) == ("選んだ対話 2件", False)
    next(action for action in menu.actions() if action.text() == "ごみ箱に入れる…").trigger()
    menu.close()
    assert "2件" in question(filled).label.text()
    QTest.keyClick(question(filled), Qt.Key.Key_Escape)
    filled.settle()
    assert len(filled.app.session.store.chats.list()) == 3


def test_tags_are_given_and_seen(filled: Scripted) -> None:
    haiku = id_of(filled, "俳句")
    filled.window.desk.tag("季語", [haiku], True)
    filled.until(lambda: filled.app.session.store.chats.get(haiku).tags == ("季語",))
    filled.until(lambda: at(filled, "俳句").data(CHAT).tags == ("季語",))
    assert "#季語" in at(filled, "俳句").data(Qt.ItemDataRole.ToolTipRole)
    filled.window.desk.tag("季語", [haiku], False)
    filled.until(lambda: at(filled, "俳句").data(CHAT).tags == ())


def test_chats_are_dropped_onto_sections(filled: Scripted) -> None:
    model, store = filled.window.sidebar.list.chats, filled.app.session.store
    folder = store.folders.create("執筆")
    refresh(filled)
    haiku = id_of(filled, "俳句")
    dragged = model.mimeData([at(filled, "俳句"), at(filled, "旅行")])
    move = Qt.DropAction.MoveAction
    assert not model.dropMimeData(dragged, move, -1, -1, at(filled, "執筆"))  # the rows are not removed here
    filled.until(lambda: store.chats.get(haiku).folder_id == folder.id)
    filled.until(lambda: rows(filled)[0] == "[執筆]" and len(at(filled, "執筆").data(SECTION).chats) == 2)
    model.dropMimeData(model.mimeData([at(filled, "俳句")]), move, -1, -1, at(filled, "会議の要約"))
    filled.until(lambda: store.chats.get(haiku).folder_id is None)
    filled.until(filled.window.toast.button.isVisible)
    filled.window.toast.button.click()
    filled.until(lambda: store.chats.get(haiku).folder_id == folder.id)


def test_what_is_dragged_is_a_small_label(filled: Scripted) -> None:
    view = filled.window.sidebar.list
    filled.window.resize(1280, 820)
    filled.until(view.isVisible)
    click(filled, "会議の要約", Qt.KeyboardModifier.ControlModifier)
    click(filled, "俳句", Qt.KeyboardModifier.ControlModifier)
    two = view.drag_picture().deviceIndependentSize()
    assert two.height() <= view.visualRect(at(filled, "俳句")).height()
    assert two.width() < view.width() / 3
    filled.window.desk.rename(id_of(filled, "旅行"), "とても長い題名の対話" * 9)
    filled.until(lambda: rows(filled)[1].startswith("とても"))
    click(filled, rows(filled)[1])
    one = view.drag_picture().deviceIndependentSize()
    assert two.width() < one.width() < view.width() * 3 / 4


def test_one_reads_that_it_is_offline_also_without_the_list(filled: Scripted) -> None:
    window, dot = filled.window, filled.window.rail.offline
    window.resize(1280, 820)
    filled.until(window.sidebar.isVisible)
    assert not dot.isVisible()
    window.toggle_list()
    assert dot.isVisible()
    assert dot.toolTip() == dot.accessibleName() == "オフライン　外部通信なし"
    window.toggle_list()
    assert not dot.isVisible()
    window.resize(600, 820)
    filled.until(lambda: not window.sidebar.isVisible())
    assert dot.isVisible()
    window.toggle_list()
    assert window.sidebar.isVisible() and not dot.isVisible()
    window.show_settings()
    assert dot.isVisible()
    window.show_chats()
    assert not dot.isVisible()


def test_the_list_takes_what_is_typed_and_the_menu_offers_all(filled: Scripted) -> None:
    view = filled.window.sidebar.list
    view.setFocus()
    QTest.keyClicks(view, "ab")
    assert filled.page.composer.text() == "ab"
    view.customContextMenuRequested.emit(view.visualRect(at(filled, "俳句")).center())
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    offered = [action.text() for action in menu.actions() if action.text()]
    menu.close()
    assert offered == [
        "題名を変える",
        "ピン留めする",
        "フォルダーに入れる",
        "タグ",
        "アーカイブする",
        "書き出す…",
        "ごみ箱に入れる",
    ]


def test_what_the_index_lacks_is_indexed_and_then_found(filled: Scripted) -> None:
    filled.app.session.store.search.forget()
    search(filled, "対比")
    filled.until(lambda: found(filled) == ["俳句", "- 蛙飛びこむ水の音。静けさと動きの対比です。"])
    filled.until(lambda: not filled.window.sidebar.empty.isVisible())


def test_chosen_chats_are_exported_from_the_menu(filled: Scripted) -> None:
    click(filled, "会議の要約", Qt.KeyboardModifier.ControlModifier)
    click(filled, "俳句", Qt.KeyboardModifier.ControlModifier)
    view = filled.window.sidebar.list
    view.customContextMenuRequested.emit(view.visualRect(at(filled, "俳句")).center())
    menu = QApplication.activePopupWidget()
    next(action for action in menu.actions() if action.text() == "書き出す…").trigger()
    menu.close()
    filled.until(lambda: [w for w in QApplication.topLevelWidgets() if type(w).__name__ == "ExportDialog"])
    dialog = next(w for w in QApplication.topLevelWidgets() if type(w).__name__ == "ExportDialog")
    assert dialog.isVisible()
    dialog.close()


def test_japanese_composed_over_the_list_comes_into_being_in_the_composer(scripted: Scripted) -> None:
    scripted.ask("一つめの質問")
    chats, edit = scripted.window.sidebar.list, scripted.page.composer.edit
    scripted.window.activateWindow()
    chats.setFocus()
    scripted.until(chats.hasFocus)
    assert chats.inputMethodQuery(Qt.InputMethodQuery.ImEnabled)
    assert chats.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
    QApplication.sendEvent(chats, QInputMethodEvent("にほん", []))
    assert edit.is_composing() and chats.hasFocus()
    shown_at = chats.inputMethodQuery(Qt.InputMethodQuery.ImCursorRectangle).center()
    on_screen = chats.mapToGlobal(shown_at.toPoint())
    assert edit.rect().contains(edit.mapFromGlobal(on_screen))
    before = len(scripted.messages.sent())
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Delete, Qt.Key.Key_Down, Qt.Key.Key_F2):
        QTest.keyClick(chats, key)  # that the input method has let through
    done = QInputMethodEvent("", [])
    done.setCommitString("日本")
    QApplication.sendEvent(chats, done)
    assert edit.toPlainText() == "日本"
    scripted.until(edit.hasFocus)
    assert len(scripted.messages.sent()) == before
    assert len(scripted.app.session.store.chats.list()) == 1
