"""The chat in the terminal. It is kept in the database, so it appears in the window too."""

from __future__ import annotations

import threading
from collections import deque

from prompt_toolkit import PromptSession
from prompt_toolkit.history import FileHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from desktop import paths
from desktop.cli.answers import Asker
from desktop.cli.interrupt import stops
from desktop.errors import KotonohaError
from desktop.jobs import Cancel
from desktop.language import say
from desktop.models.loading import Step
from desktop.store import Chat


def chat(asker: Asker) -> int:
    """Chat until the person ends it with Ctrl-D; return the exit status."""
    return _TerminalChat(asker).run()


class _TerminalChat:
    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._chat: Chat | None = None  # made with the first question
        self._warnings: deque[str] = deque()  # of loading ahead
        history = paths.home() / "history"
        history.touch(mode=0o600)
        self._prompt: PromptSession[str] = PromptSession(
            history=FileHistory(str(history)),
            multiline=True,
            key_bindings=_keys(),
            prompt_continuation="  ",
        )

    def run(self) -> int:
        print(f"言の葉 · {self._asker.model.name}")
        print(say("/help で使い方、Ctrl-D で終わります。", "/help shows how, Ctrl-D ends."))
        self._warm_up()
        interrupted = False
        while True:
            try:
                text = self._prompt.prompt("> ").strip()
            except EOFError:
                return 0
            except KeyboardInterrupt:
                if interrupted:
                    return 130
                interrupted = True
                print(
                    say(
                        "終わるには Ctrl-D、またはもう一度 Ctrl-C を押してください。",
                        "Press Ctrl-D or Ctrl-C again to end.",
                    )
                )
                continue
            interrupted = False
            try:
                self._obey(text)
            except KotonohaError as error:
                print(error)

    def _obey(self, text: str) -> None:
        command, _, rest = text.partition(" ")
        match command:
            case "":
                return
            case "/help":
                print(say(_HELP_JA, _HELP_EN))
            case "/new":
                self._chat = None
                print(say("新しい対話を始めます。", "A new chat begins."))
            case "/model":
                self._model(rest.strip())
            case _ if command.startswith("/") and command[1:].isascii() and command[1:].isalpha():
                print(
                    say(
                        f"{command} というコマンドはありません。/help をご覧ください。",
                        f"There is no command {command}. See /help.",
                    )
                )
            case _:
                self._answer(text)

    def _answer(self, question: str) -> None:
        if self._chat is None:
            self._chat = self._asker.new_chat()
        while self._warnings:
            print(self._warnings.popleft())
        cancel = Cancel()
        with stops(cancel):
            self._asker.answer_in(self._chat, question, cancel)
        if cancel.is_set():
            print(say("（止めました）", "(stopped)"))

    def _model(self, wanted: str) -> None:
        if not wanted:
            for model in self._asker.store.models.list():
                print(f"{'*' if model.id == self._asker.model.id else ' '} {model.name}")
            return
        self._asker.model = self._asker.find_model(wanted)
        if self._chat is not None:
            self._asker.store.chats.set_model(self._chat.id, self._asker.model.id)
        self._warm_up()
        print(self._asker.model.name)

    def _warm_up(self) -> None:
        """Load the model while the person still types; what goes wrong is told with the first answer."""
        events = self._asker.loader.load(self._asker.target, Cancel())

        def load() -> None:
            for event in events:
                if isinstance(event, Step) and event.warning:
                    self._warnings.append(event.sentence)

        threading.Thread(target=load, daemon=True).start()


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("enter")
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    @keys.add("escape", "enter")
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    return keys


_HELP_JA = """\
/model [名前]   モデルの一覧を見る、または切り替える
/new            新しい対話を始める
/help           この説明
Alt+Enter（Esc のあと Enter）で改行、上下キーで前の質問。
Ctrl-C で答えを止め、Ctrl-D で終わります。対話はウィンドウからも見られます。"""

_HELP_EN = """\
/model [NAME]   list the models, or change to one
/new            begin a new chat
/help           this help
Alt+Enter (Esc, then Enter) breaks the line, the up and down keys bring back earlier questions.
Ctrl-C stops the answer, Ctrl-D ends. The chats are in the window too."""
