"""Where a dialog for files begins, and what of Qt's in it is ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QRect, QStandardPaths
from PySide6.QtWidgets import QDialogButtonBox, QPushButton, QToolButton, QTreeView, QWidget

from desktop.ui.controls import file_dialog
from desktop.ui.controls.choose_path import ChoosePath
from desktop.ui.controls.file_dialog import DATE, NAME, TYPE
from desktop.ui.controls.open_file import OpenFile


@pytest.fixture
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "書類"
    place.mkdir()
    monkeypatch.setattr(file_dialog, "_last", "")
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda _: str(place))
    return place


@pytest.fixture
def over(qtbot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    return widget


def test_it_begins_with_the_documents_and_then_where_one_was(qtbot, over, documents: Path) -> None:
    dialog = OpenFile("開く", "文章 (*.txt)", over)
    assert dialog.directory().absolutePath() == str(documents)
    other = documents / "仕事"
    other.mkdir()
    (other / "議事録.txt").write_text("火曜日", encoding="utf-8")
    chosen: list[list[Path]] = []
    choose = ChoosePath("選ぶ", chosen.append, over)
    choose.ask_for_files(["文章 (*.txt)"])
    choose.selectFile(str(other / "議事録.txt"))
    qtbot.waitUntil(lambda: choose.selectedFiles() == [str(other / "議事録.txt")])
    choose.accept()
    assert chosen == [[other / "議事録.txt"]]
    assert OpenFile("開く", "文章 (*.txt)", over).directory().absolutePath() == str(other)
    (other / "議事録.txt").unlink()
    other.rmdir()
    assert OpenFile("開く", "文章 (*.txt)", over).directory().absolutePath() == str(documents)


@pytest.mark.parametrize("asks", ["files", "folder", "name"])
def test_the_buttons_stand_as_everywhere(over, documents: Path, asks: str) -> None:
    dialog = ChoosePath("選ぶ", lambda _: None, over)
    match asks:
        case "files":
            dialog.ask_for_files(["文章 (*.txt)"])
        case "folder":
            dialog.ask_for_folder()
        case _:
            dialog.ask_for_name("名前.txt", "文章 (*.txt)")
    box = dialog.findChild(QDialogButtonBox)
    dialog.layout().activate()
    buttons = sorted(box.findChildren(QPushButton), key=lambda button: button.x())
    words = {"files": "開く", "folder": "選ぶ", "name": "保存"}
    assert [button.text() for button in buttons] == ["やめる", words[asks]]
    assert buttons[0].y() == buttons[1].y() and buttons[1].objectName() == "main"
    assert all(button.icon().isNull() for button in buttons)


def test_names_and_dates_are_read_and_icons_are_quiet(qtbot, over, documents: Path) -> None:
    (documents / "とても長い名前の見積書と請求書（十一月分、改訂第三版）.txt").write_text(
        "円", encoding="utf-8"
    )
    dialog = ChoosePath("選ぶ", lambda _: None, over)
    dialog.ask_for_files(["文章 (*.txt)"])
    table = dialog.findChild(QTreeView)
    qtbot.waitUntil(lambda: table.model().rowCount(table.rootIndex()) == 1)
    qtbot.waitUntil(lambda: table.columnWidth(DATE) >= table.sizeHintForColumn(DATE) > 0)
    assert table.isColumnHidden(TYPE)
    assert table.columnWidth(NAME) > 2 * table.columnWidth(DATE)
    row = table.visualRect(table.model().index(0, NAME, table.rootIndex()))
    picture = table.viewport().grab(QRect(row.left(), row.top(), 24, row.height())).toImage()
    colors = [picture.pixelColor(x, y) for x in range(picture.width()) for y in range(picture.height())]
    ground = table.palette().base().color()
    drawn = [color for color in colors if abs(color.lightness() - ground.lightness()) > 60]
    assert drawn and all(color.hsvSaturationF() < 0.3 for color in drawn)
    assert not any(
        dialog.findChild(QToolButton, name).isVisible() for name in ("listModeButton", "detailModeButton")
    )
