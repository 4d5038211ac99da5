from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import get_args

import pytest

import desktop.__main__ as entry
from benchmarks.__main__ import AIMS, table
from desktop.cli import parse
from desktop.cli.arguments import CACHE_TYPES
from desktop.engine.protocol import CacheType


def test_a_screen_is_one_that_answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for each in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(each, raising=False)
    assert not entry.has_screen()
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert entry.has_screen()
    monkeypatch.delenv("QT_QPA_PLATFORM")

    monkeypatch.setenv("DISPLAY", ":64999")
    assert not entry.has_screen()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-test")
    assert not entry.has_screen()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "wayland-test"))
        server.listen()
        assert entry.has_screen()


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_a_screen_is_always_there_elsewhere(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    assert entry.has_screen()


def test_a_command_line_without_heavy_imports() -> None:
    """--version and --help answer before any set-up, so they may need nothing but Python."""
    import subprocess

    code = "import sys, desktop.__main__ as m; sys.argv = ['kotonoha', 'ask', '--help']\ntry: m.main()\n"
    code += "except SystemExit: print(sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(entry.__file__).parents[1],
    )
    loaded = done.stdout.splitlines()[-1]
    for heavy in ("PySide6", "llama_cpp", "msgspec", "platformdirs", "prompt_toolkit", "pysqlite3"):
        assert f"'{heavy}'" not in loaded


def test_the_options_of_ask() -> None:
    options = parse(["ask", "--temperature", "0.5", "--max-tokens", "9", "-p", "要約", "二つの", "言葉"])
    assert (options.command, options.text) == ("ask", ["二つの", "言葉"])
    assert (options.temperature, options.max_tokens, options.preset) == (0.5, 9, "要約")
    assert (options.seed, options.schema, options.save, options.json) == (None, None, False, False)


def test_the_cache_types_are_the_engine_s() -> None:
    assert get_args(CacheType) == CACHE_TYPES


def test_arguments_of_a_checkout_s_commands_are_handed_on() -> None:
    options = parse(["test", "-k", "x", "--help"])
    assert (options.command, options.rest) == ("test", ["-k", "x", "--help"])


def test_the_table_of_figures() -> None:
    assert AIMS["decode_vs_raw"] == (">=", 0.98)
    lines = table({"decode_vs_raw": 0.99, "turn10_first_token": 0.5, "something": 3.0}).splitlines()
    assert [line.split()[-1] for line in lines] == ["ok", "missed", "3.000"]
