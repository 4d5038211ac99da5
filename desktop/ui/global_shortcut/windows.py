"""Windows: RegisterHotKey, whose message Qt hands on from the thread's queue.

https://learn.microsoft.com/en-us/windows/win32/api/winuser/nf-winuser-registerhotkey. Not tried on Windows.
"""

from __future__ import annotations

import ctypes
import ctypes.wintypes
import sys

from PySide6.QtCore import (
    QAbstractNativeEventFilter,
    QByteArray,
    QCoreApplication,
    QKeyCombination,
    QObject,
    Qt,
)
from PySide6.QtGui import QKeySequence

from desktop.ui.global_shortcut.backend import Backend
from desktop.ui.global_shortcut.state import State

_ID = 1
_WM_HOTKEY = 0x0312
_ALREADY_REGISTERED = 1409
_NO_REPEAT = 0x4000
_Modifier, _Key = Qt.KeyboardModifier, Qt.Key
_MODIFIERS = (
    (_Modifier.AltModifier, 1),
    (_Modifier.ControlModifier, 2),
    (_Modifier.ShiftModifier, 4),
    (_Modifier.MetaModifier, 8),
)
_NAMED = {_Key.Key_Space: 0x20, _Key.Key_Insert: 0x2D, _Key.Key_Home: 0x24, _Key.Key_End: 0x23}


class WindowsKeys(Backend):
    """Registers the keys for the window's thread."""

    def __init__(self, keys: QKeyCombination, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._keys = keys
        self._filter: _Filter | None = None

    def start(self) -> None:
        shown = QKeySequence(self._keys).toString(QKeySequence.SequenceFormat.NativeText)
        code = virtual_key(self._keys.key())
        if not code:
            self.told.emit(State("no_key", shown))
            return
        held = self._keys.keyboardModifiers()
        modifiers = sum(bit for modifier, bit in _MODIFIERS if held & modifier)
        error = _register(modifiers | _NO_REPEAT, code)
        if error:
            self.told.emit(State("taken" if error == _ALREADY_REGISTERED else "refused", shown))
            return
        self._filter = _Filter(self)
        application = QCoreApplication.instance()
        assert application is not None
        application.installNativeEventFilter(self._filter)
        self.told.emit(State("works", shown))

    def close(self) -> None:
        if self._filter is None:
            return
        application = QCoreApplication.instance()
        if application is not None:
            application.removeNativeEventFilter(self._filter)
        self._filter = None
        _unregister()


class _Filter(QAbstractNativeEventFilter):
    """Sees the messages of the thread."""

    def __init__(self, owner: WindowsKeys) -> None:
        super().__init__()
        self._owner = owner

    def nativeEventFilter(
        self, kind: QByteArray | bytes | bytearray | memoryview[int], message: int
    ) -> tuple[bool, int]:
        if kind == b"windows_generic_MSG":
            told = ctypes.wintypes.MSG.from_address(int(message))
            if told.message == _WM_HOTKEY and told.wParam == _ID:
                self._owner.pressed.emit()
                return True, 0
        return False, 0


def virtual_key(key: Qt.Key) -> int:
    """Return the virtual-key code of a letter, a digit, F1 to F24 or one of a few others; 0: none."""
    value = key.value
    if _Key.Key_A.value <= value <= _Key.Key_Z.value or _Key.Key_0.value <= value <= _Key.Key_9.value:
        return value
    if _Key.Key_F1.value <= value <= _Key.Key_F24.value:
        return value - _Key.Key_F1.value + 0x70
    return _NAMED.get(key, 0)


def _register(modifiers: int, code: int) -> int:
    """Register the keys for this thread; return 0, or the system's code of the error."""
    if sys.platform == "win32":
        user32 = ctypes.WinDLL("user32", use_last_error=True)
        return 0 if user32.RegisterHotKey(None, _ID, modifiers, code) else ctypes.get_last_error() or -1
    return -1


def _unregister() -> None:
    if sys.platform == "win32":
        ctypes.WinDLL("user32").UnregisterHotKey(None, _ID)
