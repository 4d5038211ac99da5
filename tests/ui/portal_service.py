"""A portal for tests: org.freedesktop.portal.GlobalShortcuts as it is documented, on a bus of the test's own.

Written with the same D-Bus library, on the other side of a real dbus-daemon.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import subprocess
import threading
from pathlib import Path

from jeepney import (
    DBusAddress,
    HeaderFields,
    MessageType,
    message_bus,
    new_error,
    new_method_return,
    new_signal,
)
from jeepney.io.blocking import open_dbus_connection

PORTAL, PATH = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
SHORTCUTS = "org.freedesktop.portal.GlobalShortcuts"
CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


class Bus:
    """A private dbus-daemon, which starts no services."""

    def __init__(self, folder: Path) -> None:
        file = folder / "bus.conf"
        file.write_text(CONFIGURATION, encoding="utf-8")
        self._process = subprocess.Popen(
            ["dbus-daemon", f"--config-file={file}", "--nofork", "--print-address"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.address = self._process.stdout.readline().strip()
        if not self.address:
            raise RuntimeError("dbus-daemon did not start")

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(60)
        self._process.stdout.close()


class Portal:
    """Answers as ``behaviour`` says. What it was asked is in ``asked``: (member, body).

    accepts: binds, with ``trigger`` as its words · cancelled: the person says no · drops: binds nothing ·
    silent: never answers a request · needs_id: refuses who has not registered · dies: ends while it is asked.
    A dictionary is what it answers to BindShortcuts.
    """

    def __init__(
        self, address, behaviour="accepts", *, version=2, trigger="Ctrl+Alt+K を押す", registry=True
    ):
        self._connection = open_dbus_connection(address)
        self.behaviour, self.version, self.trigger, self.registry = behaviour, version, trigger, registry
        self.asked = queue.Queue()
        self.session = self.client = ""
        self._registered = False
        taken = self._connection.send_and_get_reply(message_bus.RequestName(PORTAL))
        assert taken.body == (1,)
        self.name = self._connection.unique_name
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End, as a service that crashed does."""
        with contextlib.suppress(OSError):
            self._connection.sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(60)
        self._connection.close()

    def wait(self, member):
        """Return the body of the next call of this method."""
        while True:
            asked, body = self.asked.get(timeout=60)
            if asked == member:
                return body

    def emit(self, member, signature, body, *, path=PATH, interface=SHORTCUTS):
        self._connection.send(new_signal(DBusAddress(path, interface=interface), member, signature, body))

    def activate(self, *, session=None, action="quick-ask", options=None):
        self.emit("Activated", "osta{sv}", (session or self.session, action, 1, options or {}))

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                message = self._connection.receive()
                if message.header.message_type == MessageType.method_call:
                    self._answer(message)

    def _answer(self, call) -> None:
        fields = call.header.fields
        member, self.client = fields[HeaderFields.member], fields[HeaderFields.sender]
        match member:
            case "Register" if self.registry:
                self._registered = True
                self._reply(call)
            case "Get" if self.version is not None:
                self._reply(call, "v", (("u", self.version),))
            case "CreateSession":
                if self.behaviour == "needs_id" and not self._registered:
                    self._refuse(call, "org.freedesktop.portal.Error.NotAllowed")
                    return
                options = call.body[0]
                caller = self.client[1:].replace(".", "_")
                self.session = f"{PATH}/session/{caller}/{options['session_handle_token'][1]}"
                self._respond(call, options, 0, {"session_handle": ("s", self.session)})
            case "BindShortcuts":
                self._bind(call)
            case _:
                self._refuse(call, "org.freedesktop.DBus.Error.UnknownMethod")
        self.asked.put((member, call.body))

    def _bind(self, call) -> None:
        session, shortcuts, parent, options = call.body
        assert session == self.session and parent == ""
        match self.behaviour:
            case "cancelled":
                self._respond(call, options, 1, {})
            case "drops":
                self._respond(call, options, 0, {"shortcuts": ("a(sa{sv})", [])})
            case "silent":
                self._reply(call, "o", (self._handle(options),))
            case "dies":
                threading.Thread(target=self.close).start()
            case "accepts" | "needs_id":
                self._respond(call, options, 0, {"shortcuts": ("a(sa{sv})", self.described(shortcuts))})
            case results:
                self._respond(call, options, 0, results)

    def described(self, shortcuts):
        """Return shortcuts as the portal tells of them."""
        words = {"trigger_description": ("s", self.trigger)}
        return [(name, {"description": told["description"], **words}) for name, told in shortcuts]

    def _handle(self, options):
        return f"{PATH}/request/{self.client[1:].replace('.', '_')}/{options['handle_token'][1]}"

    def _respond(self, call, options, code, results) -> None:
        """Answer with a request's object, whose signal comes before the answer does: the hardest order."""
        handle = self._handle(options)
        self.emit(
            "Response", "ua{sv}", (code, results), path=handle, interface="org.freedesktop.portal.Request"
        )
        self._reply(call, "o", (handle,))

    def _reply(self, call, signature=None, body=()) -> None:
        self._connection.send(new_method_return(call, signature, body))

    def _refuse(self, call, name) -> None:
        self._connection.send(new_error(call, name, "s", ("いいえ",)))
