"""Qt's keys as keysyms, the names and numbers that X and the desktop's portal have for them.

Names and characters are libxkbcommon's, which Qt itself needs under X and Wayland
(https://xkbcommon.org/doc/current/group__keysyms.html).
"""

from __future__ import annotations

import ctypes
from functools import cache

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeySequence

_Key, _Modifier = Qt.Key, Qt.KeyboardModifier
_FIRST_SPECIAL = 0x01000000  # Qt's keys below are characters
_KEYPAD = range(0xFF80, 0xFFBE)  # keysyms; their characters are those of other keys, too
_NAMES = {
    _Key.Key_Escape: "Escape",
    _Key.Key_Tab: "Tab",
    _Key.Key_Backtab: "Tab",
    _Key.Key_Backspace: "BackSpace",
    _Key.Key_Return: "Return",
    _Key.Key_Enter: "KP_Enter",
    _Key.Key_Insert: "Insert",
    _Key.Key_Delete: "Delete",
    _Key.Key_Pause: "Pause",
    _Key.Key_Print: "Print",
    _Key.Key_Home: "Home",
    _Key.Key_End: "End",
    _Key.Key_Left: "Left",
    _Key.Key_Up: "Up",
    _Key.Key_Right: "Right",
    _Key.Key_Down: "Down",
    _Key.Key_PageUp: "Prior",
    _Key.Key_PageDown: "Next",
    _Key.Key_Menu: "Menu",
    _Key.Key_Help: "Help",
    _Key.Key_Muhenkan: "Muhenkan",
    _Key.Key_Henkan: "Henkan_Mode",
    _Key.Key_Hiragana_Katakana: "Hiragana_Katakana",
    _Key.Key_Zenkaku_Hankaku: "Zenkaku_Hankaku",
    _Key.Key_Kanji: "Kanji",
}
_TRIGGER = (  # as the shortcuts specification of freedesktop.org names them
    (_Modifier.ControlModifier, "CTRL"),
    (_Modifier.AltModifier, "ALT"),
    (_Modifier.ShiftModifier, "SHIFT"),
    (_Modifier.MetaModifier, "LOGO"),
)


def usable(keys: QKeySequence) -> QKeyCombination | None:
    """Return the one combination in ``keys``; None where it would be missed in typing, or is none.

    A function key may stand alone; any other needs Ctrl, Alt or Meta.
    """
    if keys.count() != 1:
        return None
    combination: QKeyCombination = keys[0]  # type: ignore[index]
    key = combination.key()
    if key in (_Key.Key_unknown, _Key(0)):
        return None
    held = combination.keyboardModifiers() & ~_Modifier.ShiftModifier
    function = _Key.Key_F1.value <= key.value <= _Key.Key_F35.value
    return combination if function or held != _Modifier.NoModifier else None


def keysym(key: Qt.Key) -> int:
    """Return the keysym of a key without Shift; 0: there is none. Raise ``OSError`` without the library."""
    xkb = _xkb()
    if key.value < _FIRST_SPECIAL:
        character = chr(key.value).lower()
        return int(xkb.xkb_utf32_to_keysym(ord(character))) if len(character) == 1 else 0
    name = _NAMES.get(key, "")
    if _Key.Key_F1.value <= key.value <= _Key.Key_F35.value:
        name = f"F{key.value - _Key.Key_F1.value + 1}"
    return int(xkb.xkb_keysym_from_name(name.encode(), 0)) if name else 0


def same(one: int, other: int) -> bool:
    """Return whether two keysyms are one key's: equal, or of one character, as kana have two each."""
    if one == other:
        return True
    if not one or not other or one in _KEYPAD or other in _KEYPAD:
        return False
    character = _xkb().xkb_keysym_to_utf32(one)
    return bool(character) and character == _xkb().xkb_keysym_to_utf32(other)


def trigger(combination: QKeyCombination) -> str:
    """Return the keys as the portal takes them, ``CTRL+ALT+k``; "" where it has no name for the key.

    The shortcuts specification: https://specifications.freedesktop.org/shortcuts-spec/latest/
    """
    symbol = keysym(combination.key())
    name = ctypes.create_string_buffer(64)
    if not symbol or _xkb().xkb_keysym_get_name(symbol, name, len(name)) < 0:
        return ""
    held = combination.keyboardModifiers()
    if combination.key() == _Key.Key_Backtab:
        held |= _Modifier.ShiftModifier
    return "+".join((*(word for modifier, word in _TRIGGER if held & modifier), name.value.decode()))


@cache
def _xkb() -> ctypes.CDLL:
    xkb = ctypes.CDLL("libxkbcommon.so.0")
    xkb.xkb_keysym_from_name.restype = xkb.xkb_utf32_to_keysym.restype = ctypes.c_uint32
    xkb.xkb_keysym_from_name.argtypes = (ctypes.c_char_p, ctypes.c_int)
    xkb.xkb_utf32_to_keysym.argtypes = xkb.xkb_keysym_to_utf32.argtypes = (ctypes.c_uint32,)
    xkb.xkb_keysym_to_utf32.restype = ctypes.c_uint32
    xkb.xkb_keysym_get_name.argtypes = (ctypes.c_uint32, ctypes.c_char_p, ctypes.c_size_t)
    return xkb
