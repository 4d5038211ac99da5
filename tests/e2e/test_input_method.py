"""A real Japanese input method, ibus with Mozc, in the real window on a virtual screen.

Mozc's server refuses root, so all of it runs in a user namespace of its own, where the user is an ordinary
one, and in a process namespace, so that nothing is left when the test ends.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from desktop import paths
from tests.e2e.screen import ROOT, WAIT, Screen, until

CONTAINED = [
    *("unshare", "--user", "--map-user=1000", "--map-group=1000"),
    *("--pid", "--fork", "--kill-child", "--mount-proc"),  # ibus looks into /proc for who asks
]
START = """ibus-daemon --replace --xim --panel disable &
{ until [ "$(ibus engine)" = mozc-jp ]; do timeout 5 ibus engine mozc-jp; done; touch "$HOME/ready"; } &
exec "$@"
"""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def what_is_missing() -> str:
    """Return why there can be no real input method here, "" where there can."""
    for program in ("Xvfb", "xdotool", "dbus-run-session", "ibus-daemon", "unshare"):
        if not shutil.which(program):
            return f"{program} is not installed"
    if not Path("/usr/lib/mozc/mozc_server").exists():
        return "Mozc is not installed (Debian: ibus-mozc)"
    try:
        subprocess.run([*CONTAINED, "true"], check=True, capture_output=True, timeout=WAIT)
    except (OSError, subprocess.CalledProcessError):
        return "this system allows no user namespaces"
    return ""


class Typist:
    """The application, an input method, and somebody who types Japanese."""

    def __init__(self, screen: Screen, home: Path, folder: Path) -> None:
        self._screen = screen
        self._told = folder / "told.json"
        runtime = folder / "run"
        runtime.mkdir(mode=0o700)
        ours = {name: value for name, value in screen.environment.items() if not name.startswith("XDG_")}
        environment = {
            **ours, "HOME": str(folder), "XDG_RUNTIME_DIR": str(runtime), "KOTONOHA_HOME": str(home),
            "QT_IM_MODULE": "ibus", "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        self._process = subprocess.Popen(
            [
                *(*CONTAINED, "dbus-run-session", "--", "sh", "-c", START, "sh"),
                *(sys.executable, "-m", "tests.e2e.watched_window", str(self._told)),
            ],
            env=environment,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        screen.find_window("言の葉|Kotonoha")
        until(lambda: self.sees("field"))
        until((folder / "ready").exists)

    def close(self) -> None:
        self._process.kill()  # and with it everything in its namespace
        self._process.wait(WAIT)

    def sees(self, name: str):
        """Return what the application told of the field with the focus."""
        return json.loads(self._told.read_text(encoding="utf-8"))[name] if self._told.exists() else None

    def wait(self, name: str, wanted):
        """Wait until the field with the focus is as wanted; return it."""
        try:
            return until(lambda: wanted(self.sees(name)) and (self.sees(name) or True), seconds=30)
        except AssertionError:
            raise AssertionError(self._told.read_text(encoding="utf-8")) from None

    def switch_on(self) -> None:
        """Bring the input method to hiragana, as its keys may find it on or off."""
        for _ in range(6):
            self._screen.press("a")
            until(lambda: self.sees("preedit") or self.sees("text"))
            if self.sees("preedit") == "あ":
                self._screen.press("Escape", "Escape")
                self.wait("preedit", lambda preedit: preedit == "")
                return
            self._screen.press("BackSpace", "Zenkaku_Hankaku")
            self.wait("text", lambda text: text == "")
        raise AssertionError("the input method could not be switched on")

    def press(self, *keys: str) -> None:
        self._screen.press(*keys)

    def type(self, letters: str) -> None:
        self._screen.type(letters)


@pytest.fixture
def typist(home, starter_model, tmp_path):
    missing = what_is_missing()
    if missing:
        pytest.skip(f"no real input method: {missing}")
    paths.models()
    shutil.copy(starter_model, home / "models" / starter_model.name)
    screen = Screen()
    folder = tmp_path / "person"
    folder.mkdir()
    made = Typist(screen, home, folder)
    yield made
    made.close()
    screen.close()


def sent(home: Path) -> list[str]:
    with closing(sqlite3.connect(f"file:{home / 'kotonoha.db'}?mode=ro", uri=True)) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM messages WHERE role = 'user'")]


def test_a_sentence_is_typed_converted_confirmed_and_only_then_sent(typist, home):
    typist.switch_on()
    before = typist.sees("caret")
    typist.type("kyouhatenkigaiidesune")
    typist.wait("preedit", lambda preedit: preedit == "きょうはてんきがいいですね")
    assert typist.sees("inside") and typist.sees("caret") > before  # where the candidates appear
    typist.press("space")
    converted = typist.wait("preedit", lambda preedit: "今日" in preedit and "天気" in preedit)
    assert typist.sees("inside")
    typist.press("Return")
    typist.wait("text", lambda text: text == converted)
    assert sent(home) == []

    typist.press("ctrl+f")
    field = typist.wait("field", lambda field: field != "メッセージ" and field != "Message")
    typist.type("nihongo")
    typist.wait("preedit", lambda preedit: preedit == "にほんご")
    assert typist.sees("inside")
    typist.press("space")
    typist.wait("preedit", lambda preedit: preedit == "日本語")
    typist.press("Return")
    typist.wait("text", lambda text: text == "日本語")
    assert typist.sees("field") == field
    assert sent(home) == []

    typist.press("ctrl+l")
    typist.wait("text", lambda text: text == converted)
    typist.press("Return")
    assert until(lambda: sent(home)) == [converted]

    typist.press("ctrl+f", "Escape")  # ends the search
    typist.wait("text", lambda text: text == "")
    for _ in range(60):
        if typist.sees("field") in ("対話の一覧", "Chats"):
            break
        typist.press("Tab")
        time.sleep(0.1)  # until it is told
    typist.wait("field", lambda field: field in ("対話の一覧", "Chats"))
    typist.type("ashita")
    typist.wait("preedit", lambda preedit: preedit == "あした")
    typist.press("space")
    tomorrow = typist.wait("preedit", lambda preedit: preedit == "明日")
    typist.press("Return")
    typist.wait("field", lambda field: field in ("メッセージ", "Message"))
    typist.wait("text", lambda text: text == tomorrow)
    assert sent(home) == [converted]
