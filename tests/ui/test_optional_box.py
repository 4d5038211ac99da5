"""Boxes that may be left to the application say what it chooses."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.ui.controls.optional_box import OptionalDecimal, OptionalWhole


def test_a_step_from_automatic_goes_to_what_it_is(qtbot: QtBot) -> None:
    for box, usual, word, above in (
        (OptionalWhole(0, 1000), 40, "自動（40）", 41),
        (OptionalDecimal(0.0, 2.0, 0.05), 0.8, "自動（0.8）", 0.85),
    ):
        qtbot.addWidget(box)
        box.show()
        box.choose(None)
        assert box.chosen() is None
        box.set_usual(usual)  # type: ignore[arg-type]
        assert box.text() == word
        QTest.keyClick(box, Qt.Key.Key_Up)
        assert box.chosen() == pytest.approx(usual)
        QTest.keyClick(box, Qt.Key.Key_Up)
        assert box.chosen() == pytest.approx(above)
        box.choose(None)
        assert box.text() == word


def test_the_least_value_is_not_none(qtbot: QtBot) -> None:
    for box in (OptionalWhole(1, 9), OptionalDecimal(0.05, 1.0, 0.01)):
        qtbot.addWidget(box)
        box.choose(1)
        QTest.keyClick(box, Qt.Key.Key_Home)
        for _ in range(200):
            QTest.keyClick(box, Qt.Key.Key_Down)
        assert box.chosen() is None
        box.stepBy(1)  # nothing is known of the usual one
        assert box.chosen() == pytest.approx(1 if isinstance(box, OptionalWhole) else 0.05)
