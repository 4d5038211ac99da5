"""What can be done in a window: one table, which shortcuts, menus, palette and settings are made of.

An entry is a ``QAction`` whose ``objectName`` is its id (``chat.new``); the part before the dot is its group.
Which keys are in use is a matter of the preferences: see ``keys`` and ``set_keys``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence

from desktop.ui.session import Session

if TYPE_CHECKING:
    from desktop.ui.window import Window


class Actions(QObject):
    """The actions of one window, in the order of the table."""

    changed = Signal()  # the keys of some
    used = Signal(str)  # an action's id

    def __init__(self, window: Window, session: Session) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._actions: dict[str, QAction] = {}
        self._readings: dict[str, str] = {}
        self._usual: dict[str, tuple[str, ...]] = {}
        self._groups = {
            "chat": self.tr("対話"),
            "answer": self.tr("答え"),
            "model": self.tr("モデルとプリセット"),
            "view": self.tr("表示"),
            "app": self.tr("言の葉"),
        }
        self._fill(window)
        session.preferences_changed.connect(self._take_preferences)

    def _fill(self, window: Window) -> None:
        """The table: id, name, how that is read, what it does, and its usual keys."""
        add, page, choices = self.add, window.page, window.conversation.choices
        add("chat.new", self.tr("新しい対話"), "あたらしいたいわ", window.new_chat, "Ctrl+N")
        add("chat.find", self.tr("対話を探す"), "たいわをさがす けんさく", window.focus_filter, "Ctrl+F")
        add(
            "chat.nextFound",
            self.tr("次の一致"),
            "つぎのいっち けんさく",
            lambda: window.step_found(1),
            "F3",
        )
        add(
            "chat.previousFound",
            self.tr("前の一致"),
            "まえのいっち けんさく",
            lambda: window.step_found(-1),
            "Shift+F3",
        )
        add("chat.write", self.tr("書くところへ移る"), "かくところへうつる", window.show_chats, "Ctrl+L")
        add(
            "chat.large",
            self.tr("大きな欄で書く"),
            "おおきならんでかく",
            window.conversation.writing.enlarge,
            "Ctrl+Shift+E",
        )
        add("chat.next", self.tr("次の対話"), "つぎのたいわ", lambda: window.step_chat(1), "Ctrl+PgDown")
        add("chat.previous", self.tr("前の対話"), "まえのたいわ", lambda: window.step_chat(-1), "Ctrl+PgUp")
        add("chat.rename", self.tr("題名を変える"), "だいめいをかえる", window.rename_current, "F2")
        add(
            "chat.delete",
            self.tr("この対話をごみ箱に入れる"),
            "このたいわをごみばこにいれる さくじょ",
            window.delete_current,
        )
        add("chat.pin", self.tr("ピン留めする・外す"), "ぴんどめする はずす", window.pin_current)
        add("chat.archive", self.tr("この対話をアーカイブする"), "あーかいぶする", window.archive_current)
        add("chat.folder", self.tr("新しいフォルダー…"), "あたらしいふぉるだー", window.desk.new_folder)
        add("chat.print", self.tr("印刷…"), "いんさつ", window.print_chat, "Ctrl+P")
        add("chat.pdf", self.tr("PDFとして保存…"), "ぴーでぃーえふとしてほぞん", window.save_pdf)
        add("chat.export", self.tr("この対話を書き出す…"), "このたいわをかきだす", window.export_chat)
        add(
            "chat.exportAll",
            self.tr("すべての対話を書き出す…"),
            "すべてのたいわをかきだす えくすぽーと",
            lambda: window.settings.history.open_export(),  # noqa: PLW0108 - there are no settings yet
        )
        add(
            "chat.import",
            self.tr("対話を取り込む…"),
            "たいわをとりこむ いんぽーと",
            lambda: window.settings.history.open_import(),  # noqa: PLW0108 - there are no settings yet
        )
        add("chat.bin", self.tr("ごみ箱を開く"), "ごみばこをひらく", window.open_bin)
        add(
            "chat.undo",
            self.tr("最後の操作を元に戻す"),
            "さいごのそうさをもとにもどす とりけす あんどぅ",
            window.take_back,
            "Ctrl+Z",  # which fields for text keep for themselves
        )
        add(
            "answer.stop",
            self.tr("答えを止める・設定を閉じる"),
            "こたえをとめる せっていをとじる",
            window.escape,
            "Esc",
        )
        add(
            "answer.end",
            self.tr("最後の答えへ移る"),
            "さいごのこたえへうつる",
            page.transcript.scroll_to_end,
            "Ctrl+J",
        )
        again, more = page.transcript.regenerate_requested, page.transcript.continue_requested
        add(
            "answer.again",
            self.tr("最後の答えを書き直す"),
            "さいごのこたえをかきなおす もういちど さいせいせい",
            lambda: window.with_last_answer(lambda answer: again.emit(answer.id)),
            "Ctrl+R",
        )
        add(
            "answer.continue",
            self.tr("最後の答えの続きを書く"),
            "さいごのこたえのつづきをかく",
            lambda: window.with_last_answer(lambda answer: more.emit(answer.id)),
        )
        add(
            "answer.copy",
            self.tr("最後の答えをコピーする"),
            "さいごのこたえをこぴーする",
            lambda: window.with_last_answer(window.copy_answer),
            "Ctrl+Shift+C",
        )
        branching = window.conversation.branching
        add("answer.map", self.tr("枝の地図を見る"), "えだのちずをみる", branching.show_map)
        add("model.choose", self.tr("モデルを選ぶ"), "もでるをえらぶ", window.choose_model, "Ctrl+M")
        add(
            "model.preset",
            self.tr("プリセットを選ぶ"),
            "ぷりせっとをえらぶ",
            window.choose_preset,
            "Ctrl+Shift+M",
        )
        add("app.models", self.tr("モデルを見る"), "もでるをみる", window.show_models, "Ctrl+Shift+L")
        add("model.settings", self.tr("モデルの設定…"), "もでるのせってい", choices.open_settings)
        add("model.add", self.tr("GGUFファイルを追加…"), "ふぁいるをついか", choices.add_model)
        add(
            "view.list",
            self.tr("一覧をたたむ・ひらく"),
            "いちらんをたたむ ひらく",
            window.toggle_list,
            "Ctrl+B",
        )
        add(
            "view.larger",
            self.tr("文字を大きく"),
            "もじをおおきく かくだい",
            lambda: window.zoom(1),
            "Ctrl++",
            "Ctrl+=",
        )
        add(
            "view.smaller",
            self.tr("文字を小さく"),
            "もじをちいさく しゅくしょう",
            lambda: window.zoom(-1),
            "Ctrl+-",
        )
        add(
            "view.normal",
            self.tr("文字を元の大きさに"),
            "もじをもとのおおきさに",
            lambda: window.zoom(0),
            "Ctrl+0",
        )
        add(
            "view.scheme",
            self.tr("明るい配色と暗い配色を切り替える"),
            "あかるいはいしょくとくらいはいしょくをきりかえる だーくもーど",
            window.switch_scheme,
        )
        add("app.settings", self.tr("設定を開く"), "せっていをひらく", window.show_settings, "Ctrl+,")
        add("app.palette", self.tr("したいことを探す"), "したいことをさがす", window.find_anything, "Ctrl+K")
        add("app.keys", self.tr("キー操作の一覧"), "きーそうさのいちらん", window.show_keys, "F1")
        add("app.backup", self.tr("今すぐ控えを作る"), "いますぐひかえをつくる ばっくあっぷ", window.back_up)
        add(
            "app.backups",
            self.tr("控えの一覧・控えから戻す…"),
            "ひかえのいちらん ひかえからもどす りすとあ",
            lambda: window.settings.history.open_backups(),  # noqa: PLW0108 - there are no settings yet
        )
        add(
            "app.window",
            self.tr("新しいウィンドウ"),
            "あたらしいうぃんどう",
            window.another_requested.emit,
            "Ctrl+Shift+N",
        )
        add("app.close", self.tr("ウィンドウを閉じる"), "うぃんどうをとじる", window.close, "Ctrl+W")
        add("app.quit", self.tr("終了"), "しゅうりょう", window.quit_requested.emit, "Ctrl+Q")

    def add(self, name: str, text: str, reading: str, act: Callable[[], object], *keys: str) -> QAction:
        """Add an entry.

        ``reading`` is what one types for it: its Japanese name in kana, and other words. ``keys`` are the
        usual ones, as ``QKeySequence`` writes them in English.
        """
        action = QAction(text, self._window)
        action.setObjectName(name)
        self._actions[name] = action
        self._readings[name] = reading
        self._usual[name] = tuple(portable(key) for key in keys)
        action.setShortcuts([QKeySequence(each) for each in self.keys(name)])

        def triggered() -> None:
            act()
            self.used.emit(name)

        action.triggered.connect(triggered)
        self._window.addAction(action)
        return action

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def all(self) -> Sequence[QAction]:
        """Return the actions in the order of the table."""
        return list(self._actions.values())

    def group(self, name: str) -> str:
        """Return the name of an action's group, for people."""
        return self._groups[name.partition(".")[0]]

    def reading(self, name: str) -> str:
        """Return how an action's Japanese name is read."""
        return self._readings[name]

    # Keys

    def keys(self, name: str) -> tuple[str, ...]:
        """Return the keys of an action that are in use; none for an action without."""
        return self._session.preferences.shortcuts.get(name, self._usual[name])

    def usual_keys(self, name: str) -> tuple[str, ...]:
        """Return the keys that an action has unless the person chose others."""
        return self._usual[name]

    def holder(self, keys: str) -> str | None:
        """Return the id of the action that has these keys, None where they are free."""
        return next((name for name in self._actions if portable(keys) in self.keys(name)), None)

    def set_keys(self, name: str, keys: Sequence[str]) -> None:
        """Give an action these keys, which are taken from whichever action has them."""
        wanted = tuple(portable(key) for key in keys)
        shortcuts = dict(self._session.preferences.shortcuts)
        for other in self._actions:
            left = tuple(key for key in self.keys(other) if key not in wanted)
            if other != name and left != self.keys(other):
                shortcuts[other] = left
        shortcuts[name] = wanted
        self._keep(shortcuts)

    def reset_keys(self) -> None:
        """Give every action its usual keys."""
        self._keep({})

    def _keep(self, shortcuts: dict[str, tuple[str, ...]]) -> None:
        usual = self._usual
        self._session.change(shortcuts={n: keys for n, keys in shortcuts.items() if usual.get(n) != keys})

    def _take_preferences(self, names: set[str]) -> None:
        if "shortcuts" in names:
            for name, action in self._actions.items():
                action.setShortcuts([QKeySequence(keys) for keys in self.keys(name)])
            self.changed.emit()


def portable(keys: str) -> str:
    """Return a key sequence as it is kept: in English, the same on every system."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.PortableText)


def native(keys: Sequence[str]) -> str:
    """Return keys as the system of the person writes them."""
    form = QKeySequence.SequenceFormat.NativeText
    return " / ".join(QKeySequence(each).toString(form) for each in keys)
