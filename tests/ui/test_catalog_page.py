"""The catalogue in the room of models: found, narrowed, read in full, recommended; by mouse and by keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from scripted import Scripted

from desktop.models.catalog_entries import Entry
from desktop.ui.models.catalog_wishes import WishesDialog

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def catalog(scripted: Scripted):
    scripted.window.show_models()
    scripted.window.models.show_catalog()
    page = scripted.window.models.catalog
    scripted.until(lambda: page.rows.rowCount() and page.state.machine is not None)
    scripted.until(lambda: all(page.state.best(each) for each in entries(page)))
    return page


def rows(page):
    return [page.rows.row(page.rows.index(at)) for at in range(page.rows.rowCount())]


def entries(page):
    return [row for row in rows(page) if isinstance(row, Entry)]


def spoken(page, at=0):
    return page.rows.index(at).data(Qt.ItemDataRole.AccessibleTextRole)


def words(widget):
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


def test_every_model_has_a_card_with_a_verdict_and_those_one_cannot_have_stand_last(
    scripted: Scripted, catalog
) -> None:
    shown = rows(catalog)
    assert len(shown) > 40 and not isinstance(shown[-1], Entry)
    assert "tsuzumi" in " ".join(row.key for row in shown if not isinstance(row, Entry))
    assert any(word in spoken(catalog) for word in ("快適", "重い", "動かない", "ぎりぎり"))
    assert scripted.window.models.machine[0].text()


def test_a_search_finds_by_kana_and_narrows_together_with_the_filters(scripted: Scripted, catalog) -> None:
    room = scripted.window.models
    room.search.setText("さらしな")
    assert entries(catalog) and all("sarashina" in row.key.lower() for row in entries(catalog))
    room.search.setText("")
    everything = len(entries(catalog))
    thinking = next(button for button in room.filters.buttons if "考える" in button.text())
    QTest.mouseClick(thinking, Qt.MouseButton.LeftButton)
    assert 0 < len(rows(catalog)) == len(entries(catalog)) < everything
    room.search.setText("ないもの")
    assert rows(catalog) == [] and catalog.clear.isVisible()
    QTest.mouseClick(catalog.clear, Qt.MouseButton.LeftButton)
    room.search.setText("")
    assert len(entries(catalog)) == everything


def test_keys_alone_lead_to_a_model_in_full_and_back(scripted: Scripted, catalog) -> None:
    scripted.window.activateWindow()
    scripted.window.models.search.setFocus()
    scripted.until(scripted.window.models.search.hasFocus)
    QTest.keyClick(scripted.window.models.search, Qt.Key.Key_Down)
    assert catalog.list.hasFocus()
    QTest.keyClick(catalog.list, Qt.Key.Key_Return)
    scripted.until(catalog.shows_details)
    told = words(catalog.details)
    for part in ("系譜", "くわしい情報", "Q4_K_M", "入手先"):
        assert part in told
    QTest.keyClick(catalog.details, Qt.Key.Key_Escape)
    assert not catalog.shows_details() and catalog.list.hasFocus()


def test_terms_that_are_inherited_are_named(scripted: Scripted, catalog) -> None:
    swallow = next(row for row in entries(catalog) if "llama-3.1-swallow" in row.key.lower())
    catalog.open(swallow)
    told = words(catalog.details)
    assert "条件付きで商用可" in [b.word() for b in catalog.details.findChildren(type(_badge(catalog)))]
    assert "Gemma" in told and "Llama" in told


def _badge(page):
    from desktop.ui.controls.badge import Badge

    return page.details.findChild(Badge)


def test_what_one_cannot_have_says_why_and_what_is_nearest(scripted: Scripted, catalog) -> None:
    tsuzumi = next(row for row in rows(catalog) if row.key == "tsuzumi")
    catalog.act(tsuzumi)
    assert catalog.shows_details() and "公開" in words(catalog.details)
    nearest = [b for b in catalog.details.findChildren(QPushButton) if b.isVisibleTo(catalog.details)]
    assert nearest


def test_nothing_is_fetched_without_the_network_so_the_button_tells_where_it_is(
    scripted: Scripted, catalog
) -> None:
    asked = []
    catalog.get_requested.connect(lambda *what: asked.append(what))
    row = entries(catalog)[0]
    assert catalog.rows.button(catalog.rows.act(row)) == "入手先を見る"
    catalog.act(row)
    assert catalog.shows_details() and asked == []
    assert ".gguf" in words(catalog.details) or "GGUF" in words(catalog.details)


def test_three_answers_lead_to_a_ranked_list(scripted: Scripted, catalog) -> None:
    QTest.mouseClick(scripted.window.models.ask, Qt.MouseButton.LeftButton)
    scripted.until(lambda: any(isinstance(w, WishesDialog) for w in QApplication.topLevelWidgets()))
    (dialog,) = [w for w in QApplication.topLevelWidgets() if isinstance(w, WishesDialog)]
    scripted.until(lambda: dialog.found)
    before = [each.entry.key for each in dialog.found]
    dialog.paces.button(0).click()  # answers at once
    fast = [each.entry.key for each in dialog.found]
    assert fast and fast != before
    dialog.uses.button(1).click()  # for commercial work
    assert all(each.entry.key for each in dialog.found)
    dialog.reject()


def test_what_is_not_for_chats_says_so(scripted: Scripted, catalog) -> None:
    for at, row in enumerate(rows(catalog)):
        if isinstance(row, Entry):
            told = catalog.rows.index(at).data(Qt.ItemDataRole.AccessibleDescriptionRole)
            assert ("会話用ではない" in told) == (row.kind != "chat"), row.key
