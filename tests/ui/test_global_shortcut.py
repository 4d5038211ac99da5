"""Keys that work in every program: under a real X server, and with a portal on a real D-Bus."""

from __future__ import annotations

import shutil
import subprocess
import threading
from typing import get_args

import pytest
from jeepney import DBusAddress, HeaderFields, message_bus, new_signal
from jeepney.io.blocking import open_dbus_connection
from portal_service import SHORTCUTS, Bus, Portal
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence

from desktop.jobs import Cancel
from desktop.ui.global_shortcut import GlobalShortcut, keysyms, portal, usable
from desktop.ui.global_shortcut import asking as asking_module
from desktop.ui.global_shortcut.asking import PortalKeys
from desktop.ui.global_shortcut.platforms import way
from desktop.ui.global_shortcut.portal import Absent, Bound, Cut, Lost, Pressed, Refused
from desktop.ui.global_shortcut.state import Kind, State
from desktop.ui.global_shortcut.windows import virtual_key
from desktop.ui.global_shortcut.x11 import X11Keys
from desktop.ui.global_shortcut.xcb import CONTROL, LOCK, Connection
from desktop.ui.worker import Jobs
from tests.e2e.screen import Screen

pytestmark = pytest.mark.timeout(180)
WAIT = 60_000  # ms, a guard against hanging


# Keys


@pytest.mark.parametrize(
    ("keys", "name"),
    [
        ("Ctrl+Alt+K", "CTRL+ALT+k"),
        ("Ctrl+Shift+F12", "CTRL+SHIFT+F12"),
        ("F9", "F9"),
        ("Meta+Space", "LOGO+space"),
        ("Ctrl++", "CTRL+plus"),
        ("Ctrl+Alt+,", "CTRL+ALT+comma"),
        ("Alt+PgUp", "ALT+Prior"),
        ("Ctrl+Alt+あ", "CTRL+ALT+U3042"),
        ("Ctrl+Backtab", "CTRL+SHIFT+Tab"),
    ],
)
def test_keys_have_the_names_of_the_specification(keys, name):
    assert keysyms.trigger(usable(QKeySequence(keys))) == name


@pytest.mark.parametrize(
    "keys", ["A", "Shift+A", "Space", "Esc", "Return", "", "Ctrl+K, Ctrl+L", "寿司", "Ctrl+" * 50]
)
def test_keys_that_one_types_with_are_not_usable(keys):
    assert usable(QKeySequence(keys)) is None


def test_every_named_key_has_a_keysym():
    names = {key: keysyms.keysym(key) for key in keysyms._NAMES}
    assert all(names.values())
    assert keysyms.keysym(Qt.Key.Key_LaunchMail) == 0
    assert keysyms.same(0x4B1, 0x010030A2)  # ア as X had it first, and as Unicode
    assert not keysyms.same(0xFFB1, ord("1"))  # the keypad's


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("xcb", {}, "x11"),
        ("xcb", {"XDG_SESSION_TYPE": "x11", "WAYLAND_DISPLAY": ""}, "x11"),
        ("xcb", {"WAYLAND_DISPLAY": "wayland-0"}, "portal"),
        ("xcb", {"XDG_SESSION_TYPE": "wayland"}, "portal"),
        ("xcb", {"SNAP": "/snap/kotonoha/1"}, "portal"),
        ("wayland", {}, "portal"),
        ("wayland-egl", {}, "portal"),
        ("windows", {}, "windows"),
        ("cocoa", {}, "macos"),
        ("offscreen", {}, "none"),
    ],
)
def test_each_desktop_has_its_way(tmp_path, platform, environment, expected):
    assert way(platform, environment, flatpak=tmp_path / "none") == expected


def test_inside_a_flatpak_the_desktop_is_asked(tmp_path):
    (tmp_path / "info").touch()
    assert way("xcb", {}, flatpak=tmp_path / "info") == "portal"


def test_windows_has_codes_for_the_usual_keys():
    keys = (Qt.Key.Key_K, Qt.Key.Key_7, Qt.Key.Key_F12, Qt.Key.Key_Space, Qt.Key.Key_Comma)
    assert [virtual_key(key) for key in keys] == [0x4B, 0x37, 0x7B, 0x20, 0]


# X11


@pytest.fixture(scope="module")
def screen():
    if not shutil.which("Xvfb") or not shutil.which("xdotool"):
        pytest.skip("Xvfb and xdotool are not there; `./run test` installs both")
    screen = Screen()
    yield screen
    screen.close()


class Heard:
    """A backend, what it told, and how often its keys were pressed."""

    def __init__(self, qtbot, backend):
        self._qtbot = qtbot
        self.backend, self.told, self.presses = backend, [], 0
        backend.told.connect(self.told.append)
        backend.pressed.connect(self._count)
        backend.start()

    def _count(self):
        self.presses += 1

    def until(self, condition):
        self._qtbot.waitUntil(lambda: bool(condition()), timeout=WAIT)


@pytest.fixture
def hear(qtbot, screen):
    """Make backends under X, and end them."""
    made = []

    def hear(keys):
        heard = Heard(qtbot, X11Keys(usable(QKeySequence(keys)), display=screen.environment["DISPLAY"]))
        made.append(heard.backend)
        return heard

    yield hear
    for backend in made:
        backend.close()


@pytest.fixture
def layout(screen):
    """Change the keyboard's layout, and wait until a backend has followed; it ends as an American one."""
    if not shutil.which("setxkbmap"):
        pytest.skip("setxkbmap is not there")

    def layout(name, heard=None):
        told = len(heard.told) if heard else 0
        command = ["setxkbmap", "-display", screen.environment["DISPLAY"], name]
        subprocess.run(command, check=True, timeout=60)
        if heard:
            heard.until(lambda: len(heard.told) > told)

    yield layout
    layout("us")


def test_each_press_is_heard_once(screen, hear):
    first, second = hear("Ctrl+Alt+K"), hear("F9")
    assert first.told == [State("works", "Ctrl+Alt+K")] and second.told == [State("works", "F9")]
    screen.press("ctrl+alt+k", "k", "ctrl+k", "alt+k", "ctrl+alt+shift+k", "ctrl+alt+j", "ctrl+alt+k", "F9")
    second.until(lambda: second.presses)  # the server tells in order
    first.until(lambda: first.presses == 2)
    assert second.presses == 1


def test_keys_that_are_held_are_one_press(screen, hear):
    held, last = hear("Ctrl+Alt+K"), hear("F9")
    repeats = []
    take = held.backend._connection.events

    def watched():
        for event in take():
            repeats.append(event)
            yield event

    held.backend._connection.events = watched
    screen.xdotool("keydown", "ctrl", "keydown", "alt", "keydown", "k")
    held.until(lambda: sum(event.down for event in repeats) > 3)  # the keyboard repeats
    screen.xdotool("keyup", "k", "keyup", "alt", "keyup", "ctrl", "key", "F9")
    last.until(lambda: last.presses)
    assert held.presses == 1


def test_locks_are_ignored(screen, hear):
    """Caps Lock and Num Lock, each and both, are on while the keys are pressed."""
    heard, seen = hear("Ctrl+Alt+K"), []
    take = heard.backend._connection.events

    def watched():
        for event in take():
            seen.append(event)
            yield event

    heard.backend._connection.events = watched
    locks = heard.backend._locks
    assert locks & LOCK and locks != LOCK  # there is a Num Lock
    for pressed, lock in enumerate(("Num_Lock", "Caps_Lock", "Num_Lock", "Caps_Lock"), 1):
        screen.press(lock, "ctrl+alt+k")
        heard.until(lambda: heard.presses == pressed)  # noqa: B023 - called at once
    on = [event.modifiers & locks for event in seen if event.down and event.modifiers & CONTROL]
    assert len({*on}) == 4 and 0 in on and locks in on


def test_keys_that_another_program_has_are_told(screen, hear):
    other = Connection(screen.environment["DISPLAY"])
    code = next(code for code, symbols in enumerate(other.keyboard()) if symbols[0] == ord("k"))
    assert other.grab([(code, 12)]) == 0
    heard, free = hear("Ctrl+Alt+K"), hear("Ctrl+Alt+J")
    assert heard.told == [State("taken", "Ctrl+Alt+K")] and free.told[0].works
    screen.press("ctrl+alt+k", "ctrl+alt+j")
    free.until(lambda: free.presses)
    assert heard.presses == 0
    heard.backend.close()
    other.close()
    assert hear("Ctrl+Alt+K").told == [State("works", "Ctrl+Alt+K")]


def test_what_is_closed_is_given_back(screen, hear):
    heard, other = hear("Ctrl+Alt+K"), hear("Ctrl+Alt+K")
    assert [state.kind for state in other.told] == ["taken"]
    heard.backend.close()
    heard.backend.close()
    again = hear("Ctrl+Alt+K")
    assert again.told[0].works
    screen.press("ctrl+alt+k")
    again.until(lambda: again.presses)
    assert heard.presses == 0


def test_another_layout_is_followed(screen, hear, layout):
    heard, last = hear("Ctrl+Alt+A"), hear("F9")
    layout("fr", heard)
    screen.press("ctrl+alt+q", "ctrl+alt+a", "F9")  # where q was, and is not
    last.until(lambda: last.presses)
    heard.until(lambda: heard.presses)
    assert heard.presses == 1
    layout("jp", heard)
    screen.press("ctrl+alt+a")
    heard.until(lambda: heard.presses == 2)
    layout("us,ru", heard)
    screen.press("ctrl+alt+a")
    heard.until(lambda: heard.presses == 3)
    assert all(state.works for state in heard.told)


def test_a_sign_that_needs_shift_is_found_where_the_layout_has_it(screen, hear, layout):
    heard = hear("Ctrl++")
    for name in ("us", "jp", "de"):  # with Shift beside Backspace, with Shift on “;”, alone
        before = heard.presses
        layout(name, heard)
        screen.press("ctrl+plus")
        heard.until(lambda: heard.presses > before)  # noqa: B023 - called at once


def test_a_key_that_the_keyboard_has_not(hear, layout):
    layout("us")
    assert hear("Ctrl+Alt+é").told == [State("no_key", "Ctrl+Alt+É")]


def test_without_a_server_there_is_no_way(qtbot):
    heard = Heard(qtbot, X11Keys(usable(QKeySequence("F9")), display=":65000"))
    assert heard.told == [State("absent")]
    heard.backend.close()


def test_a_server_that_ends_is_told(qtbot):
    if not shutil.which("Xvfb"):
        pytest.skip("Xvfb is not there; `./run test` installs it")
    screen = Screen()
    heard = Heard(qtbot, X11Keys(usable(QKeySequence("F9")), display=screen.environment["DISPLAY"]))
    assert heard.told[0].works
    screen.close()
    heard.until(lambda: heard.told[-1] == State("cut"))
    heard.backend.close()


# The portal


@pytest.fixture
def bus(tmp_path):
    if not shutil.which("dbus-daemon"):
        pytest.skip("dbus-daemon is not there")
    bus = Bus(tmp_path)
    yield bus
    bus.close()


@pytest.fixture
def serve(bus):
    """Start portals, and end them."""
    made = []

    def serve(*args, **named):
        made.append(Portal(bus.address, *args, **named))
        return made[-1]

    yield serve
    for each in made:
        each.close()


class Listening:
    """The job in a thread of its own, as the window runs it."""

    def __init__(self, address):
        self.cancel, self.told, self._changed = Cancel(), [], threading.Condition()
        self._thread = threading.Thread(target=self._work, args=(address,), daemon=True)
        self._thread.start()

    def _work(self, address):
        for told in portal.listen("CTRL+ALT+k", "すぐに聞く", self.cancel, address):
            with self._changed:
                self.told.append(told)
                self._changed.notify_all()

    def until(self, *told):
        """Wait until exactly this was told."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.told) >= len(told), 60), self.told
            assert self.told == list(told)

    def end(self):
        self.cancel.set()
        self._thread.join(60)
        assert not self._thread.is_alive()

    def join(self):
        self._thread.join(60)
        assert not self._thread.is_alive()


@pytest.fixture
def listen(bus):
    made = []

    def listen(address=None):
        made.append(Listening(address or bus.address))
        return made[-1]

    yield listen
    for each in made:
        each.end()


def test_the_desktop_is_asked_and_tells_its_keys(serve, listen):
    service = serve()
    heard = listen()
    assert service.wait("Register") == ("kotonoha", {})
    ((_, told),) = service.wait("BindShortcuts")[1]
    assert told == {"description": ("s", "すぐに聞く"), "preferred_trigger": ("s", "CTRL+ALT+k")}
    bound = Bound("Ctrl+Alt+K を押す")
    heard.until(bound)
    service.activate()
    service.activate(options={"activation_token": ("s", "しるし")})
    heard.until(bound, Pressed(""), Pressed("しるし"))
    service.trigger = "Super+K"
    changed = service.described([("quick-ask", {"description": ("s", "すぐに聞く")})])
    service.emit("ShortcutsChanged", "oa(sa{sv})", (service.session, changed))
    service.emit("ShortcutsChanged", "oa(sa{sv})", (service.session, []))
    heard.until(bound, Pressed(""), Pressed("しるし"), Bound("Super+K"), Bound(""))


def test_what_is_not_for_us_is_not_heard(bus, serve, listen):
    """Another session, another action, another program that pretends, and what has another shape."""
    service = serve()
    heard = listen()
    heard.until(Bound("Ctrl+Alt+K を押す"))
    service.activate(session="/org/freedesktop/portal/desktop/session/1_99/other")
    service.activate(action="delete-all")
    service.emit("Activated", "s", ("ごみ",))
    service.emit("Activated", "sssa{sv}", (service.session, "quick-ask", "いつか", {}))
    service.emit("ShortcutsChanged", "os", (service.session, "quick-ask"))
    service.emit("Surprise", "i", (1,))
    service.emit("Closed", "a{sv}", ({},), path="/other", interface="org.freedesktop.portal.Session")
    with open_dbus_connection(bus.address) as stranger:  # straight to us, whatever we asked the bus for
        for interface, member, signature, body in (
            (SHORTCUTS, "Activated", "osta{sv}", (service.session, "quick-ask", 1, {})),
            ("org.freedesktop.DBus", "NameOwnerChanged", "sss", (portal.PORTAL, service.name, "")),
        ):
            signal = new_signal(DBusAddress(portal.PATH, interface=interface), member, signature, body)
            signal.header.fields[HeaderFields.destination] = service.client
            stranger.send(signal)
        stranger.send_and_get_reply(message_bus.GetId())  # by now it has handed them on
        service.activate(options={"activation_token": ("s", "x" * 100_000)})
        service.activate(options={"activation_token": ("u", 7)})
        service.activate(options={"activation_token": ("s", "最後")})
        heard.until(Bound("Ctrl+Alt+K を押す"), Pressed(""), Pressed(""), Pressed("最後"))


@pytest.mark.parametrize("behaviour", ["cancelled", "drops"])
def test_a_no_is_told(serve, listen, behaviour):
    serve(behaviour)
    heard = listen()
    heard.until(Refused())
    heard.join()


@pytest.mark.parametrize(
    "results",
    [
        {},
        {"shortcuts": ("s", "すべて")},
        {"shortcuts": ("a(ss)", [("quick-ask", "?")])},
        {"shortcuts": ("a(sa{sv})", [("other", {})])},
        {"shortcuts": ("au", [1, 2])},
    ],
)
def test_an_answer_that_nobody_understands_is_a_no(serve, listen, results):
    serve(results)
    listen().until(Refused())


@pytest.mark.parametrize(
    ("words", "shown"),
    [("", ""), ("\x1b[31mK\n\u202e" + "あ" * 500, "[31mK" + "あ" * 92), ("  F9 ", "F9")],
    ids=["none", "hostile", "plain"],
)
def test_the_desktops_words_are_shown_as_one_short_line(serve, listen, words, shown):
    serve(trigger=words)
    listen().until(Bound(shown))


@pytest.mark.parametrize("version", [None, 0])
def test_a_portal_that_knows_nothing_of_shortcuts(serve, listen, version):
    serve(version=version)
    listen().until(Absent())


def test_a_portal_of_the_first_version_without_a_registry_will_do(serve, listen):
    serve(version=1, registry=False)
    listen().until(Bound("Ctrl+Alt+K を押す"))


@pytest.mark.parametrize("registry", [True, False])
def test_a_portal_that_wants_to_know_who_asks(serve, listen, registry):
    serve("needs_id", registry=registry)
    listen().until(Bound("Ctrl+Alt+K を押す") if registry else Refused())


def test_without_a_portal_or_a_bus(bus, listen, tmp_path):
    listen().until(Absent())
    for address in (f"unix:path={tmp_path}/none", "tcp:host=127.0.0.1,port=1", "ごみ", ""):
        heard = listen(address or f"unix:path={tmp_path}")
        heard.until(Absent())


def test_a_portal_that_ends_is_asked_again_when_it_is_back(serve, listen):
    first = serve()
    heard = listen()
    bound = Bound("Ctrl+Alt+K を押す")
    heard.until(bound)
    first.close()
    heard.until(bound, Lost())
    second = serve(trigger="F9")
    heard.until(bound, Lost(), Bound("F9"))
    second.activate()
    heard.until(bound, Lost(), Bound("F9"), Pressed(""))


def test_a_portal_that_ends_while_it_asks_the_person(serve, listen):
    serve("dies")
    heard = listen()
    heard.until(Lost())
    serve()
    heard.until(Lost(), Bound("Ctrl+Alt+K を押す"))


def test_a_portal_that_does_not_stay_is_given_up(serve, listen, monkeypatch):
    monkeypatch.setattr(portal, "MOST_RETURNS", 2)
    heard = listen()
    heard.until(Absent())
    serve("dies")
    heard = listen()
    heard.until(Lost())
    serve("dies")
    heard.until(Lost(), Lost())
    serve()
    heard.until(Lost(), Lost(), Cut())
    heard.join()


def test_the_desktop_can_take_it_back(serve, listen):
    service = serve()
    heard = listen()
    heard.until(Bound("Ctrl+Alt+K を押す"))
    service.emit("Closed", "a{sv}", ({},), path=service.session, interface="org.freedesktop.portal.Session")
    heard.until(Bound("Ctrl+Alt+K を押す"), Refused())


def test_a_bus_that_ends_is_told(bus, serve, listen):
    serve()
    heard = listen()
    heard.until(Bound("Ctrl+Alt+K を押す"))
    bus.close()
    heard.join()
    assert heard.told[-1] == Cut()


def test_it_can_be_ended_while_the_person_is_asked(serve, listen):
    service = serve("silent")
    heard = listen()
    service.wait("BindShortcuts")
    heard.end()
    assert heard.told == []


# The shortcut itself


@pytest.fixture
def shortcut(qtbot, bus, monkeypatch):
    """A shortcut for which the desktop is asked, on the test's bus."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus.address)
    jobs = Jobs()
    made = GlobalShortcut(jobs)
    made._way = "portal"
    made.presses = []
    made.pressed.connect(lambda: made.presses.append(1))
    yield made
    made.close()
    jobs.close()


def test_a_shortcut_over_the_portal(qtbot, serve, shortcut, monkeypatch):
    monkeypatch.delenv("XDG_ACTIVATION_TOKEN", raising=False)
    service = serve()
    assert shortcut.state == State("off") and "ひとことだけ" in shortcut.sentence()
    shortcut.set_keys(QKeySequence("Ctrl+Alt+K"))
    assert shortcut.state == State("asking") and "確認の窓" in shortcut.sentence()
    qtbot.waitUntil(lambda: shortcut.state.works, timeout=WAIT)
    assert "Ctrl+Alt+K を押す" in shortcut.sentence()
    service.activate(options={"activation_token": ("s", "token-1")})
    qtbot.waitUntil(lambda: len(shortcut.presses) == 1, timeout=WAIT)
    assert asking_module.os.environ.pop("XDG_ACTIVATION_TOKEN") == "token-1"
    service.trigger = "F9"
    old = service.session
    shortcut.set_keys(QKeySequence("F9"))  # with a session of its own
    qtbot.waitUntil(lambda: shortcut.state == State("assigned", "F9"), timeout=WAIT)
    service.activate(session=old)
    service.activate()
    qtbot.waitUntil(lambda: len(shortcut.presses) == 2, timeout=WAIT)
    shortcut.set_keys(None)
    assert shortcut.state == State("off")


def test_without_a_portal_it_is_said_what_to_do(qtbot, shortcut):
    shortcut.set_keys(QKeySequence("Ctrl+Alt+K"))
    qtbot.waitUntil(lambda: shortcut.state == State("absent"), timeout=WAIT)
    assert "kotonoha quick" in shortcut.sentence()


def test_a_portal_backend_whose_words_come_late_says_nothing(qtbot, bus, serve):
    jobs = Jobs()
    service = serve()
    told = []
    backend = PortalKeys(usable(QKeySequence("F9")), jobs, "すぐに聞く", bus=bus.address)
    backend.told.connect(told.append)
    backend.start()
    service.wait("BindShortcuts")
    backend.close()
    jobs.close()
    qtbot.wait(50)
    assert told == [State("asking")]


def test_every_state_has_a_sentence(qtbot):
    shortcut, sentences = GlobalShortcut(Jobs()), set()
    shortcut._way = "x11"
    kinds = get_args(Kind)
    for kind in kinds:
        shortcut._take(State(kind, "Ctrl+Alt+K"))
        sentences.add(shortcut.sentence())
    assert len(sentences) == len(kinds) and all(text.endswith("。") for text in sentences)
    shortcut.set_keys(QKeySequence("K"))
    assert shortcut.state == State("unusable")
    shortcut._way = "macos"
    shortcut.set_keys(QKeySequence("Ctrl+K"))
    assert "Automator" in shortcut.sentence() and not shortcut.possible
    shortcut._way = "none"
    shortcut.set_keys(QKeySequence("Ctrl+K"))
    assert shortcut.state == State("absent")
