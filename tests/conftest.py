"""What every test needs: a home of its own, no screen, and no warnings that nobody expected."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest

from desktop.language import set_language


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Give each test an empty home, and Japanese."""
    monkeypatch.setenv("KOTONOHA_HOME", str(tmp_path / "home"))
    set_language("ja")
    yield tmp_path / "home"
    set_language(None)
