"""X11: a passive grab on the root window. Its few round trips are those of any window that Qt shows."""

from __future__ import annotations

from itertools import combinations

from PySide6.QtCore import QEvent, QKeyCombination, QObject, QSocketNotifier, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeySequence, QWindow
from PySide6.QtWidgets import QWidget

from desktop.ui.global_shortcut.backend import Backend
from desktop.ui.global_shortcut.keysyms import keysym, same
from desktop.ui.global_shortcut.state import State
from desktop.ui.global_shortcut.xcb import (
    BAD_ACCESS,
    COLUMNS,
    CONTROL,
    LOCK,
    MOD1,
    MOD4,
    SHIFT,
    Connection,
    Key,
    Mapping,
    XError,
)

_LOCKS = (0xFF7F, 0xFF14, 0xFF2D)  # Num_Lock, Scroll_Lock, Kana_Lock
_ALT, _SUPER = (0xFFE9, 0xFFEA), (0xFFEB, 0xFFEC)
_MODIFIERS = 0xFF  # of an event's state; above are the pointer's buttons and the layout
_Modifier = Qt.KeyboardModifier


class X11Keys(Backend):
    """Hears the keys whatever locks are on and whichever layout the keyboard has."""

    def __init__(
        self, keys: QKeyCombination, parent: QObject | None = None, *, display: str | None = None
    ) -> None:
        """``display``: of the X server; None: that of the environment."""
        super().__init__(parent)
        self._keys = keys
        self._display = display
        self._connection: Connection | None = None
        self._notifier: QSocketNotifier | None = None
        self._grabbed: list[tuple[int, int]] = []  # keycode, modifiers
        self._locks = 0
        self._up: Key | None = None  # the key that went up last
        self._time = 0  # of the last press
        self._awaited: QWindow | None = None  # is to get the focus once it is on the screen

    def start(self) -> None:
        try:
            self._connection = Connection(self._display)
        except XError:
            self.told.emit(State("absent"))
            return
        self._notifier = QSocketNotifier(self._connection.descriptor(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._read)
        self._grab()

    def close(self) -> None:
        if self._notifier is not None:
            self._notifier.setEnabled(False)
            self._notifier = None
        if self._connection is not None:
            self._connection.ungrab(self._grabbed)
            self._connection.close()
            self._connection = None
        self._grabbed = []
        self._await(None)

    def activate(self, window: QWidget) -> None:
        """A window that is only being shown is unknown to the window manager: it has to wait."""
        handle = window.windowHandle()
        if QGuiApplication.platformName() == "xcb" and handle is not None:
            self._await(handle)
            if handle.isExposed():
                self._ask_for_focus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Expose and watched is self._awaited and self._awaited.isExposed():
            self._ask_for_focus()
        return super().eventFilter(watched, event)

    # Inside

    def _await(self, window: QWindow | None) -> None:
        if self._awaited is not None:
            self._awaited.removeEventFilter(self)
        self._awaited = window
        if window is not None:
            window.installEventFilter(self)

    def _ask_for_focus(self) -> None:
        if self._connection is not None and self._awaited is not None:
            self._connection.ask_for_focus(int(self._awaited.winId()), self._time)
        self._await(None)

    def _grab(self) -> None:
        """Grab the keys as the keyboard has them now, and tell what came of it."""
        connection = self._connection
        assert connection is not None
        connection.ungrab(self._grabbed)
        self._grabbed = []
        shown = QKeySequence(self._keys).toString(QKeySequence.SequenceFormat.NativeText)
        try:
            wanted = self._combinations(connection)
        except (XError, OSError):  # gone, or without libxkbcommon
            self._lose() if connection.broken() else self.told.emit(State("absent"))
            return
        if not wanted:
            self.told.emit(State("no_key", shown))
            return
        error = connection.grab(wanted)
        self._grabbed = wanted
        if error:
            connection.ungrab(wanted)
            self._grabbed = []
        # What came during these round trips is in libxcb already: the descriptor does not tell of it.
        QTimer.singleShot(0, self, self._read)
        if not error:
            self.told.emit(State("works", shown))
        else:
            self.told.emit(State("taken" if error == BAD_ACCESS else "refused", shown))

    def _combinations(self, connection: Connection) -> list[tuple[int, int]]:
        """Return each keycode of the key with the modifiers, and with every choice of locks."""
        keyboard, groups = connection.keyboard(), connection.modifiers()

        def mask(symbols: tuple[int, ...], usual: int) -> int:
            for at, codes in enumerate(groups):
                if any(symbol in keyboard[code] for code in codes for symbol in symbols):
                    return 1 << at
            return usual

        symbol, held = keysym(self._keys.key()), self._keys.keyboardModifiers()
        modifiers = 0
        for modifier, bit in (
            (_Modifier.ControlModifier, CONTROL),
            (_Modifier.ShiftModifier, SHIFT),
            (_Modifier.AltModifier, mask(_ALT, MOD1)),
            (_Modifier.MetaModifier, mask(_SUPER, MOD4)),
        ):
            modifiers |= bit if held & modifier else 0
        if self._keys.key() == Qt.Key.Key_Backtab:
            modifiers |= SHIFT
        codes, shifted = _find(symbol, keyboard)
        modifiers |= SHIFT if shifted else 0
        locks = {bit for bit in (LOCK, *(mask((lock,), 0) for lock in _LOCKS)) if bit & ~modifiers}
        self._locks = sum(locks)
        some = [sum(few) for size in range(len(locks) + 1) for few in combinations(sorted(locks), size)]
        return [(code, modifiers | lock) for code in codes for lock in some]

    def _read(self) -> None:
        """Take what has come. The press that a held key repeats has the time of its release: it is none."""
        connection = self._connection
        if connection is None:
            return
        presses, mapping = 0, False
        for event in connection.events():
            match event:
                case Mapping():
                    mapping = True
                case Key(down=False):
                    self._up = event
                case Key(down=True, code=code, modifiers=modifiers, time=time):
                    up, self._up = self._up, None
                    repeated = up is not None and (up.code, up.time) == (code, time)
                    if not repeated and (code, modifiers & _MODIFIERS & ~self._locks) in self._grabbed:
                        presses, self._time = presses + 1, time
        if connection.broken():
            self._lose()
            return
        if mapping:
            self._grab()
        for _ in range(presses):
            self.pressed.emit()

    def _lose(self) -> None:
        self.close()
        self.told.emit(State("cut"))


def _find(symbol: int, keyboard: list[tuple[int, ...]]) -> tuple[list[int], bool]:
    """Return the keycodes that write ``symbol``, and whether with Shift; the first layout counts first."""
    for column in range(COLUMNS) if symbol else ():
        codes = [code for code, symbols in enumerate(keyboard) if same(symbol, symbols[column])]
        if codes:
            return codes, column % 2 == 1
    return [], False
