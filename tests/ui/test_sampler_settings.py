"""The samplers' rows of the settings: "自動" is no number, and every number is one that was chosen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from desktop import paths
from desktop.engine.protocol import Sampling
from desktop.store import Preferences
from desktop.ui.app import App

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
WAIT = 120_000  # ms
# Each row with a value that is not its lowest one.
ROWS = {
    "温度": ("temperature", 0.75),
    "top-p": ("top_p", 0.9),
    "top-k": ("top_k", 20),
    "min-p": ("min_p", 0.1),
    "繰り返しの抑制": ("repeat_penalty", 1.2),
    "さかのぼる長さ": ("repeat_last", 128),
    "頻度ペナルティ": ("frequency_penalty", -0.5),
    "存在ペナルティ": ("presence_penalty", 0.5),
    "DRY": ("dry_multiplier", 0.8),
    "DRYが許す長さ": ("dry_allowed_length", 3),
    "top-nσ": ("top_n_sigma", 1.0),
    "typical-p": ("typical_p", 0.9),
    "XTCの確率": ("xtc_probability", 0.5),
    "XTCのしきい値": ("xtc_threshold", 0.15),
    "温度の変化幅": ("dynamic_range", 0.5),
    "Mirostat": ("mirostat", 2),
    "Mirostatの目標": ("mirostat_tau", 6.0),
    "Mirostatの速さ": ("mirostat_eta", 0.2),
}


@pytest.fixture
def app(qtbot: QtBot, home: Path) -> Iterator[App]:
    app = App(paths.home())
    app.start()
    qtbot.waitUntil(lambda: app.window is not None, timeout=WAIT)
    yield app
    assert app.window is not None
    app.window.close()
    app.end()
    app.window.deleteLater()


def boxes(app: App) -> dict[str, QSpinBox | QDoubleSpinBox]:
    assert app.window is not None
    return {
        box.accessibleName(): box
        for box in app.window.settings.findChildren(QAbstractSpinBox)
        if isinstance(box, QSpinBox | QDoubleSpinBox)
    }


def test_each_row_begins_at_automatic_and_keeps_what_is_set(qtbot: QtBot, app: App) -> None:
    found = boxes(app)
    for name, (field, value) in ROWS.items():
        box = found[name]
        usual = getattr(Sampling(), field)
        possible = usual > box.minimum()  # -1 says that a sampler is off, and is not to be chosen
        assert box.text() == (f"自動（{usual:g}）" if possible else "自動"), name
        box.setValue(value)
        assert getattr(app.session.preferences, field) == value, name
        box.setValue(box.minimum())
        assert getattr(app.session.preferences, field) is None, name
        box.stepUp()
        stepped = getattr(app.session.preferences, field)
        assert stepped is not None, name
        assert stepped == pytest.approx(usual) or not possible, name
        assert "自動" not in box.text(), name
    qtbot.waitUntil(lambda: app.session.store.settings.get() == app.session.preferences, timeout=WAIT)


def test_zero_is_shown_as_zero_and_the_default_button_brings_automatic_back(qtbot: QtBot, app: App) -> None:
    app.session.change(top_k=0, temperature=0.0, mirostat=0, frequency_penalty=-2.0)
    found = boxes(app)
    assert [found[name].text() for name in ("top-k", "温度", "Mirostat", "頻度ペナルティ")] == [
        "0",
        "0.00",
        "0",
        "-2.00",
    ]
    assert app.window is not None
    for button in app.window.settings.findChildren(QPushButton):
        if button.text() == "既定に戻す":
            button.click()
    usual = Preferences()
    for field, _ in ROWS.values():
        assert getattr(app.session.preferences, field) == getattr(usual, field) is None
    qtbot.waitUntil(lambda: app.session.store.settings.get().top_k is None, timeout=WAIT)
