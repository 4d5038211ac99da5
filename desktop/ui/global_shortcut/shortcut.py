"""One shortcut that works while any other program is used, and what to tell of it."""

from __future__ import annotations

import os

from PySide6.QtCore import QKeyCombination, QObject, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QWidget

from desktop.ui.global_shortcut.backend import Backend
from desktop.ui.global_shortcut.keysyms import usable
from desktop.ui.global_shortcut.platforms import way
from desktop.ui.global_shortcut.state import Kind, State
from desktop.ui.worker import Jobs


class GlobalShortcut(QObject):
    """Hears the keys that were set with whatever this desktop has for it. Without keys it costs nothing."""

    pressed = Signal()
    state_changed = Signal()

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._backend: Backend | None = None
        self._state = State("off")
        self._way = way(QGuiApplication.platformName(), os.environ)

    @property
    def state(self) -> State:
        """What has come of the keys so far."""
        return self._state

    @property
    def possible(self) -> bool:
        """Whether keys can be set on this platform at all."""
        return self._way in ("x11", "portal", "windows")

    def set_keys(self, keys: QKeySequence | None) -> None:
        """Hear these keys from now on instead of others; None or none: no keys."""
        self.close()
        if keys is None or keys.isEmpty():
            self._take(State("off"))
            return
        combination = usable(keys)
        if combination is None:
            self._take(State("unusable"))
            return
        backend = self._make(combination)
        if backend is None:
            self._take(State("macos" if self._way == "macos" else "absent"))
            return
        self._backend = backend
        backend.pressed.connect(self.pressed)
        backend.told.connect(self._take)
        backend.start()

    def activate(self, window: QWidget) -> None:
        """Give ``window``, which was shown because the keys were pressed, the focus."""
        if self._backend is not None:
            self._backend.activate(window)

    def close(self) -> None:
        """Hear no more, and give the keys back."""
        backend, self._backend = self._backend, None
        if backend is not None:
            backend.close()
            backend.deleteLater()

    def sentence(self) -> str:
        """Return what to tell of it: whether it works, else why not and what to do instead."""
        by_hand = self.tr(
            "どのアプリからでも呼ぶには、"
            "デスクトップのキー設定で「kotonoha quick」を実行するようにしてください。"
        )
        choose = self.tr("キーを選ぶと、どのアプリからでも開きます。")
        sentences: dict[Kind, str] = {
            "off": self.tr("小さな窓で、ひとことだけ聞けます。") + (choose if self.possible else by_hand),
            "unusable": self.tr("文字を打つキーは、Ctrl か Alt と組み合わせてください。"),
            "asking": self.tr("デスクトップに登録しています。確認の窓が出たら、答えてください。"),
            "works": self.tr("どのアプリからでも {keys} で開きます。"),
            "assigned": self.tr(
                "どのアプリからでも {keys} で開きます。"
                "このキーはデスクトップが決めたもので、変えるのもデスクトップの設定からです。"
            ),
            "unassigned": self.tr("デスクトップのキー設定で「すぐに聞く」のキーを決めると、使えます。"),
            "taken": self.tr(
                "{keys} は、ほかのアプリかデスクトップが使っています。別のキーを選んでください。"
            ),
            "no_key": self.tr("このキーボードには {keys} がありません。別のキーを選んでください。"),
            "refused": self.tr("デスクトップにキーを登録できませんでした。") + by_hand,
            "absent": self.tr("このデスクトップでは、アプリからキーを登録できません。") + by_hand,
            "macos": self.tr(
                "小さな窓で、ひとことだけ聞けます。キーで呼ぶには、「ショートカット」か Automator で"
                "「kotonoha quick」を実行するものを作り、それにキーを割り当ててください。"
            ),
            "lost": self.tr("デスクトップの応答がなくなりました。戻れば、また使えます。"),
            "cut": self.tr("デスクトップとの接続が切れました。言の葉を起動し直すと、また使えます。"),
        }
        return sentences["macos" if self._way == "macos" else self._state.kind].format(keys=self._state.keys)

    def _make(self, keys: QKeyCombination) -> Backend | None:
        match self._way:
            case "x11":
                from desktop.ui.global_shortcut.x11 import X11Keys

                return X11Keys(keys, self)
            case "portal":
                from desktop.ui.global_shortcut.asking import PortalKeys

                return PortalKeys(keys, self._jobs, self.tr("すぐに聞く"), self)
            case "windows":
                from desktop.ui.global_shortcut.windows import WindowsKeys

                return WindowsKeys(keys, self)
        return None

    def _take(self, state: State) -> None:
        if state != self._state:
            self._state = state
            self.state_changed.emit()
