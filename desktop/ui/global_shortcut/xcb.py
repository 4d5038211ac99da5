"""As much of libxcb and libxcb-keysyms as a grab of keys needs, by ctypes. It knows no Qt.

The structures are those of the X protocol, 32 bytes an event
(https://www.x.org/releases/current/doc/xproto/x11protocol.html).
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

KEY_PRESS, KEY_RELEASE, CLIENT_MESSAGE, MAPPING_NOTIFY = 2, 3, 33, 34
SHIFT, LOCK, CONTROL, MOD1, MOD4 = 1, 2, 4, 8, 64  # masks of modifiers
BAD_ACCESS = 10
COLUMNS = 4  # of the keyboard's mapping: plain and with Shift, in two groups
_MAPPING_OF_POINTER = 2
_ASYNC = 1
_TO_THE_MANAGER = 0x180000  # SubstructureNotify and SubstructureRedirect
_EVENT_BYTES = 32


class Key(NamedTuple):
    """A key that went down or up, with the modifiers before it; the server's time in milliseconds."""

    down: bool
    code: int
    modifiers: int
    time: int


class Mapping(NamedTuple):
    """The keyboard has another layout."""


class XError(Exception):
    """There is no connection to the X server, or no library for one."""


class Connection:
    """A connection to the X server of its own, for the default screen's root window."""

    def __init__(self, display: str | None = None) -> None:
        """Connect to ``display`` (None: that of the environment), or raise ``XError``."""
        try:
            self._xcb, self._keysyms, self._free = _xcb(), _keysyms(), _free()
        except OSError as error:
            raise XError(str(error)) from error
        number = ctypes.c_int(0)
        self._to: int | None = self._xcb.xcb_connect(display.encode() if display else None, number)
        if self.broken():
            self.close()
            raise XError("no connection")
        self._root = self._find_root(number.value)

    def close(self) -> None:
        """Disconnect; the server gives back what is grabbed."""
        if self._to is not None:
            self._xcb.xcb_disconnect(self._to)
            self._to = None

    def broken(self) -> bool:
        """Return whether the server is gone."""
        return self._to is None or bool(self._xcb.xcb_connection_has_error(self._to))

    def descriptor(self) -> int:
        """Return what is readable when events come."""
        return int(self._xcb.xcb_get_file_descriptor(self._to))

    def keyboard(self) -> list[tuple[int, ...]]:
        """Return the keysyms of each keycode, in ``COLUMNS`` columns."""
        symbols = self._keysyms.xcb_key_symbols_alloc(self._to)
        if not symbols:
            raise XError("no keyboard")
        find = self._keysyms.xcb_key_symbols_get_keysym
        try:
            return [tuple(find(symbols, code, at) for at in range(COLUMNS)) for code in range(256)]
        finally:
            self._keysyms.xcb_key_symbols_free(symbols)

    def modifiers(self) -> list[list[int]]:
        """Return the keycodes of each of the eight modifiers, from Shift to Mod5."""
        cookie = self._xcb.xcb_get_modifier_mapping(self._to)
        reply = self._xcb.xcb_get_modifier_mapping_reply(self._to, cookie, None)
        if not reply:
            raise XError("no modifiers")
        try:
            codes = self._xcb.xcb_get_modifier_mapping_keycodes(reply)
            each = self._xcb.xcb_get_modifier_mapping_keycodes_length(reply) // 8
            return [[codes[at * each + n] for n in range(each) if codes[at * each + n]] for at in range(8)]
        finally:
            self._free(reply)

    def grab(self, combinations: list[tuple[int, int]]) -> int:
        """Grab each keycode with its modifiers on the root window; return the first error's code, or 0."""
        cookies = [
            self._xcb.xcb_grab_key_checked(self._to, 0, self._root, modifiers, code, _ASYNC, _ASYNC)
            for code, modifiers in combinations
        ]
        first = 0
        for cookie in cookies:
            error = self._xcb.xcb_request_check(self._to, cookie)
            if error:
                first = first or int(ctypes.string_at(error, 2)[1])
                self._free(error)
        return first

    def ungrab(self, combinations: list[tuple[int, int]]) -> None:
        """Give back what was grabbed."""
        for code, modifiers in combinations:
            self._xcb.xcb_ungrab_key(self._to, code, self._root, modifiers)
        self._xcb.xcb_flush(self._to)

    def events(self) -> Iterator[Key | Mapping]:
        """Yield what has come, without waiting."""
        while self._to is not None and (event := self._xcb.xcb_poll_for_event(self._to)):
            data = ctypes.string_at(event, _EVENT_BYTES)
            self._free(event)
            kind = data[0] & 0x7F
            if kind in (KEY_PRESS, KEY_RELEASE):
                (time,), (state,) = struct.unpack_from("=I", data, 4), struct.unpack_from("=H", data, 28)
                yield Key(kind == KEY_PRESS, data[1], state, time)
            elif kind == MAPPING_NOTIFY and data[4] != _MAPPING_OF_POINTER:
                yield Mapping()

    def ask_for_focus(self, window: int, time: int) -> None:
        """Ask the window manager to activate ``window`` for what the person did at ``time``.

        ``_NET_ACTIVE_WINDOW`` of the Extended Window Manager Hints, as from a pager: a program that was not
        used lately would only be marked as wanting attention.
        """
        name = b"_NET_ACTIVE_WINDOW"
        cookie = self._xcb.xcb_intern_atom(self._to, 0, len(name), name)
        reply = self._xcb.xcb_intern_atom_reply(self._to, cookie, None)
        if not reply:
            return
        (atom,) = struct.unpack_from("=I", ctypes.string_at(reply, 12), 8)
        self._free(reply)
        message = struct.pack("=BBHII5I", CLIENT_MESSAGE, 32, 0, window, atom, 2, time, 0, 0, 0)
        self._xcb.xcb_send_event(self._to, 0, self._root, _TO_THE_MANAGER, message)
        self._xcb.xcb_flush(self._to)

    def _find_root(self, number: int) -> int:
        screens = self._xcb.xcb_setup_roots_iterator(self._xcb.xcb_get_setup(self._to))
        for _ in range(min(number, screens.rem - 1)):
            self._xcb.xcb_screen_next(screens)
        (root,) = struct.unpack("=I", ctypes.string_at(screens.data, 4))
        return int(root)


class _Screens(ctypes.Structure):
    _fields_ = (("data", ctypes.c_void_p), ("rem", ctypes.c_int), ("index", ctypes.c_int))


class _Cookie(ctypes.Structure):
    _fields_ = (("sequence", ctypes.c_uint),)


@cache
def _xcb() -> ctypes.CDLL:
    xcb = ctypes.CDLL("libxcb.so.1")
    to, anything, text = ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p
    byte, short, whole = ctypes.c_uint8, ctypes.c_uint16, ctypes.c_uint32
    codes = ctypes.POINTER(ctypes.c_uint8)
    for name, result, *takes in (
        ("xcb_connect", to, text, ctypes.POINTER(ctypes.c_int)),
        ("xcb_disconnect", None, to),
        ("xcb_connection_has_error", ctypes.c_int, to),
        ("xcb_get_file_descriptor", ctypes.c_int, to),
        ("xcb_get_setup", anything, to),
        ("xcb_setup_roots_iterator", _Screens, anything),
        ("xcb_screen_next", None, ctypes.POINTER(_Screens)),
        ("xcb_flush", ctypes.c_int, to),
        ("xcb_poll_for_event", anything, to),
        ("xcb_request_check", anything, to, _Cookie),
        ("xcb_grab_key_checked", _Cookie, to, byte, whole, short, byte, byte, byte),
        ("xcb_ungrab_key", _Cookie, to, byte, whole, short),
        ("xcb_get_modifier_mapping", _Cookie, to),
        ("xcb_get_modifier_mapping_reply", anything, to, _Cookie, anything),
        ("xcb_get_modifier_mapping_keycodes", codes, anything),
        ("xcb_get_modifier_mapping_keycodes_length", ctypes.c_int, anything),
        ("xcb_intern_atom", _Cookie, to, byte, short, text),
        ("xcb_intern_atom_reply", anything, to, _Cookie, anything),
        ("xcb_send_event", _Cookie, to, byte, whole, whole, text),
    ):
        function = getattr(xcb, name)
        function.restype, function.argtypes = result, takes
    return xcb


@cache
def _keysyms() -> ctypes.CDLL:
    keysyms = ctypes.CDLL("libxcb-keysyms.so.1")
    keysyms.xcb_key_symbols_alloc.restype = ctypes.c_void_p
    keysyms.xcb_key_symbols_alloc.argtypes = keysyms.xcb_key_symbols_free.argtypes = (ctypes.c_void_p,)
    keysyms.xcb_key_symbols_free.restype = None
    keysyms.xcb_key_symbols_get_keysym.restype = ctypes.c_uint32
    keysyms.xcb_key_symbols_get_keysym.argtypes = (ctypes.c_void_p, ctypes.c_uint8, ctypes.c_int)
    return keysyms


@cache
def _free() -> Callable[[int], None]:
    free = ctypes.CDLL(None).free
    free.restype, free.argtypes = None, (ctypes.c_void_p,)
    return free
