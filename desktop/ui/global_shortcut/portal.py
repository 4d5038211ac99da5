"""The desktop's portal, org.freedesktop.portal.GlobalShortcuts, over D-Bus. It knows no Qt.

The desktop asks the person, may choose other keys, and tells which. The interface, of version 1 or later:
https://flatpak.github.io/xdg-desktop-portal/docs/doc-org.freedesktop.portal.GlobalShortcuts.html
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import time
from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

from jeepney import DBusAddress, HeaderFields, MatchRule, Message, MessageType, message_bus, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from desktop.jobs import Cancel

BUS = "org.freedesktop.DBus"
PORTAL = "org.freedesktop.portal.Desktop"
PATH = "/org/freedesktop/portal/desktop"
SHORTCUTS = "org.freedesktop.portal.GlobalShortcuts"
REQUEST = "org.freedesktop.portal.Request"
SESSION = "org.freedesktop.portal.Session"
REGISTRY = "org.freedesktop.host.portal.Registry"
APPLICATION, ACTION = "kotonoha", "quick-ask"
OLDEST_VERSION = 1
GREETING_SECONDS = 5.0  # for the bus to let us in
CALL_SECONDS = 25.0  # for an answer without a person; D-Bus's own usual limit
MOST_RETURNS = 8  # of a portal that ended, before it is given up
LONGEST_TRIGGER, LONGEST_TOKEN = 100, 1_000  # characters
WAITING_SIGNALS = 256


@dataclass(frozen=True)
class Bound:
    """The desktop calls us; ``trigger`` are its words for the keys, "" where there are none yet."""

    trigger: str


@dataclass(frozen=True)
class Pressed:
    """The keys were pressed; ``token`` lets a window of ours come to the front, "" where there is none."""

    token: str


@dataclass(frozen=True)
class Absent:
    """There is no bus, no portal on it, or none that knows of shortcuts."""


@dataclass(frozen=True)
class Refused:
    """The person or the desktop said no, or took it back."""


@dataclass(frozen=True)
class Lost:
    """The portal has ended. When it comes back, it is asked again."""


@dataclass(frozen=True)
class Cut:
    """The connection has ended, or the portal does not stay."""


Told = Bound | Pressed | Absent | Refused | Lost | Cut


class _NoPortalError(Exception):
    """It does not exist, or does not do this."""


class _RefusedError(Exception):
    """It said no, or what nobody understands."""


class _VanishedError(Exception):
    """It ended while it was being asked."""


def listen(
    trigger: str, description: str, cancel: Cancel, bus: str | None = None
) -> Generator[Told, None, None]:
    """Ask for the keys ``trigger`` (see ``keysyms.trigger``) and yield what comes, until cancelled.

    ``description`` is what the desktop shows of the action. ``bus``: a D-Bus address; None: the session's.
    """
    try:
        connection = open_dbus_connection(bus or _session_bus(), auth_timeout=GREETING_SECONDS)
    except (OSError, ValueError, RuntimeError):
        yield Absent()
        return
    forget = cancel.on_set(lambda: _end(connection.sock))  # wakes the thread that waits for it
    try:
        yield from _Portal(connection).serve(trigger, description)
    except OSError:
        if not cancel.is_set():
            yield Cut()
    finally:
        forget()
        connection.close()  # with which the portal ends our session


class _Portal:
    """One connection's conversation with the portal."""

    def __init__(self, connection: DBusConnection) -> None:
        self._connection = connection
        self._signals: deque[Message] = deque(maxlen=WAITING_SIGNALS)
        self._owner = ""  # the portal's unique name: nobody else's word counts
        self._session = ""

    def serve(self, trigger: str, description: str) -> Iterator[Told]:
        with self._connection.filter(MatchRule(type="signal"), queue=self._signals):
            for rule in (
                MatchRule(type="signal", sender=PORTAL, interface=REQUEST, member="Response"),
                MatchRule(type="signal", sender=PORTAL, interface=SHORTCUTS),
                MatchRule(type="signal", sender=PORTAL, interface=SESSION, member="Closed"),
                _owner_changes(),
            ):
                self._call(message_bus.AddMatch(rule))
            for _ in range(MOST_RETURNS):
                try:
                    yield Bound(self._bind(trigger, description))
                    yield from self._listen()
                except _NoPortalError:
                    yield Absent()
                    return
                except _RefusedError:
                    yield Refused()
                    return
                except _VanishedError:
                    yield Lost()
                    self._await_return()
        yield Cut()

    # Asking

    def _bind(self, trigger: str, description: str) -> str:
        """Ask for the shortcut, and return the desktop's words for its keys."""
        self._register()
        self._owner = self._find_owner()
        self._check_version()
        token = _token()
        created = self._request(
            "CreateSession", "a{sv}", ({"session_handle_token": ("s", token)},), seconds=CALL_SECONDS
        )
        self._session = _text(created.get("session_handle"))
        if not self._session.startswith(f"{PATH}/session/"):
            raise _RefusedError
        wanted = {"description": ("s", description), "preferred_trigger": ("s", trigger)}
        bound = self._request(
            "BindShortcuts",
            "oa(sa{sv})sa{sv}",
            (self._session, [(ACTION, wanted)], "", {}),
            seconds=None,  # a person is asked
        )
        words = _trigger_of(_value(bound.get("shortcuts")))
        if words is None:
            raise _RefusedError
        return words

    def _register(self) -> None:
        """Tell who we are, which a program without a sandbox has to, before anything else is asked.

        Older portals do not know of it, and others want a desktop file of that name: then it stays unsaid.
        """
        with contextlib.suppress(_RefusedError):
            self._call(
                new_method_call(DBusAddress(PATH, PORTAL, REGISTRY), "Register", "sa{sv}", (APPLICATION, {}))
            )

    def _find_owner(self) -> str:
        try:
            (owner,) = self._call(message_bus.GetNameOwner(PORTAL))
        except _RefusedError as error:
            raise _NoPortalError from error
        return str(owner)

    def _check_version(self) -> None:
        address = DBusAddress(PATH, PORTAL, "org.freedesktop.DBus.Properties")
        try:
            body = self._call(new_method_call(address, "Get", "ss", (SHORTCUTS, "version")))
        except _RefusedError as error:
            raise _NoPortalError from error
        version = _value(body[0]) if body else None
        if not isinstance(version, int) or version < OLDEST_VERSION:
            raise _NoPortalError

    def _request(
        self, method: str, signature: str, body: tuple[Any, ...], *, seconds: float | None
    ) -> dict[Any, Any]:
        """Call a method that answers by a signal on a request's object; return its results.

        See https://flatpak.github.io/xdg-desktop-portal/docs/requests.html; the last argument are options.
        """
        options = {**body[-1], "handle_token": ("s", _token())}
        address = DBusAddress(PATH, PORTAL, SHORTCUTS)
        reply = self._call(new_method_call(address, method, signature, (*body[:-1], options)))
        handle = reply[0] if reply else ""
        for signal in self._heard(seconds):
            if _is(signal, REQUEST, "Response") and _header(signal, HeaderFields.path) == handle:
                match signal.body:
                    case (0, dict(results)):
                        return results
                raise _RefusedError
        raise _RefusedError  # it did not answer in time

    def _call(self, message: Message) -> tuple[Any, ...]:
        """Call a method and return what it answers; raise ``_RefusedError`` where that is an error."""
        try:
            reply = self._connection.send_and_get_reply(message, timeout=CALL_SECONDS)
        except TimeoutError as error:
            raise _RefusedError from error
        if _header(reply, HeaderFields.error_name) == "org.freedesktop.DBus.Error.NoReply":
            raise _VanishedError
        if reply.header.message_type != MessageType.method_return:
            raise _RefusedError
        return tuple(reply.body)

    # Hearing

    def _listen(self) -> Iterator[Told]:
        for signal in self._heard(None):
            if _is(signal, SESSION, "Closed") and _header(signal, HeaderFields.path) == self._session:
                raise _RefusedError
            if _is(signal, SHORTCUTS, "Activated"):
                match signal.body:
                    case (self._session, str(action), int(), dict(options)) if action == ACTION:
                        token = _text(options.get("activation_token"))
                        yield Pressed(token if len(token) <= LONGEST_TOKEN else "")
            elif _is(signal, SHORTCUTS, "ShortcutsChanged"):
                match signal.body:
                    case (self._session, list(shortcuts)):
                        yield Bound(_trigger_of(shortcuts) or "")

    def _heard(self, seconds: float | None) -> Iterator[Message]:
        """Yield the portal's signals, for ``seconds`` at most; raise ``_VanishedError`` when it ends."""
        until = None if seconds is None else time.monotonic() + seconds
        while True:
            left = None if until is None else max(0.0, until - time.monotonic())
            try:
                signal = self._connection.recv_until_filtered(self._signals, timeout=left)
            except TimeoutError:
                return
            sender = _header(signal, HeaderFields.sender)
            if sender == BUS and _new_owner(signal) not in (None, self._owner):
                raise _VanishedError
            if sender == self._owner:
                yield signal

    def _await_return(self) -> None:
        """Wait until the portal is there."""
        self._signals.clear()
        with contextlib.suppress(_RefusedError):  # it may be back already
            self._call(message_bus.GetNameOwner(PORTAL))
            return
        while True:
            signal = self._connection.recv_until_filtered(self._signals)
            if _header(signal, HeaderFields.sender) == BUS and _new_owner(signal):
                return


def _owner_changes() -> MatchRule:
    rule = MatchRule(type="signal", sender=BUS, interface=BUS, member="NameOwnerChanged")
    rule.add_arg_condition(0, PORTAL)
    return rule


def _new_owner(signal: Message) -> str | None:
    """Return who owns the portal's name now, "" for nobody; None where the signal is of something else."""
    if _is(signal, BUS, "NameOwnerChanged"):
        match signal.body:
            case (name, str(), str(new)) if name == PORTAL:
                return new
    return None


def _trigger_of(shortcuts: object) -> str | None:
    """Return the words for our action's keys in a list of shortcuts; None where it is not in it."""
    for each in shortcuts if isinstance(shortcuts, list) else ():
        match each:
            case (str(action), dict(told)) if action == ACTION:
                words = _text(told.get("trigger_description"))
                return "".join(filter(str.isprintable, words[:LONGEST_TRIGGER])).strip()
    return None


def _is(signal: Message, interface: str, member: str) -> bool:
    return _header(signal, HeaderFields.interface) == interface and (
        _header(signal, HeaderFields.member) == member
    )


def _header(message: Message, field: HeaderFields) -> object:
    return message.header.fields.get(field)


def _value(variant: object) -> object:
    """Return what a variant holds, which jeepney has as its signature and its value."""
    match variant:
        case (str(), value):
            return value
    return None


def _text(variant: object) -> str:
    value = _value(variant)
    return value if isinstance(value, str) else ""


def _token() -> str:
    return f"kotonoha_{secrets.token_hex(8)}"


def _session_bus() -> str:
    """Return the address of the session's bus: that of the environment, or the usual one of systemd."""
    found = os.environ.get("DBUS_SESSION_BUS_ADDRESS", "")
    return found or f"unix:path={os.environ.get('XDG_RUNTIME_DIR', '/nowhere')}/bus"


def _end(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
