"""The window: arranges rail, lists and pages. What can be done in it is in ``actions``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QWidget

from desktop.errors import sentence
from desktop.markdown.inline import printable
from desktop.store import Message, Model
from desktop.store.automatic import back_up
from desktop.store.settings import ZOOM_LEAST, ZOOM_MOST
from desktop.ui import theme
from desktop.ui.announcer import Announcer
from desktop.ui.commands.actions import Actions, native
from desktop.ui.commands.finder import Finder
from desktop.ui.composer.slash_menu import SlashMenu
from desktop.ui.controls.toast import Toast
from desktop.ui.conversation.chat_page import ChatPage
from desktop.ui.conversation.conversation import Conversation
from desktop.ui.exchange.print_chat import Printing
from desktop.ui.history.bin_dialog import BinDialog
from desktop.ui.history.chat_desk import ChatDesk
from desktop.ui.history.sidebar import Sidebar
from desktop.ui.icons import app_icon
from desktop.ui.models.models_room import ModelsRoom
from desktop.ui.rail import Rail
from desktop.ui.session import Session
from desktop.ui.settings.settings_page import SettingsPage
from desktop.ui.turns import Turns

NARROW = 900  # px: a window below this gives the list's place to the page
ZOOM_STEP = 10  # percent


class Window(QMainWindow):
    """The main window."""

    closing = Signal(object)  # the window itself, as with the next one
    activated = Signal(object)
    another_requested = Signal()
    quit_requested = Signal()

    def __init__(self, session: Session, turns: Turns) -> None:
        super().__init__()
        self._session = session
        self._folded = session.preferences.list_folded
        self.setWindowTitle(self.tr("言の葉"))
        self.setWindowIcon(app_icon())
        self.setMinimumSize(560, 420)
        self.setAcceptDrops(True)

        self.rail = Rail(self)
        self.sidebar = Sidebar(session, self)
        self.page = ChatPage(self)
        room = QWidget(self)
        across = QHBoxLayout(room)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(self.sidebar)
        across.addWidget(self.page, 1)
        self._rooms = QStackedWidget(self)
        self._rooms.addWidget(room)
        center = QWidget(self)
        layout = QHBoxLayout(center)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.rail)
        layout.addWidget(self._rooms, 1)
        self.setCentralWidget(center)
        self.toast = Toast(self, self.page)
        self.toast.lie_over(self.page, self.page.composer)
        self.conversation = Conversation(self.page, session, turns)
        self.announcer = Announcer(turns, self.conversation, self.page.transcript)
        self.desk = ChatDesk(session, self)
        self.action_table = Actions(self, session)
        self._settings: SettingsPage | None = None
        self._models: ModelsRoom | None = None
        self.finder = Finder(self, session)
        self.slash = SlashMenu(self.page.composer.edit, self.page, self.finder.commands)
        self.printing = Printing(session, self)

        self._connect()
        self._restore_geometry()
        session.refresh_chats()

    # Rooms

    def show_chats(self) -> None:
        """Go to the chats."""
        self.rail.chats.setChecked(True)
        self._rooms.setCurrentIndex(0)
        self.toast.lie_over(self.page, self.page.composer)
        self.page.composer.setFocus()

    @property
    def settings(self) -> SettingsPage:
        """The settings, made when they are first asked for: they take a quarter of a window's start."""
        if self._settings is None:
            self._settings = SettingsPage(self._session, self.action_table, self)
            self._rooms.addWidget(self._settings)
            self._settings.said.connect(self.toast.show_message)
            self._settings.backup_requested.connect(self.back_up)
            self._settings.bin_requested.connect(self.open_bin)
        return self._settings

    @property
    def models(self) -> ModelsRoom:
        """The models, made when they are first asked for."""
        if self._models is None:
            self._models = ModelsRoom(self._session, self)
            self._rooms.addWidget(self._models)
            self._models.said.connect(self.toast.show_message)
            self._models.chosen.connect(self._use_model)
        return self._models

    def show_models(self) -> None:
        """Go to the models."""
        self.rail.models.setChecked(True)
        self._rooms.setCurrentWidget(self.models)
        self.models.search.setFocus()
        self.toast.lie_over(self.models)

    def _use_model(self, model: Model) -> None:
        """Answer with ``model`` from now on, in the open chat, too."""
        self.conversation.choices.model_chosen.emit(model)
        self.toast.show_message(self.tr("「{name}」を使います。").format(name=model.name))

    def show_settings(self) -> None:
        """Go to the settings."""
        self.rail.settings.setChecked(True)
        self._rooms.setCurrentWidget(self.settings)
        self.settings.setFocus()
        self.toast.lie_over(self.settings)

    def show_keys(self) -> None:
        """Show all keys."""
        self.show_settings()
        self.settings.show_page("keys")

    def find_anything(self) -> None:
        """Open the palette."""
        self.finder.palette.open()

    def open_last_chat(self) -> None:
        """Open the chat that was open when the application ended, else a new one."""
        self.conversation.show(self._session.preferences.last_chat_id)
        self.page.composer.setFocus()

    def shows_settings(self) -> bool:
        """Return whether the settings are in front."""
        return self._settings is not None and self._rooms.currentWidget() is self._settings

    # Inside

    def _connect(self) -> None:
        session = self._session
        self.rail.chats_chosen.connect(self.show_chats)
        self.rail.models_chosen.connect(self.show_models)
        self.rail.settings_chosen.connect(self.show_settings)
        self.rail.finding.connect(self.find_anything)
        self.sidebar.came.connect(self.rail.offline.hide)
        self.sidebar.went.connect(self.rail.offline.show)
        self.sidebar.new_requested.connect(self.new_chat)
        self.sidebar.bin_requested.connect(self.open_bin)
        self.sidebar.list.chosen.connect(self._choose)
        self.sidebar.list.typed.connect(self.page.composer.insert_typed)
        self.sidebar.list.write_into(self.page.composer.edit)
        chats, desk = self.sidebar.list, self.desk
        chats.renamed.connect(desk.rename)
        chats.delete_requested.connect(desk.ask_to_delete)
        chats.menu_requested.connect(desk.menu)
        chats.heading_menu_requested.connect(desk.heading_menu)
        chats.dropped.connect(desk.drop)
        chats.fold_requested.connect(self._fold_section)
        desk.rename_requested.connect(chats.rename)
        desk.export_requested.connect(self._export)
        desk.said.connect(self.toast.show_message)
        desk.deleting.connect(self.conversation.stop_in)
        desk.restored.connect(lambda ids: self.conversation.open(ids[0]))
        self.sidebar.found.connect(self._open_found)
        self.sidebar.searching.cleared.connect(self.page.transcript.forget_words)
        self.page.fold.clicked.connect(self.toggle_list)
        self.conversation.opened.connect(self.sidebar.list.select)
        self.conversation.said.connect(self.toast.show_message)
        self.conversation.titled.connect(self._show_title)
        self.printing.said.connect(self.toast.show_message)
        self.slash.covering.connect(self._let_menu_be_seen)
        self.action_table.changed.connect(self._show_keys)
        self._show_keys()
        session.chats_changed.connect(self._show_chats)
        session.online.changed.connect(self._show_online)
        self._show_online()

    def _let_menu_be_seen(self, covering: bool) -> None:
        """Keep messages above the menu of commands while it is open."""
        self.toast.lie_over(self.page, self.slash if covering else self.page.composer)

    def _show_online(self) -> None:
        online = self._session.online
        self.rail.offline.show_state(online.sentence(), offline=online.is_offline)

    def _show_title(self, title: str) -> None:
        """Let the windows be told apart where the system lists them."""
        safe = title.replace("[*]", "[*][*]")  # of which Qt would make a mark for what is not saved
        self.setWindowTitle(self.tr("{title} — 言の葉").format(title=safe))

    def _show_keys(self) -> None:
        self.sidebar.new_button.set_keys(native(self.action_table.keys("chat.new")[:1]))

    def escape(self) -> None:
        """Leave the settings, or stop the answer."""
        if self._rooms.currentIndex() == 0:
            self.conversation.stop()
        else:
            self.show_chats()

    def rename_current(self) -> None:
        """Rename the chat that is current in the list when one is there, else the open one."""
        chats = self.sidebar.list
        chat_id = chats.current_id() if chats.hasFocus() else self.conversation.chat_id
        if chat_id is not None:
            self.show_chats()
            self.sidebar.show()
            chats.rename(chat_id)

    def step_chat(self, step: int) -> None:
        """Open the chat so many places below the open one in the list, or above it."""
        ids = [chat.id for chat in self._session.chats]
        here = self.conversation.chat_id
        at = ids.index(here) + step if here in ids else (0 if step > 0 else len(ids) - 1)
        if 0 <= at < len(ids):
            self.show_chats()
            self.conversation.open(ids[at])

    def delete_current(self) -> None:
        """Put the open chat into the bin."""
        if self.conversation.chat_id is not None:
            self.desk.delete([self.conversation.chat_id])

    def pin_current(self) -> None:
        """Keep the open chat at the top of the list, or not any more."""
        chat = next((one for one in self._session.chats if one.id == self.conversation.chat_id), None)
        if chat is not None:
            self.desk.pin([chat.id], chat.pinned is None)

    def archive_current(self) -> None:
        """Put the open chat out of the way."""
        if self.conversation.chat_id is not None:
            self.desk.archive([self.conversation.chat_id], True)

    def with_last_answer(self, act: Callable[[Message], object]) -> None:
        """Do something with the last answer of the open chat; where there is none, say so."""
        answer = self.conversation.last_answer()
        if answer is None:
            self.toast.show_message(self.tr("書き終わった答えが、まだありません。"))
        else:
            self.show_chats()
            act(answer)

    def copy_answer(self, answer: Message) -> None:
        """Put the text of an answer on the clipboard."""
        QGuiApplication.clipboard().setText(printable(answer.text))
        self.toast.show_message(self.tr("コピーしました。"))

    def switch_scheme(self) -> None:
        """Change from light to dark, or back."""
        self._session.change(theme="light" if theme.is_dark() else "dark")

    def print_chat(self) -> None:
        """Print the open chat."""
        if (chat_id := self._shown_chat()) is not None:
            self.printing.print(chat_id)

    def save_pdf(self) -> None:
        """Save the open chat as a PDF."""
        if (chat_id := self._shown_chat()) is not None:
            title = next((chat.title for chat in self._session.chats if chat.id == chat_id), "")
            self.printing.ask_for_pdf(chat_id, title)

    def export_chat(self) -> None:
        """Write the open chat to a file."""
        if (chat_id := self._shown_chat()) is not None:
            self._export([chat_id])

    def _export(self, chat_ids: list[int]) -> None:
        from desktop.ui.exchange.export_dialog import ExportDialog  # only here: it takes long to import

        ExportDialog(self._session, chat_ids, self).show()

    def _shown_chat(self) -> int | None:
        """Return the open chat; where nothing has been asked yet, say so."""
        if self.conversation.chat_id is None:
            self.toast.show_message(self.tr("まだ何もない対話です。何かを書いてから、もう一度どうぞ。"))
        return self.conversation.chat_id

    def choose_model(self) -> None:
        """Show which models there are."""
        self.show_chats()
        self.page.model.click()

    def choose_preset(self) -> None:
        """Show which presets there are."""
        self.show_chats()
        self.page.preset.click()

    def _choose(self, chat_id: int) -> None:
        self.conversation.open(chat_id)
        self._give_way()

    def _open_found(self, chat_id: int, message_id: int) -> None:
        self.conversation.open(chat_id, message_id, self.sidebar.searching.words)
        self._give_way()

    def _fold_section(self, key: str) -> None:
        folded = self._session.preferences.folded_sections
        changed = [each for each in folded if each != key]
        if len(changed) == len(folded):
            changed.append(key)
        self._session.remember(folded_sections=tuple(changed))
        self._show_chats()

    def _give_way(self) -> None:
        """In a narrow window the list makes room once something was chosen in it."""
        if self.width() < NARROW:
            self.sidebar.hide()

    def new_chat(self) -> None:
        """Show an empty chat."""
        self.show_chats()
        self.conversation.open_new()
        self._give_way()

    def focus_filter(self) -> None:
        """Look for a chat."""
        self.show_chats()
        if not self.sidebar.isVisible():
            self.toggle_list()
        self.sidebar.filter.setFocus()
        self.sidebar.filter.selectAll()

    def step_found(self, step: int) -> None:
        """Go to the next place of what was looked for, with -1 to the one before; else look for something."""
        if self._rooms.currentIndex() != 0:
            self.show_chats()
        if not self.page.transcript.step_words(step):
            self.focus_filter()

    def zoom(self, steps: int) -> None:
        """Show the text larger or smaller by some steps, or, with 0, in its usual size."""
        zoom = self._session.preferences.zoom + steps * ZOOM_STEP if steps else 100
        self._session.change(zoom=max(ZOOM_LEAST, min(ZOOM_MOST, zoom)))

    def _show_chats(self) -> None:
        session = self._session
        folded = session.preferences.folded_sections
        self.sidebar.list.show_chats(session.chats, self.conversation.chat_id, session.folders, folded)
        for chat in self._session.chats:
            self.conversation.rename_shown(chat.id, chat.title or self.tr("新しい対話"))

    def take_away(self, ids: list[int]) -> None:
        """Chats are in the bin now; one that was open is shown no longer."""
        if self.conversation.chat_id in ids:
            self.conversation.open_new()

    def take_back(self) -> None:
        """Take back what was done last; where there is nothing to take back, say so."""
        if not self.toast.take_back():
            self.toast.show_message(self.tr("元に戻す操作は、いまありません。"))

    def open_bin(self) -> None:
        """Show what was deleted."""
        dialog = BinDialog(self._session, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.finished.connect(lambda _: self.page.composer.setFocus())
        dialog.open()

    def back_up(self) -> None:
        """Make a backup now."""

        def done(path: Path) -> None:
            self.toast.show_message(self.tr("控えを作りました: {name}").format(name=path.name))

        database = self._session.store.path
        self._session.jobs.run(lambda cancel: back_up(database, cancel), owner=self, on_done=done)

    def complain(self, error: Exception) -> None:
        """Show what went wrong."""
        if self._rooms.currentIndex() == 0:
            self.page.banner.show_message(sentence(error))
        else:
            self.toast.show_message(sentence(error))

    # The list's place

    def toggle_list(self) -> None:
        """Fold the list away, or show it."""
        if self.width() < NARROW:
            self.sidebar.setVisible(not self.sidebar.isVisible())
        else:
            self._folded = self.sidebar.isVisible()
            self._session.remember(list_folded=self._folded)  # by the next window
            self._fold()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.activated.emit(self)
        elif event.type() == QEvent.Type.ActivationChange:
            self.conversation.keep_typed()
        elif event.type() == QEvent.Type.PaletteChange:  # which also tells of other faces
            self.page.set_zoom(self._session.preferences.zoom)

    def _fold(self) -> None:
        self.sidebar.setVisible(self.width() >= NARROW and not self._folded)
        self.rail.offline.setVisible(self.sidebar.isHidden())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        was_narrow = event.oldSize().width() < NARROW
        if was_narrow != (self.width() < NARROW) or not event.oldSize().isValid():
            self._fold()

    def _restore_geometry(self) -> None:
        saved = QByteArray.fromBase64(QByteArray(self._session.preferences.window.encode()))
        if saved.isEmpty() or not self.restoreGeometry(saved):
            available = self.screen().availableGeometry()
            room = available.size() - QSize(24, 64)  # for the frame and the title bar
            self.resize(QSize(1280, 820).boundedTo(room))

    # Files dropped on it

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._gguf_in(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = self._gguf_in(event)
        if path is not None:
            event.acceptProposedAction()
            QTimer.singleShot(0, lambda: self.conversation.choices.add_model_file(path))

    @staticmethod
    def _gguf_in(event: QDropEvent) -> Path | None:
        for url in event.mimeData().urls():
            if url.isLocalFile() and url.toLocalFile().lower().endswith(".gguf"):
                return Path(url.toLocalFile())
        return None

    def closeEvent(self, event: QCloseEvent) -> None:
        self.conversation.leave()
        if self._settings is not None:
            self._settings.flush()
        self._session.remember(window=bytes(self.saveGeometry().toBase64().data()).decode())
        self.closing.emit(self)
        event.accept()
