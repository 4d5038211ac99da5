"""Starts the window: one instance, the store, the session, the language, the theme; and ends it again."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import logging
import logging.handlers
import os
import signal
import socket
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from types import FrameType, TracebackType
from typing import Literal

from PySide6.QtCore import (
    QDeadlineTimer,
    QLibraryInfo,
    QLocale,
    QObject,
    QSocketNotifier,
    Qt,
    QThread,
    QTimer,
    QTranslator,
    Signal,
)
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from desktop import __version__, paths
from desktop.engine.client import Engine
from desktop.engine.states import chat_key, prune
from desktop.errors import KotonohaError
from desktop.jobs import Cancel
from desktop.language import Language, language, set_language
from desktop.markdown.highlight import highlight
from desktop.models.library import JOURNAL
from desktop.models.moving import tidy
from desktop.presets.builtin import builtin_presets
from desktop.store import Preferences, Store, backups
from desktop.store.instance import Instance
from desktop.store.sealed import SealProgress
from desktop.ui import theme
from desktop.ui.commands.shortcuts import refusal
from desktop.ui.daily_backup import DailyBackup
from desktop.ui.going_back import GoingBack
from desktop.ui.icons import app_icon
from desktop.ui.no_network import refuse_network
from desktop.ui.quick_ask import QuickAsk
from desktop.ui.rescue import Rescue, Rescuing
from desktop.ui.session import Session
from desktop.ui.titling import Titling
from desktop.ui.tray import Tray
from desktop.ui.turns import Turns
from desktop.ui.window import Window
from desktop.ui.windows import Windows
from desktop.ui.worker import Jobs

log = logging.getLogger(__name__)
RAISE_WAIT_MS = 5_000
LONGEST_LINE = 64  # bytes of what a second start asks for
LONGEST_SOCKET = 100  # bytes of a Unix socket's path; the system allows 104 or 108
SETTLED_MS = 3_000  # after the window is shown


def main(*, quick: bool = False) -> int:
    """Run the window until it is closed; return the exit code. ``quick``: with the one for a quick question.

    Where the application runs already, its window is raised, or the one for a quick question.
    """
    qt = create_application()
    try:
        home = paths.home()
        instance = Instance(home)
        raised = None if instance.acquire() else _raise_other(home, instance, quick=quick)
    except KotonohaError as error:
        return Rescue(error).refuse()
    if raised is not None:
        return 0 if raised else Rescue(_already_running()).refuse()
    _log_to(home)
    app = App(home, quick=quick)
    with _quit_on_signals(qt.quit):
        app.ended.connect(qt.exit)
        app.listen()
        app.start()
        code = qt.exec()
        app.end()
    instance.release()
    return code


def create_application() -> QApplication:
    """Return the Qt application, with name, icon and fonts, in the scheme of the system."""
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    qt = QApplication(sys.argv[:1])
    refuse_network()
    qt.setApplicationName("kotonoha")
    qt.setApplicationVersion(__version__)
    qt.setDesktopFileName("kotonoha")
    qt.setStyle("Fusion")
    qt.setWindowIcon(app_icon())
    theme.apply(qt)
    return qt


class App(QObject):
    """What exists once: from the store that opens to the window that closes."""

    ended = Signal(int)  # exit code: the window was closed, or there will be none

    def __init__(self, home: Path, *, database: Path | None = None, quick: bool = False) -> None:
        super().__init__()
        self._quick_wanted = quick
        self.quick: QuickAsk | None = None
        self.tray: Tray | None = None
        self._home = home
        self._database = database or paths.database()
        self._states = self._database.with_name("states")  # beside the chats that they are of
        self._jobs = Jobs(self)
        self._server: QLocalServer | None = None
        self._translators: list[QTranslator] = []
        self._dressed: tuple[str, ...] = ()  # theme, density and families, as chosen
        self._speaks = ""  # the language, as chosen
        self._afterwards: Callable[[], None] | None = None  # what the next window is to tell
        self.session: Session | None = None
        self.turns: Turns | None = None
        self.titling: Titling | None = None
        self.windows: Windows | None = None
        qt = QApplication.instance()
        assert isinstance(qt, QApplication)
        self._qt = qt

    @property
    def window(self) -> Window | None:
        """The window that was used last."""
        return self.windows.front if self.windows is not None else None

    def start(self) -> None:
        """Open the store in the background, then show the window."""

        def opened(result: tuple[Store, Preferences]) -> None:
            self._show(*result)

        self._jobs.store(self._open_store, on_done=opened, on_failed=self._ask_what_to_do)

    def end(self) -> None:
        """Stop what runs, save what is left, and close everything."""
        self._jobs.close()
        self._remove_translations()
        if self.session is not None:
            self.session.global_shortcut.close()
            self.session.engine.close()
            self.session.store.close()
        if self._server is not None:
            self._server.close()

    def _open_store(self) -> tuple[Store, Preferences]:
        store = Store.open(self._database)
        preferences = store.settings.get()
        set_language(preferences.language)
        store.presets.seed(builtin_presets())
        return store, preferences

    def _ask_what_to_do(self, error: Exception) -> None:
        """Let the person choose what becomes of data that cannot be opened, and open it again."""
        if not self._speaks:  # what was chosen is in the data
            self._translate("system")
        rescuing = Rescuing(self._database, self._jobs, error, self)
        rescuing.again.connect(self.start)
        rescuing.ended.connect(lambda: self.ended.emit(1))
        rescuing.begin()

    def _go_back(self, to: GoingBack) -> None:
        """Put a backup in the place of the data, and open the window anew. What was there is kept."""
        session, windows, jobs = self.session, self.windows, self._jobs
        assert session is not None and windows is not None
        self._qt.setQuitOnLastWindowClosed(False)  # until there is a window again
        self._drop_quick()
        session.global_shortcut.close()
        windows.drop_all()  # which saves what is typed
        self.session = self.turns = self.titling = self.windows = None

        def work(cancel: Cancel) -> Generator[SealProgress, None, Path | None]:
            jobs.close()
            session.engine.close()
            session.store.close()
            return (yield from backups.restore(self._database, to.path, cancel, to.passphrase))

        def done(aside: Path | None) -> None:
            self._afterwards = lambda: self._tell_of(aside)
            self.start()

        def failed(error: Exception) -> None:
            self._afterwards = lambda: self._jobs.failed.emit(error)
            self.start()

        self._jobs = Jobs(self)
        self._jobs.run(work, on_done=done, on_failed=failed)

    def _tell_of(self, aside: Path | None) -> None:
        """Say that the data is that of a backup now, and where what was there is kept."""
        assert self.window is not None
        text = self.tr("控えに戻しました。")
        if aside is not None:
            text += self.tr("前のデータは {name} として残しています。").format(name=aside.name)
        self.window.toast.show_message(text)

    def _show(self, store: Store, preferences: Preferences) -> None:
        engine = Engine(
            idle_seconds=60.0 * preferences.idle_minutes,
            states_folder=self._states,
            states_bytes=preferences.states_bytes,
        )
        self.session = session = Session(store, engine, self._jobs, preferences)
        self.turns = Turns(session)
        session.preferences_changed.connect(lambda _: self._dress())
        session.preferences_changed.connect(lambda names: self._show_tray() if "tray" in names else None)
        session.preferences_changed.connect(
            lambda names: self._hear_keys() if "quick_keys" in names else None
        )
        session.global_shortcut.pressed.connect(self._called_by_keys)
        self._qt.styleHints().colorSchemeChanged.connect(lambda _: self._dress(again=True))
        session.refresh_presets()
        session.refresh_models()
        self._dress()
        session.install_starter()
        session.downloads.begin()
        self._jobs.store(lambda: self._tidy(store))
        self.titling = Titling(session, self.turns)
        session.index_chats()
        DailyBackup(session).look()
        session.going_back.connect(self._go_back)

    def _tidy(self, store: Store) -> None:
        """Delete for good what has been in the bin for long, and what was kept for chats that are gone."""
        tidy(store, self._home / JOURNAL)  # a move of the models that a crash ended
        store.chats.purge()
        there = (*store.chats.list(), *store.chats.binned())
        prune(self._states, {chat_key(chat.id) for chat in there})

    def _dress(self, *, again: bool = False) -> None:
        """Follow the chosen language and theme; a new language makes the window anew."""
        assert self.session is not None
        chosen = self.session.preferences
        theme.set_motion(not chosen.reduce_motion)
        dress = (chosen.theme, chosen.density, chosen.text_family, chosen.code_family)
        if dress != self._dressed or again:
            self._dressed = dress
            theme.apply(
                self._qt,
                chosen.theme,
                density=chosen.density,
                text_family=chosen.text_family,
                code_family=chosen.code_family,
            )
        if chosen.language != self._speaks or self.window is None:
            self._speaks = chosen.language
            self._translate(chosen.language)
            if self.window is not None:
                self.session.rename_presets(builtin_presets)
            QTimer.singleShot(0, self._renew_windows)

    def _renew_windows(self) -> None:
        assert self.session is not None and self.turns is not None
        if self.windows is None:
            self.windows = windows = Windows(self.session, self.turns)
            windows.opened.connect(lambda _: QTimer.singleShot(SETTLED_MS, self._settle))
            windows.emptied.connect(self._windows_closed)
            windows.quit_requested.connect(self._quit)
            windows.open_first()
            self._hear_keys()
        else:
            self.windows.renew()
        self._renew_quick()
        afterwards, self._afterwards = self._afterwards, None
        if afterwards is not None:
            afterwards()

    def _settle(self) -> None:
        """Spare later frames what takes long once: a full collection of all that stays, loading Pygments."""
        gc.freeze()
        self._jobs.run(lambda _: highlight("x = 1", "python"))

    def _windows_closed(self) -> None:
        if self.tray is None:
            self.ended.emit(0)

    def _quit(self) -> None:
        """Close every window, and end."""
        if self.windows is not None:
            self.windows.close_all()
        if self.tray is not None:  # with which the application would stay
            self.ended.emit(0)

    # The tray and the quick question

    def ask_quickly(self) -> None:
        """Show the window for a quick question."""
        if self.session is None or self.turns is None or self.window is None:
            self._quick_wanted = True  # the store is still being opened
            return
        if self.quick is None:
            self.quick = QuickAsk(self.session, self.turns)
            self.quick.open_requested.connect(self._open_chat)
        self.quick.appear()

    def _hear_keys(self) -> None:
        """Let the chosen keys call for a quick question from any program; a stored nonsense is none."""
        assert self.session is not None
        keys = self.session.preferences.quick_keys
        usable = keys and not refusal(keys)
        self.session.global_shortcut.set_keys(QKeySequence(keys) if usable else None)

    def _called_by_keys(self) -> None:
        self.ask_quickly()
        if self.session is not None and self.quick is not None:
            self.session.global_shortcut.activate(self.quick)

    def _open_chat(self, chat_id: int) -> None:
        assert self.window is not None
        self.raise_window()
        self.window.show_chats()
        self.window.conversation.open(chat_id)

    def _renew_quick(self) -> None:
        """Make anew, in the language in use, what stands beside the window."""
        self._drop_quick()
        if self.tray is not None:
            self._remove_tray()
        self._show_tray()
        if self._quick_wanted:
            self._quick_wanted = False
            self.ask_quickly()

    def _drop_quick(self) -> None:
        if self.quick is not None:
            self.quick.hide()
            self.quick.deleteLater()
            self.quick = None

    def _show_tray(self) -> None:
        """Show the icon where it is wanted and the system has a place for it."""
        assert self.session is not None
        wanted = self.session.preferences.tray and QSystemTrayIcon.isSystemTrayAvailable()
        if wanted and self.tray is None:
            self.tray = Tray(self)
            self.tray.quick_chosen.connect(self.ask_quickly)
            self.tray.window_chosen.connect(self.raise_window)
            self.tray.another_chosen.connect(self._open_another)
            self.tray.quit_chosen.connect(self._quit)
            self.tray.show()
        elif not wanted and self.tray is not None:
            self._remove_tray()
        self._qt.setQuitOnLastWindowClosed(self.tray is None)

    def _remove_tray(self) -> None:
        assert self.tray is not None
        self.tray.hide()
        self.tray.deleteLater()
        self.tray = None

    def _translate(self, choice: Language | Literal["system"]) -> None:
        """Install the translations. The window's own words are Japanese in the source."""
        set_language(choice)
        self._remove_translations()
        locale = QLocale(language())
        QLocale.setDefault(locale)
        qt_folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        for name, folder in ((f"qtbase_{language()}", qt_folder), (f"kotonoha_{language()}", str(_I18N))):
            translator = QTranslator(self)
            if translator.load(name, folder):
                self._qt.installTranslator(translator)
                self._translators.append(translator)

    def _remove_translations(self) -> None:
        for translator in self._translators:
            self._qt.removeTranslator(translator)
        self._translators.clear()

    # One instance

    def listen(self) -> None:
        """Hear of second starts, and raise the window then. Only for the holder of the instance lock."""
        name = _server_name(self._home)
        QLocalServer.removeServer(name)  # ours alone: this process holds the instance lock
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._raise)
        if not self._server.listen(name):
            log.warning("no second start will be heard: %s", self._server.errorString())

    def _raise(self) -> None:
        assert self._server is not None
        connection = self._server.nextPendingConnection()
        connection.disconnected.connect(connection.deleteLater)
        connection.readyRead.connect(lambda: self._hear(connection))
        if connection.bytesAvailable():
            self._hear(connection)

    def _hear(self, connection: QLocalSocket) -> None:
        """Do what a second start asks for, in one line."""
        if not connection.canReadLine():
            if connection.bytesAvailable() > LONGEST_LINE:
                connection.abort()
            return
        wanted = bytes(connection.readLine(LONGEST_LINE).data()).strip()
        connection.write(b"raised\n")
        connection.flush()
        connection.disconnectFromServer()
        if wanted == b"quick":
            self.ask_quickly()
        else:
            self.raise_window()

    def raise_window(self) -> None:
        """Bring the window that was used last to the front, from the tray, too."""
        if self.windows is not None:
            self.windows.raise_front()

    def _open_another(self) -> None:
        if self.windows is not None:
            self.windows.open_another()


_I18N = paths.RESOURCES / "i18n"


def _server_name(home: Path) -> str:
    name = "kotonoha-" + hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    # Qt would put the socket into the temporary folder, which may not be there.
    socket_path = home / "raise.sock"
    if sys.platform != "win32" and len(os.fsencode(socket_path)) < LONGEST_SOCKET:
        return str(socket_path)
    return name


def _raise_other(home: Path, instance: Instance, *, quick: bool = False) -> bool | None:
    """Ask the running instance to raise its window, or the one for a quick question.

    Return whether it did, None if it has just ended.
    It may still be starting, and not listen yet.
    """
    deadline = QDeadlineTimer(RAISE_WAIT_MS)
    while not deadline.hasExpired():
        connection = QLocalSocket()
        connection.connectToServer(_server_name(home))
        if connection.waitForConnected(RAISE_WAIT_MS):
            connection.write(b"quick\n" if quick else b"window\n")
            connection.flush()
            if connection.waitForReadyRead(RAISE_WAIT_MS):
                return True
        if instance.acquire():
            return None
        QThread.msleep(100)
    return False


def _log_to(home: Path) -> None:
    """Keep warnings and defects, never what people write, in a small file."""
    handler: logging.Handler
    try:
        (home / "logs").mkdir(exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            home / "logs" / "kotonoha.log", maxBytes=500_000, backupCount=2, encoding="utf-8", delay=True
        )
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.getLogger().addHandler(handler)

    def unexpected(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.error("unexpected", exc_info=(kind, error, trace))
        sys.__excepthook__(kind, error, trace)

    sys.excepthook = unexpected


@contextlib.contextmanager
def _quit_on_signals(quit_: Callable[[], None]) -> Iterator[None]:
    """End the event loop on Ctrl-C or SIGTERM.

    Python's signal handlers run only when Python code does, so a socket wakes the event loop.
    """
    ours, signals_end = socket.socketpair()
    ours.setblocking(False)
    signals_end.setblocking(False)
    notifier = QSocketNotifier(ours.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(lambda: ours.recv(64))

    def handle(_number: int, _frame: FrameType | None) -> None:
        quit_()

    old = [(number, signal.signal(number, handle)) for number in (signal.SIGINT, signal.SIGTERM)]
    old_descriptor = signal.set_wakeup_fd(signals_end.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(old_descriptor)
        for number, handler in old:
            signal.signal(number, handler)
        notifier.setEnabled(False)
        ours.close()
        signals_end.close()


def _already_running() -> KotonohaError:
    return KotonohaError(
        "already_running",
        "言の葉はすでに動いていますが、返事がありません。しばらく待つか、動いている方を終了してから、もう一度起動してください。",
        "Kotonoha is running already but does not answer. Wait a little, or end it, then start it again.",
    )
